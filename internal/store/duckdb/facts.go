package duckdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/flow"
	"weir/internal/store"
)

// Logs implements store.Knowledge.
func (s *Store) Logs(ctx context.Context) (map[uint64]flow.Log, error) {
	logs := make(map[uint64]flow.Log)
	err := s.each(ctx, func(v []any) error {
		l := flow.Log{Family: flow.VNet, MAC: v[2].(string), Target: v[3].(string), FlowLog: v[4].(string)}
		if v[1] == flow.NSG.String() {
			l.Family = flow.NSG
		}
		logs[v[0].(uint64)] = l
		return nil
	}, "SELECT id, family, mac, target, flow_log FROM weir.log")
	return logs, err
}

// FactsOf implements store.Knowledge.
func (s *Store) FactsOf(ctx context.Context, parties, logs []uint64, yield func([]store.StoredFact) error) error {
	return s.withConn(func(c *conn) (err error) {
		wanted := ""
		if parties != nil || logs != nil {
			if err := s.keepIDs(ctx, c, "wanted_party", parties); err != nil {
				return err
			}
			if err := s.keepIDs(ctx, c, "wanted_log", logs); err != nil {
				return err
			}
			defer func() {
				err = errors.Join(err, c.run(context.WithoutCancel(ctx), "DROP TABLE wanted_party; DROP TABLE wanted_log"))
			}()
			wanted = ` AND (initiator IN (SELECT id FROM wanted_party) OR responder IN (SELECT id FROM wanted_party) OR log IN (SELECT id FROM wanted_log))`
		}
		out := newBatches(yield)
		return s.windows(ctx, c, "weir.fact", func(from, until int64) error {
			return s.stream(ctx, c, out.end, func(r *rows, i uint64) error {
				f, err := storedFact(r, i)
				if err != nil {
					return s.explain("ask", err)
				}
				return out.add(f)
			}, `SELECT f.rowid, interval_start, i.address, r.address, log, direction, flow_type, marks
				FROM weir.fact f JOIN weir.party i ON i.id = initiator JOIN weir.party r ON r.id = responder
				WHERE `+rowRange(from, until)+wanted)
		})
	})
}

// keepIDs makes a temporary table of ids on a connection.
func (s *Store) keepIDs(ctx context.Context, c *conn, table string, ids []uint64) error {
	s.commit.Lock() // the feed is the writer's
	defer s.commit.Unlock()
	if err := s.writable(); err != nil {
		return err
	}
	err := s.writer.feed.insert(ctx, c, "CREATE OR REPLACE TEMP TABLE "+table+" AS SELECT c0 AS id FROM %FEED%", []duck.Type{u64}, len(ids),
		each(len(ids), func(c *chunk, row, i int) { column[uint64](c, 0)[row] = ids[i] }))
	if err != nil {
		return s.explain("ask", err)
	}
	return nil
}

func storedFact(r *rows, i uint64) (f store.StoredFact, err error) {
	if f.Initiator, err = flow.ParseAddr(r.readers[2].borrowed(i)); err != nil {
		return f, err
	}
	if f.Responder, err = flow.ParseAddr(r.readers[3].borrowed(i)); err != nil {
		return f, err
	}
	f.Handle = store.Handle(at[int64](r.readers[0], i))
	f.Interval = at[int64](r.readers[1], i) / 1e6
	f.Log = at[uint64](r.readers[4], i)
	f.Direction = flow.Direction(at[uint8](r.readers[5], i))
	f.Type = flow.Type(at[uint8](r.readers[6], i))
	f.Marks = flow.Marks(at[uint8](r.readers[7], i))
	return f, nil
}

// Unsettled implements store.Knowledge.
func (s *Store) Unsettled(ctx context.Context) (store.Unsettled, error) {
	var list store.Unsettled
	err := s.each(ctx, func(v []any) error {
		list.Intervals = append(list.Intervals, timeOf(v[0]))
		list.Until = max(list.Until, v[1].(uint64))
		return nil
	}, "SELECT interval_start, max(number) FROM weir.unsettled GROUP BY ALL ORDER BY ALL")
	return list, err
}

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

// markAtOnce is how many rows one statement of Mark changes.
const markAtOnce = 200_000

// Mark implements store.Knowledge.
func (s *Store) Mark(ctx context.Context, rows []store.Marking, settled store.Unsettled, unsettled []time.Time) error {
	rows = lastOfEach(rows)
	return s.write(ctx, func(w *writer) error {
		for part := range slices.Chunk(rows, markAtOnce) {
			if err := w.mark(ctx, part); err != nil {
				return err
			}
		}
		if err := w.settle(ctx, settled); err != nil {
			return err
		}
		starts := make([]int64, len(unsettled))
		for i, t := range unsettled {
			starts[i] = t.Unix()
		}
		return w.unsettle(ctx, starts)
	})
}

// lastOfEach returns the markings by handle, of each the last.
func lastOfEach(rows []store.Marking) []store.Marking {
	byHandle := func(a, b store.Marking) int { return cmp.Compare(a.Handle, b.Handle) }
	if !slices.IsSortedFunc(rows, byHandle) {
		rows = slices.Clone(rows)
		slices.SortStableFunc(rows, byHandle)
	}
	last := func(i int) bool { return i+1 == len(rows) || rows[i+1].Handle != rows[i].Handle }
	n := 0
	for i := range rows {
		if last(i) {
			n++
		}
	}
	if n == len(rows) {
		return rows
	}
	once := make([]store.Marking, 0, n)
	for i := range rows {
		if last(i) {
			once = append(once, rows[i])
		}
	}
	return once
}

// keepType stands for a type in the rows of mark, where the stored one stays.
const keepType = math.MaxUint8

// mark changes the rows, which are in order.
func (w *writer) mark(ctx context.Context, rows []store.Marking) error {
	sql := fmt.Sprintf(`UPDATE weir.fact AS f SET flow_type = if(c1 = %d, flow_type, c1), marks = (marks & c3) | c2 FROM %%FEED%%
WHERE f.rowid = c0 AND f.rowid >= %d AND f.rowid <= %d AND (c1 <> %[1]d AND flow_type <> c1 OR (marks & c3) | c2 <> marks)`,
		keepType, rows[0].Handle, rows[len(rows)-1].Handle)
	return w.feed.insert(ctx, w.conn, sql, []duck.Type{i64, u8, u8, u8}, len(rows), each(len(rows), func(c *chunk, row, i int) {
		m := &rows[i]
		kind := uint8(m.Type)
		if m.KeepType {
			kind = keepType
		}
		column[int64](c, 0)[row] = int64(m.Handle)
		column[uint8](c, 1)[row] = kind
		column[uint8](c, 2)[row] = uint8(m.Marks &^ m.Keep)
		column[uint8](c, 3)[row] = uint8(m.Keep)
	}))
}

// unsettle puts intervals on the list, by their starts in seconds.
func (w *writer) unsettle(ctx context.Context, starts []int64) error {
	if len(starts) == 0 {
		return nil
	}
	w.number++
	next := func() func(*chunk) (int, error) {
		return each(len(starts), func(c *chunk, row, i int) { column[int64](c, 0)[row] = micros(starts[i] * 1000) })
	}
	err := w.feed.insert(ctx, w.conn, "DELETE FROM weir.unsettled WHERE interval_start IN (SELECT c0 FROM %FEED%)", []duck.Type{ts}, len(starts), next())
	if err != nil {
		return err
	}
	return w.feed.insert(ctx, w.conn, fmt.Sprintf("INSERT INTO weir.unsettled SELECT DISTINCT c0, %d FROM %%FEED%%", w.number), []duck.Type{ts}, len(starts), next())
}

// settle takes intervals off the list, but those put on it since.
func (w *writer) settle(ctx context.Context, list store.Unsettled) error {
	if len(list.Intervals) == 0 {
		return nil
	}
	sql := fmt.Sprintf("DELETE FROM weir.unsettled WHERE number <= %d AND interval_start IN (SELECT c0 FROM %%FEED%%)", list.Until)
	return w.feed.insert(ctx, w.conn, sql, []duck.Type{ts}, len(list.Intervals), each(len(list.Intervals), func(c *chunk, row, i int) {
		column[int64](c, 0)[row] = microsOf(list.Intervals[i])
	}))
}
