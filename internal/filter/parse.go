package filter

import (
	"fmt"
	"net/netip"
	"strings"

	"weir/internal/near"
	"weir/internal/query"
)

// parser reads tokens from first to last.
type parser struct {
	tokens []token
	at     int
	depth  int
	values int
}

func (p *parser) next() token { return p.tokens[p.at] }

func (p *parser) take() token {
	t := p.tokens[p.at]
	if t.kind != endOfText {
		p.at++
	}
	return t
}

// takes takes the next token if it is this word of the language.
func (p *parser) takes(keyword string) bool {
	ok := p.next().is(keyword)
	if ok {
		p.at++
	}
	return ok
}

// takesSymbol does so with a bracket or a comma.
func (p *parser) takesSymbol(text string) bool {
	ok := p.next().kind == symbol && p.next().text == text
	if ok {
		p.at++
	}
	return ok
}

// either reads conditions with "or" between them.
func (p *parser) either() (query.Condition, *Error) {
	list, fault := p.joined("or", p.all)
	if fault != nil || len(list) == 1 {
		return first(list), fault
	}
	return query.Or(list), nil
}

// all reads conditions with "and" between them.
func (p *parser) all() (query.Condition, *Error) {
	list, fault := p.joined("and", p.negated)
	if fault != nil || len(list) == 1 {
		return first(list), fault
	}
	return query.And(list), nil
}

func first(list []query.Condition) query.Condition {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

func (p *parser) joined(by string, read func() (query.Condition, *Error)) (list []query.Condition, fault *Error) {
	for {
		c, fault := read()
		if fault != nil {
			return nil, fault
		}
		list = append(list, c)
		if !p.takes(by) {
			return list, nil
		}
	}
}

// negated reads one condition, with "not" before it or not, or several in brackets.
func (p *parser) negated() (query.Condition, *Error) {
	t := p.next()
	inside := t.is("not") || t.kind == symbol && t.text == "("
	if !inside {
		return p.comparison()
	}
	if p.depth++; p.depth > MaxDepth {
		return nil, tooDeep(t)
	}
	defer func() { p.depth-- }()
	p.at++
	if t.kind == word {
		c, fault := p.negated()
		if fault != nil {
			return nil, fault
		}
		return query.Not{Condition: c}, nil
	}
	c, fault := p.either()
	if fault != nil {
		return nil, fault
	}
	switch end := p.next(); {
	case p.takesSymbol(")"):
		return c, nil
	case end.kind == endOfText:
		return nil, t.fault(`this "(" is not closed`, `put a ")" behind its last condition`)
	default:
		return nil, follows(end)
	}
}

// follows tells that a token stands behind a condition that is complete.
func follows(t token) *Error {
	return t.fault(fmt.Sprintf("%s follows what is complete", t), `put "and" or "or" between two conditions`)
}

// named is a field as it was written.
type named struct {
	query.Field
	end query.End
	token
}

// comparison reads a field with what it is compared with.
func (p *parser) comparison() (query.Condition, *Error) {
	t := p.take()
	f := named{token: t}
	var ok bool
	if f.Field, f.end, ok = query.FieldNamed(t.text); t.kind != word || !ok {
		return nil, notAField(t)
	}
	op := p.next()
	compares := op.kind == symbol && strings.ContainsAny(op.text, "=<>") || op.is("in") || op.is("has") ||
		op.is("not") && (p.tokens[p.at+1].is("in") || p.tokens[p.at+1].is("has"))
	switch {
	case f.Kind == query.KindFlag && compares:
		return nil, op.fault(fmt.Sprintf("%s stands alone and is compared with nothing", t.text), fmt.Sprintf("write %s, or not %s", t.text, t.text))
	case f.Kind == query.KindFlag:
		return query.Test{Field: f.Name}, nil
	case !compares:
		return nil, op.fault(fmt.Sprintf("%s stands where %s is compared", op, t.text), "write as in: "+f.Example)
	}
	p.at++
	not := op.text == "!="
	if op.is("not") {
		not, op = true, p.take()
	}
	c, fault := p.compared(f, op)
	if fault != nil {
		return nil, fault
	}
	if not {
		return query.Not{Condition: c}, nil
	}
	return c, nil
}

// compared reads the values of a comparison.
func (p *parser) compared(f named, op token) (query.Condition, *Error) {
	kind := equal
	switch strings.ToLower(op.text) {
	case "has":
		kind = has
		if !f.Takes(query.Has) {
			return nil, op.fault(fmt.Sprintf(`%s is no text that "has" something`, f.text), "write as in: "+f.Example)
		}
	case "<", "<=", ">", ">=":
		kind = ordered
		if !f.Takes(query.Below) {
			return nil, op.fault(fmt.Sprintf("%s has no order", f.text), "write as in: "+f.Example)
		}
	}
	values := list{field: f, kind: kind, op: op.text}
	listed := (op.is("in") || kind == has) && p.takesSymbol("(")
	for {
		t := p.take()
		if p.values++; p.values > MaxValues {
			return nil, t.fault(fmt.Sprintf("the filter has more than %d values", MaxValues), "use a prefix, a range or the beginning of a text")
		}
		if fault := isValue(t, f); fault != nil {
			return nil, fault
		}
		if fault := values.add(t); fault != nil {
			return nil, fault
		}
		if !listed || p.takesSymbol(")") {
			if len(values.tests) > 1 && p.depth == MaxDepth { // which Print puts into brackets
				return nil, tooDeep(f.token)
			}
			return values.condition(), nil
		}
		if !p.takesSymbol(",") {
			return nil, p.next().fault(fmt.Sprintf("%s stands in a list", p.next()), `values have "," between them and end with ")"`)
		}
	}
}

// isValue tells what is wrong with a token where a value is wanted.
func isValue(t token, f named) *Error {
	if t.kind == word {
		for _, k := range keywords {
			if t.is(k) {
				return t.fault(fmt.Sprintf("%s is a word of the language where a value of %s is missing", t, f.text), fmt.Sprintf(`if it is the value, write "%s"`, t.text))
			}
		}
		return nil
	}
	if t.kind == quoted {
		return nil
	}
	hint := ""
	if t.kind == symbol && t.text == "(" {
		hint = `a list follows "in"`
	}
	return t.fault(fmt.Sprintf("%s stands where a value of %s is missing", t, f.text), hint)
}

func tooDeep(t token) *Error {
	return t.fault(fmt.Sprintf("brackets and nots are in each other more than %d times", MaxDepth), "")
}

// notAField tells what is wrong with a token where a field is wanted.
func notAField(t token) *Error {
	switch {
	case t.kind == endOfText:
		return t.fault("the filter ends where a condition is missing", "")
	case t.kind == symbol:
		return t.fault(fmt.Sprintf("%s stands where a condition is missing", t), "")
	case t.is("and"), t.is("or"), t.is("in"), t.is("has"):
		return t.fault(fmt.Sprintf("%s stands where a condition is missing", t), "")
	}
	if _, err := netip.ParseAddr(t.text); err == nil {
		return t.fault(fmt.Sprintf("there is no field %s", t), "write ip = "+t.text)
	}
	if _, err := netip.ParsePrefix(t.text); err == nil {
		return t.fault(fmt.Sprintf("there is no field %s", t), "write ip in "+t.text)
	}
	hint := ""
	_, name, _ := strings.Cut(t.text, ".")
	if f, _, ok := query.FieldNamed(name); ok && !f.Ends {
		return t.fault(fmt.Sprintf("there is no field %s", t), fmt.Sprintf("the two ends of a flow have no %s of their own: write %s", f.Name, f.Name))
	}
	if name := near.Name(t.text, names()); name != "" {
		hint = "the nearest is " + name
	}
	return t.fault(fmt.Sprintf("there is no field %s", t), hint)
}
