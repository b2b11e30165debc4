package topology

import (
	"fmt"
	"testing"
	"time"

	"weir/internal/flow"
)

// large is an estate of 50 000 interfaces: a hub with a VPN gateway and 200
// spokes of 250 interfaces each.
func large() *build {
	b := &build{}
	hub := b.vnet("hub", "10.255.0.0/16")
	b.subnet(hub, "gatewaysubnet", "10.255.255.0/27")
	shared := b.subnet(hub, "shared", "10.255.1.0/24")
	b.nic("dns", "0000000000D0", shared, "10.255.1.4")
	b.connect("to-office", b.gateway("vpn", "Vpn", hub, "172.20.0.0/24"), b.site("office", "203.0.113.9", "192.168.0.0/16"))
	for i := range 200 {
		v := b.vnet(fmt.Sprintf("spoke-%03d", i), fmt.Sprintf("10.%d.0.0/16", i))
		s := b.subnet(v, "default", fmt.Sprintf("10.%d.0.0/24", i))
		b.peer(v, hub, true)
		for j := range 250 {
			b.nic(fmt.Sprintf("nic-%03d-%03d", i, j), fmt.Sprintf("000D3A%02X%04X", i, j), s, fmt.Sprintf("10.%d.0.%d", i, j+4))
		}
	}
	return b
}

type question struct {
	addr flow.Addr
	from Capture
}

// questions asks from 1 000 captures for addresses of all scopes: the
// captured VNet, the hub, another spoke, the site and the internet.
func questions() []question {
	var out []question
	for i := range 200 {
		for j := range 5 {
			from := mac(fmt.Sprintf("000D3A%02X%04X", i, j*49))
			for _, a := range []string{
				fmt.Sprintf("10.%d.0.%d", i, j*31+4), fmt.Sprintf("10.%d.0.%d", i, j*31+5), "10.255.1.4",
				fmt.Sprintf("10.%d.0.%d", (i+j+1)%200, j*31+4), fmt.Sprintf("192.168.%d.1", i), fmt.Sprintf("20.%d.3.%d", i, j),
			} {
				out = append(out, question{addr(a), from})
			}
		}
	}
	return out
}

func TestOwnerDoesNotAllocate(t *testing.T) {
	x := NewIndex(hubAndSpokes().at(1), hubAndSpokes().at(3))
	target := Capture{Target: string(vnetID("one") + "/subnets/web")}
	addrs := []flow.Addr{addr("10.1.1.4"), addr("10.0.1.4"), addr("10.2.1.4"), addr("192.168.1.1"), addr("8.8.8.8"), addr("fd00::4")}
	if n := testing.AllocsPerRun(100, func() {
		for _, a := range addrs {
			x.Owner(a, ms(2), mac("0000000000A1"))
			x.Owner(a, ms(9), target)
			x.Owner(a, ms(0), Capture{})
		}
	}); n != 0 {
		t.Errorf("Owner() allocates %v times", n)
	}
}

func BenchmarkOwner(b *testing.B) {
	x := NewIndex(large().at(1))
	list := questions()
	at := ms(2)
	b.ReportAllocs()
	b.ResetTimer()
	found := 0
	for i := range b.N {
		q := &list[i%len(list)]
		if x.Owner(q.addr, at, q.from).Kind != EndpointNone {
			found++
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mlookups/s")
	b.ReportMetric(float64(found)/float64(b.N), "found")
}

// From one capture after the other, as the rows of a batch ask, whose captures
// are found once for all their addresses.
func BenchmarkVantageOwner(b *testing.B) {
	x := NewIndex(large().at(1))
	list := questions()
	var places []Vantage
	for i := range list {
		places = append(places, x.Vantage(list[i].from, ms(2)))
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		n := i % len(list)
		places[n].Owner(list[n].addr)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mlookups/s")
}

func BenchmarkNewIndex(b *testing.B) {
	s := large().at(1)
	b.ReportAllocs()
	for b.Loop() {
		NewIndex(s)
	}
}

// Thirty daily snapshots, in each of which one machine is new.
func BenchmarkNewIndexOfAMonth(b *testing.B) {
	var snapshots []Snapshot
	estate := large()
	for day := 1; day <= 30; day++ {
		estate.nic(fmt.Sprintf("new-%d", day), "", vnetID("hub")+"/subnets/shared", fmt.Sprintf("10.255.1.%d", 10+day))
		snapshots = append(snapshots, estate.at(day))
	}
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		start := time.Now()
		NewIndex(snapshots...)
		b.ReportMetric(time.Since(start).Seconds(), "s")
	}
}
