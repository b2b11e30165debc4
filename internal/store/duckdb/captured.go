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

// Captured implements store.Knowledge. One statement reads one interval, or
// several small ones, so that there is little to put in order.
func (s *Store) Captured(ctx context.Context, from, to time.Time, yield func([]store.CapturedFact) error) error {
	type span struct{ from, to int64 } // microseconds, both inclusive
	var spans []span
	filled := int64(sortRows) // of the last span
	err := s.each(ctx, func(v []any) error {
		at, n := timeOf(v[0]).UnixMicro(), v[1].(int64)
		if filled+n > sortRows {
			spans, filled = append(spans, span{from: at}), 0
		}
		spans[len(spans)-1].to = at
		filled += n
		return nil
	}, "SELECT interval_start, count(*) FROM weir.fact WHERE interval_start >= "+timestamp(microsOf(from))+
		" AND interval_start < "+timestamp(microsOf(to))+" GROUP BY ALL ORDER BY ALL")
	if err != nil {
		return err
	}
	return s.withConn(func(c *conn) error {
		out := newBatches(yield)
		for _, span := range spans {
			question := capturedQuestion + "WHERE interval_start >= " + timestamp(span.from) + " AND interval_start <= " + timestamp(span.to)
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

// A party that was not attributed yet is a host of its own.
const capturedQuestion = `SELECT f.rowid, interval_start,
	coalesce(ti.host, CASE i.attribution WHEN 0 THEN i.id ELSE i.host END),
	coalesce(tr.host, CASE r.attribution WHEN 0 THEN r.id ELSE r.host END),
	port, protocol, direction, status, log, status = 0 AND records > started, first_seen, last_seen, flow_type, marks
FROM weir.fact f
JOIN weir.party i ON i.id = initiator
JOIN weir.party r ON r.id = responder
LEFT JOIN weir.tenure ti ON ti.party = initiator AND ti.from_time <= interval_start AND interval_start < ti.until_time
LEFT JOIN weir.tenure tr ON tr.party = responder AND tr.from_time <= interval_start AND interval_start < tr.until_time
`

func capturedFact(r *rows, i uint64) store.CapturedFact {
	return store.CapturedFact{
		Handle:    store.Handle(at[int64](r.readers[0], i)),
		Interval:  at[int64](r.readers[1], i) / 1e6,
		Initiator: at[uint64](r.readers[2], i),
		Responder: at[uint64](r.readers[3], i),
		Port:      at[uint16](r.readers[4], i),
		Protocol:  at[uint8](r.readers[5], i),
		Direction: flow.Direction(at[uint8](r.readers[6], i)),
		Status:    flow.Status(at[uint8](r.readers[7], i)),
		Log:       at[uint64](r.readers[8], i),
		Counts:    at[bool](r.readers[9], i),
		First:     at[int64](r.readers[10], i) / 1000,
		Last:      at[int64](r.readers[11], i) / 1000,
		Type:      flow.Type(at[uint8](r.readers[12], i)),
		Marks:     flow.Marks(at[uint8](r.readers[13], i)),
	}
}
