package query

import (
	"slices"
	"time"

	"weir/internal/store"
)

// part is a part of the facts that a question reads: facts, or a roll-up of them.
type part struct {
	relation relation
	rolled   bool          // a roll-up
	ends     bool          // it has every flow once for each end, with columns of that end
	width    time.Duration // of the periods of a roll-up
	kept     bool          // of a roll-up, the subjects that are not folded
	times    []stretch     // any of them
	// Of facts: the columns of a subject, where those alone are read that a
	// roll-up of this width does not have in their periods; nil: all.
	lacking []string
	rollup  relation
}

// stretch is a range of time, of the starts of intervals; zero: open.
type stretch struct {
	from, to time.Time
}

// facts is the part that reads nothing but facts.
func (q Question) facts() []part {
	return []part{{relation: q.relation(), times: []stretch{{from: q.From, to: q.To}}}}
}

// spread tells how a roll-up has what a question needs.
type spread int

const (
	spreadNone     spread = iota
	spreadKeys            // all in columns that it has of every row
	spreadSubjects        // in columns that it has of the subjects that it keeps
)

// rollup returns the roll-up that answers the question with the fewest rows. One
// of flows answers for their ends as well, read once for each as facts are, if it
// has what an end's columns come out of in every row.
func (q Question) rollup() (store.Rollup, spread) {
	needed, ok := q.rolledColumns()
	if !ok || !q.Fresh.IsZero() {
		return store.Rollup{}, spreadNone
	}
	ends, flows := q.bothEnds(), store.CountedOnce
	if q.EachCapture {
		flows = store.EachCapture
	}
	for _, s := range []spread{spreadKeys, spreadSubjects} {
		for _, r := range store.Rollups() {
			wanted := needed
			switch {
			case r.Of == store.BothEnds && ends && !q.EachCapture:
			case r.Of == flows && (!ends || s == spreadKeys):
				wanted = ofFlow(needed)
			default:
				continue
			}
			has := r.Keys
			if s == spreadSubjects {
				has = slices.Concat(r.Keys, r.Subject, r.Details)
			}
			if !slices.ContainsFunc(wanted, func(c string) bool { return !slices.Contains(has, c) }) {
				return r, s
			}
		}
	}
	return store.Rollup{}, spreadNone
}

// rolledColumns returns the columns that a roll-up needs to answer the
// question; false where none has them.
func (q Question) rolledColumns() (needed []string, ok bool) {
	dims := slices.Clone(q.Dimensions)
	for _, f := range q.filters() {
		dims = append(dims, f.Dimensions...)
	}
	if slices.ContainsFunc(q.Measures, func(m Measure) bool { return m.Of.ago() > 0 }) {
		return nil, false
	}
	if slices.ContainsFunc(q.Measures, func(m Measure) bool { return m.Of == Initiators }) {
		dims = append(dims, InitiatorID)
	}
	for _, d := range dims {
		switch d {
		case Time:
			if !slices.Contains(q.Dimensions, Time) {
				return nil, false
			}
		case Port: // folded in roll-ups, see ServicePort
			return nil, false
		default:
			needed = append(needed, columns[d].fact)
		}
	}
	more, ok := conditionColumns(q.Where)
	return append(needed, more...), ok
}

// Engines skip what is out of a range, and less so what is out of several. Each
// part that is read for itself takes memory.
const (
	// ranges is how many stretches of facts are read each for itself.
	ranges = 2
	// mostStretches is how many stretches one statement reads; what takes more
	// is asked of the facts alone.
	mostStretches = 1000
)

// cover divides the range of a question into the periods that stand, days
// before hours, and what is left of facts; nil where no period is of use. The
// periods are in the order of their starts.
func (q Question) cover(periods []store.Period, r store.Rollup) (parts []part, used []store.Period) {
	facts := part{relation: q.relation()}
	rolled := map[time.Duration]*part{}
	for _, width := range []time.Duration{store.Hour, store.Day} {
		rolled[width] = &part{relation: relation(store.RollupTable(r.Name, width)), rolled: true, ends: r.Of == store.BothEnds, width: width}
	}
	timed := q.timed()
	at, begun := q.From, !q.From.IsZero()
	for i := 0; i < len(periods); {
		start := periods[i].Start
		var best store.Period
		for ; i < len(periods) && periods[i].Start.Equal(start); i++ { // hours come before days
			p := periods[i]
			if (!q.To.IsZero() && p.End().After(q.To)) || timed && q.Grain%p.Width != 0 {
				continue
			}
			best = p
		}
		if best.Width == 0 || begun && start.Before(at) {
			continue
		}
		if !begun || start.After(at) {
			facts.times = append(facts.times, stretch{from: at, to: start})
		}
		p := rolled[best.Width]
		if n := len(p.times); n > 0 && p.times[n-1].to.Equal(start) {
			p.times[n-1].to = best.End()
		} else {
			p.times = append(p.times, stretch{from: start, to: best.End()})
		}
		used = append(used, best)
		at, begun = best.End(), true
	}
	if len(used) == 0 {
		return nil, nil
	}
	if q.To.IsZero() || at.Before(q.To) {
		facts.times = append(facts.times, stretch{from: at, to: q.To})
	}
	n := len(facts.times)
	for _, p := range rolled {
		n += len(p.times)
	}
	if n > mostStretches {
		return nil, nil
	}
	parts = facts.divided()
	for _, width := range []time.Duration{store.Hour, store.Day} {
		if p := rolled[width]; len(p.times) > 0 {
			parts = append(parts, *p)
		}
	}
	return parts, used
}

// divided reads some stretches each for itself, and all others together.
func (p part) divided() []part {
	var parts []part
	for i, s := range p.times {
		one := p
		if one.times = []stretch{s}; i == ranges-1 {
			one.times = p.times[i:]
		}
		parts = append(parts, one)
		if i == ranges-1 {
			break
		}
	}
	return parts
}
