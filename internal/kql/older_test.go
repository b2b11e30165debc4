package kql_test

import (
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/kql"
	"weir/internal/query/querytest"
	"weir/internal/store"
	"weir/internal/store/storetest"
	"weir/internal/topology"
)

// estateOf returns a store with a flow of an NSG flow log, one of a VNet flow log,
// and a network in two snapshots.
func estateOf(t *testing.T, snapshots ...time.Time) store.Store {
	t.Helper()
	const root = "/subscriptions/s/resourcegroups/g/providers/microsoft.network/"
	s := newStore(t)
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	querytest.Commit(t, s, "/logs/nsg.json", querytest.Flow{
		Interval: at, Initiator: "10.0.0.4", Responder: "10.0.1.4", Port: 443, Protocol: 6, Direction: flow.Inbound, Type: flow.IntraVNet,
		Rule:     flow.Rule{ACL: root + "networksecuritygroups/n", Name: "UserRule_Web"},
		Log:      flow.Log{Family: flow.NSG, Target: root + "networksecuritygroups/n"},
		Counters: flow.Counters{Started: 3, BytesFwd: 100, BytesBack: 900},
	})
	querytest.Commit(t, s, "/logs/vnet.json", querytest.Flow{
		Interval: at, Initiator: "10.0.0.4", Responder: "10.0.2.4", Port: 53, Protocol: 17, Direction: flow.Outbound, Type: flow.InterVNet,
		Status: flow.Denied, Log: flow.Log{Family: flow.VNet, Target: root + "virtualnetworks/v", FlowLog: root + "networkwatchers/w/flowlogs/f"},
		Counters: flow.Counters{Started: 4, BytesFwd: 200},
	})
	resources := map[time.Time]iter.Seq[topology.DetailRow]{}
	for _, at := range snapshots {
		resources[at] = topology.Details(topology.Snapshot{Time: at, Inventory: &topology.Inventory{
			VNets: []topology.VNet{{Head: topology.Head{ID: root + "virtualnetworks/v", Location: "eastus"}}},
		}})
	}
	if err := s.Learn(t.Context(), store.Learning{Resources: resources}); err != nil {
		t.Fatal(err)
	}
	return s
}

func check(t *testing.T, s store.Store, query string, o kql.Options, want ...[]any) {
	t.Helper()
	rows, q, err := kql.Ask(t.Context(), s, query, o)
	got, err := storetest.Table(rows, err)
	if err != nil {
		t.Errorf("%s: %v\n%s", query, err, q.SQL)
		return
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("%s (-got +want):\n%s", query, diff)
	}
}

// TestOlder asks for flows by the names and words of the schemas before 3.
func TestOlder(t *testing.T) {
	s := estateOf(t, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	f := func(query string, want ...[]any) { t.Helper(); check(t, s, query, kql.Options{}, want...) }
	const older = "AzureNetworkAnalytics_CL | where SubType_s == 'FlowLog' | sort by DestPort_d desc "
	f(older+"| project FlowStatus_s, FlowDirection_s, L4Protocol_s, DestPort_d, NSGList_s, NSGRule_s, NSGRuleType_s, FASchemaVersion_s, Type",
		[]any{"A", "I", "T", 443.0, "s/g/n", "web", "UserDefined", "2", "AzureNetworkAnalytics_CL"},
		[]any{"D", "O", "U", 53.0, "Unspecified", "", "UserDefined", "2", "AzureNetworkAnalytics_CL"})
	// In and out are those of the NIC that saw the flow.
	f(older+"| project InboundBytes_d, OutboundBytes_d, AllowedInFlows_d, DeniedOutFlows_d",
		[]any{100.0, 900.0, 3.0, 0.0}, []any{0.0, 200.0, 0.0, 4.0})
	// Either table has all flows, and both together each of them once.
	f("AzureNetworkAnalytics_CL | summarize sum(AllowedInFlows_d + DeniedOutFlows_d)", []any{7.0})
	f("NTANetAnalytics | summarize sum(AllowedInFlows + DeniedOutFlows)", []any{int64(7)})
	f(`let nsg = AzureNetworkAnalytics_CL | project n = tolong(AllowedInFlows_d), from = "nsg";
		let vnet = NTANetAnalytics | project n = DeniedOutFlows, from = "vnet";
		nsg | union vnet | where n > 0 | sort by from asc`, []any{int64(3), "nsg"}, []any{int64(4), "vnet"})
	f(`print t = "NTANetAnalytics" | join kind=inner (AzureNetworkAnalytics_CL | where SubType_s == "FlowLog" | summarize n = count() | extend t = "NTANetAnalytics") on t | project n`,
		[]any{int64(2)}) // a text is no table
	f("AzureNetworkAnalytics_CL | where SubType_s == 'Topology' and ResourceType == 'VirtualNetwork' | distinct Name_s, Subscription_g, Region_s",
		[]any{"g/v", "s", "eastus"})
}

// TestStatedDaily asks for resources: a snapshot holds until the next one and is
// stated each day.
func TestStatedDaily(t *testing.T) {
	first, second := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), time.Date(2026, 3, 3, 11, 0, 0, 0, time.UTC)
	s := estateOf(t, first, second)
	day := 24 * time.Hour
	for _, table := range []string{"NTATopologyDetails", "AzureNetworkAnalytics_CL"} {
		kind, processed := "AzureResourceType", "TimeProcessed"
		if strings.HasSuffix(table, "_CL") {
			kind, processed = "ResourceType", "TimeProcessed_t"
		}
		query := table + " | where " + kind + " == 'VirtualNetwork' and TimeGenerated < datetime(2026-03-05) | project TimeGenerated, " + processed + " | sort by TimeGenerated asc"
		f := func(o kql.Options, times ...time.Time) {
			t.Helper()
			var want [][]any
			for _, at := range times {
				want = append(want, []any{at, at})
			}
			check(t, s, query, o, want...)
		}
		f(kql.Options{}, first, first.Add(day), first.Add(2*day), second, second.Add(day))
		f(kql.Options{From: first.Add(day / 2), Until: first.Add(3 * day / 2)}, first.Add(day))
	}
}
