package threat

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"weir/internal/enrich/ranges"
)

var errNoAddress = errors.New("it is not an address or CIDR")

// maxAddress is how long an address may be as text.
const maxAddress = 200

// parseAddresses reads 1.2.3.4, 1.2.3.0/24, 1.2.3.0/255.255.255.0, 1.2.3.4:80,
// [::1]:80, ::1, 1.2.3.4-1.2.3.9, and any of them defanged as 1.2.3[.]4.
func parseAddresses(s string) ([]netip.Prefix, error) {
	if len(s) > maxAddress {
		return nil, errNoAddress
	}
	if strings.Contains(s, "[.]") || strings.Contains(s, "[:]") {
		s = strings.NewReplacer("[.]", ".", "[:]", ":").Replace(s)
	}
	if first, length, ok := strings.Cut(s, "/"); ok {
		if n, isMask := maskBits(length); isMask && strings.Contains(length, ".") {
			s = first + "/" + strconv.Itoa(n)
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, errNoAddress
		}
		return []netip.Prefix{ranges.Clean(p)}, nil
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return single(a), nil
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return single(ap.Addr()), nil
	}
	if from, to, ok := strings.Cut(s, "-"); ok {
		first, errF := netip.ParseAddr(strings.TrimSpace(from))
		last, errL := netip.ParseAddr(strings.TrimSpace(to))
		if errF == nil && errL == nil {
			return prefixesBetween(first.WithZone("").Unmap(), last.WithZone("").Unmap())
		}
	}
	return nil, errNoAddress
}

func single(a netip.Addr) []netip.Prefix {
	a = a.WithZone("").Unmap()
	return []netip.Prefix{netip.PrefixFrom(a, a.BitLen())}
}

// prefixesBetween returns the fewest prefixes that hold exactly the addresses
// from first to last.
func prefixesBetween(first, last netip.Addr) ([]netip.Prefix, error) {
	if first.BitLen() != last.BitLen() || last.Less(first) {
		return nil, errors.New("the range ends before it begins")
	}
	var out []netip.Prefix
	for first.IsValid() && !last.Less(first) {
		bits := first.BitLen()
		for bits > 0 {
			wider := netip.PrefixFrom(first, bits-1).Masked()
			if _, end := ranges.Addrs(wider); wider.Addr() != first || last.Less(end.Netip()) {
				break
			}
			bits--
		}
		p := netip.PrefixFrom(first, bits)
		out = append(out, p)
		_, end := ranges.Addrs(p)
		first = end.Netip().Next()
	}
	return out, nil
}

// maskBits reads a netmask, as 24 or as 255.255.255.0.
func maskBits(s string) (length int, ok bool) {
	if n, err := strconv.Atoi(s); err == nil {
		return n, n > 0 && n <= 128
	}
	a, err := netip.ParseAddr(s)
	if err != nil || !a.Is4() {
		return 0, false
	}
	four := a.As4()
	mask := uint32(four[0])<<24 | uint32(four[1])<<16 | uint32(four[2])<<8 | uint32(four[3])
	ones := bits.LeadingZeros32(^mask)
	return ones, ones > 0 && mask == ^uint32(0)<<(32-ones)
}

// checkWidth refuses what no list means: a network, or a range, that is wider
// than [ranges.Widest4] or [ranges.Widest6].
func checkWidth(prefixes []netip.Prefix) error {
	size := sizeOf(prefixes)
	switch {
	case len(prefixes) == 0:
		return errNoAddress
	case prefixes[0].Bits() == 0:
		return errors.New("it covers all addresses")
	case prefixes[0].Addr().Is4() && size > math.Exp2(32-ranges.Widest4):
		return fmt.Errorf("it covers more than a /%d", ranges.Widest4)
	case !prefixes[0].Addr().Is4() && size > math.Exp2(128-ranges.Widest6):
		return fmt.Errorf("it covers more than a /%d", ranges.Widest6)
	}
	return nil
}

// CheckWidth returns an error for a text of addresses that covers more than an
// entry of a list may: more than a /8 of IPv4 or a /19 of IPv6.
func CheckWidth(text string) error {
	prefixes, err := parseAddresses(text)
	if err != nil {
		return err
	}
	return checkWidth(prefixes)
}

// sizeOf counts the addresses of prefixes that do not overlap.
func sizeOf(prefixes []netip.Prefix) (n float64) {
	for _, p := range prefixes {
		n += math.Exp2(float64(p.Addr().BitLen() - p.Bits()))
	}
	return n
}

// checkCover refuses a feed whose entries, each for itself narrow enough,
// cover half of the internet: of all IPv4, or of 2000::/3.
func (l *Listing) checkCover() error {
	var four, six []netip.Prefix
	var size4, size6 float64
	for i := range l.Indicators {
		p := l.Indicators[i].Prefix
		if p.Addr().Is4() {
			size4 += math.Exp2(float64(32 - p.Bits()))
		} else {
			size6 += math.Exp2(float64(128 - p.Bits()))
		}
	}
	const half4, half6 = 1 << 31, 1 << 124
	if size4 < half4 && size6 < half6 {
		return nil // also if none of them overlap
	}
	for i := range l.Indicators {
		if p := l.Indicators[i].Prefix; p.Addr().Is4() {
			four = append(four, p)
		} else {
			six = append(six, p)
		}
	}
	if sizeOf(outermost(four)) >= half4 || sizeOf(outermost(six)) >= half6 {
		return fmt.Errorf("%w: it covers half of the internet or more", ErrContent)
	}
	return nil
}

// outermost leaves out prefixes that lie within others.
func outermost(prefixes []netip.Prefix) (out []netip.Prefix) {
	slices.SortFunc(prefixes, netip.Prefix.Compare)
	for _, p := range prefixes {
		if n := len(out); n == 0 || !out[n-1].Overlaps(p) {
			out = append(out, p)
		}
	}
	return out
}
