package insight_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/enrich"
	"weir/internal/enrich/threat"
	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/query/querytest"
	"weir/internal/settle"
	"weir/internal/store"
	"weir/internal/topology"
)

const network = "/subscriptions/s/resourcegroups/rg/providers/microsoft.network/"

// twins is an estate of two networks with the same addresses, in each of which
// 10.0.0.4 is another machine.
func twins(t *testing.T) *enrich.Knowledge {
	t.Helper()
	inv := &topology.Inventory{}
	for _, name := range []string{"east", "west"} {
		head := func(id string) topology.Head {
			return topology.Head{ID: topology.NewID(network + id), Location: "westeurope"}
		}
		space := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}
		vnet, subnet := head("virtualnetworks/"+name), head("virtualnetworks/"+name+"/subnets/web")
		inv.VNets = append(inv.VNets, topology.VNet{Head: vnet, Prefixes: space})
		inv.Subnets = append(inv.Subnets, topology.Subnet{Head: subnet, Prefixes: space})
		vm := topology.NewID("/subscriptions/s/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm-" + name)
		nic := head("networkinterfaces/nic-" + name)
		inv.VMs = append(inv.VMs, topology.VM{Head: topology.Head{ID: vm}, NICs: []topology.ID{nic.ID}})
		inv.NICs = append(inv.NICs, topology.NIC{
			Head: nic, VM: vm, MAC: macs[name],
			Configs: []topology.IPConfig{{Primary: true, Private: netip.MustParseAddr("10.0.0.4"), Subnet: subnet.ID}},
		})
	}
	inv.Sort()
	list, err := threat.Parse(strings.NewReader("45.83.64.66\n"), threat.Options{Category: threat.Botnet})
	if err != nil {
		t.Fatal(err)
	}
	history := &threat.History{}
	history.Add(list, start)
	threats, err := threat.NewSet(threat.SetConfig{Feeds: []threat.Feed{{Name: "feed", History: history}}}, start)
	if err != nil {
		t.Fatal(err)
	}
	return enrich.New(enrich.Sources{
		Topology: topology.NewIndex(topology.Snapshot{Time: start, Inventory: inv}), Threats: threats, Hash: 1,
	})
}

var macs = map[string]string{"east": "0000000000E1", "west": "0000000000F1"}

func from(name string) flow.Log {
	return flow.Log{Family: flow.VNet, MAC: macs[name], Target: network + "virtualnetworks/" + name}
}

// judged commits flows by what is known.
func judged(t *testing.T, s store.Store, known *enrich.Knowledge, object string, flows ...querytest.Flow) {
	t.Helper()
	d := querytest.Delta(object, flows...)
	known.NewJudge(s.Interval()).Rows(d.Rows, d.Logs)
	d.Attribute, d.Endpoint = known.Attribute, known.Endpoint
	if err := s.Commit(context.Background(), d); err != nil {
		t.Fatal(err)
	}
}

// Hosts with equal addresses in different networks are different hosts, and
// every row says what its addresses were.
func TestSides(t *testing.T) {
	ctx := context.Background()
	s := querytest.Open(t)
	out := func(network, initiator, responder string, flows uint64) querytest.Flow {
		return querytest.Flow{
			Interval: start, Initiator: initiator, Responder: responder, Port: 443, Protocol: 6, Direction: flow.Outbound, Log: from(network),
			Counters: flow.Counters{Started: flows},
		}
	}
	judged(t, s, twins(t), "a",
		out("east", "10.0.0.4", "45.83.64.66", 7), out("west", "10.0.0.4", "45.83.64.66", 5), out("west", "10.0.0.4", "10.0.0.9", 3), out("east", "10.0.0.4", "192.168.7.7", 1))
	got, err := insight.Conversations(ctx, s, insight.Question{From: start, To: start.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		From, To  insight.Side
		FlowTypes []string
		Flows     int64
	}
	vm := func(name string) insight.Side {
		return insight.Side{
			Name: "rg/vm-" + name, Kind: "nic", Class: "vnet", Network: "rg/" + name + "/web", VNet: "s/rg/" + name, Region: "westeurope",
		}
	}
	attacker := insight.Side{Class: "external", Malicious: true, Category: "Botnet"}
	want := []row{
		{vm("east"), attacker, []string{"MaliciousFlow"}, 7},
		{vm("west"), attacker, []string{"MaliciousFlow"}, 5},
		{vm("west"), insight.Side{Name: "rg/west/web", Kind: "subnet", Class: "vnet", Network: "rg/west/web", VNet: "s/rg/west", Region: "westeurope"}, []string{"IntraVNet"}, 3},
		{vm("east"), insight.Side{Class: "private"}, []string{"UnknownPrivate"}, 1},
	}
	var rows []row
	for _, c := range got.Rows {
		rows = append(rows, row{c.From, c.To, c.FlowTypes, c.Total.Flows})
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("conversations (-want +got):\n%s", diff)
	}
	hosts, err := insight.Hosts(ctx, s, insight.Question{From: start, To: start.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	flows := map[string]int64{}
	for _, h := range hosts.Rows {
		flows[h.Address+" "+h.Side.Name] = h.Total.Flows
	}
	wantFlows := map[string]int64{"10.0.0.4 rg/vm-east": 8, "10.0.0.4 rg/vm-west": 8, "45.83.64.66 ": 12, "10.0.0.9 rg/west/web": 3, "192.168.7.7 ": 1}
	if diff := cmp.Diff(wantFlows, flows); diff != "" {
		t.Errorf("flows of hosts (-want +got):\n%s", diff)
	}
}

// An answer says that conversations count once when that was decided; rules
// count at every NIC, but not twice for two logs of one NIC.
func TestCountsOnce(t *testing.T) {
	ctx := context.Background()
	s := querytest.Open(t)
	row := func(d flow.Direction, log flow.Log, rule string) querytest.Flow {
		return querytest.Flow{
			Interval: start, Initiator: "10.0.0.4", Responder: "10.0.0.5", Port: 443, Protocol: 6, Direction: d, Log: log, Rule: flow.Rule{Name: rule},
			Counters: flow.Counters{Started: 2, Ended: 2, Records: 4, PacketsFwd: 10, BytesFwd: 1000, PacketsBack: 20, BytesBack: 2000},
		}
	}
	group := flow.Log{Family: flow.NSG, MAC: macs["west"], Target: network + "networksecuritygroups/g"}
	judged(t, s, enrich.New(enrich.Sources{}), "a", row(flow.Outbound, from("east"), "out"), row(flow.Inbound, from("west"), "in"), row(flow.Inbound, group, "in"))
	q := insight.Question{From: start, To: start.Add(time.Hour)}
	conversation := func() (insight.Measures, bool) {
		a, err := insight.Conversations(ctx, s, q)
		if err != nil {
			t.Fatal(err)
		}
		return a.Total, a.Deduplicated
	}
	if total, once := conversation(); once || total.Flows != 6 {
		t.Errorf("before it is settled: %+v, deduplicated %v; want 6 flows, false", total, once)
	}
	if _, err := settle.Run(ctx, settle.Config{Store: s}); err != nil {
		t.Fatal(err)
	}
	if total, once := conversation(); !once || total != (insight.Measures{Flows: 2, Packets: 30, Bytes: 3000}) {
		t.Errorf("conversations: %+v, deduplicated %v; want 2 flows, 30 packets, 3000 bytes, true", total, once)
	}
	rules, err := insight.Rules(ctx, s, q)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, r := range rules.Rows {
		got[r.Rule] = r.Total.Flows
	}
	if diff := cmp.Diff(map[string]int64{"out": 2, "in": 2}, got); diff != "" {
		t.Errorf("flows of rules (-want +got):\n%s", diff)
	}
	traffic, err := insight.Traffic(ctx, s, q.From, q.To, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	for _, total := range traffic.Totals {
		sum += total.Measures.Bytes
	}
	if sum != 3000 {
		t.Errorf("the course of the traffic has %d bytes, want 3000", sum)
	}
}
