package duckdb

import (
	"context"
	"fmt"
	"slices"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/store"
)

// Unsettled implements store.Knowledge.
func (s *Store) Unsettled(ctx context.Context) (store.Unsettled, error) {
	var list store.Unsettled
	err := s.each(ctx, func(v []any) error {
		list.Intervals = append(list.Intervals, timeOf(v[0]))
		list.Until = max(list.Until, v[1].(uint64))
		return nil
	}, "SELECT interval_start, max(number) FROM weir.unsettled GROUP BY ALL ORDER BY ALL")
	return list, err
}

// unsettle puts intervals on the list of those that may count twice, by their
// starts in seconds.
func (w *writer) unsettle(ctx context.Context, starts []int64) error {
	return w.list(ctx, "unsettled", starts)
}

// unsettleAgain puts those intervals on the list again that are on it near rows
// of the delta: who counts them may have read them without these rows, and is to
// do it once more.
func (w *writer) unsettleAgain(ctx context.Context, interval int64) error {
	r, err := w.conn.query(ctx, "SELECT DISTINCT interval_start FROM weir.unsettled")
	if err != nil {
		return err
	}
	var again []int64
	err = r.chunks(func(i uint64) error {
		listed := at[int64](r.readers[0], i) / 1e6
		if slices.ContainsFunc(w.order.intervals, func(start int64) bool {
			return max(listed-start, start-listed) <= (store.CountedBeside+1)*interval
		}) {
			again = append(again, listed)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.unsettle(ctx, again)
}

// list puts intervals on a list, by their starts in seconds, unless they are
// forgotten.
func (w *writer) list(ctx context.Context, table string, starts []int64) error {
	starts = w.kept(starts)
	if len(starts) == 0 {
		return nil
	}
	w.number++
	next := func() func(*chunk) (int, error) {
		return each(len(starts), func(c *chunk, row, i int) { column[int64](c, 0)[row] = micros(starts[i] * 1000) })
	}
	err := w.feed.insert(ctx, w.conn, "DELETE FROM weir."+table+" WHERE interval_start IN (SELECT c0 FROM %FEED%)", []duck.Type{ts}, len(starts), next())
	if err != nil {
		return err
	}
	return w.feed.insert(ctx, w.conn, fmt.Sprintf("INSERT INTO weir.%s SELECT DISTINCT c0, %d FROM %%FEED%%", table, w.number), []duck.Type{ts}, len(starts), next())
}

// settle takes intervals off the list, but those put on it since.
func (w *writer) settle(ctx context.Context, list store.Unsettled) error {
	if len(list.Intervals) == 0 {
		return nil
	}
	sql := fmt.Sprintf("DELETE FROM weir.unsettled WHERE number <= %d AND interval_start IN (SELECT c0 FROM %%FEED%%)", list.Until)
	return w.feed.insert(ctx, w.conn, sql, []duck.Type{ts}, len(list.Intervals), each(len(list.Intervals), func(c *chunk, row, i int) {
		column[int64](c, 0)[row] = microsOf(list.Intervals[i])
	}))
}
