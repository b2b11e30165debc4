package duckdb

import (
	"context"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// A public view joins to the facts what its columns say in words. The engine
// keeps such a join also where a question names none of its columns, and over
// millions of hosts it costs ten times what the question does. So a question of a
// user gets temporary views in place of these: with the columns that it names,
// and the joins that these need. That changes nothing else: the store has one
// row for each id that a fact refers to (package storetest), and at most one for
// what is joined from the left.

// narrowed are the views that may be narrow.
var narrowed = [...]string{"flows", "NTANetAnalytics", "endpoints"}

// narrow makes the views of a question narrow, for its transaction.
func (c *conn) narrow(ctx context.Context, tree any) error {
	n := naming{names: map[string]bool{}, tables: map[string]bool{}}
	n.find(tree)
	if n.everything() || !slices.ContainsFunc(narrowed[:], n.reads) {
		return nil
	}
	if same, err := c.hasViews(ctx); err != nil || !same {
		return err
	}
	for _, name := range narrowed {
		if !n.reads(name) {
			continue
		}
		v, err := readView(name)
		if err != nil {
			return err
		}
		if err := c.run(ctx, "CREATE OR REPLACE TEMP VIEW "+name+" AS "+v.with(n.names)); err != nil {
			return err
		}
	}
	return nil
}

// hasViews tells whether the views of the store are those of this binary.
func (c *conn) hasViews(ctx context.Context) (bool, error) {
	interval, err := readInterval(ctx, c)
	if err != nil {
		return false, err
	}
	_, _, same, err := compareViews(ctx, c, interval)
	return same, err
}

// naming is what a question names, in lower case.
type naming struct {
	names  map[string]bool // every text in it, columns among others
	tables map[string]bool // that it reads, and what it calls them
	refs   []string        // of columns, without what comes before a dot
	all    bool            // it takes columns that it does not name
}

// find collects names in a syntax tree.
func (n *naming) find(node any) {
	switch node := node.(type) {
	case string:
		n.names[strings.ToLower(node)] = true
	case []any:
		for _, child := range node {
			n.find(child)
		}
	case map[string]any:
		switch node["type"] {
		case "STAR", "POSITIONAL_REFERENCE", "SHOW_REF", "PIVOT":
			n.all = true
		case "COLUMN_REF":
			if names, _ := node["column_names"].([]any); len(names) > 0 {
				last, _ := names[len(names)-1].(string)
				n.refs = append(n.refs, strings.ToLower(last))
			}
		case "BASE_TABLE":
			for _, key := range []string{"table_name", "alias"} {
				name, _ := node[key].(string)
				n.tables[strings.ToLower(name)] = true
			}
			renamed, _ := node["column_name_alias"].([]any)
			n.all = n.all || len(renamed) > 0
		}
		n.all = n.all || node["ref_type"] == "NATURAL"
		for key, child := range node {
			if list, _ := child.([]any); key == "modifiers" {
				child = slices.DeleteFunc(slices.Clone(list), isOrderByAll)
			}
			n.find(child)
		}
	}
}

// isOrderByAll tells whether a modifier of a SELECT is ORDER BY ALL: to the
// parser it is an order by a star, and it is one by what was selected.
func isOrderByAll(modifier any) bool {
	m, _ := modifier.(map[string]any)
	orders, _ := m["orders"].([]any)
	if len(orders) != 1 {
		return false
	}
	order, _ := orders[0].(map[string]any)
	by, _ := order["expression"].(map[string]any)
	return by["type"] == "STAR" && by["expr"] == nil
}

// reads tells whether the question reads a view.
func (n *naming) reads(view string) bool { return n.tables[strings.ToLower(view)] }

// everything tells whether the question may take columns that it does not name:
// the name of a table in the place of a column is a row of it.
func (n *naming) everything() bool {
	return n.all || slices.ContainsFunc(n.refs, func(ref string) bool { return n.tables[ref] })
}

// view is the SELECT of a view, taken apart.
type view struct {
	columns []named
	from    string
	joins   []named // by their aliases
}

type named struct{ name, text string }

// selectOf returns the SELECT of a view, from the files that createViews makes
// views of; empty where there is none.
func selectOf(name string) (string, error) {
	files, err := fs.Glob(viewFiles, "views/*.sql")
	if err != nil {
		return "", err
	}
	for _, file := range files {
		body, err := viewFiles.ReadFile(file)
		if err != nil {
			return "", err
		}
		if _, text, found := strings.Cut(comments.ReplaceAllString(string(body), ""), "VIEW "+name+" AS\n"); found {
			text, _, _ = strings.Cut(text, ";\n")
			return text, nil
		}
	}
	return "", nil
}

// readView takes the SELECT of a view apart.
func readView(name string) (v view, err error) {
	text, err := selectOf(name)
	if text, found := strings.CutPrefix(text, "SELECT"); found {
		parts := splitOutside(text, "\nFROM ")
		for _, c := range splitOutside(parts[0], ",") {
			v.columns = append(v.columns, named{lastWord(c), strings.TrimLeft(c, ",\n ")})
		}
		parts = splitOutside(parts[1], "\nJOIN ", "\nLEFT JOIN ")
		v.from = parts[0]
		for _, j := range parts[1:] {
			v.joins = append(v.joins, named{lastWord(splitOutside(j, " ON ")[0]), j})
		}
	}
	return v, err
}

var (
	comments  = regexp.MustCompile(`(?m)^ *--.*\n`)
	wordAtEnd = regexp.MustCompile(`\w+\s*$`)
)

func lastWord(s string) string { return strings.TrimSpace(wordAtEnd.FindString(s)) }

// splitOutside cuts SQL before each of the separators that is outside of
// parentheses and quotes.
func splitOutside(s string, separators ...string) []string {
	var parts []string
	from, depth, quoted := 0, 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		}
		if depth == 0 && !quoted && i > from && slices.ContainsFunc(separators, func(sep string) bool { return strings.HasPrefix(s[i:], sep) }) {
			parts, from = append(parts, s[from:i]), i
		}
	}
	return append(parts, s[from:])
}

// with returns the SELECT with the columns of these names, in lower case, and
// the joins that they need.
func (v view) with(names map[string]bool) string {
	some := v.only(names)
	if len(some.columns) == 0 {
		some.columns = []named{{`" "`, `true AS " "`}} // its rows are counted
	}
	return some.text()
}

// only returns the view with the columns of these names, in lower case, and the
// joins that they need.
func (v view) only(names map[string]bool) view {
	var some []named
	for _, c := range v.columns {
		if names[strings.ToLower(c.name)] {
			some = append(some, c)
		}
	}
	return v.having(some)
}

// having returns the view with these columns, and the joins that they need.
func (v view) having(columns []named) view {
	some, needed := view{columns: columns, from: v.from}, ""
	for _, c := range columns {
		needed += c.text + "\n"
	}
	for _, j := range slices.Backward(v.joins) { // a join may need those before it
		if regexp.MustCompile(`\b` + j.name + `\.`).MatchString(needed) {
			some.joins = slices.Insert(some.joins, 0, j)
			needed += j.text
		}
	}
	return some
}

// text returns the SELECT of the view.
func (v view) text() string {
	columns := make([]string, len(v.columns))
	for i, c := range v.columns {
		columns[i] = c.text
	}
	text := "SELECT " + strings.Join(columns, ",\n") + v.from
	for _, j := range v.joins {
		text += j.text
	}
	return text
}
