package query

import (
	"context"
	"errors"
	"fmt"
	"time"

	"weir/internal/store"
)

// Asker is the part of a store that a question needs.
type Asker interface {
	Query(ctx context.Context, query string, args ...any) (store.Rows, error)
	Dialect() store.Dialect
	Periods(ctx context.Context, from, to time.Time) ([]store.Period, error)
	Absent(ctx context.Context, rollup string, periods []store.Period, subjects [][]uint64) ([][]bool, error)
}

// Result is the answer to a question.
type Result struct {
	Rows  []Row
	Count int64 // rows before Limit; with Totals only
	// AtLeast says that Count is no more than a lower bound: of a long range,
	// hosts and pairs with little traffic are not told apart.
	AtLeast bool
	Totals  map[string]int64 // sums over those rows by name of measure; with Totals only
}

// Row is one combination of the dimensions: Keys in their order, see
// Dimension for the types, and the sums by name of measure.
type Row struct {
	Keys   []any
	Values map[string]int64
}

// Ask puts a question to a store and reads the answer. It reads the smallest
// tables that have it: roll-ups by day and by hour, and facts where there are
// none, and where the range begins or ends within an hour.
func Ask(ctx context.Context, s Asker, q Question) (*Result, error) {
	return steadily(ctx, s, q.From, q.To, func(s Asker) (*Result, error) {
		if err := q.check(); err != nil {
			return nil, fmt.Errorf("cannot build a question: %w", err)
		}
		q := q.eitherWay()
		parts, err := q.parts(ctx, s)
		if err != nil {
			return nil, err
		}
		return ask(ctx, s, q, parts)
	})
}

// ask puts a question to parts of the facts; nil: to the facts.
func ask(ctx context.Context, s Asker, q Question, parts []part) (*Result, error) {
	statements, err := build(s.Dialect(), q, parts)
	if err != nil {
		return nil, err
	}
	r := &Result{Totals: map[string]int64{}}
	if q.Totals { // of no rows nothing stands beside them
		for _, m := range q.Measures {
			r.Totals[m.Name] = 0
		}
	}
	err = read(ctx, s, statements.Rows, func(values []any) error {
		row := Row{Keys: make([]any, len(q.Dimensions)), Values: make(map[string]int64, len(q.Measures))}
		for i, d := range q.Dimensions {
			if row.Keys[i], err = key(d, values[i]); err != nil {
				return err
			}
		}
		values = values[len(q.Dimensions):]
		if err := sums(row.Values, q.Measures, values); err != nil {
			return err
		}
		r.Rows = append(r.Rows, row)
		if q.Totals && statements.Totals == nil {
			return r.total(q.Measures, values[len(q.Measures):])
		}
		return nil
	})
	if err == nil && statements.Totals != nil {
		err = read(ctx, s, *statements.Totals, func(values []any) error { return r.total(q.Measures, values) })
	}
	if err != nil {
		return nil, err
	}
	if q.Totals && statements.Totals == nil && q.Offset > 0 && len(r.Rows) == 0 { // they stand beside rows, which all lie before
		q.Offset, q.Limit = 0, 1
		all, err := ask(ctx, s, q, parts)
		if err != nil {
			return nil, err
		}
		r.Count, r.Totals = all.Count, all.Totals
	}
	return r, nil
}

// read puts a statement to a store and hands over every row.
func read(ctx context.Context, s Asker, statement Statement, row func([]any) error) error {
	rows, err := s.Query(ctx, statement.SQL, statement.Args...)
	if err != nil {
		return err
	}
	for err == nil && rows.Next() {
		err = row(rows.Values())
	}
	return errors.Join(err, rows.Err(), rows.Close())
}

// key turns a value of an answer into that of a dimension.
func key(d Dimension, v any) (any, error) {
	if d != Time && d != Captured {
		return v, nil
	}
	n, ok := v.(int64)
	switch {
	case !ok:
		return nil, fmt.Errorf("cannot read an answer: its %s is a %T", columns[d].name, v)
	case d == Captured:
		return n != 0, nil
	}
	return time.Unix(n, 0).UTC(), nil
}

func (r *Result) total(measures []Measure, values []any) error {
	n, ok := values[0].(int64)
	if !ok {
		return fmt.Errorf("cannot read an answer: its number of rows is a %T", values[0])
	}
	r.Count = n
	return sums(r.Totals, measures, values[1:])
}

func sums(to map[string]int64, measures []Measure, values []any) error {
	for i, m := range measures {
		n, ok := values[i].(int64)
		if !ok {
			return fmt.Errorf("cannot read an answer: measure %s is a %T", m.Name, values[i])
		}
		to[m.Name] = n
	}
	return nil
}
