package knowledge

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/enrich"
	"weir/internal/enrich/threat"
	"weir/internal/store"
)

// What a keeper learned is what the next one knows, and it says so by its hash.
func TestReopen(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	k := keeper(t, Config{Store: s, Applications: map[string]string{"8443/tcp": "https"}})
	empty := k.Current().Hash
	importEstate(t, k, day, false, "web=10.1.1.4")
	importEstate(t, k, day.Add(24*time.Hour), true, "web=10.1.1.4", "db=10.1.1.5")
	importTags(t, k, 7, day, "20.60.0.0/24")
	importFeed(t, k, "by-hand", day, "45.83.64.7", "45.83.64.0/28", "10.1.1.4", "20.60.0.9", "nonsense here")
	importFeed(t, k, "by-hand", day.Add(time.Hour), "45.83.64.7", "8.8.4.4")
	if _, err := k.Allow(t.Context(), []threat.Allow{{Text: "8.8.4.4", Who: "ann", Why: "a resolver", Until: day.Add(48 * time.Hour)}}); err != nil {
		t.Fatal(err)
	}
	type all struct {
		Hash      uint64
		State     *State
		Snapshots []SnapshotState
		Tags      []ServiceTagsVersion
		Facts     []*enrich.AddressFacts
	}
	know := func(k *Keeper) all {
		state, err := k.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		snapshots, _ := k.Snapshots(t.Context())
		tags, _ := k.ServiceTags(t.Context())
		a := all{k.Current().Hash, state, snapshots, tags, nil}
		for _, address := range []string{"10.1.1.4", "10.1.1.5", "20.60.0.9", "45.83.64.7", "45.83.64.1", "8.8.4.4", "10.1.9.9"} {
			for _, at := range []time.Time{day.Add(-time.Hour), day.Add(30 * time.Minute), day.Add(72 * time.Hour)} {
				a.Facts = append(a.Facts, lookup(t, k, address, at))
			}
		}
		return a
	}
	before := know(k)
	if before.Hash == empty || before.State.Topology.Snapshots != 2 || before.State.ServiceTags.Versions != 1 || len(before.State.Allow) != 1 {
		t.Fatalf("the keeper did not learn: %+v", before.State)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := openStore(t, dir)
	if diff := cmp.Diff(before, know(keeper(t, Config{Store: again, Applications: map[string]string{"8443/tcp": "https"}}))); diff != "" {
		t.Errorf("after it was opened again (-before +after):\n%s", diff)
	}
	// What decides without the store counts as well.
	if other := keeper(t, Config{Store: again}); other.Current().Hash == before.Hash {
		t.Error("names of services do not change the hash")
	}
}

// The store names ports as the configuration says; a keeper that only asks
// writes nothing.
func TestApplications(t *testing.T) {
	s := openStore(t, t.TempDir())
	ports := []store.Port{{Port: 443, Protocol: 6}, {Port: 8443, Protocol: 6}}
	f := func(c Config, want ...string) {
		t.Helper()
		c.Store = s
		keeper(t, c)
		names, err := s.Applications(t.Context(), ports)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range ports {
			if name, ok := names[p]; ok {
				got = append(got, name)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("names (-want +got):\n%s", diff)
		}
	}
	f(Config{ReadOnly: true})
	f(Config{}, "https", "pcsync-https")
	f(Config{Applications: map[string]string{"8443": "portal"}}, "https", "portal")
	f(Config{ReadOnly: true}, "https", "portal")
	f(Config{}, "https", "pcsync-https")

	_, err := Open(t.Context(), Config{Store: s, Applications: map[string]string{"x": "y", "99999": "z"}})
	if err == nil || !strings.Contains(err.Error(), `"x"`) || !strings.Contains(err.Error(), `"99999"`) {
		t.Errorf("applications that make no sense: %v", err)
	}
}

// What could not be kept is not used either.
func TestNothingIsUsedThatIsNotKept(t *testing.T) {
	s := &brittle{Store: openStore(t, t.TempDir())}
	k := keeper(t, Config{Store: s})
	importEstate(t, k, day, false, "web=10.1.1.4")
	importTags(t, k, 7, day, "20.60.0.0/24")
	importFeed(t, k, "by-hand", day, "45.83.64.7")
	signalled(k)
	before := k.Current()
	s.broken = true
	for name, change := range map[string]func() error{
		"topology": func() error {
			_, err := k.ImportTopology(t.Context(), TopologyInput{Inventory: estateOf("db=10.1.1.5"), At: day.Add(time.Hour)})
			return err
		},
		"service tags": func() error {
			_, err := k.ImportServiceTags(t.Context(), ServiceTagsInput{Name: "a", Date: day.Add(time.Hour), Content: tagsFile(8, "20.61.0.0/24")})
			return err
		},
		"threats": func() error {
			_, err := k.ImportThreats(t.Context(), ThreatInput{Name: "by-hand", Content: []byte("45.83.64.8\n")})
			return err
		},
		"allow": func() error {
			_, err := k.Allow(t.Context(), []threat.Allow{{Text: "8.8.8.8", Who: "a", Why: "b"}})
			return err
		},
		"forget": func() error { return k.ForgetFeed(t.Context(), "by-hand") },
	} {
		if err := change(); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", name, err)
		}
		if k.Current() != before || signalled(k) {
			t.Errorf("%s: what was not kept is used", name)
		}
	}
	s.broken = false
	if r := importFeed(t, k, "by-hand", day.Add(time.Hour), "45.83.64.8"); r.Added != 1 || r.Gone != 1 {
		t.Errorf("after a change that failed: %+v", r)
	}
}

// Who makes room for what is known hears of every change of it, when it is in
// use, and of nothing else.
func TestLearned(t *testing.T) {
	calls := 0
	k := keeper(t, Config{Learned: func() { calls++ }})
	f := func(what string, want int) {
		t.Helper()
		if calls != want {
			t.Errorf("%s: heard of %d changes, want %d", what, calls, want)
		}
	}
	f("opened", 0)
	importFeed(t, k, "list", day, "45.83.64.7")
	f("a feed", 1)
	importFeed(t, k, "list", day.Add(time.Hour), "45.83.64.7")
	f("the same feed again", 1)
	importEstate(t, k, day, false, "web=10.1.1.4")
	f("an inventory", 2)
}

// After a change returned, nothing more is committed that was judged by what
// was known before it, and whoever waits for changes hears of the last one.
func TestUseSeesNoOldKnowledgeAfterAChange(t *testing.T) {
	k := keeper(t, Config{})
	const changes = 60
	var order sync.Map // by hash: which change it is
	order.Store(k.Current().Hash, int64(0))
	var returned, used atomic.Int64
	var stop atomic.Bool
	var g sync.WaitGroup
	for range 4 {
		g.Go(func() {
			for !stop.Load() {
				_ = k.Use(func(known *enrich.Knowledge) error {
					runtime.Gosched() // the batch is judged
					n, seen := order.Load(known.Hash)
					if seen && n.(int64) < returned.Load() {
						t.Errorf("a batch judged by change %d was committed after change %d had returned", n, returned.Load())
					}
					used.Add(1)
					return nil
				})
			}
		})
	}
	var heard atomic.Uint64
	done := make(chan struct{})
	g.Go(func() {
		for {
			select {
			case <-k.Changed():
				heard.Store(k.Current().Hash)
			case <-done:
				return
			}
		}
	})
	for i := range changes {
		allow := []threat.Allow{{Text: "8.8.8.8", Who: "ann", Why: strings.Repeat("x", i+1)}}
		if _, err := k.Allow(t.Context(), allow); err != nil {
			t.Fatal(err)
		}
		order.Store(k.Current().Hash, int64(i+1))
		returned.Store(int64(i + 1))
	}
	for deadline := time.Now().Add(10 * time.Second); heard.Load() != k.Current().Hash; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the last change was never heard of")
		}
	}
	stop.Store(true)
	close(done)
	g.Wait()
	if used.Load() < changes {
		t.Errorf("only %d batches while %d changes were made", used.Load(), changes)
	}
}
