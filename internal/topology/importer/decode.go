package importer

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// lenient is a value that several writers write in several ways.
type lenient interface {
	// read takes what b holds. Its error says why it cannot be used.
	read(b []byte) error
}

// plan says where the members of an object go: the fields of a struct and of
// what is embedded in it, by name in lower case.
type plan map[string][]int

// planOf returns the plan of a struct. Of two fields with one name the outer
// one counts, then the first.
func (im *Importer) planOf(t reflect.Type) plan {
	if p, ok := im.plans[t]; ok {
		return p
	}
	p := plan{}
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous || !f.IsExported() {
			continue
		}
		name := strings.ToLower(f.Name)
		if tag := f.Tag.Get("json"); tag != "" {
			name = strings.ToLower(tag)
		}
		if old, taken := p[name]; !taken || len(f.Index) < len(old) {
			p[name] = f.Index
		}
	}
	im.plans[t] = p
	return p
}

// decoder reads one element into a struct, without regard to the case of keys.
// A member that does not fit is left out alone.
type decoder struct {
	im    *Importer
	path  []string
	lower []byte
	odd   []string // the keys that did not fit, in lower case
}

// decode reads an element that is known to be JSON, and returns the keys that
// were left out.
func (im *Importer) decode(b []byte, into any) []string {
	d := decoder{im: im}
	d.value(b, reflect.ValueOf(into).Elem())
	return d.odd
}

// leave notes that a member is left out.
func (d *decoder) leave(why error) {
	key := strings.Join(d.path, ".")
	d.odd = append(d.odd, strings.ToLower(key))
	d.im.odd(key, why)
}

func (d *decoder) value(b []byte, v reflect.Value) {
	if string(b) == "null" {
		return
	}
	if l, ok := v.Addr().Interface().(lenient); ok {
		if err := l.read(b); err != nil {
			d.leave(err)
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		s, err := oneText(b)
		if err != nil {
			d.leave(err)
			return
		}
		v.SetString(s)
	case reflect.Bool:
		truth, err := strconv.ParseBool(strings.ToLower(strings.Trim(string(b), `"`)))
		if err != nil {
			d.leave(holds(b))
			return
		}
		v.SetBool(truth)
	case reflect.Float64:
		f, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
		if err != nil {
			d.leave(holds(b))
			return
		}
		v.SetFloat(f)
	case reflect.Pointer, reflect.Struct:
		if b = within(b, '{'); b == nil {
			return
		}
		if b[0] != '{' {
			d.leave(holds(b))
			return
		}
		if v.Kind() == reflect.Pointer {
			v.Set(reflect.New(v.Type().Elem()))
			v = v.Elem()
		}
		d.object(b, v)
	case reflect.Slice:
		d.list(within(b, '['), v)
	}
}

func (d *decoder) object(b []byte, v reflect.Value) {
	p := d.im.planOf(v.Type())
	// It is JSON, so that nothing can be wrong with its members.
	_ = members(b, func(key, value []byte) bool {
		d.lower = d.lower[:0]
		for _, c := range key {
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			d.lower = append(d.lower, c)
		}
		if index, ok := p[string(d.lower)]; ok {
			d.path = append(d.path, string(key))
			d.value(value, v.FieldByIndex(index))
			d.path = d.path[:len(d.path)-1]
		}
		return true
	})
}

// list reads an array, or the one element where the writer gave no array.
func (d *decoder) list(b []byte, v reflect.Value) {
	if b == nil {
		return
	}
	v.SetLen(0)
	add := func(e []byte) {
		if string(e) == "null" {
			return
		}
		n := v.Len()
		if n == v.Cap() {
			v.Grow(max(1, n/2))
		}
		v.SetLen(n + 1)
		v.Index(n).SetZero()
		before := len(d.odd)
		if d.value(e, v.Index(n)); len(d.odd) > before && e[0] != '{' {
			v.SetLen(n) // nothing of it could be used
		}
	}
	switch b[0] {
	case '[':
		_ = elements(b, add) // it is JSON
	case '{':
		add(b)
	default:
		d.leave(holds(b))
	}
}

// within returns the JSON that begins with open and that a writer wrote as a
// text, as exports of tables and ConvertTo-Json do; nil for an empty text; else
// b itself.
func within(b []byte, open byte) []byte {
	if b[0] != '"' {
		return b
	}
	s := strings.TrimSpace(text(b))
	switch {
	case s == "" || s == "null":
		return nil
	case s[0] == open && json.Valid([]byte(s)):
		return []byte(s)
	}
	return b
}

// oneText returns a text, also where it stands alone in a list.
func oneText(b []byte) (string, error) {
	switch b[0] {
	case '"':
		return text(b), nil
	case '[':
		var list texts
		if err := list.read(b); err != nil {
			return "", err
		}
		switch len(list) {
		case 0:
			return "", nil
		case 1:
			return list[0], nil
		}
		return "", fmt.Errorf("it holds %d texts where it should hold one", len(list))
	}
	return "", holds(b)
}

// holds is the error of a value of the wrong type.
func holds(b []byte) error {
	const should = " where it should not"
	switch b[0] {
	case '{':
		return errors.New("it holds an object" + should)
	case '[':
		return errors.New("it holds a list" + should)
	case '"':
		s := text(b)
		if strings.HasPrefix(s, "Microsoft.Azure.") || strings.HasPrefix(s, "System.") || strings.HasPrefix(s, "@{") {
			return errors.New("PowerShell cut it off: write it with ConvertTo-Json -Depth 20")
		}
		return fmt.Errorf("it holds the text %q%s", shortened(s), should)
	case 't', 'f':
		return fmt.Errorf("it holds %s%s", b, should)
	}
	return errors.New("it holds a number" + should)
}

// shortened returns a text that fits into a message.
func shortened(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}
