package duckdb

import (
	"context"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/store"
)

// rows is a result that is produced while it is read.
type rows struct {
	ctx     context.Context
	conn    *conn
	result  duck.Result
	columns []store.Column
	readers []*reader
	values  []any
	chunk   duck.DataChunk
	at, n   duck.IdxT // the current row of the chunk is at-1
	err     error
	done    bool
	ended   bool              // read to its end
	explain func(error) error // may be nil
	release func() error      // what Close gives back; may be nil
}

// describe reads the names and types of the columns.
func (r *rows) describe() error {
	n := duck.ColumnCount(&r.result)
	r.columns = make([]store.Column, n)
	r.readers = make([]*reader, n)
	r.values = make([]any, n)
	for i := range n {
		t := duck.ColumnLogicalType(&r.result, i)
		reader, err := newReader(t)
		duck.DestroyLogicalType(&t)
		if err != nil {
			return err
		}
		r.readers[i] = reader
		r.columns[i] = store.Column{Name: duck.ColumnName(&r.result, i), Type: reader.neutral()}
	}
	return nil
}

// Columns implements store.Rows.
func (r *rows) Columns() []store.Column { return r.columns }

// Next implements store.Rows.
func (r *rows) Next() bool {
	if r.done {
		return false
	}
	for r.at == r.n {
		if !r.fetch() {
			r.done = true
			return false
		}
	}
	for i, reader := range r.readers {
		r.values[i] = reader.value(uint64(r.at))
	}
	r.at++
	return true
}

// fetch makes the next chunk current; it returns false at the end and on errors.
func (r *rows) fetch() bool {
	duck.DestroyDataChunk(&r.chunk)
	r.err = r.conn.during(r.ctx, func() error {
		r.chunk = duck.FetchChunk(r.result)
		if message := duck.ResultError(&r.result); message != "" {
			return engineError(message)
		}
		return nil
	})
	r.at, r.n = 0, 0
	if r.err == nil && r.chunk.Ptr != nil {
		r.n = duck.DataChunkGetSize(r.chunk)
	}
	if r.n == 0 {
		r.ended = r.err == nil
		return false
	}
	for i, reader := range r.readers {
		reader.attach(duck.DataChunkGetVector(r.chunk, duck.IdxT(i)))
	}
	return true
}

// Values implements store.Rows.
func (r *rows) Values() []any { return r.values }

// Err implements store.Rows.
func (r *rows) Err() error {
	if r.err != nil && r.explain != nil {
		return r.explain(r.err)
	}
	return r.err
}

// Close implements store.Rows.
func (r *rows) Close() error {
	r.done = true
	duck.DestroyDataChunk(&r.chunk)
	duck.DestroyResult(&r.result)
	if !r.ended {
		// The connection keeps what an answer took until its next statement.
		_ = r.conn.run(context.Background(), "SELECT 1")
		r.ended = true
	}
	if release := r.release; release != nil {
		r.release = nil
		return release()
	}
	return nil
}
