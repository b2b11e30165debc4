package knowledge

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"weir/internal/enrich/threat"
	"weir/internal/service"
	"weir/internal/shared"
)

// feedServer serves a list with an ETag, or fails.
type feedServer struct {
	*httptest.Server
	mu        sync.Mutex
	body      string
	status    int // other than 200: what is answered
	asked     int
	unchanged int // how often the answer was that nothing changed
	key       string
}

func newFeedServer(t *testing.T, body string) *feedServer {
	f := &feedServer{body: body, status: http.StatusOK}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.asked++
		f.key = r.Header.Get("Auth-Key")
		etag := fmt.Sprintf(`"%x"`, len(f.body))
		switch {
		case f.status != http.StatusOK:
			w.WriteHeader(f.status)
		case r.Header.Get("If-None-Match") == etag:
			f.unchanged++
			w.WriteHeader(http.StatusNotModified)
		default:
			w.Header().Set("ETag", etag)
			_, _ = io.WriteString(w, f.body)
		}
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *feedServer) set(body string, status int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.body, f.status = body, status
}

// seen returns how often nothing had changed, and the key of the last request.
func (f *feedServer) seen() (unchanged int, key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.unchanged, f.key
}

// keepFresh runs the jobs of a keeper until the context ends.
func keepFresh(ctx context.Context, k *Keeper, log *slog.Logger) {
	r := service.Runner{Failed: func(job string, err error, _ time.Time) { log.Error("a job failed", "job", job, "cause", err) }}
	for _, j := range k.Jobs(log) {
		r.Add(j)
	}
	r.Run(ctx)
}

// running runs a keeper until the test is over or stop is called.
func running(t *testing.T, k *Keeper) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var g sync.WaitGroup
	g.Go(func() { keepFresh(ctx, k, slog.New(slog.DiscardHandler)) })
	stop = sync.OnceFunc(func() { cancel(); g.Wait() })
	t.Cleanup(stop)
	return stop
}

// await waits for a change to be signalled.
func await(t *testing.T, k *Keeper) {
	t.Helper()
	select {
	case <-k.Changed():
	case <-time.After(10 * time.Second):
		t.Fatal("a change was not signalled")
	}
}

// until waits for the state of the only feed to be as wanted.
func until(t *testing.T, k *Keeper, what string, want func(FeedState) bool) FeedState {
	t.Helper()
	var f FeedState
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		state, err := k.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if f = state.Feeds[0]; want(f) {
			return f
		}
	}
	t.Fatalf("%s: the feed stays %+v", what, f)
	return f
}

// feedKeeper opens a keeper of one feed whose clock runs ahead by a time.
func feedKeeper(t *testing.T, b *brittle, ahead time.Duration, source threat.Source) *Keeper {
	return keeper(t, Config{
		Store: b, Feeds: []threat.Source{source}, Now: func() time.Time { return time.Now().Add(ahead) },
		Fetcher: threat.Fetcher{Jitter: func() float64 { return 0.5 }},
	})
}

func TestFeeds(t *testing.T) {
	server := newFeedServer(t, "45.83.64.7\n45.83.64.8\n")
	source := threat.Source{
		Name: "blocked", Location: server.URL, Every: 20 * time.Millisecond, MaxBytes: 1000, Header: map[string]string{"Auth-Key": "swordfish"},
		Options: threat.Options{Category: threat.Botnet, Confidence: 90},
	}
	b := &brittle{Store: openStore(t, t.TempDir())}
	k := feedKeeper(t, b, 0, source)
	stop := running(t, k)
	until(t, k, "first reading", func(f FeedState) bool { return f.Indicators == 2 && f.Error == "" })
	if _, key := server.seen(); key != "swordfish" {
		t.Errorf("the header was %q", key)
	}
	if f := lookup(t, k, "45.83.64.7", time.Time{}); !f.Malicious || f.Category != "Botnet" || f.Verdicts[0].Feed != "blocked" {
		t.Errorf("verdicts: %+v", f.Verdicts)
	}
	await(t, k)
	hash := k.Current().Hash

	// Nothing new is no change, but the list is known to be good still.
	good := *until(t, k, "unchanged", func(f FeedState) bool { return f.Good != nil }).Good
	until(t, k, "unchanged", func(f FeedState) bool { return f.Good.After(good.Add(50 * time.Millisecond)) })
	if unchanged, _ := server.seen(); unchanged == 0 || k.Current().Hash != hash || signalled(k) {
		t.Errorf("an unchanged feed: %d answers of 304, hash %x and %x", unchanged, hash, k.Current().Hash)
	}

	server.set("45.83.64.8\n45.83.64.9\n45.83.65.1\n", http.StatusOK)
	until(t, k, "new content", func(f FeedState) bool { return f.Indicators == 3 && f.Past == 1 })
	await(t, k)
	if k.Current().Hash == hash {
		t.Error("a feed that changed has the same hash")
	}
	hash = k.Current().Hash

	// What fails keeps what it last held, and is left alone for a while.
	server.set("", http.StatusInternalServerError)
	failed := until(t, k, "500", func(f FeedState) bool { return f.Failures == 1 })
	if failed.Indicators != 3 || !strings.Contains(failed.Error, "500") || k.Current().Hash != hash {
		t.Errorf("a feed that fails: %+v", failed)
	}
	if wait := failed.NextTry.Sub(*failed.Checked).Round(time.Second); wait != 30*time.Second {
		t.Errorf("the next try is after %s", wait)
	}
	stop()

	// After a restart it goes on where it was; the longer it fails, the longer
	// it is left alone.
	server.set(strings.Repeat("45.83.64.7\n", 100), http.StatusOK)
	k = feedKeeper(t, b, 40*time.Second, source)
	if k.Current().Hash != hash {
		t.Error("after a restart other things are known")
	}
	stop = running(t, k)
	failed = until(t, k, "too large", func(f FeedState) bool { return f.Failures == 2 })
	if failed.Indicators != 3 || !strings.Contains(failed.Error, "larger than 1000 bytes") {
		t.Errorf("a feed that is too large: %+v", failed)
	}
	if wait := failed.NextTry.Sub(*failed.Checked).Round(time.Second); wait != time.Minute {
		t.Errorf("the next try is after %s", wait)
	}
	stop()

	server.set("<html>Please log in</html>", http.StatusOK)
	k = feedKeeper(t, b, 2*time.Minute, source)
	stop = running(t, k)
	if failed = until(t, k, "a web page", func(f FeedState) bool { return f.Failures == 3 }); failed.Indicators != 3 {
		t.Errorf("a web page instead of a feed: %+v", failed)
	}
	stop()

	server.set("45.83.64.8\n45.83.64.9\n", http.StatusOK)
	k = feedKeeper(t, b, 10*time.Minute, source)
	running(t, k)
	f := until(t, k, "well again", func(f FeedState) bool { return f.Failures == 0 && f.Error == "" })
	if f.Indicators != 2 || f.Past != 2 {
		t.Errorf("a feed that is well again: %+v", f)
	}
}

// A reading that could not be kept is not used, and taken at a later look.
func TestFeedThatCannotBeKept(t *testing.T) {
	server := newFeedServer(t, "45.83.64.7\n")
	b := &brittle{Store: openStore(t, t.TempDir()), broken: true}
	source := threat.Source{Name: "blocked", Location: server.URL, Every: 20 * time.Millisecond}
	k := keeper(t, Config{ReadOnly: true, Store: b, Feeds: []threat.Source{source}, Now: time.Now})
	running(t, k)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		server.mu.Lock()
		asked := server.asked
		server.mu.Unlock()
		if asked > 2 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the feed is not looked at again")
		}
	}
	if lookup(t, k, "45.83.64.7", day).Malicious {
		t.Error("what was not kept is used")
	}
	b.mend()
	until(t, k, "kept", func(f FeedState) bool { return f.Indicators == 1 && f.Good != nil })
	if again := keeper(t, Config{Store: b, Feeds: []threat.Source{source}}); again.Current().Hash != k.Current().Hash {
		t.Error("what is used was not kept")
	}
}

// A feed of another place, or that is read in another way, is read in full.
func TestFeedThatIsConfiguredAnew(t *testing.T) {
	server := newFeedServer(t, "45.83.64.7\n")
	b := &brittle{Store: openStore(t, t.TempDir())}
	source := threat.Source{Name: "blocked", Location: server.URL}
	k := feedKeeper(t, b, 0, source)
	stop := running(t, k)
	until(t, k, "first reading", func(f FeedState) bool { return f.Indicators == 1 })
	stop()
	source.Options.Category = threat.C2
	k = feedKeeper(t, b, time.Minute, source)
	stop = running(t, k)
	until(t, k, "read anew", func(f FeedState) bool { return f.Past == 1 })
	if f := lookup(t, k, "45.83.64.7", time.Now().Add(2*time.Minute)); f.Category != "C2" {
		t.Errorf("verdicts: %+v", f.Verdicts)
	}
	stop()

	// Taken out of the configuration it stays as it was, can be forgotten, and
	// its name is free again.
	k = keeper(t, Config{Store: b, Now: time.Now})
	state, err := k.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if f := state.Feeds[0]; f.Location != "" || f.NextTry != nil || f.Indicators != 1 {
		t.Errorf("a feed that is not configured any more: %+v", f)
	}
	if err := k.ForgetFeed(t.Context(), "blocked"); err != nil {
		t.Error(err)
	}
	importFeed(t, k, "blocked", time.Now(), "45.83.64.9")
}

// A database is read again when it changes; one that is broken is named, and
// the last good one stays in use.
func TestDatabases(t *testing.T) {
	good, broken := shared.Path(t, "data/maxmind-test-data/GeoLite2-Country-Test.mmdb"), shared.Path(t, "data/maxmind-test-data/MaxMind-DB-test-broken-search-tree-24.mmdb")
	file := filepath.Join(t.TempDir(), "country.mmdb")
	copyFile := func(from string) {
		t.Helper()
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file+".new", text, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			t.Fatal(err)
		}
	}
	copyFile(broken)
	k := keeper(t, Config{Geo: []string{file, filepath.Join(t.TempDir(), "absent.mmdb")}, WatchEvery: 5 * time.Millisecond})
	geoState := func(want func([]GeoState) bool) {
		t.Helper()
		var s *State
		for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			var err error
			if s, err = k.State(t.Context()); err != nil {
				t.Fatal(err)
			}
			if want(s.Geo) {
				return
			}
		}
		t.Fatalf("the databases stay %+v", s.Geo)
	}
	country := func(want string) {
		t.Helper()
		if got := lookup(t, k, "2.125.160.216", day).Country; got != want {
			t.Errorf("country %q, want %q", got, want)
		}
	}
	geoState(func(g []GeoState) bool {
		return g[0].Error != "" && g[0].Networks == 0 && strings.Contains(g[1].Error, "absent.mmdb")
	})
	before := k.Current().Hash
	running(t, k)
	copyFile(good)
	geoState(func(g []GeoState) bool { return g[0].Error == "" && g[0].Country && g[0].Networks > 100 })
	await(t, k)
	country("gb")
	if k.Current().Hash == before {
		t.Error("a new database does not change the hash")
	}
	copyFile(broken)
	geoState(func(g []GeoState) bool { return g[0].Error != "" && g[0].Networks > 100 })
	country("gb")
}
