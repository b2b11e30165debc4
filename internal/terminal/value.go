package terminal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// plainText returns a value as text without quotes; nested values as JSON.
func plainText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case time.Time:
		return timeText(v)
	case float64:
		return floatText(v)
	case []any, map[string]any:
		return string(appendJSON(nil, v))
	}
	return fmt.Sprint(v)
}

// timeText is RFC 3339 in UTC.
func timeText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	b, _ := json.Marshal(f) // cannot fail: the value is finite
	return string(b)
}

// appendJSON appends a value of store.Rows as JSON: numbers with all their
// digits, times as RFC 3339 text, and the floats that JSON lacks as text.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case uint64:
		return strconv.AppendUint(b, v, 10)
	case *big.Int:
		return v.Append(b, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return appendJSONString(b, floatText(v))
		}
		return append(b, floatText(v)...)
	case time.Time:
		return appendJSONString(b, timeText(v))
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, e)
		}
		return append(b, ']')
	case map[string]any:
		return appendJSONMap(b, v)
	}
	return appendJSONString(b, fmt.Sprint(v))
}

func appendJSONMap(b []byte, m map[string]any) []byte {
	b = append(b, '{')
	for i, k := range sortedKeys(m) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJSONString(b, k), ':')
		b = appendJSON(b, m[k])
	}
	return append(b, '}')
}

func appendJSONString(b []byte, s string) []byte {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false) // the output is not put into a page
	if err := e.Encode(s); err != nil {
		return append(b, `""`...)
	}
	text := bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
	if !bytes.ContainsFunc(text, unicode.IsControl) {
		return append(b, text...)
	}
	// The encoder leaves these as they are, and terminals obey them.
	for _, r := range string(text) {
		if unicode.IsControl(r) {
			b = fmt.Appendf(b, `\u%04x`, r)
			continue
		}
		b = utf8.AppendRune(b, r)
	}
	return b
}

// Printable replaces what would change the terminal rather than show on it;
// names and samples come from logs, that is, from outside.
func Printable(s string) string {
	return spell(s, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) })
}

// noEscapes is Printable for text of several lines, and of characters that a
// terminal only shows badly: what is left out are the control characters.
func noEscapes(s string) string {
	return spell(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' })
}

// spell writes some characters as Go and JSON do, such as \x1b.
func spell(s string, which func(rune) bool) string {
	if strings.IndexFunc(s, which) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if !which(r) {
			b.WriteRune(r)
			continue
		}
		q := strconv.QuoteRuneToASCII(r)
		b.WriteString(q[1 : len(q)-1])
	}
	return b.String()
}
