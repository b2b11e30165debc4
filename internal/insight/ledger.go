package insight

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"weir/internal/store"
)

// DefaultListLimit is how many rows Objects and Rejects return where no limit is given.
const DefaultListLimit = 100

const objectsSQL = `SELECT name, family, state, message, etag, size, read_to, pending, records, tuples, rejected,
    rows_written, ignored_counters, first_tuple, last_tuple, read_at, count(*) OVER () AS total
FROM weir.object
WHERE ? = '' OR state = ?
ORDER BY read_at DESC, name
LIMIT ?`

// Objects lists log objects, the most recently read first; state selects one
// of the states of store.ObjectState, empty all.
func Objects(ctx context.Context, s store.Store, state string, limit int) (*ObjectsAnswer, error) {
	states := []store.ObjectState{"", store.ObjectComplete, store.ObjectPending, store.ObjectChanged, store.ObjectFailed}
	if !slices.Contains(states, store.ObjectState(state)) {
		return nil, askErrorf("state", "No object has the state %q; use complete, pending, changed or failed.", state)
	}
	limit, err := checkLimit(limit, DefaultListLimit)
	if err != nil {
		return nil, err
	}
	a := &ObjectsAnswer{State: state, Limit: limit, Rows: []Object{}}
	err = each(ctx, s, func(v []any) {
		a.Rows = append(a.Rows, Object{
			Name: v[0].(string), Family: v[1].(string), State: v[2].(string), Message: v[3].(string), ETag: v[4].(string),
			Size: v[5].(int64), ReadTo: v[6].(int64), Pending: v[7].(int64), Records: v[8].(int64), Tuples: v[9].(int64),
			Rejected: v[10].(int64), Rows: v[11].(int64), IgnoredCounters: v[12].(int64),
			FirstTuple: maybeTime(v[13]), LastTuple: maybeTime(v[14]), ReadAt: v[15].(time.Time),
		})
		a.Total = v[16].(int64)
	}, objectsSQL, state, state, limit)
	if err != nil {
		return nil, fmt.Errorf("cannot list the objects: %w", err)
	}
	return a, nil
}

const rejectsSQL = `WITH counted AS (
    SELECT r.object AS id, coalesce(o.name, '') AS name, r.reason AS reason, sum(r.count)::BIGINT AS n
    FROM weir.reject AS r LEFT JOIN weir.object AS o ON o.id = r.object
    GROUP BY 1, 2, 3
), shown AS (
    SELECT *, count(*) OVER () AS keys, (sum(n) OVER ())::BIGINT AS total
    FROM counted ORDER BY n DESC, reason, name, id LIMIT ?
)
SELECT c.id, c.name, c.reason, c.n, c.keys, c.total, s.byte_offset, s.length, s.sample
FROM shown AS c LEFT JOIN weir.reject_sample AS s ON s.object = c.id AND s.reason = c.reason
ORDER BY c.n DESC, c.reason, c.name, c.id, s.byte_offset`

// Rejects lists what was rejected by object and reason, the most frequent first.
func Rejects(ctx context.Context, s store.Store, limit int) (*RejectsAnswer, error) {
	limit, err := checkLimit(limit, DefaultListLimit)
	if err != nil {
		return nil, err
	}
	type key struct {
		object uint64
		reason string
	}
	var last key
	a := &RejectsAnswer{Limit: limit, Rows: []Reject{}}
	err = each(ctx, s, func(v []any) {
		a.Distinct, a.Total = v[4].(int64), v[5].(int64)
		if k := (key{v[0].(uint64), v[2].(string)}); k != last || len(a.Rows) == 0 {
			last = k
			a.Rows = append(a.Rows, Reject{Object: v[1].(string), Reason: k.reason, Count: v[3].(int64), Samples: []RejectSample{}})
		}
		if offset, ok := v[6].(int64); ok {
			r := &a.Rows[len(a.Rows)-1]
			r.Samples = append(r.Samples, RejectSample{Offset: offset, Length: v[7].(int64), Sample: v[8].(string)})
		}
	}, rejectsSQL, limit)
	if err != nil {
		return nil, fmt.Errorf("cannot list the rejects: %w", err)
	}
	return a, nil
}

// each puts a statement of ours to the store and hands over every row.
func each(ctx context.Context, s store.Store, row func([]any), sql string, args ...any) error {
	rows, err := s.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
		row(rows.Values())
	}
	return errors.Join(rows.Err(), rows.Close())
}

func maybeTime(v any) *time.Time {
	if t, ok := v.(time.Time); ok && !t.IsZero() {
		return &t
	}
	return nil
}
