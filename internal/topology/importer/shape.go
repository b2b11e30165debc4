package importer

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"weir/internal/topology"
)

// ref is a reference to another resource.
type ref struct{ ID string }

// read takes an object with an id, or the id alone.
func (r *ref) read(b []byte) error {
	if b[0] == '"' && strings.HasPrefix(text(b), "/") {
		r.ID = text(b)
		return nil
	}
	b = within(b, '{')
	if b == nil {
		return nil
	}
	if b[0] != '{' {
		return holds(b)
	}
	return members(b, func(key, value []byte) bool {
		if strings.EqualFold(string(key), "id") {
			r.ID = text(value)
		}
		return true
	})
}

// texts is a list of texts, also where the writer gave one text.
type texts []string

// read takes a list of texts, or one text.
func (t *texts) read(b []byte) error {
	if b = within(b, '['); b == nil {
		return nil
	}
	if b[0] == '"' {
		*t = texts{text(b)}
		return nil
	}
	if b[0] != '[' {
		return holds(b)
	}
	var list texts
	var wrong error
	err := elements(b, func(e []byte) {
		switch {
		case e[0] == '"':
			list = append(list, text(e))
		case string(e) != "null":
			wrong = holds(e)
		}
	})
	if len(list) > 0 {
		*t = list
	}
	return cmp.Or(err, wrong)
}

// tags are the tags of a resource; what is not an object of texts is written as JSON.
type tags map[string]string

// read takes an object.
func (t *tags) read(b []byte) error {
	if b = within(b, '{'); b == nil {
		return nil
	}
	if b[0] != '{' {
		return holds(b)
	}
	if n := bytes.Count(b, []byte{','}); n > maxTags {
		return fmt.Errorf("it holds %d values, more than tags can be", n)
	}
	return members(b, func(key, value []byte) bool {
		if *t == nil {
			*t = tags{}
		}
		k, v := text(slices.Concat([]byte{'"'}, key, []byte{'"'})), strings.ToValidUTF8(string(value), "\uFFFD")
		if value[0] == '"' {
			v = text(value)
		}
		(*t)[k] = v
		return true
	})
}

// number is a whole number, also where the writer put it in quotes.
type number int64

// read takes a number, or a number in quotes.
func (n *number) read(b []byte) error {
	s := strings.Trim(string(b), `"`)
	if s == "" {
		return nil
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		f, errFloat := strconv.ParseFloat(s, 64)
		if errFloat != nil || f != float64(int64(f)) {
			return fmt.Errorf("cannot use %s as a whole number", shortened(string(b)))
		}
		v = int64(f)
	}
	*n = number(v)
	return nil
}

// sku is a SKU, also where the writer gave only its name.
type sku struct{ Name, Tier, Family string }

// read takes an object or a text.
func (s *sku) read(b []byte) error {
	if b[0] == '"' && within(b, '{') != nil && within(b, '{')[0] == '"' {
		s.Name = text(b)
		return nil
	}
	if b = within(b, '{'); b == nil {
		return nil
	}
	if b[0] != '{' {
		return holds(b)
	}
	return members(b, func(key, value []byte) bool {
		switch strings.ToLower(string(key)) {
		case "name":
			s.Name = text(value)
		case "tier":
			s.Tier = text(value)
		case "family":
			s.Family = text(value)
		}
		return true
	})
}

// common is what every resource has beside its properties.
type common struct {
	Location string
	Tags     tags
	Tag      tags // as PowerShell writes it
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

// id returns the id in lower case, one copy of each.
func (im *Importer) id(s string) topology.ID {
	if s == "" {
		return ""
	}
	if v, ok := im.texts[s]; ok {
		return topology.ID(v)
	}
	id := topology.NewID(s)
	im.spend(2 * len(s))
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
	if len(id) > maxID {
		return topology.Head{}, fmt.Errorf("its id is longer than %d bytes", maxID)
	}
	im.show(id)
	out := topology.Head{ID: id, Zones: c.Zones, Tags: c.Tags}
	if out.Tags == nil {
		out.Tags = c.Tag
	}
	if region, ok := im.texts["@"+c.Location]; ok {
		out.Location = region
	} else {
		out.Location = topology.Region(c.Location)
		im.texts["@"+c.Location] = out.Location
	}
	return out, nil
}

// maxID is the length of an id, which Azure bounds so.
const maxID = 2048

// prefixes parses the address prefixes of a key; an address alone is the
// prefix of itself. What cannot be used is left out alone.
func (im *Importer) prefixes(key string, list ...texts) []netip.Prefix {
	var out []netip.Prefix
	seen := map[netip.Prefix]bool{}
	for _, l := range list {
		for _, s := range l {
			p, err := parsePrefix(s)
			if err != nil {
				im.odd(key, err)
				continue
			}
			if !seen[p] {
				seen[p] = true
				out = append(out, p)
			}
		}
	}
	return out
}

func parsePrefix(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, fmt.Errorf("cannot use %q as an address prefix", shortened(s))
	}
	if p.Addr().Is4In6() { // cannot be compared with IPv4
		return p, fmt.Errorf("cannot use %q as an address prefix: write it as IPv4", s)
	}
	return p.Masked(), nil
}

// prefix parses a prefix that may be missing.
func (im *Importer) prefix(key, s string) netip.Prefix {
	if strings.TrimSpace(s) == "" {
		return netip.Prefix{}
	}
	p, err := parsePrefix(s)
	if err != nil {
		im.odd(key, err)
		return netip.Prefix{}
	}
	return p
}

// addr parses an address that may be missing.
func (im *Importer) addr(key, s string) netip.Addr {
	s = strings.TrimSpace(s)
	if s == "" {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		im.odd(key, fmt.Errorf("cannot use %q as an address", shortened(s)))
		return netip.Addr{}
	}
	return a.Unmap()
}
