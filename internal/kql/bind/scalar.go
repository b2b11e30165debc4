package bind

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"weir/internal/compute"
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// scope is where an expression stands.
type scope struct {
	env     *env
	columns []Column
	left    []Column // of a join
	right   []Column
	joining bool
	// aggregating allows count() and its like, whose arguments stand in rows.
	aggregating bool
	serial      *serial // nil: rows have no order
	step        *stepping
}

func (s *scope) rows() *scope {
	inner := *s
	inner.aggregating = false
	return &inner
}

func find(columns []Column, name string) (Column, bool) {
	for _, c := range columns {
		if c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}

// scalar binds an expression that is a value.
func (b *binder) scalar(x syntax.Expr, s *scope) rel.Expr {
	b.count(x)
	b.place = x.Place()
	switch x := x.(type) {
	case *boundValue:
		return x.v
	case *syntax.Literal:
		return b.literal(x)
	case *syntax.Ident:
		return b.ident(x, s)
	case *syntax.Unary:
		return b.unary(x, s)
	case *syntax.Binary:
		return b.binary(x, s)
	case *syntax.List:
		return b.list(x, s)
	case *syntax.Call:
		return b.function(x, s)
	case *syntax.Index:
		return b.index(x, s)
	case *syntax.Member:
		return b.member(x, s)
	case *syntax.Named:
		fail(x, "a name with '=' has no place here: compare with '=='")
	case *syntax.Star:
		fail(x, "'*' has no place here: name the columns")
	}
	fail(x, "this is a table where there should be a value: toscalar(...) takes the first of its values")
	return nil
}

func (b *binder) literal(x *syntax.Literal) rel.Expr {
	if x.Type == "type" {
		fail(x, "typeof() has no place here")
	}
	c := rel.Const{T: typeNamed(x, x.Type)}
	switch v := x.Value.(type) {
	case syntax.Time:
		return timeConst(int64(v))
	case syntax.Ticks:
		c.Value = int64(v)
	case syntax.Decimal:
		c.Value = string(v)
	case syntax.GUID:
		c.Value = string(v)
	case syntax.JSON:
		c.Value = string(v)
	case string:
		if strings.ContainsRune(v, 0) {
			fail(x, "a text has no NUL")
		}
		c.Value = v
	default:
		c.Value = v
	}
	return c
}

func (b *binder) ident(x *syntax.Ident, s *scope) rel.Expr {
	if c, ok := find(s.columns, x.Name); ok {
		if s.aggregating {
			fail(x, "'%s' has many values in a group: take one of them, with any(%[1]s) or max(%[1]s), or group by it", x.Name)
		}
		return c.Column
	}
	if found := s.env.find(x.Name); found != nil {
		if found.value != nil {
			b.weigh(x, found.value)
			return found.value
		}
		if found.text != nil {
			fail(x, "'%s' is a table where there should be a value: toscalar(%s) takes the first of its values", x.Name, x.Name)
		}
	}
	var names []string
	for _, c := range s.columns {
		names = append(names, c.Name)
	}
	for e := s.env; e != nil; e = e.up {
		if e.value != nil {
			names = append(names, e.name)
		}
	}
	fail(x, "Failed to resolve scalar expression named '%s'%s", x.Name, syntax.Nearest(x.Name, names))
	return nil
}

// weigh counts the steps of a value that is written out where it is named.
func (b *binder) weigh(x syntax.Expr, v rel.Expr) {
	c, ok := v.(rel.Call)
	if !ok {
		return
	}
	b.count(x)
	for _, a := range c.Args {
		b.weigh(x, a)
	}
}

func (b *binder) unary(x *syntax.Unary, s *scope) rel.Expr {
	v := b.scalar(x.X, s)
	if v.Type() == rel.Dynamic {
		v = b.toReal(v)
	}
	switch v.Type() {
	case rel.Int, rel.Long, rel.Real, rel.Timespan, rel.Decimal:
	default:
		fail(x, "'%s' is not defined for %s", x.Op, TypeName(v.Type()))
	}
	if x.Op == "+" {
		return v
	}
	t := wide(v.Type())
	if c, ok := v.(rel.Const); ok {
		switch n := c.Value.(type) {
		case int64:
			return rel.Const{T: t, Value: -n}
		case float64:
			return rel.Const{T: t, Value: -n}
		}
	}
	if t == rel.Decimal {
		return call(rel.Compute("decimal_neg"), t, v.Nullable(), v)
	}
	return rel.Call{Op: rel.Neg, Args: []rel.Expr{v}, T: t, Null: v.Nullable()}
}

// wide is the type of what is computed from a type.
func wide(t rel.Type) rel.Type {
	if t == rel.Int {
		return rel.Long
	}
	return t
}

// index binds x[i]; the key of a property is a text.
func (b *binder) index(x *syntax.Index, s *scope) rel.Expr {
	v, i := b.scalar(x.X, s), b.scalar(x.I, s)
	if v.Type() != rel.Dynamic {
		fail(x, "[ ] is for dynamic values, not for %s: parse_json() makes one of text", TypeName(v.Type()))
	}
	if i.Type() == rel.String {
		return property(x, v, i)
	}
	return dynamicAt(v, b.toLong(i))
}

func property(x syntax.Expr, v, key rel.Expr) rel.Expr {
	if c, ok := key.(rel.Const); ok {
		if text, _ := c.Value.(string); strings.ContainsAny(text, `"\`) { // which paths have a meaning for
			return computed("property", rel.Dynamic, v, key)
		}
	}
	return rel.Call{Op: rel.Property, Args: []rel.Expr{v, key}, T: rel.Dynamic, Null: true}
}

func dynamicAt(v, i rel.Expr) rel.Expr {
	split, ok1 := v.(rel.Call)
	k, ok2 := i.(rel.Const)
	if n, whole := k.Value.(int64); ok1 && ok2 && whole && split.Op == rel.SplitBy {
		if n >= 0 {
			n++
		}
		return call(rel.SplitEntry, rel.Dynamic, true, split.Args[0], split.Args[1], long1(n))
	}
	return rel.Call{Op: rel.At, Args: []rel.Expr{v, i}, T: rel.Dynamic, Null: true}
}

func (b *binder) member(x *syntax.Member, s *scope) rel.Expr {
	if id, ok := x.X.(*syntax.Ident); ok && s.joining && (id.Name == "$left" || id.Name == "$right") {
		columns := s.left
		if id.Name == "$right" {
			columns = s.right
		}
		c, ok := find(columns, x.Name)
		if !ok {
			var names []string
			for _, c := range columns {
				names = append(names, c.Name)
			}
			fail(x, "'%s' has no column '%s'%s", id.Name, x.Name, syntax.Nearest(x.Name, names))
		}
		return c.Column
	}
	if s.step != nil && identName(x.X) == s.step.name {
		return s.step.before(b, x, s)
	}
	v := b.scalar(x.X, s)
	if v.Type() != rel.Dynamic {
		fail(x, "a dot is for properties of dynamic values, not for %s: parse_json() makes one of text", TypeName(v.Type()))
	}
	return property(x, v, rel.Const{T: rel.String, Value: x.Name})
}

// list binds in, between and has_any with their like.
func (b *binder) list(x *syntax.List, s *scope) rel.Expr {
	v := b.scalar(x.X, s)
	switch x.Op {
	case "between", "!between":
		return b.between(x, v, s)
	case "has_any", "has_all":
		op := rel.Or
		if x.Op == "has_all" {
			op = rel.And
		}
		var all rel.Expr
		for _, item := range b.entries(x, s) {
			if item.Type() == rel.Dynamic && !isConst(item) { // how many there are is not known
				all = join(op, all, call(rel.Compute(x.Op), rel.Bool, false, b.toText(v), item))
				continue
			}
			all = join(op, all, b.term(x, b.toText(v), b.toText(item), false, true, true))
		}
		return all
	}
	not := strings.HasPrefix(x.Op, "!")
	fold := strings.HasSuffix(x.Op, "~")
	if t := v.Type(); fold && t != rel.String && t != rel.Dynamic {
		fail(x.X, "this is a %s where there should be a string: tostring() makes text of it", TypeName(t))
	}
	if fold || v.Type() == rel.Dynamic {
		v = b.toText(v)
	}
	if fold {
		v = lower(v)
	}
	found := b.among(x, v, fold, s)
	if c, ok := found.(rel.Const); ok && not {
		return rel.Const{T: rel.Bool, Value: c.Value != true}
	}
	if not {
		return rel.Call{Op: rel.Not, Args: []rel.Expr{found}, T: rel.Bool}
	}
	return found
}

// among binds the right side of in.
func (b *binder) among(x *syntax.List, v rel.Expr, fold bool, s *scope) rel.Expr {
	if len(x.Items) == 1 && b.isTable(x.Items[0], s.env) {
		if _, ok := find(s.columns, identName(x.Items[0])); !ok {
			t := b.table(x.Items[0], s.env)
			if len(t.columns) == 0 {
				fail(x, "the table behind '%s' has no column", x.Op)
			}
			c := t.columns[0]
			item := b.convert(x, c.Column, v.Type())
			if fold {
				item = lower(item)
			}
			column := b.column("", item)
			return rel.Member{X: v, In: &rel.Project{In: t.node, Items: []rel.Item{{ID: column.ID, X: item}}}, Column: column.Column}
		}
	}
	args := []rel.Expr{v}
	var lists rel.Expr
	all, known := true, false
	for _, item := range b.entries(x, s) {
		if item.Type() == rel.Dynamic {
			list := item
			if fold {
				list = rel.Call{Op: rel.ParseJSON, Args: []rel.Expr{lower(b.toText(item))}, T: rel.Dynamic, Null: true}
			}
			if _, single := item.(rel.Const); !single {
				lists = join(rel.Or, lists, rel.Call{Op: rel.InList, Args: []rel.Expr{b.toText(v), list}, T: rel.Bool})
				continue
			}
		}
		if v.Type() == rel.Real || item.Type() == rel.Real {
			item, args[0] = b.convert(x, item, rel.Real), b.convert(x, v, rel.Real)
		} else {
			item = b.convert(x, item, v.Type())
		}
		if fold {
			item = lower(item)
		}
		if c, ok := item.(rel.Const); !ok {
			all = false
		} else if vc, ok := v.(rel.Const); ok && c.Value == vc.Value && c.Value != nil {
			known = true
		}
		args = append(args, item)
	}
	if _, ok := v.(rel.Const); ok && all && lists == nil {
		return rel.Const{T: rel.Bool, Value: known}
	}
	if len(args) > 1 {
		op := rel.In
		if v.Nullable() {
			op = rel.InOne
		}
		lists = join(rel.Or, lists, rel.Call{Op: op, Args: args, T: rel.Bool})
	}
	if lists == nil {
		return rel.Const{T: rel.Bool, Value: false}
	}
	return lists
}

func identName(x syntax.Expr) string {
	if id, ok := x.(*syntax.Ident); ok {
		return id.Name
	}
	return ""
}

// entries binds the right side of in, and takes constant lists apart.
func (b *binder) entries(x *syntax.List, s *scope) []rel.Expr {
	var all []rel.Expr
	for _, item := range x.Items {
		if _, isColumn := find(s.columns, identName(item)); !isColumn && len(x.Items) == 1 && b.isTable(item, s.env) {
			return []rel.Expr{b.listOfTable(item, s)}
		}
		v := b.scalar(item, s)
		c, ok := v.(rel.Const)
		text, _ := c.Value.(string)
		if !ok || c.T != rel.Dynamic || !strings.HasPrefix(text, "[") {
			all = append(all, v)
			continue
		}
		var parts []json.RawMessage
		if err := json.Unmarshal([]byte(text), &parts); err != nil {
			fail(item, "this is no list: %v", err)
		}
		for _, p := range parts {
			all = append(all, b.toText(rel.Const{T: rel.Dynamic, Value: string(p)}))
		}
	}
	return all
}

func (b *binder) between(x *syntax.List, v rel.Expr, s *scope) rel.Expr {
	from, to := b.scalar(x.Items[0], s), b.scalar(x.Items[1], s)
	if from.Type() == rel.DateTime && to.Type() == rel.Timespan {
		to = b.arithmetic(x, "+", from, to)
	}
	low, high := b.compare(x, ">=", v, from), b.compare(x, "<=", v, to)
	both := join(rel.And, low, high)
	if x.Op == "!between" {
		return not(both)
	}
	return both
}

// join is and, or of two conditions; left may be nil. What is known is left out.
func join(op rel.Op, left, right rel.Expr) rel.Expr {
	if left == nil {
		return right
	}
	neutral := op == rel.And
	for _, pair := range [][2]rel.Expr{{left, right}, {right, left}} {
		if c, ok := pair[0].(rel.Const); ok && c.Value != nil {
			if c.Value == neutral {
				return pair[1]
			}
			return rel.Const{T: rel.Bool, Value: !neutral}
		}
	}
	return rel.Call{Op: op, Args: []rel.Expr{left, right}, T: rel.Bool, Null: left.Nullable() || right.Nullable()}
}

func not(v rel.Expr) rel.Expr {
	if c, ok := v.(rel.Const); ok {
		if known, ok := c.Value.(bool); ok {
			return rel.Const{T: rel.Bool, Value: !known}
		}
	}
	return rel.Call{Op: rel.Not, Args: []rel.Expr{v}, T: rel.Bool, Null: v.Nullable()}
}

func lower(v rel.Expr) rel.Expr {
	if c, ok := v.(rel.Const); ok {
		text, _ := c.Value.(string)
		return rel.Const{T: rel.String, Value: strings.ToLower(text)}
	}
	return rel.Call{Op: rel.Lower, Args: []rel.Expr{v}, T: rel.String}
}

// Borders of a term: what is neither letter nor digit, or an end of the text.
const termBefore, termAfter = `(^|[^\p{L}\p{N}])`, `([^\p{L}\p{N}]|$)`

func inTerm(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// listOfTable is the first column of a table as a list.
func (b *binder) listOfTable(x syntax.Expr, s *scope) rel.Expr {
	t := b.table(x, s.env)
	if len(t.columns) == 0 {
		fail(x, "this table has no column")
	}
	list := call(rel.MakeSet, rel.Dynamic, true, b.toText(t.columns[0].Column), long1(compute.MaxEntries))
	c := b.column("", list)
	return rel.Scalar{In: &rel.Aggregate{In: t.node, Aggs: []rel.Item{{ID: c.ID, X: list}}}, Column: c.Column}
}

// term binds has and its family: a needle whose beginning, end, or both are
// those of a term.
func (b *binder) term(x syntax.Expr, text, needle rel.Expr, exact, begins, ends bool) rel.Expr {
	before, after, fold := "", "", ""
	if !exact {
		fold = "(?i)"
	}
	if begins {
		before = termBefore
	}
	if ends {
		after = termAfter
	}
	var pattern rel.Expr
	if c, ok := needle.(rel.Const); ok {
		word, _ := c.Value.(string)
		if word == "" {
			return rel.Const{T: rel.Bool, Value: true}
		}
		// No term begins or ends where the needle has none.
		if r, _ := utf8.DecodeRuneInString(word); !inTerm(r) {
			before = ""
		}
		if r, _ := utf8.DecodeLastRuneInString(word); !inTerm(r) {
			after = ""
		}
		pattern = word1(fold + before + regexp.QuoteMeta(word) + after)
	} else {
		pattern = call(rel.TermPattern, rel.String, false, word1(fold), needle, word1(before), word1(after))
	}
	return rel.Call{Op: rel.Matches, Args: []rel.Expr{text, pattern}, T: rel.Bool}
}
