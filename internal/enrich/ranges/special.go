package ranges

import "net/netip"

// Special is a run of addresses that no host on the internet has.
type Special struct {
	Prefix netip.Prefix
	Why    string // in words that end a sentence: "10.0.0.1 is a private address"
	// Documentation marks ranges for examples. People put such addresses into
	// logs in place of public ones, to make them anonymous: they count as public,
	// and have no place.
	Documentation bool
}

// Specials returns every special prefix: private, shared, local, multicast,
// reserved and for documentation, as the special-purpose registries of IANA
// (RFC 6890) and RFC 5771 have them. Prefixes that are reached from the internet
// although they are in those registries (such as 192.31.196.0/24, AS112) are
// not special here.
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
		{documentation, []string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"}},
		{"an address for benchmarks", []string{"198.18.0.0/15", "2001:2::/48"}},
		{"a reserved address", []string{"192.0.0.0/24", "240.0.0.0/4", "100::/64"}},
	} {
		for _, p := range group.prefixes {
			out = append(out, Special{netip.MustParsePrefix(p), group.why, group.why == documentation})
		}
	}
	return out
}

const documentation = "an address for documentation"

// SpecialTable returns a table of the Specials that are not public, whose
// values are their positions among all of them, counted from 1.
func SpecialTable() (*Table, []Special) {
	all := Specials()
	return tableOf(all, func(s Special) bool { return !s.Documentation }), all
}

// PlacelessTable returns a table of all Specials: none of their addresses is
// anywhere. The values are their positions, counted from 1.
func PlacelessTable() *Table { return tableOf(Specials(), func(Special) bool { return true }) }

func tableOf(all []Special, keep func(Special) bool) *Table {
	var entries []Entry
	for i, s := range all {
		if keep(s) {
			entries = append(entries, Entry{s.Prefix, uint32(i) + 1})
		}
	}
	return Build(entries)
}
