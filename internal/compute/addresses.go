package compute

import (
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
)

// addresses are functions over IP addresses, which may have a prefix: 10.0.0.0/8.
func addresses(name string) Func {
	switch name {
	case "parse_ipv4":
		return func(c *Call) Value {
			if ip, n, ok := ipv4(c.text(0)); ok {
				return whole(int64(masked4(ip, n)))
			}
			return Null()
		}
	case "ipv4_last": // of a range
		return func(c *Call) Value {
			if ip, n, ok := ipv4(c.text(0)); ok {
				return whole(int64(masked4(ip, n)) + int64(1)<<(32-n) - 1)
			}
			return Null()
		}
	case "parse_ipv4_mask":
		return func(c *Call) Value {
			ip, own, ok := ipv4(c.text(0))
			n, ok2 := c.number(1)
			if !ok || !ok2 || n < 0 || n > 32 {
				return Null()
			}
			return whole(int64(masked4(ip, min(int(n), own))))
		}
	case "ipv4_netmask_suffix":
		return func(c *Call) Value {
			if _, n, ok := ipv4(c.text(0)); ok {
				return whole(int64(n))
			}
			return Null()
		}
	case "ipv4_is_private":
		return isPrivate
	case "ipv4_compare", "ipv4_is_match", "ipv4_is_in_range":
		return func(c *Call) Value {
			a, m, ok1 := ipv4(c.text(0))
			b, n, ok2 := ipv4(c.text(1))
			if !ok1 || !ok2 {
				return Null()
			}
			if name == "ipv4_is_in_range" {
				return truth(masked4(a, n) == masked4(b, n) && m >= 0)
			}
			n = min(m, n, int(max(0, c.numberOr(2, 32))))
			return compared(name == "ipv4_is_match", int64(masked4(a, n))-int64(masked4(b, n)))
		}
	case "ipv4_is_in_any_range", "ipv6_is_in_any_range":
		return func(c *Call) Value { return inAnyRange(c, name == "ipv6_is_in_any_range") }
	case "ipv4_range_to_cidr_list":
		return cidrList
	case "format_ipv4", "format_ipv4_mask":
		return func(c *Call) Value { return formatIPv4(c, name == "format_ipv4_mask") }
	case "parse_ipv6", "parse_ipv6_mask":
		return func(c *Call) Value {
			ip, own, ok := ipv6(c.text(0))
			if !ok {
				return Text("")
			}
			n := int(c.numberOr(1, 128))
			if n < 0 || n > 128 {
				return Text("")
			}
			if strings.Contains(c.text(0), ".") && len(c.Args) > 1 && n <= 32 {
				n += 96
			}
			return Text(masked6(ip, min(n, own)).StringExpanded())
		}
	case "ipv6_compare", "ipv6_is_match", "ipv6_is_in_range":
		return func(c *Call) Value {
			a, m, ok1 := ipv6(c.text(0))
			b, n, ok2 := ipv6(c.text(1))
			if !ok1 || !ok2 {
				return Null()
			}
			if name == "ipv6_is_in_range" {
				return truth(masked6(a, n) == masked6(b, n))
			}
			n = min(m, n, int(max(0, c.numberOr(2, 128))))
			return compared(name == "ipv6_is_match", int64(masked6(a, n).Compare(masked6(b, n))))
		}
	case "has_ipv4", "has_ipv4_prefix":
		return func(c *Call) Value { return truth(hasIPv4(c.text(0), c.text(1), name == "has_ipv4_prefix")) }
	case "has_any_ipv4", "has_any_ipv4_prefix":
		return func(c *Call) Value {
			for _, v := range c.Args[1:] {
				list, ok := array(v)
				if !ok {
					list = []string{v.Text}
				}
				for _, ip := range list {
					if hasIPv4(c.text(0), plain(ip), name == "has_any_ipv4_prefix") {
						return truth(true)
					}
				}
			}
			return truth(false)
		}
	}
	return nil
}

func compared(same bool, d int64) Value {
	switch {
	case same:
		return truth(d == 0)
	case d < 0:
		return whole(-1)
	case d > 0:
		return whole(1)
	}
	return whole(0)
}

// ipv4 reads an address and the length of its prefix.
func ipv4(s string) (ip uint32, n int, ok bool) {
	s, prefix, has := strings.Cut(strings.TrimSpace(s), "/")
	n = 32
	if has {
		k, err := strconv.Atoi(prefix)
		if err != nil || k < 0 || k > 32 {
			return 0, 0, false
		}
		n = k
	}
	parts := 0
	for part := range strings.SplitSeq(s, ".") {
		v, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			return 0, 0, false
		}
		ip = ip<<8 | uint32(v)
		parts++
	}
	return ip, n, parts == 4
}

func masked4(ip uint32, n int) uint32 {
	if n == 0 {
		return 0
	}
	return ip >> (32 - n) << (32 - n)
}

func text4(ip uint32) string {
	return netip.AddrFrom4([4]byte{byte(ip >> 24), byte(ip >> 16), byte(ip >> 8), byte(ip)}).String()
}

// ipv6 reads an address; that of version 4 becomes one of version 6.
func ipv6(s string) (ip netip.Addr, n int, ok bool) {
	s, prefix, has := strings.Cut(strings.TrimSpace(s), "/")
	ip, err := netip.ParseAddr(s)
	if err != nil || ip.Zone() != "" {
		return ip, 0, false
	}
	n = 128
	if has {
		k, err := strconv.Atoi(prefix)
		if ip.Is4() {
			k += 96
		}
		if err != nil || k < 0 || k > 128 {
			return ip, 0, false
		}
		n = k
	}
	return netip.AddrFrom16(ip.As16()), n, true
}

func masked6(ip netip.Addr, n int) netip.Addr {
	b := ip.As16()
	for i := range b {
		if keep := max(0, min(8, n-8*i)); keep < 8 {
			b[i] &= byte(0xff << (8 - keep))
		}
	}
	return netip.AddrFrom16(b)
}

func isPrivate(c *Call) Value {
	ip, n, ok := ipv4(c.text(0))
	if !ok {
		return Null()
	}
	for _, private := range []struct {
		ip uint32
		n  int
	}{{10 << 24, 8}, {172<<24 | 16<<16, 12}, {192<<24 | 168<<16, 16}} {
		if n >= private.n && masked4(ip, private.n) == private.ip {
			return truth(true)
		}
	}
	return truth(false)
}

func inAnyRange(c *Call, six bool) Value {
	_, _, ok4 := ipv4(c.text(0))
	_, _, ok6 := ipv6(c.text(0))
	if !six && !ok4 || six && !ok6 {
		return Null()
	}
	for _, v := range c.Args[1:] {
		list, ok := array(v)
		if !ok {
			list = []string{v.Text}
		}
		for _, r := range list {
			if six {
				a, _, _ := ipv6(c.text(0))
				if b, n, ok := ipv6(plain(r)); ok && masked6(a, n) == masked6(b, n) {
					return truth(true)
				}
			} else {
				a, _, _ := ipv4(c.text(0))
				if b, n, ok := ipv4(plain(r)); ok && masked4(a, n) == masked4(b, n) {
					return truth(true)
				}
			}
		}
	}
	return truth(false)
}

func cidrList(c *Call) Value {
	from, _, ok1 := ipv4(c.text(0))
	to, _, ok2 := ipv4(c.text(1))
	if !ok1 || !ok2 || from > to {
		return Null()
	}
	all := []string{}
	for at, end := uint64(from), uint64(to); at <= end; {
		size := min(bits.TrailingZeros32(uint32(at)), 32)
		for size > 0 && at+1<<size-1 > end {
			size--
		}
		all = append(all, text4(uint32(at))+"/"+strconv.Itoa(32-size))
		at += 1 << size
	}
	return writeTexts(all)
}

// formatIPv4 takes an address, as text or number, and the length of a prefix.
func formatIPv4(c *Call, mask bool) Value {
	ip, own, ok := ipv4(c.text(0))
	if n, err := strconv.ParseInt(c.text(0), 10, 64); err == nil && n >= 0 && n < 1<<32 {
		ip, own, ok = uint32(n), 32, true
	}
	n := c.numberOr(1, 32)
	if !ok || n < 0 || n > 32 {
		return Text("")
	}
	bitsKept := min(int(n), own)
	s := text4(masked4(ip, bitsKept))
	if mask {
		s += "/" + strconv.Itoa(bitsKept)
	}
	return Text(s)
}

// hasIPv4 looks for an address, or one that begins like a prefix, between what
// is neither letter nor digit.
func hasIPv4(s, ip string, prefix bool) bool {
	if prefix {
		if ip == "" || strings.Trim(ip, "0123456789.") != "" || strings.Count(ip, ".") == 3 && strings.HasSuffix(ip, ".") ||
			!strings.HasSuffix(ip, ".") && strings.Count(ip, ".") != 3 {
			return false
		}
	} else if _, _, ok := ipv4(ip); !ok {
		return false
	}
	for at := 0; ; {
		i := strings.Index(s[at:], ip)
		if i < 0 {
			return false
		}
		i += at
		at = i + 1
		if i > 0 && (isWord(s[i-1]) || s[i-1] == '.') {
			continue
		}
		end := i + len(ip)
		for prefix && end < len(s) && (s[end] == '.' || s[end] >= '0' && s[end] <= '9') {
			end++
		}
		found := strings.TrimSuffix(s[i:end], ".")
		if _, _, ok := ipv4(found); ok && (end >= len(s) || !isWord(s[end]) && (s[end] != '.' || end+1 >= len(s) || !isWord(s[end+1]))) {
			return true
		}
	}
}

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}
