package duckdb

// knownIDs remembers ids of dimension rows that are stored, in a fixed amount
// of memory: each id has one place, and a later id takes it over. Forgetting
// is harmless: the id is then looked up in the table.
type knownIDs struct {
	places []uint64
	mask   uint64
}

// newKnownIDs makes a memory of size places, a power of two.
func newKnownIDs(size int) *knownIDs {
	return &knownIDs{places: make([]uint64, size), mask: uint64(size - 1)}
}

func (k *knownIDs) has(id uint64) bool { return id != 0 && k.places[id&k.mask] == id }

func (k *knownIDs) add(id uint64) { k.places[id&k.mask] = id }

// newIDs collects the ids of one delta that may not be stored yet, each once,
// in the order in which they came. Its memory is kept for the next delta.
type newIDs struct {
	places []int32 // index into ids, plus one; open addressing
	ids    []uint64
}

const minNewIDs = 1 << 10

// add returns false if the id is there already.
func (n *newIDs) add(id uint64) bool {
	if 2*(len(n.ids)+1) > len(n.places) {
		n.grow()
	}
	mask := uint64(len(n.places) - 1)
	// The low bits choose the place among known ids; use others here.
	for at := (id >> 20) & mask; ; at = (at + 1) & mask {
		switch p := n.places[at]; {
		case p == 0:
			n.ids = append(n.ids, id)
			n.places[at] = int32(len(n.ids))
			return true
		case n.ids[p-1] == id:
			return false
		}
	}
}

func (n *newIDs) grow() {
	size := max(minNewIDs, 2*len(n.places))
	n.places = make([]int32, size)
	mask := uint64(size - 1)
	for i, id := range n.ids {
		at := (id >> 20) & mask
		for n.places[at] != 0 {
			at = (at + 1) & mask
		}
		n.places[at] = int32(i + 1)
	}
}

// keepPlaces is up to how many places are worth keeping between deltas.
const keepPlaces = 1 << 18

func (n *newIDs) reset() {
	n.ids = n.ids[:0]
	if len(n.places) > keepPlaces {
		n.places, n.ids = nil, nil
		return
	}
	clear(n.places)
}
