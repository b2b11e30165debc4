package duckdb

import (
	"context"
	"errors"
	"fmt"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/store"
)

// SQL implements store.Store.
func (s *Store) SQL(ctx context.Context, query string) (store.Rows, error) {
	c, err := s.connection()
	if err != nil {
		return nil, s.explain("ask", err)
	}
	end := func() error {
		err := c.run(context.Background(), "ROLLBACK")
		s.give(c)
		return err
	}
	if err := c.run(ctx, "BEGIN TRANSACTION READ ONLY"); err != nil {
		s.give(c)
		return nil, s.explain("ask", err)
	}
	stmt, err := c.question(ctx, query)
	if err != nil {
		return nil, errors.Join(err, end())
	}
	r, err := c.start(ctx, stmt)
	if err != nil {
		return nil, errors.Join(err, end())
	}
	r.release = end
	return r, nil
}

// question prepares the one statement of a query, which must be one that only reads.
func (c *conn) question(ctx context.Context, query string) (stmt duck.PreparedStatement, err error) {
	if err := ctx.Err(); err != nil {
		return stmt, err
	}
	var statements duck.ExtractedStatements
	n := duck.ExtractStatements(c.handle, query, &statements)
	defer duck.DestroyExtracted(&statements)
	switch {
	case n == 0 && duck.ExtractStatementsError(statements) != "":
		return stmt, engineError(duck.ExtractStatementsError(statements))
	case n != 1:
		return stmt, fmt.Errorf("%w; this is %d", store.ErrReadOnlySQL, n)
	}
	err = c.during(ctx, func() error {
		if duck.PrepareExtractedStatement(c.handle, statements, 0, &stmt) == duck.StateError {
			return engineError(duck.PrepareError(stmt))
		}
		return nil
	})
	if err == nil {
		switch t := duck.PreparedStatementType(stmt); t {
		case duck.StatementTypeSelect, duck.StatementTypeExplain:
			return stmt, nil
		}
		err = store.ErrReadOnlySQL
	}
	duck.DestroyPrepare(&stmt)
	return stmt, err
}
