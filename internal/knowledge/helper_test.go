package knowledge

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zeebo/xxh3"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/store/duckdb"
	"weir/internal/topology"
)

// day is the time around which the tests play.
var day = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func openStore(t *testing.T, dir string) *duckdb.Store {
	t.Helper()
	s, err := duckdb.Open(t.Context(), dir, duckdb.Options{Command: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // a test may have closed it
	return s
}

// keeper opens a Keeper whose clock stands at the day, unless c has another.
func keeper(t *testing.T, c Config) *Keeper {
	t.Helper()
	if c.Store == nil {
		c.Store = openStore(t, t.TempDir())
	}
	if c.Now == nil {
		c.Now = func() time.Time { return day }
	}
	k, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// estateOf returns an inventory of one VNet 10.1.0.0/16 with a NIC for each
// entry, written as name=address.
func estateOf(nics ...string) *topology.Inventory {
	group := topology.ID("/subscriptions/s1/resourcegroups/rg/providers/microsoft.network/")
	vnet := group + "virtualnetworks/hub"
	inv := &topology.Inventory{
		VNets:   []topology.VNet{{Head: topology.Head{ID: vnet, Location: "westeurope"}, Prefixes: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}},
		Subnets: []topology.Subnet{{Head: topology.Head{ID: vnet + "/subnets/apps"}, Prefixes: []netip.Prefix{netip.MustParsePrefix("10.1.1.0/24")}}},
	}
	for _, n := range nics {
		name, addr, _ := strings.Cut(n, "=")
		inv.NICs = append(inv.NICs, topology.NIC{
			Head: topology.Head{ID: group + "networkinterfaces/" + topology.ID(name), Location: "westeurope"},
			MAC:  fmt.Sprintf("000D3A%06X", xxh3.HashString(name)&0xffffff),
			Configs: []topology.IPConfig{{
				Name: "c", Primary: true, Private: netip.MustParseAddr(addr), Subnet: vnet + "/subnets/apps",
			}},
		})
	}
	inv.Sort()
	return inv
}

func importEstate(t *testing.T, k *Keeper, at time.Time, partial bool, nics ...string) *TopologyReport {
	t.Helper()
	r, err := k.ImportTopology(t.Context(), TopologyInput{Inventory: estateOf(nics...), At: at, Partial: partial, Source: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// tagsFile is a file of service tags in which Storage holds one prefix.
func tagsFile(changeNumber int, prefix string) []byte {
	return fmt.Appendf(nil, `{"changeNumber": %d, "cloud": "Public", "values": [
		{"name": "Storage.WestEurope", "id": "Storage.WestEurope", "properties": {"region": "westeurope", "systemService": "AzureStorage", "addressPrefixes": [%q]}},
		{"name": "AzureCloud", "id": "AzureCloud", "properties": {"region": "", "systemService": "", "addressPrefixes": [%q, "not a prefix"]}}]}`,
		changeNumber, prefix, prefix)
}

func importTags(t *testing.T, k *Keeper, changeNumber int, date time.Time, prefix string) *ServiceTagsReport {
	t.Helper()
	r, err := k.ImportServiceTags(t.Context(), ServiceTagsInput{Name: "tags.json", Date: date, Content: tagsFile(changeNumber, prefix)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func importFeed(t *testing.T, k *Keeper, name string, at time.Time, lines ...string) *ThreatReport {
	t.Helper()
	r, err := k.ImportThreats(t.Context(), ThreatInput{Name: name, File: name + ".txt", At: at, Content: []byte(strings.Join(lines, "\n") + "\n")})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func lookup(t *testing.T, k *Keeper, address string, at time.Time) *enrich.AddressFacts {
	t.Helper()
	f, err := k.Lookup(t.Context(), flow.MustParseAddr(address), at, topology.Capture{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// signalled tells whether a change was signalled since the last time.
func signalled(k *Keeper) bool {
	select {
	case <-k.Changed():
		return true
	default:
		return false
	}
}

// brittle is a store that fails to learn while it is broken.
type brittle struct {
	store.Store
	mu     sync.Mutex
	broken bool
}

func (b *brittle) mend() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = false
}

var errBroken = errors.New("the disk is full")

func (b *brittle) Learn(ctx context.Context, l store.Learning) error {
	b.mu.Lock()
	broken := b.broken
	b.mu.Unlock()
	if broken {
		return errBroken
	}
	return b.Store.Learn(ctx, l)
}

// table returns the answer of a question to the public views.
func table(t *testing.T, s store.Store, query string) [][]any {
	t.Helper()
	rows, err := s.SQL(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out [][]any
	for rows.Next() {
		out = append(out, slices.Clone(rows.Values()))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
