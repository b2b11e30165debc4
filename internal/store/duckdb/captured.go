package duckdb

import (
	"context"
	"fmt"
	"time"

	"weir/internal/flow"
	"weir/internal/store"
)

// sortRows is how many rows at least are put in order together.
const sortRows = 200_000

// span is a run of intervals, in microseconds, both ends inclusive.
type span struct{ from, to int64 }

// where is the condition of a span.
func (s span) where() string {
	return "interval_start >= " + timestamp(s.from) + " AND interval_start <= " + timestamp(s.to)
}

// spans divides the intervals that have rows and hold a condition into runs of
// at least so many rows, or of one interval.
func (s *Store) spans(ctx context.Context, c *conn, condition string, atOnce int64) ([]span, error) {
	var spans []span
	filled := atOnce // of the last span
	err := s.stream(ctx, c, func() error { return nil }, func(r *rows, i uint64) error {
		start, n := at[int64](r.readers[0], i), at[int64](r.readers[1], i)
		if filled+n > atOnce {
			spans, filled = append(spans, span{from: start}), 0
		}
		spans[len(spans)-1].to = start
		filled += n
		return nil
	}, "SELECT interval_start, count(*) FROM weir.fact WHERE "+condition+" GROUP BY ALL ORDER BY ALL")
	return spans, err
}

// Captured implements store.Knowledge. One statement reads one interval, or
// several small ones, so that there is little to put in order.
func (s *Store) Captured(ctx context.Context, from, to time.Time, yield func([]store.CapturedFact) error) error {
	return s.withConn(func(c *conn) error {
		spans, err := s.spans(ctx, c, "interval_start >= "+timestamp(microsOf(from))+" AND interval_start < "+timestamp(microsOf(to)), sortRows)
		if err != nil {
			return err
		}
		out := newBatches(yield)
		for _, span := range spans {
			question := "SELECT " + capturedColumns + " FROM weir.fact WHERE " + span.where()
			if span.from != span.to {
				question += " ORDER BY interval_start"
			}
			if err := s.stream(ctx, c, out.end, func(r *rows, i uint64) error { return out.add(capturedFact(r, i)) }, question); err != nil {
				return err
			}
		}
		return nil
	})
}

// timestamp is a constant of SQL.
func timestamp(us int64) string { return fmt.Sprintf("make_timestamp(%d)", us) }

const capturedColumns = `interval_start, initiator, responder, port, protocol, direction, status, log,
	status = 0 AND records > started AS counts, first_seen, last_seen, marks`

func capturedFact(r *rows, i uint64) store.CapturedFact {
	return store.CapturedFact{
		Interval:  at[int64](r.readers[0], i) / 1e6,
		Initiator: at[uint64](r.readers[1], i),
		Responder: at[uint64](r.readers[2], i),
		Port:      at[uint16](r.readers[3], i),
		Protocol:  at[uint8](r.readers[4], i),
		Direction: flow.Direction(at[uint8](r.readers[5], i)),
		Status:    flow.Status(at[uint8](r.readers[6], i)),
		Log:       at[uint64](r.readers[7], i),
		Counts:    at[bool](r.readers[8], i),
		First:     at[int64](r.readers[9], i) / 1000,
		Last:      at[int64](r.readers[10], i) / 1000,
		Marks:     flow.Marks(at[uint8](r.readers[11], i)),
	}
}
