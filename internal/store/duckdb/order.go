package duckdb

import (
	"math/bits"
	"slices"

	"weir/internal/flow"
)

// order sorts the rows of a delta by interval, log, rule and direction before
// they are stored. Columns then have long runs of one value, which makes the
// facts a third smaller, and a question about a time or a log skips blocks.
type order struct {
	intervals    []int64
	items, spare []orderItem
}

// orderItem is a row by what it is sorted by. An item is small, so that
// sorting does not move or even read the rows.
type orderItem struct {
	key uint64
	row uint32
}

// of returns the rows in order; the result lives until the next call.
func (o *order) of(rows []flow.Row, rules, logs int) []orderItem {
	o.intervals = o.intervals[:0]
	for i := range rows {
		if start := rows[i].Interval; len(o.intervals) == 0 || o.intervals[len(o.intervals)-1] != start {
			o.intervals = append(o.intervals, start)
		}
	}
	slices.Sort(o.intervals)
	o.intervals = slices.Compact(o.intervals)

	ruleBits, logBits := bits.Len(uint(rules)), bits.Len(uint(logs))
	total := 1 + ruleBits + logBits + bits.Len(uint(len(o.intervals)))
	o.items = slices.Grow(o.items[:0], len(rows))[:len(rows)]
	rank, last := 0, int64(-1)
	for i := range rows {
		r := &rows[i]
		if r.Interval != last || i == 0 {
			last = r.Interval
			rank, _ = slices.BinarySearch(o.intervals, last)
		}
		key := uint64(rank)<<logBits | uint64(r.Log)
		key = (key<<ruleBits|uint64(r.Rule))<<1 | uint64(r.Direction)&1
		o.items[i] = orderItem{key, uint32(i)}
	}
	o.sort(total)
	return o.items
}

// sort sorts the items by the lowest bits of their keys, digit by digit.
func (o *order) sort(width int) {
	const digit = 11
	var count [1 << digit]int
	o.spare = slices.Grow(o.spare[:0], len(o.items))[:len(o.items)]
	for shift := 0; shift < width; shift += digit {
		clear(count[:])
		for i := range o.items {
			count[o.items[i].key>>shift&(1<<digit-1)]++
		}
		at := 0
		for i, n := range count {
			count[i], at = at, at+n
		}
		for _, item := range o.items {
			d := item.key >> shift & (1<<digit - 1)
			o.spare[count[d]] = item
			count[d]++
		}
		o.items, o.spare = o.spare, o.items
	}
}
