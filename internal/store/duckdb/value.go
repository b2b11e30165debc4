package duckdb

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"
	"unsafe"

	duck "github.com/duckdb/duckdb-go-bindings"
)

// reader turns the cells of one column, or of one level of a nested column,
// into the values that store.Rows documents.
type reader struct {
	kind     duck.Type
	name     string // of the engine's type
	json     bool
	stored   duck.Type // how a DECIMAL or an ENUM is stored
	scale    uint8     // of a DECIMAL
	words    []string  // of an ENUM
	size     uint64    // of an ARRAY
	names    []string  // of the children of a STRUCT or UNION
	children []*reader

	data, valid unsafe.Pointer // of the current chunk
}

// newReader prepares reading of columns of a type.
func newReader(t duck.LogicalType) (*reader, error) {
	r := &reader{kind: duck.GetTypeId(t)}
	r.json = duck.LogicalTypeGetAlias(t) == "JSON"
	var err error
	child := func(c duck.LogicalType) {
		defer duck.DestroyLogicalType(&c)
		if err == nil {
			var sub *reader
			sub, err = newReader(c)
			r.children = append(r.children, sub)
		}
	}
	switch r.kind {
	case duck.TypeDecimal:
		r.stored, r.scale = duck.DecimalInternalType(t), duck.DecimalScale(t)
	case duck.TypeEnum:
		r.stored = duck.EnumInternalType(t)
		for i := range duck.EnumDictionarySize(t) {
			r.words = append(r.words, duck.EnumDictionaryValue(t, duck.IdxT(i)))
		}
	case duck.TypeList:
		child(duck.ListTypeChildType(t))
	case duck.TypeArray:
		r.size = uint64(duck.ArrayTypeArraySize(t))
		child(duck.ArrayTypeChildType(t))
	case duck.TypeMap:
		child(duck.MapTypeKeyType(t))
		child(duck.MapTypeValueType(t))
	case duck.TypeStruct:
		for i := range duck.StructTypeChildCount(t) {
			r.names = append(r.names, duck.StructTypeChildName(t, i))
			child(duck.StructTypeChildType(t, i))
		}
	case duck.TypeUnion:
		for i := range duck.UnionTypeMemberCount(t) {
			r.names = append(r.names, duck.UnionTypeMemberName(t, i))
			child(duck.UnionTypeMemberType(t, i))
		}
	}
	if err != nil {
		return nil, err
	}
	if r.name = typeName(r); r.name == "" {
		return nil, fmt.Errorf("cannot return a column of engine type %d: cast it to VARCHAR", r.kind)
	}
	return r, nil
}

// neutral returns the type name of store.Column.
func (r *reader) neutral() string {
	switch r.kind {
	case duck.TypeBoolean:
		return "bool"
	case duck.TypeTinyInt, duck.TypeSmallInt, duck.TypeInteger, duck.TypeBigInt, duck.TypeHugeInt,
		duck.TypeUTinyInt, duck.TypeUSmallInt, duck.TypeUInteger, duck.TypeUBigInt, duck.TypeUHugeInt:
		return "int"
	case duck.TypeFloat, duck.TypeDouble:
		return "float"
	case duck.TypeDecimal:
		if r.scale == 0 {
			return "int"
		}
		return "float"
	case duck.TypeVarchar, duck.TypeEnum, duck.TypeUUID, duck.TypeSQLNull:
		if r.json {
			return "JSON"
		}
		return "string"
	case duck.TypeTimestamp, duck.TypeTimestampTZ, duck.TypeTimestampS, duck.TypeTimestampMS,
		duck.TypeTimestampNS, duck.TypeDate:
		return "time"
	}
	return r.name
}

// typeName returns the engine's name of the type, empty if it cannot be read.
func typeName(r *reader) string {
	switch r.kind {
	case duck.TypeBlob:
		return "BLOB"
	case duck.TypeBit:
		return "BIT"
	case duck.TypeTime, duck.TypeTimeNS:
		return "TIME"
	case duck.TypeTimeTZ:
		return "TIME WITH TIME ZONE"
	case duck.TypeInterval:
		return "INTERVAL"
	case duck.TypeList:
		return r.children[0].name + "[]"
	case duck.TypeArray:
		return fmt.Sprintf("%s[%d]", r.children[0].name, r.size)
	case duck.TypeMap:
		return fmt.Sprintf("MAP(%s, %s)", r.children[0].name, r.children[1].name)
	case duck.TypeStruct, duck.TypeUnion:
		members := make([]string, len(r.names))
		for i, name := range r.names {
			members[i] = name + " " + r.children[i].name
		}
		word := "STRUCT"
		if r.kind == duck.TypeUnion {
			word = "UNION"
		}
		return word + "(" + strings.Join(members, ", ") + ")"
	case duck.TypeTimestamp, duck.TypeTimestampTZ, duck.TypeTimestampS, duck.TypeTimestampMS,
		duck.TypeTimestampNS, duck.TypeDate:
		return "TIMESTAMP"
	}
	if name := r.neutral(); name != "" {
		return name
	}
	return ""
}

// attach makes vec, of as many children as the type has, the current one.
func (r *reader) attach(vec duck.Vector) {
	r.data, r.valid = duck.VectorGetData(vec), duck.VectorGetValidity(vec)
	switch r.kind {
	case duck.TypeList:
		r.children[0].attach(duck.ListVectorGetChild(vec))
	case duck.TypeArray:
		r.children[0].attach(duck.ArrayVectorGetChild(vec))
	case duck.TypeMap: // a list of structs of key and value
		pair := duck.ListVectorGetChild(vec)
		r.children[0].attach(duck.StructVectorGetChild(pair, 0))
		r.children[1].attach(duck.StructVectorGetChild(pair, 1))
	case duck.TypeStruct:
		for i, child := range r.children {
			child.attach(duck.StructVectorGetChild(vec, duck.IdxT(i)))
		}
	case duck.TypeUnion: // a struct whose first member is the tag
		r.data = duck.VectorGetData(duck.StructVectorGetChild(vec, 0))
		for i, child := range r.children {
			child.attach(duck.StructVectorGetChild(vec, duck.IdxT(i+1)))
		}
	}
}

func at[T any](r *reader, row uint64) T {
	var zero T
	return *(*T)(unsafe.Add(r.data, uintptr(row)*unsafe.Sizeof(zero)))
}

// wide is how DuckDB stores 128 bits; listAt a place in the child vector.
type (
	wide   struct{ lo, hi uint64 }
	listAt struct{ offset, length uint64 }
)

// value returns the cell of a row of the current chunk.
func (r *reader) value(row uint64) any {
	if r.valid != nil && *(*uint64)(unsafe.Add(r.valid, uintptr(row/64)*8))&(1<<(row%64)) == 0 {
		return nil
	}
	switch r.kind {
	case duck.TypeBoolean:
		return at[bool](r, row)
	case duck.TypeTinyInt:
		return int64(at[int8](r, row))
	case duck.TypeSmallInt:
		return int64(at[int16](r, row))
	case duck.TypeInteger:
		return int64(at[int32](r, row))
	case duck.TypeBigInt:
		return at[int64](r, row)
	case duck.TypeUTinyInt:
		return int64(at[uint8](r, row))
	case duck.TypeUSmallInt:
		return int64(at[uint16](r, row))
	case duck.TypeUInteger:
		return int64(at[uint32](r, row))
	case duck.TypeUBigInt:
		return at[uint64](r, row)
	case duck.TypeHugeInt:
		return signed(at[wide](r, row))
	case duck.TypeUHugeInt:
		return unsigned(at[wide](r, row))
	case duck.TypeFloat:
		return float64(at[float32](r, row))
	case duck.TypeDouble:
		return at[float64](r, row)
	case duck.TypeDecimal:
		return r.decimal(row)
	case duck.TypeVarchar:
		return strings.Clone(r.borrowed(row))
	case duck.TypeBlob:
		return blobText(r.borrowed(row))
	case duck.TypeBit:
		return bitText(r.borrowed(row))
	case duck.TypeEnum:
		return r.words[r.small(row)]
	case duck.TypeUUID:
		return uuidText(at[wide](r, row))
	case duck.TypeDate:
		return instant(int64(at[int32](r, row)), math.MaxInt32, func(days int64) time.Time { return time.Unix(days*86400, 0) })
	case duck.TypeTimestamp, duck.TypeTimestampTZ:
		return instant(at[int64](r, row), math.MaxInt64, time.UnixMicro)
	case duck.TypeTimestampMS:
		return instant(at[int64](r, row), math.MaxInt64, time.UnixMilli)
	case duck.TypeTimestampS:
		return instant(at[int64](r, row), math.MaxInt64, func(s int64) time.Time { return time.Unix(s, 0) })
	case duck.TypeTimestampNS:
		return instant(at[int64](r, row), math.MaxInt64, func(ns int64) time.Time { return time.Unix(0, ns) })
	case duck.TypeTime:
		return clockText(at[int64](r, row) * 1000)
	case duck.TypeTimeNS:
		return clockText(at[int64](r, row))
	case duck.TypeTimeTZ:
		return clockZoneText(at[uint64](r, row))
	case duck.TypeInterval:
		return intervalText(at[intervalParts](r, row))
	case duck.TypeList:
		place := at[listAt](r, row)
		return r.list(place.offset, place.length)
	case duck.TypeArray:
		return r.list(row*r.size, r.size)
	case duck.TypeMap:
		place := at[listAt](r, row)
		m := make(map[string]any, place.length)
		for i := place.offset; i < place.offset+place.length; i++ {
			m[fmt.Sprint(r.children[0].value(i))] = r.children[1].value(i)
		}
		return m
	case duck.TypeStruct:
		m := make(map[string]any, len(r.names))
		for i, child := range r.children {
			m[r.names[i]] = child.value(row)
		}
		return m
	case duck.TypeUnion:
		return r.children[at[uint8](r, row)].value(row)
	}
	return nil // TypeSQLNull: a column of nothing but NULL
}

func (r *reader) list(offset, length uint64) []any {
	l := make([]any, length)
	for i := range l {
		l[i] = r.children[0].value(offset + uint64(i))
	}
	return l
}

// inlineString is the length up to which DuckDB keeps a string in its sixteen bytes.
const inlineString = 12

// borrowed returns a string that lives as long as the chunk.
func (r *reader) borrowed(row uint64) string {
	s := unsafe.Add(r.data, uintptr(row)*16)
	n := *(*uint32)(s)
	if n <= inlineString {
		return unsafe.String((*byte)(unsafe.Add(s, 4)), n)
	}
	return unsafe.String(*(**byte)(unsafe.Add(s, 8)), n)
}

// small returns the unsigned number behind an ENUM.
func (r *reader) small(row uint64) uint64 {
	switch r.stored {
	case duck.TypeUTinyInt:
		return uint64(at[uint8](r, row))
	case duck.TypeUSmallInt:
		return uint64(at[uint16](r, row))
	}
	return uint64(at[uint32](r, row))
}

// decimal returns an integer where the scale is 0, else the nearest float.
func (r *reader) decimal(row uint64) any {
	var v any
	switch r.stored {
	case duck.TypeSmallInt:
		v = int64(at[int16](r, row))
	case duck.TypeInteger:
		v = int64(at[int32](r, row))
	case duck.TypeBigInt:
		v = at[int64](r, row)
	default:
		v = signed(at[wide](r, row))
	}
	if r.scale == 0 {
		return v
	}
	n, ok := v.(*big.Int)
	if !ok {
		n = big.NewInt(v.(int64))
	}
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(r.scale)), nil)
	f, _ := new(big.Rat).SetFrac(n, power).Float64()
	return f
}

// signed returns an int64 where it fits.
func signed(w wide) any {
	if int64(w.hi) == int64(w.lo)>>63 {
		return int64(w.lo)
	}
	v := new(big.Int).Lsh(big.NewInt(int64(w.hi)), 64)
	return v.Add(v, new(big.Int).SetUint64(w.lo))
}

// unsigned returns a uint64 where it fits.
func unsigned(w wide) any {
	if w.hi == 0 {
		return w.lo
	}
	v := new(big.Int).Lsh(new(big.Int).SetUint64(w.hi), 64)
	return v.Add(v, new(big.Int).SetUint64(w.lo))
}

// instant returns a time in UTC; DuckDB's two infinities become text.
func instant(v, infinity int64, convert func(int64) time.Time) any {
	switch v {
	case infinity:
		return "infinity"
	case -infinity:
		return "-infinity"
	}
	return convert(v).UTC()
}

func uuidText(w wide) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], w.hi^(1<<63)) // stored with the first bit flipped, to sort
	binary.BigEndian.PutUint64(b[8:], w.lo)
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// blobText writes a BLOB as DuckDB does: bytes that are not printable ASCII as \xNN.
func blobText(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c >= 32 && c <= 126 && c != '\\' && c != '\'' && c != '"' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\x%02X`, c)
		}
	}
	return b.String()
}

// bitText writes a BIT as digits; its first byte says how many bits of the second are padding.
func bitText(s string) string {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		digits := fmt.Sprintf("%08b", s[i])
		if i == 1 {
			digits = digits[s[0]:]
		}
		b.WriteString(digits)
	}
	return b.String()
}

// clockText writes a time of day given in nanoseconds.
func clockText(ns int64) string {
	s := ns / 1e9
	text := fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
	if f := ns % 1e9; f != 0 {
		text += strings.TrimRight(fmt.Sprintf(".%09d", f), "0")
	}
	return text
}

// clockZoneText writes a time of day with its offset: 40 bits of
// microseconds, 24 of how many seconds the offset is below its maximum.
func clockZoneText(bits uint64) string {
	const maxOffset = 16*60*60 - 1
	offset := maxOffset - int64(bits&(1<<24-1))
	sign := '+'
	if offset < 0 {
		sign, offset = '-', -offset
	}
	text := fmt.Sprintf("%s%c%02d", clockText(int64(bits>>24)*1000), sign, offset/3600)
	if offset%3600 != 0 {
		text += fmt.Sprintf(":%02d", offset/60%60)
	}
	if offset%60 != 0 {
		text += fmt.Sprintf(":%02d", offset%60)
	}
	return text
}

type intervalParts struct {
	months, days int32
	micros       int64
}

// intervalText writes an interval as DuckDB does, for example "1 day 02:00:00".
func intervalText(p intervalParts) string {
	var parts []string
	unit := func(n int32, word string) {
		if n != 0 {
			if n != 1 && n != -1 {
				word += "s"
			}
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
		}
	}
	unit(p.months/12, "year")
	unit(p.months%12, "month")
	unit(p.days, "day")
	if p.micros != 0 || len(parts) == 0 {
		sign, micros := "", uint64(p.micros)
		if p.micros < 0 {
			sign, micros = "-", -micros // also of the lowest, which has no positive
		}
		s := micros / 1e6
		text := fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
		if f := micros % 1e6; f != 0 {
			text += strings.TrimRight(fmt.Sprintf(".%06d", f), "0")
		}
		parts = append(parts, sign+text)
	}
	return strings.Join(parts, " ")
}
