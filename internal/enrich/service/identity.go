package service

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"
)

// identity is the same for what two files say in the same way, in whatever
// form, order and spelling.
func identity(s *Snapshot, tags []Tag, prefixes []held) uint64 {
	var h xxh3.Hasher
	number := func(n int) {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], uint64(n))
		_, _ = h.Write(b[:])
	}
	text := func(t string) {
		number(len(t))
		_, _ = h.WriteString(t)
	}
	text(strings.ToLower(s.Cloud))
	number(s.ChangeNumber)
	place := make([]int32, len(tags)) // of each tag, the first of which is 0
	for i := range place {
		place[i] = int32(i)
	}
	slices.SortStableFunc(place, func(a, b int32) int {
		return cmp.Or(cmp.Compare(tags[a].Name, tags[b].Name), cmp.Compare(tags[a].Service, tags[b].Service), cmp.Compare(tags[a].Region, tags[b].Region))
	})
	sorted := slices.Clone(prefixes)
	slices.SortFunc(sorted, func(a, b held) int { return a.prefix.Compare(b.prefix) })
	of := make([][]held, len(tags))
	for _, p := range sorted {
		of[p.tag] = append(of[p.tag], p)
	}
	for _, n := range place {
		text(tags[n].Name)
		text(tags[n].Service)
		text(tags[n].Region)
		for _, p := range of[n] {
			b := p.prefix.Addr().As16()
			_, _ = h.Write(b[:])
			number(p.prefix.Bits())
		}
		number(-1)
	}
	return h.Sum64()
}
