package duckdb

import (
	"context"
	"fmt"
	"sync"

	"weir/internal/store"
)

// statsCache keeps the last Stats, which change with a transaction only: they
// are asked for with every question, and when the engine has enough to do.
type statsCache struct {
	mu    sync.Mutex
	as    uint64 // how many transactions there had been; counted from 1
	now   uint64 // how many there have been
	stats store.Stats
}

// outdated is called after every transaction.
func (c *statsCache) outdated() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now++
}

// get returns what is kept, if nothing was written since, and otherwise to
// which state of the store that is read now belongs.
func (c *statsCache) get() (st store.Stats, state uint64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats, c.now + 1, c.as == c.now+1
}

func (c *statsCache) put(st store.Stats, state uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if state > c.as {
		c.stats, c.as = st, state
	}
}

// Stats implements store.Store.
func (s *Store) Stats(ctx context.Context) (store.Stats, error) {
	if s.closed.Load() {
		return store.Stats{}, s.explain("ask", errClosed)
	}
	st, state, ok := s.stats.get()
	if !ok {
		var err error
		if st, err = s.readStats(ctx); err != nil {
			return store.Stats{}, err
		}
		s.stats.put(st, state)
	}
	st.StoredBytes = s.size()
	return st, nil
}

func (s *Store) readStats(ctx context.Context) (st store.Stats, err error) {
	err = s.each(ctx, func(v []any) error {
		for i, to := range []*int64{&st.Objects, &st.Records, &st.Tuples, &st.Rejected, &st.Rows, &st.Bytes, &st.PendingBytes, &st.TooOld} {
			*to, _ = v[i].(int64)
		}
		st.FirstTuple, st.LastTuple, st.LastCommit = timeOf(v[8]), timeOf(v[9]), timeOf(v[10])
		if kept := timeOf(v[11]); !st.FirstTuple.IsZero() {
			st.FirstTuple = later(st.FirstTuple, kept)
		}
		return nil
	}, `SELECT count(*), coalesce(sum(records), 0), coalesce(sum(tuples), 0), coalesce(sum(rejected), 0),
		(SELECT count(*) FROM weir.fact), coalesce(sum(read_to), 0), coalesce(sum(pending), 0), coalesce(sum(too_old), 0), min(first_tuple), max(last_tuple),
		(SELECT value::TIMESTAMP FROM weir.meta WHERE key = 'last_commit'),
		(SELECT value::TIMESTAMP FROM weir.meta WHERE key = 'horizon_days')
		FROM weir.object`)
	if err != nil || !st.LastTuple.After(st.LastCommit.Add(store.Ahead)) {
		return st, err
	}
	return st, s.readEnd(ctx, &st)
}

// readEnd finds the end of the data where the last tuple is too far ahead.
// The ledger knows of each object only its last one, so the rows are asked.
func (s *Store) readEnd(ctx context.Context, st *store.Stats) error {
	return s.each(ctx, func(v []any) error {
		if end := timeOf(v[0]); !end.IsZero() {
			st.LastTuple = end
			st.Beyond, _ = v[1].(int64)
		}
		return nil
	}, fmt.Sprintf(`SELECT max(last_seen) FILTER (interval_start <= %[1]s), count(*) FILTER (interval_start > %[1]s) FROM weir.fact`,
		timestamp(microsOf(st.LastCommit.Add(store.Ahead).Truncate(s.interval)))))
}
