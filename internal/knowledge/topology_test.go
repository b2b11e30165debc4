package knowledge

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/store"
	"weir/internal/topology"
	"weir/internal/topology/importer"
)

// nics returns the NICs that the store shows, a line for each snapshot.
func nics(t *testing.T, s store.Store) []string {
	t.Helper()
	var lines []string
	last := ""
	for _, row := range table(t, s, "SELECT TimeGenerated, Name FROM NTATopologyDetails WHERE AzureResourceType = 'NetworkInterface' ORDER BY TimeGenerated, Name") {
		at := row[0].(time.Time).Format("02 15:04")
		if at != last {
			lines = append(lines, at)
		}
		last = at
		lines[len(lines)-1] += " " + row[1].(string)
	}
	return lines
}

func TestImportTopology(t *testing.T) {
	s := openStore(t, t.TempDir())
	k := keeper(t, Config{Store: s})
	first := importEstate(t, k, day.Add(12*time.Hour), false, "web=10.1.1.4", "db=10.1.1.5")
	want := &TopologyReport{
		Time: day.Add(12 * time.Hour), Kinds: map[string]int{"virtual network": 1, "subnet": 1, "network interface": 2},
		Unknown: map[string]int{}, Problems: []string{},
		Changes: map[string]KindChanges{"virtual network": {Appeared: 1}, "subnet": {Appeared: 1}, "network interface": {Appeared: 2}},
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("first import (-want +got):\n%s", diff)
	}
	if !signalled(k) {
		t.Error("a new inventory was not signalled")
	}

	// The same once more, and later: known already, and only noted.
	hash := k.Current().Hash
	if r := importEstate(t, k, day.Add(12*time.Hour), false, "db=10.1.1.5", "web=10.1.1.4"); !r.Identical || len(r.Changes) != 0 {
		t.Errorf("the same inventory once more: %+v", r)
	}
	if r := importEstate(t, k, day.Add(15*time.Hour), false, "web=10.1.1.4", "db=10.1.1.5"); !r.Identical || len(r.Changes) != 0 {
		t.Errorf("an identical inventory: %+v", r)
	}
	if k.Current().Hash != hash || signalled(k) {
		t.Error("an identical inventory changed what is known")
	}
	state, err := k.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := *state.Topology.Last, day.Add(15*time.Hour); !got.Equal(want) {
		t.Errorf("last seen at %s, want %s", got, want)
	}

	// A part says nothing of the rest; what is whole ends what it does not show.
	part := &topology.Inventory{NICs: estateOf("web=10.1.1.4", "db=10.1.1.6").NICs[:1]}
	r, err := k.ImportTopology(t.Context(), TopologyInput{
		Inventory: part, At: day.Add(16 * time.Hour), Partial: true, Source: "a",
		Report: importer.Report{Unknown: map[string]int{"microsoft.web/sites": 3}, Repeated: 2, Problems: []importer.Problem{{Where: "f:3", Why: "no id"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]KindChanges{"network interface": {Changed: 1, Gone: 1}}, r.Changes); diff != "" {
		t.Errorf("changes of a part (-want +got):\n%s", diff)
	}
	if r.Unknown["microsoft.web/sites"] != 3 || r.Repeated != 2 || !slices.Equal(r.Problems, []string{"f:3: no id"}) {
		t.Errorf("the report of the importer is lost: %+v", r)
	}
	if got := lookup(t, k, "10.1.1.9", day.Add(17*time.Hour)).VNet; got != "s1/rg/hub" {
		t.Errorf("the network that a part does not show is %q", got)
	}
}

// An inventory of a time between others changes what follows from it, and
// the rows of the store with it.
func TestImportBetween(t *testing.T) {
	s := openStore(t, t.TempDir())
	k := keeper(t, Config{Store: s})
	importEstate(t, k, day, false, "web=10.1.1.4")
	if _, err := k.ImportTopology(t.Context(), TopologyInput{Inventory: &topology.Inventory{VNets: estateOf().VNets}, At: day.Add(2 * time.Hour), Partial: true, Source: "b"}); err != nil {
		t.Fatal(err)
	}
	importEstate(t, k, day.Add(4*time.Hour), false, "new=10.1.1.4")
	// The part was nothing new, and so is no snapshot.
	if diff := cmp.Diff([]string{"02 00:00 rg/web", "02 04:00 rg/new"}, nics(t, s)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	part := &topology.Inventory{Subnets: estateOf().Subnets}
	part.Subnets[0].Prefixes = append(part.Subnets[0].Prefixes, part.Subnets[0].Prefixes[0])
	if _, err := k.ImportTopology(t.Context(), TopologyInput{Inventory: part, At: day.Add(3 * time.Hour), Partial: true, Source: "b"}); err != nil {
		t.Fatal(err)
	}
	importEstate(t, k, day.Add(2*time.Hour), false, "web=10.1.1.4", "db=10.1.1.5")
	if diff := cmp.Diff([]string{"02 00:00 rg/web", "02 02:00 rg/db rg/web", "02 03:00 rg/db rg/web", "02 04:00 rg/new"}, nics(t, s)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	owners := lookup(t, k, "10.1.1.4", day).Owners
	if len(owners) != 2 || !strings.Contains(owners[0].Name, "web") || !strings.Contains(owners[1].Name, "new") {
		t.Errorf("owners of a re-used address: %+v", owners)
	}
}

func TestImportNothing(t *testing.T) {
	k := keeper(t, Config{})
	for _, inv := range []*topology.Inventory{nil, {}} {
		if _, err := k.ImportTopology(t.Context(), TopologyInput{Inventory: inv}); err == nil {
			t.Error("an empty inventory was taken: all that is known would be gone")
		}
	}
}

// In whatever order inventories arrive, the answers are the same in the end.
func TestOrderOfImportsDoesNotMatter(t *testing.T) {
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 1))
		var inputs []TopologyInput
		for i := range 4 {
			var nics []string
			for n := range 1 + r.IntN(4) {
				nics = append(nics, fmt.Sprintf("n%d=10.1.1.%d", r.IntN(6), 4+(n+r.IntN(2))%8))
			}
			inputs = append(inputs, TopologyInput{
				Inventory: estateOf(nics...), At: day.Add(time.Duration(r.IntN(5)) * time.Hour), Partial: i > 1, Source: fmt.Sprint(i),
			})
		}
		answers := func(order []int) []string {
			k := keeper(t, Config{})
			for _, i := range order {
				if _, err := k.ImportTopology(t.Context(), inputs[i]); err != nil {
					t.Fatal(err)
				}
			}
			var out []string
			for h := range 6 {
				for a := range 8 {
					out = append(out, lookup(t, k, fmt.Sprintf("10.1.1.%d", 4+a), day.Add(time.Duration(h)*time.Hour)).NIC)
				}
			}
			return out
		}
		one, other := []int{0, 1, 2, 3}, []int{0, 1, 2, 3}
		if inputs[0].At.Equal(inputs[1].At) {
			continue // the later of two whole ones of one time replaces the other, by design
		}
		r.Shuffle(4, func(i, j int) { other[i], other[j] = other[j], other[i] })
		if diff := cmp.Diff(answers(one), answers(other)); diff != "" {
			t.Errorf("seed %d, order %v (-in order +shuffled):\n%s", seed, other, diff)
		}
	}
}

// An inventory that says nothing new is no new snapshot, and still counts
// where one of an earlier time, that does differ, comes after it.
func TestImportsInAnyOrder(t *testing.T) {
	estates := []struct {
		hour int
		nics []string
	}{{1, []string{"web=10.1.1.4"}}, {2, []string{"db=10.1.1.4"}}, {3, []string{"web=10.1.1.4"}}}
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		s := openStore(t, t.TempDir())
		k := keeper(t, Config{Store: s})
		for _, i := range order {
			importEstate(t, k, day.Add(time.Duration(estates[i].hour)*time.Hour), false, estates[i].nics...)
		}
		for _, k := range []*Keeper{k, keeper(t, Config{Store: s})} {
			var got []string
			for _, half := range []int{1, 3, 5, 7} { // half hours
				got = append(got, lookup(t, k, "10.1.1.4", day.Add(time.Duration(half)*30*time.Minute)).NIC)
			}
			if diff := cmp.Diff([]string{"rg/web", "rg/web", "rg/db", "rg/web"}, got); diff != "" {
				t.Errorf("imported in the order %v (-want +got):\n%s", order, diff)
			}
		}
	}
}
