package loganalytics

import (
	"encoding/json"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// appendCell writes a value as the service does, by its type in KQL.
func appendCell(b []byte, v any, kind string) ([]byte, error) {
	if v == nil {
		if kind == "string" { // of which there is no null
			return append(b, `""`...), nil
		}
		return append(b, "null"...), nil
	}
	switch kind {
	case "real":
		if f, ok := v.(float64); ok {
			return appendReal(b, f), nil
		}
	case "dynamic":
		if _, ok := v.(string); !ok {
			text, err := json.Marshal(v)
			return appendText(b, string(text)), err
		}
	}
	switch v := v.(type) {
	case string:
		return appendText(b, v), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case uint64:
		return strconv.AppendUint(b, v, 10), nil
	case time.Time:
		return append(v.UTC().AppendFormat(append(b, '"'), time.RFC3339Nano), '"'), nil
	}
	text, err := json.Marshal(v)
	return append(b, text...), err
}

// appendReal writes a number. What JSON has no word for is text, as clients of
// the service expect it.
func appendReal(b []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(b, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(b, `"-Infinity"`...)
	case f != 0 && (math.Abs(f) < 1e-6 || math.Abs(f) >= 1e21):
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// appendText writes text as JSON.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf || c == '<' || c == '>' || c == '&' {
			text, _ := json.Marshal(s) // text has no error
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
