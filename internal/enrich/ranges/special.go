package ranges

import "net/netip"

// Special is a run of addresses that cannot be a host on the internet.
type Special struct {
	Prefix netip.Prefix
	Why    string // in words that end a sentence: "10.0.0.1 is a private address"
}

// Specials returns every special prefix: private, shared, local, multicast and
// reserved, as the special-purpose registries of IANA (RFC 6890) and RFC 5771
// have them. Prefixes that are reached from the internet although they are in
// those registries (such as 192.31.196.0/24, AS112) are not special here.
func Specials() []Special {
	var out []Special
	for _, group := range []struct {
		why      string
		prefixes []string
	}{
		{"a private address", []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"}},
		{"a shared address of carriers", []string{"100.64.0.0/10"}},
		{"a loopback address", []string{"127.0.0.0/8", "::1/128"}},
		{"a link-local address", []string{"169.254.0.0/16", "fe80::/10"}},
		{"a site-local address", []string{"fec0::/10"}},
		{"a multicast address", []string{"224.0.0.0/4", "ff00::/8"}},
		{"an address of this network", []string{"0.0.0.0/8", "::/128"}},
		{"an address for documentation", []string{
			"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20",
		}},
		{"an address for benchmarks", []string{"198.18.0.0/15", "2001:2::/48"}},
		{"a reserved address", []string{"192.0.0.0/24", "240.0.0.0/4", "100::/64"}},
	} {
		for _, p := range group.prefixes {
			out = append(out, Special{netip.MustParsePrefix(p), group.why})
		}
	}
	return out
}

// SpecialTable returns a table of Specials whose values are their positions,
// counted from 1.
func SpecialTable() (*Table, []Special) {
	all := Specials()
	entries := make([]Entry, len(all))
	for i, s := range all {
		entries[i] = Entry{s.Prefix, uint32(i) + 1}
	}
	return Build(entries), all
}
