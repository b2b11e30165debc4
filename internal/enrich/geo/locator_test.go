package geo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"weir/internal/flow"
)

func countryDB(t testing.TB, code string) []byte {
	t.Helper()
	return mmdb(t, "country of "+code, 6, map[string]record{"8.0.0.0/8": {"country_code": mmdbtype.String(code)}})
}

// put replaces a file as publishers' tools do, at once and with a new time.
func put(t testing.TB, path string, data []byte, at time.Time) {
	t.Helper()
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path+".new", at, at); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

func TestLocatorKeepsTheLastGoodFile(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "country.mmdb")
	builtIn := read(t, "built in", mmdb(t, "built in", 6, map[string]record{
		"8.0.0.0/8": {"country_code": mmdbtype.String("AQ")}, "9.0.0.0/8": {"country_code": mmdbtype.String("AQ")},
	}))
	country := func(l *Locator) string { return l.Find(flow.MustParseAddr("8.8.8.8")).Country }

	l, err := NewLocator([]string{path}, builtIn)
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v for a file that is absent", err)
	}
	if got := country(l); got != "aq" {
		t.Errorf("without the file: %q, want what is built in", got)
	}

	put(t, path, countryDB(t, "US"), start)
	if changed, err := l.Reload(start); !changed || err != nil {
		t.Errorf("a new file: changed %v, error %v", changed, err)
	}
	if got := country(l); got != "us" {
		t.Errorf("with the file: %q", got)
	}
	if got := l.Find(flow.MustParseAddr("9.9.9.9")).Country; got != "aq" {
		t.Errorf("what the file does not know: %q, want what is built in", got)
	}
	if changed, err := l.Reload(start); changed || err != nil {
		t.Errorf("nothing new: changed %v, error %v", changed, err)
	}

	broken, err := os.ReadFile(sharedFile(t, "GeoIP2-City-Test-Broken-Double-Format.mmdb"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, path, broken, start.Add(time.Hour))
	for range 2 { // the fault stays known while the file stays as it is
		changed, err := l.Reload(start.Add(time.Hour))
		if changed || !errors.Is(err, ErrBroken) {
			t.Errorf("a broken file: changed %v, error %v", changed, err)
		}
	}
	if got := country(l); got != "us" {
		t.Errorf("after a broken file: %q, want what was last good", got)
	}
	status := l.Status()
	if len(status) != 1 || status[0].Err == nil || status[0].Info.Type != "country of US" || !status[0].Checked.Equal(start.Add(time.Hour)) {
		t.Errorf("status %+v", status)
	}

	put(t, path, countryDB(t, "SE"), start.Add(2*time.Hour))
	if changed, err := l.Reload(start.Add(2 * time.Hour)); !changed || err != nil || country(l) != "se" {
		t.Errorf("a good file again: changed %v, error %v, country %q", changed, err, country(l))
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if changed, err := l.Reload(start); changed || err == nil || country(l) != "se" {
		t.Errorf("the file is gone: changed %v, error %v, country %q", changed, err, country(l))
	}
	put(t, path, countryDB(t, "SE"), start.Add(2*time.Hour))
	if _, err := l.Reload(start); err != nil {
		t.Errorf("the file is back: error %v", err)
	}
	if d := cmp.Diff([]string{"country of SE", "built in"}, l.Attributions()); d != "" {
		t.Errorf("Attributions() (-want +got):\n%s", d)
	}
}

// Look-ups go on while databases come and go; each sees one of them whole.
func TestLocatorIsAskedWhileItReloads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "country.mmdb")
	us, se := countryDB(t, "US"), countryDB(t, "SE")
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	put(t, path, us, start)
	l, err := NewLocator([]string{path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for ctx.Err() == nil {
				if got := l.Find(flow.MustParseAddr("8.8.8.8")).Country; got != "us" && got != "se" {
					t.Errorf("country %q", got)
					return
				}
			}
		})
	}
	for i := range 20 {
		data := us
		if i%2 == 0 {
			data = se
		}
		put(t, path, data, start.Add(time.Duration(i+1)*time.Second))
		if changed, err := l.Reload(start); !changed || err != nil {
			t.Errorf("changed %v, error %v", changed, err)
		}
	}
	cancel()
	asking.Wait()
}
