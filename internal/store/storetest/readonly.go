package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"weir/internal/store"
)

// testReadOnly asks in SQL that is longer than a user's may be.
func testReadOnly(t *testing.T, s store.Store) {
	commit(t, s, Delta(Row(0), Row(1)))
	long := func(n int) string { return "SELECT count(*) FROM flows -- " + strings.Repeat("x", n-30) }
	table, err := Table(s.ReadOnly(t.Context(), long(store.MaxReadOnly)))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "flows", table, [][]any{{int64(2)}})
	for _, query := range []string{
		long(store.MaxReadOnly + 1), "INSERT INTO t VALUES (1)", "DROP VIEW flows", "SELECT 1; SELECT 2", "SET threads = 1", "",
		"SELECT * FROM read_text('/etc/passwd')",
	} {
		if _, err := Table(s.ReadOnly(t.Context(), query)); !errors.Is(err, store.ErrReadOnlySQL) {
			t.Errorf("%.40q: %v, want %v", query, err, store.ErrReadOnlySQL)
		}
	}
	if _, err := Table(s.SQL(t.Context(), long(store.MaxReadOnly))); !errors.Is(err, store.ErrReadOnlySQL) {
		t.Errorf("a user may be as long as a program: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = Table(s.ReadOnly(ctx, "SELECT count(*) FROM range(100000) a, range(100000) b WHERE (a.range ^ b.range) = 3"))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with a timeout: %v", err)
	}
}
