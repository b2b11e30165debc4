package duckdb_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/query/querytest"
	"weir/internal/store"
	"weir/internal/store/storetest"
)

var rolledStart = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// facts of the ways in which roll-ups read them.
var factsOf = map[store.Facts]string{
	store.CountedOnce: "weir.counted",
	store.EachCapture: "(SELECT * FROM weir.fact WHERE marks & 16 = 0)",
	store.BothEnds: `(SELECT initiator AS host, initiator_endpoint AS host_endpoint, 1 AS role, (direction = 1)::UTINYINT AS captured, * FROM weir.counted
		UNION ALL SELECT responder, responder_endpoint, 0, (direction = 0)::UTINYINT, * FROM weir.counted)`,
}

// rolled checks every roll-up of the periods that stand against the facts: the
// sums by each key, the sums of the subjects that are kept and by details, and
// that no folded subject has more than the bound. It returns how many stand; what
// was seen, by number, is not checked again.
func rolled(t *testing.T, s store.Store, when string, seen map[uint64]bool) (periods int) {
	t.Helper()
	list, err := s.Periods(t.Context(), time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var sums []string
	for _, c := range store.RollupCounters {
		sums = append(sums, fmt.Sprintf("sum(%s)::BIGINT AS %[1]s", c))
	}
	const service = "CASE WHEN port >= 49152 THEN 65536 ELSE port END"
	fresh := map[uint64]bool{}
	for _, p := range list {
		if seen[p.Number] {
			continue
		}
		fresh[p.Number] = true
		at := fmt.Sprintf("interval_start >= TIMESTAMP '%s' AND interval_start < TIMESTAMP '%s'", p.Start.Format("2006-01-02 15:04:05"), p.End().Format("2006-01-02 15:04:05"))
		for _, r := range store.Rollups() {
			table, facts := store.RollupTable(r.Name, p.Width), "(SELECT * REPLACE ("+service+" AS port) FROM "+factsOf[r.Of]+")"
			same := func(what, columns, where string) {
				t.Helper()
				question := "SELECT " + columns + ", " + strings.Join(sums, ", ") + " FROM %s WHERE " + at + "%s GROUP BY ALL ORDER BY ALL"
				got, want := textRows(t, s, fmt.Sprintf(question, table, strings.ReplaceAll(where, "{kept}", "folded = 0"))),
					textRows(t, s, fmt.Sprintf(question, facts, strings.ReplaceAll(where, "{kept}", "("+strings.Join(r.Subject, ", ")+") IN (SELECT ("+
						strings.Join(r.Subject, ", ")+") FROM "+table+" WHERE folded = 0 AND "+at+")")))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s: %s of %s, %s (-facts +roll-up):\n%s", when, what, table, p.Start, diff)
				}
			}
			same("sums", strings.Join(r.Keys, ", "), "")
			if len(r.Subject) == 0 {
				continue
			}
			same("subjects", strings.Join(append(append(append([]string{}, r.Subject...), r.Details...), r.Keys...), ", "), " AND {kept}")
			b, ok := p.Bounds[r.Name]
			if !ok {
				t.Fatalf("%s: %s has no bound of %s", when, p.Start, r.Name)
			}
			subject := strings.Join(r.Subject, ", ")
			folded := textRows(t, s, fmt.Sprintf(`SELECT coalesce(max(a), 0)::BIGINT, coalesce(max(b), 0)::BIGINT, coalesce(max(c), 0)::BIGINT, count(*),
				(SELECT count(*) FROM (SELECT DISTINCT %[1]s FROM %[2]s WHERE folded = 0 AND %[4]s)) FROM (
				SELECT sum(started) AS a, sum(packets_fwd + packets_back) AS b, sum(bytes_fwd + bytes_back) AS c FROM %[3]s
				WHERE %[4]s AND (%[1]s) NOT IN (SELECT (%[1]s) FROM %[2]s WHERE folded = 0 AND %[4]s) GROUP BY %[1]s)`, subject, table, facts, at))
			if got := fmt.Sprint([]any{b.Flows, b.Packets, b.Bytes, b.Folded, b.Kept}); got != folded[0] {
				t.Fatalf("%s: bound of %s, %s = %s, want %s", when, table, p.Start, got, folded[0])
			}
			if r.Name != "port" {
				noneAbsent(t, s, p, r, fmt.Sprintf("SELECT DISTINCT %[1]s FROM %[2]s WHERE %[4]s AND (%[1]s) NOT IN (SELECT (%[1]s) FROM %[3]s WHERE folded = 0 AND %[4]s)",
					subject, facts, table, at))
			}
		}
	}
	maps.Copy(seen, fresh)
	return len(list)
}

// noneAbsent checks that no subject that was folded counts as absent, and that most
// others do.
func noneAbsent(t *testing.T, s store.Store, p store.Period, r store.Rollup, folded string) {
	t.Helper()
	rows, err := storetest.Table(s.Query(t.Context(), folded))
	if err != nil || len(rows) == 0 {
		return
	}
	subjects := make([][]uint64, 0, len(rows)+100)
	for _, row := range rows {
		subject := make([]uint64, len(row))
		for i, v := range row {
			subject[i] = v.(uint64)
		}
		subjects = append(subjects, subject)
	}
	for range 100 { // strangers
		subject := make([]uint64, len(r.Subject))
		for i := range subject {
			subject[i] = rand.Uint64()
		}
		subjects = append(subjects, subject)
	}
	for range 2 { // read, and kept
		absent, err := s.Absent(t.Context(), r.Name, []store.Period{p}, subjects)
		if err != nil || absent[0] == nil {
			t.Fatalf("absent from %s: %v, %v", r.Name, absent, err)
		}
		strangers := 0
		for i, a := range absent[0] {
			switch {
			case a && i < len(rows):
				t.Fatalf("%s, %s: %d was folded and counts as absent", r.Name, p.Start, subjects[i])
			case a:
				strangers++
			}
		}
		if strangers < 80 {
			t.Errorf("%s, %s: %d of 100 strangers are absent", r.Name, p.Start, strangers)
		}
	}
}

func textRows(t *testing.T, s store.Store, sql string) []string {
	t.Helper()
	r, err := s.Query(t.Context(), sql)
	if err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	var list []string
	for r.Next() {
		list = append(list, fmt.Sprint(r.Values()))
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return list
}

func rollUp(t *testing.T, s store.Store) int {
	t.Helper()
	n, err := s.RollUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Roll-ups agree with the facts; a commit into a period drops it, and nothing
// else; what is open or not settled has none.
func TestRollUps(t *testing.T) {
	s, seen := querytest.OpenKeeping(t, 3), map[uint64]bool{}
	if n := rollUp(t, s); n != 0 {
		t.Errorf("an empty store has %d periods to roll up", n)
	}
	querytest.Commit(t, s, "/1", querytest.Random(1, 3000, rolledStart)...)
	if n := rollUp(t, s); n != 0 {
		t.Errorf("%d periods were rolled up before they were settled", n)
	}
	querytest.Settle(t, s)
	if n, stand := rollUp(t, s), rolled(t, s, "first", seen); n != 23 || stand != 23 {
		t.Errorf("%d periods were rolled up and %d stand, want the 23 hours that are over", n, stand)
	}
	querytest.Commit(t, s, "/2", querytest.Random(2, 3000, rolledStart.AddDate(0, 0, 1))...)
	querytest.Settle(t, s)
	if n, stand := rollUp(t, s), rolled(t, s, "second", seen); n != 25 || stand != 48 {
		t.Errorf("%d periods were rolled up and %d stand, want 24 hours and a day more", n, stand)
	}
	if n := rollUp(t, s); n != 0 {
		t.Errorf("%d periods were rolled up again", n)
	}

	// What comes late.
	querytest.Commit(t, s, "/3", querytest.Flow{Interval: rolledStart.Add(5 * time.Hour), Initiator: "10.0.0.4", Responder: "10.0.0.5"})
	if stand := rolled(t, s, "late", seen); stand != 46 {
		t.Errorf("%d periods stand after a commit into one, want all but its hour and day", stand)
	}
	if n := rollUp(t, s); n != 0 {
		t.Errorf("%d periods were rolled up with an interval that is not settled", n)
	}
	querytest.Settle(t, s)
	if n, stand := rollUp(t, s), rolled(t, s, "made anew", seen); n != 2 || stand != 48 {
		t.Errorf("%d periods were made anew and %d stand", n, stand)
	}
}

// The tables in the store are those of the list.
func TestRollupTables(t *testing.T) {
	s := querytest.Open(t)
	for _, r := range store.Rollups() {
		for _, width := range []time.Duration{store.Hour, store.Day} {
			want := append([]string{"interval_start"}, r.Keys...)
			if len(r.Subject) > 0 {
				want = append(want, "folded")
			}
			want = append(append(append(want, r.Subject...), r.Details...), store.RollupCounters[:]...)
			rows, err := s.Query(t.Context(), "FROM "+store.RollupTable(r.Name, width))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range rows.Columns() {
				got = append(got, c.Name)
			}
			if err := rows.Close(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("columns of %s by %s (-want +got):\n%s", r.Name, width, diff)
			}
		}
	}
}

// stopping is a context that ends when it was asked so often whether it has.
type stopping struct {
	context.Context
	left int
}

func (c *stopping) Done() <-chan struct{} { return nil }

func (c *stopping) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// Wherever rolling up is stopped, what stands is right, and the next time makes the rest.
func TestRollUpStoppedAnywhere(t *testing.T) {
	s, seen := querytest.OpenKeeping(t, 3), map[uint64]bool{}
	querytest.Commit(t, s, "/1", querytest.Random(1, 500, rolledStart)...)
	querytest.Commit(t, s, "/2", querytest.Random(2, 500, rolledStart.AddDate(0, 0, 1))...)
	querytest.Settle(t, s)
	stops := 0
	for left := 1; ; left += 9 {
		_, err := s.RollUp(&stopping{t.Context(), left})
		n := rolled(t, s, fmt.Sprintf("stopped after %d", left), seen)
		if err == nil {
			if n != 48 {
				t.Errorf("%d periods stand at last, want 47 hours and a day", n)
			}
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		stops++
	}
	if stops < 5 {
		t.Errorf("it was stopped %d times, so little is tested", stops)
	}
}
