package threat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// numbered lists so many addresses.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "45.9.%d.%d\n", i/256, i%256)
	}
	return b.String()
}

func TestReadingsThatShrink(t *testing.T) {
	f := func(name string, shrink Shrink, was, reading int, aside bool) {
		t.Helper()
		k := &Kept{Source: Source{Name: "list", Shrink: shrink}}
		if _, err := k.Take(parse(t, numbered(was), Options{}), day(1), false); err != nil {
			t.Fatal(err)
		}
		_, err := k.Take(parse(t, "# nothing more\n"+numbered(reading), Options{}), day(2), false)
		var shrunk *ShrunkError
		if got := errors.As(err, &shrunk); got != aside || got != (k.Aside != nil) || got != (k.State.Aside != nil) {
			t.Errorf("%s: error %v, aside %v", name, err, k.State.Aside)
		}
		want := reading
		if aside {
			want = was
		}
		if listed, _ := k.History.Len(); listed != want {
			t.Errorf("%s: %d listed, want %d", name, listed, want)
		}
	}
	f("half", 0, 22, 11, true)
	f("less than half", 0, 23, 12, false)
	f("all of few", 0, 10, 0, false)
	f("all of eleven", 0, 11, 0, true)
	f("another share", 90, 100, 11, false)
	f("more than another share", 90, 100, 10, true)
	f("whatever", AnyShrink, 100, 0, false)
}

func TestReadingsAsideAreTaken(t *testing.T) {
	take := func(k *Kept, reading int, d int, confirmed bool) error {
		_, err := k.Take(parse(t, "# a list\n"+numbered(reading), Options{}), day(d), confirmed)
		return err
	}
	start := func() *Kept {
		k := &Kept{Source: Source{Name: "list"}}
		if err := take(k, 100, 1, false); err != nil {
			t.Fatal(err)
		}
		if err := take(k, 20, 2, false); err == nil || !strings.Contains(err.Error(), "would drop 80 of its 100 indicators") || !strings.Contains(err.Error(), "weir threat confirm list") {
			t.Fatalf("error %v", err)
		}
		return k
	}
	listed := func(k *Kept) int { n, _ := k.History.Len(); return n }
	if k := start(); take(k, 21, 3, false) != nil || listed(k) != 21 || k.Aside != nil || k.State.Aside != nil {
		t.Error("what repeats is not taken")
	}
	if k := start(); take(k, 99, 3, false) != nil || listed(k) != 99 || k.Aside != nil {
		t.Error("a reading that is as before is not taken")
	}
	if k := start(); take(k, 0, 3, false) == nil || listed(k) != 100 || k.State.Aside.Indicators != 0 {
		t.Error("another loss is taken for the same")
	}
	if k := start(); take(k, 1, 3, true) != nil || listed(k) != 1 || k.Aside != nil {
		t.Error("what is confirmed is not taken")
	}
	if k := start(); !k.Confirm() || listed(k) != 20 || k.Aside != nil || k.State.Indicators != 20 || k.State.Error != "" || k.Confirm() {
		t.Error("what was kept aside cannot be confirmed")
	}
}

// A look that is kept aside is a failure, but not one to try again at once.
func TestRefreshKeepsAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list")
	now := day(1)
	f := fetcher(&now)
	k := &Kept{Source: Source{Name: "list", Location: path, Every: 2 * time.Hour}}
	look := func(lines int) error {
		t.Helper()
		if err := os.WriteFile(path, []byte("# list\n"+numbered(lines)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := f.Refresh(context.Background(), k)
		now = now.Add(2 * time.Hour)
		return err
	}
	if err := look(100); err != nil {
		t.Fatal(err)
	}
	at := now
	if err := look(0); err == nil || k.State.Failures != 1 || k.State.Error != err.Error() || !k.State.NextTry.Equal(at.Add(2*time.Hour)) {
		t.Errorf("error %v, state %+v", err, k.State)
	}
	if err := look(0); err != nil || k.State.Failures != 0 || k.State.Error != "" || k.State.Indicators != 0 {
		t.Errorf("again: error %v, state %+v", err, k.State)
	}
}

// A reading that ended the process is a failure of the next one, and is not
// tried at once.
func TestReadingThatEndedTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(path, []byte("45.9.148.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	now := day(1)
	f := fetcher(&now)
	var begun State
	f.Begin = func(k *Kept) { begun = k.State }
	k := &Kept{Source: Source{Name: "list", Location: path}}
	if _, err := f.Refresh(context.Background(), k); err != nil || !begun.Reading.Equal(day(1)) || !k.State.Reading.IsZero() {
		t.Errorf("error %v, at its beginning %+v, in the end %+v", err, begun, k.State)
	}
	for n, wait := range []time.Duration{firstRetry, 2 * firstRetry, 4 * firstRetry} {
		begun.Resume()
		if begun.Failures != n+1 || !begun.NextTry.Equal(now.Add(wait)) || !strings.Contains(begun.Error, "the process ended while it read") || !begun.Reading.IsZero() {
			t.Errorf("after %d: %+v", n+1, begun)
		}
		now = begun.NextTry
		begun.Reading = now
	}
	begun.Reading = time.Time{}
	was := begun
	if begun.Resume(); begun.Failures != was.Failures {
		t.Error("a process that ended well is a failure")
	}
}

// A feed that hangs, or a pipe that nobody writes to, delays no other.
func TestRunWaitsForNobody(t *testing.T) {
	folder := t.TempDir()
	pipe, good := filepath.Join(folder, "pipe"), filepath.Join(folder, "good")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	if err := os.WriteFile(good, []byte("45.9.148.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	hang := make(chan struct{})
	url, _ := server(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	var feeds []*Kept
	for n := range 5 {
		feeds = append(feeds, &Kept{Source: Source{Name: fmt.Sprint("dead", n), Location: url, Timeout: time.Hour}})
	}
	feeds = append(feeds, &Kept{Source: Source{Name: "pipe", Location: pipe}}, &Kept{Source: Source{Name: "good", Location: good}})
	got := map[string]string{}
	err := keepAll(ctx, &Fetcher{Turn: make(chan struct{}, 1)}, feeds, func(k *Kept, _ Changes, err error) {
		got[k.Source.Name] = fmt.Sprint(err)
		if len(got) == 2 {
			close(hang)
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || got["good"] != "<nil>" || !strings.Contains(got["pipe"], "a named pipe") {
		t.Errorf("error %v, looks %q", err, got)
	}
}
