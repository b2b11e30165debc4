package compute

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// entry is a property of a bag: its name, and its value as JSON.
type entry struct {
	key   string
	value string
}

// array takes a JSON array apart; false where it is something else.
func array(v Value) ([]string, bool) {
	if v.Null || !strings.HasPrefix(strings.TrimLeft(v.Text, " \t\r\n"), "[") {
		return nil, false
	}
	var parts []json.RawMessage
	if json.Unmarshal([]byte(v.Text), &parts) != nil {
		return nil, false
	}
	all := make([]string, len(parts))
	for i, p := range parts {
		all[i] = string(p)
	}
	return all, true
}

// bag takes a JSON object apart, in its order; false where it is something else.
func bag(v Value) ([]entry, bool) {
	if v.Null || !strings.HasPrefix(strings.TrimLeft(v.Text, " \t\r\n"), "{") {
		return nil, false
	}
	d := json.NewDecoder(strings.NewReader(v.Text))
	if _, err := d.Token(); err != nil {
		return nil, false
	}
	all := []entry{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, false
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return nil, false
		}
		name, _ := key.(string)
		all = put(all, name, string(value), true)
	}
	return all, true
}

// put sets a property; replace says whether one that is there gives way.
func put(all []entry, key, value string, replace bool) []entry {
	i := slices.IndexFunc(all, func(e entry) bool { return e.key == key })
	switch {
	case i < 0:
		return append(all, entry{key, value})
	case replace:
		all[i].value = value
	}
	return all
}

// quoted writes a text as JSON, with < and > as they are.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // of a string and into memory: it cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

// unquoted reads a JSON string; false where it is something else.
func unquoted(v string) (string, bool) {
	if !strings.HasPrefix(v, `"`) {
		return "", false
	}
	var s string
	return s, json.Unmarshal([]byte(v), &s) == nil
}

// plain is the text of a JSON value: of a string what it says.
func plain(v string) string {
	if s, ok := unquoted(v); ok {
		return s
	}
	if v == "null" {
		return ""
	}
	return v
}

func isNull(v string) bool { return v == "null" }

// writeList returns values of JSON as an array.
func writeList(all []string) Value { return Text("[" + strings.Join(all, ",") + "]") }

func writeTexts(all []string) Value {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = quoted(s)
	}
	return writeList(out)
}

func writeBag(all []entry) Value {
	var b strings.Builder
	b.WriteByte('{')
	for i, e := range all {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quoted(e.key) + ":" + e.value)
	}
	b.WriteByte('}')
	return Text(b.String())
}

// dynamic returns a JSON value, null where it is that of JSON.
func dynamic(v string) Value {
	if isNull(v) {
		return Null()
	}
	return Text(v)
}

// same is what two JSON values have in common that are equal: 1 and 1.0 are.
func same(v string) string {
	if v == "" || v[0] == '"' || v[0] == '[' || v[0] == '{' {
		return compact(v)
	}
	if _, err := strconv.ParseInt(v, 10, 64); err == nil {
		return v
	}
	if f, err := strconv.ParseFloat(v, 64); err == nil {
		if f == float64(int64(f)) && f > -1e15 && f < 1e15 {
			return strconv.FormatInt(int64(f), 10)
		}
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return v
}

func compact(v string) string {
	if s, ok := unquoted(v); ok {
		return quoted(s)
	}
	var b bytes.Buffer
	if json.Compact(&b, []byte(v)) != nil {
		return v
	}
	return b.String()
}

// kindOf names what a dynamic is, as gettype does.
func kindOf(v Value) string {
	if v.Null || v.Text == "" {
		return "null"
	}
	switch c := v.Text[0]; {
	case c == '[':
		return "array"
	case c == '{':
		return "dictionary"
	case c == '"':
		return "string"
	case c == 't', c == 'f':
		return "bool"
	case c == 'n':
		return "null"
	}
	if _, err := strconv.ParseInt(v.Text, 10, 64); err == nil {
		return "long"
	}
	return "double"
}
