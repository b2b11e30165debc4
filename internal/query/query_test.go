package query_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/store/duckdb"
)

var update = flag.Bool("update", false, "write golden files anew")

var start = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)

func total(of query.Quantity, where ...query.Filter) []query.Measure {
	return []query.Measure{{Name: "total", Of: of, Where: where}}
}

// questions are those whose SQL is kept in testdata and whose answers are
// compared with sums made here.
var questions = map[string]query.Question{
	"all": {Measures: total(query.Bytes)},
	"conversations": {
		From: start, To: start.Add(12 * time.Hour),
		Dimensions: []query.Dimension{query.Initiator, query.Responder},
		Measures:   []query.Measure{{Name: "flows", Of: query.Flows}, {Name: "back", Of: query.BytesBack}},
		Order:      []query.Order{{Measure: "flows"}, {Dimension: query.Initiator}, {Dimension: query.Responder}},
		Limit:      7,
		Totals:     true,
	},
	"hosts": {
		Dimensions: []query.Dimension{query.Host},
		Measures: []query.Measure{
			{Name: "denied_in", Of: query.Flows, Where: []query.Filter{
				query.Is(query.Status, flow.Denied), query.Is(query.Role, uint8(query.Answers)),
			}},
			{Name: "captured", Of: query.Tuples, Where: []query.Filter{query.Is(query.Captured, true)}},
		},
		Order: []query.Order{{Dimension: query.Host}},
	},
	"top hosts": {
		From:       start,
		Dimensions: []query.Dimension{query.Host},
		Measures:   []query.Measure{{Name: "flows", Of: query.Flows}, {Name: "bytes", Of: query.Bytes}},
		Order:      []query.Order{{Measure: "bytes"}, {Measure: "flows"}, {Dimension: query.Host}},
		Limit:      5,
		Totals:     true,
	},
	"targets of rules": {
		Dimensions: []query.Dimension{query.Rule, query.ACL, query.Status, query.Target},
		Measures:   total(query.Packets),
		Filters: []query.Filter{{
			Dimensions: []query.Dimension{query.ACL, query.Status, query.Rule},
			Values:     [][]any{{"/subscriptions/s/nsg-1", flow.Allowed, "rule-1"}, {"/subscriptions/s/nsg-0", flow.Denied, "rule-2"}},
		}},
	},
	"rules of an address": {
		Dimensions: []query.Dimension{query.ACL, query.Rule, query.Direction, query.Status},
		Measures:   total(query.Flows),
		Filters:    []query.Filter{query.Is(query.Host, "10.0.0.4", "10.0.1.5"), query.Is(query.Port, 443, 80)},
		Order:      []query.Order{{Measure: "total"}},
	},
	"time by capture": {
		From: start.Add(time.Hour), Grain: time.Hour,
		Dimensions: []query.Dimension{query.Time, query.MAC, query.Target},
		Measures:   total(query.PacketsForward),
		Order:      []query.Order{{Dimension: query.Time}},
	},
	"ports of pairs": {
		Dimensions: []query.Dimension{query.Initiator, query.Responder, query.Port, query.Protocol},
		Measures:   total(query.Packets),
		Filters: []query.Filter{{
			Dimensions: []query.Dimension{query.Initiator, query.Responder},
			Values:     [][]any{{"10.0.0.4", "10.0.0.5"}, {"10.0.1.4", "10.0.1.4"}, {"10.0.0.6", "203.0.113.3"}},
		}},
		Order: []query.Order{{Measure: "total"}, {Dimension: query.Port}, {Dimension: query.Protocol}},
		Per:   &query.Per{Dimensions: []query.Dimension{query.Initiator, query.Responder}, Limit: 2},
	},
	"captures": {
		EachCapture: true,
		Dimensions:  []query.Dimension{query.Rule, query.MAC, query.Captured},
		Measures:    total(query.Flows),
		Order:       []query.Order{{Measure: "total"}},
	},
	"service ports of identities": {
		Dimensions: []query.Dimension{query.InitiatorID, query.HostID, query.ServicePort},
		Measures: []query.Measure{
			{Name: "tuples", Of: query.Tuples}, {Name: "high", Of: query.Tuples, Where: []query.Filter{query.Is(query.ServicePort, query.Ephemeral)}},
		},
		Filters: []query.Filter{query.Is(query.Initiator, "10.0.0.4"), {
			Dimensions: []query.Dimension{query.HostID, query.Role},
			Values:     [][]any{{querytest.HostID("10.0.0.4"), uint8(query.Initiates)}, {querytest.HostID("203.0.113.3"), uint8(query.Answers)}},
		}},
	},
	"new ports of hosts": {
		From: start.Add(time.Hour), Fresh: start.Add(6 * time.Hour),
		Dimensions: []query.Dimension{query.HostID, query.Port},
		Measures:   total(query.Flows),
		Filters:    []query.Filter{query.Is(query.Status, flow.Denied)},
		Order:      []query.Order{{Measure: "total"}, {Dimension: query.HostID}, {Dimension: query.Port}},
		Limit:      5,
		Totals:     true,
	},
	"new pairs": {
		Fresh:      start.Add(6 * time.Hour),
		Dimensions: []query.Dimension{query.InitiatorID, query.ResponderID},
		Measures:   total(query.Bytes),
	},
	"new ports of rules": {
		Fresh:      start.Add(2 * time.Hour),
		Dimensions: []query.Dimension{query.Rule, query.ServicePort},
		Measures:   total(query.Flows),
		Filters:    []query.Filter{query.Is(query.Status, flow.Denied), query.Is(query.Initiator, "10.0.0.4", "10.0.1.5")},
		Order:      []query.Order{{Measure: "total"}},
	},
	"peers of a host": {
		Dimensions: []query.Dimension{query.PeerID, query.Role},
		Measures:   total(query.Bytes),
		Filters: []query.Filter{
			query.Is(query.HostID, querytest.HostID("10.0.0.4"), querytest.HostID("10.0.1.5")),
			{Dimensions: []query.Dimension{query.PeerID}, Values: [][]any{{querytest.HostID("10.0.0.4")}}, Not: true},
		},
		Order: []query.Order{{Measure: "total"}},
	},
	"when and who": {
		Grain: 20 * time.Minute, Dimensions: []query.Dimension{query.ServicePort, query.Rule},
		Measures: []query.Measure{
			{Name: "first", Of: query.FirstTime}, {Name: "last", Of: query.LastTime}, {Name: "who", Of: query.Initiators}, {Name: "flows", Of: query.Flows},
		},
		Order: []query.Order{{Measure: "who"}, {Dimension: query.ServicePort}, {Dimension: query.Rule}},
	},
	"ports by protocol": {
		To:         start.Add(3 * time.Hour),
		Dimensions: []query.Dimension{query.Port, query.Protocol},
		Measures:   total(query.PacketsBack, query.Is(query.Port, 53), query.Is(query.Protocol, 17)),
	},
}

func TestSQL(t *testing.T) {
	for name, q := range questions {
		statements, err := query.Build(duckdb.Dialect{}, q)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := fmt.Sprintf("%s-- %v\n", statements.Rows.SQL, statements.Rows.Args)
		golden := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+".sql")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: Build() (-want +got):\n%s", name, diff)
		}
	}
}

// Values of a user never become part of the text.
func TestValuesAreNotText(t *testing.T) {
	const evil = "'); DROP TABLE weir.fact; --"
	s := querytest.Open(t)
	for _, q := range []query.Question{
		{Measures: total(query.Flows), Filters: []query.Filter{query.Is(query.Initiator, evil)}},
		{Measures: total(query.Flows), Filters: []query.Filter{query.Is(query.Rule, evil), query.Is(query.ACL, evil, evil)}},
		{Measures: total(query.Flows), Filters: []query.Filter{{
			Dimensions: []query.Dimension{query.Host, query.Target}, Values: [][]any{{evil, evil}},
		}}},
	} {
		statements, err := query.Build(duckdb.Dialect{}, q)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(statements.Rows.SQL, "DROP") {
			t.Errorf("a value is part of the text:\n%s", statements.Rows.SQL)
		}
		if _, err := query.Ask(context.Background(), s, q); err != nil {
			t.Errorf("Ask() = %v", err)
		}
	}
}

func TestQuestionsThatCannotBeBuilt(t *testing.T) {
	f := func(want string, q query.Question) {
		t.Helper()
		_, err := query.Build(duckdb.Dialect{}, q)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Build() = %v, want an error with %q", err, want)
		}
	}
	f("no measure", query.Question{})
	f("is no sum", query.Question{Measures: total(query.Initiators)})
	f("is no sum", query.Question{Measures: total(query.FirstTime, query.Is(query.Port, 53)), Dimensions: []query.Dimension{query.Port}, Grain: time.Hour})
	f("counts initiators twice", query.Question{Measures: append(total(query.Initiators), query.Measure{Name: "other", Of: query.Initiators}), Dimensions: []query.Dimension{query.Port}})
	f("grain", query.Question{Measures: total(query.LastTime), Dimensions: []query.Dimension{query.Port}})
	f("not after its start", query.Question{Measures: total(query.Flows), From: start, To: start})
	f("grain", query.Question{Measures: total(query.Flows), Dimensions: []query.Dimension{query.Time}})
	f("not a plain word", query.Question{Measures: []query.Measure{{Name: "a; DROP"}}})
	f("twice", query.Question{Measures: append(total(query.Flows), total(query.Flows)...)})
	f("not a column of the fact", query.Question{Measures: total(query.Flows, query.Is(query.Initiator, "10.0.0.1"))})
	f("does not measure", query.Question{Measures: total(query.Flows), Order: []query.Order{{Measure: "bytes"}}})
	f("not split by", query.Question{Measures: total(query.Flows), Order: []query.Order{{Dimension: query.Port}}})
	f("totals go with", query.Question{Measures: total(query.Flows), Dimensions: []query.Dimension{query.Port}, Totals: true})
	f("keeps rows per", query.Question{Measures: total(query.Flows), Order: []query.Order{{Measure: "total"}}, Per: &query.Per{Dimensions: []query.Dimension{query.Port}, Limit: 1}})
	f("without an order", query.Question{
		Measures: total(query.Flows), Dimensions: []query.Dimension{query.Port}, Per: &query.Per{Dimensions: []query.Dimension{query.Port}, Limit: 1},
	})
	f("lets nothing pass", query.Question{Measures: total(query.Flows), Filters: []query.Filter{query.Is(query.Port)}})
	f("has 1 values", query.Question{Measures: total(query.Flows), Filters: []query.Filter{{
		Dimensions: []query.Dimension{query.Port, query.Protocol}, Values: [][]any{{443}},
	}}})
}

// Every question has the answer that comes of going through the flows one by
// one. The flows are committed in several parts, so that keys are partial.
func TestAnswers(t *testing.T) {
	s := querytest.Open(t)
	flows := querytest.Random(1, 4000, start)
	for i := range 4 {
		querytest.Commit(t, s, fmt.Sprintf("/logs/%d.json", i), flows[i*1000:(i+1)*1000]...)
	}
	for name, q := range questions {
		res, err := query.Ask(context.Background(), s, q)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := answer(q, flows)
		got := *res
		if len(q.Order) == 0 || q.Limit == 0 {
			sortRows(got.Rows) // what is tied, or not ordered, comes as it comes
			sortRows(want.Rows)
		}
		if len(got.Rows) == 0 {
			t.Errorf("%s: no rows, so nothing is tested", name)
		}
		diff(t, name, want, got)
	}
}

func diff(t *testing.T, name string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: Ask() (-want +got):\n%s", name, diff)
	}
}

func TestSumsThatDoNotFit(t *testing.T) {
	s := querytest.Open(t)
	for i := range 3 {
		querytest.Commit(t, s, fmt.Sprint(i), querytest.Flow{
			Interval: start, Initiator: "10.0.0.4", Responder: "10.0.0.5", Counters: flow.Counters{BytesFwd: 1<<63 - 1, BytesBack: 1<<63 - 1},
		})
	}
	q := query.Question{Measures: total(query.Bytes), Dimensions: []query.Dimension{query.Host}, Totals: true, Limit: 1}
	res, err := query.Ask(context.Background(), s, q)
	if err != nil {
		t.Fatal(err)
	}
	const most = 1<<63 - 1
	if got := []int64{res.Rows[0].Values["total"], res.Totals["total"]}; got[0] != most || got[1] != most {
		t.Errorf("sums that do not fit = %v, want the highest integer", got)
	}
}

func sortRows(rows []query.Row) {
	sort.Slice(rows, func(i, j int) bool { return fmt.Sprint(rows[i].Keys) < fmt.Sprint(rows[j].Keys) })
}
