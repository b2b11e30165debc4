package simulate

import (
	"math/bits"
	"math/rand/v2"
	"net/netip"
)

// stream is a source of random numbers that belongs to one entity: whoever
// makes it again with the same key draws the same numbers, so the order of
// work never matters. All arithmetic is on integers, so that every machine
// writes the same bytes.
type stream struct{ pcg rand.PCG }

func newStream(seed uint64, name string, ids ...uint64) stream {
	var s stream
	k := keyOf(name, ids...)
	s.pcg.Seed(seed, k)
	return s
}

// keyOf folds a name and numbers into 64 bits (FNV-1a, then a finaliser).
func keyOf(name string, ids ...uint64) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	for _, v := range ids {
		h = mix(h ^ mix(v+0x9e3779b97f4a7c15))
	}
	return mix(h)
}

func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

func (s *stream) next() uint64 { return s.pcg.Uint64() }

// below returns a number in [0, n).
func (s *stream) below(n uint64) uint64 {
	hi, _ := bits.Mul64(s.pcg.Uint64(), n)
	return hi
}

// between returns a number in [lo, hi].
func (s *stream) between(lo, hi uint64) uint64 { return lo + s.below(hi-lo+1) }

// skewed returns a number in [0, n) that is more often small: a few clients
// make most connections.
func (s *stream) skewed(n uint64) uint64 {
	x := s.pcg.Uint64()
	return (x >> 32) * (x & 0xffffffff) >> 32 * n >> 32
}

// guid returns a version 4 UUID.
func (s *stream) guid() string {
	const hex = "0123456789abcdef"
	a, b := s.next(), s.next()
	b = b&^(3<<62) | 2<<62
	a = a&^0xf000 | 0x4000
	out := make([]byte, 0, 36)
	for i := range 32 {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			out = append(out, '-')
		}
		v := a
		if i >= 16 {
			v = b
		}
		out = append(out, hex[v>>(60-4*(i%16))&15])
	}
	return string(out)
}

// spread is a distribution given by its values at equally spaced quantiles;
// between them it is even.
type spread [5]uint64

func (d *spread) draw(s *stream) uint64 {
	x := s.pcg.Uint64()
	i := x >> 62
	lo, hi := d[i], d[i+1]
	part, _ := bits.Mul64(x<<2, hi-lo+1)
	return lo + part
}

// share returns total*part/whole without overflow.
func share(total, part, whole uint64) uint64 {
	if part >= whole {
		return total
	}
	hi, lo := bits.Mul64(total, part)
	q, _ := bits.Div64(hi, lo, whole)
	return q
}

// addToPrefix returns the n-th address of a prefix.
func addToPrefix(p netip.Prefix, n uint64) netip.Addr {
	b := p.Masked().Addr().As16()
	for i := 15; i >= 8 && n > 0; i-- {
		n += uint64(b[i])
		b[i] = byte(n)
		n >>= 8
	}
	a := netip.AddrFrom16(b)
	if p.Addr().Is4() {
		return a.Unmap()
	}
	return a
}

// pickFrom returns an address of the prefix, never its first or last.
func pickFrom(p netip.Prefix, s *stream) netip.Addr {
	width := p.Addr().BitLen() - p.Bits()
	if width > 62 {
		width = 62
	}
	n := uint64(1) << width
	if n <= 2 {
		return addToPrefix(p, s.below(n))
	}
	return addToPrefix(p, s.between(1, n-2))
}
