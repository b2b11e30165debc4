package insight_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/query/querytest"
	"weir/internal/topology"
)

// gaps is an inventory with a NIC for each fault and one without.
func gaps() *topology.Inventory {
	id := func(name string) topology.ID { return topology.ID(network + name) }
	head := func(name string) topology.Head { return topology.Head{ID: id(name), Location: "westeurope"} }
	inv := &topology.Inventory{}
	nic := func(name, mac, net string, change ...func(*topology.NIC)) {
		n := topology.NIC{
			Head: head("networkinterfaces/" + name), MAC: mac, VM: "/subscriptions/s/resourcegroups/rg/providers/microsoft.compute/virtualmachines/" + topology.ID(name),
			Configs: []topology.IPConfig{{Subnet: id("virtualnetworks/" + net + "/subnets/a")}},
		}
		for _, c := range change {
			c(&n)
		}
		inv.NICs = append(inv.NICs, n)
	}
	log := func(name, target string, on bool) {
		inv.FlowLogs = append(inv.FlowLogs, topology.FlowLog{Head: head("networkwatchers/w/flowlogs/" + name), Target: id(target), Enabled: on, Storage: id("storageaccounts/logs")})
	}
	nic("sends", "AA0000000001", "read")
	nic("idle", "AA0000000002", "read")
	nic("silent", "AA0000000003", "read")
	nic("bare", "AA0000000004", "unlogged")
	nic("off", "AA0000000005", "off")
	nic("far", "AA0000000006", "unread")
	nic("both", "AA0000000007", "read", func(n *topology.NIC) { n.NSG = id("networksecuritygroups/g") })
	nic("loose", "AA0000000008", "read", func(n *topology.NIC) { n.VM = "" })
	nic("new", "", "read")
	nic("pe", "", "read", func(n *topology.NIC) { n.PrivateEndpoint = id("privateendpoints/pe") })
	log("read", "virtualnetworks/read", true)
	log("off", "virtualnetworks/off", false)
	log("unread", "virtualnetworks/unread", true)
	log("group", "networksecuritygroups/g", true)
	inv.Sort()
	return inv
}

// Every NIC that sends no logs is there, with the reason that the inventory has.
func TestCoverage(t *testing.T) {
	s := querytest.Open(t)
	at := func(mac string, when time.Time) querytest.Flow {
		return querytest.Flow{
			Interval: when, Initiator: "10.0.0.4", Responder: "10.0.0.5", Log: flow.Log{Family: flow.VNet, MAC: mac, Target: network + "virtualnetworks/read"},
			Counters: flow.Counters{Started: 1, Records: 4},
		}
	}
	end := start.Add(24 * time.Hour)
	querytest.Commit(t, s, "/logs/x.json", at("AA0000000001", end), at("AA0000000003", start), at("AA0000000007", end.Add(-time.Hour)))
	a, err := insight.Coverage(t.Context(), s, 0, 0, knowledge.SecurityState{Inventory: gaps(), Snapshot: start})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]insight.Fault{}
	for _, r := range a.Rows {
		got[r.NIC] = r.Fault
		if (r.Last != nil) != (r.Fault == insight.FaultSilent || r.Fault == insight.FaultOneKind) {
			t.Errorf("%s was last seen at %v", r.NIC, r.Last)
		}
		if r.NIC == "rg/far" && (r.FlowLog != "s/rg/w/unread" || r.Storage != "s/rg/logs") {
			t.Errorf("the log that is not read is %+v", r)
		}
	}
	want := map[string]insight.Fault{
		"rg/idle": insight.FaultIdle, "rg/silent": insight.FaultSilent, "rg/bare": insight.FaultNoFlowLog, "rg/off": insight.FaultDisabled,
		"rg/far": insight.FaultNotRead, "rg/both": insight.FaultOneKind, "rg/loose": insight.FaultDetached, "rg/new": insight.FaultNeverRan, "rg/pe": insight.FaultPrivateEndpoint,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Coverage() (-want +got):\n%s", diff)
	}
	if a.NICs != 10 || a.Sending != 2 || a.Distinct != 9 || len(a.Reasons) != 9 || a.Rows[0].Fault != insight.FaultNoFlowLog || a.CountedOnce != 1 {
		t.Errorf("%d NICs, %d send, %d do not: %+v", a.NICs, a.Sending, a.Distinct, a)
	}
	for _, r := range a.Reasons {
		if r.Words == "" || r.NICs != 1 {
			t.Errorf("a reason is %+v", r)
		}
	}
	if len(a.Sources) != 1 || a.Sources[0].Place != "/logs" || a.Sources[0].Tuples != 12 || a.Sources[0].Reduction != 4 || *a.Sources[0].LagSeconds <= 0 {
		t.Errorf("sources %+v", a.Sources)
	}
	if words := strings.Join(a.Words, "\n"); !strings.Contains(words, "5 of 10 NICs of the inventory should send logs") || !strings.Contains(words, "The data ends at 2026-01-03 00:00 UTC") {
		t.Errorf("it says %q", words)
	}
	part, err := insight.Coverage(t.Context(), s, 2, 8, knowledge.SecurityState{Inventory: gaps(), Snapshot: start})
	if err != nil || len(part.Rows) != 1 || part.Distinct != 9 || part.Rows[0] != a.Rows[8] {
		t.Errorf("the last page has %+v: %v", part.Rows, err)
	}
}

// Without data or inventory the answer says what is missing.
func TestCoverageOfNothing(t *testing.T) {
	s := querytest.Open(t)
	a, err := insight.Coverage(t.Context(), s, 0, 0, knowledge.SecurityState{})
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Join(a.Words, "\n")
	if a.End != nil || a.Inventory != nil || !strings.Contains(words, "weir ingest PATH") || !strings.Contains(words, "weir topology import") || len(a.Sources) != 0 {
		t.Errorf("Coverage() = %+v", a)
	}
	a, err = insight.Coverage(t.Context(), s, 0, 0, knowledge.SecurityState{Inventory: gaps(), Snapshot: start})
	if err != nil || a.Sending != 0 || a.Distinct != 10 {
		t.Errorf("an inventory alone: %d send, %d do not: %v", a.Sending, a.Distinct, err)
	}
	if _, err := insight.Coverage(t.Context(), s, insight.MaxLimit+1, 0, knowledge.SecurityState{}); err == nil {
		t.Error("too many rows were asked for")
	}
}
