package duckdb

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"

	duck "github.com/duckdb/duckdb-go-bindings"
)

// chunkRows is how many rows DuckDB takes at once; openWriter checks it.
const chunkRows = 2048

// sink takes the rows of one delta for one table, a chunk at a time. The
// chunk is filled in place and used again: a row costs no allocation.
type sink struct {
	table string // appended to as it is, or
	query string // run over the rows, which it sees as table "appended_data"
	types []duck.LogicalType

	chunk    duck.DataChunk
	vectors  []duck.Vector
	data     []unsafe.Pointer
	appender duck.Appender
	n        int // rows in the chunk
}

// newSink makes a sink that runs query over rows with the columns, or appends
// them to the table of schema weir where query is empty.
func newSink(table, query string, columns ...duck.Type) *sink {
	s := &sink{table: table, query: query, types: make([]duck.LogicalType, len(columns))}
	for i, t := range columns {
		s.types[i] = duck.CreateLogicalType(t)
	}
	s.chunk = duck.CreateDataChunk(s.types)
	s.vectors = make([]duck.Vector, len(columns))
	s.data = make([]unsafe.Pointer, len(columns))
	s.reset()
	return s
}

func (s *sink) close() {
	duck.DestroyDataChunk(&s.chunk)
	for i := range s.types {
		duck.DestroyLogicalType(&s.types[i])
	}
}

// reset empties the chunk and finds its columns again.
func (s *sink) reset() {
	duck.DataChunkReset(s.chunk)
	for i := range s.vectors {
		s.vectors[i] = duck.DataChunkGetVector(s.chunk, duck.IdxT(i))
		s.data[i] = duck.VectorGetData(s.vectors[i])
	}
	s.n = 0
}

// begin starts taking rows within the transaction of the connection.
func (s *sink) begin(c *conn) error {
	s.reset()
	var state duck.State
	if s.query == "" {
		state = duck.AppenderCreateExt(c.handle, "", "weir", s.table, &s.appender)
	} else {
		state = duck.AppenderCreateQuery(c.handle, s.query, s.types, "", nil, &s.appender)
	}
	if state == duck.StateError {
		err := s.appenderError()
		duck.AppenderDestroy(&s.appender)
		return err
	}
	return nil
}

// push hands the rows of the chunk over.
func (s *sink) push() error {
	if s.n == 0 {
		return nil
	}
	duck.DataChunkSetSize(s.chunk, duck.IdxT(s.n))
	if duck.AppendDataChunk(s.appender, s.chunk) == duck.StateError {
		return s.appenderError()
	}
	s.reset()
	return nil
}

// finish writes what is left and ends begin. After an error the transaction
// must be rolled back.
func (s *sink) finish(ctx context.Context, c *conn) error {
	err := c.during(ctx, func() error {
		if err := s.push(); err != nil {
			return err
		}
		if duck.AppenderFlush(s.appender) == duck.StateError {
			return s.appenderError()
		}
		return nil
	})
	if err != nil {
		s.abort()
		return err
	}
	duck.AppenderDestroy(&s.appender)
	return nil
}

// abort drops what was taken; it does nothing after finish.
func (s *sink) abort() {
	if s.appender.Ptr == nil {
		return
	}
	duck.AppenderClear(s.appender) // else destroying it would try to write again
	duck.AppenderDestroy(&s.appender)
}

func (s *sink) appenderError() error {
	data := duck.AppenderErrorData(s.appender)
	defer duck.DestroyErrorData(&data)
	return engineError(duck.ErrorDataMessage(data))
}

// row makes room for one more row and returns its place in the chunk.
func (s *sink) row() (int, error) {
	if s.n == chunkRows {
		if err := s.push(); err != nil {
			return 0, err
		}
	}
	s.n++
	return s.n - 1, nil
}

// column returns a column of fixed width, of which the chunk has chunkRows places.
func column[T any](s *sink, i int) *[chunkRows]T { return (*[chunkRows]T)(s.data[i]) }

// text sets a text; bytes that are not UTF-8 become U+FFFD.
func (s *sink) text(col, row int, v string) {
	if !utf8.ValidString(v) {
		v = strings.ToValidUTF8(v, "\uFFFD")
	}
	duck.VectorAssignStringElement(s.vectors[col], duck.IdxT(row), v)
}

func (s *sink) bytes(col, row int, v []byte) {
	duck.VectorAssignStringElementLen(s.vectors[col], duck.IdxT(row), v)
}

func (s *sink) null(col, row int) {
	duck.VectorEnsureValidityWritable(s.vectors[col])
	duck.ValiditySetRowInvalid(duck.VectorGetValidity(s.vectors[col]), duck.IdxT(row))
}

// set sets a value of a column that is not worth a loop of its own. The Go
// type must be that of the column.
func (s *sink) set(col, row int, v any) {
	switch v := v.(type) {
	case string:
		s.text(col, row, v)
	case uint64:
		column[uint64](s, col)[row] = v
	case int64:
		column[int64](s, col)[row] = v
	case time.Time:
		column[int64](s, col)[row] = micros(v.UnixMilli())
	case nil:
		s.null(col, row)
	default:
		panic(fmt.Sprintf("BUG: no column of type %T", v))
	}
}

// add appends a row of such values.
func (s *sink) add(values ...any) error {
	row, err := s.row()
	if err != nil {
		return err
	}
	for col, v := range values {
		s.set(col, row, v)
	}
	return nil
}
