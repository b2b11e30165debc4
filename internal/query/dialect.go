package query

import (
	"fmt"
	"strings"
)

// Dialect is what engines write differently.
type Dialect interface {
	// Bucket returns the start, in seconds since 1970, of the grain that a timestamp is in.
	Bucket(timestamp string, grainSeconds int64) string
	// Sum returns the sum over columns as a 64-bit integer: 0 over nothing,
	// and the highest integer rather than an error where the sum does not
	// fit. An empty condition holds for every row.
	Sum(condition string, columns ...string) string
	// Lowest aggregates rows into a list of the n lowest, compared field by
	// field, without sorting or keeping the others.
	Lowest(fields []Field, n int) string
	// Unfold makes a row of each element of such a list.
	Unfold(list string) string
}

// Field is a named value of a row in a list.
type Field struct{ Name, Value string }

// DuckDB is the dialect of the embedded store.
type DuckDB struct{}

// Bucket implements Dialect.
func (DuckDB) Bucket(timestamp string, grainSeconds int64) string {
	return fmt.Sprintf("epoch_us(%s) // %d * %d", timestamp, grainSeconds*1_000_000, grainSeconds)
}

// Sum implements Dialect. Columns are added after summing, in 128 bits, since
// adding two 64-bit values of a row fails where the result does not fit.
func (DuckDB) Sum(condition string, columns ...string) string {
	if condition != "" {
		condition = " FILTER (WHERE " + condition + ")"
	}
	sums := make([]string, len(columns))
	for i, c := range columns {
		sums[i] = fmt.Sprintf("coalesce(sum(%s)%s, 0)", c, condition)
	}
	return fmt.Sprintf("least(%s, 9223372036854775807)::BIGINT", strings.Join(sums, " + "))
}

// Lowest implements Dialect.
func (DuckDB) Lowest(fields []Field, n int) string {
	pairs := make([]string, len(fields))
	for i, f := range fields {
		pairs[i] = f.Name + " := " + f.Value
	}
	return fmt.Sprintf("min(struct_pack(%s), %d)", strings.Join(pairs, ", "), n)
}

// Unfold implements Dialect.
func (DuckDB) Unfold(list string) string { return "unnest(" + list + ")" }
