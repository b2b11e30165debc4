package flow

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// Addr is an IPv4 or IPv6 address in sixteen bytes without pointers, so that
// millions of them cost the garbage collector nothing. IPv4 is held in its
// mapped form (::ffff:a.b.c.d); an IPv6 text that spells a mapped address is
// therefore the same address. The zero Addr is "::".
type Addr struct {
	Hi, Lo uint64
}

const mappedPrefix = 0xffff << 32

// AddrFrom4 returns the IPv4 address whose four bytes are v, most significant first.
func AddrFrom4(v uint32) Addr { return Addr{Lo: mappedPrefix | uint64(v)} }

// AddrFrom16 returns the address with the bytes b in network order.
func AddrFrom16(b [16]byte) Addr {
	return Addr{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

// ParseAddr reads an address without a zone.
func ParseAddr(s string) (Addr, error) {
	ip, err := netip.ParseAddr(s)
	if err != nil {
		return Addr{}, err
	}
	if ip.Zone() != "" {
		return Addr{}, fmt.Errorf("cannot use address %q: it has a zone", s)
	}
	return AddrFrom16(ip.As16()), nil
}

// MustParseAddr is ParseAddr for constants; it panics on a bad address.
func MustParseAddr(s string) Addr {
	a, err := ParseAddr(s)
	if err != nil {
		panic(err)
	}
	return a
}

// Is4 tells whether the address is IPv4.
func (a Addr) Is4() bool { return a.Hi == 0 && a.Lo>>32 == 0xffff }

// As16 returns the sixteen bytes in network order.
func (a Addr) As16() (b [16]byte) {
	binary.BigEndian.PutUint64(b[:8], a.Hi)
	binary.BigEndian.PutUint64(b[8:], a.Lo)
	return b
}

// Netip returns the address as the standard library's type, IPv4 unmapped.
func (a Addr) Netip() netip.Addr { return netip.AddrFrom16(a.As16()).Unmap() }

// String returns the canonical text: dotted decimal for IPv4, RFC 5952 for IPv6.
func (a Addr) String() string { return a.Netip().String() }

// AppendTo appends the canonical text to b.
func (a Addr) AppendTo(b []byte) []byte { return a.Netip().AppendTo(b) }

// Compare orders addresses by their sixteen bytes.
func (a Addr) Compare(b Addr) int {
	switch {
	case a.Hi != b.Hi && a.Hi < b.Hi, a.Hi == b.Hi && a.Lo < b.Lo:
		return -1
	case a == b:
		return 0
	}
	return 1
}
