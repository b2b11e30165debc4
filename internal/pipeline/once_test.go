package pipeline

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/settle"
	"weir/internal/simulate"
	"weir/internal/store"
)

// conversations sums what counts: one line per conversation.
func conversations(t testing.TB, s store.Store) map[string]string {
	t.Helper()
	rows, err := s.Query(context.Background(), `
		SELECT i.address, r.address, c.port, c.protocol,
			coalesce(sum(c.started) FILTER (c.status = 0), 0), sum(c.ended), coalesce(sum(c.started) FILTER (c.status = 1), 0),
			sum(c.packets_fwd), sum(c.bytes_fwd), sum(c.packets_back), sum(c.bytes_back), epoch_ms(min(c.first_seen)), epoch_ms(max(c.last_seen))
		FROM weir.counted c JOIN weir.host i ON i.id = c.initiator JOIN weir.host r ON r.id = c.responder
		GROUP BY ALL`)
	return keyed(t, rows, err, 4)
}

// trueConversations is what conversations must be without an inventory. What
// only that could tell is left out: those between equal addresses in networks
// that know nothing of each other, and those that a NIC on the way recorded
// only coming in, which looks like the end of the way.
func trueConversations(t testing.TB, truth *simulate.Truth, dir string) map[string]string {
	t.Helper()
	want, networks := map[string]string{}, map[string]string{}
	err := truth.ReadConversations(dir, func(c simulate.ConversationTotals) error {
		key := line([]any{c.Initiator, c.Responder, c.Port, c.Protocol})
		pair := c.InitiatorVNet + " " + c.ResponderVNet
		if before, ok := networks[key]; ok && before != pair {
			pair = twins
		}
		networks[key] = pair
		want[key] = line([]any{c.Started, c.Ended, c.Denied, c.PacketsFwd, c.BytesFwd, c.PacketsBack, c.BytesBack, c.First, c.Last})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	hops := map[string]int{}
	err = truth.ReadCaptures(dir, func(c simulate.CaptureTotals) error {
		if key := line([]any{c.Initiator, c.Responder, c.Port, c.Protocol}); c.AtHop && c.Direction == flow.Inbound.String() {
			hops[key] |= 1
		} else if c.AtHop {
			hops[key] |= 2
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for key, pair := range networks {
		if pair == twins || hops[key] == 1 {
			want[key] = untold
		}
	}
	return want
}

// twins stands for pairs of networks that nothing tells apart, untold for
// conversations about which only an inventory can tell.
const twins, untold = "twins", "untold"

func settled(t testing.TB, s store.Store) settle.Summary {
	t.Helper()
	sum, err := settle.Run(context.Background(), settle.Config{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// checkOnce compares what counts with the truth.
func checkOnce(t testing.TB, s store.Store, want map[string]string) {
	t.Helper()
	got := conversations(t, s)
	wrong := 0
	for key, w := range want {
		if got[key] == w || w == untold {
			continue
		}
		if wrong++; wrong <= 10 {
			t.Errorf("%s: counted %s, in truth %s", key, got[key], w)
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok {
			wrong++
			t.Errorf("%s: counted %s, in truth there is no such conversation", key, got[key])
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d conversations are wrong", wrong, len(want))
	}
}

// later is a store in which what counts is not decided when rows are committed.
type later struct{ store.Store }

func (l later) Commit(ctx context.Context, d *store.Delta) error {
	without := *d
	without.Count = nil
	return l.Store.Commit(ctx, &without)
}

// TestEachConversationCountsOnce holds what counts to the truth, conversation
// by conversation, whatever the order in which the objects are read, whatever
// is committed together, whether it is decided then or later, and however often
// it is settled in between.
func TestEachConversationCountsOnce(t *testing.T) {
	folders, truth, dir := simulated(t, 2, 24, 0.5)
	want := trueConversations(t, truth, dir)
	twice := 0
	_ = truth.ReadConversations(dir, func(c simulate.ConversationTotals) error {
		if c.Captures > 1 {
			twice++
		}
		return nil
	})
	if twice < 50 {
		t.Fatalf("only %d of %d conversations were captured twice: that tests little", twice, len(want))
	}
	objects := objectsIn(t, folders)
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			s := openStore(t, t.TempDir())
			rest := slices.Clone(objects)
			r.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
			for len(rest) > 0 {
				n := min(len(rest), 1+r.IntN(len(objects)/2))
				into := store.Store(s)
				if seed%2 == 1 && r.IntN(2) == 0 {
					into = later{s}
				}
				ingest(t, into, Config{Source: inTurn(rest[:n]), Workers: 1 + r.IntN(3), CommitRows: 100 + r.IntN(20_000)})
				rest = rest[n:]
				if seed%2 == 1 && r.IntN(2) == 0 {
					settled(t, s)
				}
			}
			if last := settled(t, s); seed%2 == 0 && (last.Intervals != 0 || last.Marked != 0) {
				t.Errorf("settled: %+v, want nothing to do after what was decided at once", last)
			}
			checkOnce(t, s, want)
			if again := settled(t, s); again.Intervals != 0 || again.Marked != 0 {
				t.Errorf("settled again: %+v, want nothing to do", again)
			}
		})
	}
}

func objectsIn(t testing.TB, folders []string) []string {
	t.Helper()
	var objects []string
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && strings.HasSuffix(path, ".json") {
				objects = append(objects, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return objects
}

// The two pairs of docs/reference/traffic-analytics.md 3.4, as their NICs
// recorded them in one hour: Microsoft's formula makes 3 804 697 and 17 738 599
// bytes of them.
func TestPublishedPairs(t *testing.T) {
	dir := t.TempDir()
	write := func(name, mac, direction string, tuples ...string) {
		record := fmt.Sprintf(`{"records":[{"time":"2025-08-24T19:00:52.5625085Z","flowLogVersion":4,"flowLogGUID":"66aa66aa","macAddress":%q,
			"category":"FlowLogFlowEvent","flowLogResourceID":"/SUBSCRIPTIONS/S/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NW/FLOWLOGS/L",
			"targetResourceID":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/aks","operationName":"FlowLogFlowEvent",
			"flowRecords":{"flows":[{"aclID":"00000000-0000-0000-0000-000000000000","flowGroups":[{"rule":"PlatformRule","flowTuples":[%s]}]}]}}]}`,
			mac, strings.ReplaceAll(`"`+strings.Join(tuples, `","`)+`"`, "DIR", direction))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(record), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pair := func(port, packets, forward, back int) string {
		return fmt.Sprintf("1756062000000,10.222.0.4,10.222.0.5,40000,%d,6,DIR,C,NX,%d,%d,%d,%d", port, packets, forward, packets, back)
	}
	write("source.json", "000D3A988200", "O", pair(10249, 1000, 137_978, 1_941_636), pair(10250, 7429, 673_060, 8_616_472))
	write("destination.json", "000D3A988201", "I", pair(10249, 1000, 193_477, 1_863_061), pair(10250, 7429, 1_044_702, 9_122_127))
	s := openStore(t, t.TempDir())
	ingest(t, s, Config{}, dir)
	settled(t, s)
	var got [][]int64
	for key, counters := range conversations(t, s) {
		var port, forward, back int64
		if _, err := fmt.Sscanf(key+" "+counters, "10.222.0.4 10.222.0.5 %d 6 0 0 0 %d %d %d %d", &port, new(int64), &forward, new(int64), &back); err != nil {
			t.Fatalf("%s: %s: %v", key, counters, err)
		}
		got = append(got, []int64{port, forward + back})
	}
	slices.SortFunc(got, slices.Compare[[]int64])
	want := [][]int64{{10249, 137_978 + 1_863_061}, {10250, 673_060 + 9_122_127}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bytes by port (-want +got):\n%s", diff)
	}
}

// Rows that are committed while others are counted, and decided about with
// them, come out as in any other order.
func TestReadWhileCounting(t *testing.T) {
	folders, truth, dir := simulated(t, 2, 24, 0.5)
	want := trueConversations(t, truth, dir)
	objects := objectsIn(t, folders)
	r := rand.New(rand.NewPCG(7, 8))
	r.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
	s := openStore(t, t.TempDir())
	half := len(objects) / 2
	ingest(t, later{s}, Config{}, objects[:half]...)
	rest, calls := objects[half:], 0
	w := &watched{Store: s, counting: func() {
		if calls++; calls%3 == 1 && len(rest) > 0 {
			n := min(len(rest), 1+r.IntN(len(objects)/8))
			ingest(t, s, Config{}, rest[:n]...)
			rest = rest[n:]
		}
	}}
	if sum, err := settle.Count(t.Context(), settle.Config{Store: w}); err != nil || sum.Marked == 0 || len(rest) == half {
		t.Fatalf("%d calls, %d objects left, %+v, %v", calls, len(rest), sum, err)
	}
	ingest(t, s, Config{}, rest...)
	settled(t, s)
	checkOnce(t, s, want)
}
