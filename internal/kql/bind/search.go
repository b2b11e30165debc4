package bind

import (
	"regexp"
	"strings"

	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// sourceColumn tells which table a row of search is of.
const sourceColumn = "$table"

// search binds search: rows of tables, or of the one before the bar, in which
// something is found.
func (b *binder) search(x *syntax.Search, first *table, e *env) table {
	exact := false
	switch kind := option(x.Options, "kind"); kind {
	case "", "default", "case_insensitive":
	case "case_sensitive":
		exact = true
	default:
		fail(x, "'%s' is no kind of search: case_insensitive or case_sensitive", kind)
	}
	var all []table
	var labels []string
	switch {
	case first != nil && x.Tables != nil:
		fail(x, "search in (...) begins a query, and here is a table already")
	case first != nil:
		all, labels = []table{*first}, []string{"search_arg0"}
	case x.Tables != nil:
		for _, text := range x.Tables {
			for _, one := range b.matching(text) {
				all, labels = append(all, b.table(one, e)), append(labels, b.label(one, len(all), "search_arg"))
			}
		}
	default:
		for i := range b.tables {
			if b.tables[i].View != "" { // others say the same once more
				all, labels = append(all, b.catalogued(x, &b.tables[i])), append(labels, b.tables[i].Name)
			}
		}
	}
	var found []table
	var names []string
	var missing *syntax.Fault
	for i, t := range all {
		s := &scope{env: e, columns: t.columns, serial: newSerial(t)}
		cond, fault := b.soughtOf(x.X, s, exact, len(all) > 1)
		if fault != nil { // a column that this table lacks
			missing = fault
			continue
		}
		if c, ok := cond.(rel.Const); ok && c.Value == false && len(all) > 1 {
			continue
		}
		t.node = &rel.Filter{In: t.node, Cond: plain(cond)}
		found, names = append(found, t), append(names, labels[i])
	}
	if len(found) == 0 {
		if missing != nil {
			panic(missing)
		}
		fail(x, "no column of these tables can hold this")
	}
	return b.stack(found, names, sourceColumn, false)
}

// matching returns the tables of the catalogue that a pattern names, or what is
// no pattern as it is.
func (b *binder) matching(x syntax.Expr) []syntax.Expr {
	pattern := "*"
	switch x := x.(type) {
	case *syntax.Star:
	case *syntax.Wild:
		pattern = x.Pattern
	default:
		return []syntax.Expr{x}
	}
	var all []syntax.Expr
	for _, t := range b.tables {
		if t.View != "" && matches(pattern, t.Name) { // others say the same once more
			all = append(all, &syntax.Ident{At: syntax.At(x.Place()), Name: t.Name})
		}
	}
	if len(all) == 0 {
		fail(x, "no table is named like '%s'", pattern)
	}
	return all
}

// matches tells whether a name is one of a pattern with stars.
func matches(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(name, first) {
		return false
	}
	name = name[len(first):]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(name, p)
		if i < 0 {
			return false
		}
		name = name[i+len(p):]
	}
	return strings.HasSuffix(name, last)
}

// label is what a column that tells tables apart says of one.
func (b *binder) label(x syntax.Expr, i int, otherwise string) string {
	if name := identName(x); name != "" && b.findTable(name) != nil {
		return name
	}
	return otherwise + string(rune('0'+min(i, 9)))
}

// soughtOf binds the condition of a search on one table. The fault is that of a
// name that it lacks, where others may have it.
func (b *binder) soughtOf(x syntax.Expr, s *scope, exact, several bool) (cond rel.Expr, missing *syntax.Fault) {
	if several {
		defer func() {
			if r := recover(); r != nil {
				f, ok := r.(*syntax.Fault)
				if !ok || f.Code != syntax.CodeSemantic {
					panic(r)
				}
				missing = f
			}
		}()
	}
	return b.sought(x, s, exact), nil
}

func (b *binder) sought(x syntax.Expr, s *scope, exact bool) rel.Expr {
	b.count(x)
	switch x := x.(type) {
	case *syntax.Star:
		return rel.Const{T: rel.Bool, Value: true}
	case *syntax.Literal:
		if x.Type == "string" {
			needle, _ := x.Value.(string)
			return b.anywhere(x, "", needle, s, exact)
		}
	case *syntax.Call:
		if x.Name == "not" && len(x.Args) == 1 {
			return not(b.sought(x.Args[0], s, exact))
		}
	case *syntax.Binary:
		switch {
		case x.Op == "and":
			return join(rel.And, b.sought(x.L, s, exact), b.sought(x.R, s, exact))
		case x.Op == "or":
			return join(rel.Or, b.sought(x.L, s, exact), b.sought(x.R, s, exact))
		case x.Op == ":":
			l, ok := x.R.(*syntax.Literal)
			if !ok || l.Type != "string" {
				fail(x, "':' is followed by a text in quotes")
			}
			needle, _ := l.Value.(string)
			if _, star := x.L.(*syntax.Star); star {
				return b.anywhere(x, "", needle, s, exact)
			}
			v := b.scalar(x.L, s)
			return b.pattern(x, b.toText(v), needle, exact)
		}
		if _, star := x.L.(*syntax.Star); star {
			l, ok := x.R.(*syntax.Literal)
			if !ok || l.Type != "string" {
				fail(x, "* %s is followed by a text in quotes", x.Op)
			}
			needle, _ := l.Value.(string)
			return b.anywhere(x, x.Op, needle, s, exact)
		}
	}
	return b.condition(x, b.scalar(x, s))
}

// anywhere seeks a text in all columns that may hold it.
func (b *binder) anywhere(x syntax.Expr, op, needle string, s *scope, exact bool) rel.Expr {
	if needle == "" || strings.Trim(needle, "*") == "" {
		return rel.Const{T: rel.Bool, Value: true}
	}
	found := rel.Expr(rel.Const{T: rel.Bool, Value: false})
	for _, c := range s.columns {
		switch c.T {
		case rel.Bool:
			continue
		case rel.Int, rel.Long, rel.Real, rel.DateTime, rel.Timespan:
			if !strings.ContainsAny(needle, "0123456789") {
				continue // no number is written without digits
			}
		}
		text := b.toText(c.Column)
		if op == "" {
			found = join(rel.Or, found, b.pattern(x, text, needle, exact))
			continue
		}
		b.count(x)
		bin, _ := x.(*syntax.Binary)
		if op == "==" || op == "!=" {
			found = join(rel.Or, found, b.compare(x, op, text, word1(needle)))
			continue
		}
		found = join(rel.Or, found, b.textual(bin, text, word1(needle)))
	}
	return found
}

// pattern finds a text as a whole word, or with stars the beginning, the end or
// any part of one.
func (b *binder) pattern(x syntax.Expr, text rel.Expr, needle string, exact bool) rel.Expr {
	b.count(x)
	begins, ends := !strings.HasPrefix(needle, "*"), !strings.HasSuffix(needle, "*")
	word := strings.Trim(needle, "*")
	if word == "" {
		return rel.Const{T: rel.Bool, Value: true}
	}
	if !strings.Contains(word, "*") {
		return b.term(x, text, word1(word), exact, begins, ends)
	}
	parts := strings.Split(word, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	p := strings.Join(parts, ".*")
	if begins {
		p = termBefore + p
	}
	if ends {
		p += termAfter
	}
	if !exact {
		p = "(?i)" + p
	}
	return call(rel.Matches, rel.Bool, false, text, word1("(?s)"+p))
}
