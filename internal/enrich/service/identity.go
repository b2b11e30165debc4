package service

import (
	"encoding/binary"
	"strings"

	"github.com/zeebo/xxh3"
)

// identity is the same for files that say the same, in whatever form and order:
// a sum of hashes of the file, its tags and their prefixes.
func identity(s *Snapshot, tags []Tag, prefixes []held) uint64 {
	sum := xxh3.Hash(binary.BigEndian.AppendUint64([]byte(strings.ToLower(s.Cloud)), uint64(s.ChangeNumber)))
	of := make([]uint64, len(tags))
	var b []byte
	for i, t := range tags {
		b = b[:0]
		for _, text := range []string{t.Name, t.Service, t.Region} {
			b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
		}
		of[i] = xxh3.Hash(b)
		sum += of[i]
	}
	for _, p := range prefixes {
		a := p.prefix.Addr().As16()
		b = binary.BigEndian.AppendUint64(b[:0], of[p.tag])
		sum += xxh3.Hash(append(append(b, a[:]...), byte(p.prefix.Bits())))
	}
	return sum
}
