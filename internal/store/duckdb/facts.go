package duckdb

import (
	"context"
	"errors"
	"fmt"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/flow"
	"weir/internal/store"
)

// addFacts stores the reduced flows and collects their parties and intervals.
func (w *writer) addFacts(ctx context.Context, d *store.Delta, interval int64) error {
	w.newParties.reset()
	w.parties = w.parties[:0]
	w.newOwn.reset()
	w.ownLogs = w.ownLogs[:0]
	w.order.intervals = w.order.intervals[:0]
	rows := d.Rows
	if len(rows) == 0 {
		return nil
	}
	for i := range rows {
		r := &rows[i]
		if int(r.Rule) >= len(w.ruleIDs) || int(r.Log) >= len(w.logIDs) {
			return fmt.Errorf("row %d refers to rule %d of %d and log %d of %d", i, r.Rule, len(w.ruleIDs), r.Log, len(w.logIDs))
		}
	}
	items := w.order.of(rows, len(w.ruleIDs), len(w.logIDs))
	for _, start := range w.order.intervals {
		if start%interval != 0 {
			return fmt.Errorf("a row begins at %s, which is not the start of an interval of %ds: it was reduced to another width",
				time.Unix(start, 0).UTC().Format(time.RFC3339), interval)
		}
	}
	return w.feed.insert(ctx, w.conn, "INSERT INTO weir.fact SELECT * FROM %FEED%", factTypes, len(rows), func(c *chunk) (int, error) {
		n := min(chunkRows, len(items))
		w.writeFacts(c, rows, items[:n])
		w.findOwn(c, d, items[:n])
		items = items[n:]
		return n, nil
	})
}

// writeFacts writes at most chunkRows facts.
func (w *writer) writeFacts(c *chunk, rows []flow.Row, items []orderItem) {
	var (
		start      = column[int64](c, 0)
		initiator  = column[uint64](c, 1)
		responder  = column[uint64](c, 2)
		port       = column[uint16](c, 3)
		protocol   = column[uint8](c, 4)
		direction  = column[uint8](c, 5)
		status     = column[uint8](c, 6)
		flowType   = column[uint8](c, 7)
		encryption = column[uint8](c, 8)
		rule       = column[uint64](c, 9)
		log        = column[uint64](c, 10)
		started    = column[int64](c, 11)
		ended      = column[int64](c, 12)
		packetsFwd = column[int64](c, 13)
		bytesFwd   = column[int64](c, 14)
		packetsBck = column[int64](c, 15)
		bytesBck   = column[int64](c, 16)
		records    = column[int64](c, 17)
		first      = column[int64](c, 18)
		last       = column[int64](c, 19)
		marks      = column[uint8](c, 20)
	)
	for i, item := range items {
		r := &rows[item.row]
		i &= chunkRows - 1 // shows the compiler that every index is in range
		scope := w.scopes[r.Log]
		start[i] = micros(r.Interval * 1000)
		initiator[i] = store.PartyID(r.Initiator, scope)
		responder[i] = store.PartyID(r.Responder, scope)
		port[i] = r.Port
		protocol[i] = r.Protocol
		direction[i] = uint8(r.Direction)
		status[i] = uint8(r.Status)
		flowType[i] = uint8(r.Type)
		encryption[i] = uint8(r.Encryption)
		rule[i] = w.ruleIDs[r.Rule]
		log[i] = w.logIDs[r.Log]
		started[i] = clamp(r.Started)
		ended[i] = clamp(r.Ended)
		packetsFwd[i] = clamp(r.PacketsFwd)
		bytesFwd[i] = clamp(r.BytesFwd)
		packetsBck[i] = clamp(r.PacketsBack)
		bytesBck[i] = clamp(r.BytesBack)
		records[i] = clamp(r.Records)
		first[i] = micros(r.First)
		last[i] = micros(r.Last)
		marks[i] = uint8(r.Marks)
	}
	// In loops of their own the look-ups wait for memory together, not one
	// after the other.
	for i, id := range initiator[:len(items)] {
		if !w.known.has(id) && w.newParties.add(id) {
			r := &rows[items[i].row]
			w.parties = append(w.parties, party{r.Initiator, r.Log})
		}
	}
	for i, id := range responder[:len(items)] {
		if !w.known.has(id) && w.newParties.add(id) {
			r := &rows[items[i].row]
			w.parties = append(w.parties, party{r.Responder, r.Log})
		}
	}
}

// findOwn collects the parties at whose own NIC the facts of a chunk were
// captured: the NIC of a row is the initiator's or the responder's by its
// direction, unless it is a hop between them.
func (w *writer) findOwn(c *chunk, d *store.Delta, items []orderItem) {
	initiator, responder := column[uint64](c, 1), column[uint64](c, 2)
	for i, item := range items {
		r := &d.Rows[item.row]
		id := responder[i&(chunkRows-1)]
		if r.Direction == flow.Outbound {
			id = initiator[i&(chunkRows-1)]
		}
		if !w.knownOwn.has(id) && r.Marks&flow.AtHop == 0 && d.Logs[r.Log].MAC != "" && w.newOwn.add(id) {
			w.ownLogs = append(w.ownLogs, r.Log)
		}
	}
}

func (w *writer) addOwn(ctx context.Context, logs []flow.Log) error {
	if len(w.ownLogs) == 0 {
		return nil
	}
	err := w.feed.insert(ctx, w.conn, insertUnknown("own"), ownTypes, len(w.ownLogs), each(len(w.ownLogs), func(c *chunk, row, i int) {
		column[uint64](c, 0)[row] = w.newOwn.ids[i]
		c.text(1, row, logs[w.ownLogs[i]].MAC)
	}))
	for _, id := range w.newOwn.ids {
		w.knownOwn.add(id)
	}
	return err
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
