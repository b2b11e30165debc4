package service

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"weir/internal/enrich/ranges"
	"weir/internal/enrich/region"
)

// maxBytes bounds a file of service tags; today's have 4 MB.
const maxBytes = 256 << 20

type file struct {
	ChangeNumber wholeNumber `json:"changeNumber"`
	Cloud        string      `json:"cloud"`
	Values       []struct {
		Name       string `json:"name"`
		ID         string `json:"id"`
		Properties struct {
			Region          string   `json:"region"`
			SystemService   string   `json:"systemService"`
			AddressPrefixes []string `json:"addressPrefixes"`
		} `json:"properties"`
	} `json:"values"`
}

// wholeNumber is a number that the file has bare and Azure Resource Manager
// in quotes.
type wholeNumber int

// UnmarshalJSON reads 376 and "376".
func (n *wholeNumber) UnmarshalJSON(b []byte) error {
	v, err := strconv.Atoi(strings.Trim(string(b), `"`))
	if err != nil {
		return fmt.Errorf("%s is not a whole number", b)
	}
	*n = wholeNumber(v)
	return nil
}

// Read reads a weekly file, or the answer of Azure's service tag API (az
// network list-service-tags). The date comes from the name, as in
// ServiceTags_Public_20251117.json.
func Read(name string, r io.Reader) (*Snapshot, error) {
	fail := func(err error) (*Snapshot, error) {
		return nil, fmt.Errorf("cannot read the service tags in %s: %w", name, err)
	}
	text, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return fail(err)
	}
	if len(text) > maxBytes {
		return fail(fmt.Errorf("the file is larger than %d MB", maxBytes>>20))
	}
	var f file
	if err := json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &f); err != nil {
		return fail(fmt.Errorf("it is no such JSON (%w); use the weekly file ServiceTags_<cloud>_<date>.json of Microsoft", err))
	}
	if f.Cloud == "" || len(f.Values) == 0 {
		return fail(errors.New("it has no cloud and values; use the weekly file ServiceTags_<cloud>_<date>.json of Microsoft"))
	}
	s := &Snapshot{Cloud: f.Cloud, ChangeNumber: int(f.ChangeNumber), Date: dateOf(name)}
	regions := region.New()
	var tags []Tag
	var prefixes []held
	for _, v := range f.Values {
		p := v.Properties
		t := Tag{Name: cmp.Or(v.Name, v.ID), Service: p.SystemService, Region: regions.Normalise(p.Region)}
		for _, text := range p.AddressPrefixes {
			prefix, err := parsePrefix(text)
			if err != nil {
				s.Rejected = append(s.Rejected, fmt.Sprintf("%q in %s", text, t.Name))
				continue
			}
			prefixes = append(prefixes, held{prefix, int32(len(tags))})
			t.size++
		}
		tags = append(tags, t)
	}
	if len(prefixes) == 0 {
		return fail(errors.New("none of its tags has a prefix"))
	}
	s.build(tags, prefixes)
	s.Tags = len(tags)
	s.Prefixes = s.nest.Len() - 1 // without the one of ours
	return s, nil
}

// parsePrefix reads a prefix, or an address for itself.
func parsePrefix(s string) (netip.Prefix, error) {
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return netip.Prefix{}, err
		}
		return netip.PrefixFrom(a.WithZone(""), a.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}

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

// held is a prefix of a tag.
type held struct {
	prefix netip.Prefix
	tag    int32
}

// build makes the tables. All addresses with the same tags share a record.
func (s *Snapshot) build(tags []Tag, prefixes []held) {
	platform := int32(len(tags))
	s.tags = append(slices.Clone(tags), Tag{Service: VirtualPublicIP, size: 1})
	prefixes = append(slices.Clone(prefixes), held{netip.MustParsePrefix("168.63.129.16/32"), platform})

	all := make([]netip.Prefix, len(prefixes))
	for i, h := range prefixes {
		all[i] = h.prefix
	}
	nest, number := ranges.NewNest(all)
	s.nest = nest
	s.tagsHere = make([][]int32, nest.Len())
	for i, h := range prefixes {
		if n := number[i]; n >= 0 && !slices.Contains(s.tagsHere[n], h.tag) {
			s.tagsHere[n] = append(s.tagsHere[n], h.tag)
		}
	}
	for _, here := range s.tagsHere {
		slices.SortFunc(here, s.bySpecialty)
	}

	s.records = []Record{{}}
	known := map[string]uint32{}
	entries := make([]ranges.Entry, nest.Len())
	var chain []int32
	var key []byte
	for n := range nest.Len() {
		chain, key = chain[:0], key[:0]
		for at := int32(n); at >= 0; at = nest.Around(at) {
			chain = append(chain, s.tagsHere[at]...)
		}
		for _, t := range chain {
			key = strconv.AppendInt(append(key, ' '), int64(t), 10)
		}
		id, ok := known[string(key)]
		if !ok {
			id = uint32(len(s.records))
			known[string(key)] = id
			s.records = append(s.records, s.record(chain))
		}
		entries[n] = ranges.Entry{Prefix: nest.Prefix(int32(n)), Value: id}
	}
	s.table = ranges.Build(entries)
}

// bySpecialty puts the most special of the tags of one prefix first.
func (s *Snapshot) bySpecialty(a, b int32) int {
	return cmp.Or(cmp.Compare(s.tags[a].size, s.tags[b].size), cmp.Compare(s.tags[a].Name, s.tags[b].Name))
}

func (s *Snapshot) record(chain []int32) Record {
	var r Record
	for _, n := range chain {
		t := s.tags[n]
		r.Service = cmp.Or(r.Service, t.Service)
		r.Region = cmp.Or(r.Region, t.Region)
		if t.Name != "" && !slices.Contains(r.Tags, t.Name) {
			r.Tags = append(r.Tags, t.Name)
		}
	}
	r.Location = cmp.Or(r.Region, Global)
	return r
}
