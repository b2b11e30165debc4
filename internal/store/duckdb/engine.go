package duckdb

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"
)

// The store talks to DuckDB through the C bindings and not through the
// database/sql driver: only they give data chunks to fill, results that
// stream, and a statement's type before it runs.

// database is an open DuckDB database.
type database struct {
	handle duck.Database
}

// setting is a setting of the engine, and its value.
type setting struct{ name, value string }

// openDatabase opens or creates the database file with the settings.
func openDatabase(path string, settings []setting) (*database, error) {
	var config duck.Config
	if duck.CreateConfig(&config) == duck.StateError {
		return nil, errors.New("cannot create a DuckDB configuration")
	}
	defer duck.DestroyConfig(&config)
	for _, s := range settings {
		if duck.SetConfig(config, s.name, s.value) == duck.StateError {
			return nil, fmt.Errorf("cannot set DuckDB setting %s to %q", s.name, s.value)
		}
	}
	var d database
	var message string
	if duck.OpenExt(path, &d.handle, config, &message) == duck.StateError {
		duck.Close(&d.handle)
		return nil, engineError(message)
	}
	return &d, nil
}

func (d *database) close() { duck.Close(&d.handle) }

// conn is one connection. It is used by one goroutine at a time.
type conn struct {
	handle duck.Connection
}

func (d *database) connect() (*conn, error) {
	var c conn
	if duck.Connect(d.handle, &c.handle) == duck.StateError {
		return nil, errors.New("cannot connect to DuckDB")
	}
	return &c, nil
}

func (c *conn) close() { duck.Disconnect(&c.handle) }

// interruptEvery is how often a cancelled call is interrupted again: DuckDB
// forgets an interrupt that arrives before the statement has started.
const interruptEvery = 50 * time.Millisecond

// during runs fn, a call into DuckDB on this connection, and interrupts it
// when ctx ends first.
func (c *conn) during(ctx context.Context, fn func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if ctx.Done() == nil {
		return fn()
	}
	finished, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-finished:
			return
		case <-ctx.Done():
		}
		tick := time.NewTicker(interruptEvery)
		defer tick.Stop()
		for {
			duck.Interrupt(c.handle)
			select {
			case <-finished:
				return
			case <-tick.C:
			}
		}
	}()
	err := fn()
	close(finished)
	<-stopped // an interrupt must not reach the next statement
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// run executes statements of ours that take no arguments and return nothing.
func (c *conn) run(ctx context.Context, sql string) error {
	return c.during(ctx, func() error {
		var res duck.Result
		state := duck.Query(c.handle, sql, &res)
		defer duck.DestroyResult(&res)
		if state == duck.StateError {
			return engineError(duck.ResultError(&res))
		}
		return nil
	})
}

// idleWait is how long this thread sleeps while others work for its statement.
const idleWait = 200 * time.Microsecond

// work executes one long statement of ours and returns its whole result. Where
// the engine's own threads do the work this one sleeps; run would spin, at the
// expense of those that read logs.
func (c *conn) work(ctx context.Context, sql string) (*rows, error) {
	r := &rows{ctx: ctx, conn: c}
	err := c.during(ctx, func() error {
		var stmt duck.PreparedStatement
		defer duck.DestroyPrepare(&stmt)
		if duck.Prepare(c.handle, sql, &stmt) == duck.StateError {
			return engineError(duck.PrepareError(stmt))
		}
		var pending duck.PendingResult
		defer duck.DestroyPending(&pending)
		if duck.PendingPrepared(stmt, &pending) == duck.StateError {
			return engineError(duck.PendingError(pending))
		}
		for {
			state := duck.PendingExecuteTask(pending)
			if duck.PendingExecutionIsFinished(state) {
				break
			}
			if state == duck.PendingStateNoTasksAvailable {
				time.Sleep(idleWait)
			}
		}
		if duck.ExecutePending(pending, &r.result) == duck.StateError {
			return engineError(duck.ResultError(&r.result))
		}
		return nil
	})
	if err == nil {
		err = r.describe()
	}
	if err != nil {
		duck.DestroyResult(&r.result)
		return nil, err
	}
	return r, nil
}

// exec executes one statement with arguments.
func (c *conn) exec(ctx context.Context, sql string, args ...any) error {
	r, err := c.query(ctx, sql, args...)
	if err != nil {
		return err
	}
	for r.Next() {
	}
	return errors.Join(r.Err(), r.Close())
}

// query starts one statement and returns its result, which is produced while
// it is read. The connection is busy until the result is closed.
func (c *conn) query(ctx context.Context, sql string, args ...any) (*rows, error) {
	var stmt duck.PreparedStatement
	if err := c.during(ctx, func() error {
		if duck.Prepare(c.handle, sql, &stmt) == duck.StateError {
			return engineError(duck.PrepareError(stmt))
		}
		return nil
	}); err != nil {
		duck.DestroyPrepare(&stmt)
		return nil, err
	}
	return c.start(ctx, stmt, args...)
}

// start binds the arguments and executes the statement, which it owns.
func (c *conn) start(ctx context.Context, stmt duck.PreparedStatement, args ...any) (*rows, error) {
	defer duck.DestroyPrepare(&stmt)
	if n := int(duck.NParams(stmt)); n != len(args) {
		return nil, fmt.Errorf("the statement has %d placeholders but %d arguments", n, len(args))
	}
	for i, arg := range args {
		if err := bind(stmt, duck.IdxT(i+1), arg); err != nil {
			return nil, fmt.Errorf("cannot use argument %d: %w", i+1, err)
		}
	}
	r := &rows{ctx: ctx, conn: c}
	err := c.during(ctx, func() error {
		var pending duck.PendingResult
		defer duck.DestroyPending(&pending)
		if duck.PendingPreparedStreaming(stmt, &pending) == duck.StateError {
			return engineError(duck.PendingError(pending))
		}
		if duck.ExecutePending(pending, &r.result) == duck.StateError {
			return engineError(duck.ResultError(&r.result))
		}
		return nil
	})
	if err != nil {
		duck.DestroyResult(&r.result)
		return nil, err
	}
	if err := r.describe(); err != nil {
		duck.DestroyResult(&r.result)
		return nil, err
	}
	return r, nil
}

func bind(stmt duck.PreparedStatement, i duck.IdxT, arg any) error {
	var state duck.State
	switch v := arg.(type) {
	case nil:
		state = duck.BindNull(stmt, i)
	case bool:
		state = duck.BindBoolean(stmt, i, v)
	case int:
		state = duck.BindInt64(stmt, i, int64(v))
	case int64:
		state = duck.BindInt64(stmt, i, v)
	case uint8:
		state = duck.BindUInt8(stmt, i, v)
	case uint16:
		state = duck.BindUInt16(stmt, i, v)
	case uint64:
		state = duck.BindUInt64(stmt, i, v)
	case float64:
		state = duck.BindDouble(stmt, i, v)
	case string:
		state = duck.BindVarcharLength(stmt, i, v, duck.IdxT(len(v)))
	case time.Time:
		ts := duck.NewTimestamp(v.UnixMicro())
		state = duck.BindTimestamp(stmt, i, ts)
	case *big.Int:
		text := v.String()
		state = duck.BindVarcharLength(stmt, i, text, duck.IdxT(len(text)))
	default:
		return fmt.Errorf("values of type %T are not supported", arg)
	}
	if state == duck.StateError {
		return engineError(duck.PrepareError(stmt))
	}
	return nil
}
