package insight_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/store"
	"weir/internal/terminal"
)

// The rows that a list has, page after page, add up to what every table counts:
// what of each counts, under the same filter.
func TestFlowsAddUp(t *testing.T) {
	s := filled(t, querytest.Random(4, 700, start))
	ctx := context.Background()
	for _, where := range []query.Condition{nil, query.Test{Field: "port", Values: []any{int64(443)}}} {
		table, err := insight.Table(ctx, s, "types", insight.TableQuestion{Question: insight.Question{From: start, To: start.AddDate(0, 0, 1), Where: where}})
		if err != nil {
			t.Fatal(err)
		}
		for _, sort := range insight.FlowSorts() {
			q := insight.FlowsQuestion{From: start, To: start.AddDate(0, 0, 1), Where: where, Sort: sort, Limit: 90, Count: true}
			var sum insight.Measures
			rows, count := int64(0), int64(0)
			for {
				a, err := insight.FlowList(ctx, s, q)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range a.Rows {
					rows++
					if f.Counted.Starts {
						sum.Flows += f.Started
					}
					if f.Counted.Forward {
						sum.Packets, sum.Bytes = sum.Packets+f.Forward.Packets, sum.Bytes+f.Forward.Bytes
					}
					if f.Counted.Back {
						sum.Packets, sum.Bytes = sum.Packets+f.Back.Packets, sum.Bytes+f.Back.Bytes
					}
				}
				if a.Count != nil {
					count = *a.Count
				}
				if a.Next == "" {
					break
				}
				q.After, q.Count = a.Next, false
			}
			if rows != count || rows == 0 {
				t.Errorf("by %s: %d rows, counted as %d", sort, rows, count)
			}
			if sum != table.All.Total {
				t.Errorf("by %s: rows add up to %+v, the table has %+v", sort, sum, table.All.Total)
			}
		}
	}
}

// A row says all that is known of it.
func TestFlowIsWhole(t *testing.T) {
	s := querytest.Open(t)
	f := querytest.Flow{
		Interval: start, Initiator: "10.0.0.4", Responder: "203.0.113.7", Port: 443, Protocol: 6, Direction: flow.Outbound,
		Encryption: flow.Unencrypted, Type: flow.ExternalPublic, Rule: flow.Rule{ACL: "/nsg", Name: "allow"},
		Log:      flow.Log{Family: flow.VNet, MAC: "00224871C205", Target: "/vnet", FlowLog: "/flowlog"},
		Counters: flow.Counters{Started: 3, Ended: 2, PacketsFwd: 10, BytesFwd: 1000, PacketsBack: 20, BytesBack: 2000, Records: 5, First: start.Add(time.Second).UnixMilli(), Last: start.Add(time.Minute).UnixMilli()},
	}
	querytest.Commit(t, s, "/logs/a.json", f)
	a, err := insight.FlowList(context.Background(), s, insight.FlowsQuestion{From: start, To: start.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Rows) != 1 || a.Next != "" || a.Count != nil {
		t.Fatalf("FlowList() = %+v", a)
	}
	got := a.Rows[0]
	was := querytest.Endpoint("10.0.0.4")
	if got.From.VNet != was.VNet || got.NIC != was.NIC || got.To.Country != querytest.Endpoint("203.0.113.7").Country {
		t.Errorf("the ends were %+v and %+v, the NIC %q", got.From, got.To, got.NIC)
	}
	got.From, got.To = insight.Side{}, insight.Side{}
	want := insight.Flow{
		Interval: start, Until: start.Add(10 * time.Minute), Initiator: "10.0.0.4", Responder: "203.0.113.7", Port: 443, Protocol: "TCP",
		Type: "ExternalPublic", Direction: insight.Out, Status: insight.Allowed, ACL: "/nsg", Rule: "allow", Encryption: "Unencrypted",
		NIC: was.NIC, MAC: "00224871C205", Target: "/vnet", FlowLog: "/flowlog", Family: "vnet",
		Started: 3, Ended: 2, Forward: insight.Volume{Packets: 10, Bytes: 1000}, Back: insight.Volume{Packets: 20, Bytes: 2000}, Tuples: 5,
		First: start.Add(time.Second), Last: start.Add(time.Minute), Counted: insight.Counted{Starts: true, Forward: true, Back: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("FlowList() (-want +got):\n%s", diff)
	}
}

func TestFlowsOfAnEmptyStore(t *testing.T) {
	a, err := insight.FlowList(context.Background(), querytest.Open(t), insight.FlowsQuestion{Count: true})
	if err != nil || a.Rows == nil || len(a.Rows) > 0 || *a.Count != 0 || a.Next != "" {
		t.Errorf("FlowList() = %+v, %v", a, err)
	}
}

func TestFlowsThatCannotBeAsked(t *testing.T) {
	s := filled(t, querytest.Random(4, 20, start))
	next, err := insight.FlowList(context.Background(), s, insight.FlowsQuestion{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	for field, q := range map[string]insight.FlowsQuestion{
		"sort":  {Sort: "port"},
		"limit": {Limit: insight.MaxFlows + 1},
		"after": {After: "%%%"},
		"from":  {From: start, To: start},
	} {
		var bad *insight.AskError
		if _, err := insight.FlowList(context.Background(), s, q); !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("FlowList(%+v) = %v, want an error about %s", q, err, field)
		}
	}
	var bad *insight.AskError
	if _, err := insight.FlowList(context.Background(), s, insight.FlowsQuestion{Sort: "bytes", After: next.Next}); !errors.As(err, &bad) || bad.Field != "after" {
		t.Errorf("a place in another order: %v", err)
	}
}

// Of time before detail there are no rows, and the answer says so.
func TestFlowsBeforeDetail(t *testing.T) {
	horizon := start.AddDate(0, 0, 1)
	s := filled(t, append(querytest.Random(4, 300, start), querytest.Random(5, 300, horizon)...))
	querytest.Settle(t, s)
	if _, err := s.RollUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Forget(t.Context(), store.Horizon{Intervals: horizon}); err != nil {
		t.Fatal(err)
	}
	a, err := insight.FlowList(t.Context(), s, insight.FlowsQuestion{From: start, To: start.AddDate(0, 0, 2), Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if a.Detail == nil || len(a.Rows) == 0 || a.Rows[len(a.Rows)-1].Interval.Before(*a.Detail) {
		t.Errorf("%d rows, detail from %v", len(a.Rows), a.Detail)
	}
}

// A file of all rows has as many as are counted, over more than one page.
func TestAllFlows(t *testing.T) {
	s := filled(t, querytest.Random(4, 500, start))
	asked := 0
	rows := insight.AllFlows(insight.FlowsQuestion{From: start, To: start.AddDate(0, 0, 1), Sort: "bytes"}, func(q insight.FlowsQuestion) (*insight.FlowsAnswer, error) {
		asked++
		q.Limit = 60
		return insight.FlowList(t.Context(), s, q)
	})
	var text strings.Builder
	n, err := terminal.WriteRows(&text, terminal.CSV, rows)
	if err != nil {
		t.Fatal(err)
	}
	a, err := insight.FlowList(t.Context(), s, insight.FlowsQuestion{From: start, To: start.AddDate(0, 0, 1), Count: true})
	if err != nil || n != *a.Count || asked < 2 || strings.Count(text.String(), "\r\n") != int(n)+1 {
		t.Errorf("%d rows of %d pages, want %v: %v", n, asked, a, err)
	}
	broken := errors.New("broken")
	if _, err := terminal.WriteRows(&text, terminal.CSV, insight.AllFlows(insight.FlowsQuestion{}, func(insight.FlowsQuestion) (*insight.FlowsAnswer, error) {
		return nil, broken
	})); !errors.Is(err, broken) {
		t.Errorf("a page that fails: %v", err)
	}
}

// The objects of a flow are told by the names of Azure, and where they have none
// by their times, which is said.
func TestFlowObjects(t *testing.T) {
	const (
		sub     = "1111aaaa-0000-0000-0000-000000000000"
		flowLog = "/subscriptions/" + sub + "/resourcegroups/networkwatcherrg/providers/microsoft.network/networkwatchers/networkwatcher_westeurope/flowlogs/hub-log"
		nsg     = "/subscriptions/" + sub + "/resourcegroups/rg/providers/microsoft.network/networksecuritygroups/web"
		hour    = "/y=2026/m=01/d=02/h=00/m=00/macAddress="
	)
	vnet := flow.Log{Family: flow.VNet, MAC: "00224871C205", Target: "/vnet", FlowLog: flowLog}
	other := vnet
	other.Target, other.FlowLog = "/vnet2", strings.Replace(flowLog, "hub-log", "other-log", 1)
	at := func(l flow.Log) querytest.Flow {
		return querytest.Flow{Interval: start, Initiator: "10.0.0.4", Responder: "10.0.0.5", Log: l}
	}
	long := "/c/flowLogResourceID=" + strings.ToUpper(flowLog) + hour + "00224871C205/PT1H.json"
	short := "https://a.blob/c/flowLogResourceID=/" + strings.ToUpper(sub) + "_NETWORKWATCHERRG/NETWORKWATCHER_WESTEUROPE_HUB-LOG" + hour + "00224871C205/PT1H.json"
	nicOnly := "/copies" + hour + "00224871C205/PT1H.json"
	nsgName := "/c/resourceId=" + strings.ToUpper(nsg) + hour + "00224871C205/PT1H.json"
	s := querytest.Open(t)
	for _, name := range []string{
		long, short, nicOnly, nsgName, "/loose.json",
		"/c/flowLogResourceID=" + strings.ToUpper(flowLog) + hour + "FFFFFFFFFFFF/PT1H.json",
		"/c/flowLogResourceID=" + strings.ToUpper(other.FlowLog) + hour + "00224871C205/PT1H.json",
	} {
		querytest.Commit(t, s, name, at(vnet))
	}
	later := at(vnet)
	later.Interval = start.Add(3 * time.Hour)
	querytest.Commit(t, s, "/later.json", later)
	f := func(l flow.Log, first time.Time, told insight.Telling, want ...string) {
		t.Helper()
		a, err := insight.FlowObjects(t.Context(), s, insight.FlowObjectsQuestion{Log: l, First: first, Last: first.Add(time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range a.Rows {
			got = append(got, string(o.Told)+" "+o.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" || a.Told != told || a.Words == "" {
			t.Errorf("FlowObjects() tells by %q (-want +got):\n%s", a.Told, diff)
		}
	}
	// The objects of this test are all of the family vnet.
	f(vnet, start, insight.ByTime, "name "+long, "name "+short, "nic "+nicOnly, "time /loose.json")
	f(vnet, start.Add(3*time.Hour), insight.ByTime, "time /later.json")
	f(vnet, start.Add(time.Hour), insight.ByNobody)
	f(flow.Log{Family: flow.NSG, MAC: "00224871C205", Target: nsg}, start, insight.ByNobody)
	if _, err := insight.FlowObjects(t.Context(), s, insight.FlowObjectsQuestion{First: start, Last: start.Add(-time.Hour)}); err == nil {
		t.Error("a time that ends before its start was asked for")
	}
}
