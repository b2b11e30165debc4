package duckdb

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/store"
)

// markAtOnce is how many rows one statement of Mark changes.
const markAtOnce = 200_000

// Mark implements store.Knowledge.
func (s *Store) Mark(ctx context.Context, rows []store.Marking, settled store.Unsettled, unsettled []time.Time) error {
	rows = lastOfEach(rows)
	return s.write(ctx, func(w *writer) error {
		for part := range slices.Chunk(rows, markAtOnce) {
			if err := w.mark(ctx, part); err != nil {
				return err
			}
		}
		if err := w.settle(ctx, settled); err != nil {
			return err
		}
		starts := make([]int64, len(unsettled))
		for i, t := range unsettled {
			starts[i] = t.Unix()
		}
		return w.unsettle(ctx, starts)
	})
}

// lastOfEach returns the markings by handle, of each the last.
func lastOfEach(rows []store.Marking) []store.Marking {
	byHandle := func(a, b store.Marking) int { return cmp.Compare(a.Handle, b.Handle) }
	if !slices.IsSortedFunc(rows, byHandle) {
		rows = slices.Clone(rows)
		slices.SortStableFunc(rows, byHandle)
	}
	last := func(i int) bool { return i+1 == len(rows) || rows[i+1].Handle != rows[i].Handle }
	n := 0
	for i := range rows {
		if last(i) {
			n++
		}
	}
	if n == len(rows) {
		return rows
	}
	once := make([]store.Marking, 0, n)
	for i := range rows {
		if last(i) {
			once = append(once, rows[i])
		}
	}
	return once
}

// keepType stands for a type in the rows of mark, where the stored one stays.
const keepType = math.MaxUint8

// mark changes the rows, which are in order.
func (w *writer) mark(ctx context.Context, rows []store.Marking) error {
	sql := fmt.Sprintf(`UPDATE weir.fact AS f SET flow_type = if(c1 = %d, flow_type, c1), marks = (marks & c3) | c2 FROM %%FEED%%
WHERE f.rowid = c0 AND f.rowid >= %d AND f.rowid <= %d AND (c1 <> %[1]d AND flow_type <> c1 OR (marks & c3) | c2 <> marks)`,
		keepType, rows[0].Handle, rows[len(rows)-1].Handle)
	return w.feed.insert(ctx, w.conn, sql, []duck.Type{i64, u8, u8, u8}, len(rows), each(len(rows), func(c *chunk, row, i int) {
		m := &rows[i]
		kind := uint8(m.Type)
		if m.KeepType {
			kind = keepType
		}
		column[int64](c, 0)[row] = int64(m.Handle)
		column[uint8](c, 1)[row] = kind
		column[uint8](c, 2)[row] = uint8(m.Marks &^ m.Keep)
		column[uint8](c, 3)[row] = uint8(m.Keep)
	}))
}
