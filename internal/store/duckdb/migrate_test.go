package duckdb

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/store/storetest"
	"weir/internal/topology"
)

// future are the migrations of a weir that is newer than this one.
func future(sql string) []migration {
	steps := migrations()
	return append(steps, migration{len(steps) + 1, sql})
}

const futureSQL = `ALTER TABLE weir.fact ADD COLUMN source_ports BIGINT DEFAULT 1;
CREATE TABLE weir.future (a INTEGER);
INSERT INTO weir.future SELECT count(*) FROM weir.object;`

// version1SQL is what the first weir committed: two hosts that talk to each
// other and to a third, seen from a network and from a security group.
const version1SQL = `
INSERT INTO weir.rule VALUES (1, 'nsg', 'UserRule_allow');
INSERT INTO weir.log VALUES (21, 'vnet', '00224871C201', '/v', '/l', 31), (22, 'vnet', '00224871C202', '/v', '/l', 31), (23, 'nsg', '', '/n', '', 32);
INSERT INTO weir.party VALUES (11, '10.0.0.4', 31), (12, '10.0.0.5', 31), (13, '10.0.0.4', 32), (14, '1.2.3.4', 32);
INSERT INTO weir.fact
SELECT TIMESTAMP '2026-03-01 12:00:00' + i * INTERVAL 10 MINUTE, a, b, 443, 6, d, 0, 1, 2, 1, l, 1, 1, 2, 100, 3, 1000, 3,
    TIMESTAMP '2026-03-01 12:00:01', TIMESTAMP '2026-03-01 12:00:02'
FROM (VALUES (11, 12, 1, 21), (11, 12, 0, 22), (13, 14, 1, 23)) v(a, b, d, l), range(2) t(i);
INSERT INTO weir.object VALUES (1, '/a', 'vnet', '', 1, 1, 1, 0, 'complete', '', 1, 18, 1, 6, 0, NULL, NULL, TIMESTAMP '2026-03-01 12:00:00');
INSERT INTO weir.reject VALUES (1, 'time', 1);
`

// version1 makes a store as the first weir left it.
func version1(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	db, err := openDatabase(filepath.Join(dir, fileName), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.close()
	c, err := db.connect()
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	if err := migrate(t.Context(), c, migrations()[:1], 0, false); err != nil {
		t.Fatal(err)
	}
	if err := c.run(t.Context(), version1SQL+"CHECKPOINT"); err != nil {
		t.Fatal(err)
	}
	return dir
}

// filled makes a store of the last version, with two rows.
func filled(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := newStore(t, dir, Options{})
	d := storetest.Delta(storetest.Row(0), storetest.Row(1))
	d.Objects = []store.Object{storetest.Object("/a")}
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
	if got := checkLedgerSums(t, s); got != [2]int64{6, 18} {
		t.Errorf("rows and records: %v", got)
	}
	version, err := schemaVersion(t.Context(), s.idle.conns[0])
	if err != nil || version != len(migrations()) {
		t.Errorf("schema version %d, %v", version, err)
	}
}

// TestMigrateTo2 checks what version 2 makes of what was stored before it.
func TestMigrateTo2(t *testing.T) {
	s := newStore(t, version1(t), Options{})
	var parties []store.Party
	if err := s.Parties(t.Context(), func(batch []store.Party) error {
		parties = append(parties, batch...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(parties, func(a, b store.Party) int { return cmp.Compare(a.ID, b.ID) })
	v, n := topology.Capture{Target: "/v"}, topology.Capture{Target: "/n"}
	a, b, c := flow.MustParseAddr("10.0.0.4"), flow.MustParseAddr("10.0.0.5"), flow.MustParseAddr("1.2.3.4")
	if diff := gocmp.Diff([]store.Party{{ID: 11, Address: a, Capture: v}, {ID: 12, Address: b, Capture: v}, {ID: 13, Address: a, Capture: n}, {ID: 14, Address: c, Capture: n}}, parties); diff != "" {
		t.Errorf("parties (-want +got):\n%s", diff)
	}
	list, err := s.Unsettled(t.Context())
	if diff := gocmp.Diff(store.Unsettled{Intervals: []time.Time{storetest.Start, storetest.Start.Add(10 * time.Minute)}, Until: 1}, list); err != nil || diff != "" {
		t.Errorf("unsettled: %v (-want +got):\n%s", err, diff)
	}
	own, err := storetest.Table(s.Query(t.Context(), "FROM weir.own ORDER BY id"))
	if diff := gocmp.Diff([][]any{{uint64(11), "00224871C201"}, {uint64(12), "00224871C202"}}, own); err != nil || diff != "" {
		t.Errorf("own: %v (-want +got):\n%s", err, diff)
	}
	facts := 0
	if err := s.Captured(t.Context(), storetest.Start, storetest.Start.Add(time.Hour), func(batch []store.CapturedFact) error {
		for _, f := range batch {
			facts++
			if f.Initiator != 11 && f.Initiator != 13 || f.Responder != f.Initiator+1 || f.Marks != 0 {
				t.Errorf("a party that nobody attributed is not a host of its own: %+v", f)
			}
		}
		return nil
	}); err != nil || facts != 6 {
		t.Errorf("captured: %d facts, %v", facts, err)
	}
}

// TestMigrateTo3 holds that objects from before have no fingerprint, and that
// one which is read on gets one.
func TestMigrateTo3(t *testing.T) {
	dir := version1(t)
	db, err := openDatabase(filepath.Join(dir, fileName), nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := db.connect()
	if err == nil {
		err = errors.Join(migrate(t.Context(), c, migrations()[:2], 0, false), c.run(t.Context(), "CHECKPOINT"))
		c.close()
	}
	db.close()
	if err != nil {
		t.Fatal(err)
	}
	s := newStore(t, dir, Options{})
	a, b := storetest.Object("/a"), storetest.Object("/b")
	b.Fingerprint = a.Fingerprint
	if got, err := s.SameLog(t.Context(), []uint64{0, a.Fingerprint}); err != nil || len(got) != 0 {
		t.Errorf("before: %v, %v", got, err)
	}
	if err := s.Commit(t.Context(), &store.Delta{Objects: []store.Object{a, b}}); err != nil {
		t.Fatal(err)
	}
	got, err := s.SameLog(t.Context(), []uint64{a.Fingerprint})
	if diff := gocmp.Diff(map[uint64][]string{a.Fingerprint: {"/a", "/b"}}, got); err != nil || diff != "" {
		t.Errorf("after: %v (-want +got):\n%s", err, diff)
	}
}

func TestMigrateForward(t *testing.T) {
	dir := filled(t)
	s, err := open(t.Context(), dir, Options{}, future(futureSQL))
	if err != nil {
		t.Fatal(err)
	}
	next := strconv.Itoa(len(migrations()) + 1)
	got, err := storetest.Table(s.Query(t.Context(), "SELECT (SELECT sum(source_ports) FROM weir.fact)::BIGINT, (SELECT sum(records) FROM flows), (SELECT a FROM weir.future), (SELECT value FROM weir.meta WHERE key = 'schema_version')"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff([][]any{{int64(2), int64(6), int64(1), next}}, got); diff != "" {
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
	err = fails(t, dir, Options{}, dir, "schema version "+next, "up to "+strconv.Itoa(len(migrations())), "use the newer weir")
	if !errors.Is(err, store.ErrNewerSchema) {
		t.Error(err)
	}
}

// TestMigrateFails checks that a step which fails in its middle leaves the
// version before it, and a store that the old binary still opens.
func TestMigrateFails(t *testing.T) {
	dir := filled(t)
	_, err := open(t.Context(), dir, Options{}, future(futureSQL+"\nSELECT * FROM weir.nothing;"))
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("from schema version %d to %d", len(migrations()), len(migrations())+1)) {
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
