package query

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Rank answers a question for its first rows, by an order that begins with a
// measure. Rows, Count and Totals are those of Ask with Totals; details are
// measured for the rows that are returned and no others.
//
// Where there are about as many rows as hosts, summing every measure for each
// would take several times what is needed to tell which come first: that is
// asked with the first measure of the order alone, all else for these rows.
// Where a commit comes in between, rows are newer than the rest.
func Rank(ctx context.Context, s Asker, q Question, details ...Measure) (*Result, error) {
	return steadily(ctx, s, q.From, q.To, func(s Asker) (*Result, error) { return rank(ctx, s, q, details) })
}

func rank(ctx context.Context, s Asker, q Question, details []Measure) (*Result, error) {
	res, among, before, err := leading(ctx, s, q)
	if err != nil || among == nil && res != nil {
		return res, err
	}
	exact := q
	exact.Measures = slices.Concat(q.Measures, details)
	if res == nil { // few rows, of which all are summed
		exact.Totals = true
		return Ask(ctx, s, exact)
	}
	exact.Offset = before
	exact.Filters = append(slices.Clone(q.Filters), *among)
	rows, err := Ask(ctx, s, exact)
	if err != nil {
		return nil, err
	}
	res.Rows = rows.Rows
	return res, nil
}

// deepest is how far down a ranking its first rows are found out with all that
// lie before them. Deeper ones the engine counts off.
const deepest = 2000

// leading returns the answer to a ranking without its rows, what these are among,
// and how many of these lie before them; nil: there are none. It returns no answer
// where there are so few rows that finding out first would take as long as to sum all.
func leading(ctx context.Context, s Asker, q Question) (res *Result, among *Filter, before int, err error) {
	if q.Limit == 0 || len(q.Order) == 0 || q.Order[0].Measure == "" || slices.Contains(q.Dimensions, Time) {
		return nil, nil, 0, errors.New("cannot rank: it takes a limit, an order that begins with a measure, and no time")
	}
	if err := q.check(); err != nil {
		return nil, nil, 0, fmt.Errorf("cannot build a question: %w", err)
	}
	upTo, before := q, q.Offset
	upTo.Limit, upTo.Offset = q.Limit+q.Offset, 0
	if upTo.Limit <= deepest {
		if res, among, err = proved(ctx, s, upTo); err != nil {
			return nil, nil, 0, err
		}
	}
	if res == nil {
		switch {
		case !q.many():
			return nil, nil, 0, nil
		case upTo.Limit <= deepest:
			res, err = first(ctx, s, upTo)
		default:
			before, upTo = 0, q
			upTo.Totals = true
			res, err = Ask(ctx, s, upTo)
		}
		if err != nil {
			return nil, nil, 0, err
		}
		if len(res.Rows) > 0 {
			rows := make([][]any, len(res.Rows))
			for i, row := range res.Rows {
				rows[i] = row.Keys
			}
			among, res.Rows = &Filter{Dimensions: q.Dimensions, Values: rows}, nil
		}
	}
	res.Totals, err = total(ctx, s, q)
	return res, among, before, err
}

// many tells whether there are about as many rows as hosts.
func (q Question) many() bool {
	return slices.ContainsFunc(q.Dimensions, func(d Dimension) bool { return columns[d].many })
}

// first finds which rows come first. One more than is wanted tells whether the
// first measure decides; where it leaves the last place to several, the others
// of the order decide.
func first(ctx context.Context, s Asker, q Question) (*Result, error) {
	leading := q.Order[0].Measure
	lead := q
	lead.Totals = true
	lead.Limit++
	lead.Measures = slices.DeleteFunc(slices.Clone(q.Measures), func(m Measure) bool { return m.Name != leading })
	lead.Order = slices.DeleteFunc(slices.Clone(q.Order), func(o Order) bool { return o.Measure != "" && o.Measure != leading })
	res, err := Ask(ctx, s, lead)
	if err != nil || len(res.Rows) <= q.Limit {
		return res, err
	}
	if res.Rows[q.Limit-1].Values[leading] == res.Rows[q.Limit].Values[leading] && len(lead.Measures) < len(q.Measures) {
		q.Totals = true
		return Ask(ctx, s, q)
	}
	res.Rows = res.Rows[:q.Limit]
	return res, nil
}

// total sums over all rows, which needs no groups.
func total(ctx context.Context, s Asker, q Question) (map[string]int64, error) {
	all := q
	all.Dimensions, all.Order, all.Limit, all.Offset = nil, nil, 0, 0
	res, err := Ask(ctx, s, all)
	if err != nil {
		return nil, err
	}
	sums := res.Rows[0].Values
	if q.bothEnds() && !all.bothEnds() { // every flow counts for two rows
		for name, n := range sums {
			sums[name] = n + min(n, math.MaxInt64-n)
		}
	}
	return sums, nil
}
