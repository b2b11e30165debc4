package pipeline

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/simulate"
)

// TestEveryEndpoint holds what the store says of every address to the truth
// about it, whatever was imported after the logs were read.
func TestEveryEndpoint(t *testing.T) {
	folders, truth, dir := simulated(t, 3, 24, 0.5)
	s := openStore(t, t.TempDir())
	k := openKeeper(t, s)
	ingest(t, s, Config{Keeper: k}, folders...)
	knowAll(t, k, truth, dir, 0, 1, 2)
	broughtUp(t, s, k)

	known := map[string][]simulate.EndpointTruth{}
	if err := truth.ReadEndpoints(dir, func(e simulate.EndpointTruth) error {
		known[e.Address] = append(known[e.Address], e)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	rows, err := s.SQL(context.Background(), `SELECT address, class, vm, nic, subnet, vnet, subscription, azure_region, service, local_network_gateway,
		malicious, coalesce(epoch_ms(valid_from), 0), coalesce(epoch_ms(valid_until), 0) FROM endpoints ORDER BY ALL`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	checked := map[string]int{}
	for rows.Next() {
		v := rows.Values()
		from, until := v[11].(int64), v[12].(int64)
		if until == 0 {
			until = math.MaxInt64
		}
		got := v[1:11]
		var want [][]any
		for _, e := range known[v[0].(string)] {
			if e.From < until && (e.Until == 0 || e.Until > from) {
				want = append(want, []any{e.Class, e.VM, e.NIC, e.Subnet, e.VNet, e.Subscription, e.AzureRegion, e.Service, e.LocalGateway, e.Malicious})
			}
		}
		if !slices.ContainsFunc(want, func(w []any) bool { return cmp.Equal(w, got) }) {
			t.Errorf("%s: the store says %v, the truth %v", v[0], got, want)
		}
		checked[v[1].(string)]++
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	for _, class := range []string{"vnet", "p2s", "s2s", "private", "azure", "external"} {
		if checked[class] == 0 {
			t.Errorf("no address of class %s was seen", class)
		}
	}
}
