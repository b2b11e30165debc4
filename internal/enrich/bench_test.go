package enrich

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"weir/internal/enrich/service"
	"weir/internal/enrich/threat"
	"weir/internal/flow"
	"weir/internal/topology"
)

// large is an estate of 50 000 interfaces: a hub with a VPN gateway and 200
// spokes of 250 interfaces each.
func large() *estate {
	b := &estate{}
	hub := b.vnet("hub", "10.255.0.0/16")
	b.subnet(hub, "gatewaysubnet", "10.255.255.0/27")
	b.nic("dns", "0000000000D0", b.subnet(hub, "shared", "10.255.1.0/24"), "10.255.1.4")
	gw := b.gateway("vpn", "Vpn", hub, "172.20.0.0/24")
	local := rid("localnetworkgateways", "office")
	b.inv.LocalGateways = append(b.inv.LocalGateways, topology.LocalGateway{Head: topology.Head{ID: local}, Prefixes: pfx("192.168.0.0/16")})
	b.inv.Connections = append(b.inv.Connections, topology.Connection{Head: topology.Head{ID: rid("connections", "c")}, Gateway1: gw.ID, LocalGateway: local})
	for i := range 200 {
		v := b.vnet(fmt.Sprintf("spoke-%03d", i), fmt.Sprintf("10.%d.0.0/16", i))
		s := b.subnet(v, "default", fmt.Sprintf("10.%d.0.0/24", i))
		b.peer(v, hub, true)
		for n := range 250 {
			b.nic(fmt.Sprintf("nic-%03d-%03d", i, n), fmt.Sprintf("000D3A%02X%04X", i, n), s, fmt.Sprintf("10.%d.0.%d", i, n+4))
		}
	}
	return b
}

// manyTags are 3 000 service tags with 18 prefixes each.
func manyTags(t testing.TB) *service.Snapshot {
	t.Helper()
	var b strings.Builder
	b.WriteString(`{"changeNumber":1,"cloud":"Public","values":[{"name":"AzureCloud","properties":{"addressPrefixes":["20.0.0.0/8"]}}`)
	for i := range 3000 {
		fmt.Fprintf(&b, `,{"name":"Service%d","properties":{"region":"westeurope","systemService":"S%d","addressPrefixes":[`, i, i)
		for n := range 18 {
			x := i*18 + n
			if n > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `"20.%d.%d.%d/28"`, x>>12&255, x>>4&255, x&15<<4)
		}
		b.WriteString("]}}")
	}
	b.WriteString("]}")
	s, err := service.Read("ServiceTags_Public_20260801.json", strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// million is a feed of a million addresses below 128.0.0.0 and above 64.0.0.0.
func million(t testing.TB) *threat.Set {
	t.Helper()
	l := &threat.Listing{}
	r := rand.New(rand.NewPCG(1, 2))
	for range 1_000_000 {
		ip := flow.AddrFrom4(64<<24 | r.Uint32()>>2).Netip()
		l.Indicators = append(l.Indicators, threat.Indicator{Prefix: netip.PrefixFrom(ip, 32), Category: threat.Botnet, Confidence: 50})
	}
	h := &threat.History{}
	h.Add(l, day(2))
	s, err := threat.NewSet(threat.SetConfig{Feeds: []threat.Feed{{Name: "many", History: h}}}, day(2))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func largeKnowledge(t testing.TB, snapshots ...topology.Snapshot) *Knowledge {
	t.Helper()
	return New(Sources{Topology: topology.NewIndex(snapshots...), Services: versions(t, manyTags(t)), Threats: million(t)})
}

// manyRows are rows as a reduction yields them, log by log: machines talk in
// their network, with the hub, other spokes, the office, Azure and the internet.
func manyRows(n int) ([]flow.Row, []flow.Log) {
	r := rand.New(rand.NewPCG(3, 4))
	var rows []flow.Row
	var logs []flow.Log
	v4 := func(a, b, c, d uint32) flow.Addr { return flow.AddrFrom4(a<<24 | b<<16 | c<<8 | d) }
	for len(rows) < n {
		spoke, nic := r.Uint32N(200), r.Uint32N(250)
		log := uint32(len(logs))
		logs = append(logs, flow.Log{
			Family: flow.VNet, MAC: fmt.Sprintf("000D3A%02X%04X", spoke, nic), Target: string(vnetID(fmt.Sprintf("spoke-%03d", spoke))),
		})
		for range 40 {
			k := flow.Key{Initiator: v4(10, spoke, 0, nic+4), Log: log, Direction: flow.Outbound, Interval: day(3).Unix()}
			switch r.IntN(10) {
			case 0, 1, 2:
				k.Responder = v4(10, spoke, 0, 4+r.Uint32N(250))
			case 3, 4:
				k.Responder = v4(10, 255, 1, 4)
			case 5:
				k.Responder = v4(10, r.Uint32N(200), 0, 4+r.Uint32N(250))
			case 6:
				k.Responder = v4(192, 168, r.Uint32N(256), 1)
			case 7:
				k.Responder = v4(20, r.Uint32N(14), r.Uint32N(256), 1)
			default:
				k.Initiator, k.Responder, k.Direction = flow.AddrFrom4(64<<24|r.Uint32()>>2), k.Initiator, flow.Inbound
			}
			rows = append(rows, flow.Row{Key: k})
		}
	}
	return rows, logs
}

func BenchmarkJudgeRows(b *testing.B) {
	k := largeKnowledge(b, large().at(day(1)))
	rows, logs := manyRows(1_000_000)
	j := k.NewJudge(time.Hour)
	b.ReportAllocs()
	const batch = 50_000
	at := 0
	for b.Loop() {
		j.Rows(rows[at:at+batch], logs)
		if at += batch; at == len(rows) {
			at = 0
		}
	}
	b.ReportMetric(float64(b.N)*batch/b.Elapsed().Seconds()/1e6, "Mrows/s")
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/batch, "ns/row")
}

func benchmarkAttribute(b *testing.B, k *Knowledge) {
	rows, logs := manyRows(100_000)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		r := &rows[i%len(rows)]
		i++
		k.Attribute(r.Responder, topology.Capture{Target: logs[r.Log].Target})
	}
}

func BenchmarkAttribute(b *testing.B) {
	benchmarkAttribute(b, largeKnowledge(b, large().at(day(1))))
}

// A year of daily snapshots, in each of the last thirty of which one machine is new.
func BenchmarkAttributeOverAYear(b *testing.B) {
	e := large()
	var all []topology.Snapshot
	s := e.at(day(1))
	for n := range 365 {
		if n > 335 {
			e.nic(fmt.Sprintf("new-%d", n), "", vnetID("hub")+"/subnets/shared", fmt.Sprintf("10.255.1.%d", n-300))
			s = e.at(day(1))
		}
		s.Time = day(1 + n)
		all = append(all, s)
	}
	benchmarkAttribute(b, largeKnowledge(b, all...))
}
