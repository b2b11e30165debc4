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
		"reattribution":       testReattribution,
		"documents":           testDocuments,
		"learn refused":       testLearnRefused,
		"logs":                testLogs,
		"facts of":            testFactsOf,
		"captured":            testCaptured,
		"mark":                testMark,
		"mark keeps":          testMarkKeeps,
		"mark while reading":  testMarkWhileReading,
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
	slices.SortFunc(all, func(a, b store.StoredFact) int { return cmp.Compare(a.Handle, b.Handle) })
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

func mark(t *testing.T, s store.Store, rows []store.Marking, settled store.Unsettled, unsettled ...time.Time) {
	t.Helper()
	if err := s.Mark(t.Context(), rows, settled, unsettled); err != nil {
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
	for _, f := range captured(t, s, at(0), at(6)) {
		if f.Responder != flow.MustParseAddr("10.1.0.4").Lo || f.Initiator < flow.MustParseAddr("10.0.0.0").Lo || f.Initiator > flow.MustParseAddr("10.0.0.2").Lo {
			t.Errorf("hosts of %+v", f)
		}
	}
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
// that just the intervals in which they are another host are listed.
func testReattribution(t *testing.T, s store.Store) {
	d := Delta(Row(0), Row(1), Row(2), Row(3)) // 10.0.0.n in interval n, all with 10.1.0.4
	d.Attribute = func(a flow.Addr, _ topology.Capture) enrich.Attribution { return Attribution([]uint64{a.Lo & 0xff}) }
	commit(t, s, d)
	hosts := func() (initiators, responders []uint64) {
		for _, f := range captured(t, s, at(0), at(6)) {
			initiators, responders = append(initiators, f.Initiator), append(responders, f.Responder)
		}
		return initiators, responders
	}
	initiators, responders := hosts()
	want(t, "initiators", initiators, []uint64{0, 1, 2, 3})
	want(t, "responders", responders, []uint64{4, 4, 4, 4})
	mark(t, s, nil, unsettled(t, s))
	scope := store.ScopeID(store.ScopeOf(Log(0)))
	re := func(address string, a enrich.Attribution) store.Reattribution {
		addr := flow.MustParseAddr(address)
		return store.Reattribution{Party: store.PartyID(addr, scope), Address: addr, Attribution: a}
	}
	for _, c := range []struct {
		what                  string
		changed               []store.Reattribution
		initiators, responder []uint64
		unsettled             []time.Time
	}{
		{
			"another host from interval 2 on",
			[]store.Reattribution{re("10.1.0.4", Attribution([]uint64{4, 40}, at(2)))},
			[]uint64{0, 1, 2, 3},
			[]uint64{4, 4, 40, 40},
			[]time.Time{at(2), at(3)},
		},
		{
			"the same hosts, another endpoint",
			[]store.Reattribution{re("10.1.0.4", Attribution([]uint64{4, 40, 40}, at(2), at(3)))},
			[]uint64{0, 1, 2, 3},
			[]uint64{4, 4, 40, 40},
			nil,
		},
		{
			"a time without flows",
			[]store.Reattribution{re("10.0.0.1", Attribution([]uint64{1, 10}, at(2)))},
			[]uint64{0, 1, 2, 3},
			[]uint64{4, 4, 40, 40},
			nil,
		},
		{
			"one for ever again, and another",
			[]store.Reattribution{re("10.1.0.4", Attribution([]uint64{40})), re("10.0.0.3", Attribution([]uint64{30}))},
			[]uint64{0, 1, 2, 30},
			[]uint64{40, 40, 40, 40},
			[]time.Time{at(0), at(1), at(3)},
		},
		{"nothing", nil, []uint64{0, 1, 2, 30}, []uint64{40, 40, 40, 40}, nil},
	} {
		if err := s.Reattribute(t.Context(), c.changed); err != nil {
			t.Fatal(err)
		}
		initiators, responders := hosts()
		want(t, c.what+": initiators", initiators, c.initiators)
		want(t, c.what+": responders", responders, c.responder)
		list := unsettled(t, s)
		want(t, c.what+": unsettled", list.Intervals, c.unsettled)
		mark(t, s, nil, list)
		for _, p := range parties(t, s) {
			for _, r := range c.changed {
				if p.ID == r.Party && p.Attribution != r.Hash {
					t.Errorf("%s: the attribution of %s is %d, want %d", c.what, p.Address, p.Attribution, r.Hash)
				}
			}
		}
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
	mark(t, s, nil, store.Unsettled{})
	learn(t, s, store.Learning{})
	want(t, "documents", documents(t, s, "topology"), []store.Document(nil))
}
