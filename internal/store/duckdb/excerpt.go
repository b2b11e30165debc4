package duckdb

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"weir/internal/store"
)

// excerpt is a connection with a temporary table of facts.
type excerpt struct {
	store *Store
	conn  *conn
}

// Excerpt implements store.Store.
func (s *Store) Excerpt(ctx context.Context, most int64, query string, args ...any) (store.Excerpt, error) {
	c, err := s.connection()
	if err != nil {
		return nil, s.explain("ask", err)
	}
	e := &excerpt{s, c}
	whole, err := e.fill(ctx, most, query, args...)
	if whole && err == nil {
		return e, nil
	}
	if err = errors.Join(err, e.Close()); err == nil || errors.Is(err, store.ErrMemory) {
		return nil, nil
	}
	return nil, s.explain("ask", err)
}

// fill makes the table and the views on it. It returns false where there are
// more rows than there may be.
func (e *excerpt) fill(ctx context.Context, most int64, query string, args ...any) (bool, error) {
	if err := e.conn.exec(ctx, fmt.Sprintf("CREATE TEMP TABLE excerpt AS SELECT * FROM (%s) LIMIT %d", query, most+1), args...); err != nil {
		return false, err
	}
	rows, err := number(ctx, e.conn, "SELECT count(*) FROM excerpt")
	if err != nil || rows > most {
		return false, err
	}
	for _, name := range []string{"counted", "captured"} {
		text, err := selectOf("weir." + name)
		if err != nil {
			return false, err
		}
		if err := e.conn.run(ctx, "CREATE TEMP VIEW excerpt_"+name+" AS "+strings.ReplaceAll(text, "weir.fact", "excerpt")); err != nil {
			return false, err
		}
	}
	return true, nil
}

// Query implements store.Excerpt.
func (e *excerpt) Query(ctx context.Context, query string, args ...any) (store.Rows, error) {
	r, err := e.conn.query(ctx, query, args...)
	if err != nil {
		return nil, e.store.explain("ask", err)
	}
	r.explain = func(err error) error { return e.store.explain("ask", err) }
	return r, nil
}

// Close implements store.Excerpt. The table goes with the connection.
func (e *excerpt) Close() error {
	e.store.idle.Lock()
	defer e.store.idle.Unlock()
	e.store.idle.used--
	e.conn.close()
	return nil
}
