package insight

import (
	"context"
	"time"

	"weir/internal/store"
)

// resolve returns the range that a question is about, in whole intervals: the
// start is rounded down and the end up, so that nothing in the range is left
// out and the answer says what it covers; where no more than sums by hour or day
// are kept, in whole ones of these. A missing end is the end of the
// data (see store.Stats.LastTuple), a missing start 24 hours before the end.
func resolve(ctx context.Context, s store.Store, from, to time.Time) (Range, error) {
	interval := s.Interval()
	for _, end := range []struct {
		field string
		at    time.Time
	}{{"from", from}, {"to", to}} {
		if !end.at.IsZero() {
			if err := CheckTime(end.field, end.at); err != nil {
				return Range{}, err
			}
		}
	}
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return Range{}, askErrorf("from", "The range ends at %s, which is not after its start at %s.",
			to.UTC().Format(time.RFC3339), from.UTC().Format(time.RFC3339))
	}
	if to.IsZero() {
		stats, err := s.Stats(ctx)
		if err != nil {
			return Range{}, err
		}
		if stats.LastTuple.IsZero() {
			to = time.Now()
		} else {
			to = stats.LastTuple.Add(time.Millisecond) // the last tuple is inside
		}
		if !from.IsZero() && !from.Before(to) {
			to = from.Add(interval)
		}
	}
	to = ceil(to.UTC(), interval)
	if from.IsZero() {
		from = to.Add(-DefaultRange)
	}
	from = from.UTC().Truncate(interval)
	if to.Sub(from) > longestRange {
		return Range{}, askErrorf("from", "The range from %s to %s is longer than a century.", from.Format(time.RFC3339), to.Format(time.RFC3339))
	}
	r := Range{From: from, To: to}
	horizon, err := s.Horizon(ctx)
	if err != nil {
		return r, err
	}
	if from.Before(horizon.Intervals) {
		r.Detail = &horizon.Intervals
		r.From, r.To = truncate(from, finest(horizon, from)), ceil(to, finest(horizon, to.Add(-interval)))
	}
	r.Deduplicated, err = s.Settled(ctx, r.From, r.To)
	return r, err
}

// finest is the width of the sums that are kept of a time before the horizon; 0:
// flows are kept by interval.
func finest(h store.Horizon, at time.Time) time.Duration {
	switch {
	case !at.Before(h.Intervals):
		return 0
	case !at.Before(h.Hours):
		return store.Hour
	}
	return store.Day
}

func ceil(t time.Time, d time.Duration) time.Time {
	if d == 0 {
		return t
	}
	floor := t.Truncate(d)
	if floor.Equal(t) {
		return t
	}
	return floor.Add(d)
}
