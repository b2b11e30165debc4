package duckdb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"weir/internal/store"
)

// periodKey names a period: its width and start in seconds.
type periodKey struct{ width, start int64 }

// periodWidths are the widths of periods, in seconds.
var periodWidths = [...]int64{int64(store.Hour / time.Second), int64(store.Day / time.Second)}

// periodOf returns the period of a width that a time is in.
func periodOf(width, at int64) periodKey {
	start := at / width * width
	if start > at { // before 1970
		start -= width
	}
	return periodKey{width, start}
}

// periods is what the writer remembers of the tables of periods, so that a
// commit into periods that are open asks and changes nothing.
type periods struct {
	stand map[periodKey]bool
	due   map[periodKey]bool
}

// load reads which periods stand and which are due, unless it is known.
func (w *writer) loadPeriods(ctx context.Context) error {
	if w.periods != nil {
		return nil
	}
	p := &periods{stand: map[periodKey]bool{}, due: map[periodKey]bool{}}
	for table, to := range map[string]map[periodKey]bool{"period": p.stand, "due": p.due} {
		err := w.integers(ctx, "SELECT width::BIGINT, epoch_us(interval_start) // 1000000 FROM weir."+table, func(width, at int64) {
			to[periodKey{width, at}] = true
		})
		if err != nil {
			return err
		}
	}
	w.periods = p
	return nil
}

// disturb drops the roll-ups of the periods that intervals are in, by their
// starts in seconds, and has them made anew.
func (w *writer) disturb(ctx context.Context, starts []int64) error {
	if err := w.loadPeriods(ctx); err != nil {
		return err
	}
	drop, due := map[periodKey]bool{}, map[periodKey]bool{}
	for _, at := range starts {
		if at < w.horizon {
			continue // of what is forgotten the roll-ups are all that there is
		}
		for _, width := range periodWidths {
			k := periodOf(width, at)
			if w.periods.stand[k] {
				drop[k] = true
			}
			if !w.periods.due[k] {
				due[k] = true
			}
		}
	}
	if err := w.dropPeriods(ctx, drop); err != nil {
		return err
	}
	return w.owe(ctx, due)
}

// owe puts periods on the list of those that are due.
func (w *writer) owe(ctx context.Context, due map[periodKey]bool) error {
	if len(due) == 0 {
		return nil
	}
	var rows []string
	for _, k := range sortedPeriods(due) {
		rows = append(rows, fmt.Sprintf("(%d, %s)", k.width, timestamp(k.start*1e6)))
		w.periods.due[k] = true
	}
	return w.conn.run(ctx, "INSERT INTO weir.due VALUES "+strings.Join(rows, ", "))
}

// dropPeriods deletes the roll-ups of periods.
func (w *writer) dropPeriods(ctx context.Context, drop map[periodKey]bool) error {
	for _, width := range periodWidths {
		var starts []int64
		for _, k := range sortedPeriods(drop) {
			if k.width == width {
				starts = append(starts, k.start)
				delete(w.periods.stand, k)
			}
		}
		if len(starts) == 0 {
			continue
		}
		in := "interval_start IN (" + timestamps(starts) + ")"
		for _, r := range store.Rollups() {
			table := store.RollupTable(r.Name, time.Duration(width)*time.Second)
			if err := w.conn.run(ctx, "DELETE FROM "+table+" WHERE "+in); err != nil {
				return err
			}
		}
		for _, table := range []string{"weir.period", "weir.bound", "weir.folded"} {
			if err := w.conn.run(ctx, fmt.Sprintf("DELETE FROM %s WHERE width = %d AND %s", table, width, in)); err != nil {
				return err
			}
		}
	}
	return nil
}

func sortedPeriods(set map[periodKey]bool) []periodKey {
	return slices.SortedFunc(maps.Keys(set), func(a, b periodKey) int {
		if a.width != b.width {
			return int(a.width - b.width)
		}
		return int(a.start - b.start)
	})
}

// timestamps writes starts in seconds as a list in SQL.
func timestamps(starts []int64) string {
	list := make([]string, len(starts))
	for i, at := range starts {
		list[i] = timestamp(at * 1e6)
	}
	return strings.Join(list, ", ")
}

// Periods implements store.Rolling.
func (s *Store) Periods(ctx context.Context, from, to time.Time) ([]store.Period, error) {
	where := "true"
	if !from.IsZero() {
		where += " AND p.interval_start >= " + timestamp(microsOf(from))
	}
	if !to.IsZero() {
		where += " AND epoch_us(p.interval_start) + p.width * 1000000::BIGINT <= " + fmt.Sprint(microsOf(to))
	}
	var list []store.Period
	err := s.each(ctx, func(v []any) error {
		start, width, number := timeOf(v[0]), time.Duration(v[1].(int64))*time.Second, v[2].(uint64)
		n := len(list)
		if n == 0 || !list[n-1].Start.Equal(start) || list[n-1].Width != width {
			list = append(list, store.Period{Start: start, Width: width, Number: number, Bounds: map[string]store.Bound{}})
			n++
		}
		if name, ok := v[3].(string); ok {
			list[n-1].Bounds[name] = store.Bound{
				Flows: v[4].(int64), Packets: v[5].(int64), Bytes: v[6].(int64), Kept: v[7].(int64), Folded: v[8].(int64),
			}
		}
		return nil
	}, `SELECT p.interval_start, p.width::BIGINT, p.number, b.rollup, b.flows, b.packets, b.bytes, b.kept, b.folded
FROM weir.period p LEFT JOIN weir.bound b ON b.width = p.width AND b.interval_start = p.interval_start
WHERE `+where+` ORDER BY p.interval_start, p.width`)
	return list, err
}

// keepPorts drops all roll-ups of which the facts are there when names of ports
// come that are drawn by chance otherwise: those ports are one in roll-ups.
func (w *writer) keepPorts(ctx context.Context, all []store.Application) error {
	const firstEphemeral = 49152
	named := map[int64]bool{}
	for _, a := range all {
		if a.Port >= firstEphemeral {
			named[int64(a.Port)] = true
		}
	}
	before := map[int64]bool{}
	if err := w.integers(ctx, "SELECT DISTINCT port::BIGINT, 0 FROM weir.application WHERE port >= 49152", func(port, _ int64) { before[port] = true }); err != nil {
		return err
	}
	if maps.Equal(named, before) {
		return nil
	}
	if err := w.loadPeriods(ctx); err != nil {
		return err
	}
	drop := map[periodKey]bool{}
	for _, width := range periodWidths {
		err := w.integers(ctx, fmt.Sprintf("SELECT DISTINCT epoch_us(interval_start) // %d000000 * %[1]d, 0 FROM weir.fact WHERE interval_start >= %s", width, timestamp(w.horizon*1e6)), func(at, _ int64) {
			if k := (periodKey{width, at}); w.periods.stand[k] {
				drop[k] = true
			}
		})
		if err != nil {
			return err
		}
	}
	if err := w.dropPeriods(ctx, drop); err != nil {
		return err
	}
	return w.owe(ctx, drop)
}

// integers reads a result of two integers.
func (w *writer) integers(ctx context.Context, sql string, yield func(a, b int64)) error {
	r, err := w.conn.query(ctx, sql)
	if err != nil {
		return err
	}
	for r.Next() {
		v := r.Values()
		a, _ := v[0].(int64)
		b, _ := v[1].(int64)
		yield(a, b)
	}
	return errors.Join(r.Err(), r.Close())
}
