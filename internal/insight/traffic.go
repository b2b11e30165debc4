package insight

import (
	"context"
	"slices"
	"time"

	"weir/internal/filter"
	"weir/internal/query"
	"weir/internal/store"
)

// Traffic answers how the traffic went over time, in at most points points
// (0: 150), by direction of capture and decision, of the flows that hold a
// condition (nil: of all). The first and last point can
// reach beyond the range; only what is inside it is counted.
func Traffic(ctx context.Context, s store.Store, from, to time.Time, where query.Condition, points int) (*TrafficAnswer, error) {
	points, err := checkPoints(points)
	if err != nil {
		return nil, err
	}
	r, err := resolve(ctx, s, from, to)
	if err != nil {
		return nil, err
	}
	grain, err := grainOf(ctx, s, r, points)
	if err != nil {
		return nil, err
	}
	a := courseOf(r, where, grain)
	res, err := query.Ask(ctx, s, query.Question{
		From: r.From, To: r.To,
		Dimensions: []query.Dimension{query.Time, query.Direction, query.Status},
		Grain:      grain,
		Where:      where,
		Measures:   measures("total"),
	})
	if err != nil {
		return nil, err
	}
	for _, row := range res.Rows {
		a.add(row.Keys[0].(time.Time), direction(row.Keys[1].(int64)), status(row.Keys[2].(int64)), read(row.Values, "total"))
	}
	return a, nil
}

// courseOf begins a course: all of its points, and nothing in them.
func courseOf(r Range, where query.Condition, grain time.Duration) *TrafficAnswer {
	a := &TrafficAnswer{Range: r, Where: filter.Print(where), GrainSeconds: int64(grain / time.Second)}
	for t := truncate(r.From, grain); t.Before(r.To); t = t.Add(grain) {
		a.Times = append(a.Times, t)
	}
	for _, d := range []Direction{In, Out} {
		for _, st := range []Status{Allowed, Denied} {
			n := len(a.Times)
			a.Series = append(a.Series, TrafficSeries{d, st, make([]int64, n), make([]int64, n), make([]int64, n)})
			a.Totals = append(a.Totals, TrafficTotal{Direction: d, Status: st})
		}
	}
	return a
}

// add adds what was counted in the point that begins at a time.
func (a *TrafficAnswer) add(at time.Time, d Direction, st Status, m Measures) {
	i := slices.IndexFunc(a.Totals, func(t TrafficTotal) bool { return t.Direction == d && t.Status == st })
	point := int(at.Sub(a.Times[0]) / (time.Duration(a.GrainSeconds) * time.Second))
	s := a.Series[i]
	s.Flows[point], s.Packets[point], s.Bytes[point] = add(s.Flows[point], m.Flows), add(s.Packets[point], m.Packets), add(s.Bytes[point], m.Bytes)
	a.Totals[i].Measures = a.Totals[i].Measures.plus(m)
}

func checkPoints(points int) (int, error) {
	if points == 0 {
		return DefaultPoints, nil
	}
	if points < 1 || points > MaxPoints {
		return 0, askErrorf("points", "%d points are not possible; it can be 1 to %d.", points, MaxPoints)
	}
	return points, nil
}

// grainOf is the finest grain of which a store can tell the course of a range.
func grainOf(ctx context.Context, s store.Store, r Range, points int) (time.Duration, error) {
	interval, err := finestOf(ctx, s, r)
	return grainFor(r, interval, points), err
}

// finestOf is the width of the finest sums that a store has of all of a range.
func finestOf(ctx context.Context, s store.Store, r Range) (time.Duration, error) {
	horizon, err := s.Horizon(ctx)
	return max(s.Interval(), finest(horizon, r.From)), err
}

// exactOf is how exactly times in a range are told: to the interval in a day or two, else
// to the hour, for which roll-ups answer, or what is kept of it.
func exactOf(ctx context.Context, s store.Store, r Range) (time.Duration, error) {
	grain, err := finestOf(ctx, s, r)
	if r.To.Sub(r.From) > 2*store.Day {
		grain = max(grain, store.Hour)
	}
	return grain, err
}

// widths are the grains that a person reads easily; beyond them whole days are taken.
var widths = []time.Duration{
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 20 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// grainFor returns the finest grain that is a multiple of the finest that is
// kept and cuts the range into at most the given number of points.
func grainFor(r Range, finest time.Duration, points int) time.Duration {
	fits := func(g time.Duration) bool {
		return r.To.Sub(truncate(r.From, g)) <= time.Duration(points)*g
	}
	for _, g := range widths {
		if g%finest == 0 && fits(g) {
			return g
		}
	}
	const day = 24 * time.Hour
	days := max(2, r.To.Sub(r.From)/day/time.Duration(points))
	for ; !fits(days * day); days++ {
	}
	return days * day
}

// truncate rounds down to a grain as the store does: counted from 1970.
func truncate(t time.Time, grain time.Duration) time.Time {
	seconds := int64(grain / time.Second)
	n := t.Unix() / seconds
	if t.Unix()%seconds < 0 {
		n--
	}
	return time.Unix(n*seconds, 0).UTC()
}
