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

// FactsOf implements store.Knowledge.
func (s *Store) FactsOf(ctx context.Context, parties, logs []uint64, yield func([]store.StoredFact) error) error {
	return s.withConn(func(c *conn) (err error) {
		wanted := "true"
		if parties != nil || logs != nil {
			if err := s.keepIDs(ctx, c, "wanted_party", parties); err != nil {
				return err
			}
			if err := s.keepIDs(ctx, c, "wanted_log", logs); err != nil {
				return err
			}
			defer func() {
				err = errors.Join(err, c.run(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS wanted_host; DROP TABLE wanted_party; DROP TABLE wanted_log"))
			}()
			if err := c.run(ctx, makeWantedHosts); err != nil {
				return s.explain("ask", err)
			}
			wanted = wantedRows
		}
		// By intervals, since who merges the parts of flows moves their rows.
		spans, err := s.spans(ctx, c, wanted, windowRows)
		if err != nil {
			return err
		}
		out := newBatches(yield)
		for _, span := range spans {
			err := s.stream(ctx, c, out.end, func(r *rows, i uint64) error {
				f, err := storedFact(r, i)
				if err != nil {
					return s.explain("ask", err)
				}
				return out.add(f)
			}, fmt.Sprintf(storedQuestion, span.where(), wanted))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

const (
	// Which hosts parties were, as far as that was stored.
	makeWantedHosts = `CREATE OR REPLACE TEMP TABLE wanted_host AS
SELECT CASE attribution WHEN 0 THEN id ELSE host END AS id FROM weir.party WHERE id IN (SELECT id FROM wanted_party)
UNION SELECT id FROM wanted_party
UNION SELECT host FROM weir.tenure WHERE party IN (SELECT id FROM wanted_party)`
	wantedRows     = `(initiator IN (SELECT id FROM wanted_host) OR responder IN (SELECT id FROM wanted_host) OR log IN (SELECT id FROM wanted_log))`
	storedQuestion = `SELECT f.*, i.address, r.address FROM (
	SELECT DISTINCT interval_start, initiator, responder, initiator_endpoint, responder_endpoint, log, direction, flow_type, marks & 8 <> 0 AS at_hop
	FROM weir.fact WHERE %s AND %s
) f JOIN weir.host i ON i.id = initiator JOIN weir.host r ON r.id = responder`
)

func storedFact(r *rows, i uint64) (f store.StoredFact, err error) {
	if f.Initiator, err = flow.ParseAddr(r.readers[9].borrowed(i)); err != nil {
		return f, err
	}
	if f.Responder, err = flow.ParseAddr(r.readers[10].borrowed(i)); err != nil {
		return f, err
	}
	f.Interval = at[int64](r.readers[0], i) / 1e6
	f.From = flow.Identity{Host: at[uint64](r.readers[1], i), Endpoint: at[uint64](r.readers[3], i)}
	f.To = flow.Identity{Host: at[uint64](r.readers[2], i), Endpoint: at[uint64](r.readers[4], i)}
	f.Log = at[uint64](r.readers[5], i)
	f.Direction = flow.Direction(at[uint8](r.readers[6], i))
	f.Type = flow.Type(at[uint8](r.readers[7], i))
	f.AtHop = at[bool](r.readers[8], i)
	return f, nil
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

// Rejudge implements store.Knowledge.
func (s *Store) Rejudge(ctx context.Context, r store.Rejudging) error {
	return s.write(ctx, func(w *writer) error { return w.rejudge(ctx, r) })
}

var judgedTypes = []duck.Type{ts, u64, u64, u64, u8, u64, u64, u64, u64, u8, u8, u64, u64, u8}

// ownOfJudged stores the NICs at which hosts were captured that rows have come to be.
const ownOfJudged = `INSERT INTO weir.own
SELECT DISTINCT c0, l.mac, c2 FROM %FEED% f JOIN weir.log l ON l.id = c1
WHERE NOT c3 AND l.mac <> '' AND NOT EXISTS (SELECT 1 FROM weir.own t WHERE t.host = c0 AND t.mac = l.mac AND t.day = c2)`

var ownOfJudgedTypes = []duck.Type{u64, u64, ts, yn}

func (w *writer) rejudge(ctx context.Context, r store.Rejudging) error {
	rows := r.Rows
	if len(rows) > 0 {
		from, to := rows[0].Interval, rows[0].Interval
		for i := range rows {
			from, to = min(from, rows[i].Interval), max(to, rows[i].Interval)
		}
		sql := fmt.Sprintf(`UPDATE weir.fact AS f SET initiator = c5, responder = c6, initiator_endpoint = c7, responder_endpoint = c8,
	flow_type = c9, marks = (marks & %d) | c10
FROM %%FEED%% WHERE f.interval_start >= %s AND f.interval_start <= %s
	AND f.interval_start = c0 AND f.initiator = c1 AND f.responder = c2 AND f.log = c3 AND f.direction = c4
	AND f.initiator_endpoint = c11 AND f.responder_endpoint = c12 AND f.flow_type = c13`,
			^flow.AtHop, timestamp(micros(from*1000)), timestamp(micros(to*1000)))
		err := w.feed.insert(ctx, w.conn, sql, judgedTypes, len(rows), each(len(rows), func(c *chunk, row, i int) {
			j := &rows[i]
			atHop := uint8(0)
			if j.Now.AtHop {
				atHop = uint8(flow.AtHop)
			}
			c.set(row, micros(j.Interval*1000), j.From.Host, j.To.Host, j.Log, uint8(j.Direction),
				j.Now.From.Host, j.Now.To.Host, j.Now.From.Endpoint, j.Now.To.Endpoint, uint8(j.Now.Type), atHop, j.From.Endpoint, j.To.Endpoint, uint8(j.Type))
		}))
		if err != nil {
			return err
		}
		if err := w.feed.insert(ctx, w.conn, ownOfJudged, ownOfJudgedTypes, len(rows), each(len(rows), func(c *chunk, row, i int) {
			j := &rows[i]
			host := j.Now.To.Host
			if j.Direction == flow.Outbound {
				host = j.Now.From.Host
			}
			c.set(row, host, j.Log, micros((j.Interval-j.Interval%daySeconds)*1000), j.Now.AtHop)
		})); err != nil {
			return err
		}
		if err := w.addIdentities(ctx, r); err != nil {
			return err
		}
	}
	var starts []int64
	last := int64(-1)
	for i := range rows {
		if at := rows[i].Interval; at != last || i == 0 {
			starts, last = append(starts, at), at
		}
	}
	if err := w.touch(ctx, starts); err != nil {
		return err
	}
	return w.unsettle(ctx, seconds(r.Unsettled))
}

func seconds(times []time.Time) []int64 {
	out := make([]int64, len(times))
	for i, t := range times {
		out[i] = t.Unix()
	}
	return out
}
