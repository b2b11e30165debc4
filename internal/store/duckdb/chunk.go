package duckdb

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"

	duck "github.com/duckdb/duckdb-go-bindings"
)

// chunkRows is how many rows DuckDB takes at once; newWriter checks it.
const chunkRows = 2048

// chunk is the engine's memory for up to chunkRows rows, written in place.
type chunk struct {
	vectors []duck.Vector
	data    []unsafe.Pointer
	texts   texts
}

// attach makes the columns of a chunk of the engine the ones to write.
func (c *chunk) attach(to duck.DataChunk, columns int) {
	c.vectors, c.data = c.vectors[:0], c.data[:0]
	for i := range columns {
		v := duck.DataChunkGetVector(to, duck.IdxT(i))
		c.vectors = append(c.vectors, v)
		c.data = append(c.data, duck.VectorGetData(v))
	}
}

// column returns a column of fixed width.
func column[T any](c *chunk, i int) *[chunkRows]T { return (*[chunkRows]T)(c.data[i]) }

// text sets a text; bytes that are not UTF-8 become U+FFFD.
func (c *chunk) text(col, row int, v string) {
	if !utf8.ValidString(v) {
		v = strings.ToValidUTF8(v, "\uFFFD")
	}
	c.bytes(col, row, unsafe.Slice(unsafe.StringData(v), len(v)))
}

// bytes sets a BLOB, or a text that is known to be UTF-8.
func (c *chunk) bytes(col, row int, v []byte) {
	column[placedText](c, col)[row] = c.texts.place(v)
}

func (c *chunk) null(col, row int) {
	duck.VectorEnsureValidityWritable(c.vectors[col])
	duck.ValiditySetRowInvalid(duck.VectorGetValidity(c.vectors[col]), duck.IdxT(row))
}

// valid takes null back.
func (c *chunk) valid(col, row int) {
	duck.ValiditySetRowValid(duck.VectorGetValidity(c.vectors[col]), duck.IdxT(row))
}

// set writes a row of values that are not worth a loop for each column. The
// Go types must be those of the columns.
func (c *chunk) set(row int, values ...any) {
	for col, v := range values {
		c.put(col, row, v)
	}
}

// put writes one value, as set does.
func (c *chunk) put(col, row int, v any) {
	switch v := v.(type) {
	case string:
		c.text(col, row, v)
	case []byte:
		c.bytes(col, row, v)
	case uint64:
		column[uint64](c, col)[row] = v
	case int64:
		column[int64](c, col)[row] = v
	case uint32:
		column[uint32](c, col)[row] = v
	case uint8:
		column[uint8](c, col)[row] = v
	case bool:
		column[bool](c, col)[row] = v
	case time.Time:
		column[int64](c, col)[row] = microsOf(v)
	case nil:
		c.null(col, row)
	default:
		panic(fmt.Sprintf("no column of type %T", v))
	}
}

// each returns a function for feed.insert that writes n rows one by one.
func each(n int, row func(c *chunk, row, i int)) func(*chunk) (int, error) {
	from := 0
	return func(c *chunk) (int, error) {
		to := min(from+chunkRows, n)
		for i := from; i < to; i++ {
			row(c, i-from, i)
		}
		written := to - from
		from = to
		return written, nil
	}
}
