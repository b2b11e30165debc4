package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/insight"
	"weir/internal/simulate"
)

// Each load balancer of a simulated estate has what the machines behind it
// answered at its ports, wherever it came from, and each application gateway what
// it asked the machines behind it.
func TestBackendsAreTheEstate(t *testing.T) {
	logs, data, truth := simulated(t)
	type end struct{ address, net string }
	ends := map[end]simulate.EndpointTruth{}
	err := truth.ReadEndpoints(logs, func(e simulate.EndpointTruth) error {
		ends[end{e.Address, e.VNet}] = e
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var a insight.BackendsAnswer
	if err := json.Unmarshal([]byte(weirRun(t, "top", "backends", "--data", data, "--format", "json")), &a); err != nil {
		t.Fatal(err)
	}
	type share struct{ balancer, backend string }
	want, got := map[share]insight.Measures{}, map[share]insight.Measures{}
	kinds := map[insight.NodeKind]int{}
	for i := range a.Rows {
		b := &a.Rows[i]
		kinds[b.Kind]++
		if len(b.Backends) == 0 || len(b.Fronts) == 0 || len(b.Rules) == 0 || b.Region == "" {
			t.Errorf("the inventory has no more of %+v", b)
		}
		for _, to := range b.Backends {
			got[share{b.Name, to.Name}] = insight.Measures{Flows: to.All.Total.Flows, Bytes: to.All.Total.Bytes}
			want[share{b.Name, to.Name}] = insight.Measures{}
			if to.Subnet == "" || !to.Logged {
				t.Errorf("behind %s is %+v", b.Name, to)
			}
		}
	}
	put := func(to share, c simulate.ConversationTotals) {
		if sum, behind := want[to]; behind {
			want[to] = insight.Measures{Flows: sum.Flows + int64(c.Started+c.Denied), Bytes: sum.Bytes + int64(c.BytesFwd+c.BytesBack)}
		}
	}
	err = truth.ReadConversations(logs, func(c simulate.ConversationTotals) error {
		from, to := ends[end{c.Initiator, c.InitiatorVNet}], ends[end{c.Responder, c.ResponderVNet}]
		for i := range a.Rows {
			b := &a.Rows[i]
			switch {
			case b.Kind == insight.NodeAppGW && from.ApplicationGateway == b.Name:
				put(share{b.Name, to.VM}, c)
			case b.Kind == insight.NodeBalancer:
				for _, r := range b.Rules {
					if r.Backend == int64(c.Port) {
						put(share{b.Name, to.VM}, c)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("back ends (-simulated +shown):\n%s", diff)
	}
	if kinds[insight.NodeAppGW] == 0 || kinds[insight.NodeBalancer] < 3 {
		t.Errorf("balancers are %v", kinds)
	}
	for _, b := range a.Rows {
		if strings.Contains(b.Name, "/lb-public-") && (!b.Fronts[0].Public || b.Sources[0].Kind != insight.NodeInternet) {
			t.Errorf("%s has %+v, most came from %+v", b.Name, b.Fronts, b.Sources[0])
		}
	}
}
