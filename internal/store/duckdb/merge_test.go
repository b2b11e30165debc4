package duckdb

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/store/storetest"
)

// manyRows returns rows of as many flows in each of so many intervals.
func manyRows(intervals, flows int) []flow.Row {
	rows := make([]flow.Row, 0, intervals*flows)
	for i := range intervals {
		for j := range flows {
			r := storetest.Row(6 * j)
			r.Interval = storetest.Start.Unix() + int64(i)*600
			r.First, r.Last = r.Interval*1000, r.Interval*1000+1
			r.Type = flow.ExternalPublic
			rows = append(rows, r)
		}
	}
	return rows
}

func commitAll(t *testing.T, s *Store, deltas ...*store.Delta) {
	t.Helper()
	for _, d := range deltas {
		if err := s.Commit(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
}

// childMerge merges, and says each time how many intervals it is done with.
func childMerge(dir string) error {
	s, err := Open(context.Background(), dir, Options{Command: "test"})
	if err != nil {
		return err
	}
	s.walLimit = 1 << 20
	_, err = s.Merge(context.Background(), 0, func(done, _ int64) { fmt.Println("committed", done) })
	return err
}

// TestMergeKill kills a process with SIGKILL while it merges. No answer changes,
// and the next one goes on. WEIR_KILLS is how often; the default is 6.
func TestMergeKill(t *testing.T) {
	dir := t.TempDir()
	d := storetest.Delta(manyRows(2000, 20)...)
	const sums = "SELECT count(*), sum(started), sum(bytes_fwd), min(records), max(records), min(first_seen), max(last_seen) FROM flows"
	s := newStore(t, dir, Options{})
	commitAll(t, s, d, d)
	for kill := range killsOf(t) {
		commitAll(t, s, d)
		before := ask(t, s, sums)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		c := startChild(t, "merge", dir)
		for range rand.IntN(4) { // of four times that it says how far it is
			<-c.lines
		}
		time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
		c.kill()
		s = newStore(t, dir, Options{})
		if diff := gocmp.Diff(before, ask(t, s, sums)); diff != "" {
			t.Fatalf("after kill %d (-want +got):\n%s", kill, diff)
		}
		t.Logf("kill %d: %v intervals are left to merge", kill+1, ask(t, s, "SELECT count(*) FROM weir.unmerged")[0][0])
	}
	before := ask(t, s, sums)
	if _, err := s.Merge(t.Context(), 0, nil); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(before, ask(t, s, sums)); diff != "" {
		t.Errorf("at the end (-want +got):\n%s", diff)
	}
	if got := ask(t, s, "SELECT count(*), (SELECT count(*) FROM weir.unmerged) FROM weir.fact"); got[0][0] != before[0][0] || got[0][1] != int64(0) {
		t.Errorf("rows and intervals on the list: %v", got)
	}
}

func ask(t *testing.T, s *Store, query string) [][]any {
	t.Helper()
	table, err := storetest.Table(s.Query(t.Context(), query))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestMergeCrowded merges an interval with more rows than are merged in one
// transaction, in the memory that weir ingest leaves the engine.
func TestMergeCrowded(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{MemoryLimitMB: 152})
	const flows = mergeRows + 10_000
	d := storetest.Delta(manyRows(1, flows)...)
	commitAll(t, s, d, d)
	m, err := s.Merge(t.Context(), 0, nil)
	if want := (store.Merged{Intervals: 1, Rows: flows}); err != nil || m != want {
		t.Fatalf("%+v, want %+v, %v", m, want, err)
	}
	if got := ask(t, s, "SELECT count(*), min(records), max(records) FROM weir.fact"); got[0][0] != int64(flows) || got[0][1] != int64(6) || got[0][2] != int64(6) {
		t.Errorf("rows: %v", got)
	}
}

// plan is what an EXPLAIN of DuckDB says of an operator.
type plan struct {
	Name     string         `json:"operator_name"`
	Scanned  int64          `json:"operator_rows_scanned"`
	Rows     int64          `json:"operator_cardinality"`
	Info     map[string]any `json:"extra_info"`
	Children []plan         `json:"children"`
}

// sum adds up something over the operators of a plan.
func (p plan) sum(of func(plan) int64) int64 {
	n := of(p)
	for _, c := range p.Children {
		n += c.sum(of)
	}
	return n
}

// factsScanned is how many facts an operator looks at.
func factsScanned(p plan) int64 {
	if table, _ := p.Info["Table"].(string); strings.HasSuffix(table, ".fact") {
		return p.Scanned
	}
	return 0
}

func explained(t *testing.T, s *Store, query string) plan {
	t.Helper()
	table := ask(t, s, "EXPLAIN (ANALYZE, FORMAT json) "+query)
	var p plan
	if err := json.Unmarshal([]byte(table[0][1].(string)), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestViewsReadOnce asks the views when all is merged: every fact is read once
// at most, nothing is grouped, and a condition on any time of an interval reads
// the facts of that time.
func TestViewsReadOnce(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	const intervals, flows = 50, 10_000
	commitAll(t, s, storetest.Delta(manyRows(intervals, flows)...))
	if _, err := s.Merge(t.Context(), 0, nil); err != nil {
		t.Fatal(err)
	}
	for _, view := range []string{"flows", "NTANetAnalytics"} {
		p := explained(t, s, "SELECT count(*) FROM "+view)
		if n := p.sum(factsScanned); n < intervals*flows || n > intervals*flows+2*chunkRows {
			t.Errorf("%s: %d facts are read to count %d", view, n, intervals*flows)
		}
		if n := p.sum(func(p plan) int64 {
			if strings.Contains(p.Name, "GROUP_BY") {
				return p.Rows
			}
			return 0
		}); n != 0 {
			t.Errorf("%s: %d rows are grouped", view, n)
		}
	}
	// Blocks have 122 880 rows, and a view looks twice: for flows in parts, too.
	const few = 300_000
	for column, view := range map[string]string{
		"interval_start": "flows", "interval_end": "flows",
		"TimeGenerated": "NTANetAnalytics", "TimeProcessed": "NTANetAnalytics", "FlowIntervalStartTime": "NTANetAnalytics", "FlowIntervalEndTime": "NTANetAnalytics",
	} {
		p := explained(t, s, fmt.Sprintf("SELECT count(*) FROM %s WHERE %s > TIMESTAMP '%s'", view, column, storetest.Start.Add(48*10*time.Minute).Format(time.DateTime)))
		if n := p.sum(factsScanned); n == 0 || n > few {
			t.Errorf("%s: a condition on %s reads %d facts of %d", view, column, n, intervals*flows)
		}
	}
	for _, column := range []string{"TimeGenerated", "FlowIntervalStartTime", "FlowIntervalEndTime"} {
		p := explained(t, s, fmt.Sprintf("SELECT count(*) FROM NTAIpDetails WHERE %s > TIMESTAMP '%s'", column, storetest.Start.Add(48*10*time.Minute).Format(time.DateTime)))
		if n := p.sum(factsScanned); n == 0 || n > few {
			t.Errorf("NTAIpDetails: a condition on %s reads %d facts of %d", column, n, intervals*flows)
		}
	}
}
