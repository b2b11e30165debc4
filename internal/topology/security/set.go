package security

import (
	"cmp"
	"encoding/binary"
	"math"
	"net/netip"
	"slices"
)

// kind tells apart the values that points of one dimension are.
type kind uint8

const (
	four  kind = iota // an IPv4 address; also a port or a protocol, whose dimensions have no other kind
	six               // an IPv6 address
	named             // what a name stands for whose addresses are not known
)

// point is a value of a dimension. Points are ordered by kind and number.
type point struct {
	kind   kind
	hi, lo uint64
}

func (p point) compare(q point) int {
	return cmp.Or(cmp.Compare(p.kind, q.kind), cmp.Compare(p.hi, q.hi), cmp.Compare(p.lo, q.lo))
}

// next is the point after one that is not the last of its kind.
func (p point) next() point {
	if p.lo++; p.lo == 0 {
		p.hi++
	}
	return p
}

// before is the point before one that is not the first of its kind.
func (p point) before() point {
	if p.lo--; p.lo == math.MaxUint64 {
		p.hi--
	}
	return p
}

// span is all points from the first to the last, of one kind.
type span struct{ first, last point }

// set is a set of points: spans in order that neither overlap nor touch.
type set []span

// setOf puts spans into order.
func setOf(spans ...span) set {
	slices.SortFunc(spans, func(a, b span) int { return a.first.compare(b.first) })
	var out set
	for _, s := range spans {
		n := len(out)
		if n > 0 && out[n-1].first.kind == s.first.kind && (s.first.compare(out[n-1].last) <= 0 || out[n-1].last.next() == s.first) {
			if s.last.compare(out[n-1].last) > 0 {
				out[n-1].last = s.last
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// and returns what is in both.
func (s set) and(o set) set {
	var out set
	for i, j := 0, 0; i < len(s) && j < len(o); {
		first, last := s[i].first, s[i].last
		if o[j].first.compare(first) > 0 {
			first = o[j].first
		}
		if o[j].last.compare(last) < 0 {
			last = o[j].last
		}
		if first.compare(last) <= 0 {
			out = append(out, span{first, last})
		}
		if s[i].last.compare(o[j].last) < 0 {
			i++
		} else {
			j++
		}
	}
	return out
}

// minus returns what is in s and not in o.
func (s set) minus(o set) set {
	var out set
	j := 0
	for _, part := range s {
		for j < len(o) && o[j].last.compare(part.first) < 0 {
			j++
		}
		whole := true
		for k := j; k < len(o) && o[k].first.compare(part.last) <= 0; k++ {
			if o[k].first.compare(part.first) > 0 {
				out = append(out, span{part.first, o[k].first.before()})
			}
			if whole = o[k].last.compare(part.last) < 0; !whole {
				break
			}
			part.first = o[k].last.next()
		}
		if whole {
			out = append(out, part)
		}
	}
	return out
}

// has tells whether a point is in the set.
func (s set) has(p point) bool {
	i, found := slices.BinarySearchFunc(s, p, func(x span, p point) int { return x.first.compare(p) })
	return found || i > 0 && s[i-1].last.compare(p) >= 0
}

func numbers(first, last uint64) span { return span{point{lo: first}, point{lo: last}} }

// Every value of the dimensions.
var (
	allFour      = span{point{four, 0, 0}, point{four, 0, math.MaxUint32}}
	allSix       = span{point{six, 0, 0}, point{six, math.MaxUint64, math.MaxUint64}}
	allNamed     = span{point{named, 0, 0}, point{named, 0, math.MaxUint64}}
	anyAddress   = set{allFour, allSix, allNamed}
	anyPort      = set{numbers(0, math.MaxUint16)}
	anyProtocol  = set{numbers(0, math.MaxUint8)}
	withPorts    = set{numbers(protocolTCP, protocolTCP), numbers(protocolUDP, protocolUDP)}
	platform     = netip.MustParseAddr("168.63.129.16") // probes, DNS and DHCP of Azure
	instanceData = netip.MustParseAddr("169.254.169.254")
)

func pointOf(a netip.Addr) point {
	a = a.Unmap()
	b := a.As16()
	p := point{kind: six, hi: binary.BigEndian.Uint64(b[:8]), lo: binary.BigEndian.Uint64(b[8:])}
	if a.Is4() {
		p = point{kind: four, lo: p.lo & math.MaxUint32}
	}
	return p
}

// spanOf is the addresses of a prefix.
func spanOf(p netip.Prefix) span {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	s := span{first: pointOf(p.Masked().Addr())}
	s.last = s.first
	switch free := p.Addr().BitLen() - p.Bits(); {
	case free >= 64:
		s.last.hi |= 1<<(free-64) - 1
		s.last.lo = math.MaxUint64
	default:
		s.last.lo |= 1<<free - 1
	}
	return s
}

// prefixes is the set of the addresses of prefixes.
func prefixes(list []netip.Prefix) set {
	spans := make([]span, 0, len(list))
	for _, p := range list {
		if p.IsValid() {
			spans = append(spans, spanOf(p))
		}
	}
	return setOf(spans...)
}

// dimension is one of what rules look at.
type dimension int

const (
	protocol dimension = iota
	source
	sourcePort
	dest
	destPort
	dimensions
)

// box is the flows whose values are in the set of each dimension.
type box [dimensions]set

// and returns the flows that are in both; false where there are none.
func (b *box) and(o *box) (both box, ok bool) {
	for d := range b {
		if both[d] = b[d].and(o[d]); len(both[d]) == 0 {
			return both, false
		}
	}
	return both, true
}

// empty tells whether it has no flow.
func (b *box) empty() bool {
	return slices.ContainsFunc(b[:], func(s set) bool { return len(s) == 0 })
}

// families divides a box, as both ends of a flow are of one family. What a name
// stands for is some of all addresses, and no more than these.
func (b *box) families() []box {
	var out []box
	within := func(s set, family span) set {
		if slices.Equal(s, anyAddress) {
			return set{family}
		}
		return s.and(set{family, allNamed})
	}
	for _, family := range []span{allFour, allSix} {
		part := *b
		part[source], part[dest] = within(b[source], family), within(b[dest], family)
		if !part.empty() {
			out = append(out, part)
		}
	}
	return out
}
