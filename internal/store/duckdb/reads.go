package duckdb

import (
	"context"
	"strings"
	"time"

	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/topology"
)

// Ping implements store.Reads.
func (s *Store) Ping(ctx context.Context) error {
	return s.each(ctx, func([]any) error { return nil }, "SELECT 1")
}

const objectColumns = `name, family, etag, size, read_to, prefix_hash, pending, state, message,
	records, tuples, rejected, rows_written, ignored_counters, first_tuple, last_tuple, read_at, fingerprint, too_old, tail_hash`

// objectOf reads objectColumns.
func objectOf(v []any) store.Object {
	return store.Object{
		Name: v[0].(string), Family: v[1].(string), ETag: v[2].(string), Size: v[3].(int64), Offset: v[4].(int64),
		PrefixHash: v[5].(uint64), Pending: v[6].(int64), State: store.ObjectState(v[7].(string)), Message: v[8].(string),
		Records: v[9].(int64), Tuples: v[10].(int64), Rejected: v[11].(int64), Rows: v[12].(int64), IgnoredCounters: v[13].(int64),
		FirstTuple: milliseconds(v[14]), LastTuple: milliseconds(v[15]), ReadAt: timeOf(v[16]),
		Fingerprint: v[17].(uint64), TooOld: v[18].(int64), TailHash: v[19].(uint64),
	}
}

// ListObjects implements store.Reads.
func (s *Store) ListObjects(ctx context.Context, state store.ObjectState, limit int) (objects []store.Object, total int64, err error) {
	err = s.each(ctx, func(v []any) error {
		objects, total = append(objects, objectOf(v)), v[len(v)-1].(int64)
		return nil
	}, "SELECT "+objectColumns+`, count(*) OVER () FROM weir.object
		WHERE ? = '' OR state = ? ORDER BY read_at DESC, name LIMIT ?`, string(state), string(state), limit)
	return objects, total, err
}

// ObjectsWith implements store.Reads.
func (s *Store) ObjectsWith(ctx context.Context, search store.ObjectSearch) (objects []store.Object, err error) {
	err = s.each(ctx, func(v []any) error {
		objects = append(objects, objectOf(v))
		return nil
	}, "SELECT "+objectColumns+` FROM weir.object
		WHERE first_tuple <= ? AND last_tuple >= ? AND (? = '' OR NOT contains(lower(name), '/macaddress=') OR contains(lower(name), '/macaddress=' || lower(?) || '/'))
		ORDER BY first_tuple, name LIMIT ?`, search.Last, search.First, search.MAC, search.MAC, search.Limit)
	return objects, err
}

const sources = `SELECT place, family, count(*), count(*) FILTER (state <> 'complete'), count(*) FILTER (state IN ('failed', 'changed')),
	coalesce(arg_max(name, last_tuple), max(name)), max(read_at), min(first_tuple), max(last_tuple),
	weir.total(size), weir.total(read_to), weir.total(tuples), weir.total(rejected), weir.total(rows_written), weir.total(too_old),
	weir.total(CASE WHEN last_tuple > ? THEN size ELSE 0 END)
FROM (
	SELECT *, CASE WHEN regexp_matches(name, '/(flowlog)?resourceid=', 'i') THEN regexp_extract(name, '^(.*?)/(?:flowlog)?resourceid=', 1, 'i')
		ELSE regexp_extract(name, '^(.*)/[^/]*$', 1) END AS place
	FROM weir.object
)
GROUP BY place, family ORDER BY place, family LIMIT ?`

// maxSources is how many sources are told apart.
const maxSources = 1000

// Sources implements store.Reads.
func (s *Store) Sources(ctx context.Context, end time.Time) (list []store.Source, err error) {
	err = s.each(ctx, func(v []any) error {
		n := func(i int) int64 { return v[i].(int64) }
		list = append(list, store.Source{
			Place: v[0].(string), Family: v[1].(string), Objects: n(2), Unread: n(3), Failed: n(4), Last: v[5].(string),
			ReadAt: timeOf(v[6]), FirstTuple: timeOf(v[7]), LastTuple: timeOf(v[8]),
			Size: n(9), Bytes: n(10), Tuples: n(11), Rejected: n(12), Rows: n(13), TooOld: n(14), DaySize: n(15),
		})
		return nil
	}, sources, end.Add(-24*time.Hour), maxSources)
	return list, err
}

const listRejects = `WITH counted AS (
	SELECT r.object AS id, coalesce(o.name, '') AS name, r.reason AS reason, weir.total(r.count) AS n
	FROM weir.reject AS r LEFT JOIN weir.object AS o ON o.id = r.object
	GROUP BY 1, 2, 3
), shown AS (
	SELECT *, count(*) OVER () AS keys, least(sum(n) OVER (), 9223372036854775807)::BIGINT AS total
	FROM counted ORDER BY n DESC, reason, name, id LIMIT ?
)
SELECT c.id, c.name, c.reason, c.n, c.keys, c.total, s.byte_offset, s.length, s.sample
FROM shown AS c LEFT JOIN weir.reject_sample AS s ON s.object = c.id AND s.reason = c.reason
ORDER BY c.n DESC, c.reason, c.name, c.id, s.byte_offset`

// ListRejects implements store.Reads.
func (s *Store) ListRejects(ctx context.Context, limit int) (list store.RejectList, err error) {
	var last uint64
	err = s.each(ctx, func(v []any) error {
		list.Distinct, list.Total = v[4].(int64), v[5].(int64)
		id, reason := v[0].(uint64), v[2].(string)
		if n := len(list.Rows); n == 0 || id != last || reason != list.Rows[n-1].Reason {
			list.Rows = append(list.Rows, store.Reject{Object: v[1].(string), Reason: reason, Count: v[3].(int64)})
		}
		last = id
		if offset, ok := v[6].(int64); ok {
			r := &list.Rows[len(list.Rows)-1]
			r.Samples = append(r.Samples, store.RejectSample{Offset: offset, Length: v[7].(int64), Text: v[8].(string)})
		}
		return nil
	}, listRejects, limit)
	return list, err
}

// Settled implements store.Reads.
func (s *Store) Settled(ctx context.Context, from, to time.Time) (settled bool, err error) {
	err = s.each(ctx, func(v []any) error { settled = v[0].(bool); return nil },
		"SELECT count(*) = 0 FROM weir.unsettled WHERE interval_start >= ? AND interval_start < ?", from, to)
	return settled, err
}

// Verdicts implements store.Reads.
func (s *Store) Verdicts(ctx context.Context, addresses []string, from, to time.Time) (verdicts []store.AddressVerdict, err error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	args := make([]any, 0, len(addresses)+2)
	for _, a := range addresses {
		args = append(args, a)
	}
	err = s.each(ctx, func(v []any) error {
		verdicts = append(verdicts, store.AddressVerdict{Address: v[0].(string), Category: v[1].(string)})
		return nil
	}, "SELECT address, category FROM weir.verdict WHERE address IN ("+placeholders(len(addresses))+`)
		AND from_time < ? AND until_time > ? ORDER BY confidence, from_time, address, category`, append(args, to, from)...)
	return verdicts, err
}

// Applications implements store.Reads.
func (s *Store) Applications(ctx context.Context, ports []store.Port) (map[store.Port]string, error) {
	names := make(map[store.Port]string)
	wanted := make(map[store.Port]bool, len(ports))
	numbers := make([]uint64, len(ports))
	for i, p := range ports {
		wanted[p], numbers[i] = true, uint64(p.Port)
	}
	if len(ports) == 0 {
		return names, nil
	}
	err := s.each(ctx, func(v []any) error {
		if p := (store.Port{Port: uint16(v[0].(int64)), Protocol: uint8(v[1].(int64))}); wanted[p] {
			names[p] = v[2].(string)
		}
		return nil
	}, "SELECT port, protocol, name FROM weir.application WHERE port IN ("+listOf(numbers)+")")
	return names, err
}

// RelatedVNets implements store.Reads.
func (s *Store) RelatedVNets(ctx context.Context) (pairs [][2]topology.ID, err error) {
	err = s.each(ctx, func(v []any) error {
		pairs = append(pairs, [2]topology.ID{topology.ID(v[0].(string)), topology.ID(v[1].(string))})
		return nil
	}, "SELECT DISTINCT vnet1, vnet2 FROM weir.relation ORDER BY ALL")
	return pairs, err
}

// noDirection is none of the directions that a row can have.
const noDirection = -1

const findFlows = `SELECT l.mac, l.target, f.direction, f.interval_start, f.port, f.protocol
FROM weir.fact AS f
JOIN weir.log AS l ON l.id = f.log
WHERE f.interval_start <= $1
	AND f.initiator IN (SELECT id FROM weir.host WHERE address = $2)
	AND f.responder IN (SELECT id FROM weir.host WHERE address = $3)
	AND ($4 = 0 OR f.port = $4) AND ($5 = 0 OR f.protocol = $5)
	AND ($6 = '' OR l.mac = $6)
ORDER BY weir.at_hop(f.marks), f.direction = $7, f.interval_start DESC, f.direction DESC, l.id
LIMIT $8`

// FindFlows implements store.Reads.
func (s *Store) FindFlows(ctx context.Context, search store.FlowSearch) (found []store.FoundFlow, err error) {
	other := int64(noDirection)
	if search.Direction != nil {
		other = 1 - int64(*search.Direction)
	}
	err = s.each(ctx, func(v []any) error {
		found = append(found, store.FoundFlow{
			Capture:   topology.Capture{MAC: v[0].(string), Target: v[1].(string)},
			Direction: flow.Direction(v[2].(int64)), Interval: timeOf(v[3]), Port: uint16(v[4].(int64)), Protocol: uint8(v[5].(int64)),
		})
		return nil
	}, findFlows, search.Until, search.Initiator.String(), search.Responder.String(), int64(search.Port), int64(search.Protocol),
		search.MAC, other, search.Limit)
	return found, err
}

func placeholders(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
