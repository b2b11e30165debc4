package duckdb

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"weir/internal/store"
)

// The horizon stands in weir.meta, each part of it under its key. It moves
// before what lies behind it is deleted, so that a kill between leaves what the
// next call of Forget finds.
const (
	horizonIntervals = "horizon_intervals"
	horizonHours     = "horizon_hours"
	horizonDays      = "horizon_days"
)

// forgetAtOnce is how many rows one transaction deletes, unless an interval has
// more: about as long as a commit takes.
const forgetAtOnce = 250_000

// Horizon implements store.Forgetting.
func (s *Store) Horizon(ctx context.Context) (h store.Horizon, err error) {
	if known := s.horizon.Load(); known != nil {
		return *known, nil
	}
	err = s.withConn(func(c *conn) error {
		h, err = horizonOf(ctx, c)
		return err
	})
	if err == nil {
		s.horizon.CompareAndSwap(nil, &h)
	}
	return h, err
}

func horizonOf(ctx context.Context, c *conn) (store.Horizon, error) {
	var h store.Horizon
	for key, to := range map[string]*time.Time{horizonIntervals: &h.Intervals, horizonHours: &h.Hours, horizonDays: &h.Days} {
		us, err := number(ctx, c, "SELECT epoch_us(value::TIMESTAMP) FROM weir.meta WHERE key = ?", key)
		if err != nil {
			return h, err
		}
		if us != 0 {
			*to = time.UnixMicro(us).UTC()
		}
	}
	return h, nil
}

// leaveOut takes the rows out of a delta that begin before the horizon, which
// are the first in their order.
func (w *writer) leaveOut(d *store.Delta) error {
	d.LeftOut = store.LeftOut{}
	for len(w.items) > 0 && d.Rows[w.items[0].row].Interval < w.horizon {
		d.LeftOut.Rows++
		d.LeftOut.Tuples += clamp(d.Rows[w.items[0].row].Records)
		w.items = w.items[1:]
	}
	for len(w.order.intervals) > 0 && w.order.intervals[0] < w.horizon {
		w.order.intervals = w.order.intervals[1:]
	}
	return nil
}

// kept returns those of the starts of intervals that are not forgotten: what is
// said of others, by who read them before, changes nothing any more.
func (w *writer) kept(starts []int64) []int64 {
	forgotten := func(at int64) bool { return at < w.horizon }
	if !slices.ContainsFunc(starts, forgotten) {
		return starts
	}
	return slices.DeleteFunc(slices.Clone(starts), forgotten)
}

// Forget implements store.Forgetting.
func (s *Store) Forget(ctx context.Context, until store.Horizon) (done store.Forgotten, err error) {
	// Where logs stopped, their last day is not over as the data has it.
	if _, err := s.rollUpBefore(ctx, until.Intervals); err != nil {
		return done, err
	}
	var horizon store.Horizon
	err = s.write(ctx, func(w *writer) (err error) {
		horizon, done.WaitsFor, err = w.moveHorizon(ctx, until)
		return err
	})
	if err != nil {
		return done, err
	}
	s.horizon.Store(&horizon)
	done.Horizon = horizon
	for _, part := range []struct {
		tables []string
		until  time.Time
		rows   *int64
	}{
		{[]string{"fact"}, horizon.Intervals, &done.Facts},
		{rollupTables(store.Hour), horizon.Hours, &done.Sums},
		{rollupTables(store.Day), horizon.Days, &done.Sums},
	} {
		for _, table := range part.tables {
			n, err := s.forgetRows(ctx, table, part.until)
			if *part.rows += n; err != nil {
				return done, err
			}
		}
	}
	if done.Facts+done.Sums > 0 {
		s.commit.Lock()
		defer s.commit.Unlock()
		if s.writable() == nil {
			s.visitors.without(nil, s.fold) // what was deleted is free after it
		}
	}
	return done, nil
}

func rollupTables(width time.Duration) []string {
	var tables []string
	for _, r := range store.Rollups() {
		tables = append(tables, strings.TrimPrefix(store.RollupTable(r.Name, width), "weir."))
	}
	return tables
}

// moveHorizon moves the horizon as far as it may, and returns the first day that
// has to wait.
func (w *writer) moveHorizon(ctx context.Context, until store.Horizon) (h store.Horizon, waits time.Time, err error) {
	if h, err = horizonOf(ctx, w.conn); err != nil {
		return h, waits, err
	}
	before := h
	h.Days = later(h.Days, until.Days)
	// A day of which the sums by day do not stand keeps its sums by hour; one of
	// which either do not stand, and are to be kept, keeps its facts.
	byDay, err := w.firstDue(ctx, store.Day, h.Days)
	if err != nil {
		return h, waits, err
	}
	h.Hours = later(h.Hours, earlier(until.Hours, byDay))
	byHour, err := w.firstDue(ctx, store.Hour, h.Hours)
	if err != nil {
		return h, waits, err
	}
	first := byDay
	if first.IsZero() || !byHour.IsZero() && byHour.Before(first) {
		first = byHour
	}
	h.Intervals = later(h.Intervals, earlier(until.Intervals, first))
	if h.Intervals.Before(until.Intervals) || h.Hours.Before(until.Hours) {
		waits = first
	}
	// Where nothing lies between the old horizon and the new one nothing is
	// forgotten: who asks for a shorter retention by mistake has lost nothing yet.
	for _, part := range []struct {
		at, before *time.Time
		width      time.Duration // of the roll-ups that lie there, beside facts; 0: none
	}{{&h.Intervals, &before.Intervals, 0}, {&h.Hours, &before.Hours, store.Hour}, {&h.Days, &before.Days, store.Day}} {
		n, err := number(ctx, w.conn, fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM weir.fact WHERE interval_start < %[1]s
			UNION ALL SELECT 1 FROM weir.period WHERE width = %[2]d AND interval_start < %[1]s LIMIT 1)`,
			timestamp(microsOf(*part.at)), int64(part.width/time.Second)))
		if err != nil {
			return h, waits, err
		}
		if n == 0 {
			*part.at = *part.before
		}
	}
	if h == before {
		return h, waits, nil
	}
	return h, waits, steps(
		func() error { return w.setHorizon(ctx, horizonIntervals, h.Intervals) },
		func() error { return w.setHorizon(ctx, horizonHours, h.Hours) },
		func() error { return w.setHorizon(ctx, horizonDays, h.Days) },
		func() error { return w.forgetLists(ctx, h) },
	)
}

// firstDue returns the first day from a time on that has facts of which the
// roll-ups of a width do not stand; zero: none.
func (w *writer) firstDue(ctx context.Context, width time.Duration, from time.Time) (time.Time, error) {
	us, err := number(ctx, w.conn, fmt.Sprintf("SELECT coalesce(epoch_us(min(interval_start)), 9223372036854775807) FROM weir.due WHERE width = %d AND interval_start >= %s",
		int64(width/time.Second), timestamp(microsOf(from))))
	if err != nil || us == math.MaxInt64 {
		return time.Time{}, err
	}
	return time.UnixMicro(us).UTC().Truncate(store.Day), nil
}

func (w *writer) setHorizon(ctx context.Context, key string, at time.Time) error {
	if at.IsZero() {
		return nil
	}
	return w.conn.exec(ctx, "INSERT OR REPLACE INTO weir.meta VALUES (?, ?)", key, at.UTC().Format(time.DateTime))
}

// forgetLists takes off every list what lies before the horizon: nothing of it
// is to be done any more, and no question finds roll-ups of which rows are
// missing.
func (w *writer) forgetLists(ctx context.Context, h store.Horizon) error {
	w.periods = nil
	w.horizon = h.Intervals.Unix()
	var all []string
	for _, table := range []string{"unsettled", "unmerged", "due"} {
		all = append(all, fmt.Sprintf("DELETE FROM weir.%s WHERE interval_start < %s", table, timestamp(microsOf(h.Intervals))))
	}
	for _, table := range []string{"period", "bound"} {
		for width, until := range map[time.Duration]time.Time{store.Hour: h.Hours, store.Day: h.Days} {
			all = append(all, fmt.Sprintf("DELETE FROM weir.%s WHERE width = %d AND interval_start < %s", table, int64(width/time.Second), timestamp(microsOf(until))))
		}
	}
	return w.conn.run(ctx, strings.Join(all, "; "))
}

// forgetRows deletes the rows of a table that begin before a time, some at once.
func (s *Store) forgetRows(ctx context.Context, table string, until time.Time) (deleted int64, err error) {
	if until.IsZero() {
		return 0, nil
	}
	var ends []time.Time // of each part, exclusive
	var rows int64
	err = s.each(ctx, func(v []any) error {
		if rows += v[1].(int64); rows > forgetAtOnce {
			ends, rows = append(ends, timeOf(v[0])), v[1].(int64)
		}
		return nil
	}, fmt.Sprintf("SELECT interval_start, count(*) FROM weir.%s WHERE interval_start < %s GROUP BY 1 ORDER BY 1", table, timestamp(microsOf(until))))
	if err != nil || rows == 0 {
		return 0, err
	}
	for _, end := range append(ends, until) {
		err := s.write(ctx, func(w *writer) error {
			n, err := number(ctx, w.conn, fmt.Sprintf("DELETE FROM weir.%s WHERE interval_start < %s", table, timestamp(microsOf(end))))
			deleted += n
			if err == nil && table == "fact" {
				err = w.conn.run(ctx, "DELETE FROM weir.interval WHERE start < "+timestamp(microsOf(end)))
			}
			return err
		})
		if err != nil {
			return deleted, err
		}
	}
	return deleted, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// earlier returns the earlier of two times of which the second may be none.
func earlier(a, b time.Time) time.Time {
	if !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
