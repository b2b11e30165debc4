package syntax

import (
	"slices"
	"strings"
)

// source reads a table where a query or a part of it begins.
func (p *parser) source() (Expr, error) {
	at := At(p.tok.pos)
	next := p.peek()
	// A name may be any word: what follows tells the word of the grammar from it.
	plain := next.kind == end || next.kind == sign && (next.text == "|" || next.text == ";" || next.text == ")" || next.text == "," || next.text == "}" || next.text == "." || next.text == "=")
	if p.tok.kind == word && !plain {
		switch p.tok.text {
		case "print":
			return p.print(at)
		case "range":
			if next.kind == word {
				return p.rangeOf(at)
			}
		case "datatable":
			return p.datatable(at)
		case "union":
			return p.union(at)
		case "externaldata", "external_data", "cluster", "workspace", "app", "external_table", "database", "resource", "adx":
			if next.text == "(" {
				return nil, Faultf(int(at), CodeUnsupported, "Weir reads its own store only: '%s' is not for it", p.tok.text)
			}
		case "search":
			if next.text != "[" {
				if err := p.advance(); err != nil {
					return nil, err
				}
				return p.search()
			}
		case "find", "evaluate":
			if next.kind == word || next.kind == text {
				return nil, unsupported(p.tok)
			}
		}
	}
	return p.expr(0)
}

func unsupported(t token) error {
	var names []string
	for _, op := range Operators() {
		names = append(names, op.Name)
	}
	switch t.text {
	case "find":
		return Faultf(t.pos, CodeUnsupported, "'find' is not supported by Weir: search in (TABLE) CONDITION finds rows, project takes columns")
	case "fork", "facet":
		return Faultf(t.pos, CodeUnsupported, "'%s' gives several tables, and a query of Weir gives one: ask each by itself", t.text)
	case "reduce":
		return Faultf(t.pos, CodeUnsupported, "'reduce' is not supported by Weir: group by what is alike, such as replace_regex(TEXT, '[0-9]+', '#')")
	case "make-graph", "graph-match", "graph-shortest-paths", "graph-to-table", "graph-mark-components":
		return Faultf(t.pos, CodeUnsupported, "Weir makes no graphs of rows: join finds what is one step away")
	}
	return Faultf(t.pos, CodeUnsupported, "'%s' is not supported by Weir (docs/reference/kql.md lists what is)%s", t.text, Nearest(t.text, names))
}

func (p *parser) print(at At) (Expr, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	x := &Print{At: at}
	var err error
	x.Items, err = p.list1(p.named)
	return x, err
}

// list1 reads one thing or more, between commas.
func (p *parser) list1(one func() (Expr, error)) ([]Expr, error) {
	var all []Expr
	for {
		x, err := one()
		if err != nil {
			return nil, err
		}
		all = append(all, x)
		if ok, err := p.accept(","); err != nil || !ok {
			return all, err
		}
	}
}

func (p *parser) rangeOf(at At) (Expr, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	x := &Range{At: at}
	var err error
	if x.Name, err = p.newName("the name of the column"); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		word string
		into *Expr
	}{{"from", &x.From}, {"to", &x.To}, {"step", &x.Step}} {
		if err := p.expect(part.word); err != nil {
			return nil, err
		}
		if *part.into, err = p.expr(0); err != nil {
			return nil, err
		}
	}
	return x, nil
}

func (p *parser) datatable(at At) (Expr, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	x := &Datatable{At: at}
	var err error
	if x.Columns, err = p.params(); err != nil {
		return nil, err
	}
	if err := p.expect("["); err != nil {
		return nil, err
	}
	if _, err := p.accept(","); err != nil { // so does Kusto
		return nil, err
	}
	for !p.is("]") {
		if len(x.Values) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
			if p.is("]") {
				break
			}
		}
		v, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		x.Values = append(x.Values, v)
	}
	if len(x.Columns) == 0 {
		return nil, Faultf(int(at), CodeSemantic, "a datatable has columns: (name: type, ...)")
	}
	if len(x.Values)%len(x.Columns) != 0 {
		return nil, Faultf(int(at), CodeSemantic, "%d values do not fill rows of %d columns", len(x.Values), len(x.Columns))
	}
	return x, p.advance()
}

// union reads union A, (B | where x) as the beginning of a query.
func (p *parser) union(at At) (Expr, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	x := &Union{At: at}
	var err error
	if x.Options, err = p.options("kind", "isfuzzy", "withsource", "with_source"); err != nil {
		return nil, err
	}
	x.Tables, err = p.list1(p.table)
	return x, err
}

// table reads a table in the place of an argument: a name, also with *, a
// function, or a query in parentheses.
func (p *parser) table() (Expr, error) {
	at := p.tok.pos
	x, err := p.postfix()
	if err != nil {
		return nil, err
	}
	if id, ok := x.(*Ident); ok && p.is("*") && p.tok.pos == p.last {
		return &Wild{At: At(at), Pattern: id.Name + "*"}, p.advance()
	}
	return x, nil
}

// options reads kind=inner, hint.x=y and their like: the names that are known,
// and hints, which say how Kusto is to answer, and are left out.
func (p *parser) options(known ...string) (map[string]Expr, error) {
	all := map[string]Expr{}
	for p.tok.kind == word && (p.tok.text == "hint" || slices.Contains(known, p.tok.text)) {
		saved := *p
		name, err := p.name("")
		if err != nil {
			return nil, err
		}
		if ok, err := p.accept("."); name == "hint" && err == nil && ok {
			rest, err := p.name("the name of a hint")
			if err != nil {
				return nil, err
			}
			name += "." + rest
		}
		if !p.is("=") {
			*p = saved
			return all, nil
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
		value, err := p.option()
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(name, "hint") {
			if err := p.moreOfHint(); err != nil {
				return nil, err
			}
			continue
		}
		all[name] = value
	}
	return all, nil
}

// moreOfHint skips the names that go on behind the first value of a hint.
func (p *parser) moreOfHint() error {
	for p.is(",") {
		if err := p.advance(); err != nil {
			return err
		}
		if _, err := p.option(); err != nil {
			return err
		}
	}
	return nil
}

// option reads the value of an option. A parenthesis behind a word is not its:
// kind=inner (T).
func (p *parser) option() (Expr, error) {
	if p.tok.kind != word || p.word("true") || p.word("false") {
		return p.primary()
	}
	x := &Ident{At: At(p.tok.pos), Name: p.tok.text}
	return x, p.advance()
}
