package storetest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/topology"
)

// knowledge are the tests of store.Knowledge.
func knowledge() map[string]func(*testing.T, store.Store) {
	return map[string]func(*testing.T, store.Store){
		"attribution":         testAttribution,
		"attribution refused": testAttributionRefused,
		"identities":          testIdentities,
		"reattribution":       testReattribution,
		"documents":           testDocuments,
		"learn refused":       testLearnRefused,
		"logs":                testLogs,
		"facts of":            testFactsOf,
		"captured":            testCaptured,
		"rejudge":             testRejudge,
		"recount":             testRecount,
		"count at commit":     testCountAtCommit,
		"count refused":       testCountRefused,
		"change what is read": testChangeWhileReading,
		"unsettled":           testUnsettled,
		"counted":             testCounted,
		"nothing known":       testNothingKnown,
	}
}

// Attribution returns what a party was: a host until each of the times, then
// the next; the last for ever.
func Attribution(hosts []uint64, until ...time.Time) enrich.Attribution {
	a := enrich.Attribution{Hash: 1}
	from := int64(math.MinInt64)
	for i, host := range hosts {
		to := int64(math.MaxInt64)
		if i < len(until) {
			to = until[i].UnixMilli()
		}
		e := &enrich.Endpoint{Class: enrich.VNet, Endpoint: topology.Endpoint{VM: fmt.Sprint("rg/vm", host)}}
		a.Tenures = append(a.Tenures, enrich.Tenure{From: from, Until: to, Host: host, Endpoint: e, EndpointID: host << 32})
		a.Hash = a.Hash*31 + host + uint64(to)
		from = to
	}
	return a
}

// Identify makes the rows of a delta be between what their addresses were by
// its Attribute, as who judges them does.
func Identify(d *store.Delta) {
	endpoints := map[uint64]*enrich.Endpoint{}
	for i := range d.Rows {
		r := &d.Rows[i]
		for _, side := range []struct {
			address flow.Addr
			is      *flow.Identity
		}{{r.Initiator, &r.From}, {r.Responder, &r.To}} {
			for _, t := range d.Attribute(side.address, store.ScopeOf(d.Logs[r.Log])).Tenures {
				if t.From <= r.Interval*1000 && r.Interval*1000 < t.Until {
					*side.is = flow.Identity{Host: t.Host, Endpoint: t.EndpointID}
					endpoints[t.EndpointID] = t.Endpoint
				}
			}
		}
	}
	d.Endpoint = func(id uint64) *enrich.Endpoint { return endpoints[id] }
}

func parties(t *testing.T, s store.Store) []store.Party {
	t.Helper()
	var all []store.Party
	if err := s.Parties(t.Context(), func(batch []store.Party) error {
		all = append(all, batch...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b store.Party) int {
		return cmp.Or(a.Address.Compare(b.Address), cmp.Compare(a.Capture.Target, b.Capture.Target), cmp.Compare(a.Capture.MAC, b.Capture.MAC))
	})
	return all
}

func factsOf(t *testing.T, s store.Store, parties, logs []uint64) []store.StoredFact {
	t.Helper()
	var all []store.StoredFact
	if err := s.FactsOf(t.Context(), parties, logs, func(batch []store.StoredFact) error {
		all = append(all, batch...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b store.StoredFact) int {
		return cmp.Or(cmp.Compare(a.Interval, b.Interval), a.Initiator.Compare(b.Initiator), a.Responder.Compare(b.Responder), cmp.Compare(a.Log, b.Log))
	})
	return all
}

func captured(t *testing.T, s store.Store, from, to time.Time) []store.CapturedFact {
	t.Helper()
	var all []store.CapturedFact
	if err := s.Captured(t.Context(), from, to, func(batch []store.CapturedFact) error {
		all = append(all, batch...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func unsettled(t *testing.T, s store.Store) store.Unsettled {
	t.Helper()
	list, err := s.Unsettled(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func rejudge(t *testing.T, s store.Store, rows []store.Judged, unsettled ...time.Time) {
	t.Helper()
	if err := s.Rejudge(t.Context(), store.Rejudging{Rows: rows, Unsettled: unsettled}); err != nil {
		t.Fatal(err)
	}
}

func recount(t *testing.T, s store.Store, rows []store.Counted, settled store.Unsettled) {
	t.Helper()
	if err := s.Recount(t.Context(), rows, settled); err != nil {
		t.Fatal(err)
	}
}

// at returns the start of the n-th interval.
func at(n int) time.Time { return Start.Add(time.Duration(n) * 10 * time.Minute) }

// testAttribution checks that what a party was is asked once for each new
// party, and stored.
func testAttribution(t *testing.T, s store.Store) {
	nsg := flow.Log{Family: flow.NSG, MAC: "00224871C2FF", Target: "/nsg"}
	type question struct {
		address string
		from    topology.Capture
	}
	asked := map[question]int{}
	hash := func(a flow.Addr, from topology.Capture) uint64 {
		return a.Lo*7 + uint64(len(from.Target)+len(from.MAC))
	}
	attribute := func(a flow.Addr, from topology.Capture) enrich.Attribution {
		asked[question{a.String(), from}]++
		return enrich.Attribution{Tenures: []enrich.Tenure{{From: math.MinInt64, Until: math.MaxInt64, Host: a.Lo, Endpoint: &enrich.Endpoint{Class: enrich.VNet}, EndpointID: 5}}, Hash: hash(a, from)}
	}
	expect := map[question]int{}
	for round := range 3 {
		d := Delta(Row(0), Row(round), Row(round), Row(1))
		d.Logs = append(d.Logs, nsg)
		d.Rows[1].Log = 1
		d.Attribute = attribute
		commit(t, s, d)
		for _, q := range []question{
			{"10.0.0.0", store.ScopeOf(Log(0))},
			{"10.0.0.1", store.ScopeOf(Log(0))},
			{fmt.Sprint("10.0.0.", round), store.ScopeOf(Log(0))},
			{"10.1.0.4", store.ScopeOf(Log(0))},
			{fmt.Sprint("10.0.0.", round), store.ScopeOf(nsg)},
			{"10.1.0.4", store.ScopeOf(nsg)},
		} {
			expect[q] = 1
		}
	}
	want(t, "asked", asked, expect)
	all := parties(t, s)
	if len(all) != len(expect) {
		t.Errorf("%d parties, want %d", len(all), len(expect))
	}
	for _, p := range all {
		if p.Attribution != hash(p.Address, p.Capture) || expect[question{p.Address.String(), p.Capture}] != 1 || p.ID != store.PartyID(p.Address, store.ScopeID(p.Capture)) {
			t.Errorf("party %+v", p)
		}
	}
}

// testIdentities checks that rows keep what their sides were, and that a row
// without is between its parties.
func testIdentities(t *testing.T, s store.Store) {
	a, b := Row(0), Row(1)
	a.From, a.To = flow.Identity{Host: 7, Endpoint: 70}, flow.Identity{Host: 9, Endpoint: 90}
	d := Delta(a, b)
	d.Endpoint = func(id uint64) *enrich.Endpoint {
		if id == 90 {
			return nil // it cannot say
		}
		return &enrich.Endpoint{Class: enrich.VNet, Endpoint: topology.Endpoint{VM: fmt.Sprint("rg/vm", id)}}
	}
	commit(t, s, d)
	scope := store.ScopeID(store.ScopeOf(Log(0)))
	party := func(a flow.Addr) flow.Identity { return flow.Identity{Host: store.PartyID(a, scope)} }
	fact := func(r flow.Row) store.StoredFact {
		return store.StoredFact{
			Interval: r.Interval, Initiator: r.Initiator, Responder: r.Responder, From: r.From, To: r.To,
			Log: store.LogID(Log(0)), Direction: r.Direction, Type: r.Type,
		}
	}
	b.From, b.To = party(b.Initiator), party(b.Responder)
	want(t, "facts", factsOf(t, s, nil, nil), []store.StoredFact{fact(a), fact(b)})
	want(t, "facts of a party that was not looked at", factsOf(t, s, []uint64{b.From.Host}, nil), []store.StoredFact{fact(b)})
	// What was stored of the party says which host it was.
	if err := s.Reattribute(t.Context(), []store.Reattribution{
		{Party: store.PartyID(a.Initiator, scope), Address: a.Initiator, Attribution: Attribution([]uint64{7, 8}, at(3))},
	}); err != nil {
		t.Fatal(err)
	}
	want(t, "facts of a party", factsOf(t, s, []uint64{store.PartyID(a.Initiator, scope)}, nil), []store.StoredFact{fact(a)})
}

// testAttributionRefused checks that a commit that fails leaves nothing, and
// that the parties are asked for again.
func testAttributionRefused(t *testing.T, s store.Store) {
	asked := 0
	d := Delta(Row(0), Row(1))
	d.Relations = []enrich.Relation{{From: math.MinInt64, Until: math.MaxInt64, VNet1: "/a", VNet2: "/b"}}
	ctx, cancel := context.WithCancel(t.Context())
	d.Attribute = func(a flow.Addr, from topology.Capture) enrich.Attribution {
		if asked++; asked == 3 {
			cancel()
		}
		return Attribution([]uint64{a.Lo, a.Lo + 1}, at(1))
	}
	if err := s.Commit(ctx, d); !errors.Is(err, context.Canceled) {
		t.Fatalf("Commit: %v", err)
	}
	want(t, "parties", parties(t, s), []store.Party(nil))
	want(t, "unsettled", unsettled(t, s).Intervals, []time.Time(nil))
	want(t, "facts", factsOf(t, s, nil, nil), []store.StoredFact(nil))
	asked = 10
	commit(t, s, d)
	if asked != 13 {
		t.Errorf("asked for %d parties, want 3", asked-10)
	}
	if got := parties(t, s); len(got) != 3 {
		t.Errorf("%d parties, want 3", len(got))
	}
}

// testReattribution checks that parties become what they are said to be, and
// that rows stay what they are.
func testReattribution(t *testing.T, s store.Store) {
	d := Delta(Row(0), Row(1))
	d.Attribute = func(a flow.Addr, _ topology.Capture) enrich.Attribution { return Attribution([]uint64{a.Lo & 0xff}) }
	commit(t, s, d)
	facts := factsOf(t, s, nil, nil)
	recount(t, s, nil, unsettled(t, s))
	scope := store.ScopeID(store.ScopeOf(Log(0)))
	re := func(address string, a enrich.Attribution) store.Reattribution {
		addr := flow.MustParseAddr(address)
		return store.Reattribution{Party: store.PartyID(addr, scope), Address: addr, Attribution: a}
	}
	attributions := map[string]uint64{}
	for _, p := range parties(t, s) {
		attributions[p.Address.String()] = p.Attribution
	}
	for _, changed := range [][]store.Reattribution{
		{re("10.1.0.4", Attribution([]uint64{4, 40}, at(2)))},
		{re("10.1.0.4", Attribution([]uint64{4, 40, 40}, at(2), at(3)))},
		{re("10.1.0.4", Attribution([]uint64{40})), re("10.0.0.1", Attribution([]uint64{30}))},
		nil,
	} {
		if err := s.Reattribute(t.Context(), changed); err != nil {
			t.Fatal(err)
		}
		for _, c := range changed {
			attributions[c.Address.String()] = c.Hash
		}
		for _, p := range parties(t, s) {
			if p.Attribution != attributions[p.Address.String()] {
				t.Errorf("the attribution of %s is %d, want %d", p.Address, p.Attribution, attributions[p.Address.String()])
			}
		}
		want(t, "facts", factsOf(t, s, nil, nil), facts)
		want(t, "unsettled", unsettled(t, s).Intervals, []time.Time(nil))
	}
}

func documents(t *testing.T, s store.Store, kind string) []store.Document {
	t.Helper()
	all, err := s.Documents(t.Context(), kind)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func learn(t *testing.T, s store.Store, l store.Learning) {
	t.Helper()
	if err := s.Learn(t.Context(), l); err != nil {
		t.Fatal(err)
	}
}

func wantDocuments(t *testing.T, what string, got, want []store.Document) {
	t.Helper()
	if diff := gocmp.Diff(want, got, gocmp.Comparer(bytes.Equal)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func testDocuments(t *testing.T, s store.Store) {
	large := make([]byte, 5<<20+7)
	for i := range large {
		large[i] = byte(i * i >> 3)
	}
	doc := func(name string, hour int, body []byte) store.Document {
		return store.Document{Kind: "topology", Name: name, At: Start.Add(time.Duration(hour) * time.Hour), Body: body}
	}
	a, b, c := doc("a", 2, []byte{0, 0xff, '\''}), doc("b", 1, large), doc("it's c", 1, []byte{})
	other := store.Document{Kind: "feed", Name: "a", At: time.Time{}.UTC(), Body: []byte("feed")}
	learn(t, s, store.Learning{Put: []store.Document{a, b, c, other}})
	wantDocuments(t, "documents", documents(t, s, "topology"), []store.Document{b, c, a})
	wantDocuments(t, "of another kind", documents(t, s, "feed"), []store.Document{other})
	wantDocuments(t, "of no kind", documents(t, s, "none"), nil)

	// One of a name replaces the one before, in the same call too.
	a.Body, a.At = bytes.Repeat([]byte("x"), 1<<20), Start
	learn(t, s, store.Learning{
		Put:    []store.Document{doc("a", 9, []byte("not this one")), a},
		Remove: []store.DocumentName{{Kind: "topology", Name: "b"}, {Kind: "topology", Name: "nothing"}},
	})
	wantDocuments(t, "replaced", documents(t, s, "topology"), []store.Document{a, c})

	// The bodies are the caller's.
	documents(t, s, "topology")[0].Body[0] = 'y'
	want(t, "afterwards", documents(t, s, "topology")[0].Body[0], byte('x'))

	learn(t, s, store.Learning{Remove: []store.DocumentName{{Kind: "topology", Name: "a"}}, Put: []store.Document{doc("a", 3, []byte("again"))}})
	wantDocuments(t, "removed and put", documents(t, s, "topology"), []store.Document{c, doc("a", 3, []byte("again"))})
	wantDocuments(t, "of another kind", documents(t, s, "feed"), []store.Document{other})
}

// testLearnRefused checks that a learning with a fault changes nothing.
func testLearnRefused(t *testing.T, s store.Store) {
	old := store.Document{Kind: "k", Name: "n", At: Start, Body: []byte("old")}
	learn(t, s, store.Learning{Put: []store.Document{old}})
	for name, bad := range map[string]topology.Column{
		"an unknown column": {Name: "Colour", Value: "blue"},
		"a wrong type":      {Name: "Priority", Value: "high"},
		"our own column":    {Name: "snapshot", Value: "x"},
	} {
		fresh := old
		fresh.Body = []byte("new")
		err := s.Learn(t.Context(), store.Learning{Put: []store.Document{fresh}, Resources: resources(Start, topology.DetailRow{ID: "/a", Columns: []topology.Column{bad}})})
		if err == nil {
			t.Errorf("%s is learnt", name)
		}
		want(t, name, documents(t, s, "k"), []store.Document{old})
	}
}

func testLogs(t *testing.T, s store.Store) {
	d := Delta(Row(0))
	d.Logs = append(d.Logs, flow.Log{Family: flow.NSG, MAC: "M", Target: "/nsg"})
	commit(t, s, d)
	got, err := s.Logs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want(t, "logs", got, map[uint64]flow.Log{store.LogID(d.Logs[0]): d.Logs[0], store.LogID(d.Logs[1]): d.Logs[1]})
}

// testNothingKnown checks every method of an empty store.
func testNothingKnown(t *testing.T, s store.Store) {
	want(t, "parties", parties(t, s), []store.Party(nil))
	want(t, "facts", factsOf(t, s, nil, nil), []store.StoredFact(nil))
	want(t, "captured", captured(t, s, at(0), at(9)), []store.CapturedFact(nil))
	want(t, "unsettled", unsettled(t, s), store.Unsettled{})
	rejudge(t, s, nil)
	recount(t, s, nil, store.Unsettled{})
	learn(t, s, store.Learning{})
	want(t, "documents", documents(t, s, "topology"), []store.Document(nil))
}
