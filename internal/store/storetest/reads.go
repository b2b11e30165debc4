package storetest

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/topology"
)

// reads returns the tests of store.Reads.
func reads() map[string]func(*testing.T, store.Store) {
	return map[string]func(*testing.T, store.Store){
		"ping":          testPing,
		"list objects":  testListObjects,
		"objects with":  testObjectsWith,
		"sources":       testSources,
		"list rejects":  testListRejects,
		"settled":       testSettled,
		"hosts":         testHosts,
		"hosts' NICs":   testNICs,
		"verdicts":      testVerdicts,
		"applications":  testApplications,
		"related vnets": testRelatedVNets,
		"find flows":    testFindFlows,
		"host numbers":  testHostNumbers,
	}
}

func testPing(t *testing.T, s store.Store) {
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Ping(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Ping of one who has left = %v", err)
	}
}

func testListObjects(t *testing.T, s store.Store) {
	list := func(state store.ObjectState, limit int) ([]store.Object, int64) {
		t.Helper()
		objects, total, err := s.ListObjects(t.Context(), state, limit)
		if err != nil {
			t.Fatal(err)
		}
		return objects, total
	}
	if objects, total := list("", 5); len(objects) != 0 || total != 0 {
		t.Errorf("an empty store lists %+v of %d", objects, total)
	}
	a, b, c, d := Object("/a"), Object("/b"), Object("/c"), Object("/d")
	a.ReadAt, d.ReadAt = Start.Add(-time.Hour), Start.Add(time.Hour)
	b.State, b.FirstTuple, b.LastTuple = store.ObjectFailed, 0, 0
	d.State = store.ObjectFailed
	commit(t, s, &store.Delta{Objects: []store.Object{a, b, c, d}})
	f := func(state store.ObjectState, limit int, wantTotal int64, expect ...store.Object) {
		t.Helper()
		objects, total := list(state, limit)
		want(t, "objects", objects, expect)
		want(t, "total", total, wantTotal)
	}
	f("", 10, 4, d, b, c, a) // the last read first, then by name
	f("", 2, 4, d, b)
	f(store.ObjectFailed, 10, 2, d, b)
	f(store.ObjectPending, 1, 2, c)
	f(store.ObjectChanged, 1, 0)
}

func testObjectsWith(t *testing.T, s store.Store) {
	at := func(name string, first, last time.Duration) store.Object {
		o := Object(name)
		o.FirstTuple, o.LastTuple = Start.Add(first).UnixMilli(), Start.Add(last).UnixMilli()
		return o
	}
	loose, mine := at("/b", 0, time.Hour), at("/y=2026/macAddress=00224871C205/PT1H.json", time.Minute, time.Hour)
	other, later := at("/y=2026/macAddress=FF224871C205/PT1H.json", 0, time.Hour), at("/a", 2*time.Hour, 3*time.Hour)
	none := Object("/none")
	none.FirstTuple, none.LastTuple = 0, 0
	commit(t, s, &store.Delta{Objects: []store.Object{loose, mine, other, later, none}})
	f := func(first, last time.Duration, mac string, limit int, expect ...store.Object) {
		t.Helper()
		got, err := s.ObjectsWith(t.Context(), store.ObjectSearch{First: Start.Add(first), Last: Start.Add(last), MAC: mac, Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "objects", got, expect)
	}
	f(0, 0, "", 10, loose, other)
	f(time.Hour, time.Hour, "00224871c205", 10, loose, mine)
	f(time.Hour, 5*time.Hour, "00224871C205", 2, loose, mine)
	f(90*time.Minute, 5*time.Hour, "00224871C205", 9, later)
	f(-time.Hour, -time.Minute, "", 9)
}

func testSources(t *testing.T, s store.Store) {
	if got, err := s.Sources(t.Context(), Start); err != nil || len(got) != 0 {
		t.Errorf("an empty store has sources %+v: %v", got, err)
	}
	at := func(name, family string, last time.Duration, state store.ObjectState) store.Object {
		o := Object(name)
		o.Family, o.State, o.LastTuple = family, state, Start.Add(last).UnixMilli()
		o.FirstTuple = o.LastTuple - 1000
		return o
	}
	a := at("/c/resourceId=/S/y=1/PT1H.json", "nsg", 0, store.ObjectComplete)
	b := at("/c/flowLogResourceID=/F/y=1/PT1H.json", "vnet", 0, store.ObjectPending)
	c := at("/c/flowLogResourceID=/F/y=2/PT1H.json", "vnet", 48*time.Hour, store.ObjectFailed)
	loose := at("/d/x.json", "vnet", time.Hour, store.ObjectComplete)
	loose.FirstTuple, loose.LastTuple = 0, 0
	commit(t, s, &store.Delta{Objects: []store.Object{a, b, c, loose}})
	got, err := s.Sources(t.Context(), Start.Add(48*time.Hour))
	if err != nil || len(got) != 3 {
		t.Fatalf("%d sources %+v: %v", len(got), got, err)
	}
	nets := got[1]
	if nets.Place != "/c" || nets.Family != "vnet" || nets.Objects != 2 || nets.Unread != 2 || nets.Failed != 1 || nets.Last != c.Name ||
		!nets.LastTuple.Equal(Start.Add(48*time.Hour)) || nets.Size != b.Size+c.Size || nets.DaySize != c.Size || nets.Tuples != b.Tuples+c.Tuples {
		t.Errorf("a source is %+v", nets)
	}
	if got[0].Family != "nsg" || got[0].DaySize != 0 || got[2].Place != "/d" || !got[2].LastTuple.IsZero() || got[2].Last != loose.Name {
		t.Errorf("the others are %+v and %+v", got[0], got[2])
	}
}

func testListRejects(t *testing.T, s store.Store) {
	list := func(limit int) store.RejectList {
		t.Helper()
		l, err := s.ListRejects(t.Context(), limit)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	want(t, "rejects of an empty store", list(5), store.RejectList{})
	sample := func(offset int64) store.RejectSample {
		return store.RejectSample{Offset: offset, Length: 5, Text: "x, 'y'\n"}
	}
	reject := func(object, reason string, count int64, samples ...store.RejectSample) store.Reject {
		return store.Reject{Object: object, Reason: reason, Count: count, Samples: samples}
	}
	put := func(object string, rejects ...store.Reject) {
		t.Helper()
		commit(t, s, &store.Delta{Objects: []store.Object{Object(object)}, Rejects: rejects})
	}
	put("/a", reject("/a", "bad-time", 3, sample(70), sample(20)), reject("/a", "bad-port", 40))
	put("/b", reject("/b", "bad-time", 4, sample(1)))
	put("/a", reject("/a", "bad-time", 1, sample(5)))
	all := []store.Reject{
		reject("/a", "bad-port", 40),
		reject("/a", "bad-time", 4, sample(5), sample(20), sample(70)),
		reject("/b", "bad-time", 4, sample(1)),
	}
	want(t, "rejects", list(10), store.RejectList{Rows: all, Distinct: 3, Total: 48})
	want(t, "the first two", list(2), store.RejectList{Rows: all[:2], Distinct: 3, Total: 48})
}

func testSettled(t *testing.T, s store.Store) {
	f := func(from, to time.Time, expect bool) {
		t.Helper()
		got, err := s.Settled(t.Context(), from, to)
		if err != nil {
			t.Fatal(err)
		}
		if got != expect {
			t.Errorf("Settled(%s, %s) = %v, want %v", from, to, got, expect)
		}
	}
	f(at(0), at(9), true)
	rejudge(t, s, nil, at(2), at(5))
	f(at(0), at(2), true)
	f(at(0), at(3), false)
	f(at(2), at(3), false)
	f(at(3), at(5), true)
	f(at(5), at(6), false)
	recount(t, s, nil, unsettled(t, s))
	f(at(0), at(9), true)
}

// testHosts asks for hosts and for what rows say that they were: machines that
// had an address one after the other, one that nobody looked at, and what the
// store does not know; before and after roll-ups keep them.
func testHosts(t *testing.T, s store.Store) {
	const first, second, other = 7, 8, 9
	d := Delta()
	d.Attribute = func(a flow.Addr, _ topology.Capture) enrich.Attribution {
		if a == Row(1).Initiator {
			return Attribution([]uint64{first, second}, at(3))
		}
		return Attribution([]uint64{other})
	}
	for i, host := range []uint64{first, second} {
		r := Row(1)
		r.Interval = at(2 + 2*i).Unix()
		r.From, r.To = flow.Identity{Host: host, Endpoint: host << 32}, flow.Identity{Host: other, Endpoint: other << 32}
		d.Rows = append(d.Rows, r)
	}
	commit(t, s, d)
	unseen := Row(2) // not looked at
	unseen.To = flow.Identity{Host: other, Endpoint: other << 32}
	commit(t, s, Delta(unseen))
	party := store.PartyID(unseen.Initiator, store.ScopeID(store.ScopeOf(Log(0))))

	hosts := func() {
		t.Helper()
		got, err := s.Hosts(t.Context(), []uint64{first, second, other, party, 12345}, at(0), at(9))
		if err != nil {
			t.Fatal(err)
		}
		mac := Log(0).MAC
		want(t, "hosts", got, map[uint64]store.Host{
			first: {Address: "10.0.0.1", MAC: mac}, second: {Address: "10.0.0.1", MAC: mac}, other: {Address: "10.1.0.4"}, party: {Address: "10.0.0.2", MAC: mac},
		})
	}
	hosts()
	commit(t, s, rolledDelta(Start.Add(48*time.Hour)))
	recount(t, s, nil, unsettled(t, s))
	rollUp(t, s, 2)
	hosts()

	endpoints, err := s.Endpoints(t.Context(), []uint64{first << 32, second << 32, other << 32, 12345})
	if err != nil {
		t.Fatal(err)
	}
	vms := map[uint64]string{}
	for id, e := range endpoints {
		vms[id>>32] = e.VM
	}
	want(t, "endpoints", vms, map[uint64]string{first: "rg/vm7", second: "rg/vm8", other: "rg/vm9"})
	for _, none := range [][]uint64{nil, {}} {
		if h, err := s.Hosts(t.Context(), none, at(0), at(9)); err != nil || len(h) > 0 {
			t.Errorf("no hosts: %v, %v", h, err)
		}
		if e, err := s.Endpoints(t.Context(), none); err != nil || len(e) > 0 {
			t.Errorf("no endpoints: %v, %v", e, err)
		}
	}
}

// testNICs asks for the NIC of an address that one machine had after another,
// whatever was committed first: the last one of the range, of one day always the
// same, and none where nothing was captured.
func testNICs(t *testing.T, s store.Store) {
	days := []int{0, 0, 1, 2, 2} // when each log recorded something
	host := func(day int) (uint64, flow.Row) {
		r := Row(1)
		r.Interval += int64(day) * 86400
		return store.PartyID(r.Initiator, store.ScopeID(store.ScopeOf(Log(0)))), r
	}
	order := rand.Perm(2 * len(days)) // each of them twice
	t.Log("in the order", order)
	for _, i := range order {
		_, r := host(days[i/2])
		d := Delta(r)
		d.Logs[0].MAC = Log(i / 2).MAC // of one network, seen from there
		commit(t, s, d)
	}
	id, _ := host(0)
	midnight := Start.Truncate(24 * time.Hour)
	f := func(from, to int, mac string) {
		t.Helper()
		hosts, err := s.Hosts(t.Context(), []uint64{id}, midnight.AddDate(0, 0, from), midnight.AddDate(0, 0, to))
		if err != nil || hosts[id].MAC != mac {
			t.Errorf("of days %d to %d: %+v, %v, want %s", from, to, hosts[id], err, mac)
		}
	}
	f(0, 1, Log(1).MAC)
	f(1, 2, Log(2).MAC)
	f(0, 2, Log(2).MAC)
	f(0, 9, Log(4).MAC)
	f(5, 9, "")
}

func testVerdicts(t *testing.T, s store.Store) {
	span := func(from, until int, category string, confidence int) enrich.Verdict {
		return enrich.Verdict{From: at(from), Until: at(until), Category: category, Confidence: confidence, Feed: "feed", Indicator: "i"}
	}
	bad, odd := flow.MustParseAddr("203.0.113.1"), flow.MustParseAddr("203.0.113.2")
	said := map[flow.Addr][]enrich.Verdict{
		bad: {span(2, 4, "C2", 90), span(3, 6, "Phishing", 40), {Until: at(1), Category: "Proxy", Confidence: 10}},
		odd: {{Category: "WatchList", Confidence: 50}},
	}
	d := Delta()
	for i, a := range []flow.Addr{bad, odd, flow.MustParseAddr("203.0.113.3")} {
		r := Row(i)
		r.Initiator = a
		d.Rows = append(d.Rows, r)
	}
	d.Attribute = func(a flow.Addr, _ topology.Capture) enrich.Attribution {
		e := &enrich.Endpoint{Class: enrich.External}
		return enrich.Attribution{
			Hash: 1, Tenures: []enrich.Tenure{{From: math.MinInt64, Until: math.MaxInt64, Endpoint: e, EndpointID: 1, Host: 1}}, Verdicts: said[a],
		}
	}
	commit(t, s, d)
	f := func(from, to int, addresses []string, expect ...store.AddressVerdict) {
		t.Helper()
		got, err := s.Verdicts(t.Context(), addresses, at(from), at(to))
		if err != nil {
			t.Fatal(err)
		}
		want(t, "verdicts", got, expect)
	}
	verdict := func(a flow.Addr, category string) store.AddressVerdict {
		return store.AddressVerdict{Address: a.String(), Category: category}
	}
	both := []string{bad.String(), odd.String(), "203.0.113.3", "it's"}
	f(2, 9, both, verdict(bad, "Phishing"), verdict(odd, "WatchList"), verdict(bad, "C2")) // the gravest last
	f(4, 6, both[:1], verdict(bad, "Phishing"))
	f(0, 1, both[:1], verdict(bad, "Proxy"))
	f(1, 2, both[:1])
	f(0, 9, nil)
}

func testApplications(t *testing.T, s store.Store) {
	learn(t, s, store.Learning{Applications: []store.Application{
		{Port: 53, Protocol: 17, Name: "domain"},
		{Port: 443, Protocol: 6, Name: "https"},
		{Port: 443, Protocol: 17, Name: "quic"},
	}})
	https, domain := store.Port{Port: 443, Protocol: 6}, store.Port{Port: 53, Protocol: 17}
	got, err := s.Applications(t.Context(), []store.Port{https, {Port: 53, Protocol: 6}, domain, https, {Port: 65535, Protocol: 255}})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "names", got, map[store.Port]string{https: "https", domain: "domain"})
	if got, err = s.Applications(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("Applications of no port = %v, %v", got, err)
	}
}

func testRelatedVNets(t *testing.T, s store.Store) {
	open := func(one, other topology.ID) enrich.Relation {
		return enrich.Relation{From: math.MinInt64, Until: math.MaxInt64, VNet1: one, VNet2: other}
	}
	early := open("b", "a")
	early.Until = Start.UnixMilli()
	late := open("b", "a")
	late.From = early.Until
	learn(t, s, store.Learning{Relations: []enrich.Relation{early, late, open("a", "b")}})
	got, err := s.RelatedVNets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want(t, "related", got, [][2]topology.ID{{"a", "b"}, {"b", "a"}})
}

func testFindFlows(t *testing.T, s store.Store) {
	nsg := flow.Log{Family: flow.NSG, MAC: "00224871C299", Target: "/nsg"}
	d := &store.Delta{Rules: []flow.Rule{Rule(0)}, Logs: []flow.Log{Log(1), Log(2), nsg}}
	row := func(interval int, log uint32, direction flow.Direction, port uint16, marks flow.Marks) {
		r := Row(0)
		r.Interval, r.Log, r.Direction, r.Port, r.Marks = at(interval).Unix(), log, direction, port, marks
		d.Rows = append(d.Rows, r)
	}
	row(1, 0, flow.Outbound, 443, 0)
	row(2, 1, flow.Inbound, 443, 0)
	row(3, 2, flow.Outbound, 80, flow.AtHop|flow.NoBack)
	row(5, 0, flow.Outbound, 443, 0)
	commit(t, s, d)
	other := Row(7) // between others
	commit(t, s, Delta(other))

	found := func(interval int, l flow.Log, direction flow.Direction, port uint16) store.FoundFlow {
		return store.FoundFlow{
			Capture: topology.Capture{MAC: l.MAC, Target: l.Target}, Direction: direction, Interval: at(interval), Port: port, Protocol: 6,
		}
	}
	one, two, three := found(1, Log(1), flow.Outbound, 443), found(2, Log(2), flow.Inbound, 443), found(3, nsg, flow.Outbound, 80)
	f := func(change func(*store.FlowSearch), expect ...store.FoundFlow) {
		t.Helper()
		search := store.FlowSearch{Initiator: Row(0).Initiator, Responder: Row(0).Responder, Until: at(4), Limit: 10}
		change(&search)
		got, err := s.FindFlows(t.Context(), search)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "flows", got, expect)
	}
	inbound, outbound := flow.Inbound, flow.Outbound
	f(func(*store.FlowSearch) {}, two, one, three) // the last first, a hop last
	f(func(q *store.FlowSearch) { q.Limit = 1 }, two)
	f(func(q *store.FlowSearch) { q.Direction = &outbound }, one, two, three)
	f(func(q *store.FlowSearch) { q.Direction = &inbound }, two, one, three)
	f(func(q *store.FlowSearch) { q.Port = 80 }, three)
	f(func(q *store.FlowSearch) { q.Protocol = 17 })
	f(func(q *store.FlowSearch) { q.MAC = Log(1).MAC }, one)
	f(func(q *store.FlowSearch) { q.Until = at(1) }, one)
	f(func(q *store.FlowSearch) { q.Until = at(9); q.Limit = 1 }, found(5, Log(1), flow.Outbound, 443))
	f(func(q *store.FlowSearch) { q.Initiator, q.Responder = q.Responder, q.Initiator })
}

// Every endpoint that a fact refers to has a row, the one of what nobody looked
// at as well, and hosts are found by their numbers.
func testHostNumbers(t *testing.T, s store.Store) {
	commit(t, s, Delta(Row(0), Row(1)))
	got, err := Table(s.Query(t.Context(), "SELECT count(*) FROM weir.endpoint WHERE id = 0"))
	want(t, "endpoint 0", got, [][]any{{int64(1)}})
	if err != nil {
		t.Fatal(err)
	}
	r := Row(0)
	got, err = Table(s.Query(t.Context(), "SELECT DISTINCT address FROM weir.host WHERE hi = ? AND lo = ?", r.Initiator.Hi, r.Initiator.Lo))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "host", got, [][]any{{r.Initiator.String()}})
}
