package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/insight"
	"weir/internal/simulate"
)

// The map of a simulated estate has an edge for every two networks that talked,
// and for each with what is outside, with the simulator's numbers; every
// connection of the inventory, used or not; and filters that lead to the numbers.
func TestMapIsTheEstate(t *testing.T) {
	logs, data, truth := simulated(t)
	ask := func(args ...string) *insight.MapAnswer {
		t.Helper()
		var a insight.MapAnswer
		out := weirRun(t, append([]string{"top", "map", "--data", data, "--limit", "1000", "--format", "json"}, args...)...)
		if err := json.Unmarshal([]byte(out), &a); err != nil {
			t.Fatal(err)
		}
		return &a
	}
	a := ask()
	const outside = "outside"
	type pair struct{ from, to string }
	type sums struct{ Out, In, Bytes, Denied int64 } // out is what the first initiates
	want, got := map[pair]sums{}, map[pair]sums{}
	put := func(to map[pair]sums, from, end string, s sums) {
		if from > end { // what is outside comes last
			from, end = end, from
			s.Out, s.In = s.In, s.Out
		}
		was := to[pair{from, end}]
		to[pair{from, end}] = sums{was.Out + s.Out, was.In + s.In, was.Bytes + s.Bytes, was.Denied + s.Denied}
	}
	name := func(vnet string) string {
		if vnet == "" {
			return outside
		}
		return vnet
	}
	err := truth.ReadConversations(logs, func(c simulate.ConversationTotals) error {
		put(want, name(c.InitiatorVNet), name(c.ResponderVNet), sums{int64(c.Started + c.Denied), 0, int64(c.BytesFwd + c.BytesBack), int64(c.Denied)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	node := func(id string) string {
		if vnet, ok := strings.CutPrefix(id, "vnet:"); ok {
			return vnet
		}
		return outside
	}
	links := map[insight.Link]int{}
	idle := 0
	for _, e := range a.Edges {
		links[e.Link]++
		if e.All.Total == (insight.Measures{}) {
			idle++
			continue
		}
		put(got, node(e.From), node(e.To), sums{
			e.All.AllowedOut.Flows + e.All.DeniedOut.Flows, e.All.AllowedIn.Flows + e.All.DeniedIn.Flows, e.All.Total.Bytes, e.All.Denied.Flows,
		})
		var proof insight.TableAnswer
		if e.Filter == "" {
			t.Errorf("no filter leads to %s and %s", e.From, e.To)
			continue
		}
		if err := json.Unmarshal([]byte(weirRun(t, "top", "types", "--data", data, "--format", "json", "--where", e.Filter)), &proof); err != nil {
			t.Fatal(err)
		}
		if proof.All.Total != e.All.Total || proof.Malicious.Total != e.Malicious.Total {
			t.Errorf("%s to %s: the filter %s leads to %+v, the edge has %+v", e.From, e.To, e.Filter, proof.All.Total, e.All.Total)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("edges (-simulated +shown):\n%s", diff)
	}
	if links[insight.LinkNone] > 0 || links["peered"] < 3 || links["hubs"] == 0 || links[insight.LinkGateway] < 3 || idle == 0 {
		t.Errorf("links are %v, and %d connections are idle", links, idle)
	}
	var hubs []string
	for _, n := range a.Nodes {
		if n.Hub {
			hubs = append(hubs, n.Name[strings.LastIndexByte(n.Name, '/')+1:])
		}
		if n.Kind == insight.NodeVNet && (!n.Deployed || n.Region == "" || n.Subscription == "") {
			t.Errorf("a network of the inventory is %+v", n)
		}
	}
	if diff := cmp.Diff([]string{"vnet-hub-weu"}, hubs); diff != "" {
		t.Errorf("hubs (-simulated +shown):\n%s", diff)
	}
	// An open network is its subnets, and nothing else changes.
	const opened = "/rg-shop-weu/vnet-shop-weu"
	for _, n := range a.Nodes {
		if !strings.HasSuffix(n.Name, opened) {
			continue
		}
		in := ask("--open", n.Name)
		var subnets, within insight.Measures
		for _, e := range in.Edges {
			from, to := strings.HasPrefix(e.From, "subnet:"), strings.HasPrefix(e.To, "subnet:")
			if from && to {
				within.Flows, within.Bytes = within.Flows+e.All.Total.Flows, within.Bytes+e.All.Total.Bytes
			}
			if from || to {
				subnets.Flows, subnets.Bytes = subnets.Flows+e.All.Total.Flows, subnets.Bytes+e.All.Total.Bytes
			}
		}
		if in.Total != a.Total || subnets.Flows != n.Total.Flows || subnets.Bytes != n.Total.Bytes || within.Flows == 0 {
			t.Errorf("subnets of %s have %+v of %+v, it has %+v of %+v", n.Name, subnets, in.Total, n.Total, a.Total)
		}
	}
	checkInside(t, logs, truth, a, ask)
	if before := ask("--from", truth.Start.Add(12*3600e9).Format("2006-01-02T15:04:05Z"), "--compare", "before"); before.Compared == nil {
		t.Error("nothing is compared")
	} else {
		sum := before.Total
		for _, e := range before.Edges {
			sum.Flows += e.Before.Flows
		}
		if sum.Flows != a.Total.Flows {
			t.Errorf("two halves have %d flows, the whole %d", sum.Flows, a.Total.Flows)
		}
	}
}

// Other estates: a larger one whose labs have the same addresses, one of which no
// inventory is known, and one of which nothing is read. Edges sum to all traffic, and
// each filter leads to its numbers.
func TestMapsOfOtherEstates(t *testing.T) {
	for _, tt := range []struct {
		name            string
		vms             string
		read, inventory bool
	}{{"large", "80", true, true}, {"without inventory", "12", true, false}, {"without traffic", "12", false, true}} {
		t.Run(tt.name, func(t *testing.T) {
			logs, data := filepath.Join(t.TempDir(), "logs"), t.TempDir()
			var want insight.Measures
			weirRun(t, "simulate", "--out", logs, "--hours", "2", "--vms", tt.vms, "--seed", "11")
			if tt.read {
				families, err := filepath.Glob(filepath.Join(logs, "insights-logs-*"))
				if err != nil {
					t.Fatal(err)
				}
				weirRun(t, append([]string{"ingest", "--data", data}, families...)...)
				truth, err := simulate.LoadTruth(logs)
				if err != nil {
					t.Fatal(err)
				}
				err = truth.ReadConversations(logs, func(c simulate.ConversationTotals) error {
					want.Flows, want.Bytes = want.Flows+int64(c.Started+c.Denied), want.Bytes+int64(c.BytesFwd+c.BytesBack)
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if tt.inventory {
				weirRun(t, "topology", "import", "--data", data, filepath.Join(logs, "inventory"))
			}
			for _, split := range []string{"map", "geography"} {
				var a insight.MapAnswer
				if err := json.Unmarshal([]byte(weirRun(t, "top", split, "--data", data, "--limit", "1000", "--format", "json")), &a); err != nil {
					t.Fatal(err)
				}
				var sum insight.Measures
				links := 0
				for i, e := range a.Edges {
					sum.Flows, sum.Bytes = sum.Flows+e.All.Total.Flows, sum.Bytes+e.All.Total.Bytes
					if e.Link != "" {
						links++
					}
					if i%7 != 0 || e.Filter == "" { // each takes a run of its own
						continue
					}
					var proof insight.TableAnswer
					if err := json.Unmarshal([]byte(weirRun(t, "top", "types", "--data", data, "--format", "json", "--where", e.Filter)), &proof); err != nil {
						t.Fatal(err)
					}
					if proof.All.Total != e.All.Total {
						t.Errorf("%s: the filter %s leads to %+v, the edge has %+v", split, e.Filter, proof.All.Total, e.All.Total)
					}
				}
				if !tt.inventory { // two labs that have the same addresses cannot be told apart then
					want.Bytes = a.Total.Bytes
				}
				if sum != want || a.Total.Flows != want.Flows || a.Other != (insight.Measures{}) {
					t.Errorf("%s: edges have %+v, the answer %+v, the simulator sent %+v", split, sum, a.Total, want)
				}
				if split == "map" && tt.inventory != (links > 0) || tt.inventory != (a.Inventory != nil) {
					t.Errorf("%s: %d edges tell what connects both, of an inventory of %v", split, links, a.Inventory)
				}
			}
		})
	}
}

// checkInside holds what is inside a subnet to the simulator: who of it talked how
// much, what the inventory has of it, and that nothing else changes.
func checkInside(t *testing.T, logs string, truth *simulate.Truth, whole *insight.MapAnswer, ask func(...string) *insight.MapAnswer) {
	t.Helper()
	type end struct{ address, net string }
	names := map[end]string{} // of what is inside, by the kind of its node and by name
	var vnet, subnet string
	for _, n := range whole.Nodes {
		if strings.HasSuffix(n.Name, "/rg-shop-weu/vnet-shop-weu") {
			vnet = n.Name
		}
	}
	err := truth.ReadEndpoints(logs, func(e simulate.EndpointTruth) error {
		if e.VNet == vnet && strings.HasSuffix(e.Subnet, "/snet-web") {
			subnet = e.Subnet
			for _, known := range [][2]string{{"scaleset", e.ScaleSet}, {"machine", e.VM}, {"privateendpoint", e.PrivateEndpoint}} {
				if known[1] != "" {
					names[end{e.Address, e.VNet}] = known[0] + ":" + known[1]
					break
				}
			}
		}
		return nil
	})
	if err != nil || subnet == "" {
		t.Fatalf("%s has no subnet of that name, %v", vnet, err)
	}
	want := map[string]insight.Measures{}
	err = truth.ReadConversations(logs, func(c simulate.ConversationTotals) error {
		from, to := names[end{c.Initiator, c.InitiatorVNet}], names[end{c.Responder, c.ResponderVNet}]
		for i, name := range []string{from, to} {
			if name == "" || i == 1 && from == to {
				continue
			}
			sum := want[name]
			sum.Flows, sum.Bytes = sum.Flows+int64(c.Started+c.Denied), sum.Bytes+int64(c.BytesFwd+c.BytesBack)
			want[name] = sum
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	in := ask("--open", vnet, "--inside", subnet)
	got := map[string]insight.Measures{}
	var edges insight.Measures
	for _, n := range in.Nodes {
		if n.Kind == insight.NodeSubnet && len(n.Guards) == 0 && n.Logged != "" {
			t.Errorf("nothing guards %s", n.Name)
		}
		name, _, inside := strings.Cut(n.ID, "@")
		if !inside {
			continue
		}
		if n.Total != (insight.Measures{}) {
			got[name] = insight.Measures{Flows: n.Total.Flows, Bytes: n.Total.Bytes}
		}
		if !n.Deployed || n.Parent == "" || n.Region == "" {
			t.Errorf("inside the subnet is %+v", n)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
		t.Errorf("inside %s (-simulated +shown):\n%s", subnet, diff)
	}
	for _, e := range in.Edges {
		edges.Flows, edges.Packets, edges.Bytes = edges.Flows+e.All.Total.Flows, edges.Packets+e.All.Total.Packets, edges.Bytes+e.All.Total.Bytes
	}
	if edges != whole.Total || in.Total != whole.Total {
		t.Errorf("edges have %+v of %+v, the whole map has %+v", edges, in.Total, whole.Total)
	}
	for _, n := range in.Nodes {
		if n.Parent == "" {
			continue
		}
		if proof := ask("--where", n.Filter); proof.Total != n.Total {
			t.Errorf("the filter %s leads to %+v, %s has %+v", n.Filter, proof.Total, n.ID, n.Total)
		}
	}
}
