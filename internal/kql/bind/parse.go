package bind

import (
	"regexp"
	"strings"

	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// parse binds parse and parse-where: a pattern whose groups become columns.
func (b *binder) parse(t table, op *syntax.Operator, s *scope) table {
	at := syntax.At(op.Pos)
	kind := option(op.Options, "kind")
	switch kind {
	case "", "simple", "regex", "relaxed":
	default:
		fail(at, "'%s' is no kind of parse: simple, regex or relaxed", kind)
	}
	pattern, columns := parsePattern(op, kind)
	text := b.toText(b.scalar(op.Items[0], s))
	raw := &rel.Project{In: s.serial.done(t.node), Items: pass(t.columns)}
	hit := b.column("", rel.Column{T: rel.Bool})
	raw.Items = append(raw.Items, rel.Item{ID: hit.ID, X: call(rel.Matches, rel.Bool, false, text, word1(pattern))})
	typed := &rel.Project{In: raw, Items: append(pass(t.columns), rel.Item{ID: hit.ID, X: hit.Column})}
	ok, strict := rel.Expr(hit.Column), false
	values := make([]Column, len(columns))
	for i, c := range columns {
		part := b.column("", call(rel.Extract, rel.String, false, text, word1(pattern), long1(int64(c.group))))
		raw.Items = append(raw.Items, rel.Item{ID: part.ID, X: call(rel.Extract, rel.String, false, text, word1(pattern), long1(int64(c.group)))})
		v := b.convert(at, part.Column, typeNamed(syntax.At(c.Pos), c.Type))
		values[i] = b.column(c.Name, v)
		typed.Items = append(typed.Items, rel.Item{ID: values[i].ID, X: v})
		if v.Nullable() && kind != "relaxed" {
			ok, strict = join(rel.And, ok, not(call(rel.IsNull, rel.Bool, false, values[i].Column))), true
		}
	}
	out := table{node: typed, columns: t.columns}
	if op.Name == "parse-where" {
		out.node = &rel.Filter{In: typed, Cond: ok}
		strict = false
	}
	items := map[int]rel.Expr{}
	for i := range values {
		v := rel.Expr(values[i].Column)
		if strict {
			v = call(rel.If, v.Type(), v.Type() != rel.String, ok, v, rel.Const{T: v.Type()})
		}
		c := b.column(values[i].Name, v)
		items[c.ID] = v
		out.columns = replaced(out.columns, c)
	}
	list := pass(out.columns)
	for i := range list {
		if v, ok := items[list[i].ID]; ok {
			list[i].X = v
		}
	}
	out.node = s.serial.again(&rel.Project{In: out.node, Items: list})
	if s.serial != nil && s.serial.node != nil { // the place goes through all of it
		place := rel.Item{ID: s.serial.place.ID, X: s.serial.place}
		raw.Items, typed.Items = append(raw.Items, place), append(typed.Items, place)
	}
	return out
}

// replaced puts a column in the place of one of its name, or at the end.
func replaced(columns []Column, c Column) []Column {
	out := append([]Column(nil), columns...)
	for i := range out {
		if out[i].Name == c.Name {
			out[i] = c
			return out
		}
	}
	return append(out, c)
}

// parsed is a column of a pattern.
type parsed struct {
	syntax.Segment
	group int
}

// parsePattern returns the pattern that the pieces of parse are, and its columns.
func parsePattern(op *syntax.Operator, kind string) (string, []parsed) {
	isRegex := kind == "regex"
	flags := option(op.Options, "flags")
	if strings.Trim(flags, "Umsi") != "" || flags != "" && !isRegex {
		fail(syntax.At(op.Pos), "the flags of parse kind=regex are U, m, s and i, not '%s'", flags)
	}
	var p strings.Builder
	if !isRegex {
		flags = "s"
	}
	if flags != "" {
		p.WriteString("(?" + flags + ")")
	}
	p.WriteString("^")
	var columns []parsed
	group := 0
	for i, s := range op.Segments {
		last := i == len(op.Segments)-1
		switch {
		case s.Star && last:
			p.WriteString(".*")
		case s.Star:
			p.WriteString(".*?")
		case s.Name == "" && isRegex:
			checkPattern(syntax.At(s.Pos), s.Text)
			p.WriteString("(?:" + s.Text + ")")
			group += groups(s.Text)
		case s.Name == "":
			p.WriteString(regexp.QuoteMeta(s.Text))
		default:
			group++
			columns = append(columns, parsed{s, group})
			p.WriteString(columnPattern(s.Type, isRegex, last))
		}
	}
	if !isRegex {
		p.WriteString("$")
	}
	checkPattern(syntax.At(op.Pos), p.String())
	return p.String(), columns
}

func groups(pattern string) int {
	r, err := regexp.Compile(pattern)
	if err != nil {
		return 0
	}
	return r.NumSubexp()
}

func columnPattern(t string, isRegex, last bool) string {
	switch {
	case isRegex && (t == "long" || t == "int"):
		return `(-?\d+)`
	case isRegex && t == "real":
		return `(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)`
	case isRegex || last:
		return `(.*)`
	}
	return `(.*?)`
}

// parseKV binds parse-kv: pairs of a name and a value, found by what divides them.
func (b *binder) parseKV(t table, op *syntax.Operator, s *scope) table {
	text := b.toText(b.scalar(op.Items[0], s))
	find := b.pairs(op)
	before := &rel.Project{In: s.serial.done(t.node), Items: pass(t.columns)}
	whole := b.column("", text)
	before.Items = append(before.Items, rel.Item{ID: whole.ID, X: text})
	after := &rel.Project{In: before}
	out := table{columns: t.columns}
	made := map[int]rel.Expr{}
	for _, p := range op.Columns {
		at := syntax.At(p.Pos)
		v := b.convert(at, find(whole.Column, p.Name), typeNamed(at, p.Type))
		c := b.column(p.Name, v)
		made[c.ID] = v
		out.columns = replaced(out.columns, c)
	}
	after.Items = pass(out.columns)
	for i := range after.Items {
		if v, ok := made[after.Items[i].ID]; ok {
			after.Items[i].X = v
		}
	}
	out.node = s.serial.again(after)
	if s.serial != nil && s.serial.node != nil {
		before.Items = append(before.Items, rel.Item{ID: s.serial.place.ID, X: s.serial.place})
	}
	return out
}

// pairs returns what finds the value of a name.
func (b *binder) pairs(op *syntax.Operator) func(text rel.Expr, name string) rel.Expr {
	at := syntax.At(op.Pos)
	pair, kv := option(op.Options, "pair_delimiter"), option(op.Options, "kv_delimiter")
	quote, escape := option(op.Options, "quote"), option(op.Options, "escape")
	if n := len([]rune(quote)); n > 2 || len([]rune(escape)) > 1 {
		fail(at, "quote of parse-kv has one or two characters, and escape has one")
	}
	keyed := func(pattern string) func(rel.Expr, string) rel.Expr {
		return func(text rel.Expr, name string) rel.Expr {
			return unquoted(call(rel.KeyedMatch, rel.String, false, text, word1(pattern), word1(name)), quote, escape)
		}
	}
	if pattern := option(op.Options, "regex"); pattern != "" {
		checkPattern(at, pattern)
		if groups(pattern) != 2 {
			fail(at, "the pattern of parse-kv has two groups: the name, and the value")
		}
		return keyed(pattern)
	}
	const plain = `[\p{L}\p{N}]`
	quoted := quotedPattern(quote, escape)
	open, end := "", ""
	if quote != "" {
		r := []rune(quote)
		open, end = regexp.QuoteMeta(string(r[0]))+"?", regexp.QuoteMeta(string(r[len(r)-1]))+"?"
	}
	if pair == "" && kv == "" {
		return func(text rel.Expr, name string) rel.Expr {
			one := `(?s)(?:^|[^\p{L}\p{N}])` + open + regexp.QuoteMeta(name) + end + `[^\p{L}\p{N}]+?(` + quoted + plain + `+)`
			return unquoted(call(rel.Extract, rel.String, false, text, word1(one), long1(1)), quote, escape)
		}
	}
	if pair == "" || kv == "" {
		fail(at, "parse-kv takes pair_delimiter and kv_delimiter, or neither of them")
	}
	p, k := regexp.QuoteMeta(pair), regexp.QuoteMeta(kv)
	others := "[^" + class(pair+kv+quote) + "]"
	if x, ok := op.Options["greedy"].(*syntax.Literal); ok && x.Value == true {
		return func(text rel.Expr, name string) rel.Expr {
			one := `(?s)(?:^|` + p + `)\s*` + open + regexp.QuoteMeta(name) + end + `\s*` + k + `\s*(` + quoted + `.*?)\s*(?:` + p + `\s*` + open + others + `+` + end + k + `|$)`
			return unquoted(call(rel.Extract, rel.String, false, text, word1(one), long1(1)), quote, escape)
		}
	}
	if len([]rune(pair)) > 1 && quote == "" {
		return func(text rel.Expr, name string) rel.Expr {
			return call(rel.KeyedPart, rel.String, false, text, word1(pair), word1(kv), word1(name))
		}
	}
	value := "[^" + class(pair) + "]*?"
	if len([]rune(pair)) > 1 {
		value = ".*?"
	}
	return keyed(`(?s)\s*` + open + "(" + others + "*?)" + end + `\s*` + k + `\s*(` + quoted + value + `)\s*(?:` + p + `|$)`)
}

// class is characters within the brackets of a pattern.
func class(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteString(`\x{` + strings.ToUpper(hex(r)) + `}`)
	}
	return b.String()
}

func hex(r rune) string {
	const digits = "0123456789abcdef"
	if r < 16 {
		return digits[r : r+1]
	}
	return hex(r/16) + digits[r%16:r%16+1]
}

// quotedPattern matches a quoted value, with a bar behind it.
func quotedPattern(quote, escape string) string {
	if quote == "" {
		return ""
	}
	r := []rune(quote)
	open, end := string(r[0]), string(r[len(r)-1])
	inside := "[^" + class(end+escape) + "]"
	if escape != "" {
		inside = "(?:" + inside + "|" + regexp.QuoteMeta(escape) + ".)"
	}
	return regexp.QuoteMeta(open) + inside + "*" + regexp.QuoteMeta(end) + "|"
}

// unquoted takes quotes and escapes off a value.
func unquoted(v rel.Expr, quote, escape string) rel.Expr {
	if quote == "" {
		return v
	}
	r := []rune(quote)
	open, end := regexp.QuoteMeta(string(r[0])), regexp.QuoteMeta(string(r[len(r)-1]))
	v = call(rel.ReplaceRegexp, rel.String, false, v, word1("(?s)^"+open+"(.*)"+end+"$"), word1(`\1`))
	if escape != "" {
		v = call(rel.ReplaceRegexp, rel.String, false, v, word1(regexp.QuoteMeta(escape)+"(.)"), word1(`\1`))
	}
	return v
}
