package knowledge

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"

	"weir/internal/flow"
	"weir/internal/store/duckdb"
	"weir/internal/topology"
)

// largeEstate is a hub and 200 spokes of 250 interfaces each.
func largeEstate() *topology.Inventory {
	const group = topology.ID("/subscriptions/s1/resourcegroups/rg/providers/microsoft.network/")
	inv := &topology.Inventory{}
	for i := range 200 {
		vnet := group + topology.ID(fmt.Sprintf("virtualnetworks/spoke-%03d", i))
		subnet := vnet + "/subnets/apps"
		inv.VNets = append(inv.VNets, topology.VNet{
			Head: topology.Head{ID: vnet, Location: "westeurope"}, Prefixes: []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i)}), 16)},
		})
		inv.Subnets = append(inv.Subnets, topology.Subnet{Head: topology.Head{ID: subnet}, Prefixes: []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i)}), 24)}})
		for n := range 250 {
			inv.NICs = append(inv.NICs, topology.NIC{
				Head: topology.Head{
					ID: group + topology.ID(fmt.Sprintf("networkinterfaces/nic-%03d-%03d", i, n)), Location: "westeurope",
					Tags: map[string]string{"team": "payments", "cost centre": "4711"},
				},
				MAC:     fmt.Sprintf("000D3A%02X%04X", i, n),
				Configs: []topology.IPConfig{{Name: "c", Primary: true, Private: netip.AddrFrom4([4]byte{10, byte(i), 0, byte(n + 4)}), Subnet: subnet}},
			})
		}
	}
	inv.Sort()
	return inv
}

// largeTags are 3 000 service tags with 18 prefixes each.
func largeTags() []byte {
	var b bytes.Buffer
	b.WriteString(`{"changeNumber":1,"cloud":"Public","values":[{"name":"AzureCloud","properties":{"addressPrefixes":["20.0.0.0/8"]}}`)
	for i := range 3000 {
		fmt.Fprintf(&b, `,{"name":"Service%d","properties":{"region":"westeurope","systemService":"S%d","addressPrefixes":[`, i, i)
		for n := range 18 {
			if n > 0 {
				b.WriteByte(',')
			}
			x := i*18 + n
			fmt.Fprintf(&b, `"20.%d.%d.%d/28"`, x>>12&255, x>>4&255, x&15<<4)
		}
		b.WriteString("]}}")
	}
	b.WriteString("]}")
	return b.Bytes()
}

// largeFeed is a plain list of a million addresses.
func largeFeed() []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b []byte
	for range 1_000_000 {
		b = append(flow.AddrFrom4(64<<24|r.Uint32()>>2).AppendTo(b), '\n')
	}
	return b
}

// BenchmarkOpen opens what is known of a large estate, as every command and
// every start of the server does.
func BenchmarkOpen(b *testing.B) {
	s, err := duckdb.Open(b.Context(), b.TempDir(), duckdb.Options{Command: "test"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	k, err := Open(b.Context(), Config{Store: s})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := k.ImportTopology(b.Context(), TopologyInput{Inventory: largeEstate(), At: day, Source: "test"}); err != nil {
		b.Fatal(err)
	}
	if _, err := k.ImportServiceTags(b.Context(), ServiceTagsInput{Name: "tags.json", Date: day, Content: largeTags()}); err != nil {
		b.Fatal(err)
	}
	if _, err := k.ImportThreats(b.Context(), ThreatInput{Name: "large", File: "large.txt", At: day, Content: largeFeed()}); err != nil {
		b.Fatal(err)
	}
	k = nil
	kept := func() float64 {
		runtime.GC()
		runtime.GC() // once more for what pools still held
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / 1e6
	}
	before := kept()
	b.ReportAllocs()
	for b.Loop() {
		if k, err = Open(b.Context(), Config{Store: s, ReadOnly: true}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms")
	b.ReportMetric(kept()-before, "MB-kept")
	runtime.KeepAlive(k)
}
