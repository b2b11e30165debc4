package duckdb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

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
