package query

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// RankParts answers a question as Rank does, and more questions about the rows
// that come first: each is split by the dimensions of the ranking and then by
// its own. The first of them has the measures of the ranking and no order, and
// tells their sums. They are asked at once, about all rows that can be among the
// first, which is less work than to find out before which these are; what passes
// the filters of the ranking.
func RankParts(ctx context.Context, s Asker, q Question, about ...Question) (*Result, []*Result, error) {
	var parts []*Result
	res, err := steadily(ctx, s, q.From, q.To, func(s Asker) (res *Result, err error) {
		res, parts, err = rankParts(ctx, s, q, about)
		return res, err
	})
	return res, parts, err
}

func rankParts(ctx context.Context, s Asker, q Question, about []Question) (*Result, []*Result, error) {
	res, among, before, err := leading(ctx, s, q)
	if err != nil {
		return nil, nil, err
	}
	parts := make([]*Result, len(about))
	if among == nil {
		if res == nil {
			return nil, nil, fmt.Errorf("cannot rank in parts: there are too few %s", columns[q.Dimensions[0]].name)
		}
		for i := range parts {
			parts[i] = &Result{}
		}
		return res, parts, nil
	}
	g, asking := errgroup.WithContext(ctx)
	for i, part := range about {
		part.Where, part.Filters = q.Where, slices.Concat(q.Filters, part.Filters, []Filter{*among})
		g.Go(func() (err error) {
			parts[i], err = Ask(asking, s, part)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	res.Rows = q.summed(parts[0].Rows, before)
	shown := map[string]bool{}
	for _, row := range res.Rows {
		shown[fmt.Sprint(row.Keys)] = true
	}
	for _, part := range parts {
		part.Rows = slices.DeleteFunc(part.Rows, func(row Row) bool { return !shown[fmt.Sprint(row.Keys[:len(q.Dimensions)])] })
	}
	return res, parts, nil
}

// summed returns the rows of the question, of the parts of all that can be among
// them and of some that lie before.
func (q Question) summed(parts []Row, before int) []Row {
	sums := map[string]*Row{}
	var rows []*Row
	for _, part := range parts {
		keys := part.Keys[:len(q.Dimensions):len(q.Dimensions)]
		name := fmt.Sprint(keys)
		row := sums[name]
		if row == nil {
			row = &Row{Keys: keys, Values: make(map[string]int64, len(q.Measures))}
			sums[name], rows = row, append(rows, row)
		}
		for _, m := range q.Measures {
			n := row.Values[m.Name]
			row.Values[m.Name] = n + min(part.Values[m.Name], math.MaxInt64-n)
		}
	}
	slices.SortFunc(rows, func(a, b *Row) int { return q.compare(*a, *b) })
	first := make([]Row, 0, q.Limit)
	for _, row := range rows[min(len(rows), before):min(len(rows), before+q.Limit)] {
		first = append(first, *row)
	}
	return first
}

// compare tells which of two rows comes first by the order of the question.
func (q Question) compare(a, b Row) int {
	for _, o := range q.Order {
		by := cmp.Compare(b.Values[o.Measure], a.Values[o.Measure])
		if o.Measure == "" {
			at := slices.Index(q.Dimensions, o.Dimension)
			by = compareKeys(a.Keys[at], b.Keys[at])
		}
		if by != 0 {
			return by
		}
	}
	return 0
}

// compareKeys orders two values of one dimension as engines do.
func compareKeys(a, b any) int {
	switch a := a.(type) {
	case uint64:
		return cmp.Compare(a, b.(uint64))
	case int64:
		return cmp.Compare(a, b.(int64))
	case string:
		return strings.Compare(a, b.(string))
	case bool:
		return cmp.Compare(truth(a), truth(b.(bool)))
	case time.Time:
		return a.Compare(b.(time.Time))
	}
	return 0
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}
