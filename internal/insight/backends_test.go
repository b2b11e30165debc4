package insight_test

import (
	"strings"
	"testing"
	"time"

	"weir/internal/filter"
	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/topology"
)

// balanced is an inventory of a load balancer with two back ends at 443, one of
// which also answers 22 by a NAT rule, and of the application gateway that
// addresses of querytest have, with one back end of those.
func balanced() *topology.Inventory {
	config := func(address string) topology.ID {
		group, name, _ := strings.Cut(querytest.Endpoint(address).NIC, "/")
		return topology.ID("/subscriptions/s1/resourcegroups/" + group + "/providers/microsoft.network/networkinterfaces/" + name + "/ipconfigurations/c")
	}
	lb, agw := topology.ID(network+"loadbalancers/x"), topology.ID("/subscriptions/s2/resourcegroups/rg-spoke/providers/microsoft.network/applicationgateways/shop")
	pool := lb + "/backendaddresspools/p"
	return &topology.Inventory{
		NICs: []topology.NIC{{Head: topology.Head{ID: config("10.0.0.5").Parent()}, Configs: []topology.IPConfig{{Pools: []topology.ID{pool}}}}},
		LoadBalancers: []topology.LoadBalancer{{
			Head: topology.Head{ID: lb}, Pools: []topology.Pool{{ID: pool, Configs: []topology.ID{config("10.0.0.4")}}},
			Rules:    []topology.LBRule{{ID: lb + "/loadbalancingrules/web", Pools: []topology.ID{pool}, FrontendPort: 80, BackendPort: 443}},
			NATRules: []topology.NATRule{{ID: lb + "/inboundnatrules/ssh", Backend: config("10.0.0.4"), FrontendPort: 2222, BackendPort: 22}},
		}, {Head: topology.Head{ID: network + "loadbalancers/idle"}}},
		AppGateways: []topology.AppGateway{{Head: topology.Head{ID: agw}, Pools: []topology.Pool{{ID: agw + "/p", Configs: []topology.ID{config("10.0.0.4")}}}}},
	}
}

// What came to balancers and what their back ends were asked is what a loop over
// the flows finds, from wherever it came, and each filter leads to its number.
func TestBackends(t *testing.T) {
	flows := querytest.Random(45, 3000, start)
	s := filled(t, flows)
	ask := insight.Question{From: start, To: start.AddDate(0, 0, 1), By: insight.Bytes}
	known := knowledge.SecurityState{Inventory: balanced(), Snapshot: start}
	a, err := insight.Backends(t.Context(), s, ask, known)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]insight.Measures{}
	put := func(name string, f querytest.Flow) {
		was := want[name]
		sum(&was, f)
		want[name] = was
	}
	for _, f := range flows {
		nic := querytest.Was(f.Responder, query.NIC)
		first, second := nic == querytest.Endpoint("10.0.0.4").NIC, nic == querytest.Endpoint("10.0.0.5").NIC
		if first && (f.Port == 443 || f.Port == 22) || second && f.Port == 443 {
			put("x", f)
			put("x "+nic.(string), f)
		}
		if querytest.Was(f.Responder, query.AppGateway) == "s2/rg-spoke/shop" {
			put("shop", f)
		}
		if first && querytest.Was(f.Initiator, query.AppGateway) == "s2/rg-spoke/shop" {
			put("shop "+nic.(string), f)
		}
	}
	got := map[string]insight.Measures{}
	proved := func(where string, total insight.Measures) {
		t.Helper()
		c, err := filter.Parse(where)
		if err != nil {
			t.Fatal(err)
		}
		table, err := insight.Table(t.Context(), s, "types", insight.TableQuestion{Question: insight.Question{From: ask.From, To: ask.To, Where: c}})
		if err != nil || table.All.Total != total {
			t.Errorf("the filter %s leads to %+v, want %+v, %v", where, table.All.Total, total, err)
		}
	}
	for _, b := range a.Rows {
		name := b.Name[strings.LastIndexByte(b.Name, '/')+1:]
		if b.Filter == "" {
			if name != "idle" {
				t.Errorf("%s has no filter", name)
			}
			continue
		}
		got[name] = b.All.Total
		proved(b.Filter, b.All.Total)
		var sources insight.Measures
		for _, from := range b.Sources {
			sources = added(sources, from.All.Total)
			if from.Filter != "" {
				proved(from.Filter, from.All.Total)
			}
		}
		if sources != b.All.Total || b.All.Total != added(b.All.AllowedIn, b.All.DeniedIn) {
			t.Errorf("sources of %s have %+v of %+v", name, sources, b.All)
		}
		share := 0.0
		for _, to := range b.Backends {
			got[name+" "+to.NIC] = to.All.Total
			proved(to.Filter, to.All.Total)
			share += to.Share
		}
		if share < 0.999 || share > 1.001 {
			t.Errorf("shares of %s sum to %f", name, share)
		}
	}
	if len(got) != 5 || len(a.Rows) != 3 || a.Rows[2].All.Total != (insight.Measures{}) {
		t.Errorf("Backends() = %+v", a)
	}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("%s has %+v, want %+v", name, got[name], w)
		}
	}
}

func TestBackendsOfNothing(t *testing.T) {
	for _, known := range []knowledge.SecurityState{{}, {Inventory: &topology.Inventory{}, Snapshot: start}, {Inventory: balanced(), Snapshot: start}} {
		a, err := insight.Backends(t.Context(), querytest.Open(t), insight.Question{To: start.Add(time.Hour)}, known)
		if err != nil || a.Rows == nil || known.Inventory == nil && a.Inventory != nil {
			t.Errorf("Backends() = %+v, %v", a, err)
		}
		for _, b := range a.Rows {
			if b.Backends == nil || b.Sources == nil || b.Fronts == nil || b.All.Total != (insight.Measures{}) {
				t.Errorf("a balancer without traffic is %+v", b)
			}
		}
	}
}
