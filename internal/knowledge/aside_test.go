package knowledge

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"weir/internal/enrich/threat"
)

// numbered lists so many addresses.
func numbered(n int) []string {
	lines := []string{"# a list"}
	for i := range n {
		lines = append(lines, fmt.Sprintf("45.83.64.%d", i))
	}
	return lines
}

// A reading by hand that would drop most of a feed waits, also over a restart,
// until it is confirmed or repeats.
func TestImportsThatShrink(t *testing.T) {
	s := openStore(t, t.TempDir())
	k := keeper(t, Config{Store: s})
	again := func() { k = keeper(t, Config{Store: s}) }
	importFeed(t, k, "list", day, numbered(100)...)
	reading := func(lines int, confirm bool) error {
		_, err := k.ImportThreats(t.Context(), ThreatInput{
			Name: "list", File: "list.txt", At: day.Add(time.Hour), Content: []byte(strings.Join(numbered(lines), "\n")), Confirm: confirm,
		})
		return err
	}
	state := func() FeedState {
		t.Helper()
		state, err := k.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return state.Feeds[0]
	}
	aside := func() {
		t.Helper()
		hash := k.Current().Hash
		if err := reading(20, false); err == nil || !strings.Contains(err.Error(), "would drop 80 of its 100 indicators") || !strings.Contains(err.Error(), "--confirm") {
			t.Errorf("error %v", err)
		}
		again()
		f := state()
		if f.Indicators != 100 || f.Aside == nil || f.Aside.Gone != 80 || f.Aside.Indicators != 20 || !strings.Contains(f.Error, "weir threat confirm list") || f.Failures != 1 {
			t.Errorf("kept aside: %+v, %+v", f, f.Aside)
		}
		if k.Current().Hash != hash || !lookup(t, k, "45.83.64.50", day).Malicious {
			t.Error("what is kept aside is used")
		}
	}
	taken := func(want int) {
		t.Helper()
		for range 2 {
			if f := state(); f.Indicators != want || f.Aside != nil || f.Error != "" || f.Failures != 0 {
				t.Errorf("taken: %+v", f)
			}
			again()
		}
		docs, err := s.Documents(t.Context(), kindFeedAside)
		if err != nil || len(docs) > 0 {
			t.Errorf("%d documents of what is kept aside, %v", len(docs), err)
		}
	}
	aside()
	if err := reading(20, false); err != nil { // it repeats
		t.Error(err)
	}
	taken(20)
	importFeed(t, k, "list", day.Add(2*time.Hour), numbered(100)...)
	aside()
	if err := k.ConfirmFeed(t.Context(), "list"); err != nil {
		t.Error(err)
	}
	taken(20)
	importFeed(t, k, "list", day.Add(3*time.Hour), numbered(100)...)
	aside()
	importFeed(t, k, "list", day.Add(4*time.Hour), numbered(101)...) // it was a slip
	taken(101)
	if err := reading(0, true); err != nil {
		t.Error(err)
	}
	taken(0)
	for name, want := range map[string]string{"list": "no reading of it is kept aside", "other": "there is none of that name"} {
		if err := k.ConfirmFeed(t.Context(), name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// What is confirmed while serve looks at a feed is not undone by the next look.
func TestConfirmWhileRunning(t *testing.T) {
	server := newFeedServer(t, strings.Join(numbered(100), "\n"))
	b := &brittle{Store: openStore(t, t.TempDir())}
	k := feedKeeper(t, b, 0, threat.Source{Name: "list", Location: server.URL, Every: 20 * time.Millisecond})
	stop := running(t, k)
	until(t, k, "first reading", func(f FeedState) bool { return f.Indicators == 100 })
	stop()
	server.set("# nothing\n", http.StatusOK)
	k.config.Feeds[0].Every = time.Hour
	k = feedKeeper(t, b, time.Minute, k.config.Feeds[0])
	running(t, k)
	f := until(t, k, "kept aside", func(f FeedState) bool { return f.Aside != nil })
	if f.Indicators != 100 || f.Failures != 1 || f.NextTry.Sub(*f.Checked) < 50*time.Minute {
		t.Errorf("kept aside: %+v", f)
	}
	if err := k.ConfirmFeed(t.Context(), "list"); err != nil {
		t.Fatal(err)
	}
	look := &threat.Kept{Source: k.config.Feeds[0], History: &threat.History{}, Aside: &threat.History{}}
	k.beforeLook(look)
	if listed, past := look.History.Len(); listed != 0 || past != 100 || look.Aside != nil || look.State.Error != "" {
		t.Errorf("the next look is at %d listed, %d past, %+v", listed, past, look.State)
	}
}

// A process that ended within a reading leaves a note, by which the next one waits.
func TestReadingIsNotedBeforeItIsTried(t *testing.T) {
	server := newFeedServer(t, "45.83.64.7\n")
	s := openStore(t, t.TempDir())
	source := threat.Source{Name: "list", Location: server.URL, Every: time.Hour}
	k := keeper(t, Config{Store: s, Feeds: []threat.Source{source}})
	noted := false
	look := &threat.Kept{Source: source}
	fetcher := threat.Fetcher{Now: func() time.Time { return day }, Begin: func(look *threat.Kept) {
		noted = true
		if err := k.noteReading(t.Context(), look); err != nil {
			t.Error(err)
		}
	}}
	if _, err := fetcher.Refresh(t.Context(), look); err != nil || !noted {
		t.Fatalf("noted %t, %v", noted, err)
	}
	// The process ends here, and nothing of the reading was kept.
	k = keeper(t, Config{Store: s, Feeds: []threat.Source{source}})
	state, err := k.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if f := state.Feeds[0]; f.Failures != 1 || f.NextTry == nil || !f.NextTry.After(day) || !strings.Contains(f.Error, "the process ended while it read") {
		t.Errorf("after the restart: %+v", f)
	}
}

// Secrets in the location or the headers of a feed are shown nowhere.
func TestSecretsOfFeeds(t *testing.T) {
	secrets := []string{"swordfish", "opensesame", "sesame"}
	var log bytes.Buffer
	var mu sync.Mutex
	logged := slog.New(slog.NewTextHandler(lockedWriter{&mu, &log}, nil))
	server := newFeedServer(t, "<html>")
	dead := newFeedServer(t, "")
	dead.Close()
	s := openStore(t, t.TempDir())
	for _, at := range []string{server.URL, dead.URL, "http://no-such-host.invalid"} {
		location := strings.Replace(at, "://", "://ann:swordfish@", 1) + "/list?key=opensesame"
		k := keeper(t, Config{Store: s, Now: time.Now, Feeds: []threat.Source{{Name: "list", Location: location, Header: map[string]string{"Auth-Key": "sesame"}, Timeout: 5 * time.Second}}})
		ctx, cancel := context.WithCancel(t.Context())
		var g sync.WaitGroup
		g.Go(func() { keepFresh(ctx, k, logged) })
		f := until(t, k, at, func(f FeedState) bool { return f.Failures > 0 && strings.Contains(f.Error, at) })
		cancel()
		g.Wait()
		if want := at + "/list"; f.Location != want || !strings.Contains(f.Error, want) {
			t.Errorf("location %q, error %q", f.Location, f.Error)
		}
		_, err := k.ImportThreats(t.Context(), ThreatInput{Name: "list"})
		mu.Lock()
		for where, text := range map[string]string{"state": fmt.Sprintf("%+v", f), "error": fmt.Sprint(err), "log": log.String()} {
			for _, secret := range secrets {
				if strings.Contains(text, secret) {
					t.Errorf("the %s has %q: %s", where, secret, text)
				}
			}
		}
		mu.Unlock()
	}
	docs, err := s.Documents(t.Context(), kindFeedState)
	if err != nil || len(docs) != 1 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	for _, secret := range secrets {
		if strings.Contains(string(docs[0].Body), secret) {
			t.Errorf("the store has %q: %s", secret, docs[0].Body)
		}
	}
}

// lockedWriter lets a log be read while it is written.
type lockedWriter struct {
	mu *sync.Mutex
	w  *bytes.Buffer
}

func (l lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
