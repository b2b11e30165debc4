package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/knowledge"
	"weir/internal/settle"
	"weir/internal/simulate"
	"weir/internal/store"
	"weir/internal/topology"
	"weir/internal/topology/importer"
)

// knowAll gives a keeper all that a simulation says about its estate, in an
// order of its own: part 0 is the inventories, 1 the service tags, 2 the feeds.
func knowAll(t testing.TB, k *knowledge.Keeper, truth *simulate.Truth, dir string, parts ...int) {
	t.Helper()
	ctx := context.Background()
	for _, part := range parts {
		switch part {
		case 0:
			for _, i := range truth.Inventories {
				if i.Form == "arm" {
					importInventory(t, k, filepath.Join(dir, i.Folder), i.Time)
				}
			}
		case 1:
			name := filepath.Join(dir, truth.ServiceTags)
			if _, err := k.ImportServiceTags(ctx, knowledge.ServiceTagsInput{Name: name, Content: content(t, name)}); err != nil {
				t.Fatal(err)
			}
		case 2:
			for _, feed := range truth.Feeds {
				in := knowledge.ThreatInput{Name: feed, File: feed, At: truth.Start, Content: content(t, filepath.Join(dir, feed))}
				if _, err := k.ImportThreats(ctx, in); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func content(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func importInventory(t testing.TB, k *knowledge.Keeper, folder string, at time.Time) {
	t.Helper()
	im := importer.New()
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no inventory in %s: %v", folder, err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		err = im.Read(name, f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
	inv, report := im.Finish()
	if len(report.Unknown)+len(report.Problems) > 0 {
		t.Fatalf("inventory in %s: %+v", folder, report)
	}
	if _, err := k.ImportTopology(context.Background(), knowledge.TopologyInput{Inventory: inv, Report: report, At: at, Source: folder}); err != nil {
		t.Fatal(err)
	}
}

func openKeeper(t testing.TB, s store.Store) *knowledge.Keeper {
	t.Helper()
	k, err := knowledge.Open(context.Background(), knowledge.Config{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func broughtUp(t testing.TB, s store.Store, k *knowledge.Keeper) settle.Summary {
	t.Helper()
	sum, err := settle.Run(context.Background(), settle.Config{Store: s, Keeper: k})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// typedSQL sums what counts of every conversation; networks tell apart equal
// addresses. A conversation can have several types, where its captures know it
// differently; they are listed with their flows.
const typedSQL = `SELECT i.address, ei.vnet, r.address, er.vnet, c.port, c.protocol,
	coalesce(sum(c.started) FILTER (c.status = 0), 0), sum(c.ended), coalesce(sum(c.started) FILTER (c.status = 1), 0),
	sum(c.packets_fwd), sum(c.bytes_fwd), sum(c.packets_back), sum(c.bytes_back), epoch_ms(min(c.first_seen)), epoch_ms(max(c.last_seen)),
	coalesce(string_agg(DISTINCT weir.flow_type_text(c.flow_type), ' ') FILTER (c.marks & 8 = 0), string_agg(DISTINCT weir.flow_type_text(c.flow_type), ' '))
FROM weir.counted c
JOIN weir.host i ON i.id = c.initiator
JOIN weir.host r ON r.id = c.responder
JOIN weir.endpoint ei ON ei.id = c.initiator_endpoint
JOIN weir.endpoint er ON er.id = c.responder_endpoint
GROUP BY ALL`

func typed(t testing.TB, s store.Store) map[string]string {
	t.Helper()
	rows, err := s.Query(context.Background(), typedSQL)
	return keyed(t, rows, err, 6)
}

func trueTyped(t testing.TB, truth *simulate.Truth, dir string) map[string]string {
	t.Helper()
	want := map[string]string{}
	err := truth.ReadConversations(dir, func(c simulate.ConversationTotals) error {
		key := line([]any{c.Initiator, c.InitiatorVNet, c.Responder, c.ResponderVNet, c.Port, c.Protocol})
		want[key] = line([]any{c.Started, c.Ended, c.Denied, c.PacketsFwd, c.BytesFwd, c.PacketsBack, c.BytesBack, c.First, c.Last, c.FlowType})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return want
}

func checkTyped(t testing.TB, s store.Store, want map[string]string) {
	t.Helper()
	got := typed(t, s)
	var wrong []string
	for key, w := range want {
		if got[key] != w {
			wrong = append(wrong, key+": have "+cmp.Or(got[key], "nothing")+", in truth "+w)
		}
	}
	for key, g := range got {
		if _, ok := want[key]; !ok {
			wrong = append(wrong, key+": have "+g+", in truth there is no such conversation")
		}
	}
	slices.Sort(wrong)
	for _, w := range wrong[:min(len(wrong), 12)] {
		t.Error(w)
	}
	if len(wrong) > 0 {
		t.Errorf("%d of %d conversations are wrong", len(wrong), len(want))
	}
}

// TestEverythingKnown holds networks, flow types and what counts to the
// truth, conversation by conversation, whether the estate was known before the
// logs were read, after, or in parts between them.
func TestEverythingKnown(t *testing.T) {
	folders, truth, dir := simulated(t, 3, 24, 0.5)
	want := trueTyped(t, truth, dir)
	objects := objectsIn(t, folders)
	t.Run("before", func(t *testing.T) {
		s := openStore(t, t.TempDir())
		k := openKeeper(t, s)
		knowAll(t, k, truth, dir, 0, 1, 2)
		broughtUp(t, s, k)
		ingest(t, s, Config{Keeper: k}, folders...)
		broughtUp(t, s, k)
		checkTyped(t, s, want)
	})
	t.Run("after", func(t *testing.T) {
		s := openStore(t, t.TempDir())
		k := openKeeper(t, s)
		ingest(t, s, Config{Keeper: k}, folders...)
		broughtUp(t, s, k)
		knowAll(t, k, truth, dir, 2, 1, 0)
		if sum := broughtUp(t, s, k); sum.Rejudged == 0 || sum.Parties == 0 {
			t.Errorf("%+v: nothing was judged anew", sum)
		}
		checkTyped(t, s, want)
		if sum := broughtUp(t, s, k); sum.Rejudged+sum.Parties+sum.Intervals+sum.Marked != 0 {
			t.Errorf("%+v: what was up to date was changed again", sum)
		}
	})
	t.Run("between", func(t *testing.T) {
		folder := t.TempDir()
		s := openStore(t, folder)
		for part, n := range []int{len(objects) / 3, 2 * len(objects) / 3, len(objects)} {
			k := openKeeper(t, s) // as another process does
			knowAll(t, k, truth, dir, part)
			ingest(t, s, Config{Keeper: k, CommitRows: 3000}, objects[part*len(objects)/3:n]...)
			if part != 1 {
				broughtUp(t, s, k)
			}
		}
		checkTyped(t, s, want)
	})
}

// Flows older than the first inventory use it, and say so.
func TestAssumed(t *testing.T) {
	folders, truth, dir := simulated(t, 2, 14, 0.1)
	s := openStore(t, t.TempDir())
	k := openKeeper(t, s)
	ingest(t, s, Config{Keeper: k}, folders...)
	if got := ints(t, s, "SELECT count(*) FROM flows WHERE assumed"); got[0] != 0 {
		t.Errorf("%d flows are assumed to be what no inventory said", got[0])
	}
	later := truth.Start.Add(time.Hour)
	importInventory(t, k, filepath.Join(dir, truth.Inventories[0].Folder), later)
	broughtUp(t, s, k)
	got := ints(t, s, fmt.Sprintf(`SELECT count(*) FILTER (assumed), count(*) FILTER (interval_start < TIMESTAMP '%s'),
		count(*) FILTER (assumed AND flow_type = 'InterVNet') FROM flows`, later.Format(time.DateTime)))
	if got[0] != got[1] || got[0] == 0 || got[2] == 0 {
		t.Errorf("%d flows are marked as assumed, %d of them between networks; %d are older than the inventory", got[0], got[2], got[1])
	}
}

// Every stored flow is explained as it was captured, though the question says
// nothing but its addresses and port, or beside them who captured it: as the
// last one of those that it fits.
func TestExplainsStoredFlows(t *testing.T) {
	ctx := context.Background()
	folders, truth, dir := simulated(t, 2, 14, 0.1)
	s := openStore(t, t.TempDir())
	k := openKeeper(t, s)
	knowAll(t, k, truth, dir, 0, 1, 2)
	broughtUp(t, s, k)
	ingest(t, s, Config{Keeper: k}, folders...)
	broughtUp(t, s, k)
	for _, mac := range []string{"''", "l.mac"} {
		asked, hops, inbound := 0, 0, 0
		rows, err := s.Query(ctx, fmt.Sprintf(`SELECT i.address, r.address, f.port, f.protocol, weir.flow_type_text(f.flow_type), f.marks & 8 <> 0, f.direction, %[1]s
			FROM weir.fact f JOIN weir.log l ON l.id = f.log JOIN weir.host i ON i.id = f.initiator JOIN weir.host r ON r.id = f.responder
			QUALIFY row_number() OVER (PARTITION BY i.address, r.address, f.port, f.protocol, %[1]s
				ORDER BY f.marks & 8, f.interval_start DESC, f.direction DESC, l.id) = 1
			ORDER BY ALL`, mac))
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			v := rows.Values()
			x, err := k.Explain(ctx, enrich.FlowQuestion{
				Initiator: flow.MustParseAddr(v[0].(string)), Responder: flow.MustParseAddr(v[1].(string)),
				Port: uint16(v[2].(int64)), Protocol: uint8(v[3].(int64)), From: topology.Capture{MAC: v[7].(string)},
			})
			if err != nil {
				t.Fatal(err)
			}
			if x.FlowType != v[4] || x.AtHop != v[5] {
				t.Errorf("%v to %v, port %v of %v, captured by %q, is explained as %s, at a hop %v; stored as %v, %v: %s", v[0], v[1], v[2], v[3], v[7], x.FlowType, x.AtHop, v[4], v[5], x.Reason)
			}
			asked++
			if x.AtHop {
				hops++
			}
			if v[6] == int64(flow.Inbound) {
				inbound++
			}
		}
		if rows.Err() != nil || asked < 100 || hops == 0 || inbound == 0 {
			t.Errorf("%d flows were asked for, %d at a hop, %d inbound: %v", asked, hops, inbound, rows.Err())
		}
	}
}

// TestOrderDoesNotMatter holds all to the truth in whatever order logs are read
// and inventories, service tags and feeds are learned, also the later inventory
// before the earlier, and however often it is brought up to date in between.
func TestOrderDoesNotMatter(t *testing.T) {
	_, truth, dir := simulated(t, 3, 24, 0.5)
	want := trueTyped(t, truth, dir)
	objects := objectsIn(t, simulate.LogFolders(dir))
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 3))
			s := openStore(t, t.TempDir())
			k := openKeeper(t, s)
			steps := []func(){func() { knowAll(t, k, truth, dir, 1) }, func() { knowAll(t, k, truth, dir, 2) }}
			for _, i := range truth.Inventories {
				if i.Form == "arm" {
					steps = append(steps, func() { importInventory(t, k, filepath.Join(dir, i.Folder), i.Time) })
				}
			}
			mixed := slices.Clone(objects)
			r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
			for part := range slices.Chunk(mixed, len(mixed)/4+1) {
				steps = append(steps, func() { ingest(t, s, Config{Source: inTurn(part), Keeper: k, CommitRows: 2000}) })
			}
			r.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
			for _, step := range steps {
				if step(); r.IntN(2) == 0 {
					broughtUp(t, s, k)
				}
			}
			broughtUp(t, s, k)
			checkTyped(t, s, want)
		})
	}
}

// Where equal addresses talk in two networks, the question says in which.
func TestExplainsWhereItIsAsked(t *testing.T) {
	ctx := context.Background()
	folders, truth, dir := simulated(t, 2, 24, 0.5)
	s := openStore(t, t.TempDir())
	k := openKeeper(t, s)
	knowAll(t, k, truth, dir, 0, 1, 2)
	broughtUp(t, s, k)
	ingest(t, s, Config{Keeper: k}, folders...)
	networks := map[string]bool{}
	err := truth.ReadConversations(dir, func(c simulate.ConversationTotals) error {
		if !strings.HasPrefix(c.Initiator, "10.50.0.") || c.FlowType != "IntraVNet" || c.Started == 0 {
			return nil
		}
		parts := strings.Split(c.InitiatorVNet, "/")
		target := "/subscriptions/" + parts[0] + "/resourcegroups/" + parts[1] + "/providers/microsoft.network/virtualnetworks/" + parts[2]
		x, err := k.Explain(ctx, enrich.FlowQuestion{
			Initiator: flow.MustParseAddr(c.Initiator), Responder: flow.MustParseAddr(c.Responder), Port: c.Port, Protocol: c.Protocol,
			From: topology.Capture{Target: target},
		})
		if err != nil {
			return err
		}
		networks[c.InitiatorVNet] = true
		if x.FlowType != "IntraVNet" || x.Initiator.VNet != c.InitiatorVNet || !strings.Contains(x.Reason, "was captured at the NIC") {
			t.Errorf("%s to %s in %s: %s in %s: %s", c.Initiator, c.Responder, c.InitiatorVNet, x.FlowType, x.Initiator.VNet, x.Reason)
		}
		return nil
	})
	if err != nil || len(networks) != 2 {
		t.Errorf("asked in %v: %v", networks, err)
	}
}
