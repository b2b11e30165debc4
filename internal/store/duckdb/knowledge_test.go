package duckdb

import (
	"bytes"
	"fmt"
	"iter"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/store/storetest"
	"weir/internal/topology"
)

// answer asks for a table and compares it.
func answer(t *testing.T, s *Store, what, query string, want ...[]any) {
	t.Helper()
	got, err := storetest.Table(s.Query(t.Context(), query))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// fullEndpoint has something else in every field.
func fullEndpoint() *enrich.Endpoint {
	e := &enrich.Endpoint{}
	n := 0
	var fill func(v reflect.Value)
	fill = func(v reflect.Value) {
		for i := range v.NumField() {
			n++
			switch f := v.Field(i); f.Kind() {
			case reflect.Struct:
				fill(f)
			case reflect.String:
				f.SetString(strings.ToLower(v.Type().Field(i).Name))
			case reflect.Bool:
				f.SetBool(true)
			default:
				f.SetUint(uint64(n % 5))
			}
		}
	}
	fill(reflect.ValueOf(e).Elem())
	e.Class, e.Kind, e.ASN = enrich.S2S, topology.EndpointNIC, 4_200_000_000
	return e
}

// TestEndpointColumns checks that every field of an endpoint is in the column
// of its name, and that endpoints are stored once.
func TestEndpointColumns(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	e := fullEndpoint()
	d := storetest.Delta(storetest.Row(0), storetest.Row(1))
	d.Attribute = func(flow.Addr, topology.Capture) enrich.Attribution {
		return enrich.Attribution{Hash: 1, Tenures: []enrich.Tenure{{From: math.MinInt64, Until: math.MaxInt64, Host: 2, Endpoint: e, EndpointID: 1<<63 + 7}}}
	}
	for n := range 2 {
		if err := s.Commit(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		clear(s.writer.known.places) // as after a restart
		d.Rows[1] = storetest.Row(10 + n)
	}
	r, err := s.Query(t.Context(), "FROM weir.endpoint WHERE id <> 0")
	if err != nil {
		t.Fatal(err)
	}
	table := []map[string]any{}
	for r.Next() {
		row := map[string]any{}
		for i, v := range r.Values() {
			row[r.Columns()[i].Name] = v
		}
		table = append(table, row)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"id": uint64(1<<63 + 7), "class": int64(enrich.S2S), "kind": "nic", "asn": int64(4_200_000_000), "forwards": true, "ambiguous": true,
		"resource": "id", "vnet_id": "vnetid", "scale_set": "scaleset", "load_balancer": "loadbalancer", "app_gateway": "appgateway",
		"nat_gateway": "natgateway", "public_ip": "publicip", "public_ip_prefix": "publicipprefix", "local_gateway": "localgateway",
		"connection_type": "connectiontype", "peering_type": "peeringtype", "private_endpoint": "privateendpoint",
		"private_link": "privatelink", "private_link_name": "privatelinkname", "azure_region": "azureregion", "service_tags": "servicetags",
	}
	for _, same := range []string{
		"subscription", "region", "zone", "vnet", "subnet", "nic", "mac", "vm", "firewall", "bastion", "gateway", "connection", "circuit",
		"country", "organisation", "service",
	} {
		want[same] = same
	}
	if diff := cmp.Diff([]map[string]any{want}, table); diff != "" {
		t.Errorf("endpoints (-want +got):\n%s", diff)
	}
}

// TestAttributionTables checks the rows that attributions leave.
func TestAttributionTables(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	verdict := func(n int) enrich.Verdict {
		return enrich.Verdict{From: day(n), Category: "C2", Confidence: 90 + n, Feed: "f", Indicator: "i", Detail: "d", FirstListed: day(n), Listed: day(n + 1)}
	}
	attribute := func(a flow.Addr, from topology.Capture) enrich.Attribution {
		got := storetest.Attribution([]uint64{a.Lo & 0xff})
		if a == flow.MustParseAddr("10.1.0.4") {
			got = storetest.Attribution([]uint64{7, 8}, day(2))
			got.Verdicts = []enrich.Verdict{verdict(1)}
		}
		return got
	}
	// One address as two parties: seen from a network, and from a group.
	d := storetest.Delta(storetest.Row(0), storetest.Row(0), storetest.Row(1))
	d.Logs = append(d.Logs, flow.Log{Family: flow.NSG, MAC: "M", Target: "/nsg"})
	d.Rows[1].Log = 1
	d.Rows[2].Direction, d.Rows[2].Marks, d.Rows[2].Log = flow.Inbound, flow.AtHop, 1 // a hop is nobody's own NIC
	d.Attribute = attribute
	d.Relations = []enrich.Relation{{From: math.MinInt64, Until: day(2).UnixMilli(), VNet1: "/a", VNet2: "/b", ConnectionType: "VNetPeering"}, {From: day(2).UnixMilli(), Until: math.MaxInt64, VNet1: "/a", VNet2: "/b"}}
	for range 2 {
		if err := s.Commit(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		d.Relations[0].Circuit = "not this one: there is one of /a and /b"
	}
	verdictRow := func(n int) []any {
		return []any{"10.1.0.4", day(n), "infinity", "C2", int64(90 + n), "f", "i", "d", day(n), day(n + 1)}
	}
	answer(t, s, "verdicts", "FROM weir.verdict", verdictRow(1))
	answer(t, s, "tenures", "SELECT address, from_time, until_time, t.endpoint, t.host, p.host FROM weir.tenure t JOIN weir.party p ON p.id = party ORDER BY ALL",
		[]any{"10.1.0.4", "-infinity", day(2), uint64(7 << 32), uint64(7), uint64(8)}, []any{"10.1.0.4", "-infinity", day(2), uint64(7 << 32), uint64(7), uint64(8)},
		[]any{"10.1.0.4", day(2), "infinity", uint64(8 << 32), uint64(8), uint64(8)}, []any{"10.1.0.4", day(2), "infinity", uint64(8 << 32), uint64(8), uint64(8)})
	answer(t, s, "scopes", "SELECT target, mac FROM weir.scope ORDER BY ALL", []any{"/nsg", "M"}, []any{storetest.Log(0).Target, ""})
	answer(t, s, "own", "SELECT DISTINCT address, mac FROM weir.own o JOIN weir.host h ON h.id = o.host ORDER BY ALL", []any{"10.0.0.0", storetest.Log(0).MAC}, []any{"10.0.0.0", "M"})
	relations := [][]any{{"/a", "/b", "-infinity", day(2), "VNetPeering", "", "", ""}, {"/a", "/b", day(2), "infinity", "", "", "", ""}}
	answer(t, s, "relations", "FROM weir.relation ORDER BY ALL", relations...)

	// Another verdict, of a party that has one tenure now.
	scope := store.ScopeID(store.ScopeOf(storetest.Log(0)))
	again := storetest.Attribution([]uint64{9})
	again.Verdicts = []enrich.Verdict{verdict(3)}
	responder := flow.MustParseAddr("10.1.0.4")
	if err := s.Reattribute(t.Context(), []store.Reattribution{{Party: store.PartyID(responder, scope), Address: responder, Attribution: again}}); err != nil {
		t.Fatal(err)
	}
	answer(t, s, "verdicts, anew", "FROM weir.verdict", verdictRow(3))
	answer(t, s, "tenures, anew", "SELECT count(*) FROM weir.tenure", []any{int64(2)})
	// Endpoint 0 is what nobody looked at, whatever is said of it.
	answer(t, s, "endpoints, anew", "SELECT vm, count(*) FROM weir.party p JOIN weir.endpoint e ON e.id = p.endpoint GROUP BY ALL ORDER BY ALL",
		[]any{"", int64(2)}, []any{"rg/vm1", int64(1)}, []any{"rg/vm8", int64(1)}, []any{"rg/vm9", int64(1)})
	again.Verdicts = nil
	if err := s.Reattribute(t.Context(), []store.Reattribution{{Party: store.PartyID(responder, scope), Address: responder, Attribution: again}}); err != nil {
		t.Fatal(err)
	}
	answer(t, s, "no verdicts", "SELECT count(*) FROM weir.verdict", []any{int64(0)})

	// Learnt relations replace those of the same two networks.
	err := s.Learn(t.Context(), store.Learning{Relations: []enrich.Relation{{From: math.MinInt64, Until: math.MaxInt64, VNet1: "/a", VNet2: "/b", Circuit: "c"}, {VNet1: "/b", VNet2: "/a"}}})
	if err != nil {
		t.Fatal(err)
	}
	answer(t, s, "relations, anew", "SELECT vnet1, circuit FROM weir.relation ORDER BY ALL", []any{"/a", "c"}, []any{"/b", ""})
}

// TestLearnTables checks the rows of resources and applications, over a restart.
func TestLearnTables(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, Options{})
	row := func(n int) topology.DetailRow {
		return topology.DetailRow{ID: topology.ID(fmt.Sprint("/", n)), Columns: []topology.Column{
			{Name: "Name", Value: fmt.Sprint("rg/", n)},
			{Name: "Priority", Value: int64(n)},
			{Name: "IsFlowEnabled", Value: n%2 == 0},
			{Name: "TimeProcessed", Value: storetest.Start},
			{Name: "TimeGenerated", Value: storetest.Start},
		}}
	}
	many := func(yield func(topology.DetailRow) bool) {
		for n := range 5000 {
			if !yield(row(n)) {
				return
			}
		}
	}
	later, body := storetest.Start.Add(time.Hour), bytes.Repeat([]byte{0, 255}, 1<<20)
	if err := s.Learn(t.Context(), store.Learning{
		Put:          []store.Document{{Kind: "k", Name: "n", At: storetest.Start, Body: body}},
		Resources:    map[time.Time]iter.Seq[topology.DetailRow]{storetest.Start: many, later: slices.Values([]topology.DetailRow{row(1), {}})},
		Applications: []store.Application{{Port: 443, Protocol: 6, Name: "https"}, {Port: 65535, Protocol: 17, Name: "x"}},
	}); err != nil {
		t.Fatal(err)
	}
	check := func(when string, n int64) {
		t.Helper()
		answer(t, s, when+": a day's resources", "SELECT count(*), sum(Priority)::BIGINT, count(*) FILTER (IsFlowEnabled) FROM weir.resource WHERE snapshot = '2026-03-01 12:00:00' AND TimeProcessed = snapshot AND Tags IS NULL",
			[]any{n, n * (n - 1) / 2, n / 2})
		answer(t, s, when+": resources", "SELECT id, Name, Priority, IsFlowEnabled, TimeProcessed FROM weir.resource WHERE snapshot = '2026-03-01 13:00:00' ORDER BY ALL",
			[]any{"", nil, nil, nil, nil}, []any{"/1", "rg/1", int64(1), false, storetest.Start})
		answer(t, s, when+": applications", "FROM weir.application ORDER BY ALL", []any{int64(443), int64(6), "https"}, []any{int64(65535), int64(17), "x"})
		docs, err := s.Documents(t.Context(), "k")
		if err != nil || len(docs) != 1 || !bytes.Equal(docs[0].Body, body) {
			t.Errorf("%s: %d documents, %v", when, len(docs), err)
		}
	}
	check("learnt", 5000)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = newStore(t, dir, Options{})
	check("opened again", 5000)
	// What is nil stays as it is, but for the resources of a time.
	if err := s.Learn(t.Context(), store.Learning{Resources: map[time.Time]iter.Seq[topology.DetailRow]{storetest.Start: slices.Values([]topology.DetailRow{row(0), row(1)})}}); err != nil {
		t.Fatal(err)
	}
	check("replaced", 2)
	if err := s.Learn(t.Context(), store.Learning{Resources: map[time.Time]iter.Seq[topology.DetailRow]{later: nil}, Applications: []store.Application{}}); err != nil {
		t.Fatal(err)
	}
	answer(t, s, "removed", "SELECT (SELECT count(*) FROM weir.resource), (SELECT count(*) FROM weir.application)", []any{int64(2), int64(0)})
}

// TestUnsettledNumbers checks that the numbers of the list go on over a restart.
func TestUnsettledNumbers(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, Options{})
	for range 3 {
		if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(0))); err != nil {
			t.Fatal(err)
		}
	}
	before, err := s.Unsettled(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = newStore(t, dir, Options{})
	if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(0))); err != nil {
		t.Fatal(err)
	}
	after, err := s.Unsettled(t.Context())
	if err != nil || after.Until <= before.Until || len(after.Intervals) != 1 {
		t.Errorf("%+v after %+v, %v", after, before, err)
	}
}
