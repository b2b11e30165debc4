package ranges

// Set4 tells whether an IPv4 address is one of many. It takes 256 kB and two
// bytes for each of its boundaries. The zero Set4 holds nothing.
type Set4 struct {
	// index and low are as those of a table, but a block has boundaries only
	// where an address of it is held: they begin and end, in turn, what is.
	index []uint32
	low   []uint16
}

// Has tells whether the set holds the address whose bytes are v.
func (s *Set4) Has(v uint32) bool {
	block := v >> 16
	if int(block)+1 >= len(s.index) {
		return false
	}
	low := s.low[s.index[block]:s.index[block+1]]
	if len(low) == 0 {
		return false
	}
	at := last(low, uint16(v))
	return low[at] <= uint16(v) && at&1 == 0
}

// Bytes returns about how much memory the set takes.
func (s *Set4) Bytes() int { return 4*len(s.index) + 2*len(s.low) }

// newSet4 returns the set of the addresses to which the table gives a value
// and none of the others does.
func newSet4(of *Table, without []*Table) *Set4 {
	if len(of.four.index) == 0 {
		return &Set4{}
	}
	s := &Set4{index: make([]uint32, 1<<16+1)}
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
			low = end
		}
	}
	s.index[1<<16] = uint32(len(s.low))
	return s
}
