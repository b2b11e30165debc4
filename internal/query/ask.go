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
}

// Result is the answer to a question.
type Result struct {
	Rows   []Row
	Count  int64            // rows before Limit; with Totals only
	Totals map[string]int64 // sums over those rows by name of measure; with Totals only
}

// Row is one combination of the dimensions: Keys in their order, see
// Dimension for the types, and the sums by name of measure.
type Row struct {
	Keys   []any
	Values map[string]int64
}

// Ask builds a question, puts it to a store and reads the answer.
func Ask(ctx context.Context, s Asker, d Dialect, q Question) (_ *Result, err error) {
	statement, err := Build(d, q)
	if err != nil {
		return nil, err
	}
	rows, err := s.Query(ctx, statement.SQL, statement.Args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()

	r := &Result{Totals: map[string]int64{}}
	for rows.Next() {
		values := rows.Values()
		row := Row{Keys: make([]any, len(q.Dimensions)), Values: make(map[string]int64, len(q.Measures))}
		for i, dim := range q.Dimensions {
			row.Keys[i] = values[i]
			if dim == Time {
				seconds, ok := values[i].(int64)
				if !ok {
					return nil, fmt.Errorf("cannot read an answer: its time is a %T", values[i])
				}
				row.Keys[i] = time.Unix(seconds, 0).UTC()
			}
		}
		values = values[len(q.Dimensions):]
		if err := sums(row.Values, q.Measures, values); err != nil {
			return nil, err
		}
		values = values[len(q.Measures):]
		if q.Totals {
			n, ok := values[0].(int64)
			if !ok {
				return nil, fmt.Errorf("cannot read an answer: its number of rows is a %T", values[0])
			}
			r.Count = n
			if err := sums(r.Totals, q.Measures, values[1:]); err != nil {
				return nil, err
			}
		}
		r.Rows = append(r.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return r, nil
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
