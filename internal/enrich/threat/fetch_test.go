package threat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
)

// server gives out one answer after the other, the last one for ever.
func server(t testing.TB, answers ...http.HandlerFunc) (url string, calls *atomic.Int64) {
	t.Helper()
	calls = &atomic.Int64{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(calls.Add(1)) - 1
		answers[min(n, len(answers)-1)](w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/list.txt", calls
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"`+fmt.Sprint(len(body))+`"`)
		w.Header().Set("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
		if r.Header.Get("If-None-Match") == w.Header().Get("ETag") {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, body)
	}
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

// fetcher has a clock that stands still until it is moved.
func fetcher(now *time.Time) *Fetcher {
	return &Fetcher{Now: func() time.Time { return *now }, Jitter: func() float64 { return 0.5 }}
}

func malicious(t testing.TB, k *Kept, address string, at time.Time) bool {
	t.Helper()
	return newSet(t, SetConfig{Feeds: []Feed{{k.Source.Name, k.History}}}).Judge(flow.MustParseAddr(address), at).Malicious
}

func TestRefresh(t *testing.T) {
	url, calls := server(t, text("20.0.0.1\n20.0.0.2\n"), text("20.0.0.1\n20.0.0.2\n"), text("20.0.0.1\n"))
	now := day(10)
	f := fetcher(&now)
	k := &Kept{Source: Source{Name: "list", Location: url, Every: 2 * time.Hour}}
	refresh := func(want Changes) {
		t.Helper()
		got, err := f.Refresh(context.Background(), k)
		if err != nil || got != want {
			t.Errorf("Refresh() = %+v, %v, want %+v", got, err, want)
		}
		if !k.State.NextTry.Equal(now.Add(2*time.Hour)) || !k.State.Good.Equal(now) || k.State.Error != "" {
			t.Errorf("state %+v", k.State)
		}
	}
	refresh(Changes{Added: 2})
	now = day(11)
	refresh(Changes{Kept: 2}) // 304
	if _, last := k.History.Reads(); !last.Equal(day(11)) || !k.State.Changed.Equal(day(10)) {
		t.Errorf("last read %s, changed %s", last, k.State.Changed)
	}
	now = day(12)
	refresh(Changes{Gone: 1, Kept: 1})
	if calls.Load() != 3 || malicious(t, k, "20.0.0.2", day(12)) || !malicious(t, k, "20.0.0.2", day(11)) {
		t.Errorf("%d calls; 20.0.0.2 is judged wrongly", calls.Load())
	}
}

func TestRefreshFailureKeepsTheLastGoodState(t *testing.T) {
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	f := func(name, want string, answer http.HandlerFunc) {
		t.Helper()
		url, _ := server(t, text("20.0.0.1\n"), answer, text("20.0.0.1\n20.0.0.2\n"))
		now := day(10)
		f := fetcher(&now)
		k := &Kept{Source: Source{Name: "list", Location: url, MaxBytes: 1000, Timeout: time.Second}}
		if _, err := f.Refresh(context.Background(), k); err != nil {
			t.Fatal(err)
		}
		now = day(11)
		_, err := f.Refresh(context.Background(), k)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "threat feed list from "+url) {
			t.Errorf("%s: error %v, want one with %q", name, err, want)
			return
		}
		if k.State.Error != err.Error() || k.State.Failures != 1 || !k.State.Checked.Equal(day(11)) ||
			!k.State.Good.Equal(day(10)) || !k.State.NextTry.Equal(day(11).Add(firstRetry)) {
			t.Errorf("%s: state %+v", name, k.State)
		}
		if !malicious(t, k, "20.0.0.1", day(11)) {
			t.Errorf("%s: what was last good is lost", name)
		}
		now = day(12)
		if c, err := f.Refresh(context.Background(), k); err != nil || c.Added != 1 || k.State.Failures != 0 || k.State.Error != "" {
			t.Errorf("%s: it does not recover: %+v, %v, %+v", name, c, err, k.State)
		}
	}
	f("500", "the server answers 500", status(http.StatusInternalServerError))
	f("404", "the server answers 404", status(http.StatusNotFound))
	f("huge", "larger than 1000 bytes", text(strings.Repeat("20.0.0.1\n", 1000)))
	f("truncated", "unexpected EOF", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "20.0.0.9\n")
	})
	f("a web page", "a web page", text("<html>sign in</html>"))
	f("empty", "it is empty", text(""))
	f("moved", "cannot be read, such as", text("the list\nhas moved\n"))
	f("half of a bundle", "unexpected end of JSON", text(`{"type":"bundle","objects":[{"type":"indi`))
	f("slow", "deadline exceeded", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "20.0.0.9\n")
		if flusher, ok := w.(http.Flusher); ok {
			flusher.Flush()
		}
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	})
}

// Not modified since when? Nothing was read yet.
func TestRefreshNotModifiedAtFirst(t *testing.T) {
	url, _ := server(t, status(http.StatusNotModified))
	now := day(1)
	k := &Kept{Source: Source{Name: "list", Location: url}}
	if _, err := fetcher(&now).Refresh(context.Background(), k); err == nil || !strings.Contains(err.Error(), "the server answers 304") {
		t.Errorf("error %v", err)
	}
}

func TestBackOff(t *testing.T) {
	url, _ := server(t, status(http.StatusServiceUnavailable))
	now := day(1)
	f := fetcher(&now)
	k := &Kept{Source: Source{Name: "list", Location: url}}
	var waits []time.Duration
	for range 13 {
		if _, err := f.Refresh(context.Background(), k); err == nil {
			t.Fatal("no error")
		}
		waits = append(waits, k.State.NextTry.Sub(now))
		now = k.State.NextTry
	}
	want := []time.Duration{
		30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute,
		64 * time.Minute, 128 * time.Minute, 256 * time.Minute, 6 * time.Hour, 6 * time.Hour, 6 * time.Hour,
	}
	if d := cmp.Diff(want, waits); d != "" {
		t.Errorf("waits (-want +got):\n%s", d)
	}
	// Jitter moves the next try by a tenth at most.
	for jitter, want := range map[float64]time.Duration{0: 27 * time.Second, 0.5: 30 * time.Second, 1: 33 * time.Second} {
		var s State
		s.fail(day(1), errors.New("x"), jitter, 0)
		if got := s.NextTry.Sub(day(1)); got != want {
			t.Errorf("with jitter %v: %s, want %s", jitter, got, want)
		}
	}
	// The server's own wish, within a day.
	for header, want := range map[string]time.Duration{"900": 15 * time.Minute, "1": 30 * time.Second, "9999999": 24 * time.Hour, "soon": 30 * time.Second} {
		url, _ := server(t, status(http.StatusTooManyRequests, "Retry-After", header))
		k := &Kept{Source: Source{Name: "list", Location: url}}
		if _, err := f.Refresh(context.Background(), k); err == nil || k.State.NextTry.Sub(now) != want {
			t.Errorf("Retry-After %s: error %v, next try in %s, want %s", header, err, k.State.NextTry.Sub(now), want)
		}
	}
}

func TestRefreshFromFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.txt")
	now := day(1)
	f := fetcher(&now)
	k := &Kept{Source: Source{Name: "list", Location: path, Options: Options{Category: C2}}}
	if _, err := f.Refresh(context.Background(), k); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("an absent file: error %v", err)
	}
	write := func(text string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	write("20.0.0.1\n", day(1))
	if c, err := f.Refresh(context.Background(), k); err != nil || c.Added != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := f.Refresh(context.Background(), k); err != nil || c != (Changes{Kept: 1}) {
		t.Errorf("unchanged: %+v, %v", c, err)
	}
	write("20.0.0.2\n", day(2)) // as long as before
	if c, err := f.Refresh(context.Background(), k); err != nil || c != (Changes{Added: 1, Gone: 1}) {
		t.Errorf("changed: %+v, %v", c, err)
	}
	k.Source.MaxBytes = 3
	write("20.0.0.3\n", day(3))
	if _, err := f.Refresh(context.Background(), k); err == nil || !strings.Contains(err.Error(), "larger than 3 bytes") {
		t.Errorf("too large: error %v", err)
	}
}

func TestRefreshSendsWhatTheSourceSays(t *testing.T) {
	var got http.Header
	url, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		fmt.Fprint(w, "20.0.0.1\n")
	})
	now := day(1)
	k := &Kept{Source: Source{Name: "list", Location: url, Header: map[string]string{"Auth-Key": "secret"}}}
	if _, err := fetcher(&now).Refresh(context.Background(), k); err != nil {
		t.Fatal(err)
	}
	if got.Get("Auth-Key") != "secret" || got.Get("User-Agent") != "weir" || got.Get("If-None-Match") != "" {
		t.Errorf("%v", got)
	}
}

// Ending the program is no failure of a feed.
func TestRefreshEnds(t *testing.T) {
	url, _ := server(t, text("20.0.0.1\n"))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	now := day(1)
	k := &Kept{Source: Source{Name: "list", Location: url}}
	if _, err := fetcher(&now).Refresh(ctx, k); !errors.Is(err, context.Canceled) || k.State.Failures != 0 {
		t.Errorf("error %v, state %+v", err, k.State)
	}
}

// keepAll keeps feeds beside each other until the context ends; done is told of
// one look after the other.
func keepAll(ctx context.Context, f *Fetcher, feeds []*Kept, done func(*Kept, Changes, error)) error {
	var one sync.Mutex
	var all sync.WaitGroup
	for _, k := range feeds {
		all.Go(func() {
			for ctx.Err() == nil {
				c, looked, err := f.Keep(ctx, k)
				if looked && ctx.Err() == nil {
					one.Lock()
					done(k, c, err)
					one.Unlock()
				}
				select {
				case <-time.After(max(k.State.NextTry.Sub(f.now()), 0)):
				case <-ctx.Done():
				}
			}
		})
	}
	all.Wait()
	return ctx.Err()
}

func TestKeepLooksWhenItIsTime(t *testing.T) {
	folder := t.TempDir()
	good, absent := filepath.Join(folder, "good"), filepath.Join(folder, "absent")
	if err := os.WriteFile(good, []byte("20.0.0.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) { // in a bubble with a clock of its own
		start := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), 150*time.Minute)
		defer cancel()
		f := &Fetcher{Jitter: func() float64 { return 0.5 }}
		var looks []string
		err := keepAll(ctx, f, []*Kept{
			{Source: Source{Name: "good", Location: good}},
			{Source: Source{Name: "absent", Location: absent}},
		}, func(k *Kept, _ Changes, err error) {
			looks = append(looks, fmt.Sprintf("%s %s %v", k.Source.Name, time.Since(start), err == nil))
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		want := []string{
			"good 0s true", "absent 0s false", "absent 30s false", "absent 1m30s false", "absent 3m30s false", "absent 7m30s false",
			"absent 15m30s false", "absent 31m30s false", "good 1h0m0s true", "absent 1h3m30s false", "good 2h0m0s true", "absent 2h7m30s false",
		}
		slices.Sort(looks[:2]) // nobody is first at one instant
		slices.Sort(want[:2])
		if d := cmp.Diff(want, looks); d != "" {
			t.Errorf("looks (-want +got):\n%s", d)
		}
	})
}
