package duckdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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
	return append(steps, migration{version: len(steps) + 1, sql: sql})
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
	if err := migrate(t.Context(), c, migrations()[:1], 0, false, nil); err != nil {
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
	own, err := storetest.Table(s.Query(t.Context(), "SELECT host, mac, day FROM weir.own ORDER BY host"))
	if diff := gocmp.Diff([][]any{{uint64(11), "00224871C201", "-infinity"}, {uint64(12), "00224871C202", "-infinity"}}, own); err != nil || diff != "" {
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
		err = errors.Join(migrate(t.Context(), c, migrations()[:2], 0, false, nil), c.run(t.Context(), "CHECKPOINT"))
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

// version3SQL is what became known of the parties of version 1: one was another
// host later, one was not looked at yet.
const version3SQL = `
UPDATE weir.party SET host = id + 100, endpoint = id + 200, attribution = 1 WHERE id <> 14;
INSERT INTO weir.tenure VALUES (11, '-infinity', '2026-03-01 12:05:00', 1, 7), (11, '2026-03-01 12:05:00', 'infinity', 211, 111);
UPDATE weir.fact SET marks = 4 WHERE log = 21;
`

// TestMigrateStepByStep stops bringing a store of version 3 to facts with hosts
// after each stretch, and goes on with it.
func TestMigrateStepByStep(t *testing.T) {
	dir := version1(t)
	db, err := openDatabase(filepath.Join(dir, fileName), nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := db.connect()
	if err == nil {
		err = errors.Join(migrate(t.Context(), c, migrations()[:3], 0, false, nil), c.run(t.Context(), version3SQL+"CHECKPOINT"))
		c.close()
	}
	db.close()
	if err != nil {
		t.Fatal(err)
	}
	var s *Store
	steps := migrations()
	steps[4].before = copyFacts(2)
	var said []string
	for stops := 0; ; stops++ {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		s, err = open(ctx, dir, Options{Say: func(text string) {
			if !strings.HasPrefix(text, "bringing the store") {
				return // of its folder
			}
			said = append(said, text)
			if n++; n == 2 { // one stretch is copied
				cancel()
			}
		}}, steps)
		cancel()
		if err == nil && n < 2 {
			break
		}
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "the next start goes on") || stops == 5 {
			t.Fatalf("after %d stops: %v", stops, err)
		}
	}
	defer s.Close()
	if diff := gocmp.Diff([]string{"0 of 6 rows, 0 %", "2 of 6 rows, 33 %", "2 of 6 rows, 33 %", "4 of 6 rows, 66 %", "4 of 6 rows, 66 %"}, ends(said)); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
	noon, later := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 12, 10, 0, 0, time.UTC)
	answer(t, s, "facts", "SELECT interval_start, log, initiator, responder, initiator_endpoint, responder_endpoint, marks, bytes_fwd FROM weir.fact ORDER BY ALL",
		[]any{noon, uint64(21), uint64(7), uint64(112), uint64(1), uint64(212), int64(4), int64(100)},
		[]any{noon, uint64(22), uint64(7), uint64(112), uint64(1), uint64(212), int64(0), int64(100)},
		[]any{noon, uint64(23), uint64(113), uint64(14), uint64(213), uint64(0), int64(0), int64(100)},
		[]any{later, uint64(21), uint64(111), uint64(112), uint64(211), uint64(212), int64(4), int64(100)},
		[]any{later, uint64(22), uint64(111), uint64(112), uint64(211), uint64(212), int64(0), int64(100)},
		[]any{later, uint64(23), uint64(113), uint64(14), uint64(213), uint64(0), int64(0), int64(100)})
	answer(t, s, "hosts", "SELECT id, address FROM weir.host ORDER BY ALL", []any{uint64(7), "10.0.0.4"}, []any{uint64(14), "1.2.3.4"},
		[]any{uint64(111), "10.0.0.4"}, []any{uint64(112), "10.0.0.5"}, []any{uint64(113), "10.0.0.4"})
	answer(t, s, "flows", "SELECT count(*), sum(bytes_fwd)::BIGINT, count(DISTINCT interval_start) FROM flows", []any{int64(6), int64(600), int64(2)})
}

// TestMigrateTo10 checks what SQL makes of the texts of addresses.
func TestMigrateTo10(t *testing.T) {
	dir := version1(t)
	db, err := openDatabase(filepath.Join(dir, fileName), nil)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(10, 10))
	addresses := []flow.Addr{{}, {Hi: 1 << 63}, {Lo: 1}, {Hi: 1, Lo: 1}, {Hi: 1<<64 - 1, Lo: 1<<64 - 1}, flow.AddrFrom4(0), flow.AddrFrom4(1<<32 - 1)}
	for range 3000 {
		// Groups of zeros anywhere, so that every form of RFC 5952 occurs.
		a := flow.Addr{Hi: random.Uint64(), Lo: random.Uint64()}
		for group := range 4 {
			if random.IntN(2) == 0 {
				a.Hi &^= 0xffff << (16 * group)
			}
			if random.IntN(2) == 0 {
				a.Lo &^= 0xffff << (16 * group)
			}
		}
		addresses = append(addresses, a, flow.AddrFrom4(random.Uint32()))
	}
	sql := strings.Builder{}
	for i, a := range addresses {
		fmt.Fprintf(&sql, ", (%d, '%s')", 1000+i, a)
	}
	c, err := db.connect()
	if err == nil {
		err = errors.Join(migrate(t.Context(), c, migrations()[:9], 0, false, nil), c.run(t.Context(), "INSERT INTO weir.host VALUES "+sql.String()[2:]+"; CHECKPOINT"))
		c.close()
	}
	db.close()
	if err != nil {
		t.Fatal(err)
	}
	s := newStore(t, dir, Options{})
	got, err := storetest.Table(s.Query(t.Context(), "SELECT hi, lo FROM weir.host WHERE id >= 1000 ORDER BY id"))
	if err != nil || len(got) != len(addresses) {
		t.Fatalf("%d addresses of %d, %v", len(got), len(addresses), err)
	}
	for i, a := range addresses {
		if got[i][0] != a.Hi || got[i][1] != a.Lo {
			t.Errorf("%s is %v, want %+v", a, got[i], a)
		}
	}
	answer(t, s, "hosts of version 9", "SELECT count(*), count(address), count(hi), count(lo) FROM weir.host WHERE id < 1000", []any{int64(4), int64(4), int64(4), int64(4)})
}

// version10SQL is an hour and a day of which roll-ups stand and the facts are
// forgotten, and the same of which they are there, beside an hour that is due.
const version10SQL = `
INSERT INTO weir.meta VALUES ('horizon_intervals', '2026-03-01 00:00:00');
INSERT INTO weir.period VALUES (3600, '2026-02-28 23:00:00', 1), (86400, '2026-02-28 00:00:00', 2), (3600, '2026-03-01 00:00:00', 3), (86400, '2026-03-01 00:00:00', 4);
INSERT INTO weir.bound SELECT width, interval_start, 'host', 1, 1, 1, 1, 1 FROM weir.period;
INSERT INTO weir.folded SELECT width, interval_start, 'host', 'x'::BLOB FROM weir.period;
INSERT INTO weir.hour_course SELECT interval_start, 0, 0, 0, 6, 0, 1, 1, 1, 1, 1, 1, 1 FROM weir.period WHERE width = 3600;
INSERT INTO weir.day_pair SELECT interval_start, 0, 0, 0, 0, 1, 2, 443, 6, 3, 4, 1, 1, 1, 1, 1, 1, 1 FROM weir.period WHERE width = 86400;
DELETE FROM weir.due;
INSERT INTO weir.due VALUES (3600, '2026-03-01 12:00:00');
`

// TestMigrateTo11 holds that roll-ups are due again but for those of what is forgotten.
func TestMigrateTo11(t *testing.T) {
	dir := version1(t)
	db, err := openDatabase(filepath.Join(dir, fileName), nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := db.connect()
	if err == nil {
		err = errors.Join(migrate(t.Context(), c, migrations()[:10], 0, false, nil), c.run(t.Context(), version10SQL+"CHECKPOINT"))
		c.close()
	}
	db.close()
	if err != nil {
		t.Fatal(err)
	}
	s := newStore(t, dir, Options{})
	before, first, noon := time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	last := first.Add(-time.Hour)
	answer(t, s, "due", "SELECT width::BIGINT, interval_start FROM weir.due ORDER BY ALL",
		[]any{int64(3600), first}, []any{int64(3600), noon}, []any{int64(86400), first})
	for _, table := range []string{"period", "bound", "folded"} {
		answer(t, s, table, "SELECT width::BIGINT, interval_start FROM weir."+table+" ORDER BY ALL", []any{int64(3600), last}, []any{int64(86400), before})
	}
	answer(t, s, "sums of hours", "SELECT interval_start FROM weir.hour_course", []any{last})
	answer(t, s, "sums of days", "SELECT interval_start FROM weir.day_pair", []any{before})
}

// ends returns what texts end with, after the colon.
func ends(texts []string) []string {
	var out []string
	for _, text := range texts {
		_, after, _ := strings.Cut(text, ": ")
		out = append(out, after)
	}
	return out
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
