package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"time"
)

// Row is a row of store.Rows. Its JSON keeps apart what JSON alone would mix
// up: null, booleans, strings, lists and int64 are themselves; all else is an
// object with one key that says what it is: u (uint64), n (big integer), f
// (float, as text, so that NaN and infinities survive), t (time as seconds
// and nanoseconds since 1970), m (map).
type Row []any

// MarshalJSON implements json.Marshaler.
func (r Row) MarshalJSON() ([]byte, error) {
	if r == nil {
		r = Row{}
	}
	return appendValue(nil, []any(r))
}

func appendValue(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case string:
		return appendString(b, v)
	case uint64:
		b = append(b, `{"u":`...)
		b = strconv.AppendUint(b, v, 10)
	case *big.Int:
		b = append(b, `{"n":`...)
		b = v.Append(b, 10)
	case float64:
		b = append(b, `{"f":"`...)
		b = strconv.AppendFloat(b, v, 'g', -1, 64)
		b = append(b, '"')
	case time.Time:
		b = append(b, `{"t":[`...)
		b = strconv.AppendInt(b, v.Unix(), 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, int64(v.Nanosecond()), 10)
		b = append(b, ']')
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = appendValue(b, e); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case map[string]any:
		b = append(b, `{"m":{`...)
		for i, k := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = appendString(b, k); err != nil {
				return nil, err
			}
			b = append(b, ':')
			if b, err = appendValue(b, v[k]); err != nil {
				return nil, err
			}
		}
		b = append(b, '}')
	default:
		return nil, fmt.Errorf("cannot send a value of type %T", v)
	}
	return append(b, '}'), nil
}

func appendString(b []byte, s string) ([]byte, error) {
	text, err := json.Marshal(s)
	return append(b, text...), err
}

// UnmarshalJSON implements json.Unmarshaler.
func (r *Row) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var list []any
	if err := d.Decode(&list); err != nil {
		return fmt.Errorf("cannot read a row: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("cannot read a row: something follows it")
	}
	for i, v := range list {
		var err error
		if list[i], err = value(v); err != nil {
			return fmt.Errorf("cannot read a row: %w", err)
		}
	}
	*r = list
	return nil
}

// value turns what encoding/json read into what was sent.
func value(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		return v.Int64()
	case []any:
		for i, e := range v {
			var err error
			if v[i], err = value(e); err != nil {
				return nil, err
			}
		}
		return v, nil
	case map[string]any:
		for kind, inner := range v {
			return tagged(kind, inner)
		}
		return nil, fmt.Errorf("an empty object is no value")
	default: // nil, bool, string
		return v, nil
	}
}

func tagged(kind string, v any) (any, error) {
	number, _ := v.(json.Number)
	switch kind {
	case "u":
		return strconv.ParseUint(number.String(), 10, 64)
	case "n":
		if n, ok := new(big.Int).SetString(number.String(), 10); ok {
			return n, nil
		}
	case "f":
		text, _ := v.(string)
		return strconv.ParseFloat(text, 64)
	case "t":
		if parts, ok := v.([]any); ok && len(parts) == 2 {
			sec, err1 := value(parts[0])
			nsec, err2 := value(parts[1])
			s, ok1 := sec.(int64)
			n, ok2 := nsec.(int64)
			if err1 == nil && err2 == nil && ok1 && ok2 {
				return time.Unix(s, n).UTC(), nil
			}
		}
	case "m":
		if m, ok := v.(map[string]any); ok {
			for k, e := range m {
				var err error
				if m[k], err = value(e); err != nil {
					return nil, err
				}
			}
			return m, nil
		}
	}
	return nil, fmt.Errorf("%q: %v is no value", kind, v)
}
