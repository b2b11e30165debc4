package duckdb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/store"
	"weir/internal/store/storetest"
)

// content returns a hash of the rows of each of our tables, in any order.
func content(t *testing.T, s *Store) map[string]string {
	t.Helper()
	tables, err := storetest.Table(s.Query(t.Context(), "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'weir'"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, name := range tables {
		sums, err := storetest.Table(s.Query(t.Context(), fmt.Sprintf("SELECT count(*), coalesce(bit_xor(hash(t)), 0), coalesce(sum(hash(t) %% 1000003), 0)::BIGINT FROM weir.%s t", name[0])))
		if err != nil {
			t.Fatal(err)
		}
		all[name[0].(string)] = fmt.Sprint(sums[0])
	}
	return all
}

// fillDays stores so many rows for each of some days from storetest.Start on.
func fillDays(t *testing.T, s *Store, days, rows int) {
	t.Helper()
	for day := range days {
		d := storetest.Delta()
		for n := range rows {
			r := storetest.Row(n)
			r.Interval += int64(day)*86400 + int64(n%144)*600 - int64(n%6)*600
			r.First, r.Last = r.Interval*1000, r.Interval*1000+599_000
			r.Port = uint16(n)
			d.Rows = append(d.Rows, r)
		}
		o := storetest.Object(fmt.Sprintf("/day%d", day))
		o.FirstTuple, o.LastTuple = d.Rows[0].First, d.Rows[len(d.Rows)-1].Last
		d.Objects = []store.Object{o}
		if err := s.Commit(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
}

func deleteDays(t *testing.T, s *Store, days int) {
	t.Helper()
	until := storetest.Start.Add(time.Duration(days) * 24 * time.Hour)
	s.commit.Lock()
	defer s.commit.Unlock()
	if err := s.writer.conn.run(t.Context(), "DELETE FROM weir.fact WHERE interval_start < "+timestamp(until.UnixMicro())+"; CHECKPOINT"); err != nil {
		t.Fatal(err)
	}
}

// TestCompact gives back what is free, while questions are asked, and loses nothing.
func TestCompact(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, Options{Answerer: answering})
	fillDays(t, s, 4, 130_000)
	err := s.Learn(t.Context(), store.Learning{
		Put:          []store.Document{{Kind: "k", Name: "n", At: storetest.Start, Body: []byte(strings.Repeat("\x00body", 100_000))}},
		Applications: []store.Application{{Port: 1, Protocol: 6, Name: "one"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	deleteDays(t, s, 3)
	before, usage := content(t, s), usageOf(t, s)
	if usage.Free < usage.File/4 {
		t.Fatalf("%d of %d bytes are free after deleting three days of four", usage.Free, usage.File)
	}
	var asking sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		asking.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				ask := s.Query
				sql := "SELECT count(*) FROM weir.fact"
				if n%5 == 0 {
					ask = func(ctx context.Context, sql string, _ ...any) (store.Rows, error) { return s.SQL(ctx, sql) }
					sql = "SELECT count(*) FROM flows"
				}
				table, err := storetest.Table(ask(context.Background(), sql))
				if errors.Is(err, errCompacted) {
					continue
				}
				if err != nil || table[0][0] != int64(130_000) {
					t.Errorf("%s: %v, %v", sql, table, err)
					return
				}
			}
		})
	}
	var last store.Compacting
	done, err := s.Compact(t.Context(), func(p store.Compacting) { last = p })
	close(stop)
	asking.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if last.Done != last.Total || last.Total < 130_000 {
		t.Errorf("progress ends with %+v", last)
	}
	after := usageOf(t, s)
	if done.After >= done.Before*3/4 || done.After != after.File+after.Log || after.Free > after.File/10 {
		t.Errorf("%+v; before %+v, after %+v", done, usage, after)
	}
	check := func(what string) {
		t.Helper()
		if diff := cmp.Diff(before, content(t, s)); diff != "" {
			t.Errorf("%s (-before +after):\n%s", what, diff)
		}
	}
	check("what is stored")
	if info, err := os.Stat(filepath.Join(dir, fileName)); err != nil || info.Mode().Perm() != fileMode {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	if _, err := os.Stat(filepath.Join(dir, newName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something is left of the copy: %v", err)
	}
	if table, err := storetest.Table(s.SQL(t.Context(), "SELECT count(*) FROM flows")); err != nil || table[0][0] != int64(130_000) {
		t.Errorf("a question in SQL: %v, %v", table, err)
	}
	// It goes on, also for another process; and opens again.
	fillDays(t, s, 1, 10)
	before = content(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = newStore(t, dir, Options{})
	check("what is stored after closing")
	// Compacting what is compact changes nothing to speak of.
	if done, err := s.Compact(t.Context(), nil); err != nil || done.After > done.Before+1<<20 {
		t.Errorf("again: %+v, %v", done, err)
	}
	check("what is stored after compacting again")
}

func usageOf(t *testing.T, s *Store) store.Usage {
	t.Helper()
	u, err := s.Usage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestFreeBlocks checks that what is deleted makes room for what comes: a store
// that forgets as much as it gets stays as large as it is.
func TestFreeBlocks(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	fillDays(t, s, 3, 130_000)
	first := usageOf(t, s)
	facts := first.Tables[slices.IndexFunc(first.Tables, func(t store.TableUsage) bool { return t.Table == store.TableFacts })]
	if facts.Bytes < (first.File-first.Free)/5 || len(first.Days) != 4 || first.Days[1].Bytes > facts.Bytes*4/10 {
		t.Errorf("three days from noon are %+v, %+v", facts, first.Days)
	}
	const rounds = 8
	for range rounds {
		deleteDays(t, s, 3)
		fillDays(t, s, 3, 130_000)
	}
	last := usageOf(t, s)
	if last.File > 2*first.File {
		t.Errorf("it has %d bytes, and %d after %d rounds of as much", first.File, last.File, rounds)
	}
}

// TestCompactRefused leaves everything as it is.
func TestCompactRefused(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	fillDays(t, s, 1, 1000)
	before := content(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := s.Compact(ctx, func(store.Compacting) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped on its way: %v", err)
	}
	if diff := cmp.Diff(before, content(t, s)); diff != "" {
		t.Error(diff)
	}
	rows, err := s.Query(t.Context(), "SELECT * FROM range(10000000)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	rows.Next()
	if release, ok := s.hold(t.Context(), 0); ok {
		release()
		t.Error("a question that is being answered is not waited for")
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	fillDays(t, s, 1, 10)
}

// TestCompactDiskFull has no room for a copy.
func TestCompactDiskFull(t *testing.T) {
	dir := mountTmpfs(t, "34m")
	s := newStore(t, dir, Options{})
	fillDays(t, s, 1, 100_000)
	before := content(t, s)
	_, err := s.Compact(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "MB beside the old file, and the disk has") {
		t.Errorf("no room: %v", err)
	}
	if diff := cmp.Diff(before, content(t, s)); diff != "" {
		t.Error(diff)
	}
	fillDays(t, s, 1, 10)
}

// TestKillCompact kills a process with SIGKILL while it compacts and commits,
// again and again.
func TestKillCompact(t *testing.T) {
	dir := t.TempDir()
	before := int64(0)
	for i := range 6 {
		c := startChild(t, "compact", dir)
		wait := 300*time.Millisecond + time.Duration(rand.IntN(1200))*time.Millisecond
		time.Sleep(wait)
		last := c.kill()
		s, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatalf("after %s: %v", wait, err)
		}
		after := checkLedger(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if after < before || after < last+1 || last >= 0 && after > last+2 {
			t.Fatalf("killed after %s: %d deltas, then %d, but the last said to be committed is number %d", wait, before, after, last)
		}
		t.Logf("kill %d after %s: %d deltas", i+1, wait, after)
		before = after
	}
}
