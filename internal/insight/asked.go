package insight

import (
	"cmp"
	"context"
	"time"

	"weir/internal/query"
	"weir/internal/store"
)

// What follows is how insights ask, for those who put their questions in other words.

// RangeOf returns the range that an answer is about.
func RangeOf(ctx context.Context, s store.Store, from, to time.Time) (Range, error) {
	return resolve(ctx, s, from, to)
}

// Begin checks a question and says of its answer what it says of itself.
func Begin(ctx context.Context, s store.Store, q Question) (Ranking, error) { return q.start(ctx, s) }

// GrainOf is the width of the points of a course of a range; 0 points are the default.
func GrainOf(ctx context.Context, s store.Store, r Range, points int) (time.Duration, error) {
	points, err := checkPoints(points)
	if err != nil {
		return 0, err
	}
	return grainOf(ctx, s, r, points)
}

// Sums are the three measures of the flows that hold filters, as rows have them.
func Sums(set string, where ...query.Filter) []query.Measure { return measures(set, where...) }

// Dimensions are what rows of a split are told by.
func (s Split) Dimensions() []query.Dimension { return s.dimensions() }

// IsPairs tells whether its rows are pairs of hosts, of which it does not know which comes first.
func (s Split) IsPairs() bool { return s.pairs() }

// HostSince is from when on the identities of a host are those whose partners an
// answer about it has: the beginning of the time that it is compared with, where
// flows of all of that are kept.
func HostSince(ctx context.Context, s store.Store, q HostQuestion, r Range) (time.Time, error) {
	compared, err := cmp.Or(q.Compare, CompareBefore).with(r)
	if err != nil {
		return r.From, err
	}
	h := hostAsker{store: s, a: &HostAnswer{}}
	if err := h.compared(ctx, compared); err != nil || h.a.Compared == nil {
		return r.From, err
	}
	return compared.From, nil
}
