package terminal

import (
	"cmp"
	"fmt"
	"io"
	"math/big"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"

	"weir/internal/store"
)

const (
	// groupRows is how many rows of a Parquet file stand together: what is held
	// until it is written.
	groupRows = 1 << 16
	// batchRows is how many are handed to the library at once.
	batchRows = 256
)

// unitKey begins the keys under which a file says what its numbers count.
const unitKey = "unit."

// writeParquet writes rows as a Parquet file: numbers as INT64 and DOUBLE, times
// as TIMESTAMP in UTC, all that has no type of its own as text.
func writeParquet(w io.Writer, rows store.Rows) (n int64, err error) {
	columns := rows.Columns()
	config := []parquet.WriterOption{
		parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(groupRows), parquet.CreatedBy("weir", "", ""),
	}
	names := uniqueNames(columns)
	for i, c := range columns {
		if c.Unit != "" {
			config = append(config, parquet.KeyValueMetadata(unitKey+names[i], c.Unit))
		}
	}
	out := parquet.NewWriter(w, append(config, parquet.NewSchema("rows", newRowNode(names, columns)))...)
	batch := make([]parquet.Row, 0, batchRows)
	var texts []byte // of a batch
	write := func() error {
		_, err := out.WriteRows(batch)
		batch, texts = batch[:0], texts[:0]
		if err != nil {
			return fmt.Errorf("cannot write the answer: %w", err)
		}
		return nil
	}
	for rows.Next() {
		batch = batch[:len(batch)+1]
		row := &batch[len(batch)-1]
		*row = (*row)[:0]
		for i, v := range rows.Values() {
			var cell parquet.Value
			if cell, texts, err = parquetCell(columns[i], v, texts); err != nil {
				return n, err
			}
			given := 1
			if v == nil {
				given = 0
			}
			*row = append(*row, cell.Level(0, given, i))
		}
		n++
		if len(batch) == batchRows {
			if err := write(); err != nil {
				return n, err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	if err := write(); err != nil {
		return n, err
	}
	if err := out.Close(); err != nil {
		return n, fmt.Errorf("cannot write the answer: %w", err)
	}
	return n, nil
}

// parquetCell is a value of a column. Its text is put behind texts.
func parquetCell(c store.Column, v any, texts []byte) (parquet.Value, []byte, error) {
	if v == nil {
		return parquet.NullValue(), texts, nil
	}
	switch c.Type {
	case "bool":
		if v, ok := v.(bool); ok {
			return parquet.BooleanValue(v), texts, nil
		}
	case "int":
		if v, ok := asInt64(v); ok {
			return parquet.Int64Value(v), texts, nil
		}
		return parquet.Value{}, texts, fmt.Errorf("cannot write %v of column %s: a number of Parquet has 64 bits with a sign; make it a text in the question", v, c.Name)
	case "float":
		if v, ok := v.(float64); ok {
			return parquet.DoubleValue(v), texts, nil
		}
	case "time":
		if v, ok := v.(time.Time); ok {
			return parquet.Int64Value(v.UnixMicro()), texts, nil
		}
	default:
		from := len(texts)
		texts = append(texts, plainText(v)...)
		return parquet.ByteArrayValue(texts[from:]), texts, nil
	}
	return parquet.Value{}, texts, fmt.Errorf("cannot write column %s: a %s is a %T", c.Name, c.Type, v)
}

func asInt64(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case uint64:
		return int64(v), v < 1<<63
	case *big.Int:
		return v.Int64(), v.IsInt64()
	}
	return 0, false
}

// rowNode is what a row is, with its columns in their order: that of the library
// has them in that of their names.
type rowNode struct {
	parquet.Group
	order map[string]int
}

func newRowNode(names []string, columns []store.Column) rowNode {
	node := rowNode{parquet.Group{}, map[string]int{}}
	for i, c := range columns {
		var of parquet.Node
		switch c.Type {
		case "bool":
			of = parquet.Leaf(parquet.BooleanType)
		case "int":
			of = parquet.Int(64)
		case "float":
			of = parquet.Leaf(parquet.DoubleType)
		case "time":
			of = parquet.Timestamp(parquet.Microsecond)
		default:
			of = parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
		}
		node.Group[names[i]], node.order[names[i]] = parquet.Optional(of), i
	}
	return node
}

// Fields implements parquet.Node.
func (n rowNode) Fields() []parquet.Field {
	fields := n.Group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int { return cmp.Compare(n.order[a.Name()], n.order[b.Name()]) })
	return fields
}
