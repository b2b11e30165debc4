package main

import (
	"encoding/json"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/enrich/geo"
	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/simulate"
)

// The map of the world has an edge for every two places that talked, with the
// simulator's numbers, the state of every region as the inventory has it, and
// filters that lead to the numbers.
func TestGeographyIsTheEstate(t *testing.T) {
	logs, data, truth := simulated(t)
	weirRun(t, "service-tags", "import", "--data", data, filepath.Join(logs, truth.ServiceTags))
	for _, feed := range truth.Feeds {
		weirRun(t, "threat", "import", "--data", data, "--name", strings.ReplaceAll(feed, ".", "-"), filepath.Join(logs, feed))
	}
	ask := func(args ...string) *insight.GeoAnswer {
		t.Helper()
		var a insight.GeoAnswer
		out := weirRun(t, append([]string{"top", "geography", "--data", data, "--limit", "1000", "--format", "json"}, args...)...)
		if err := json.Unmarshal([]byte(out), &a); err != nil {
			t.Fatal(err)
		}
		return &a
	}
	a := ask()
	type pair struct{ from, to string }
	type sums struct{ Out, In, Bytes, Denied, Malicious int64 } // out is what the first initiates
	want, got := map[pair]sums{}, map[pair]sums{}
	put := func(to map[pair]sums, from, end string, s sums) {
		if from > end {
			from, end = end, from
			s.Out, s.In = s.In, s.Out
		}
		if from == end {
			s.Out, s.In = s.Out+s.In, 0
		}
		was := to[pair{from, end}]
		to[pair{from, end}] = sums{was.Out + s.Out, was.In + s.In, was.Bytes + s.Bytes, was.Denied + s.Denied, was.Malicious + s.Malicious}
	}
	node := placesOf(t, truth, logs)
	err := truth.ReadConversations(logs, func(c simulate.ConversationTotals) error {
		flows := int64(c.Started + c.Denied)
		s := sums{flows, 0, int64(c.BytesFwd + c.BytesBack), int64(c.Denied), 0}
		if c.FlowType == flow.MaliciousFlow.String() {
			s.Malicious = flows
		}
		put(want, node(c.Initiator, c.InitiatorVNet, c.ResponderVNet), node(c.Responder, c.ResponderVNet, c.InitiatorVNet), s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	word := func(id string) string { // sites and clients are told apart by the map of networks
		kind, _, _ := strings.Cut(id, ":")
		if kind == "site" || kind == "clients" {
			return kind
		}
		return id
	}
	var shown insight.Measures
	for _, e := range a.Edges {
		put(got, word(e.From), word(e.To), sums{
			e.All.AllowedOut.Flows + e.All.DeniedOut.Flows, e.All.AllowedIn.Flows + e.All.DeniedIn.Flows, e.All.Total.Bytes, e.All.Denied.Flows, e.Malicious.Total.Flows,
		})
		shown.Flows, shown.Bytes = shown.Flows+e.All.Total.Flows, shown.Bytes+e.All.Total.Bytes
		if e.Filter == "" {
			t.Errorf("no filter leads to %s and %s", e.From, e.To)
			continue
		}
		var proof insight.TableAnswer
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
	if shown.Flows != a.Total.Flows || shown.Bytes != a.Total.Bytes || a.Other != (insight.Measures{}) || len(a.Edges) != a.Distinct {
		t.Errorf("edges sum to %+v, all is %+v, the rest %+v", shown, a.Total, a.Other)
	}
	checkRegions(t, data, a)

	half := ask("--from", truth.Start.Add(12*3600e9).Format("2006-01-02T15:04:05Z"), "--compare", "before")
	sum := half.Total.Flows
	for _, e := range half.Edges {
		sum += e.Before.Flows
	}
	if half.Compared == nil || sum != a.Total.Flows {
		t.Errorf("two halves have %d flows, the whole %d", sum, a.Total.Flows)
	}
}

// placesOf tells which node of the map an address of the simulation is in, with the
// network that it is in and that of the other end.
func placesOf(t *testing.T, truth *simulate.Truth, logs string) func(address, vnet, other string) string {
	t.Helper()
	builtIn, err := geo.Embedded()
	if errors.Is(err, geo.ErrNotEmbedded) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	countries, err := geo.NewLocator(nil, builtIn)
	if err != nil {
		t.Fatal(err)
	}
	region, outside := map[string]string{}, map[string][]simulate.EndpointTruth{}
	if err := truth.ReadEndpoints(logs, func(e simulate.EndpointTruth) error {
		if e.VNet != "" {
			region[e.VNet] = e.Region
		} else {
			outside[e.Address] = append(outside[e.Address], e)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return func(address, vnet, other string) string {
		if vnet != "" {
			return "region:" + region[vnet]
		}
		for _, e := range outside[address] {
			switch {
			case e.SeenFrom != "" && e.SeenFrom != other:
				continue
			case e.Class == "s2s":
				return "site"
			case e.Class == "p2s":
				return "clients"
			case e.Class == "azure":
				return "region:" + e.AzureRegion
			case e.Class == "external":
				// The built-in database is newer than the ranges that the simulator draws from.
				if code := countries.Find(flow.AddrFrom16(netip.MustParseAddr(address).As16())).Country; code != "" {
					return "country:" + code
				}
				return "internet"
			}
			return e.Class
		}
		t.Errorf("the simulator does not say what %s is, seen from %s", address, other)
		return ""
	}
}

// checkRegions holds the regions of the map to those of the environment, and to where
// they are.
func checkRegions(t *testing.T, data string, a *insight.GeoAnswer) {
	t.Helper()
	var env insight.EnvironmentAnswer
	if err := json.Unmarshal([]byte(weirRun(t, "top", "environment", "--data", data, "--format", "json")), &env); err != nil {
		t.Fatal(err)
	}
	want, got := map[string]insight.Presence{}, map[string]insight.Presence{}
	for _, r := range env.Regions {
		want[r.Name] = r.Presence
	}
	idle := 0
	for _, n := range a.Nodes {
		switch {
		case n.Kind == insight.NodeRegion && (n.Deployed || n.Active):
			got[n.Name] = n.Presence
		case n.Kind == insight.NodeRegion:
			idle++
		}
		if n.Name == "westeurope" && (n.Display != "West Europe" || n.Country != "nl" || n.Continent != "Europe" || *n.Place != insight.Coordinate{Latitude: 52.37, Longitude: 4.9}) {
			t.Errorf("West Europe is %+v at %+v", n, n.Place)
		}
		if n.Kind == insight.NodeCountry && (n.Display == "" || n.Continent == "" || n.Place != nil) {
			t.Errorf("a country is %+v", n)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("regions (-environment +map):\n%s", diff)
	}
	if idle < 50 {
		t.Errorf("%d regions have nothing, want those of the public cloud", idle)
	}
}
