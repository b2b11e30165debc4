package importer

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode"

	"weir/internal/topology"
)

// ref is a reference to another resource.
type ref struct{ ID string }

// texts is a list of texts, also where the writer gave one text or null.
type texts []string

// UnmarshalJSON takes a list of texts, one text or null.
func (t *texts) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		if s := text(b); s != "" {
			*t = texts{s}
		}
		return nil
	}
	var list []string
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	if len(list) > 0 {
		*t = list
	}
	return nil
}

// tags are the tags of a resource; what is not an object of texts is written as JSON.
type tags map[string]string

// UnmarshalJSON takes an object, or anything else for none.
func (t *tags) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		return nil
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	for k, v := range raw {
		if *t == nil {
			*t = tags{}
		}
		if v[0] == '"' {
			(*t)[k] = text(v)
		} else {
			(*t)[k] = string(v)
		}
	}
	return nil
}

// number is a whole number, also where the writer put it in quotes.
type number int64

// UnmarshalJSON takes a number, a number in quotes, or null.
func (n *number) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	if s == "" || s == "null" {
		return nil
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		f, errFloat := strconv.ParseFloat(s, 64)
		if errFloat != nil || f != float64(int64(f)) {
			return fmt.Errorf("cannot use %s as a whole number", b)
		}
		v = int64(f)
	}
	*n = number(v)
	return nil
}

// sku is a SKU, also where the writer gave only its name.
type sku struct{ Name, Tier, Family string }

// UnmarshalJSON takes an object, a text or null.
func (s *sku) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		s.Name = text(b)
		return nil
	}
	var v struct{ Name, Tier, Family string }
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*s = sku(v)
	return nil
}

// common is what every resource has beside its properties.
type common struct {
	Location string
	Tags     tags
	Zones    texts
	SKU      sku
}

// flat chooses the properties of a resource: those of the "properties" object,
// or where there is none (az flattens) the resource itself.
func flat[T any](nested *T, own *T) *T {
	if nested != nil {
		return nested
	}
	return own
}

// decode reads one element. Its error names the key, not types of Go.
func decode(b []byte, into any) error {
	err := json.Unmarshal(b, into)
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return fmt.Errorf("key %q holds a %s where it should not", key(wrong.Field), wrong.Value)
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON: %w", err)
	}
	return err
}

// key turns a path of Go fields into the keys of the input. What begins in
// lower case is an embedded type, which the input does not show.
func key(field string) string {
	var keys []string
	for f := range strings.SplitSeq(field, ".") {
		first := strings.IndexFunc(f, unicode.IsLower)
		switch {
		case first == 0:
			continue
		case first < 0:
			f = strings.ToLower(f)
		case first == 1:
			f = strings.ToLower(f[:1]) + f[1:]
		default: // an initialism before the next word
			f = strings.ToLower(f[:first-1]) + f[first-1:]
		}
		keys = append(keys, f)
	}
	return strings.Join(keys, ".")
}

// id returns the id in lower case, one copy of each.
func (im *Importer) id(s string) topology.ID {
	if s == "" {
		return ""
	}
	if v, ok := im.texts[s]; ok {
		return topology.ID(v)
	}
	id := topology.NewID(s)
	im.texts[s] = string(id)
	return id
}

// ids returns the ids of references, nil for none.
func (im *Importer) ids(refs []ref) []topology.ID {
	var out []topology.ID
	for _, r := range refs {
		if r.ID != "" {
			out = append(out, im.id(r.ID))
		}
	}
	return out
}

// head checks the id and returns what every resource has.
func (im *Importer) head(h *head, c *common) (topology.Head, error) {
	if h.id == "" {
		return topology.Head{}, errors.New("the resource has no id")
	}
	id, err := topology.ParseID(h.id)
	if err != nil {
		return topology.Head{}, err
	}
	if im.seen[id] {
		im.repeated++
	}
	im.seen[id] = true
	out := topology.Head{ID: id, Zones: c.Zones, Tags: c.Tags}
	if region, ok := im.texts["@"+c.Location]; ok {
		out.Location = region
	} else {
		out.Location = topology.Region(c.Location)
		im.texts["@"+c.Location] = out.Location
	}
	return out, nil
}

// prefixes parses address prefixes; an address alone is the prefix of itself.
func prefixes(list ...texts) ([]netip.Prefix, error) {
	var out []netip.Prefix
	seen := map[netip.Prefix]bool{}
	for _, l := range list {
		for _, s := range l {
			p, err := parsePrefix(s)
			if err != nil {
				return nil, err
			}
			if !seen[p] {
				seen[p] = true
				out = append(out, p)
			}
		}
	}
	return out, nil
}

func parsePrefix(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, fmt.Errorf("cannot use %q as an address prefix", s)
	}
	if p.Addr().Is4In6() { // cannot be compared with IPv4
		return p, fmt.Errorf("cannot use %q as an address prefix: write it as IPv4", s)
	}
	return p.Masked(), nil
}

// optionalPrefix parses a prefix that may be missing.
func optionalPrefix(s string) (netip.Prefix, error) {
	if s == "" {
		return netip.Prefix{}, nil
	}
	return parsePrefix(s)
}

// optionalAddr parses an address that may be missing.
func optionalAddr(s string) (netip.Addr, error) {
	if s == "" {
		return netip.Addr{}, nil
	}
	a, err := netip.ParseAddr(strings.TrimSpace(s))
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, fmt.Errorf("cannot use %q as an address", s)
	}
	return a.Unmap(), nil
}
