package ranges

import "fmt"

func (t *Table) Stat(probe func() (uint64, bool)) string {
	s := &t.six
	depth := map[int]int{}
	for {
		hi, ok := probe()
		if !ok {
			break
		}
		d := 0
		for n := uint32(0); ; {
			at := &s.nodes[n]
			d++
			i := hi>>at.shift - at.base
			if i >= uint64(at.size) {
				d += 100
				break
			}
			c := s.slots[uint64(at.start)+i]
			if c < crowd {
				break
			}
			n = c &^ crowd
		}
		depth[d]++
	}
	return fmt.Sprintf("entries %d lo %d nodes %d slots %d depth %v root %+v", s.count, len(s.lo), len(s.nodes), len(s.slots), depth, s.nodes[0])
}
