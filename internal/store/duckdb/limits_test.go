package duckdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/store/storetest"
)

// TestSpill asks questions that need more memory than the store may use. What
// can be done on disk is; what cannot fails alone, with a hint.
func TestSpill(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, Options{MemoryLimitMB: 64, Threads: 2})
	got, err := storetest.Table(s.SQL(t.Context(), "SELECT count(*) FROM (SELECT range AS a, hash(range) AS b, range::VARCHAR AS c FROM range(2000000) ORDER BY b OFFSET 10)"))
	if err != nil || got[0][0] != int64(1_999_990) {
		t.Errorf("sorting: %v, %v", got, err)
	}
	_, err = storetest.Table(s.SQL(t.Context(), "SELECT list(range) FROM range(50000000)"))
	if err == nil || !strings.Contains(err.Error(), "needs more memory") || strings.Contains(err.Error(), "\n") {
		t.Errorf("a list of fifty millions: %v", err)
	}
	if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(0))); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, tempName)); err == nil {
		t.Error("the folder for spilling is left behind")
	}
}

// TestSpillLimit asks what spills, where nothing may be spilled and where less may
// be than it needs.
func TestSpillLimit(t *testing.T) {
	const sort = "SELECT count(*) FROM (SELECT range AS a, hash(range) AS b, range::VARCHAR AS c FROM range(10000000) ORDER BY b OFFSET 10)"
	f := func(spillMB int, answered bool) {
		t.Helper()
		s := newStore(t, t.TempDir(), Options{MemoryLimitMB: 64, SpillLimitMB: spillMB, Threads: 2})
		_, err := storetest.Table(s.Query(t.Context(), sort))
		if answered && err == nil {
			return
		}
		if answered || err == nil || !errors.Is(err, store.ErrMemory) || !strings.Contains(err.Error(), "more with memory and spill in the configuration") {
			t.Errorf("%d MiB may be spilled: %v", spillMB, err)
		}
		if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(0))); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	}
	f(-1, false)
	f(16, false)
	f(1000, true)
}

// TestLeftovers opens a store where a killed process left what it had in work.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{newName, tempName} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, fileName), []byte("half a file"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	newStore(t, dir, Options{}).Close()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != fileName+" "+lockName {
		t.Errorf("the folder has %s", got)
	}
}

// TestCommitWithoutMemory commits while a question that nobody reads to its
// end has all the memory of the engine: the commit waits for it, fails alone
// where it waits in vain, and the process lives.
func TestCommitWithoutMemory(t *testing.T) {
	t.Run("SQL", func(t *testing.T) { commitWithoutMemory(t, 64, (*Store).SQL) })
	for _, memoryMB := range []int{64, 512} {
		t.Run(fmt.Sprintf("Query, %d MiB", memoryMB), func(t *testing.T) {
			commitWithoutMemory(t, memoryMB, func(s *Store, ctx context.Context, query string) (store.Rows, error) { return s.Query(ctx, query) })
		})
	}
}

func commitWithoutMemory(t *testing.T, memoryMB int, ask func(*Store, context.Context, string) (store.Rows, error)) {
	s := newStore(t, t.TempDir(), Options{MemoryLimitMB: memoryMB, Threads: 2})
	var held []store.Rows
	for n := 8_000 * memoryMB; n > 500; {
		rows, err := ask(s, t.Context(), fmt.Sprintf("SELECT unnest(l) FROM (SELECT list(range::VARCHAR || 'abcdefghijklmnop') AS l FROM range(%d))", n))
		if err == nil && rows.Next() {
			held = append(held, rows)
			continue
		}
		if err == nil {
			rows.Close()
		}
		n /= 2
	}
	if len(held) == 0 {
		t.Fatal("no question takes memory")
	}
	d := storetest.Delta(storetest.Row(0))
	for i := range 20_000 {
		d.Rules = append(d.Rules, flow.Rule{ACL: strings.Repeat("long name of a rule ", 20), Name: strconv.Itoa(i)})
	}
	s.memoryWait = 200 * time.Millisecond
	err := s.Commit(t.Context(), d)
	if err == nil || !strings.Contains(err.Error(), "questions have all the memory") {
		t.Errorf("a commit without memory: %v", err)
	}
	s.memoryWait = time.Minute
	done := make(chan error)
	go func() { done <- s.Commit(t.Context(), d) }()
	for _, rows := range held {
		rows.Close()
	}
	if err := <-done; err != nil {
		t.Errorf("a commit that waits for memory: %v", err)
	}
	got, err := storetest.Table(s.Query(t.Context(), "SELECT count(*), min(len(acl)), max(len(acl)) FROM weir.rule WHERE acl LIKE 'long%'"))
	if diff := cmp.Diff([][]any{{int64(20_000), int64(400), int64(400)}}, got); err != nil || diff != "" {
		t.Errorf("rules: %v (-want +got):\n%s", err, diff)
	}
}
