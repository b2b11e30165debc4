package main

import (
	"context"
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/config"
	"weir/internal/insight"
	"weir/internal/pipeline"
	"weir/internal/simulate"
	"weir/internal/source/dir"
	"weir/internal/store"
	"weir/internal/store/duckdb"
	"weir/internal/store/storetest"
)

// TestForgettingChangesNoAnswer compares a store that forgets with one that does
// not: over the time that is kept every answer is the same, whatever was read
// before and after, and reading all logs again changes nothing.
func TestForgettingChangesNoAnswer(t *testing.T) {
	ctx := context.Background()
	logs := filepath.Join(t.TempDir(), "logs")
	start := time.Date(2026, 11, 1, 18, 0, 0, 0, time.UTC)
	_, err := simulate.Write(ctx, simulate.Config{Out: logs, Start: start, Hours: 42, VMs: 12, Seed: 5, Rate: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	var objects []string
	err = filepath.WalkDir(logs, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "PT1H.json" {
			objects = append(objects, path)
		}
		return err
	})
	if err != nil || len(objects) == 0 {
		t.Fatalf("%d objects, %v", len(objects), err)
	}
	open := func() *local {
		s, err := duckdb.Open(ctx, t.TempDir(), duckdb.Options{Command: "test"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return &local{store: s, config: config.Default(), engine: ingestMemoryMB}
	}
	read := func(l *local, oldest time.Time, paths ...string) pipeline.Summary {
		t.Helper()
		k, err := l.keeper(ctx)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := pipeline.Run(ctx, pipeline.Config{Store: l.store, Source: dir.New(paths...), Keeper: k, Oldest: oldest})
		if err == nil {
			err = l.settled.run(ctx, nil)
		}
		if err == nil {
			_, err = l.store.RollUp(ctx)
		}
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	end := start.Add(42 * time.Hour)
	kept := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC) // of the third day
	answers := func(l *local) map[string]string {
		t.Helper()
		all := map[string]string{}
		note := func(name string, answer any, err error) {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			text, err := json.Marshal(answer)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = string(text)
		}
		for name, from := range map[string]time.Time{"all": kept, "part": kept.Add(3*time.Hour + 20*time.Minute)} {
			q := insight.Question{From: from, To: end, Limit: 50}
			h, err := insight.Hosts(ctx, l.store, q)
			note("hosts "+name, h, err)
			c, err := insight.Conversations(ctx, l.store, q)
			note("conversations "+name, c, err)
			p, err := insight.Ports(ctx, l.store, q)
			note("ports "+name, p, err)
			r, err := insight.Rules(ctx, l.store, q)
			note("rules "+name, r, err)
			traffic, err := insight.Traffic(ctx, l.store, from, end, nil, 100)
			note("traffic "+name, traffic, err)
		}
		flows, err := storetest.Table(l.store.Query(ctx, "SELECT * FROM flows WHERE interval_start >= ? ORDER BY ALL", kept))
		note("flows", flows, err)
		return all
	}
	same := func(what string, want, got map[string]string) {
		t.Helper()
		for name, answer := range want {
			if got[name] != answer {
				t.Errorf("%s: %s differ (-kept for ever +forgotten):\n%s", what, name, cmp.Diff(answer, got[name]))
			}
		}
	}
	count := func(l *local) (n int64) {
		t.Helper()
		u, err := l.store.Usage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range u.Days {
			if d.Table == store.TableFacts && d.Day.Before(kept) {
				n += d.Rows
			}
		}
		return n
	}
	h := store.Horizon{Intervals: kept, Hours: kept, Days: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)}

	ever := open()
	read(ever, time.Time{}, logs)
	want := answers(ever)
	if count(ever) == 0 {
		t.Fatal("there is nothing to forget")
	}

	forgetful := open()
	read(forgetful, time.Time{}, logs)
	done, err := forgetful.store.Forget(ctx, h)
	if err != nil || done.Horizon != h || done.Facts != count(ever) {
		t.Fatalf("forgot %+v, %v, want %d facts", done, err, count(ever))
	}
	same("forgotten", want, answers(forgetful))
	// Of an earlier range the answer says from when on it is whole.
	earlier, err := insight.Traffic(ctx, forgetful.store, start, end, nil, 100)
	if err != nil || earlier.Detail == nil || !earlier.Detail.Equal(kept) {
		t.Errorf("a range that begins before the horizon: %+v, %v", earlier.Range, err)
	}
	// Everything once more, under another version.
	for _, path := range objects {
		if err := os.Chtimes(path, time.Now(), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	sum := read(forgetful, time.Time{}, logs)
	if sum.Rows != 0 || sum.TooOldObjects == 0 || sum.Rejected != 0 {
		t.Errorf("read again: %+v", sum)
	}
	same("read again", want, answers(forgetful))
	if n := count(forgetful); n != 0 {
		t.Errorf("%d rows are back", n)
	}

	// Half of the objects before forgetting, and the rest after it.
	rng := rand.New(rand.NewPCG(1, 1))
	mixed := slices.Clone(objects)
	rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	late := open()
	read(late, time.Time{}, mixed[:len(mixed)/2]...)
	if _, err := late.store.Forget(ctx, h); err != nil {
		t.Fatal(err)
	}
	sum = read(late, kept, mixed[len(mixed)/2:]...)
	if sum.TooOldObjects == 0 {
		t.Errorf("no object was too old: %+v", sum)
	}
	same("half of it read later", want, answers(late))
	if n := count(late); n != 0 {
		t.Errorf("%d rows are back", n)
	}
}
