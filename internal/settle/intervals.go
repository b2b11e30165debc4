package settle

import (
	"context"
	"fmt"
	"slices"
	"time"

	"weir/internal/store"
)

// spanIntervals is how many intervals are settled together: six hours of the
// usual ones.
const spanIntervals = 36

// count settles every interval on the list, span by span.
func (r *run) count(ctx context.Context) error {
	list, err := r.store.Unsettled(ctx)
	if err != nil {
		return fmt.Errorf("cannot list the unsettled intervals: %w", err)
	}
	if len(list.Intervals) == 0 {
		return nil
	}
	logs, err := r.store.Logs(ctx)
	if err != nil {
		return fmt.Errorf("cannot read the logs: %w", err)
	}
	width := r.store.Interval()
	total := int64(len(list.Intervals))
	r.tell(counting, 0, total)
	for rest := list.Intervals; len(rest) > 0; {
		n := 1
		for n < len(rest) && n < spanIntervals && rest[n].Sub(rest[0]) < spanIntervals*width {
			n++
		}
		s := span{run: r, sites: sitesOf(logs), width: width, wanted: rest[:n]}
		s.order = sequence{width: width.Milliseconds(), touched: s.isWanted, yield: func(c store.Counted) { s.marks = append(s.marks, c) }}
		if err := s.settle(ctx, store.Unsettled{Intervals: rest[:n], Until: list.Until}); err != nil {
			return fmt.Errorf("cannot settle the intervals from %s: %w", rest[0].UTC().Format(time.RFC3339), err)
		}
		rest = rest[n:]
		r.sum.Intervals += int64(n)
		r.tell(counting, total-int64(len(rest)), total)
	}
	return nil
}

// span is a run of intervals that are settled together.
type span struct {
	*run
	sites  sites
	width  time.Duration
	wanted []time.Time // those with new rows

	// Rows wait in one interval after the other; what becomes of the rows of
	// one can be told when the next one is known.
	open   []row
	openAt int64
	order  sequence
	marks  []store.Counted
}

// settle reads the intervals and those beside them, since what is new in one
// decides about its neighbours too, and those decide with theirs.
func (s *span) settle(ctx context.Context, list store.Unsettled) error {
	from, to := s.wanted[0].Add(-2*s.width), s.wanted[len(s.wanted)-1].Add(3*s.width)
	err := s.store.Captured(ctx, from, to, func(rows []store.CapturedFact) error {
		for i := range rows {
			if len(s.open) > 0 && rows[i].Interval != s.openAt {
				if err := s.close(ctx); err != nil {
					return err
				}
			}
			s.openAt = rows[i].Interval
			s.open = append(s.open, newRow(&rows[i], s.openAt*1000))
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	if err := s.close(ctx); err != nil {
		return err
	}
	s.order.shift(nil)
	return s.write(ctx, list)
}

// write stores the marks and takes the intervals of settled off the list.
func (s *span) write(ctx context.Context, settled store.Unsettled) error {
	if err := s.store.Recount(ctx, s.marks, settled); err != nil {
		return err
	}
	s.sum.Marked += int64(len(s.marks))
	s.marks = s.marks[:0]
	return nil
}

// isWanted tells whether the interval that starts then, in milliseconds, has new rows.
func (s *span) isWanted(start int64) bool {
	_, ok := slices.BinarySearchFunc(s.wanted, time.UnixMilli(start), time.Time.Compare)
	return ok
}

// countedAtOnce bounds what is counted anew in one transaction, and the memory for it.
const countedAtOnce = 500_000

// close ends the open interval. Marks in large numbers are stored at once, and
// their intervals stay on the list until all are.
func (s *span) close(ctx context.Context) error {
	if len(s.open) == 0 {
		return nil
	}
	start := s.openAt * 1000
	s.order.shift(newInterval(start, start+s.width.Milliseconds(), s.open, s.sites))
	s.open = nil
	if len(s.marks) < countedAtOnce {
		return nil
	}
	return s.write(ctx, store.Unsettled{})
}

// sequence decides about one interval after the other.
type sequence struct {
	width        int64            // of an interval, milliseconds
	touched      func(int64) bool // whether the interval that starts then has new rows
	yield        func(store.Counted)
	before, last *interval
}

// shift takes the next interval, after which the last one is decided.
func (s *sequence) shift(next *interval) {
	if last := s.last; last != nil && (s.touched(last.start-s.width) || s.touched(last.start) || s.touched(last.end)) {
		last.marks(startsAt(s.before, last.start-s.width), startsAt(next, last.end), s.yield)
	}
	s.before, s.last = s.last, next
}

// startsAt returns the interval if it is the one that starts then.
func startsAt(in *interval, start int64) *interval {
	if in == nil || in.start != start {
		return nil
	}
	return in
}
