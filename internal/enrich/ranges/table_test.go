package ranges

import (
	"cmp"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/gaissmai/bart"
	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weir/internal/flow"
)

// prefixes draws prefixes that often lie within each other.
func prefixes(t *rapid.T) []netip.Prefix {
	n := rapid.IntRange(0, 40).Draw(t, "n")
	out := make([]netip.Prefix, n)
	for i := range out {
		var b [16]byte
		from := rapid.SampledFrom([]string{
			"10.1.2.3", "10.1.255.255", "255.255.255.255", "0.0.0.0", "::", "::fffe:ffff:ffff",
			"::1:0:0:0", "2001:db8::ffff", "2a00::1", "2fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		}).Draw(t, "from")
		a := netip.MustParseAddr(from)
		b = a.As16()
		if rapid.Bool().Draw(t, "flip") {
			b[rapid.IntRange(12, 15).Draw(t, "byte")] ^= byte(1 << rapid.IntRange(0, 7).Draw(t, "bit"))
		}
		if a.Is4() {
			out[i] = netip.PrefixFrom(netip.AddrFrom4([4]byte(b[12:])), rapid.IntRange(0, 32).Draw(t, "bits")).Masked()
		} else {
			out[i] = Clean(netip.PrefixFrom(netip.AddrFrom16(b), rapid.IntRange(0, 128).Draw(t, "bits")))
		}
	}
	return out
}

// probes returns the addresses at which an answer can change.
func probes(all []netip.Prefix) []flow.Addr {
	out := []flow.Addr{{}, {Hi: 1<<64 - 1, Lo: 1<<64 - 1}, flow.AddrFrom4(0), flow.AddrFrom4(1<<32 - 1), {Lo: 1 << 48}, {Lo: 0xfffeffffffff}}
	for _, p := range all {
		first, last := Addrs(p)
		out = append(out, first, last)
		if a := first.Netip().Prev(); a.IsValid() {
			out = append(out, flow.AddrFrom16(a.As16()))
		}
		if a := last.Netip().Next(); a.IsValid() {
			out = append(out, flow.AddrFrom16(a.As16()))
		}
	}
	return out
}

// longest is the plain meaning of a table: try all, the last of equals wins.
func longest(entries []Entry, a flow.Addr) uint32 {
	bits, value := -1, uint32(0)
	for _, e := range entries {
		if e.Prefix.Contains(a.Netip()) && e.Prefix.Bits() >= bits {
			bits, value = e.Prefix.Bits(), e.Value
		}
	}
	return value
}

func TestFindIsLongestPrefix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := prefixes(t)
		entries := make([]Entry, len(all))
		var reference bart.Table[uint32]
		for i, p := range all {
			entries[i] = Entry{p, uint32(rapid.IntRange(0, 5).Draw(t, "value"))}
			reference.Insert(p, entries[i].Value)
		}
		table := Build(entries)
		again := FromRanges(slices.Collect(table.All()))
		for _, a := range probes(all) {
			want := longest(entries, a)
			if got := table.Find(a); got != want {
				t.Fatalf("Find(%s) of %v: got %d, want %d", a, entries, got, want)
			}
			if other, _ := reference.Lookup(a.Netip()); other != want {
				t.Fatalf("the reference finds %d at %s, all of them give %d", other, a, want)
			}
			if got := again.Find(a); got != want {
				t.Fatalf("Find(%s) after All and FromRanges: got %d, want %d", a, got, want)
			}
		}
	})
}

// Many prefixes close to each other, so that the search has a deep tree.
func TestFindAmongMany(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	var all []netip.Prefix
	var entries []Entry
	var reference bart.Table[uint32]
	for i := range 20_000 {
		a := flow.Addr{Hi: 0x2603_1030_0000_0000 | r.Uint64N(1<<uint(r.IntN(32)+1)), Lo: r.Uint64N(1 << uint(r.IntN(63)+1))}
		p := netip.PrefixFrom(a.Netip(), 32+r.IntN(97)).Masked()
		if i%7 == 0 {
			p = netip.PrefixFrom(flow.AddrFrom4(0x14000000|r.Uint32N(1<<18)).Netip(), 8+r.IntN(25)).Masked()
		}
		if i%1000 == 0 {
			p = netip.PrefixFrom(flow.Addr{Hi: r.Uint64(), Lo: r.Uint64()}.Netip(), 1+r.IntN(128)).Masked()
		}
		all = append(all, p)
		entries = append(entries, Entry{p, uint32(i) + 1})
		reference.Insert(p, uint32(i)+1)
	}
	table := Build(entries)
	at := probes(all)
	for _, a := range at[:20_000] { // and beside whole crowds of them
		a.Hi ^= 1 << uint(r.IntN(64))
		at = append(at, a)
	}
	for _, a := range at {
		want, _ := reference.Lookup(a.Netip())
		if got := table.Find(a); got != want {
			t.Fatalf("Find(%s): got %d, want %d", a, got, want)
		}
	}
}

// Ranges, unlike prefixes, may begin in a crowd and end far from it.
func TestFindBesideACrowd(t *testing.T) {
	var all []Range
	start := uint64(0x2603_1030_0000_0000)
	for i := range uint64(100) {
		all = append(all, Range{flow.Addr{Hi: start + i}, flow.Addr{Hi: start + i, Lo: 1<<64 - 1}, uint32(i%3) + 1})
	}
	all = append(all,
		Range{flow.Addr{Hi: start + 100}, flow.MustParseAddr("27ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 8},
		Range{flow.MustParseAddr("2a00::"), flow.MustParseAddr("2a00::ffff"), 9})
	table := FromRanges(all)
	for address, want := range map[string]uint32{
		"2603:1030::": 1, "2603:1030:0:1::": 2, "2603:1030:0:64::": 8, "2603:1031::": 8, "2604::": 8, "26ff::": 8, "2700::": 8,
		"2800::": 0, "2603:102f::": 0, "2602::": 0, "2500::": 0, "2a00::1": 9, "2a01::": 0, "ffff::": 0, "::": 0,
	} {
		if got := table.Find(flow.MustParseAddr(address)); got != want {
			t.Errorf("Find(%s) = %d, want %d", address, got, want)
		}
	}
}

func TestMergeAsksEveryTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tables []*Table
		var all []netip.Prefix
		for range 3 {
			part := prefixes(t)
			all = append(all, part...)
			var entries []Entry
			for i, p := range part {
				entries = append(entries, Entry{p, uint32(i%4) + 1})
			}
			tables = append(tables, Build(entries))
		}
		merged := Merge(tables, func(v []uint32) uint32 { return v[0]<<16 | v[1]<<8 | v[2] })
		for _, a := range probes(all) {
			want := tables[0].Find(a)<<16 | tables[1].Find(a)<<8 | tables[2].Find(a)
			if got := merged.Find(a); got != want {
				t.Fatalf("Find(%s): got %x, want %x", a, got, want)
			}
		}
	})
}

func TestNestNamesEveryPrefixAround(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := prefixes(t)
		nest, number := NewNest(all)
		for i, p := range all {
			if got := nest.Prefix(number[i]); got != p {
				t.Fatalf("Prefix(%d): got %s, want %s", number[i], got, p)
			}
		}
		for _, a := range probes(all) {
			var want []netip.Prefix
			for _, p := range all {
				if p.Contains(a.Netip()) && !slices.Contains(want, p) {
					want = append(want, p)
				}
			}
			slices.SortFunc(want, func(a, b netip.Prefix) int { return cmp.Compare(b.Bits(), a.Bits()) })
			var got []netip.Prefix
			for n := nest.Narrowest(a); n >= 0; n = nest.Around(n) {
				got = append(got, nest.Prefix(n))
			}
			if d := gocmp.Diff(want, got, gocmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); d != "" {
				t.Fatalf("around %s (-want +got):\n%s", a, d)
			}
		}
	})
}

func TestSet4IsThePrefixesWithoutTheOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		held, some, more := prefixes(t), prefixes(t), prefixes(t)
		nest, _ := NewNest(held)
		without := func(all []netip.Prefix) *Table {
			var entries []Entry
			for _, p := range all {
				entries = append(entries, Entry{p, 1})
			}
			return Build(entries)
		}
		set := nest.Set4(without(some), without(more))
		in := func(all []netip.Prefix, a netip.Addr) bool {
			return slices.ContainsFunc(all, func(p netip.Prefix) bool { return p.Contains(a) })
		}
		for _, a := range probes(slices.Concat(held, some, more)) {
			if at := a.Netip(); at.Is4() {
				want := in(held, at) && !in(some, at) && !in(more, at)
				if got := set.Has(uint32(a.Lo)); got != want {
					t.Fatalf("Has(%s) of %v without %v and %v: got %v, want %v", at, held, some, more, got, want)
				}
			}
		}
	})
	if new(Set4).Has(0x08080808) {
		t.Error("an empty set holds an address")
	}
}

func TestRangesAreWhole(t *testing.T) {
	table := Build([]Entry{
		{netip.MustParsePrefix("10.0.0.0/8"), 1},
		{netip.MustParsePrefix("10.1.0.0/16"), 2},
		{netip.MustParsePrefix("10.2.0.0/16"), 1}, // the same as around it
		{netip.MustParsePrefix("10.3.0.0/16"), 0}, // a hole
		{netip.MustParsePrefix("::ffff:11.0.0.0/104"), 3},
		{netip.MustParsePrefix("::/0"), 7},
	})
	var got []string
	for r := range table.All() {
		got = append(got, r.First.String()+"-"+r.Last.String()+"="+string(rune('0'+r.Value)))
	}
	want := []string{
		"10.0.0.0-10.0.255.255=1", "10.1.0.0-10.1.255.255=2", "10.2.0.0-10.2.255.255=1", "10.4.0.0-10.255.255.255=1",
		"11.0.0.0-11.255.255.255=3", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff=7",
	}
	if d := gocmp.Diff(want, got); d != "" {
		t.Errorf("All() (-want +got):\n%s", d)
	}
	if table.Len() != len(want) {
		t.Errorf("Len() = %d, want %d", table.Len(), len(want))
	}
	if (&Table{}).Find(flow.MustParseAddr("1.2.3.4")) != 0 || (&Table{}).Find(flow.MustParseAddr("2001::1")) != 0 {
		t.Error("the zero table answers")
	}
}

func TestSpecials(t *testing.T) {
	table, all := SpecialTable()
	for address, want := range map[string]string{
		"10.0.0.1": "a private address", "172.31.255.255": "a private address", "192.168.0.0": "a private address",
		"100.127.255.255": "a shared address of carriers", "127.0.0.1": "a loopback address", "::1": "a loopback address",
		"169.254.169.254": "a link-local address", "fe80::1": "a link-local address", "224.0.0.1": "a multicast address",
		"255.255.255.255": "a reserved address", "fd00::1": "a private address", "198.18.7.131": "an address for benchmarks", "198.19.255.255": "an address for benchmarks",
		"0.0.0.0": "an address of this network", "::": "an address of this network",
		"8.8.8.8": "", "172.32.0.0": "", "168.63.129.16": "", "2600::1": "", "100.128.0.0": "", "192.88.99.1": "",
	} {
		got := ""
		if v := table.Find(flow.MustParseAddr(address)); v != 0 {
			got = all[v-1].Why
		}
		if got != want {
			t.Errorf("%s is %q, want %q", address, got, want)
		}
	}
}

// Addresses for documentation stand for public ones, which are nowhere.
func TestDocumentationIsPublic(t *testing.T) {
	special, _ := SpecialTable()
	placeless := PlacelessTable()
	for _, address := range []string{"192.0.2.0", "192.0.2.255", "198.51.100.7", "203.0.113.9", "2001:db8::1", "2001:db8:ffff::1", "3fff::1"} {
		if a := flow.MustParseAddr(address); special.Find(a) != 0 || placeless.Find(a) == 0 {
			t.Errorf("%s is special: %d, without a place: %d", address, special.Find(a), placeless.Find(a))
		}
	}
	for _, address := range []string{"10.0.0.4", "198.18.0.1", "fd00::1"} {
		if placeless.Find(flow.MustParseAddr(address)) == 0 {
			t.Errorf("%s has a place", address)
		}
	}
	if placeless.Find(flow.MustParseAddr("8.8.8.8")) != 0 {
		t.Error("8.8.8.8 has no place")
	}
}

// random returns a table of a million IPv4 addresses, and as many IPv6
// prefixes, with probes of which half are in it.
func random(n int) (*Table, []flow.Addr, []flow.Addr) {
	r := rand.New(rand.NewPCG(1, 2))
	var entries []Entry
	var four, six []flow.Addr
	for i := range n {
		v := r.Uint32()
		a := flow.AddrFrom4(v)
		entries = append(entries, Entry{netip.PrefixFrom(a.Netip(), 32), uint32(i%200 + 1)})
		four = append(four, a, flow.AddrFrom4(r.Uint32()))
		b := flow.Addr{Hi: 0x2000<<48 | r.Uint64N(0xc10<<48)}
		entries = append(entries, Entry{netip.PrefixFrom(b.Netip(), 48), uint32(i%200 + 1)})
		six = append(six, b, flow.Addr{Hi: 0x2000<<48 | r.Uint64N(0xc10<<48)})
	}
	shuffle := func(a []flow.Addr) []flow.Addr {
		r.Shuffle(len(a), func(i, j int) { a[i], a[j] = a[j], a[i] })
		return a[:1<<16]
	}
	return Build(entries), shuffle(four), shuffle(six)
}

func BenchmarkFind(b *testing.B) {
	table, four, six := random(1_000_000)
	for name, at := range map[string][]flow.Addr{"IPv4": four, "IPv6": six} {
		b.Run(name+"/1M prefixes", func(b *testing.B) {
			var sum uint32
			i := 0
			for b.Loop() {
				sum += table.Find(at[i&(1<<16-1)])
				i++
			}
			b.ReportMetric(float64(b.N)/1e6/b.Elapsed().Seconds(), "Mlookups/s")
			b.ReportMetric(float64(table.Bytes())/1e6, "MB")
			_ = sum
		})
	}
}
