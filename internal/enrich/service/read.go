package service

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"weir/internal/enrich/ranges"
	"weir/internal/enrich/region"
	"weir/internal/plaintext"
)

// The bounds of a file. That of the public cloud has 4 MB, 3 000 tags and
// 96 000 prefixes, of which no address is in more than a dozen tags.
const (
	maxBytes    = 64 << 20
	maxTags     = 1 << 16
	maxPrefixes = 1 << 20
	maxHolding  = 256 // tags that hold one address
)

// useWeekly ends what is said of a file that is none.
const useWeekly = "use the weekly file ServiceTags_<cloud>_<date>.json of Microsoft"

// Read reads a weekly file, or the answer of Azure's service tag API (az
// network list-service-tags). The date comes from the name, as in
// ServiceTags_Public_20251117.json. A tag or prefix that cannot be read is left
// out and counted; whether enough is left to be used, Check says.
func Read(name string, r io.Reader) (*Snapshot, error) {
	s, err := read(r)
	if err != nil {
		return nil, fmt.Errorf("cannot read the service tags in %s: %w", name, err)
	}
	s.Date = dateOf(name)
	return s, nil
}

func read(r io.Reader) (*Snapshot, error) {
	text, err := plaintext.Open(r)
	if err != nil {
		return nil, err
	}
	c := collection{regions: region.New()}
	if err := eachMember(plaintext.Limit(text, maxBytes), c.member, c.value); err != nil {
		return nil, err
	}
	switch {
	case c.cloud == "" || !c.hasValues:
		return nil, errors.New("it has no cloud and values; " + useWeekly)
	case len(c.prefixes) == 0 && c.snapshot.RejectedCount == 0:
		return nil, errors.New("none of its tags has a prefix; " + useWeekly)
	case len(c.prefixes) == 0:
		return nil, fmt.Errorf("no prefix in it can be read, such as %s; %s, or with PowerShell ConvertTo-Json -Depth 10", c.snapshot.Rejected[0], useWeekly)
	}
	s := &c.snapshot
	s.Cloud, s.ChangeNumber, s.Tags = c.cloud, c.changeNumber, len(c.tags)
	if err := s.build(c.tags, c.prefixes); err != nil {
		return nil, err
	}
	s.Prefixes = s.nest.Len() - 1 // without the one of ours
	s.ID = identity(s, c.tags, c.prefixes)
	s.read, s.readTags, s.page = len(c.prefixes), len(c.tags), c.nextLink != ""
	return s, nil
}

// collection gathers what a file says.
type collection struct {
	regions      *region.Table
	snapshot     Snapshot
	cloud        string
	changeNumber int
	nextLink     string
	hasValues    bool
	seen         int // tags, also those that cannot be read
	tags         []Tag
	prefixes     []held
}

// member takes what a file says of itself.
func (c *collection) member(name string, value json.RawMessage) error {
	fail := func(what string, err error) error {
		if err != nil {
			err = fmt.Errorf("its %s %w", what, err)
		}
		return err
	}
	var err error
	switch name {
	case "cloud":
		c.cloud, err = word(value)
		return fail("cloud", err)
	case "changenumber":
		c.changeNumber, err = wholeNumber(value)
		return fail("changeNumber", err)
	case "nextlink":
		c.nextLink, err = word(value)
		return fail("nextLink", err)
	}
	return nil
}

// value takes one tag.
func (c *collection) value(text json.RawMessage) error {
	c.hasValues = true
	if c.seen++; c.seen > maxTags {
		return fmt.Errorf("it has more than %d tags; %s", maxTags, useWeekly)
	}
	v, err := readTag(text)
	if err != nil {
		c.snapshot.RejectedTags++
		c.reject(fmt.Sprintf("tag %d%s: %v", c.seen, v.label(), err))
		return nil
	}
	t := Tag{Name: cmp.Or(v.name, v.id), Service: v.systemService, Region: c.regions.Normalise(v.region)}
	name := cmp.Or(t.Name, fmt.Sprintf("tag %d", c.seen))
	for _, text := range v.noText {
		c.reject(text + " in " + name + ", which is no prefix")
	}
	for _, text := range v.prefixes {
		prefix, err := readPrefix(text)
		if err != nil {
			c.reject(fmt.Sprintf("%q in %s%v", text, name, err))
			continue
		}
		if len(c.prefixes) == maxPrefixes {
			return fmt.Errorf("it has more than %d prefixes; %s", maxPrefixes, useWeekly)
		}
		c.prefixes = append(c.prefixes, held{prefix, int32(len(c.tags))})
		t.size++
	}
	c.tags = append(c.tags, t)
	return nil
}

// maxSamples bounds how much of what cannot be read is kept.
const maxSamples = 100

func (c *collection) reject(text string) {
	c.snapshot.RejectedCount++
	if len(c.snapshot.Rejected) < maxSamples {
		c.snapshot.Rejected = append(c.snapshot.Rejected, text)
	}
}

// readPrefix reads a prefix, or an address for itself. The error, of which the
// text may be empty, goes behind the name of the prefix.
func readPrefix(text string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		a, err := netip.ParseAddr(text)
		if err != nil {
			return netip.Prefix{}, errors.New("")
		}
		p = netip.PrefixFrom(a.WithZone(""), a.BitLen())
	}
	p = ranges.Clean(p)
	if p.Addr().Is4() {
		if p.Bits() < ranges.Widest4 {
			return p, errTooWide
		}
		return p, nil
	}
	// Around the addresses of IPv4 in the form of IPv6 nobody has a network.
	if a := p.Addr().As16(); p.Bits() < ranges.Widest6 || a[0]|a[1] == 0 {
		return p, errTooWide
	}
	return p, nil
}

var errTooWide = errors.New(", which is too wide")

var date = regexp.MustCompile(`20\d{6}`)

func dateOf(name string) time.Time {
	all := date.FindAllString(filepath.Base(name), -1)
	for _, d := range slices.Backward(all) {
		if t, err := time.Parse("20060102", d); err == nil {
			return t
		}
	}
	return time.Time{}
}
