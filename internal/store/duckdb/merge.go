package duckdb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"weir/internal/store"
)

const (
	// mergeRows is about how many rows Merge looks at in one transaction: 45 MB
	// where each of them is a part of a flow.
	mergeRows = 250_000
	// mergeIntervals is how many intervals at most: each is named in a statement.
	mergeIntervals = 500
)

// listed is an interval that may have flows in parts.
type listed struct {
	start int64 // microseconds since 1970
	rows  int64
}

// Merge implements store.Store.
func (s *Store) Merge(ctx context.Context, quiet time.Duration, progress func(done, total int64)) (m store.Merged, err error) {
	list, until, err := s.unmerged(ctx)
	if err != nil || len(list) == 0 {
		return m, err
	}
	due, err := s.atRest(list, quiet)
	if err != nil {
		return m, err
	}
	m.Waiting = int64(len(list) - len(due))
	total := int64(len(due))
	for len(due) > 0 {
		n := together(due)
		rows, err := s.mergeIntervals(ctx, due[:n], until)
		if err != nil {
			return m, err
		}
		due = due[n:]
		m.Rows += rows
		m.Intervals += int64(n)
		if progress != nil {
			progress(m.Intervals, total)
		}
	}
	return m, nil
}

// unmerged returns the list in order, and the number of its last entry.
func (s *Store) unmerged(ctx context.Context) (list []listed, until uint64, err error) {
	err = s.each(ctx, func(v []any) error {
		rows, _ := v[2].(int64) // none: what it had is gone
		list = append(list, listed{microsOf(timeOf(v[0])), rows})
		until = max(until, v[1].(uint64))
		return nil
	}, `SELECT u.start, u.number, f.rows
FROM (SELECT interval_start AS start, max(number) AS number FROM weir.unmerged GROUP BY ALL) u
LEFT JOIN (
	SELECT interval_start AS start, count(*) AS rows FROM weir.fact
	WHERE interval_start IN (SELECT interval_start FROM weir.unmerged) GROUP BY ALL
) f USING (start)
ORDER BY u.start`)
	return list, until, err
}

// atRest returns those of the intervals that this process wrote no rows of for
// so long.
func (s *Store) atRest(list []listed, quiet time.Duration) ([]listed, error) {
	s.commit.Lock()
	defer s.commit.Unlock()
	if err := s.writable(); err != nil {
		return nil, err
	}
	until := time.Now().Add(-quiet)
	maps.DeleteFunc(s.writer.touched, func(_ int64, at time.Time) bool { return !at.After(until) })
	return slices.DeleteFunc(list, func(l listed) bool {
		_, ok := s.writer.touched[l.start]
		return ok
	}), nil
}

// together returns how many of the first intervals are merged together.
func together(list []listed) int {
	n, rows := 1, list[0].rows
	for n < len(list) && n < mergeIntervals && rows+list[n].rows <= mergeRows {
		rows += list[n].rows
		n++
	}
	return n
}

// mergeIntervals merges intervals and takes them off the list, but those put on
// it since. It returns how many rows fewer there are.
func (s *Store) mergeIntervals(ctx context.Context, list []listed, until uint64) (fewer int64, err error) {
	of := ofIntervals(list)
	slices := int64(1)
	for _, l := range list {
		slices = max(slices, (l.rows+mergeRows-1)/mergeRows)
	}
	for slice := range slices {
		where := of
		if slices > 1 { // a crowded interval: the rows of a flow are in the same slice
			where += fmt.Sprintf(" AND xor(initiator, responder) %% %d = %d", slices, slice)
		}
		n, err := s.mergeFacts(ctx, where)
		if err != nil {
			return fewer, err
		}
		fewer += n
	}
	return fewer, s.write(ctx, func(w *writer) error {
		return w.conn.run(ctx, fmt.Sprintf("DELETE FROM weir.unmerged WHERE number <= %d AND %s", until, of))
	})
}

// ofIntervals is the condition of intervals, which are in order. The range lets
// the engine skip blocks.
func ofIntervals(list []listed) string {
	starts := make([]string, len(list))
	for i, l := range list {
		starts[i] = timestamp(l.start)
	}
	return span{list[0].start, list[len(list)-1].start}.where() + " AND interval_start IN (" + strings.Join(starts, ", ") + ")"
}

// The parts of a flow agree in these columns. Their marks are among them, since
// they say what of a row counts: those of parts differ only until they are
// judged and counted by the same.
const flowKey = `interval_start, initiator, responder, initiator_endpoint, responder_endpoint, port, protocol, direction, status,
	flow_type, encryption, rule, log`

const (
	// Most intervals have no parts, and this tells so at a tenth of the price.
	countParts = "SELECT count(*) - count(DISTINCT hash(" + flowKey + ", marks)) FROM weir.fact WHERE %s"

	keepParts = `CREATE OR REPLACE TEMP TABLE part AS
SELECT *, rowid AS place FROM weir.fact
WHERE %[1]s AND hash(` + flowKey + `, marks) IN (
	SELECT hash(` + flowKey + `, marks) FROM weir.fact WHERE %[1]s GROUP BY 1 HAVING count(*) > 1
)`
	dropParts = "DELETE FROM weir.fact WHERE %s AND rowid IN (SELECT place FROM part)"

	// In the order of order.go.
	joinParts = `INSERT INTO weir.fact
SELECT ` + flowKey + `, weir.total(started), weir.total(ended), weir.total(packets_fwd), weir.total(bytes_fwd),
	weir.total(packets_back), weir.total(bytes_back), weir.total(records), min(first_seen), max(last_seen), marks
FROM part GROUP BY ALL ORDER BY interval_start, log, rule, direction`
)

// mergeFacts makes one row of the parts of each flow that a condition holds for.
func (s *Store) mergeFacts(ctx context.Context, where string) (fewer int64, err error) {
	if err := s.each(ctx, func(v []any) error { fewer = v[0].(int64); return nil }, fmt.Sprintf(countParts, where)); err != nil || fewer == 0 {
		return 0, err
	}
	err = s.write(ctx, func(w *writer) error {
		before, err := number(ctx, w.conn, "SELECT count(*) FROM weir.fact WHERE "+where)
		if err != nil {
			return err
		}
		for _, sql := range []string{fmt.Sprintf(keepParts, where), fmt.Sprintf(dropParts, where), joinParts, "DROP TABLE part"} {
			r, err := w.conn.work(ctx, sql)
			if err == nil {
				err = r.Close()
			}
			if err != nil {
				return err
			}
		}
		after, err := number(ctx, w.conn, "SELECT count(*) FROM weir.fact WHERE "+where)
		fewer = before - after
		return err
	})
	return fewer, err
}
