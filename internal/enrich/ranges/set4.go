package ranges

// Set4 tells whether an IPv4 address is one of many. It takes two bytes for
// each of its boundaries and 2.4 MB. The zero Set4 holds nothing.
type Set4 struct {
	// blocks has a bit for every /24 that may hold any: most addresses are in
	// none, which this answers with one look into memory.
	blocks []uint64
	// index and low are like those of a table, but a block has boundaries only
	// where an address of it is held: they begin and end, in turn, what is.
	index []uint32
	low   []uint16
}

// Has tells whether the set holds the address whose bytes are v.
func (s *Set4) Has(v uint32) bool {
	if uint64(v>>14) >= uint64(len(s.blocks)) || s.blocks[v>>14]>>(v>>8&63)&1 == 0 {
		return false
	}
	block := v >> 16
	low := s.low[s.index[block]:s.index[block+1]]
	at := last(low, uint16(v))
	return low[at] <= uint16(v) && at&1 == 0
}

// Bytes returns about how much memory the set takes.
func (s *Set4) Bytes() int { return 8*len(s.blocks) + 4*len(s.index) + 2*len(s.low) }

// newSet4 returns the set of the addresses to which the table gives a value
// and none of the others does.
func newSet4(of *Table, without []*Table) *Set4 {
	if len(of.four.index) == 0 {
		return &Set4{}
	}
	s := &Set4{blocks: make([]uint64, 1<<24/64), index: make([]uint32, 1<<16+1), low: make([]uint16, 0, len(of.four.low))}
	tables := []*four{&of.four}
	for _, t := range without {
		if len(t.four.index) > 0 {
			tables = append(tables, &t.four)
		}
	}
	next := make([]uint32, len(tables))
	for block := range 1 << 16 {
		s.index[block] = uint32(len(s.low))
		for i, t := range tables {
			next[i] = t.index[block]
		}
		held := false
		for low := uint32(0); low < 1<<16; {
			now := true
			end := uint32(1 << 16)
			for i, t := range tables {
				stop := t.index[block+1]
				for next[i]+1 < stop && uint32(t.low[next[i]+1]) <= low {
					next[i]++
				}
				now = now && (t.value[next[i]] != 0) == (i == 0)
				if next[i]+1 < stop {
					end = min(end, uint32(t.low[next[i]+1]))
				}
			}
			if now != held {
				held = now
				s.low = append(s.low, uint16(low))
			}
			for b := low >> 8; held && b <= (end-1)>>8; b++ {
				s.blocks[block<<2|int(b>>6)] |= 1 << (b & 63)
			}
			low = end
		}
	}
	s.index[1<<16] = uint32(len(s.low))
	return s
}
