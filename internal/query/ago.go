package query

import "time"

// DeltaSpan is the time between two tuples of a flow that goes on: the bytes that
// a tuple says were sent within it (docs/reference/traffic-analytics.md, section 1.3).
const DeltaSpan = 5 * time.Minute

// bytesAgo begins the quantities of BytesAgo.
const bytesAgo Quantity = 1000

// BytesAgo is the part of the bytes of an interval that was sent n intervals before
// it, n from 1: tuples say what was sent since the last one of their flow. The bytes
// of a row are taken to be spread evenly from DeltaSpan before its first
// tuple to its last; those of a row in which a flow started are all of its own
// interval. It goes with Time by a Grain that is the interval of the store and less
// than an hour, as only facts have the times of tuples.
func BytesAgo(n int) Quantity { return bytesAgo + Quantity(n) }

// ago tells how many intervals before those of its rows a quantity is of.
func (q Quantity) ago() int { return max(0, int(q-bytesAgo)) }

// agoColumns are the columns that BytesAgo is made of.
var agoColumns = []string{"bytes_fwd", "bytes_back", "interval_start", "first_seen", "last_seen", "started"}

// sentAgo writes the terms of BytesAgo, of a fact f.
func (b *builder) sentAgo(n int) []string {
	width, span := int64(b.q.Grain/time.Second), int64(DeltaSpan/time.Second)
	second := func(column string) string { return "(" + b.dialect.Bucket("f."+column, 1) + ")" }
	start, first, last := second("interval_start"), second("first_seen"), second("last_seen")
	begin := format("(%s - %d)", first, span)
	from, until := format("(%s - %d)", start, int64(n)*width), format("(%s - %d)", start, int64(n-1)*width)
	within := format("CASE WHEN %[1]s > %[2]s THEN %[3]s - %[1]s ELSE %[3]s - %[2]s END", begin, from, until)
	terms := make([]string, 0, 2)
	for _, c := range []string{"bytes_fwd", "bytes_back"} {
		terms = append(terms, format("CASE WHEN f.started = 0 AND %s < %s THEN floor(f.%s / (%s - %s)) * (%s) ELSE 0 END", begin, until, c, last, begin, within))
	}
	return terms
}
