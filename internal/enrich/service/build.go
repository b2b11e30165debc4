package service

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"weir/internal/enrich/ranges"
)

// held is a prefix of a tag.
type held struct {
	prefix netip.Prefix
	tag    int32
}

// build makes the tables. All addresses with the same tags share a record. The
// error is about an address in too many tags.
func (s *Snapshot) build(tags []Tag, prefixes []held) error {
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
		n := number[i]
		if n < 0 || slices.Contains(s.tagsHere[n], h.tag) {
			continue
		}
		if s.tagsHere[n] = append(s.tagsHere[n], h.tag); len(s.tagsHere[n]) > maxHolding {
			return tooMany(h.prefix)
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
		if len(chain) > maxHolding {
			return tooMany(nest.Prefix(int32(n)))
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
	return nil
}

func tooMany(p netip.Prefix) error {
	return fmt.Errorf("more than %d of its tags hold %s; %s", maxHolding, p, useWeekly)
}
