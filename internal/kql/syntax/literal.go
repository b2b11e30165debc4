package syntax

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"

	"weir/internal/compute"
)

// number reads a number or a time such as 28m.
func (p *parser) number() (Expr, error) {
	t := p.tok
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == word && p.tok.pos == t.end {
		return nil, Faultf(t.pos, CodeSyntax, "'%s%s' is neither a number nor a name: write names that begin with a digit as ['%s%s']",
			t.text, p.tok.text, t.text, p.tok.text)
	}
	l := &Literal{At: At(t.pos)}
	if t.kind == duration {
		ticks, ok := compute.ReadDuration(t.text)
		if !ok {
			return nil, Faultf(t.pos, CodeSyntax, "%s is longer than a timespan can be", t.text)
		}
		l.Type, l.Value = "timespan", Ticks(ticks)
		return l, nil
	}
	if n, err := strconv.ParseInt(t.text, 0, 64); err == nil && (len(t.text) == 1 || t.text[0] != '0' || t.text[1]|0x20 == 'x') {
		l.Type, l.Value = "long", n
		return l, nil
	}
	if n, err := strconv.ParseInt(t.text, 10, 64); err == nil {
		l.Type, l.Value = "long", n
		return l, nil
	}
	f, err := strconv.ParseFloat(t.text, 64)
	if err != nil || !strings.ContainsAny(t.text, ".eE") {
		return nil, Faultf(t.pos, CodeSyntax, "%s is more than a number can be", t.text)
	}
	l.Type, l.Value = "real", f
	return l, nil
}

// typed reads datetime(...) and its like, of which the inside is raw text.
func (p *parser) typed(name string) (Expr, error) {
	at := p.tok.pos
	if err := p.advance(); err != nil { // the word
		return nil, err
	}
	if name == "dynamic" {
		return p.dynamic(at)
	}
	open := p.tok.end
	n := strings.IndexByte(p.lex.src[open:], ')') // also one in quotes
	if n < 0 {
		return nil, Faultf(at, CodeSyntax, "this %s has no end: close it with ')'", name)
	}
	raw := strings.TrimSpace(p.lex.src[open : open+n])
	p.lex.off = open + n + 1
	p.tok.end = p.lex.off
	if err := p.advance(); err != nil {
		return nil, err
	}
	if name == "string" {
		return nil, Faultf(at, CodeSyntax, "a text stands in quotes alone: leave out string()")
	}
	l := &Literal{At: At(at), Type: name}
	bare := raw
	if len(raw) > 1 && (raw[0] == '"' || raw[0] == '\'') && raw[len(raw)-1] == raw[0] {
		bare = raw[1 : len(raw)-1]
	}
	if raw == "null" {
		return l, nil
	}
	var ok bool
	if l.Value, ok = ReadLiteral(name, bare); !ok {
		return nil, Faultf(at, CodeSyntax, "'%s' is no %s%s", raw, name, hint(name))
	}
	return l, nil
}

func hint(name string) string {
	switch name {
	case "datetime":
		return ": write datetime(2026-03-01 12:00:00)"
	case "timespan":
		return ": write 28m, or timespan(1.02:03:04)"
	}
	return ""
}

// ReadLiteral reads the text of a literal of a type.
func ReadLiteral(name, s string) (any, bool) {
	s = strings.TrimSpace(s)
	switch name {
	case "bool":
		switch strings.ToLower(s) {
		case "true", "1":
			return true, true
		case "false", "0":
			return false, true
		}
	case "int", "long":
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil && strings.HasPrefix(s, "0x") {
			n, err = strconv.ParseInt(s[2:], 16, 64)
		}
		return n, err == nil && (name == "long" || n == int64(int32(n)))
	case "real":
		switch strings.ToLower(s) {
		case "nan":
			return math.NaN(), true
		case "+inf":
			return math.Inf(1), true
		case "-inf":
			return math.Inf(-1), true
		}
		f, err := strconv.ParseFloat(s, 64)
		return f, err == nil
	case "datetime":
		return ReadTime(s)
	case "timespan":
		return ReadTicks(s)
	case "guid":
		if guid.MatchString(s) {
			return GUID(strings.ToLower(s)), true
		}
	case "decimal":
		s, ok := compute.Decimal(s)
		return Decimal(s), ok
	}
	return nil, false
}

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// zeroTicks is 1970-01-01 in ticks since 0001-01-01.
const zeroTicks = 621355968000000000

// ReadTime reads a datetime as Kusto does: ISO 8601, or month/day/year.
func ReadTime(s string) (Time, bool) {
	t, ok := compute.ReadTime(s)
	return Time(t), ok
}

// ReadTicks reads a timespan: 28m, 1.02:03:04.5, or a number of days.
func ReadTicks(s string) (Ticks, bool) {
	t, ok := compute.ReadTicks(s)
	return Ticks(t), ok
}

// dynamic reads the inside of dynamic(...): JSON, also with single quotes and
// with literals of KQL.
func (p *parser) dynamic(at int) (Expr, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	l := &Literal{At: At(at), Type: "dynamic"}
	if v != nil {
		body, err := json.Marshal(v)
		if err != nil {
			return nil, Faultf(at, CodeSyntax, "this dynamic is no JSON: %v", err)
		}
		l.Value = JSON(body)
	}
	return l, p.expect(")")
}

// object is a JSON object that keeps its order.
type object struct {
	keys   []string
	values []any
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, k := range o.keys {
		if i > 0 {
			b = append(b, ',')
		}
		key, err := json.Marshal(k)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(o.values[i])
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, key...), ':'), value...)
	}
	return append(b, '}'), nil
}

// value reads a JSON value.
func (p *parser) value() (any, error) {
	up, err := p.deeper()
	if err != nil {
		return nil, err
	}
	defer up()
	switch {
	case p.word("null"):
		return nil, p.advance()
	case p.is("["):
		return p.array()
	case p.is("{"):
		return p.object()
	}
	from := p.tok.pos
	x, err := p.unary()
	if err != nil {
		return nil, err
	}
	if u, ok := x.(*Unary); ok && u.Op == "-" {
		if l, ok := u.X.(*Literal); ok && (l.Type == "long" || l.Type == "real") {
			return json.Number(strings.TrimSpace(p.lex.src[from:p.last])), nil
		}
	}
	l, ok := x.(*Literal)
	if !ok {
		return nil, Faultf(from, CodeSyntax, "a dynamic has constants alone: use pack_array() or pack() for what is computed")
	}
	switch v := l.Value.(type) {
	case nil, bool, string, int64:
		return v, nil
	case float64:
		return json.Number(strings.TrimSuffix(p.lex.src[from:p.last], ".")), nil
	case Time:
		return v.String(), nil
	case Ticks:
		return v.String(), nil
	case GUID:
		return string(v), nil
	case JSON:
		return json.RawMessage(v), nil
	}
	return nil, Faultf(from, CodeSyntax, "this is no value of a dynamic")
}

func (p *parser) array() (any, error) {
	all := []any{}
	if err := p.advance(); err != nil {
		return nil, err
	}
	for !p.is("]") {
		if len(all) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, p.advance()
}

func (p *parser) object() (any, error) {
	var o object
	if err := p.advance(); err != nil {
		return nil, err
	}
	for !p.is("}") {
		if len(o.keys) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		if p.tok.kind != text {
			return nil, p.unexpected("the name of a property in quotes")
		}
		o.keys = append(o.keys, p.tok.text)
		if err := p.advance(); err != nil {
			return nil, err
		}
		if err := p.expect(":"); err != nil {
			return nil, err
		}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		o.values = append(o.values, v)
	}
	return o, p.advance()
}
