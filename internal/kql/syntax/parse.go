// Package syntax reads KQL, the query language of Azure's log search: text to a
// syntax tree with places. What the language has and Weir does not is refused
// here where it is a word of the grammar.
package syntax

import (
	"errors"
	"strings"
	"unicode/utf8"
)

const (
	// MaxText is the length of the longest query, in bytes.
	MaxText = 64 << 10
	// maxDepth bounds what stands inside of something else.
	maxDepth = 100
)

// Parse reads a query. The error is a [*Fault] with its line and column.
func Parse(src string) (*Query, error) {
	q, err := parse(src)
	var f *Fault
	if errors.As(err, &f) {
		return nil, f.Locate(src)
	}
	return q, err
}

func parse(src string) (*Query, error) {
	if len(src) > MaxText {
		return nil, Faultf(0, CodeTooMuch, "the query has %d bytes, the limit is %d: ask for less at once", len(src), MaxText)
	}
	if !utf8.ValidString(src) || strings.ContainsRune(src, 0) {
		return nil, Faultf(0, CodeSyntax, "the query is no text in UTF-8")
	}
	p := &parser{lex: lexer{src: src}, words: map[string]bool{}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.is(".") {
		return nil, Faultf(p.tok.pos, CodeUnsupported, "Weir changes nothing on a query: commands that begin with a dot are not for it")
	}
	q := &Query{words: p.words}
	var err error
	q.Statements, err = p.statements()
	if err != nil {
		return nil, err
	}
	q.Settings = p.settings
	if p.tok.kind != end {
		return nil, p.unexpected("the end of the query, a bar or a semicolon")
	}
	if len(q.Statements) == 0 || q.Statements[len(q.Statements)-1].Name != "" {
		return nil, Faultf(len(src), CodeSyntax, "the query asks for nothing: end it with a table, such as NTANetAnalytics | take 10")
	}
	return q, nil
}

// parser has one token of look-ahead.
type parser struct {
	lex   lexer
	tok   token
	last  int // end of the token before
	depth int
	// searching counts the searches around, in which NAME:text is a condition.
	searching int
	series    bool // the axis of a series, where in range(...) may come
	settings  []Setting
	words     map[string]bool // that were read
}

func (p *parser) advance() (err error) {
	p.last = p.tok.end
	p.tok, err = p.lex.next()
	if p.tok.kind == word {
		p.words[p.tok.text] = true
	}
	return err
}

// is tells whether the token is a sign.
func (p *parser) is(s string) bool { return p.tok.kind == sign && p.tok.text == s }

// word tells whether the token is a word.
func (p *parser) word(s string) bool { return p.tok.kind == word && p.tok.text == s }

// accept skips a sign where it is there.
func (p *parser) accept(s string) (bool, error) {
	if !p.is(s) {
		return false, nil
	}
	return true, p.advance()
}

func (p *parser) acceptWord(s string) (bool, error) {
	if !p.word(s) {
		return false, nil
	}
	return true, p.advance()
}

func (p *parser) expect(s string) error {
	if !p.is(s) && !p.word(s) {
		return p.unexpected("'" + s + "'")
	}
	return p.advance()
}

func (p *parser) unexpected(wanted string) error {
	if p.tok.kind == end {
		return Faultf(p.tok.pos, CodeSyntax, "the query ends where it should go on with %s", wanted)
	}
	return Faultf(p.tok.pos, CodeSyntax, "'%s' stands where there should be %s", p.lex.src[p.tok.pos:p.tok.end], wanted)
}

// deeper counts how deep the parser is; the returned function undoes it.
func (p *parser) deeper() (func(), error) {
	if p.depth++; p.depth > maxDepth {
		return nil, Faultf(p.tok.pos, CodeTooMuch, "more than %d things stand inside each other: name some of them with let", maxDepth)
	}
	return func() { p.depth-- }, nil
}

// peek returns the token behind the current one.
func (p *parser) peek() token {
	l := p.lex
	t, err := l.next()
	if err != nil {
		return token{}
	}
	return t
}

// statements reads them to the end of the text or to a closing brace.
func (p *parser) statements() ([]Statement, error) {
	var all []Statement
	for {
		if p.tok.kind == end || p.is("}") {
			return all, nil
		}
		if n := len(all); n > 0 && all[n-1].Name == "" {
			return nil, Faultf(p.tok.pos, CodeUnsupported, "a query gives one table: ask the next question by itself")
		}
		some, err := p.preamble()
		if err == nil && some == nil {
			some = make([]Statement, 1)
			some[0], err = p.statement()
		}
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if !p.is(";") {
			return all, nil
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

// preamble reads set and declare, and returns nil where something else comes.
func (p *parser) preamble() ([]Statement, error) {
	next := p.peek()
	switch {
	case p.word("set") && next.kind == word && p.depth == 0:
		if err := p.advance(); err != nil {
			return nil, err
		}
		one := Setting{Pos: p.tok.pos}
		var err error
		if one.Name, err = p.name("the name of a setting"); err != nil {
			return nil, err
		}
		if ok, err := p.accept("="); err != nil {
			return nil, err
		} else if ok {
			if one.Value, err = p.unary(); err != nil {
				return nil, err
			}
		}
		p.settings = append(p.settings, one)
		return []Statement{}, nil
	case p.word("declare") && next.text == "query_parameters":
		for range 2 {
			if err := p.advance(); err != nil {
				return nil, err
			}
		}
		params, err := p.params()
		all := make([]Statement, len(params))
		for i, one := range params {
			if one.Default == nil {
				return nil, Faultf(one.Pos, CodeUnsupported, "Weir is given no values of parameters: write %s: %s = VALUE", one.Name, one.Type)
			}
			all[i] = Statement{Pos: one.Pos, Name: one.Name, Type: one.Type, Value: one.Default}
		}
		return all, err
	}
	return nil, nil
}

func (p *parser) statement() (s Statement, err error) {
	s.Pos = p.tok.pos
	if next := p.peek(); p.tok.kind == word && next.kind == word {
		switch p.tok.text {
		case "let":
			return p.let()
		case "alias", "declare", "restrict", "pattern":
			return s, Faultf(p.tok.pos, CodeUnsupported, "'%s' is not supported by Weir: leave it out", p.tok.text)
		}
	}
	s.Value, err = p.pipe()
	return s, err
}

func (p *parser) let() (s Statement, err error) {
	if err := p.advance(); err != nil {
		return s, err
	}
	s.Pos = p.tok.pos
	if s.Name, err = p.newName("a name"); err != nil {
		return s, err
	}
	if err := p.expect("="); err != nil {
		return s, err
	}
	if p.lambdaAhead() {
		s.Value, err = p.lambda()
	} else {
		s.Value, err = p.pipe()
	}
	return s, err
}

// lambdaAhead tells whether a function comes: view (...) {, (name: type) {, () {.
func (p *parser) lambdaAhead() bool {
	l, t := p.lex, p.tok
	take := func() bool {
		var err error
		t, err = l.next()
		return err == nil
	}
	if t.kind == word && t.text == "view" && !take() {
		return false
	}
	if t.text != "(" || t.kind != sign || !take() {
		return false
	}
	if t.kind == sign && t.text == ")" {
		return take() && t.text == "{"
	}
	return t.kind == word && take() && t.kind == sign && t.text == ":"
}

func (p *parser) lambda() (Expr, error) {
	up, err := p.deeper()
	if err != nil {
		return nil, err
	}
	defer up()
	f := &Lambda{At: At(p.tok.pos)}
	if f.View, err = p.acceptWord("view"); err != nil {
		return nil, err
	}
	if f.Params, err = p.params(); err != nil {
		return nil, err
	}
	if err := p.expect("{"); err != nil {
		return nil, err
	}
	if f.Body, err = p.statements(); err != nil {
		return nil, err
	}
	if n := len(f.Body); n == 0 || f.Body[n-1].Name != "" {
		return nil, p.unexpected("what the function gives")
	}
	return f, p.expect("}")
}

// params reads (name: type = default, ...), also the columns of a datatable.
func (p *parser) params() ([]Param, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	return p.paramsWithin()
}

func (p *parser) paramsWithin() ([]Param, error) {
	var all []Param
	for !p.is(")") {
		if len(all) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
			if p.is(")") {
				break
			}
		}
		one := Param{Pos: p.tok.pos}
		var err error
		if p.tok.kind == word && among(reserved+givenReserved, p.tok.text) {
			return nil, bracketed(p.tok.pos, p.tok.text)
		}
		if one.Name, err = p.name("a name"); err != nil {
			return nil, err
		}
		if err := p.expect(":"); err != nil {
			return nil, err
		}
		if p.is("(") {
			one.Type, one.Columns, err = p.columnsOfParam()
		} else {
			one.Type, err = p.typeName()
		}
		if err != nil {
			return nil, err
		}
		if ok, err := p.accept("="); err != nil {
			return nil, err
		} else if ok {
			if one.Default, err = p.expr(0); err != nil {
				return nil, err
			}
		}
		all = append(all, one)
	}
	return all, p.advance()
}

func (p *parser) columnsOfParam() (string, []Param, error) {
	if p.peek().text == "*" {
		for range 2 {
			if err := p.advance(); err != nil {
				return "", nil, err
			}
		}
		return "table", nil, p.expect(")")
	}
	columns, err := p.params()
	return "table", columns, err
}

// typeOf returns the KQL type of a word, empty where it is none.
func typeOf(s string) string {
	switch s {
	case "bool", "int", "long", "real", "decimal", "string", "datetime", "timespan", "guid", "dynamic":
		return s
	case "boolean":
		return "bool"
	case "double":
		return "real"
	case "date":
		return "datetime"
	case "time":
		return "timespan"
	case "uniqueid", "uuid":
		return "guid"
	}
	return ""
}

func (p *parser) typeName() (string, error) {
	t := typeOf(p.tok.text)
	if p.tok.kind != word || t == "" {
		return "", p.unexpected("a type: bool, int, long, real, string, datetime, timespan, guid or dynamic")
	}
	return t, p.advance()
}

// newName reads the name of what is made here, which is no word of the grammar.
func (p *parser) newName(what string) (string, error) {
	if p.tok.kind == word && among(reserved+readReserved+givenReserved, p.tok.text) {
		return "", bracketed(p.tok.pos, p.tok.text)
	}
	return p.name(what)
}

// name reads a name, also one in brackets: ['my name'].
func (p *parser) name(what string) (string, error) {
	switch {
	case p.tok.kind == word:
		s := p.tok.text
		return s, p.advance()
	case p.is("["):
		if err := p.advance(); err != nil {
			return "", err
		}
		if p.tok.kind != text {
			return "", p.unexpected("a name in quotes")
		}
		s := p.tok.text
		if err := p.advance(); err != nil {
			return "", err
		}
		return s, p.expect("]")
	}
	return "", p.unexpected(what)
}

// pipe reads a table, or a value, and what is done to it.
func (p *parser) pipe() (Expr, error) {
	up, err := p.deeper()
	if err != nil {
		return nil, err
	}
	defer up()
	at := p.tok.pos
	x, err := p.source()
	if err != nil {
		return nil, err
	}
	if !p.is("|") {
		return x, nil
	}
	all := &Pipe{At: At(at), Source: x}
	for p.is("|") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.is("|") || p.is(";") || p.tok.kind == end {
			return nil, p.unexpected("an operator, such as where")
		}
		op, err := p.operator()
		if err != nil {
			return nil, err
		}
		all.Ops = append(all.Ops, op)
	}
	return all, nil
}
