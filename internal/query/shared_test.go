package query_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/store"
	"weir/internal/store/duckdb"
)

// bare is the dialect of an engine that has little: ClickHouse 18.16, which
// took all that it writes.
type bare struct{}

func (bare) Bucket(timestamp string, grain int64) string {
	return fmt.Sprintf("toInt64(intDiv(toUInt32(%s), %d)) * %d", timestamp, grain, grain)
}

func (bare) IntervalEnd(start string) string { return start + " + 600" }

func (bare) Sum(columns ...string) string {
	return "toInt64(sum(" + strings.Join(columns, ") + sum(") + "))"
}

func (bare) FirstAlike(...string) (string, bool) { return "", false }

func (bare) Beside(...string) (string, []string, bool) { return "", nil, false }

func (bare) Matches(text, pattern string) string { return "match(" + text + ", " + pattern + ")" }

func (bare) Part(text string, n int) string {
	return fmt.Sprintf("arrayElement(splitByChar('/', %s), %d)", text, n)
}

func (bare) FirstOfEach(n int, group, order []string) string {
	return fmt.Sprintf("ORDER BY %s LIMIT %d BY %s", strings.Join(order, ", "), n, strings.Join(group, ", "))
}

var (
	forbidden = regexp.MustCompile(`(?i)\b(WITH|QUALIFY|OVER|PARTITION|FILTER|USING|VALUES|UNNEST|STRUCT_PACK|LATERAL|EXCEPT|INTERSECT|DISTINCT ON|true|false|LEAST|COALESCE|CAST)\b|::|//|&|\[|\*\s*,|,\s*\*|\.\*|GROUP BY (ALL|\d)|ORDER BY (ALL|\d)|UNION\s+(DISTINCT|\()`)
	alias     = regexp.MustCompile(`(?i)(\S+) AS (\w+)`)
	twoJoins  = regexp.MustCompile(`(?i)JOIN \S+ AS \w+ ON \S+ = \S+\s+(LEFT |ANY |ALL )?JOIN`)
)

// checkShared checks that SQL is what ClickHouse 18.16 and 26.5 and DuckDB share.
func checkShared(t *testing.T, name, sql string) {
	t.Helper()
	if m := forbidden.FindString(sql); m != "" {
		t.Errorf("%s: %q is not in all engines:\n%s", name, m, sql)
	}
	if m := twoJoins.FindString(sql); m != "" {
		t.Errorf("%s: two joins in a row, %q:\n%s", name, m, sql)
	}
	// In the union of both ends the columns keep their names.
	for _, m := range alias.FindAllStringSubmatch(sql, -1) {
		switch m[2] {
		case "id", "address", "acl", "name", "mac", "target", "rule", "log", "marks", "status", "direction", "flow_type", "port", "protocol", "started", "records":
			if m[1] != "f."+m[2] {
				t.Errorf("%s: an alias is the name of a column, %s:\n%s", name, m[0], sql)
			}
		}
	}
}

// What a dialect does not write is what engines share.
func TestSharedSQL(t *testing.T) {
	for name, q := range questions {
		statements, err := query.Build(bare{}, q)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkShared(t, name, statements.Rows.SQL)
		if q.Totals {
			checkShared(t, name, statements.Totals.SQL)
		}
	}
}

// told is a store that has roll-ups of two days and an hour, and tells what it is asked.
type told struct{ sql *string }

var errTold = errors.New("that is all")

func (told) Dialect() store.Dialect { return bare{} }

func (told) Absent(_ context.Context, _ string, periods []store.Period, _ [][]uint64) ([][]bool, error) {
	return make([][]bool, len(periods)), nil
}

func (told) Periods(context.Context, time.Time, time.Time) ([]store.Period, error) {
	bound := map[string]store.Bound{}
	for _, r := range store.Rollups() {
		bound[r.Name] = store.Bound{Flows: 1, Packets: 1, Bytes: 1, Kept: 5, Folded: 5}
	}
	return []store.Period{
		{Start: start, Width: store.Day, Number: 1, Bounds: bound},
		{Start: start.AddDate(0, 0, 2), Width: store.Day, Number: 2, Bounds: bound},
		{Start: start.AddDate(0, 0, 4), Width: store.Hour, Number: 3, Bounds: bound},
	}, nil
}

func (s told) Query(_ context.Context, sql string, _ ...any) (store.Rows, error) {
	*s.sql = sql
	return nil, errTold
}

// The same with parts of roll-ups.
func TestSharedSQLOfRollups(t *testing.T) {
	rolled := 0
	for _, dims := range shapes {
		q := query.Question{
			From: start.Add(-time.Hour), To: start.AddDate(0, 0, 6), Dimensions: dims, Grain: time.Hour,
			Measures: total(query.Flows), Order: []query.Order{{Measure: "total"}}, Limit: 5,
		}
		for name, ask := range map[string]func(query.Asker) error{
			"Ask":  func(s query.Asker) error { _, err := query.Ask(context.Background(), s, q); return err },
			"Rank": func(s query.Asker) error { _, err := query.Rank(context.Background(), s, q); return err },
		} {
			var sql string
			if err := ask(told{&sql}); !errors.Is(err, errTold) && !strings.Contains(err.Error(), "cannot rank") {
				t.Fatal(err)
			}
			checkShared(t, fmt.Sprint(name, " ", dims), sql)
			if strings.Contains(sql, "weir.day_") {
				rolled++
			}
		}
	}
	if rolled < 8 {
		t.Errorf("%d questions read roll-ups, so little is tested", rolled)
	}
}

// keeper is a store of an engine that has little, and which keeps what it is asked.
type keeper struct {
	told
	asked *[]string
}

func (s keeper) Query(_ context.Context, sql string, _ ...any) (store.Rows, error) {
	*s.asked = append(*s.asked, sql)
	return nothing{}, nil
}

type nothing struct{ store.Rows }

func (nothing) Next() bool   { return false }
func (nothing) Err() error   { return nil }
func (nothing) Close() error { return nil }

// The same of what values there are.
func TestSharedSQLOfValues(t *testing.T) {
	var asked []string
	for _, f := range query.Fields() {
		if f.Kind == query.KindFlag {
			continue
		}
		for _, begin := range []string{"1", "a", "10.0", "2001:db8::"} {
			q := query.ValuesQuestion{Field: f, Begin: begin, From: start, To: start.AddDate(0, 0, 6), Limit: 20}
			if _, _, err := query.Values(context.Background(), keeper{asked: &asked}, q); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, sql := range asked {
		checkShared(t, "values", sql)
	}
	if len(asked) < 50 {
		t.Errorf("%d statements, so little is tested", len(asked))
	}
}

// alone is a store whose engine tells no totals beside the rows, nor what is alike.
type alone struct{ store.Store }

type aloneDialect struct{ duckdb.Dialect }

func (aloneDialect) FirstAlike(...string) (string, bool) { return "", false }

func (aloneDialect) Beside(...string) (string, []string, bool) { return "", nil, false }

func (alone) Dialect() store.Dialect { return aloneDialect{} }

// An engine that takes a statement more for totals has the same answers.
func TestTotalsAlone(t *testing.T) {
	s := querytest.Open(t)
	querytest.Commit(t, s, "/logs/a.json", querytest.Random(5, 500, start)...)
	asked := 0
	for name, q := range questions {
		if !q.Totals {
			continue
		}
		asked++
		compare(t, name, s, alone{s}, q)
	}
	if asked == 0 {
		t.Error("no question has totals, so nothing is tested")
	}
}

// Grouped by what ends were, and by each thing apart that they were, sums are the same.
func TestAlike(t *testing.T) {
	s := querytest.Open(t)
	querytest.Commit(t, s, "/logs/a.json", querytest.Random(6, 2000, start)...)
	src, dst, any := query.InitiatorEnd, query.ResponderEnd, query.HostEnd
	for name, dims := range map[string][]query.Dimension{
		"one end":             {query.Of(src, query.VNet)},
		"both ends":           {query.Of(src, query.VNet), query.Of(src, query.Class), query.Of(dst, query.Country), query.Status},
		"either end":          {query.Of(any, query.Region), query.Of(dst, query.Service), query.Time},
		"with the end itself": {query.Of(src, query.VNet), query.InitiatorEndpoint, query.Of(dst, query.Country)},
		"with the host":       {query.Of(src, query.VNet), query.ResponderID},
	} {
		q := query.Question{From: start, To: start.AddDate(0, 0, 1), Dimensions: dims, Grain: time.Hour, Measures: total(query.Bytes)}
		q.Measures = append(q.Measures, query.Measure{Name: "allowed", Of: query.Bytes, Where: []query.Filter{query.Is(query.Status, flow.Allowed)}})
		for _, d := range dims {
			q.Order = append(q.Order, query.Order{Dimension: d})
		}
		compare(t, name, s, alone{s}, q)
		built, err := query.Build(s.Dialect(), q)
		if err != nil {
			t.Fatal(err)
		}
		joined := map[string]int{"both ends": 2, "either end": 2}
		if n := strings.Count(built.Rows.SQL, "AS first"); n != joined[name] {
			t.Errorf("%s: %d ends are grouped by what they were, want %d", name, n, joined[name])
		}
	}
}

func compare(t *testing.T, name string, one, other query.Asker, q query.Question) {
	t.Helper()
	want, err := query.Ask(context.Background(), one, q)
	if err != nil {
		t.Fatal(err)
	}
	got, err := query.Ask(context.Background(), other, q)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, name, want, got)
}
