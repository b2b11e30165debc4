package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/flow"
	"weir/internal/store"
)

// recountAtOnce is how many rows one statement of Recount names.
const recountAtOnce = 200_000

// Recount implements store.Knowledge.
func (s *Store) Recount(ctx context.Context, rows []store.Counted, settled store.Unsettled) error {
	return s.write(ctx, func(w *writer) error {
		if err := w.recount(ctx, rows); err != nil {
			return err
		}
		return w.settle(ctx, settled)
	})
}

var countedTypes = []duck.Type{ts, u64, u64, u16, u8, u8, u8, u64, u8}

// recount changes what of stored rows counts.
func (w *writer) recount(ctx context.Context, rows []store.Counted) error {
	for part := range slices.Chunk(rows, recountAtOnce) {
		from, to := part[0].Interval, part[0].Interval
		var starts []int64
		for i := range part {
			at := part[i].Interval
			from, to = min(from, at), max(to, at)
			if i == 0 || at != part[i-1].Interval {
				starts = append(starts, at)
			}
		}
		sql := fmt.Sprintf(`UPDATE weir.fact AS f SET marks = (marks & %d) | c8
FROM %%FEED%% WHERE f.interval_start >= %s AND f.interval_start <= %s
	AND f.interval_start = c0 AND f.initiator = c1 AND f.responder = c2 AND f.log = c7
	AND f.port = c3 AND f.protocol = c4 AND f.direction = c5 AND f.status = c6`,
			^flow.Counting, timestamp(micros(from*1000)), timestamp(micros(to*1000)))
		err := w.feed.insert(ctx, w.conn, sql, countedTypes, len(part), each(len(part), func(c *chunk, row, i int) {
			r := &part[i]
			column[int64](c, 0)[row] = micros(r.Interval * 1000)
			column[uint64](c, 1)[row] = r.Initiator
			column[uint64](c, 2)[row] = r.Responder
			column[uint16](c, 3)[row] = r.Port
			column[uint8](c, 4)[row] = r.Protocol
			column[uint8](c, 5)[row] = uint8(r.Direction)
			column[uint8](c, 6)[row] = uint8(r.Status)
			column[uint64](c, 7)[row] = r.Log
			column[uint8](c, 8)[row] = uint8(r.Marks & flow.Counting)
		}))
		if err != nil {
			return err
		}
		if err := w.touch(ctx, starts); err != nil {
			return err
		}
	}
	return nil
}

// count has what counts decided of the rows of a delta, and of stored ones that
// they are beside.
func (w *writer) count(ctx context.Context, d *store.Delta, interval int64) error {
	if d.Count == nil || len(w.items) == 0 {
		return nil
	}
	stored, err := w.besides(ctx, d.Count.Conversations, interval)
	if err != nil {
		return err
	}
	return w.recount(ctx, d.Count.Decide(stored))
}

// besidesQuestion finds the stored rows of conversations in the feed that
// several captures have, by store.CaptureID.
const besidesQuestion = `WITH beside AS MATERIALIZED (
	SELECT %[1]s, c4, c5, log - log %% 2 + direction AS capture
	FROM weir.fact JOIN %%FEED%% ON c0 = initiator AND c1 = responder AND c2 = port AND c3 = protocol
	WHERE %[2]s
)
SELECT interval_start, initiator, responder, port, protocol, direction, status, log, counts, first_seen, last_seen, marks
FROM beside JOIN (
	SELECT initiator, responder, port, protocol FROM beside GROUP BY ALL
	HAVING least(min(capture), min(c4)) <> greatest(max(capture), max(c5))
) USING (initiator, responder, port, protocol)`

// besides returns the stored rows that decide with those of a delta.
func (w *writer) besides(ctx context.Context, of []store.Conversation, interval int64) ([]store.CapturedFact, error) {
	w.stored = w.stored[:0]
	where := reach(w.order.intervals, interval)
	any, err := number(ctx, w.conn, "SELECT 1 FROM weir.fact WHERE "+where+" LIMIT 1")
	if err != nil || any == 0 {
		return nil, err
	}
	sql := fmt.Sprintf(besidesQuestion, capturedColumns, where)
	r, err := w.feed.ask(ctx, w.conn, sql, []duck.Type{u64, u64, u16, u8, u64, u64}, len(of), each(len(of), func(c *chunk, row, i int) {
		v := &of[i]
		column[uint64](c, 0)[row] = v.Initiator
		column[uint64](c, 1)[row] = v.Responder
		column[uint16](c, 2)[row] = v.Port
		column[uint8](c, 3)[row] = v.Protocol
		column[uint64](c, 4)[row] = v.Lowest
		column[uint64](c, 5)[row] = v.Highest
	}))
	if err != nil {
		return nil, err
	}
	err = r.chunks(func(i uint64) error {
		w.stored = append(w.stored, capturedFact(r, i))
		return nil
	})
	return w.stored, err
}

// reach is the condition of the intervals that decide with these, by their
// starts in order, in seconds.
func reach(starts []int64, interval int64) string {
	far := store.CountedBeside * interval
	var spans []span
	for _, start := range starts {
		from, to := micros((start-far)*1000), micros((start+far)*1000)
		if n := len(spans); n > 0 && from <= spans[n-1].to+micros(interval*1000) {
			spans[n-1].to = to
			continue
		}
		spans = append(spans, span{from, to})
	}
	where := make([]string, len(spans))
	for i, s := range spans {
		where[i] = s.where()
	}
	return "(" + strings.Join(where, " OR ") + ")"
}

// touch notes that rows of intervals changed, by their starts in seconds. Every
// change of facts calls it in its transaction.
func (w *writer) touch(ctx context.Context, starts []int64) error {
	if len(starts) == 0 {
		return nil
	}
	now := time.Now()
	for _, start := range starts {
		w.touched[micros(start*1000)] = now
	}
	if err := w.list(ctx, "unmerged", starts); err != nil {
		return err
	}
	return w.disturb(ctx, starts)
}
