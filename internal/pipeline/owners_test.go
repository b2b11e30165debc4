package pipeline

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/simulate"
)

// An address that was used again is a host for each of its owners, with the
// flows of its time: a row each in rankings of hosts and of conversations.
func TestOwnersOfAnAddress(t *testing.T) {
	ctx := context.Background()
	folders, truth, dir := simulated(t, 4, 14, 1)
	s := openStore(t, t.TempDir())
	k := openKeeper(t, s)
	knowAll(t, k, truth, dir, 0, 1, 2)
	broughtUp(t, s, k)
	ingest(t, s, Config{Keeper: k}, folders...)
	broughtUp(t, s, k)

	// What the NIC of each owner recorded, by address and NIC.
	recorded := map[string]map[string]int64{}
	err := truth.ReadCaptures(dir, func(c simulate.CaptureTotals) error {
		address := c.Responder
		if c.Direction == flow.Outbound.String() {
			address = c.Initiator
		}
		if !c.AtHop {
			if recorded[address] == nil {
				recorded[address] = map[string]int64{}
			}
			recorded[address][c.Log.MAC] += int64(c.Started)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	q := insight.Question{From: truth.Start, To: truth.End, Limit: insight.MaxLimit}
	hosts, err := insight.Hosts(ctx, s, q)
	if err != nil {
		t.Fatal(err)
	}
	owners := map[string]map[string]int64{} // by address and name
	for _, h := range hosts.Rows {
		if owners[h.Address] == nil {
			owners[h.Address] = map[string]int64{}
		}
		owners[h.Address][h.Side.Name] += h.Total.Flows
	}
	address := ""
	for a, names := range owners {
		for name := range names {
			if strings.HasSuffix(name, "/vm-ops-03") {
				address = a
			}
		}
	}
	if len(owners[address]) != 2 {
		t.Fatalf("hosts of the address that was used again: %v", owners[address])
	}
	flows := func(by map[string]int64) []int64 { return slices.Sorted(maps.Values(by)) }
	if diff := cmp.Diff(flows(recorded[address]), flows(owners[address])); diff != "" {
		t.Errorf("flows of the owners (-want +got):\n%s", diff)
	}
	conversations, err := insight.Conversations(ctx, s, q)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range conversations.Rows {
		if c.Initiator == address {
			seen[c.From.Name] = true
		}
		if c.Responder == address {
			seen[c.To.Name] = true
		}
	}
	if len(seen) != 2 {
		t.Errorf("conversations of the address are of %v, want both owners", seen)
	}
}
