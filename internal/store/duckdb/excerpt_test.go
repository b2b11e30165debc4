package duckdb

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/store"
	"weir/internal/store/storetest"
)

// An excerpt has the facts of a moment, no more than are wanted, and leaves
// nothing behind.
func TestExcerpt(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	for n := range 5 {
		if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(n))); err != nil {
			t.Fatal(err)
		}
	}
	// Of what counts elsewhere both relations have something else.
	if err := s.writer.conn.run(t.Context(), "UPDATE weir.fact SET started = 1 + port, marks = rowid % 2 * 31"); err != nil {
		t.Fatal(err)
	}
	sums := func(ask func(context.Context, string, ...any) (store.Rows, error), relation string) []any {
		t.Helper()
		rows, err := storetest.Table(ask(t.Context(), "SELECT count(*), sum(started)::BIGINT, sum(bytes_back)::BIGINT FROM "+relation))
		if err != nil {
			t.Fatal(err)
		}
		return rows[0]
	}
	counted, captured := sums(s.Query, "weir.counted"), sums(s.Query, "weir.captured")
	if cmp.Equal(counted, captured) {
		t.Fatalf("counted and captured are both %v, so little is tested", counted)
	}
	const all = "SELECT f.* FROM weir.fact AS f WHERE f.started >= ?"
	if e, err := s.Excerpt(t.Context(), 4, all, 0); e != nil || err != nil {
		t.Errorf("more facts than wanted: %v, %v", e, err)
	}
	if e, err := s.Excerpt(t.Context(), 4, "SELECT nothing"); e != nil || err == nil {
		t.Errorf("a statement that cannot be: %v, %v", e, err)
	}
	e, err := s.Excerpt(t.Context(), 5, all, 0)
	if err != nil || e == nil {
		t.Fatal(e, err)
	}
	if !s.answering() {
		t.Error("nobody is answered, so the database file could be changed for another")
	}
	if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(6))); err != nil {
		t.Fatal(err)
	}
	for relation, want := range map[string][]any{"excerpt_counted": counted, "excerpt_captured": captured} {
		if diff := cmp.Diff(want, sums(e.Query, relation)); diff != "" {
			t.Errorf("%s (-facts +copy):\n%s", relation, diff)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if s.answering() {
		t.Error("a closed excerpt is still answered")
	}
	if got, err := storetest.Table(s.Query(t.Context(), "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'excerpt'")); err != nil || got[0][0] != int64(0) {
		t.Errorf("%v tables are left: %v", got, err)
	}
}
