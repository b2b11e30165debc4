package store

// Dialect is what engines write differently in the SQL that package query
// makes; all else is what they share (docs/explanation/questions.md).
type Dialect interface {
	// Bucket returns the start, in seconds since 1970, of the grain that a
	// timestamp is in.
	Bucket(timestamp string, grainSeconds int64) string
	// IntervalEnd returns the end, exclusive, of the interval that begins at a
	// timestamp.
	IntervalEnd(start string) string
	// Sum returns the sum over columns as a 64-bit integer: 0 over nothing, and
	// the highest integer, neither an error nor what is left of it, where it
	// does not fit.
	Sum(columns ...string) string
	// Beside returns the number of rows of a select before its LIMIT, and the
	// sums of columns over them, to be selected beside each row; false where
	// the engine cannot, and they take a statement of their own.
	Beside(columns ...string) (count string, sums []string, ok bool)
	// FirstAlike returns, to be selected from a table t, the lowest id of the rows
	// that have the same values as a row; false where the engine cannot.
	FirstAlike(values ...string) (first string, ok bool)
	// Matches tells whether a text has what a regular expression of RE2 matches.
	Matches(text, pattern string) string
	// Part returns the n-th part, from 1, of a text between slashes; empty where
	// it has fewer.
	Part(text string, n int) string
	// FirstOfEach returns the end of a select that keeps the first n rows, by
	// the order, of each group of rows that agree in the columns of group.
	FirstOfEach(n int, group, order []string) string
}
