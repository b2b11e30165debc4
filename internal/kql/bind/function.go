package bind

import (
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// Function is a function that holds.
type Function struct {
	Name string
	// Params has a letter for each argument: s text, l long, r real, b bool, t
	// datetime, T also one that is finer than the store's, n timespan, d dynamic,
	// i the same as a number of ticks, y a type, a any. Those behind * may be left out.
	Params string
	Result rel.Type
	// Note is what does not hold, empty where all does.
	Note string

	op   rel.Op
	null bool // also where no argument is
	make func(c *funcall) rel.Expr
	more bool // any number of the last argument
	// fewer is how many of the last arguments may be left out.
	fewer int
	// parts are the values of a list that it gives, which become columns; the
	// first stands where one value does.
	parts []part
}

// funcall is a call of a function.
type funcall struct {
	b    *binder
	x    *syntax.Call
	s    *scope
	args []rel.Expr
}

// function binds a call.
func (b *binder) function(x *syntax.Call, s *scope) rel.Expr {
	if found := s.env.find(x.Name); found != nil && found.fn != nil {
		return b.inline(x, found, s)
	}
	if f, ok := b.book.aggregates[x.Name]; ok {
		if !s.aggregating {
			fail(x, "'%s' counts rows of a group, and there are none here: write summarize %[1]s(...)", x.Name)
		}
		return b.aggregate(x, &f, s)
	}
	if f, ok := b.book.windows[x.Name]; ok {
		return b.window(x, &f, s)
	}
	switch x.Name {
	case "toscalar":
		return b.toScalar(x, s)
	case "iscolumnexists", "columnifexists", "column_ifexists":
		return b.ifExists(x, s)
	}
	f, ok := b.book.functions[x.Name]
	if !ok {
		var names []string
		for _, f := range append(append(Functions(), Aggregates()...), Windows()...) {
			names = append(names, f.Name)
		}
		panic(syntax.Faultf(x.Place(), syntax.CodeUnsupported, "'%s' is no function that Weir knows (docs/reference/kql.md lists what is)%s", x.Name, syntax.Nearest(x.Name, names)))
	}
	v := b.apply(&f, x, s)
	if len(f.parts) > 0 {
		return b.convert(x, dynamicAt(v, long1(0)), f.parts[0].t)
	}
	return v
}

// book is what there is to call, by name. A query has one, as it is asked for at
// each call of thousands.
type book struct{ functions, aggregates, windows map[string]Function }

func newBook() book {
	return book{byName(Functions()), byName(Aggregates()), byName(Windows())}
}

func byName(all []Function) map[string]Function {
	m := make(map[string]Function, len(all))
	for _, f := range all {
		m[f.Name] = f
	}
	return m
}

// arity returns how many arguments a function takes, -1: any number.
func (f *Function) arity() (least, most int) {
	least = -1
	for i, c := range f.Params {
		if c == '*' {
			least = i
		}
	}
	most = len(f.Params)
	if least >= 0 {
		most--
	} else {
		least = most
	}
	if f.more {
		most = -1
	}
	return least - f.fewer, most
}

func (f *Function) kind(i int) byte {
	var kinds []byte
	for _, c := range []byte(f.Params) {
		if c != '*' {
			kinds = append(kinds, c)
		}
	}
	return kinds[min(i, len(kinds)-1)]
}

func (b *binder) apply(f *Function, x *syntax.Call, s *scope) rel.Expr {
	c := &funcall{b: b, x: x, s: s}
	least, most := f.arity()
	if most >= 0 && len(x.Args) > most {
		refuse(x, "'%s' with so many arguments is not supported by Weir: %s", f.Name, f.Usage())
	}
	if len(x.Args) < least {
		fail(x, "'%s' takes other arguments: %s", f.Name, f.Usage())
	}
	for i, a := range x.Args {
		if l, ok := a.(*syntax.Literal); ok && l.Type == "type" && f.kind(i) == 'y' {
			c.args = append(c.args, rel.Const{T: rel.String, Value: l.Value})
			continue
		}
		c.args = append(c.args, b.argument(a, b.scalar(a, s), f.kind(i)))
	}
	if f.make != nil {
		return f.make(c)
	}
	null := f.null
	for _, a := range c.args {
		null = null || a.Nullable()
	}
	return rel.Call{Op: f.op, Args: c.args, T: f.Result, Null: null}
}

// argument brings an argument to the type that a function wants.
func (b *binder) argument(x syntax.Expr, v rel.Expr, kind byte) rel.Expr {
	t := v.Type()
	switch kind {
	case 's':
		if t == rel.String || t == rel.Dynamic || t == rel.GUID {
			return b.toText(v)
		}
		fail(x, "this is a %s where there should be a string: tostring() makes text of it", TypeName(t))
	case 'l', 'r':
		if !isNumeric(t) && t != rel.Dynamic && t != rel.Bool {
			fail(x, "this is a %s where there should be a number: tolong() or toreal() makes one of text", TypeName(t))
		}
		if kind == 'l' {
			return b.toLong(v)
		}
		return b.toReal(v)
	case 'b':
		return b.condition(x, v)
	case 't', 'T', 'i':
		if isTime(t) || t == rel.Dynamic {
			switch v = b.toTime(x, v); kind {
			case 't':
				return b.micros(v)
			case 'i':
				return b.ticks(v)
			}
			return v
		}
		fail(x, "this is a %s where there should be a datetime: todatetime() makes one of text", TypeName(t))
	case 'y':
		fail(x, "this is a type, such as typeof(long)")
	case 'n':
		if t == rel.Dynamic {
			return b.toSpan(x, v)
		}
		if t != rel.Timespan {
			fail(x, "this is a %s where there should be a timespan, such as 28m", TypeName(t))
		}
	case 'd':
		if t != rel.Dynamic {
			fail(x, "this is a %s where there should be a dynamic: parse_json() makes one of text", TypeName(t))
		}
	}
	return v
}

// Usage is how a function is called: split(string, string, [long]).
func (f *Function) Usage() string {
	s, optional := f.Name+"(", false
	names := map[rune]string{'s': "string", 'l': "long", 'r': "real", 'b': "bool", 't': "datetime", 'T': "datetime", 'i': "datetime", 'y': "typeof(TYPE)", 'n': "timespan", 'd': "dynamic", 'a': "any"}
	first := true
	for _, c := range f.Params {
		if c == '*' {
			optional = true
			continue
		}
		if !first {
			s += ", "
		}
		first = false
		if optional {
			s += "[" + names[c] + "]"
		} else {
			s += names[c]
		}
	}
	if f.more {
		s += ", ..."
	}
	return s + ")"
}

// inline writes a function of a let out.
func (b *binder) inline(x *syntax.Call, found *env, s *scope) rel.Expr {
	if b.calls++; b.calls > maxCalls {
		panic(syntax.Faultf(x.Place(), syntax.CodeTooMuch, "functions call each other more than %d deep", maxCalls))
	}
	defer func() { b.calls-- }()
	inner := b.arguments(x, found, x.Args, s)
	last := b.statements(found.fn.Body, inner, found.within)
	return b.scalar(last, &scope{env: inner, serial: s.serial})
}

func (b *binder) toScalar(x *syntax.Call, s *scope) rel.Expr {
	if len(x.Args) != 1 {
		fail(x, "toscalar() takes one table")
	}
	if !b.isTable(x.Args[0], s.env) {
		return b.scalar(x.Args[0], s)
	}
	t := b.table(x.Args[0], s.env)
	if len(t.columns) == 0 {
		fail(x, "this table has no column")
	}
	return rel.Scalar{In: t.node, Column: t.columns[0].Column}
}

// ifExists binds what depends on whether a column is there.
func (b *binder) ifExists(x *syntax.Call, s *scope) rel.Expr {
	if len(x.Args) == 0 {
		fail(x, "'%s' takes the name of a column", x.Name)
	}
	name := identName(x.Args[0])
	if l, ok := x.Args[0].(*syntax.Literal); ok {
		name, _ = l.Value.(string)
	}
	c, ok := find(s.columns, name)
	if x.Name == "iscolumnexists" {
		return rel.Const{T: rel.Bool, Value: ok}
	}
	if len(x.Args) != 2 {
		fail(x, "'%s' takes the name of a column and what stands for it", x.Name)
	}
	if ok {
		return c.Column
	}
	return b.scalar(x.Args[1], s)
}
