package insight_test

import (
	"testing"
	"time"

	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/query/querytest"
	"weir/internal/topology"
)

// What is deployed comes of the inventory and what is active of the traffic; each
// may be without the other.
func TestEnvironment(t *testing.T) {
	s := filled(t, querytest.Random(6, 800, start))
	inv := gaps()
	for _, name := range []string{"read", "unlogged", "empty"} {
		id := topology.ID(network + "virtualnetworks/" + name)
		inv.VNets = append(inv.VNets, topology.VNet{Head: topology.Head{ID: id, Location: "uksouth"}})
		inv.Subnets = append(inv.Subnets, topology.Subnet{Head: topology.Head{ID: id + "/subnets/a"}})
	}
	inv.PublicIPs = []topology.PublicIP{{Head: topology.Head{ID: network + "publicipaddresses/a"}}, {Head: topology.Head{ID: network + "publicipaddresses/b"}, Config: network + "loadbalancers/x/frontendipconfigurations/y"}}
	was := querytest.Endpoint("10.0.0.4")
	q := insight.Question{From: start, To: start.AddDate(0, 0, 1), By: insight.Bytes}
	a, err := insight.Environment(t.Context(), s, q, knowledge.SecurityState{Inventory: inv, Snapshot: start})
	if err != nil {
		t.Fatal(err)
	}
	nets := map[string]insight.NetworkPlace{}
	for _, n := range a.VNets {
		nets[n.Name] = n
	}
	logged := map[string]insight.LoggedBy{"s/rg/read": insight.LoggedAll, "s/rg/unlogged": insight.LoggedNone, "s/rg/empty": insight.LoggedUnknown}
	for name, want := range logged {
		if n := nets[name]; !n.Deployed || n.Active || n.Logged != want || n.Region != "uksouth" {
			t.Errorf("%s is %+v, want it logged %q", name, n.Place, want)
		}
	}
	if n := nets[was.VNet]; n.Deployed || !n.Active || n.Logged != "" {
		t.Errorf("a network of the traffic alone is %+v", n.Place)
	}
	if len(a.PublicIPs) != 2 || a.Inventory == nil || len(a.Subnets) < 4 {
		t.Errorf("Environment() = %+v", a)
	}
	// Every number is that of the table of the same.
	for split, places := range map[string][]insight.Place{"regions": a.Regions, "subnets": a.Subnets} {
		table, err := insight.Table(t.Context(), s, split, insight.TableQuestion{Question: insight.Question{From: q.From, To: q.To, By: q.By, Limit: insight.MaxLimit}})
		if err != nil {
			t.Fatal(err)
		}
		active := 0
		for i, p := range places {
			if !p.Active {
				continue
			}
			active++
			if row := table.Rows[i]; row.Keys[0] != p.Name || row.All.Total != p.Total || row.Malicious.Total != p.MaliciousTotal || row.Filter != p.Filter {
				t.Errorf("%s: %+v, the table has %+v", split, p, row)
			}
		}
		if active == 0 || active > len(table.Rows) {
			t.Errorf("%s: %d are active of %d", split, active, len(table.Rows))
		}
	}
	for _, r := range a.Between {
		if r.From == "" || r.To == "" || r.Filter == "" {
			t.Errorf("between regions: %+v", r)
		}
	}
}

// A load balancer has what its backends answer at the ports of its rules.
func TestLoadBalancersHaveTheirBackends(t *testing.T) {
	s := querytest.Open(t)
	in := func(port uint16, n uint64) querytest.Flow {
		return querytest.Flow{Interval: start, Initiator: "203.0.113.7", Responder: "10.0.0.4", Port: port, Protocol: 6, Type: flow.ExternalPublic, Counters: flow.Counters{Started: n}}
	}
	querytest.Commit(t, s, "/logs/a.json", in(8080, 3), in(22, 5))
	nic := querytest.Endpoint("10.0.0.4").NIC // group/name
	pool, config := topology.ID(network+"loadbalancers/x/backendaddresspools/p"), topology.ID("")
	for i := range nic {
		if nic[i] == '/' {
			config = topology.ID("/subscriptions/s/resourcegroups/" + nic[:i] + "/providers/microsoft.network/networkinterfaces/" + nic[i+1:] + "/ipconfigurations/c")
		}
	}
	byNIC := topology.ID(network + "loadbalancers/z/backendaddresspools/p")
	inv := &topology.Inventory{NICs: []topology.NIC{{Head: topology.Head{ID: config.Parent()}, Configs: []topology.IPConfig{{Pools: []topology.ID{byNIC}}}}}, LoadBalancers: []topology.LoadBalancer{{
		Head: topology.Head{ID: network + "loadbalancers/x"}, Pools: []topology.Pool{{ID: pool, Configs: []topology.ID{config}}},
		Rules: []topology.LBRule{{Pools: []topology.ID{pool}, FrontendPort: 80, BackendPort: 8080}},
	}, {Head: topology.Head{ID: network + "loadbalancers/y"}}, {
		Head: topology.Head{ID: network + "loadbalancers/z"}, Pools: []topology.Pool{{ID: byNIC}}, Rules: []topology.LBRule{{Pools: []topology.ID{byNIC}}},
	}}}
	a, err := insight.Environment(t.Context(), s, insight.Question{From: start, To: start.Add(time.Hour)}, knowledge.SecurityState{Inventory: inv, Snapshot: start})
	if err != nil || len(a.LoadBalancers) != 4 {
		t.Fatalf("%+v: %v", a, err)
	}
	z, x, y := a.LoadBalancers[0], a.LoadBalancers[2], a.LoadBalancers[3] // beside that of the address itself
	if !x.Active || x.Total.Flows != 3 || x.Filter != "dst.nic = "+nic+" and port = 8080" {
		t.Errorf("it is %+v", x)
	}
	if z.Name != "s/rg/z" || z.Total.Flows != 8 || z.Filter != "dst.nic = "+nic {
		t.Errorf("with every port it is %+v", z)
	}
	if y.Active || !y.Deployed {
		t.Errorf("the other is %+v", y)
	}
}

func TestEnvironmentOfNothing(t *testing.T) {
	a, err := insight.Environment(t.Context(), querytest.Open(t), insight.Question{}, knowledge.SecurityState{})
	if err != nil || a.Inventory != nil || a.Regions == nil || a.VNets == nil || a.Zones == nil || a.Between == nil || a.PublicIPs == nil || len(a.Regions) > 0 {
		t.Errorf("Environment() = %+v, %v", a, err)
	}
}
