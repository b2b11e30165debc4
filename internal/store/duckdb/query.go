package duckdb

import (
	"context"
	"errors"
	"strconv"
	"time"

	"weir/internal/store"
)

// maxIdle is how many connections wait for the next question.
const maxIdle = 8

var errClosed = errors.New("the store is closed")

// connection returns a connection that nobody else uses. It waits while the
// database file is changed for another.
func (s *Store) connection() (*conn, error) {
	s.idle.Lock()
	defer s.idle.Unlock()
	for s.idle.held != nil {
		held := s.idle.held
		s.idle.Unlock()
		<-held
		s.idle.Lock()
	}
	if s.closed.Load() {
		return nil, errClosed
	}
	if n := len(s.idle.conns); n > 0 {
		c := s.idle.conns[n-1]
		s.idle.conns = s.idle.conns[:n-1]
		s.idle.used++
		return c, nil
	}
	c, err := s.db.connect()
	if err == nil {
		s.idle.used++
	}
	return c, err
}

// answering tells whether a question is being answered.
func (s *Store) answering() bool {
	s.idle.Lock()
	defer s.idle.Unlock()
	return s.idle.used > 0
}

// hold keeps questions from beginning until release is called, and waits until
// none is being answered. It returns false where one goes on for longer.
func (s *Store) hold(ctx context.Context, patience time.Duration) (release func(), ok bool) {
	held := make(chan struct{})
	s.idle.Lock()
	s.idle.held = held
	s.idle.Unlock()
	release = func() {
		s.idle.Lock()
		defer s.idle.Unlock()
		s.idle.held = nil
		close(held)
	}
	for end := time.Now().Add(patience); s.answering(); {
		if time.Now().After(end) || sleep(ctx, 5*time.Millisecond) != nil {
			release()
			return nil, false
		}
	}
	return release, true
}

// give returns a connection.
func (s *Store) give(c *conn) {
	s.idle.Lock()
	defer s.idle.Unlock()
	s.idle.used--
	if s.closed.Load() || len(s.idle.conns) == maxIdle {
		c.close()
		return
	}
	s.idle.conns = append(s.idle.conns, c)
}

// Query implements store.Store.
func (s *Store) Query(ctx context.Context, query string, args ...any) (store.Rows, error) {
	c, err := s.connection()
	if err != nil {
		return nil, s.explain("ask", err)
	}
	r, err := c.query(ctx, query, args...)
	if err != nil {
		s.give(c)
		return nil, s.explain("ask", err)
	}
	r.explain = func(err error) error { return s.explain("ask", err) }
	r.release = func() error { s.give(c); return nil }
	return r, nil
}

// objectsAtOnce bounds the list in one statement.
const objectsAtOnce = 4096

// Objects implements store.Store.
func (s *Store) Objects(ctx context.Context, names []string) (map[string]store.Object, error) {
	objects := make(map[string]store.Object, len(names))
	byID := make(map[uint64]string, len(names))
	for len(names) > 0 {
		batch := names[:min(len(names), objectsAtOnce)]
		names = names[len(batch):]
		ids := make([]uint64, len(batch))
		for i, name := range batch {
			ids[i] = store.ObjectID(name)
			byID[ids[i]] = name
		}
		err := s.each(ctx, func(v []any) error {
			o := objectOf(v)
			o.Name = byID[v[len(v)-1].(uint64)] // as it was asked for: the store has it as text
			objects[o.Name] = o
			return nil
		}, "SELECT "+objectColumns+", id FROM weir.object WHERE id IN ("+listOf(ids)+")")
		if err != nil {
			return nil, err
		}
	}
	return objects, nil
}

// SameLog implements store.Store.
func (s *Store) SameLog(ctx context.Context, fingerprints []uint64) (map[uint64][]string, error) {
	names := map[uint64][]string{}
	for len(fingerprints) > 0 {
		batch := fingerprints[:min(len(fingerprints), objectsAtOnce)]
		fingerprints = fingerprints[len(batch):]
		r, err := s.Query(ctx, `SELECT fingerprint, name FROM weir.object
			WHERE fingerprint IN (`+listOf(batch)+`) AND fingerprint <> 0
			QUALIFY count(*) OVER (PARTITION BY fingerprint) > 1 ORDER BY fingerprint, name`)
		if err != nil {
			return nil, err
		}
		for r.Next() {
			v := r.Values()
			names[v[0].(uint64)] = append(names[v[0].(uint64)], v[1].(string))
		}
		if err := errors.Join(r.Err(), r.Close()); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// listOf writes ids as a list in SQL.
func listOf(ids []uint64) string {
	list := make([]byte, 0, 21*len(ids)) // the longest has 20 digits
	for i, id := range ids {
		if i > 0 {
			list = append(list, ',')
		}
		list = strconv.AppendUint(list, id, 10)
	}
	return string(list)
}

func timeOf(v any) time.Time {
	t, _ := v.(time.Time)
	return t
}

func milliseconds(v any) int64 {
	if t, ok := v.(time.Time); ok {
		return t.UnixMilli()
	}
	return 0
}
