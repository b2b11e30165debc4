package duckdb

import (
	"fmt"
	"strings"

	"weir/internal/store"
)

// Dialect implements store.Store.
func (*Store) Dialect() store.Dialect { return Dialect{} }

// Dialect is the SQL of DuckDB.
type Dialect struct{}

// most is the highest sum.
const most = 1<<63 - 1

// Bucket implements store.Dialect.
func (Dialect) Bucket(timestamp string, grainSeconds int64) string {
	return fmt.Sprintf("epoch_us(%s) // %d * %d", timestamp, grainSeconds*1_000_000, grainSeconds)
}

// IntervalEnd implements store.Dialect.
func (Dialect) IntervalEnd(start string) string { return start + " + weir.interval_width()" }

// Sum implements store.Dialect. Columns are added after summing, in 128 bits,
// since adding two 64-bit values of a row fails where the result does not fit.
func (Dialect) Sum(columns ...string) string {
	sums := make([]string, len(columns))
	for i, c := range columns {
		sums[i] = "coalesce(sum(" + c + "), 0)"
	}
	return fmt.Sprintf("least(%s, %d)::BIGINT", strings.Join(sums, " + "), most)
}

// Beside implements store.Dialect. Counting the rows of a group by that is
// under way takes a sixth of its time; asking again takes all of it.
func (Dialect) Beside(columns ...string) (count string, sums []string, ok bool) {
	for _, c := range columns {
		sums = append(sums, fmt.Sprintf("least(coalesce(sum(%s) OVER (), 0), %d)::BIGINT", c, most))
	}
	return "count(*) OVER ()", sums, true
}

// FirstAlike implements store.Dialect. A group by and a join by the values takes as
// long, and more words.
func (Dialect) FirstAlike(values ...string) (first string, ok bool) {
	return "min(t.id) OVER (PARTITION BY " + strings.Join(values, ", ") + ")", true
}

// Matches implements store.Dialect.
func (Dialect) Matches(text, pattern string) string {
	return "regexp_matches(" + text + ", " + pattern + ")"
}

// Part implements store.Dialect.
func (Dialect) Part(text string, n int) string {
	return fmt.Sprintf("split_part(%s, '/', %d)", text, n)
}

// FirstOfEach implements store.Dialect.
func (Dialect) FirstOfEach(n int, group, order []string) string {
	sorted := strings.Join(order, ", ")
	return fmt.Sprintf("QUALIFY row_number() OVER (PARTITION BY %s ORDER BY %s) <= %d\nORDER BY %s", strings.Join(group, ", "), sorted, n, sorted)
}
