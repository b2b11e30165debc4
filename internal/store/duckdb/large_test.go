package duckdb

import (
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/store"
	"weir/internal/store/storetest"
	"weir/internal/topology"
)

func subnetRows(n int) iter.Seq[topology.DetailRow] {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return func(yield func(topology.DetailRow) bool) {
		for i := range n {
			id := topology.ID(fmt.Sprintf("/subscriptions/00000000-0000-0000-0000-000000000001/resourcegroups/rg/providers/microsoft.network/virtualnetworks/big/subnets/s%d", i))
			if !yield(topology.DetailRow{Type: "VirtualSubnetwork", ID: id, Columns: []topology.Column{
				{Name: "SubType", Value: "Topology"},
				{Name: "AzureResourceType", Value: "VirtualSubnetwork"},
				{Name: "Name", Value: id.Short()},
				{Name: "Subscription", Value: id.Subscription()},
				{Name: "TimeProcessed", Value: at},
				{Name: "AddressPrefixes", Value: fmt.Sprintf("10.%d.%d.0/29", i>>8, i&255)},
			}}) {
				return
			}
		}
	}
}

// An inventory may be as large as it must be: what is complete of it is written
// while it comes. This one is the largest that the engine holds in its memory
// alone, in groups of 122 880 rows.
func TestLargeSnapshot(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	err := s.Learn(t.Context(), store.Learning{Resources: map[time.Time]iter.Seq[topology.DetailRow]{at: subnetRows(122_000)}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := storetest.Table(s.Query(t.Context(), "SELECT count(*), count(DISTINCT id) FROM weir.resource"))
	if diff := cmp.Diff([][]any{{int64(122_000), int64(122_000)}}, got); err != nil || diff != "" {
		t.Errorf("rows: %v (-want +got):\n%s", err, diff)
	}
}

// What cannot succeed is not tried for long, and the error does not blame
// questions where there are none.
func TestCommitTooLarge(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{MemoryLimitMB: 24})
	s.memoryWait = time.Hour
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	err := s.Learn(t.Context(), store.Learning{Resources: map[time.Time]iter.Seq[topology.DetailRow]{at: subnetRows(100_000)}})
	if err == nil || !strings.Contains(err.Error(), "it takes more memory than the store may use") {
		t.Errorf("error %v", err)
	}
	if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(0))); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
