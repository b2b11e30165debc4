package duckdb

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/store"
	"weir/internal/store/storetest"
)

// future are the migrations of a weir that is newer than this one.
func future(sql string) []migration {
	steps := migrations()
	return append(steps, migration{len(steps) + 1, sql})
}

const futureSQL = `ALTER TABLE weir.fact ADD COLUMN source_ports BIGINT DEFAULT 1;
CREATE TABLE weir.future (a INTEGER);
INSERT INTO weir.future SELECT count(*) FROM weir.object;`

// version1 makes a store as the first weir left it.
func version1(t *testing.T) (dir string) {
	dir = t.TempDir()
	s, err := open(t.Context(), dir, Options{}, migrations()[:1])
	if err != nil {
		t.Fatal(err)
	}
	d := storetest.Delta(storetest.Row(0), storetest.Row(1))
	d.Objects = []store.Object{storetest.Object("/a")}
	d.Rejects = []store.Reject{{Object: "/a", Reason: "time", Count: 1}}
	if err := s.Commit(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestMigrations brings a store of every schema version to the last one. Each
// new version adds its fixture here.
func TestMigrations(t *testing.T) {
	s := newStore(t, version1(t), Options{})
	if got := checkLedgerSums(t, s); got != [2]int64{2, 6} {
		t.Errorf("rows and records: %v", got)
	}
	version, err := schemaVersion(t.Context(), s.idle.conns[0])
	if err != nil || version != len(migrations()) {
		t.Errorf("schema version %d, %v", version, err)
	}
}

func TestMigrateForward(t *testing.T) {
	dir := version1(t)
	s, err := open(t.Context(), dir, Options{}, future(futureSQL))
	if err != nil {
		t.Fatal(err)
	}
	got, err := storetest.Table(s.Query(t.Context(), "SELECT (SELECT sum(source_ports) FROM weir.fact)::BIGINT, (SELECT sum(records) FROM flows), (SELECT a FROM weir.future), (SELECT value FROM weir.meta WHERE key = 'schema_version')"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]any{{int64(2), int64(6), int64(1), "2"}}, got); diff != "" {
		t.Errorf("migrated (-want +got):\n%s", diff)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// The same binary opens it again, and has nothing to do.
	s, err = open(t.Context(), dir, Options{}, future(futureSQL))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()

	// This binary is older, and refuses.
	err = fails(t, dir, Options{}, dir, "schema version 2", "up to 1", "use the newer weir")
	if !errors.Is(err, store.ErrNewerSchema) {
		t.Error(err)
	}
}

// TestMigrateFails checks that a step which fails in its middle leaves the
// version before it, and a store that the old binary still opens.
func TestMigrateFails(t *testing.T) {
	dir := version1(t)
	_, err := open(t.Context(), dir, Options{}, future(futureSQL+"\nSELECT * FROM weir.nothing;"))
	if err == nil || !strings.Contains(err.Error(), "from schema version 1 to 2") {
		t.Fatalf("migrated: %v", err)
	}
	s := newStore(t, dir, Options{})
	if got := checkLedgerSums(t, s); got != [2]int64{2, 6} {
		t.Errorf("rows and records: %v", got)
	}
	if _, err := s.Query(t.Context(), "SELECT * FROM weir.future"); err == nil {
		t.Error("half of the migration is there")
	}
}

func checkLedgerSums(t *testing.T, s *Store) [2]int64 {
	t.Helper()
	got, err := storetest.Table(s.Query(t.Context(), "SELECT count(*), sum(records) FROM flows"))
	if err != nil {
		t.Fatal(err)
	}
	return [2]int64{got[0][0].(int64), got[0][1].(int64)}
}
