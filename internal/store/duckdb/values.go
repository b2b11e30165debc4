package duckdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"time"
)

// The values of a row, as one process sends them to another: a byte that says
// what follows, then the value.
const (
	tagNull = iota
	tagFalse
	tagTrue
	tagInt
	tagUint
	tagBig
	tagFloat
	tagText
	tagTime
	tagList
	tagMap
)

// appendValue appends a value of store.Rows.
func appendValue(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, tagNull), nil
	case bool:
		if v {
			return append(b, tagTrue), nil
		}
		return append(b, tagFalse), nil
	case int64:
		return binary.AppendVarint(append(b, tagInt), v), nil
	case uint64:
		return binary.AppendUvarint(append(b, tagUint), v), nil
	case *big.Int:
		return appendText(append(b, tagBig), v.String()), nil
	case float64:
		return binary.BigEndian.AppendUint64(append(b, tagFloat), math.Float64bits(v)), nil
	case string:
		return appendText(append(b, tagText), v), nil
	case time.Time:
		b = binary.AppendVarint(append(b, tagTime), v.Unix())
		return binary.AppendUvarint(b, uint64(v.Nanosecond())), nil
	case []any:
		b = binary.AppendUvarint(append(b, tagList), uint64(len(v)))
		return appendValues(b, v)
	case map[string]any:
		b = binary.AppendUvarint(append(b, tagMap), uint64(len(v)))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			var err error
			if b, err = appendValue(appendText(b, key), v[key]); err != nil {
				return nil, err
			}
		}
		return b, nil
	}
	return nil, fmt.Errorf("cannot send a value of type %T", v)
}

func appendValues(b []byte, values []any) (_ []byte, err error) {
	for _, v := range values {
		if b, err = appendValue(b, v); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// errCut means that values end before they should.
var errCut = errors.New("the values of a row are cut off")

// values reads what appendValue wrote. After an error it returns nil values.
type values struct {
	rest []byte
	err  error
}

func (r *values) value() any {
	tag := r.take(1)
	if r.err != nil {
		return nil
	}
	switch tag[0] {
	case tagNull:
		return nil
	case tagFalse, tagTrue:
		return tag[0] == tagTrue
	case tagInt:
		return r.varint()
	case tagUint:
		return r.uvarint()
	case tagBig:
		n, ok := new(big.Int).SetString(r.text(), 10)
		if !ok {
			r.err = errCut
			return nil
		}
		return n
	case tagFloat:
		if b := r.take(8); r.err == nil {
			return math.Float64frombits(binary.BigEndian.Uint64(b))
		}
	case tagText:
		return r.text()
	case tagTime:
		sec, nsec := r.varint(), r.uvarint()
		return time.Unix(sec, int64(nsec)).UTC()
	case tagList:
		n := r.count()
		list := make([]any, n)
		for i := range list {
			list[i] = r.value()
		}
		return list
	case tagMap:
		n := r.count()
		m := make(map[string]any, n)
		for range n {
			key := r.text()
			m[key] = r.value()
		}
		return m
	default:
		r.err = fmt.Errorf("there is no value of kind %d", tag[0])
	}
	return nil
}

// take returns the next n bytes.
func (r *values) take(n uint64) []byte {
	if r.err != nil || uint64(len(r.rest)) < n {
		if r.err == nil {
			r.err = errCut
		}
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *values) varint() int64 {
	v, n := binary.Varint(r.rest)
	r.skip(n)
	return v
}

func (r *values) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	r.skip(n)
	return v
}

func (r *values) skip(n int) {
	if n <= 0 {
		r.err, n = errCut, 0
	}
	r.rest = r.rest[n:]
}

// count is a number of values, each of which has a byte at least.
func (r *values) count() uint64 {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.err = errCut
	}
	if r.err != nil {
		return 0
	}
	return n
}

func (r *values) text() string { return string(r.take(r.uvarint())) }
