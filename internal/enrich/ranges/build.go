package ranges

import (
	"net/netip"
	"slices"

	"weir/internal/flow"
)

// span is a prefix as its first address and length, in the same form for both
// families: bits is 96 more than usual for IPv4.
type span struct {
	first flow.Addr
	bits  uint8
	value uint32
}

// Build returns the table of the entries. Among equal prefixes the last wins.
// Prefixes that are not valid are left out. An IPv6 prefix says nothing of
// IPv4 addresses, even where it holds their mapped form.
func Build(entries []Entry) *Table {
	var families [2][]span
	for _, e := range entries {
		p := Clean(e.Prefix)
		if !p.IsValid() {
			continue
		}
		family := 0
		if p.Addr().Is4() {
			family = 1
		}
		families[family] = append(families[family], span{firstOf(p), bitsOf(p), e.Value})
	}
	var b builder
	for family, spans := range families {
		b.sweep(spans, family == 1)
	}
	return b.table()
}

// FromRanges returns the table of ranges that do not overlap, in order of
// address within each family, as [Table.All] gives them.
func FromRanges(sorted []Range) *Table {
	var b builder
	for _, r := range sorted {
		b.cut(r.First, r.Value)
		if next, ok := after(r.Last, r.First.Is4()); ok {
			b.cut(next, 0)
		}
	}
	return b.table()
}

// FromBoundaries returns the table in which from each of the addresses on, as
// far as the next one of its family, its value holds. They are in order of
// address within each family, IPv4 in the one list and IPv6 in the other.
func FromBoundaries(four, six []flow.Addr, values4, values6 []uint32) *Table {
	b := builder{four: boundaries{four, values4}, six: boundaries{six, values6}}
	return b.table()
}

// Merge lays tables over each other: combine is asked once for every run of
// addresses on which none of them changes, with their values in order.
func Merge(tables []*Table, combine func(values []uint32) uint32) *Table {
	var b builder
	b.four.merge(tables, combine, func(t *Table, list *boundaries) {
		list.at = make([]flow.Addr, 0, len(t.four.low))
		list.value = make([]uint32, 0, len(t.four.low))
		t.four.cuts(list.add)
	})
	b.six.merge(tables, combine, func(t *Table, list *boundaries) {
		list.at = make([]flow.Addr, 0, len(t.six.entries)+len(t.six.lo))
		list.value = make([]uint32, 0, len(t.six.entries)+len(t.six.lo))
		t.six.cuts(list.add)
	})
	return b.table()
}

// merge walks the boundaries of one family of all tables side by side.
func (l *boundaries) merge(tables []*Table, combine func([]uint32) uint32, of func(*Table, *boundaries)) {
	lists := make([]boundaries, len(tables))
	size := 0
	for i, t := range tables {
		of(t, &lists[i])
		size += len(lists[i].at)
	}
	l.at, l.value = make([]flow.Addr, 0, size), make([]uint32, 0, size)
	values := make([]uint32, len(tables))
	for {
		var at flow.Addr
		found := false
		for i := range lists {
			if next := lists[i].at; len(next) > 0 && (!found || next[0].Compare(at) < 0) {
				at, found = next[0], true
			}
		}
		if !found {
			return
		}
		for i := range lists {
			if next := &lists[i]; len(next.at) > 0 && next.at[0] == at {
				values[i] = next.value[0]
				next.at, next.value = next.at[1:], next.value[1:]
			}
		}
		l.add(at, combine(values))
	}
}

func (l *boundaries) add(at flow.Addr, value uint32) bool {
	l.at, l.value = append(l.at, at), append(l.value, value)
	return true
}

// builder takes boundaries in order of address, each family for itself: from
// here on, this value.
type builder struct {
	four, six boundaries
}

type boundaries struct {
	at    []flow.Addr
	value []uint32
}

func (b *builder) cut(at flow.Addr, value uint32) {
	list := &b.six
	if at.Is4() {
		list = &b.four
	}
	if n := len(list.at); n > 0 && list.at[n-1] == at {
		list.value[n-1] = value
		return
	}
	list.at, list.value = append(list.at, at), append(list.value, value)
}

// sweep cuts prefixes of one family, which lie within or beside each other,
// into boundaries: where a prefix begins its value does, where it ends that of
// the prefix around it goes on.
func (b *builder) sweep(spans []span, four bool) {
	slices.SortStableFunc(spans, func(a, b span) int {
		if c := a.first.Compare(b.first); c != 0 {
			return c
		}
		return int(a.bits) - int(b.bits)
	})
	list := &b.six
	if four {
		list = &b.four
	}
	list.at, list.value = make([]flow.Addr, 0, 2*len(spans)), make([]uint32, 0, 2*len(spans))
	open := make([]span, 0, 129)
	pop := func() {
		last := lastOf(open[len(open)-1].first, open[len(open)-1].bits)
		open = open[:len(open)-1]
		under := uint32(0)
		if len(open) > 0 {
			under = open[len(open)-1].value
		}
		if next, ok := after(last, four); ok {
			b.cut(next, under)
		}
	}
	for i, s := range spans {
		if i > 0 && spans[i-1].first == s.first && spans[i-1].bits == s.bits {
			open[len(open)-1].value = s.value
			b.cut(s.first, s.value)
			continue
		}
		for len(open) > 0 && lastOf(open[len(open)-1].first, open[len(open)-1].bits).Compare(s.first) < 0 {
			pop()
		}
		b.cut(s.first, s.value)
		open = append(open, s)
	}
	for len(open) > 0 {
		pop()
	}
}

func (b *builder) table() *Table {
	t := &Table{}
	t.four.fill(b.four.at, b.four.value)
	t.six.fill(b.six.at, b.six.value)
	for range t.All() {
		t.size++
	}
	return t
}

func (t *four) fill(at []flow.Addr, value []uint32) {
	if len(at) == 0 {
		return
	}
	t.index = make([]uint32, 1<<16+1)
	t.low = make([]uint16, 0, len(at)+1<<16)
	t.value = make([]uint32, 0, len(at)+1<<16)
	current, i := uint32(0), 0
	for block := range uint32(1 << 16) {
		t.index[block] = uint32(len(t.low))
		add := func(low uint16, v uint32) {
			if n := len(t.low); n > int(t.index[block]) && (t.low[n-1] == low || t.value[n-1] == v) {
				if t.low[n-1] == low {
					t.value[n-1] = v
				}
				return
			}
			t.low, t.value = append(t.low, low), append(t.value, v)
		}
		add(0, current)
		for ; i < len(at) && uint32(at[i].Lo)>>16 == block; i++ {
			add(uint16(at[i].Lo), value[i])
			current = value[i]
		}
	}
	t.index[1<<16] = uint32(len(t.low))
	t.low, t.value = slices.Clip(t.low), slices.Clip(t.value)
}

// Clean returns the prefix in the one form in which equal prefixes are equal:
// masked, and of family IPv4 where it is written as mapped. What is not valid
// stays so.
func Clean(p netip.Prefix) netip.Prefix {
	if p.IsValid() && p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked()
}

// Addrs returns the first and the last address of a prefix.
func Addrs(p netip.Prefix) (first, last flow.Addr) {
	p = Clean(p)
	first = firstOf(p)
	return first, lastOf(first, bitsOf(p))
}

func firstOf(p netip.Prefix) flow.Addr { return flow.AddrFrom16(p.Addr().As16()) }

func bitsOf(p netip.Prefix) uint8 {
	if p.Addr().Is4() {
		return uint8(p.Bits()) + 96
	}
	return uint8(p.Bits())
}

func lastOf(first flow.Addr, bits uint8) flow.Addr {
	if bits <= 64 {
		first.Hi |= ^uint64(0) >> bits
		first.Lo = ^uint64(0)
		return first
	}
	first.Lo |= ^uint64(0) >> (bits - 64)
	return first
}

// after returns the next address of the family; false after the last. IPv6
// goes on behind the mapped form of IPv4, in which its prefixes may end.
func after(a flow.Addr, four bool) (flow.Addr, bool) {
	a.Lo++
	if a.Lo == 0 {
		a.Hi++
		return a, a.Hi != 0
	}
	switch {
	case four && !a.Is4():
		return a, false
	case !four && a.Is4():
		return flow.Addr{Lo: 1 << 48}, true
	}
	return a, true
}

func before(a flow.Addr) flow.Addr {
	if a.Lo == 0 {
		a.Hi--
	}
	a.Lo--
	return a
}
