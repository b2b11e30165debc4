package ranges

import (
	"net/netip"
	"slices"

	"weir/internal/flow"
)

// Nest is a set of different prefixes that knows which lies within which, for
// questions that the longest prefix alone cannot answer. It takes 28 bytes a
// prefix. Prefixes are spoken of by number, in order of address and length.
type Nest struct {
	first  []flow.Addr
	bits   []uint8
	parent []int32
	table  *Table
}

// NewNest returns the nest of the prefixes, each of which may occur any number
// of times, and the number that each of them got. Prefixes that are not valid
// get -1.
func NewNest(prefixes []netip.Prefix) (*Nest, []int32) {
	type item struct {
		span
		from int32
	}
	items := make([]item, 0, len(prefixes))
	number := make([]int32, len(prefixes))
	for i, p := range prefixes {
		number[i] = -1
		if p = Clean(p); p.IsValid() {
			items = append(items, item{span{first: firstOf(p), bits: bitsOf(p)}, int32(i)})
		}
	}
	slices.SortFunc(items, func(a, b item) int {
		if c := a.first.Compare(b.first); c != 0 {
			return c
		}
		return int(a.bits) - int(b.bits)
	})
	n := &Nest{
		first: make([]flow.Addr, 0, len(items)), bits: make([]uint8, 0, len(items)), parent: make([]int32, 0, len(items)),
	}
	four := 0
	for _, it := range items {
		if it.first.Is4() {
			four++
		}
	}
	families := [2][]span{make([]span, 0, len(items)-four), make([]span, 0, four)}
	open := [2][]int32{} // by family: the prefixes around the current one
	for _, it := range items {
		last := len(n.first) - 1
		if last >= 0 && n.first[last] == it.first && n.bits[last] == it.bits {
			number[it.from] = int32(last)
			continue
		}
		id := int32(len(n.first))
		number[it.from] = id
		family := 0
		if it.first.Is4() && it.bits >= 96 {
			family = 1
		}
		stack := open[family]
		for len(stack) > 0 {
			top := stack[len(stack)-1]
			if lastOf(n.first[top], n.bits[top]).Compare(it.first) >= 0 {
				break
			}
			stack = stack[:len(stack)-1]
		}
		parent := int32(-1)
		if len(stack) > 0 {
			parent = stack[len(stack)-1]
		}
		open[family] = append(stack, id)
		n.first, n.bits, n.parent = append(n.first, it.first), append(n.bits, it.bits), append(n.parent, parent)
		it.value = uint32(id) + 1
		families[family] = append(families[family], it.span)
	}
	var b builder
	for family, spans := range families {
		b.sweep(spans, family == 1)
		families[family] = nil
	}
	n.table = b.table()
	return n, number
}

// Len returns the number of prefixes.
func (n *Nest) Len() int { return len(n.first) }

// Narrowest returns the number of the longest prefix that holds the address,
// or -1.
func (n *Nest) Narrowest(a flow.Addr) int32 { return int32(n.table.Find(a)) - 1 }

// Set4 returns the set of the IPv4 addresses that any of the prefixes holds,
// without those to which any of the tables gives a value.
func (n *Nest) Set4(without ...*Table) *Set4 { return newSet4(n.table, without) }

// Around returns the number of the narrowest wider prefix that holds this
// one, or -1.
func (n *Nest) Around(number int32) int32 { return n.parent[number] }

// Prefix returns the prefix of that number.
func (n *Nest) Prefix(number int32) netip.Prefix {
	a := n.first[number].Netip()
	bits := int(n.bits[number])
	if a.Is4() && bits >= 96 {
		return netip.PrefixFrom(a, bits-96)
	}
	return netip.PrefixFrom(netip.AddrFrom16(n.first[number].As16()), bits)
}

// Bytes returns about how much memory the nest takes.
func (n *Nest) Bytes() int { return 16*len(n.first) + len(n.bits) + 4*len(n.parent) + n.table.Bytes() }
