package decode

import (
	"encoding/binary"

	"github.com/zeebo/xxh3"
)

// printed is how many tuples a fingerprint is made of, at most.
const printed = 256

// Fingerprint returns a hash of the first group of tuples, with their log and
// rule: the same in every layout, and where more follows. With their times and
// the NIC they are written once, so they are in no other log. It is 0 where
// there are no tuples.
func (r *Record) Fingerprint() uint64 {
	if len(r.Groups) == 0 {
		return 0
	}
	var h xxh3.Hasher
	var b [8]byte
	number := func(v uint64) {
		binary.LittleEndian.PutUint64(b[:], v)
		_, _ = h.Write(b[:])
	}
	g := r.Groups[0]
	for _, text := range []string{g.Log.Family.String(), g.Log.MAC, g.Log.Target, g.Log.FlowLog, g.Rule.ACL, g.Rule.Name} {
		number(uint64(len(text)))
		_, _ = h.WriteString(text)
	}
	for _, t := range r.Tuples[:min(g.End, printed)] {
		for _, v := range []uint64{
			uint64(t.Time), t.Src.Hi, t.Src.Lo, t.Dst.Hi, t.Dst.Lo, uint64(t.SrcPort), uint64(t.DstPort), uint64(t.Protocol), uint64(t.Direction),
			uint64(t.Status), uint64(t.State), uint64(t.Encryption), t.PacketsFwd, t.BytesFwd, t.PacketsBack, t.BytesBack,
		} {
			number(v)
		}
	}
	return max(h.Sum64(), 1)
}
