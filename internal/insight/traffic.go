package insight

import (
	"context"
	"time"

	"weir/internal/query"
	"weir/internal/store"
)

// Traffic answers how the traffic went over time, in at most points points
// (0: 150), by direction of capture and decision. The first and last point can
// reach beyond the range; only what is inside it is counted.
func Traffic(ctx context.Context, s store.Store, from, to time.Time, points int) (*TrafficAnswer, error) {
	if points == 0 {
		points = DefaultPoints
	}
	if points < 1 || points > MaxPoints {
		return nil, askErrorf("points", "%d points are not possible; it can be 1 to %d.", points, MaxPoints)
	}
	r, err := resolve(ctx, s, from, to)
	if err != nil {
		return nil, err
	}
	grain := grainFor(r, s.Interval(), points)
	a := &TrafficAnswer{Range: r, GrainSeconds: int64(grain / time.Second)}
	start := truncate(r.From, grain)
	for t := start; t.Before(r.To); t = t.Add(grain) {
		a.Times = append(a.Times, t)
	}
	at := map[[2]string]int{}
	for _, d := range []Direction{In, Out} {
		for _, st := range []Status{Allowed, Denied} {
			at[[2]string{string(d), string(st)}] = len(a.Series)
			n := len(a.Times)
			a.Series = append(a.Series, TrafficSeries{d, st, make([]int64, n), make([]int64, n), make([]int64, n)})
			a.Totals = append(a.Totals, TrafficTotal{Direction: d, Status: st})
		}
	}
	res, err := query.Ask(ctx, s, query.DuckDB{}, query.Question{
		From: r.From, To: r.To,
		Dimensions: []query.Dimension{query.Time, query.Direction, query.Status},
		Grain:      grain,
		Measures:   measures("total"),
	})
	if err != nil {
		return nil, err
	}
	for _, row := range res.Rows {
		point := int(row.Keys[0].(time.Time).Sub(start) / grain)
		i := at[[2]string{string(direction(row.Keys[1].(int64))), string(status(row.Keys[2].(int64)))}]
		m := read(row.Values, "total")
		a.Series[i].Flows[point], a.Series[i].Packets[point], a.Series[i].Bytes[point] = m.Flows, m.Packets, m.Bytes
		a.Totals[i].Measures = a.Totals[i].Measures.plus(m)
	}
	return a, nil
}

// widths are the grains that a person reads easily; beyond them whole days are taken.
var widths = []time.Duration{
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 20 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// grainFor returns the finest grain that is a multiple of the interval and
// cuts the range into at most the given number of points.
func grainFor(r Range, interval time.Duration, points int) time.Duration {
	fits := func(g time.Duration) bool {
		return r.To.Sub(truncate(r.From, g)) <= time.Duration(points)*g
	}
	for _, g := range widths {
		if g%interval == 0 && fits(g) {
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
