package duckdb

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/store/storetest"
	"weir/internal/topology"
)

// facts is what is known of addresses in a test.
type facts map[string]enrich.Attribution

// attribute is for store.Delta. Each address is hosts of its own.
func (f facts) attribute(a flow.Addr, _ topology.Capture) enrich.Attribution {
	was := f[a.String()]
	was.Tenures = slices.Clone(was.Tenures)
	for i := range was.Tenures {
		was.Tenures[i].Host += store.PartyID(a, 0)
	}
	return was
}

// always is the attribution of an address that was one thing.
func always(e enrich.Endpoint, verdicts ...enrich.Verdict) enrich.Attribution {
	return turns(nil, e).with(verdicts...)
}

type attribution struct{ enrich.Attribution }

func (a attribution) with(verdicts ...enrich.Verdict) enrich.Attribution {
	a.Verdicts = verdicts
	return a.Attribution
}

// turns is the attribution of an address that was one thing after another.
func turns(changes []time.Time, endpoints ...enrich.Endpoint) attribution {
	var a attribution
	a.Hash = 1
	from := int64(math.MinInt64)
	for i := range endpoints {
		until := int64(math.MaxInt64)
		if i < len(changes) {
			until = changes[i].UnixMilli()
		}
		a.Tenures = append(a.Tenures, enrich.Tenure{
			From: from, Until: until, Host: uint64(i + 1), Endpoint: &endpoints[i], EndpointID: enrich.EndpointID(&endpoints[i]),
		})
		from = until
	}
	return a
}

const network = "/subscriptions/s/resourcegroups/rg/providers/microsoft.network/"

// machine is the endpoint of a virtual machine in a network.
func machine(vm, vnet string) enrich.Endpoint {
	return enrich.Endpoint{Class: enrich.VNet, Endpoint: topology.Endpoint{
		Kind: topology.EndpointNIC, ID: topology.ID(network + "networkinterfaces/" + vm + "-nic"), Subscription: "s", Region: "eastus",
		VNetID: topology.ID(network + "virtualnetworks/" + vnet), VNet: "s/rg/" + vnet, Subnet: "rg/" + vnet + "/default",
		NIC: "rg/" + vm + "-nic", VM: "rg/" + vm,
	}}
}

// minute is that many minutes after the first interval began; an interval has ten.
func minute(n int) time.Time { return storetest.Start.Add(time.Duration(n) * time.Minute) }

// row is a flow in the interval that begins at a minute.
func row(min int, from, to string, kind flow.Type) flow.Row {
	r := storetest.Row(0)
	r.Initiator, r.Responder, r.Type = flow.MustParseAddr(from), flow.MustParseAddr(to), kind
	r.Interval = minute(min).Unix()
	r.First, r.Last = r.Interval*1000+1000, r.Interval*1000+2000
	return r
}

func commitKnown(t *testing.T, s *Store, known facts, relations []enrich.Relation, rows ...flow.Row) {
	t.Helper()
	d := storetest.Delta(rows...)
	d.Attribute, d.Relations = known.attribute, relations
	storetest.Identify(d)
	if err := s.Commit(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// TestReusedAddress gives an address to another machine between, at the start
// of, and within an interval.
func TestReusedAddress(t *testing.T) {
	f := func(change time.Time, want ...string) {
		t.Helper()
		s := newStore(t, t.TempDir(), Options{})
		known := facts{
			"10.0.0.1": turns([]time.Time{change, minute(90)}, machine("first", "v"), machine("second", "v"), machine("last", "v")).Attribution,
			"10.0.0.2": always(machine("other", "v")),
		}
		commitKnown(t, s, known, nil, row(0, "10.0.0.1", "10.0.0.2", flow.IntraVNet), row(10, "10.0.0.1", "10.0.0.2", flow.IntraVNet), row(20, "10.0.0.2", "10.0.0.1", flow.IntraVNet))
		var rows [][]any
		for i, vm := range want {
			src, dest := "rg/"+vm, "rg/other"
			if i == 2 {
				src, dest = dest, src
			}
			rows = append(rows, []any{minute(10 * i), src, dest})
		}
		answer(t, s, "machines by interval", "SELECT FlowIntervalStartTime, SrcVm, DestVm FROM NTANetAnalytics ORDER BY 1", rows...)
	}
	f(minute(-1), "second", "second", "second")
	f(minute(0), "second", "second", "second")
	f(minute(5), "first", "second", "second")
	f(minute(10), "first", "second", "second")
	f(minute(15), "first", "first", "second")
	f(minute(60), "first", "first", "first")
}

// site is the endpoint of an address behind a gateway.
func site(class enrich.Class, e topology.Endpoint) enrich.Endpoint {
	e.Subscription, e.Gateway = "s", "s/rg/vpn"
	return enrich.Endpoint{Class: class, Endpoint: e}
}

// TestConnections connects two networks in two ways one after the other, and
// a network with sites.
func TestConnections(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	known := facts{
		"10.0.0.1": always(machine("spoke1", "v1")),
		"10.1.0.1": always(machine("spoke2", "v2")),
		"10.2.0.1": always(machine("spoke3", "v3")),
		"192.168.0.9": always(site(enrich.S2S, topology.Endpoint{
			Kind: topology.EndpointSiteS2S, LocalGateway: "s/rg/office", Connection: "s/rg/to-office", ConnectionType: topology.ConnectionVPN,
		})),
		"192.168.1.9": always(site(enrich.S2S, topology.Endpoint{
			Kind: topology.EndpointSiteCircuit, Circuit: "s/rg/circuit", Connection: "s/rg/to-circuit", ConnectionType: topology.ConnectionER,
			PeeringType: "AzurePrivatePeering",
		})),
		"172.16.0.7": always(site(enrich.P2S, topology.Endpoint{Kind: topology.EndpointSiteP2S, ConnectionType: topology.ConnectionVPN})),
	}
	v1, v2 := topology.ID(network+"virtualnetworks/v1"), topology.ID(network+"virtualnetworks/v2")
	change := minute(10).UnixMilli()
	relations := []enrich.Relation{
		{From: math.MinInt64, Until: change, VNet1: v1, VNet2: v2, ConnectionType: topology.ConnectionPeering, ConnectingVNets: "s/rg/hub1 s/rg/hub2"},
		{From: change, Until: math.MaxInt64, VNet1: v1, VNet2: v2, ConnectionType: topology.ConnectionER, Connection: "s/rg/link", Circuit: "s/rg/circuit"},
		{From: math.MinInt64, Until: math.MaxInt64, VNet1: v2, VNet2: v1, ConnectionType: topology.ConnectionVPN, Connection: "s/rg/back"},
	}
	commitKnown(t, s, known, relations,
		row(0, "10.0.0.1", "10.1.0.1", flow.InterVNet),
		row(10, "10.0.0.1", "10.1.0.1", flow.InterVNet),
		row(20, "10.1.0.1", "10.0.0.1", flow.InterVNet),
		row(30, "10.0.0.1", "10.2.0.1", flow.InterVNet), // nothing is known to connect them
		row(40, "192.168.0.9", "10.0.0.1", flow.S2S),
		row(50, "10.0.0.1", "192.168.1.9", flow.S2S),
		row(60, "172.16.0.7", "10.0.0.1", flow.P2S),
		row(70, "10.0.0.1", "172.16.0.7", flow.P2S),
		row(80, "10.0.0.1", "10.0.0.1", flow.IntraVNet))
	const office, circuit, peering = "s/rg/office", "s/rg/circuit", "AzurePrivatePeering"
	answer(t, s, "connections", `SELECT FlowType, ConnectionType, ConnectionName, ConnectingVnets, SrcLocalNetworkGateway, DestLocalNetworkGateway,
		SrcExpressRouteCircuit, DestExpressRouteCircuit, ExpressRouteCircuitPeeringType FROM NTANetAnalytics ORDER BY FlowIntervalStartTime`,
		[]any{"InterVNet", "VNetPeering", "", "s/rg/hub1 s/rg/hub2", "", "", "", "", ""},
		[]any{"InterVNet", "ExpressRoute", "s/rg/link", "", "", "", circuit, circuit, peering},
		[]any{"InterVNet", "VpnGateway", "s/rg/back", "", "", "", "", "", ""},
		[]any{"InterVNet", "", "", "", "", "", "", "", ""},
		[]any{"S2S", "VpnGateway", "s/rg/to-office", "", office, "", "", "", ""},
		[]any{"S2S", "ExpressRoute", "s/rg/to-circuit", "", "", "", "", circuit, peering},
		[]any{"P2S", "VpnGateway", "s/rg/vpn_172.16.0.7", "", "", "", "", "", ""},
		[]any{"P2S", "VpnGateway", "s/rg/vpn_172.16.0.7", "", "", "", "", "", ""},
		[]any{"IntraVNet", "", "", "", "", "", "", "", ""})
}

// public is the endpoint of anybody's address.
func public(country string, asn uint32, organisation string) enrich.Endpoint {
	return enrich.Endpoint{Class: enrich.External, Country: country, ASN: asn, Organisation: organisation}
}

// TestPublicSide checks which side of a flow is said to be public, also where
// the capture NIC is neither side and where nothing is known.
func TestPublicSide(t *testing.T) {
	f := func(from, to string, direction flow.Direction, kind flow.Type, marks flow.Marks, want ...any) {
		t.Helper()
		s := newStore(t, t.TempDir(), Options{})
		known := facts{
			"10.0.0.1": always(machine("vm", "v")),
			"8.8.8.8":  always(public("us", 15169, "Google LLC")),
			"20.60.0.1": always(enrich.Endpoint{
				Class: enrich.Azure, Country: "us", AzureRegion: "eastus", Service: "AzureStorage", ServiceTags: "Storage.EastUS AzureStorage AzureCloud",
			}),
		}
		r := row(0, from, to, kind)
		r.Direction, r.Marks = direction, marks
		commitKnown(t, s, known, nil, r)
		answer(t, s, fmt.Sprintf("%s to %s, %s", from, to, direction),
			"SELECT SrcIp, DestIp, SrcPublicIps, DestPublicIps, Country, AzureRegion, SrcServiceTags, DestServiceTags, IsFlowCapturedAtUdrHop FROM NTANetAnalytics", want)
	}
	const counters = "|1|1|2|3|100|1000"
	f("10.0.0.1", "8.8.8.8", flow.Outbound, flow.ExternalPublic, 0, "10.0.0.1", "", "", "8.8.8.8"+counters, "us", "", "", "", false)
	f("8.8.8.8", "10.0.0.1", flow.Inbound, flow.ExternalPublic, 0, "", "10.0.0.1", "8.8.8.8"+counters, "", "us", "", "", "", false)
	f("10.0.0.1", "8.8.8.8", flow.Inbound, flow.ExternalPublic, flow.AtHop, "10.0.0.1", "", "", "8.8.8.8"+counters, "us", "", "", "", true) // into a firewall
	f("8.8.8.8", "10.0.0.1", flow.Outbound, flow.ExternalPublic, flow.AtHop|flow.Uncounted, "", "10.0.0.1", "8.8.8.8"+counters, "", "us", "", "", "", true)
	f("8.8.8.8", "10.0.0.1", flow.Inbound, flow.MaliciousFlow, 0, "8.8.8.8", "10.0.0.1", "", "", "us", "", "", "", false)
	f("10.0.0.1", "20.60.0.1", flow.Outbound, flow.AzurePublic, 0, "10.0.0.1", "", "", "20.60.0.1"+counters, "", "eastus", "", "20.60.0.1|Storage.EastUS", false)
	f("20.60.0.1", "10.0.0.1", flow.Inbound, flow.AzurePublic, 0, "", "10.0.0.1", "20.60.0.1"+counters, "", "", "eastus", "20.60.0.1|Storage.EastUS", "", false)
	f("10.9.9.9", "9.9.9.9", flow.Outbound, flow.ExternalPublic, 0, "10.9.9.9", "", "", "9.9.9.9"+counters, "", "", "", "", false) // nothing is known
	f("9.9.9.9", "10.9.9.9", flow.Inbound, flow.ExternalPublic, 0, "", "10.9.9.9", "9.9.9.9"+counters, "", "", "", "", "", false)
	f("8.8.8.8", "10.0.0.1", flow.Inbound, flow.TypeUnknown, 0, "8.8.8.8", "10.0.0.1", "", "", "", "", "", "", false)
}

// TestThreats lists an address for a time, in two feeds for a part of it.
func TestThreats(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	day := time.Date(2026, 2, 27, 0, 0, 0, 0, time.UTC)
	known := facts{
		"10.0.0.1": always(machine("vm", "v")),
		"8.8.8.8": always(public("us", 15169, "Google LLC"),
			enrich.Verdict{From: minute(5), Until: minute(12), Category: "C2", Confidence: 60, Feed: "weak", Indicator: "8.8.8.8"},
			enrich.Verdict{
				From: minute(12), Until: minute(20), Category: "Botnet", Confidence: 90, Feed: "strong", Indicator: "8.8.8.0/24",
				Detail: "Dridex", FirstListed: day, Listed: day.AddDate(0, 0, 2),
			},
			enrich.Verdict{From: minute(60), Category: "Phishing", Confidence: 50, Feed: "late", Indicator: "8.8.8.8"}),
		"9.9.9.9":       always(public("ch", 0, "Quad9")),
		"168.63.129.16": always(enrich.Endpoint{Class: enrich.Azure, AzureRegion: "Global", Service: "Microsoft Virtual Public IP"}),
		"20.60.0.1":     always(enrich.Endpoint{Class: enrich.Azure, Country: "us", ASN: 8075, Organisation: "Microsoft", AzureRegion: "eastus"}),
	}
	kinds := []flow.Type{flow.MaliciousFlow, flow.MaliciousFlow, flow.ExternalPublic}
	var rows []flow.Row
	for i, kind := range kinds {
		rows = append(rows, row(10*i, "8.8.8.8", "10.0.0.1", kind))
	}
	rows = append(rows, row(0, "10.0.0.1", "9.9.9.9", flow.ExternalPublic), row(0, "10.0.0.1", "168.63.129.16", flow.AzurePublic),
		row(0, "10.0.0.1", "20.60.0.1", flow.AzurePublic), row(0, "10.0.0.1", "10.0.0.1", flow.IntraVNet))
	for i := range rows {
		if rows[i].Responder == flow.MustParseAddr("10.0.0.1") {
			rows[i].Direction = flow.Inbound
		}
	}
	commitKnown(t, s, known, nil, rows...)
	const google = "AS15169 Google LLC"
	answer(t, s, "NTAIpDetails", `SELECT FlowIntervalStartTime, FlowType, Ip, Location, PublicIpDetails, ThreatType, ThreatDescription, DnsDomain, Url, Port
		FROM NTAIpDetails ORDER BY 1, 2, 3`,
		[]any{minute(0), "AzurePublic", "168.63.129.16", "Global", "Microsoft Virtual Public IP", "", "", "", "", nil},
		[]any{minute(0), "AzurePublic", "20.60.0.1", "eastus", "AS8075 Microsoft", "", "", "", "", nil},
		[]any{minute(0), "ExternalPublic", "9.9.9.9", "ch", "Quad9", "", "", "", "", nil},
		[]any{minute(0), "MaliciousFlow", "8.8.8.8", "us", google, "C2", "Listed by weak as 8.8.8.8; confidence 60 percent", "", "", nil},
		[]any{
			minute(10), "MaliciousFlow", "8.8.8.8", "us", google, "Botnet",
			"Listed by strong as 8.8.8.0/24: Dridex; confidence 90 percent; first listed 2026-02-27; last listed 2026-03-01", "", "", nil,
		},
		[]any{minute(20), "ExternalPublic", "8.8.8.8", "us", google, "", "", "", "", nil})
	answer(t, s, "verdicts", "SELECT * FROM verdicts ORDER BY valid_from",
		[]any{"8.8.8.8", minute(5), minute(12), "C2", int64(60), "weak", "8.8.8.8", "", nil, nil},
		[]any{"8.8.8.8", minute(12), minute(20), "Botnet", int64(90), "strong", "8.8.8.0/24", "Dridex", day, day.AddDate(0, 0, 2)},
		[]any{"8.8.8.8", minute(60), nil, "Phishing", int64(50), "late", "8.8.8.8", "", nil, nil})
	answer(t, s, "malicious now", "SELECT address, category FROM endpoints WHERE malicious", []any{"8.8.8.8", "Phishing"})
}

// TestTopologyDetails checks that every column of a resource comes back as
// itself, and what those that do not apply are.
func TestTopologyDetails(t *testing.T) {
	at := minute(0)
	made := map[string]bool{"TenantId": true, "TimeGenerated": true, "SourceSystem": true, "Type": true, "_IsBillable": true, "_BilledSize": true}
	full, bare := topology.DetailRow{ID: "full"}, topology.DetailRow{ID: "bare"}
	var want, empty []any
	names := make([]string, 0, 128)
	schema := publishedSchemas(t)["NTATopologyDetails"]
	for name := range schema {
		if !made[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	query := ""
	for i, name := range names {
		value := map[string]any{"VARCHAR": name, "INTEGER": int64(i), "BIGINT": int64(i) << 40, "BOOLEAN": true, "TIMESTAMP": at.Add(time.Hour)}[schema[name]]
		full.Columns = append(full.Columns, topology.Column{Name: name, Value: value})
		want = append(want, value)
		if query += name + ", "; schema[name] == "VARCHAR" {
			empty = append(empty, "")
		} else {
			empty = append(empty, nil)
		}
	}
	s := newStore(t, t.TempDir(), Options{})
	err := s.Learn(t.Context(), store.Learning{Resources: map[time.Time]iter.Seq[topology.DetailRow]{at: slices.Values([]topology.DetailRow{full, bare})}})
	if err != nil {
		t.Fatal(err)
	}
	answer(t, s, "NTATopologyDetails", "SELECT "+query+"TimeGenerated, Type FROM NTATopologyDetails ORDER BY Name DESC",
		append(want, at, "NTATopologyDetails"), append(empty, at, "NTATopologyDetails"))
}

// TestEndpoints checks what is said of addresses: which NICs they have, what
// they are called, and when they were what.
func TestEndpoints(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	out, in, hop := row(0, "10.0.0.1", "10.0.0.2", flow.IntraVNet), row(10, "10.0.0.1", "10.0.0.2", flow.IntraVNet), row(0, "10.0.0.3", "8.8.8.8", flow.ExternalPublic)
	in.Direction, in.Log = flow.Inbound, 1
	hop.Log, hop.Marks = 1, flow.AtHop
	a, b := storetest.Log(0), storetest.Log(0)
	b.MAC = "00224871C2FF"
	known := facts{
		"10.0.0.1": turns([]time.Time{minute(5)}, machine("first", "v"), machine("second", "v")).Attribution,
		"8.8.8.8":  always(public("us", 15169, "Google LLC")),
	}
	d := &store.Delta{Rows: []flow.Row{out, in, hop}, Rules: []flow.Rule{storetest.Rule(0)}, Logs: []flow.Log{a, b}, Attribute: known.attribute}
	storetest.Identify(d)
	if err := s.Commit(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	seen := func(min int) []any { return []any{minute(min).Add(time.Second), minute(min).Add(2 * time.Second)} }
	one, other, public := seen(0), seen(10), seen(0)
	answer(t, s, "endpoints", "SELECT address, seen_from, class, kind, name, captured, macs, valid_from, valid_until, first_seen, last_seen FROM endpoints ORDER BY address, valid_from NULLS FIRST",
		append([]any{"10.0.0.1", a.Target, "vnet", "nic", "rg/first", true, []any{a.MAC}, nil, minute(5)}, one...),
		append([]any{"10.0.0.1", a.Target, "vnet", "nic", "rg/second", false, []any{}, minute(5), nil}, other...),
		append([]any{"10.0.0.2", a.Target, "vnet", "captured interface", "00-22-48-71-C2-FF", true, []any{b.MAC}, nil, nil}, append([]any{one[0]}, other[1])...),
		append([]any{"10.0.0.3", a.Target, "", "", "10.0.0.3", false, []any{}, nil, nil}, public...),
		append([]any{"8.8.8.8", a.Target, "external", "", "Google LLC", false, []any{}, nil, nil}, public...))
}

// TestEndpointNames compares the names in SQL with those of enrich.
func TestEndpointNames(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	known := facts{}
	var rows []flow.Row
	for kind := topology.EndpointNone; kind.String() != "invalid"; kind++ {
		e := *fullEndpoint()
		e.Class, e.Kind, e.ID = enrich.VNet, kind, topology.ID(network+"things/thing")
		address := fmt.Sprintf("10.0.0.%d", kind)
		known[address] = always(e)
		rows = append(rows, row(0, "10.9.9.9", address, flow.IntraVNet))
	}
	for i, e := range []enrich.Endpoint{
		{Class: enrich.Azure, Service: "AzureStorage", AzureRegion: "eastus"},
		{Class: enrich.Azure, AzureRegion: "eastus"},
		{Class: enrich.Azure, Service: "AzureFrontDoor", AzureRegion: "Global"},
		{Class: enrich.External},
		public("us", 1, "One"),
	} {
		address := fmt.Sprintf("20.0.0.%d", i)
		known[address] = always(e)
		rows = append(rows, row(0, "10.9.9.9", address, flow.IntraVNet))
	}
	known["168.63.129.16"] = always(enrich.Endpoint{Class: enrich.Azure, Service: "Microsoft Virtual Public IP", AzureRegion: "Global"})
	rows = append(rows, row(0, "10.9.9.9", "168.63.129.16", flow.AzurePublic))
	commitKnown(t, s, known, nil, rows...)
	got, err := storetest.Table(s.SQL(t.Context(), "SELECT address, name FROM endpoints WHERE address <> '10.9.9.9'"))
	if err != nil || len(got) != len(rows) {
		t.Fatalf("%d names of %d, %v", len(got), len(rows), err)
	}
	for _, v := range got {
		e := known[v[0].(string)].Tenures[0].Endpoint
		if diff := cmp.Diff(e.ShortName(flow.MustParseAddr(v[0].(string))), v[1]); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", e.Kind, v[0], diff)
		}
	}
}

// TestEveryColumn fills every column of NTANetAnalytics that can be.
func TestEveryColumn(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	e := *fullEndpoint()
	e.Class = enrich.P2S
	vnet := machine("vm", "v")
	vnet.VNetID = e.VNetID
	azure := enrich.Endpoint{Class: enrich.Azure, AzureRegion: "eastus", ServiceTags: "AzureCloud"}
	known := facts{
		"10.0.0.1": always(e), "10.0.0.2": always(vnet), "20.0.0.1": always(azure), "8.8.8.8": always(public("us", 0, "")),
	}
	relations := []enrich.Relation{{From: math.MinInt64, Until: math.MaxInt64, VNet1: e.VNetID, VNet2: e.VNetID, ConnectingVNets: "s/rg/hub"}}
	rows := []flow.Row{
		row(0, "10.0.0.1", "10.0.0.1", flow.InterVNet), row(0, "10.0.0.2", "10.0.0.1", flow.InterVNet), row(0, "20.0.0.1", "20.0.0.1", flow.AzurePublic),
		row(0, "8.8.8.8", "10.0.0.1", flow.ExternalPublic), row(0, "10.0.0.1", "8.8.8.8", flow.ExternalPublic), row(0, "20.0.0.1", "10.0.0.1", flow.AzurePublic),
	}
	for i := range 4 {
		rows[i].Direction, rows[i].Status, rows[i].Marks = flow.Direction(i%2), flow.Status(i/2), flow.AtHop
	}
	commitKnown(t, s, known, relations, rows...)
	filled := map[string]bool{}
	for _, row := range viewRows(t, s) {
		for column, text := range row {
			if text != "" && text != "0" && text != "FALSE" {
				filled[column] = true
			}
		}
	}
	for column := range publishedSchemas(t)["NTANetAnalytics"] {
		if filled[column] == (neverFilled[column] != "") {
			t.Errorf("%s is filled: %t; why it is not: %q", column, filled[column], neverFilled[column])
		}
	}
}
