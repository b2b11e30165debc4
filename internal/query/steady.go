package query

import (
	"context"
	"slices"
	"time"

	"weir/internal/store"
)

// steadyTries is how often a question is asked anew since roll-ups that it was
// about to read were dropped.
const steadyTries = 3

// frozen is a store whose periods are those of one moment.
type frozen struct {
	Asker
	periods []store.Period
}

// Periods returns the periods of the moment.
func (f frozen) Periods(_ context.Context, from, to time.Time) ([]store.Period, error) {
	return slices.DeleteFunc(slices.Clone(f.periods), func(p store.Period) bool {
		return !from.IsZero() && p.Start.Before(from) || !to.IsZero() && p.End().After(to)
	}), nil
}

// steadily answers with the periods that stand, and again where one of them was
// dropped meanwhile: an answer that read it could lack its rows. At last it is
// the facts alone that answer.
func steadily(ctx context.Context, s Asker, from, to time.Time, answer func(Asker) (*Result, error)) (*Result, error) {
	if _, ok := s.(frozen); ok {
		return answer(s)
	}
	for range steadyTries {
		periods, err := s.Periods(ctx, from, to)
		if err != nil {
			return nil, err
		}
		res, err := answer(frozen{s, periods})
		if err != nil || len(periods) == 0 {
			return res, err
		}
		after, err := s.Periods(ctx, from, to)
		if err != nil {
			return nil, err
		}
		stand := make(map[uint64]int, len(after))
		for _, p := range after {
			stand[p.Number]++
		}
		for _, p := range periods {
			stand[p.Number]--
		}
		if !slices.ContainsFunc(periods, func(p store.Period) bool { return stand[p.Number] < 0 }) {
			return res, nil
		}
	}
	return answer(frozen{s, nil})
}
