package syntax

import "slices"

// tabular reads the operators that have a grammar of their own.
func (p *parser) tabular(op *Operator) (err error) {
	switch op.Name {
	case "parse", "parse-where":
		return p.parsing(op)
	case "parse-kv":
		return p.parseKV(op)
	case "make-series":
		return p.makeSeries(op)
	case "mv-apply":
		return p.mvApply(op)
	case "partition":
		return p.partition(op)
	case "search":
		x, err := p.search()
		op.Search = x
		return err
	case "invoke":
		x, err := p.postfix()
		op.Items = []Expr{x}
		return err
	case "evaluate":
		return p.evaluate(op)
	case "sample-distinct", "top-hitters":
		return p.sampled(op)
	case "assert-schema":
		op.Columns, err = p.params()
		return err
	case "consume":
		_, err = p.options("decodeblocks")
		return err
	case "scan":
		return p.scan(op)
	}
	return unsupported(token{pos: op.Pos, text: op.Name})
}

// parsing reads kind=regex flags=i TEXT with * "a" name:type ...
func (p *parser) parsing(op *Operator) (err error) {
	if op.Options, err = p.options("kind", "flags"); err != nil {
		return err
	}
	x, err := p.expr(0)
	if err != nil {
		return err
	}
	op.Items = []Expr{x}
	if err := p.expect("with"); err != nil {
		return err
	}
	for !p.is("|") && !p.is(")") && !p.is("}") && !p.is(";") && !p.is(",") && p.tok.kind != end {
		s := Segment{Pos: p.tok.pos}
		switch {
		case p.is("*"):
			s.Star, err = true, p.advance()
		case p.tok.kind == text:
			var l Expr
			if l, err = p.strings(); err == nil {
				s.Text, _ = l.(*Literal).Value.(string)
			}
		default:
			if s.Name, err = p.name("a text, a name of a column or *"); err != nil {
				return err
			}
			s.Type = "string"
			var typed bool
			if typed, err = p.accept(":"); err == nil && typed {
				s.Type, err = p.typeName()
			}
		}
		if err != nil {
			return err
		}
		if err := follows(op.Segments, s); err != nil {
			return err
		}
		op.Segments = append(op.Segments, s)
	}
	if len(op.Segments) == 0 {
		return p.unexpected("what the text is made of, such as * 'a=' a:long")
	}
	return nil
}

// follows refuses a pattern that does not say where a column ends.
func follows(before []Segment, s Segment) error {
	if len(before) == 0 {
		return nil
	}
	last := before[len(before)-1]
	switch {
	case last.Star && (s.Star || s.Name != ""):
		return Faultf(last.Pos, CodeSyntax, "a text in quotes follows a *, so that it is known where it ends")
	case s.Name != "" && last.Name != "":
		return Faultf(s.Pos, CodeSyntax, "a text in quotes stands before the column '%s', so that it is known where it begins", s.Name)
	case s.Star && last.Type == "string":
		return Faultf(s.Pos, CodeSyntax, "a text in quotes stands between the column '%s' and *, so that it is known where it ends", last.Name)
	}
	return nil
}

// parseKV reads TEXT as (name: type, ...) with (name=value, ...).
func (p *parser) parseKV(op *Operator) error {
	x, err := p.expr(0)
	if err != nil {
		return err
	}
	op.Items = []Expr{x}
	if err := p.expect("as"); err != nil {
		return err
	}
	if op.Columns, err = p.params(); err != nil {
		return err
	}
	if len(op.Columns) == 0 {
		return p.unexpected("a name with its type")
	}
	if ok, err := p.acceptWord("with"); err != nil || !ok {
		return err
	}
	if err := p.expect("("); err != nil {
		return err
	}
	op.Options = map[string]Expr{}
	known := []string{"pair_delimiter", "kv_delimiter", "quote", "escape", "greedy", "regex"}
	for !p.is(")") {
		if len(op.Options) > 0 {
			if err := p.expect(","); err != nil {
				return err
			}
		}
		name := p.tok.text
		if p.tok.kind != word || !slices.Contains(known, name) || op.Options[name] != nil {
			return p.unexpected("pair_delimiter, kv_delimiter, quote, escape, greedy or regex, each once")
		}
		if err := p.advance(); err != nil {
			return err
		}
		if err := p.expect("="); err != nil {
			return err
		}
		if greedy := isBool(p.tok.text); name == "greedy" && !greedy || name != "greedy" && p.tok.kind != text {
			return p.unexpected("a text in quotes, or true or false for greedy")
		}
		if op.Options[name], err = p.primary(); err != nil {
			return err
		}
	}
	return p.advance()
}

// makeSeries reads NAME = AGGREGATE default=X, ... on TIME from A to B step S by KEY.
func (p *parser) makeSeries(op *Operator) (err error) {
	if op.Options, err = p.options("kind"); err != nil {
		return err
	}
	for {
		x, err := p.named()
		if err != nil {
			return err
		}
		var standIn Expr
		if ok, err := p.acceptWord("default"); err != nil {
			return err
		} else if ok {
			if err := p.expect("="); err != nil {
				return err
			}
			if standIn, err = p.expr(0); err != nil {
				return err
			}
		}
		op.Items, op.Defaults = append(op.Items, x), append(op.Defaults, standIn)
		if ok, err := p.accept(","); err != nil {
			return err
		} else if !ok {
			break
		}
	}
	if err := p.expect("on"); err != nil {
		return err
	}
	p.series = true
	op.On, err = p.named()
	p.series = false
	if err != nil {
		return err
	}
	if ok, err := p.inRange(op); err != nil {
		return err
	} else if !ok {
		for _, part := range []struct {
			word string
			into *Expr
		}{{"from", &op.From}, {"to", &op.To}} {
			if ok, err := p.acceptWord(part.word); err != nil {
				return err
			} else if ok {
				if *part.into, err = p.expr(0); err != nil {
					return err
				}
			}
		}
		if err := p.expect("step"); err != nil {
			return err
		}
		if op.Step, err = p.expr(0); err != nil {
			return err
		}
	}
	if ok, err := p.acceptWord("by"); err != nil || !ok {
		return err
	}
	op.By, err = p.list1(p.named)
	return err
}

// inRange takes TIME in range(A, B, S), which the expression before it became,
// apart: there the last of the series is at B too.
func (p *parser) inRange(op *Operator) (bool, error) {
	x := op.On
	named, isNamed := x.(*Named)
	if isNamed {
		x = named.X
	}
	l, ok := x.(*List)
	if !ok || l.Op != "in" || len(l.Items) != 3 || !l.bare {
		return false, nil
	}
	op.From, op.To, op.Step, op.Through = l.Items[0], l.Items[1], l.Items[2], true
	op.On = l.X
	if isNamed {
		op.On = &Named{At: named.At, Names: named.Names, X: l.X}
	}
	return true, nil
}

// mvApply reads NAME = LIST to typeof(T), ... limit N on (operators).
func (p *parser) mvApply(op *Operator) (err error) {
	if err = p.expand(op); err != nil {
		return err
	}
	if err = p.expect("on"); err != nil {
		return err
	}
	op.Ops, err = p.within()
	return err
}

// within reads operators in parentheses, which are applied to something else
// than what is before them.
func (p *parser) within() ([]Operator, error) {
	up, err := p.deeper()
	if err != nil {
		return nil, err
	}
	defer up()
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var all []Operator
	for {
		op, err := p.operator()
		if err != nil {
			return nil, err
		}
		all = append(all, op)
		if ok, err := p.accept("|"); err != nil {
			return nil, err
		} else if !ok {
			return all, p.expect(")")
		}
	}
}

func (p *parser) partition(op *Operator) (err error) {
	if op.Options, err = p.options(); err != nil {
		return err
	}
	if err = p.expect("by"); err != nil {
		return err
	}
	at := p.tok.pos
	name, err := p.name("the name of a column")
	if err != nil {
		return err
	}
	op.By = []Expr{&Ident{At: At(at), Name: name}}
	if p.is("{") {
		return Faultf(p.tok.pos, CodeUnsupported, "a query in braces is not supported by Weir: put what is done with each part in parentheses, without a table before it")
	}
	op.Ops, err = p.within()
	return err
}

// evaluate reads PLUGIN(arguments) : (name: type, ...).
func (p *parser) evaluate(op *Operator) (err error) {
	if op.Options, err = p.options(); err != nil {
		return err
	}
	switch p.tok.text {
	case "bag_unpack", "pivot", "narrow", "ipv4_lookup":
	case "python", "r", "sql_request", "http_request", "http_request_post", "cosmosdb_sql_request", "mysql_request", "postgresql_request":
		return Faultf(p.tok.pos, CodeUnsupported, "Weir reads its own store only, and runs no programs: '%s' is not for it", p.tok.text)
	default:
		return Faultf(p.tok.pos, CodeUnsupported, "the plugin '%s' is not supported by Weir: bag_unpack, ipv4_lookup, narrow and pivot are", p.tok.text)
	}
	x, err := p.postfix()
	if err != nil {
		return err
	}
	if _, ok := x.(*Call); !ok {
		return Faultf(x.Place(), CodeSyntax, "evaluate takes a plugin with its arguments, such as pivot(a)")
	}
	op.Items = []Expr{x}
	if ok, err := p.accept(":"); err != nil || !ok {
		return err
	}
	if err = p.expect("("); err != nil {
		return err
	}
	if op.Star, err = p.accept("*"); err != nil {
		return err
	}
	if op.Star && !p.is(")") {
		if err = p.expect(","); err != nil {
			return err
		}
	}
	if op.Columns, err = p.paramsWithin(); err == nil && op.Columns == nil {
		op.Columns = []Param{}
	}
	return err
}

// sampled reads N of EXPRESSION, of top-hitters also by EXPRESSION.
func (p *parser) sampled(op *Operator) (err error) {
	if op.Count, err = p.expr(0); err != nil {
		return err
	}
	if err = p.expect("of"); err != nil {
		return err
	}
	x, err := p.named()
	if err != nil {
		return err
	}
	op.Items = []Expr{x}
	if ok, err := p.acceptWord("by"); op.Name == "sample-distinct" || err != nil || !ok {
		return err
	}
	if x, err = p.named(); err != nil {
		return err
	}
	op.By = []Expr{x}
	return nil
}

// search reads kind=K in (T, ...) CONDITION, where a text alone is sought in all
// columns.
func (p *parser) search() (_ *Search, err error) {
	x := &Search{At: At(p.tok.pos)}
	if x.Options, err = p.options("kind"); err != nil {
		return nil, err
	}
	if p.word("in") && p.peek().text == "(" {
		for range 2 {
			if err := p.advance(); err != nil {
				return nil, err
			}
		}
		if x.Tables, err = p.list1(p.table); err != nil {
			return nil, err
		}
		if err := p.expect(")"); err != nil {
			return nil, err
		}
	}
	p.searching++
	defer func() { p.searching-- }()
	x.X, err = p.expr(0)
	return x, err
}

// scan reads declare (name: type = default, ...) with (step NAME: CONDITION => NAME = X, ...; ...).
func (p *parser) scan(op *Operator) (err error) {
	if op.Options, err = p.options("with_match_id"); err != nil {
		return err
	}
	if p.word("order") || p.word("partition") {
		return Faultf(p.tok.pos, CodeUnsupported, "'%s by' in scan is not supported by Weir: sort before it", p.tok.text)
	}
	if ok, err := p.acceptWord("declare"); err != nil {
		return err
	} else if ok {
		if op.Columns, err = p.params(); err != nil {
			return err
		}
	}
	for _, s := range []string{"with", "("} {
		if err := p.expect(s); err != nil {
			return err
		}
	}
	for !p.is(")") {
		s, err := p.step()
		if err != nil {
			return err
		}
		op.Steps = append(op.Steps, s)
	}
	if len(op.Steps) == 0 {
		return p.unexpected("a step")
	}
	return p.advance()
}

func (p *parser) step() (s Step, err error) {
	s.Pos = p.tok.pos
	if err = p.expect("step"); err != nil {
		return s, err
	}
	if s.Name, err = p.name("the name of the step"); err != nil {
		return s, err
	}
	if p.word("optional") || p.word("output") {
		return s, Faultf(p.tok.pos, CodeUnsupported, "'%s' in scan is not supported by Weir", p.tok.text)
	}
	if err = p.expect(":"); err != nil {
		return s, err
	}
	if s.Cond, err = p.expr(0); err != nil {
		return s, err
	}
	if ok, err := p.accept("=>"); err != nil {
		return s, err
	} else if ok {
		if s.Sets, err = p.list1(p.named); err != nil {
			return s, err
		}
	}
	return s, p.expect(";")
}
