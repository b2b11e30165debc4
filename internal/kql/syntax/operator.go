package syntax

import "strings"

// operator reads what stands behind a bar.
func (p *parser) operator() (Operator, error) {
	op := Operator{Pos: p.tok.pos}
	if p.tok.kind != word {
		return op, p.unexpected("an operator, such as where")
	}
	first := p.tok
	name, err := p.operatorName()
	if err != nil {
		return op, err
	}
	op.Name = name
	switch name {
	case "where", "filter":
		op.Name = "where"
		var x Expr
		x, err = p.expr(0)
		op.Items = []Expr{x}
	case "project", "extend", "project-rename":
		op.Items, err = p.list1(p.named)
	case "distinct":
		if op.Options, err = p.options(); err == nil {
			op.Items, err = p.list1(p.column)
		}
	case "project-away", "project-keep", "project-reorder":
		op.Items, err = p.list1(p.column)
	case "summarize":
		err = p.summarize(&op)
	case "top":
		if op.Count, err = p.expr(0); err != nil {
			return op, err
		}
		if err = p.expect("by"); err == nil {
			err = p.orders(&op)
		}
	case "sort", "order":
		op.Name = "sort"
		if err = p.expect("by"); err == nil {
			err = p.orders(&op)
		}
	case "take", "limit", "sample":
		if name == "limit" {
			op.Name = "take"
		}
		op.Count, err = p.expr(0)
	case "count", "getschema":
	case "as":
		if _, err = p.options(); err != nil {
			return op, err
		}
		var label string
		label, err = p.newName("a name")
		op.Items = []Expr{&Ident{At: At(first.pos), Name: label}}
	case "join", "lookup":
		err = p.join(&op)
	case "union":
		if op.Options, err = p.options("kind", "isfuzzy", "withsource", "with_source"); err == nil {
			op.Tables, err = p.list1(p.table)
		}
	case "mv-expand", "mvexpand":
		err = p.expand(&op)
	case "top-nested":
		err = p.nested(&op)
	case "render":
		err = p.render(&op)
	case "serialize":
		if !p.is("|") && p.tok.kind == word {
			op.Items, err = p.list1(p.named)
		}
	default:
		err = p.tabular(&op)
	}
	return op, err
}

// operatorName reads a name with dashes: project-away.
func (p *parser) operatorName() (string, error) {
	name := p.tok.text
	if err := p.advance(); err != nil {
		return "", err
	}
	for p.is("-") && p.tok.pos == p.last {
		next := p.peek()
		if next.kind != word || next.pos != p.tok.end {
			break
		}
		name += "-" + next.text
		for range 2 {
			if err := p.advance(); err != nil {
				return "", err
			}
		}
	}
	return name, nil
}

// column reads a name, a pattern of names, or an expression.
func (p *parser) column() (Expr, error) {
	at := p.tok.pos
	if p.is("*") {
		if next := p.peek(); next.kind != word || next.pos != p.tok.end {
			return &Star{At: At(at)}, p.advance()
		}
	}
	l := p.lex
	l.off = at
	i := at
	for i < len(l.src) && (isLetter(l.src[i]) || isDigit(l.src[i]) || l.src[i] == '*') {
		i++
	}
	if pattern := l.src[at:i]; strings.Contains(pattern, "*") && pattern != "*" {
		p.lex.off, p.tok.end = i, i
		if err := p.advance(); err != nil {
			return nil, err
		}
		return &Wild{At: At(at), Pattern: pattern}, nil
	}
	x, err := p.named()
	if err != nil {
		return nil, err
	}
	for _, word := range []string{"asc", "desc"} { // of project-reorder
		if _, err := p.acceptWord(word); err != nil {
			return nil, err
		}
	}
	return x, nil
}

func (p *parser) summarize(op *Operator) error {
	var err error
	if op.Options, err = p.options(); err != nil {
		return err
	}
	if !p.word("by") {
		if op.Items, err = p.list1(p.named); err != nil {
			return err
		}
	}
	if ok, err := p.acceptWord("by"); err != nil || !ok {
		return err
	}
	op.By, err = p.list1(p.named)
	return err
}

func (p *parser) orders(op *Operator) error {
	for {
		x, err := p.named()
		if err != nil {
			return err
		}
		o := Order{X: x}
		if p.word("granny") && p.peek().text == "-" { // an old name of the same
			for range 2 {
				if err := p.advance(); err != nil {
					return err
				}
			}
		}
		if o.Asc, err = p.acceptWord("asc"); err != nil {
			return err
		}
		if !o.Asc {
			if _, err := p.acceptWord("desc"); err != nil {
				return err
			}
		}
		o.NullsFirst = o.Asc
		if ok, err := p.acceptWord("nulls"); err != nil {
			return err
		} else if ok {
			if o.NullsFirst = p.word("first"); !o.NullsFirst && !p.word("last") {
				return p.unexpected("first or last")
			}
			if err := p.advance(); err != nil {
				return err
			}
		}
		op.Order = append(op.Order, o)
		if ok, err := p.accept(","); err != nil || !ok {
			return err
		}
	}
}

func (p *parser) join(op *Operator) error {
	var err error
	if op.Options, err = p.options("kind"); err != nil {
		return err
	}
	right, err := p.table()
	if err != nil {
		return err
	}
	op.Tables = []Expr{right}
	if err := p.expect("on"); err != nil {
		return err
	}
	op.By, err = p.list1(func() (Expr, error) { return p.expr(0) })
	return err
}

func (p *parser) expand(op *Operator) error {
	var err error
	if op.Options, err = p.options("bagexpansion", "kind", "with_itemindex"); err != nil {
		return err
	}
	for {
		var e Expand
		if e.X, err = p.named(); err != nil {
			return err
		}
		if ok, err := p.acceptWord("to"); err != nil {
			return err
		} else if ok {
			x, err := p.typeOfCall()
			if err != nil {
				return err
			}
			if l, ok := x.(*Literal); ok {
				e.To, _ = l.Value.(string)
			}
		}
		op.Expands = append(op.Expands, e)
		if ok, err := p.accept(","); err != nil {
			return err
		} else if !ok {
			break
		}
	}
	if ok, err := p.acceptWord("limit"); err != nil || !ok {
		return err
	}
	op.Limit, err = p.expr(0)
	return err
}

func (p *parser) nested(op *Operator) error {
	for {
		var n Nest
		var err error
		if !p.word("of") {
			if n.Count, err = p.expr(0); err != nil {
				return err
			}
		}
		if err := p.expect("of"); err != nil {
			return err
		}
		if n.Of, err = p.named(); err != nil {
			return err
		}
		if ok, err := p.acceptWord("with"); err != nil {
			return err
		} else if ok {
			for _, s := range []string{"others", "="} {
				if err := p.expect(s); err != nil {
					return err
				}
			}
			if n.With, err = p.expr(0); err != nil {
				return err
			}
		}
		if err := p.expect("by"); err != nil {
			return err
		}
		if n.By, err = p.named(); err != nil {
			return err
		}
		if n.Asc, err = p.acceptWord("asc"); err != nil {
			return err
		}
		if !n.Asc {
			if _, err := p.acceptWord("desc"); err != nil {
				return err
			}
		}
		op.Nested = append(op.Nested, n)
		if ok, err := p.accept(","); err != nil || !ok {
			return err
		}
		if name, err := p.operatorName(); err != nil {
			return err
		} else if name != "top-nested" {
			return p.unexpected("top-nested")
		}
	}
}
