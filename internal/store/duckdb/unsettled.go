package duckdb

import (
	"context"
	"fmt"

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

// unsettle puts intervals on the list, by their starts in seconds.
func (w *writer) unsettle(ctx context.Context, starts []int64) error {
	if len(starts) == 0 {
		return nil
	}
	w.number++
	next := func() func(*chunk) (int, error) {
		return each(len(starts), func(c *chunk, row, i int) { column[int64](c, 0)[row] = micros(starts[i] * 1000) })
	}
	err := w.feed.insert(ctx, w.conn, "DELETE FROM weir.unsettled WHERE interval_start IN (SELECT c0 FROM %FEED%)", []duck.Type{ts}, len(starts), next())
	if err != nil {
		return err
	}
	return w.feed.insert(ctx, w.conn, fmt.Sprintf("INSERT INTO weir.unsettled SELECT DISTINCT c0, %d FROM %%FEED%%", w.number), []duck.Type{ts}, len(starts), next())
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
