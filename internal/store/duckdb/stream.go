package duckdb

import (
	"context"
	"errors"
	"fmt"
)

// each asks a question and calls row with the values of each row of the answer.
func (s *Store) each(ctx context.Context, row func([]any) error, query string, args ...any) error {
	r, err := s.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	for err == nil && r.Next() {
		err = row(r.Values())
	}
	return errors.Join(err, r.Err(), r.Close())
}

// withConn calls work with a connection that nobody else uses.
func (s *Store) withConn(work func(*conn) error) error {
	c, err := s.connection()
	if err != nil {
		return s.explain("ask", err)
	}
	defer s.give(c)
	return work(c)
}

// stream asks a question on a connection, calls row for each row of the
// answer while it is produced, and end after the last.
func (s *Store) stream(ctx context.Context, c *conn, end func() error, row func(r *rows, i uint64) error, query string) error {
	r, err := c.query(ctx, query)
	if err != nil {
		return s.explain("ask", err)
	}
	r.explain = func(err error) error { return s.explain("ask", err) }
	if err := r.chunks(func(i uint64) error { return row(r, i) }); err != nil {
		return err
	}
	return end()
}

// chunks calls row for every row of a result, and closes it.
func (r *rows) chunks(row func(i uint64) error) error {
	var err error
	for err == nil && r.fetch() {
		for i := uint64(0); err == nil && i < uint64(r.n); i++ {
			err = row(i)
		}
	}
	return errors.Join(err, r.Err(), r.Close())
}

// windowRows is how many stored rows one statement of a long walk goes
// through. While a statement runs, the engine keeps what others change.
const windowRows = 4 << 20

// windows calls work for one stretch of the rows of a table after the other:
// from inclusive, until exclusive. Rows that are added meanwhile may be left out.
func (s *Store) windows(ctx context.Context, c *conn, table string, work func(from, until int64) error) error {
	last, err := number(ctx, c, "SELECT max(rowid) FROM "+table)
	if err != nil {
		return s.explain("ask", err)
	}
	for from := int64(0); from <= last; from += windowRows {
		if err := work(from, from+windowRows); err != nil {
			return err
		}
	}
	return nil
}

// batchRows is how many rows are yielded at once.
const batchRows = 10_000

// batches collects rows and yields them many at a time.
type batches[T any] struct {
	rows  []T
	yield func([]T) error
}

func newBatches[T any](yield func([]T) error) *batches[T] {
	return &batches[T]{make([]T, 0, batchRows), yield}
}

func (b *batches[T]) add(v T) error {
	b.rows = append(b.rows, v)
	if len(b.rows) < batchRows {
		return nil
	}
	return b.end()
}

// end yields what there is.
func (b *batches[T]) end() error {
	if len(b.rows) == 0 {
		return nil
	}
	rows := b.rows
	b.rows = b.rows[:0]
	return b.yield(rows)
}

// rowRange is the condition of a window.
func rowRange(from, until int64) string {
	return fmt.Sprintf("f.rowid >= %d AND f.rowid < %d", from, until)
}
