package insight_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/store"
)

var start = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)

// filled returns a store with the flows, committed in three parts.
func filled(t *testing.T, flows []querytest.Flow) store.Store {
	t.Helper()
	s := querytest.Open(t)
	for i, part := range slices.Collect(slices.Chunk(flows, (len(flows)+2)/3)) {
		querytest.Commit(t, s, fmt.Sprintf("/logs/%d.json", i), part...)
	}
	return s
}

func sum(m *insight.Measures, f querytest.Flow) {
	m.Flows += int64(f.Started)
	m.Packets += int64(f.PacketsFwd + f.PacketsBack)
	m.Bytes += int64(f.BytesFwd + f.BytesBack)
}

func of(m insight.Measures, by insight.Measure) int64 {
	return map[insight.Measure]int64{insight.Flows: m.Flows, insight.Packets: m.Packets, insight.Bytes: m.Bytes}[by]
}

// checkRanking checks what every ranking must hold: order, limits and sums.
func checkRanking(t *testing.T, r insight.Ranking, totals []insight.Measures, keys []string, shares []float64) {
	t.Helper()
	if want := min(r.Limit, int(r.Distinct)); len(totals) != want {
		t.Errorf("%d rows, want %d", len(totals), want)
	}
	shown := r.Other
	for i, m := range totals {
		shown.Flows, shown.Packets, shown.Bytes = shown.Flows+m.Flows, shown.Packets+m.Packets, shown.Bytes+m.Bytes
		if want := float64(of(m, r.By)) / float64(of(r.Total, r.By)); math.Abs(shares[i]-want) > 1e-12 {
			t.Errorf("share of row %d = %v, want %v", i, shares[i], want)
		}
		if i == 0 {
			continue
		}
		before := []int64{of(totals[i-1], r.By), totals[i-1].Flows, totals[i-1].Packets, totals[i-1].Bytes}
		after := []int64{of(m, r.By), m.Flows, m.Packets, m.Bytes}
		if c := slices.Compare(before, after); c < 0 || c == 0 && keys[i-1] >= keys[i] {
			t.Errorf("row %d (%s %v) comes before row %d (%s %v)", i-1, keys[i-1], before, i, keys[i], after)
		}
	}
	if diff := cmp.Diff(r.Total, shown); diff != "" {
		t.Errorf("rows and other are not the total (-want +got):\n%s", diff)
	}
}

func TestHosts(t *testing.T) {
	flows := querytest.Random(2, 3000, start)
	s := filled(t, flows)
	for _, by := range []insight.Measure{insight.Flows, insight.Packets, insight.Bytes} {
		got, err := insight.Hosts(context.Background(), s, insight.Question{From: start, To: start.Add(24 * time.Hour), By: by, Limit: 12})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]*insight.Host{}
		host := func(address string) *insight.Host {
			if want[address] == nil {
				want[address] = &insight.Host{Address: address}
			}
			return want[address]
		}
		var total insight.Measures
		for _, f := range flows {
			i, r := host(f.Initiator), host(f.Responder)
			i.Captured = i.Captured || f.Direction == flow.Outbound
			r.Captured = r.Captured || f.Direction == flow.Inbound
			if f.Status == flow.Allowed {
				sum(&i.AllowedOut, f)
				sum(&r.AllowedIn, f)
			} else {
				sum(&i.DeniedOut, f)
				sum(&r.DeniedIn, f)
			}
			sum(&i.Total, f)
			sum(&r.Total, f)
			sum(&total, f)
			sum(&total, f)
		}
		var totals []insight.Measures
		var keys []string
		var shares []float64
		for _, h := range got.Rows {
			totals, keys, shares = append(totals, h.Total), append(keys, h.Address), append(shares, h.Share)
			h.Share = 0
			if diff := cmp.Diff(*want[h.Address], h, cmpopts.IgnoreFields(insight.Host{}, "Side")); diff != "" {
				t.Errorf("Hosts() by %s (-want +got):\n%s", by, diff)
			}
		}
		checkRanking(t, got.Ranking, totals, keys, shares)
		if got.Distinct != int64(len(want)) || got.Total != total || got.Deduplicated {
			t.Errorf("Hosts() by %s: distinct %d total %+v deduplicated %v, want %d %+v false",
				by, got.Distinct, got.Total, got.Deduplicated, len(want), total)
		}
	}
}

func TestConversations(t *testing.T) {
	flows := querytest.Random(3, 3000, start)
	s := filled(t, flows)
	for _, by := range []insight.Measure{insight.Flows, insight.Packets, insight.Bytes} {
		got, err := insight.Conversations(context.Background(), s, insight.Question{From: start, To: start.Add(24 * time.Hour), By: by, Limit: 40})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]*insight.Conversation{}
		ports := map[string]map[[2]uint16]insight.Measures{}
		for _, f := range flows {
			key := f.Initiator + " " + f.Responder
			c := want[key]
			if c == nil {
				c = &insight.Conversation{Initiator: f.Initiator, Responder: f.Responder}
				want[key], ports[key] = c, map[[2]uint16]insight.Measures{}
			}
			sum(&c.Total, f)
			if f.Status == flow.Allowed {
				sum(&c.Allowed, f)
			} else {
				sum(&c.Denied, f)
			}
			c.Forward.Packets += int64(f.PacketsFwd)
			c.Forward.Bytes += int64(f.BytesFwd)
			c.Back.Packets += int64(f.PacketsBack)
			c.Back.Bytes += int64(f.BytesBack)
			port := [2]uint16{min(f.Port, query.FirstEphemeral), uint16(f.Protocol)}
			p := ports[key][port]
			sum(&p, f)
			ports[key][port] = p
		}
		var totals []insight.Measures
		var keys []string
		var shares []float64
		for _, c := range got.Rows {
			key := c.Initiator + " " + c.Responder
			checkPorts(t, by, ports[key], c.Ports)
			totals, keys, shares = append(totals, c.Total), append(keys, key), append(shares, c.Share)
			c.Share, c.Ports = 0, nil
			if diff := cmp.Diff(*want[key], c, cmpopts.IgnoreFields(insight.Conversation{}, "From", "To", "FlowTypes")); diff != "" {
				t.Errorf("Conversations() by %s (-want +got):\n%s", by, diff)
			}
		}
		checkRanking(t, got.Ranking, totals, keys, shares)
		if got.Distinct != int64(len(want)) {
			t.Errorf("distinct = %d, want %d", got.Distinct, len(want))
		}
	}
}

// checkPorts checks that the ports shown are those with the most traffic.
func checkPorts(t *testing.T, by insight.Measure, all map[[2]uint16]insight.Measures, got []insight.PortKey) {
	t.Helper()
	numbers := map[string]uint16{"TCP": 6, "UDP": 17, "ICMP": 1}
	var most []int64
	for _, m := range all {
		most = append(most, of(m, by))
	}
	slices.SortFunc(most, func(a, b int64) int { return int(b - a) })
	if len(got) != min(3, len(most)) {
		t.Errorf("%d ports shown of %d", len(got), len(most))
	}
	for i, p := range got {
		if n := of(all[[2]uint16{uint16(p.Port), numbers[p.Protocol]}], by); n != most[i] {
			t.Errorf("port %d of a conversation is %v with %d, want one with %d", i, p, n, most[i])
		}
	}
}

func TestPorts(t *testing.T) {
	s := querytest.Open(t)
	f := func(port uint16, protocol uint8, status flow.Status, flows, bytes uint64) querytest.Flow {
		return querytest.Flow{
			Interval: start, Initiator: "10.0.0.4", Responder: "10.0.0.5", Port: port, Protocol: protocol,
			Status: status, Counters: flow.Counters{Started: flows, BytesFwd: bytes, PacketsFwd: bytes / 100},
		}
	}
	err := s.Learn(context.Background(), store.Learning{Applications: []store.Application{{Port: 443, Protocol: 6, Name: "https"}, {Port: 53, Protocol: 17, Name: "domain"}, {Port: 53, Protocol: 6, Name: "other"}}})
	if err != nil {
		t.Fatal(err)
	}
	querytest.Commit(t, s, "a", f(443, 6, flow.Allowed, 5, 1000), f(53, 17, flow.Allowed, 20, 500), f(3389, 6, flow.Denied, 9, 0))
	querytest.Commit(t, s, "b", f(443, 6, flow.Denied, 2, 0), f(9999, 132, flow.Denied, 1, 0))
	got, err := insight.Ports(context.Background(), s, insight.Question{By: insight.Bytes, Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	m := func(flows, packets, bytes int64) insight.Measures {
		return insight.Measures{Flows: flows, Packets: packets, Bytes: bytes}
	}
	want := &insight.PortsAnswer{
		Ranking: insight.Ranking{
			Range: insight.Range{From: start.Add(10 * time.Minute).Add(-24 * time.Hour), To: start.Add(10 * time.Minute)},
			By:    insight.Bytes, Limit: 3, Distinct: 4, Total: m(37, 15, 1500), Other: m(1, 0, 0),
		},
		Rows: []insight.Port{
			{PortKey: insight.PortKey{Port: 443, Through: 443, Protocol: "TCP", Application: "https"}, Allowed: m(5, 10, 1000), Denied: m(2, 0, 0), Total: m(7, 10, 1000), Share: 1000.0 / 1500},
			{PortKey: insight.PortKey{Port: 53, Through: 53, Protocol: "UDP", Application: "domain"}, Allowed: m(20, 5, 500), Total: m(20, 5, 500), Share: 500.0 / 1500},
			// By bytes, and still there: a port with nothing but denied flows.
			{PortKey: insight.PortKey{Port: 3389, Through: 3389, Protocol: "TCP"}, Denied: m(9, 0, 0), Total: m(9, 0, 0)},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Ports() (-want +got):\n%s", diff)
	}
}

func TestRules(t *testing.T) {
	flows := querytest.Random(4, 2000, start)
	s := filled(t, flows)
	got, err := insight.Rules(context.Background(), s, insight.Question{From: start, To: start.Add(24 * time.Hour), By: insight.Packets, Limit: 9})
	if err != nil {
		t.Fatal(err)
	}
	want := map[insight.Rule]insight.Measures{}
	key := func(f querytest.Flow) insight.Rule {
		return insight.Rule{
			ACL: f.Rule.ACL, Rule: f.Rule.Name,
			Direction: []insight.Direction{insight.In, insight.Out}[f.Direction],
			Status:    []insight.Status{insight.Allowed, insight.Denied}[f.Status],
		}
	}
	for _, f := range flows {
		m := want[key(f)]
		sum(&m, f)
		want[key(f)] = m
	}
	var totals []insight.Measures
	var keys []string
	var shares []float64
	for _, r := range got.Rows {
		totals, shares = append(totals, r.Total), append(shares, r.Share)
		keys = append(keys, fmt.Sprint(r.ACL, r.Rule, r.Direction, r.Status))
		bare := r
		bare.Total, bare.Share = insight.Measures{}, 0
		if diff := cmp.Diff(want[bare], r.Total); diff != "" {
			t.Errorf("Rules() %+v (-want +got):\n%s", bare, diff)
		}
	}
	checkRanking(t, got.Ranking, totals, keys, shares)
	if got.Distinct != int64(len(want)) {
		t.Errorf("distinct = %d, want %d", got.Distinct, len(want))
	}
}

func TestEmptyStore(t *testing.T) {
	s := querytest.Open(t)
	ctx := context.Background()
	hosts, err := insight.Hosts(ctx, s, insight.Question{})
	if err != nil {
		t.Fatal(err)
	}
	conversations, err := insight.Conversations(ctx, s, insight.Question{})
	if err != nil {
		t.Fatal(err)
	}
	if hosts.Rows == nil || conversations.Rows == nil || len(hosts.Rows)+len(conversations.Rows) != 0 || hosts.Distinct != 0 {
		t.Errorf("an empty store has hosts %+v and conversations %+v, want empty lists", hosts, conversations)
	}
	if hosts.By != insight.Flows || hosts.Limit != 10 || hosts.To.Sub(hosts.From) != 24*time.Hour || time.Until(hosts.To) > 10*time.Minute {
		t.Errorf("defaults = %+v, want flows, 10, the last 24 hours", hosts.Ranking)
	}
}

func TestQuestionsThatCannotBeAnswered(t *testing.T) {
	s := querytest.Open(t)
	ctx := context.Background()
	f := func(field string, q insight.Question) {
		t.Helper()
		_, err := insight.Rules(ctx, s, q)
		var ask *insight.AskError
		if !errors.As(err, &ask) || ask.Field != field {
			t.Errorf("Rules(%+v) = %v, want an AskError about %s", q, err, field)
		}
	}
	f("by", insight.Question{By: "packet"})
	f("limit", insight.Question{Limit: -1})
	f("limit", insight.Question{Limit: 1001})
	f("from", insight.Question{From: start, To: start})
	f("from", insight.Question{From: start, To: start.Add(-time.Second)})
	f("from", insight.Question{From: start.AddDate(-200, 0, 0), To: start})
}

// A range is answered in whole intervals, and says so.
func TestRange(t *testing.T) {
	s := querytest.Open(t)
	last := start.Add(12*time.Hour + 3*time.Minute)
	querytest.Commit(t, s, "a", querytest.Flow{
		Interval: start.Add(12 * time.Hour), Initiator: "10.0.0.4", Responder: "10.0.0.5",
		Counters: flow.Counters{Started: 1, First: last.UnixMilli(), Last: last.UnixMilli()},
	})
	f := func(from, to, wantFrom, wantTo time.Time, flows int64) {
		t.Helper()
		a, err := insight.Ports(context.Background(), s, insight.Question{From: from, To: to})
		if err != nil {
			t.Fatal(err)
		}
		if !a.From.Equal(wantFrom) || !a.To.Equal(wantTo) || a.Total.Flows != flows {
			t.Errorf("range %s to %s is answered as %s to %s with %d flows, want %s to %s with %d",
				from, to, a.From, a.To, a.Total.Flows, wantFrom, wantTo, flows)
		}
	}
	var none time.Time
	at := func(h, m int) time.Time { return start.Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute) }
	f(none, none, at(12, 10).Add(-24*time.Hour), at(12, 10), 1)
	f(at(12, 4), at(12, 5), at(12, 0), at(12, 10), 1)
	f(at(11, 0), at(12, 0), at(11, 0), at(12, 0), 0)
	f(at(12, 0), none, at(12, 0), at(12, 10), 1)
	f(none, at(12, 0), at(12, 0).Add(-24*time.Hour), at(12, 0), 0)
	f(at(20, 5), none, at(20, 0), at(20, 20), 0)
	f(at(12, 4).In(time.FixedZone("", 3600)), at(12, 5), at(12, 0), at(12, 10), 1)
}

// The parts of an answer agree, also while data comes in.
func TestWhileCommitting(t *testing.T) {
	s := querytest.Open(t)
	querytest.Commit(t, s, "/logs/first.json", querytest.Random(7, 50, start)...)
	done := make(chan error)
	go func() {
		for i := range 40 {
			if err := s.Commit(context.Background(), querytest.Delta(fmt.Sprintf("/logs/%d.json", i), querytest.Random(uint64(i), 50, start)...)); err != nil {
				done <- err
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		close(done)
	}()
	for asked := 0; ; asked++ {
		a, err := insight.Hosts(context.Background(), s, insight.Question{From: start, To: start.Add(24 * time.Hour), Limit: 15})
		if err != nil {
			t.Fatal(err)
		}
		all := a.Other
		for _, h := range a.Rows {
			var parts insight.Measures
			for _, m := range []insight.Measures{h.AllowedIn, h.AllowedOut, h.DeniedIn, h.DeniedOut} {
				parts.Flows, parts.Packets, parts.Bytes = parts.Flows+m.Flows, parts.Packets+m.Packets, parts.Bytes+m.Bytes
			}
			if parts != h.Total {
				t.Errorf("%s: the parts are %+v, the total %+v", h.Address, parts, h.Total)
			}
			all.Flows, all.Packets, all.Bytes = all.Flows+h.Total.Flows, all.Packets+h.Total.Packets, all.Bytes+h.Total.Bytes
		}
		if all != a.Total {
			t.Errorf("hosts and other are %+v, the total is %+v", all, a.Total)
		}
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			return
		default:
		}
	}
}
