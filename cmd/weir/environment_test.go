package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/insight"
	"weir/internal/simulate"
)

// What went between regions and between zones is what the simulator sent there,
// and the filter of each leads to its number.
func TestEnvironmentIsTheEstate(t *testing.T) {
	logs, data, truth := simulated(t)
	weirRun(t, "service-tags", "import", "--data", data, filepath.Join(logs, truth.ServiceTags))
	type at struct{ address, net string }
	ends := map[at]simulate.EndpointTruth{}
	var reused []string // had two owners: the truth does not divide their conversations by them
	err := truth.ReadEndpoints(logs, func(e simulate.EndpointTruth) error {
		if _, twice := ends[at{e.Address, e.VNet}]; twice {
			reused = append(reused, e.Address)
		}
		ends[at{e.Address, e.VNet}] = e
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	type way struct{ from, to string }
	type sums struct{ Flows, Bytes int64 }
	regions, zones := map[way]sums{}, map[way]sums{}
	put := func(to map[way]sums, w way, flows, bytes int64) {
		was := to[w]
		to[w] = sums{was.Flows + flows, was.Bytes + bytes}
	}
	region := func(e simulate.EndpointTruth) string { return e.Region + strings.ToLower(e.AzureRegion) }
	err = truth.ReadConversations(logs, func(c simulate.ConversationTotals) error {
		if slices.Contains(reused, c.Initiator) || slices.Contains(reused, c.Responder) {
			return nil
		}
		from, to := ends[at{c.Initiator, c.InitiatorVNet}], ends[at{c.Responder, c.ResponderVNet}]
		flows, bytes := int64(c.Started+c.Denied), int64(c.BytesFwd+c.BytesBack)
		if region(from) != "" && region(to) != "" {
			put(regions, way{region(from), region(to)}, flows, bytes)
		}
		if from.Zone != "" && to.Zone != "" && from.Region == to.Region {
			put(zones, way{from.Zone, to.Zone}, flows, bytes)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	others := "not ip in (" + strings.Join(reused, ", ") + ")"
	var a insight.EnvironmentAnswer
	if err := json.Unmarshal([]byte(weirRun(t, "top", "environment", "--data", data, "--format", "json", "--where", others)), &a); err != nil {
		t.Fatal(err)
	}
	proved := func(where string, total insight.Measures) {
		t.Helper()
		var proof insight.TableAnswer
		if err := json.Unmarshal([]byte(weirRun(t, "top", "types", "--data", data, "--format", "json", "--where", others+" and "+where)), &proof); err != nil {
			t.Fatal(err)
		}
		if proof.All.Total != total {
			t.Errorf("the filter %s leads to %+v, want %+v", where, proof.All.Total, total)
		}
	}
	gotRegions, gotZones := map[way]sums{}, map[way]sums{}
	for _, r := range a.Between {
		put(gotRegions, way{strings.ToLower(r.From), strings.ToLower(r.To)}, r.Total.Flows, r.Total.Bytes)
		proved(r.Filter, r.Total)
	}
	for _, z := range a.Zones {
		put(gotZones, way{z.Region + "/" + z.From, z.Region + "/" + z.To}, z.Total.Flows, z.Total.Bytes)
		proved(z.Filter, z.Total)
	}
	if diff := cmp.Diff(regions, gotRegions); diff != "" {
		t.Errorf("between regions (-simulated +shown):\n%s", diff)
	}
	if diff := cmp.Diff(zones, gotZones); diff != "" || len(zones) < 9 {
		t.Errorf("between %d zones (-simulated +shown):\n%s", len(zones), diff)
	}
}
