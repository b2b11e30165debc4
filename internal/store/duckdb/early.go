package duckdb

import (
	"maps"
	"slices"
	"strings"
)

// A public view looks texts up for each fact, and a question that groups by them
// has the engine hash them for each. Where what is summed can be summed in two
// steps, the facts are grouped by the ids that the texts come out of first, texts
// are looked up for these groups, and the question as it was asked sums them. Two
// ids may have one text, so it still groups.
//
// That is done to a SELECT in which everything is of a kind listed here; one with
// anything else stays as it is.

// earlyViews are the views that facts are grouped before.
var earlyViews = [...]string{"flows", "NTANetAnalytics"}

// earlySums are the functions that sum in two steps, and how they do so the
// second time.
var earlySums = map[string]string{
	"sum": "sum(%s)", "min": "min(%s)", "max": "max(%s)", "count": "CAST(sum(%s) AS BIGINT)", "count_star": "CAST(sum(%s) AS BIGINT)",
}

// earlyFunctions are functions with one answer for the same arguments within a
// question, however often they are called.
var earlyFunctions = set(strings.Fields(`
	+ - * / // % || ~~ !~~ ~~* !~~* ^@ abs round floor ceil ceiling trunc lower upper length concat concat_ws substring substr left right
	split_part string_split replace trim starts_with contains prefix suffix regexp_matches regexp_replace list_value row greatest least nullif ifnull
	date_trunc date_part time_bucket make_timestamp strftime epoch to_seconds to_minutes to_hours to_days to_weeks to_months now format_bytes isnan`))

// earlyClasses are the kinds of expressions that only compute.
var earlyClasses = set([]string{"CONSTANT", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "OPERATOR", "BETWEEN", "CASE", "CAST", "FUNCTION"})

// node is an object of a syntax tree.
type node = map[string]any

// grouping is a SELECT that can be grouped early.
type grouping struct {
	sel     node
	view    string // as readView calls it
	alias   string // what the SELECT calls it
	columns map[string]bool
	aliases map[string]bool // of what is selected
	keys    map[string]bool // columns that groups need
	rows    map[string]bool // columns that conditions and sums on facts need
	sums    []node

	facts, groups view // see splitView
}

// groupingOf tells whether a SELECT can be grouped early; columns has those of
// the views that it may read, by lower-case names.
func groupingOf(sel node, columns map[string]map[string]bool) (*grouping, bool) {
	from, _ := sel["from_table"].(node)
	g := grouping{sel: sel, aliases: map[string]bool{}, keys: map[string]bool{}, rows: map[string]bool{}}
	if !g.reads(from, columns) || !consistsOf(sel, "type", "modifiers", "cte_map", "select_list", "from_table", "where_clause", "group_expressions",
		"group_sets", "aggregate_handling", "having", "sample", "qualify") || sel["sample"] != nil || sel["qualify"] != nil {
		return nil, false
	}
	list, groups := elements(sel["select_list"]), elements(sel["group_expressions"])
	switch sets := elements(sel["group_sets"]); {
	case sel["aggregate_handling"] == "FORCE_AGGREGATES" && len(groups) == 0 && len(sets) == 0: // GROUP BY ALL
	case sel["aggregate_handling"] == "STANDARD_HANDLING" && len(groups) > 0 && len(sets) == 1 && len(elements(sets[0])) == len(groups):
	default:
		return nil, false
	}
	for _, e := range list {
		if alias := aliasOf(e); alias != "" {
			g.aliases[alias] = true
		}
	}
	s := scope{g: &g, columns: g.keys, aliases: true, sums: true}
	ok := s.all(list)
	s.sums = false
	ok = ok && s.all(groups)
	// What is left may name what is selected, and sum what is not called as that.
	s = scope{g: &g, aliases: true, sums: true, after: true}
	ok = ok && s.optional(sel["having"]) && s.modifiers(sel)
	s = scope{g: &g, columns: g.rows}
	return &g, ok && s.optional(sel["where_clause"]) && len(g.keys) > 0
}

// reads tells whether a FROM is of a view alone that facts can be grouped before.
func (g *grouping) reads(from node, columns map[string]map[string]bool) bool {
	if from["type"] != "BASE_TABLE" || !consistsOf(from, "type", "alias", "sample", "query_location", "schema_name", "table_name", "column_name_alias", "catalog_name", "at_clause") ||
		from["sample"] != nil || from["at_clause"] != nil || from["schema_name"] != "" || from["catalog_name"] != "" || len(elements(from["column_name_alias"])) > 0 {
		return false
	}
	name, _ := from["table_name"].(string)
	for view, names := range columns {
		if strings.EqualFold(view, name) {
			g.view, g.columns = view, names
		}
	}
	if g.alias, _ = from["alias"].(string); g.alias == "" {
		g.alias = name
	}
	return g.view != "" && !g.columns[strings.ToLower(g.alias)]
}

// scope is where an expression stands.
type scope struct {
	g       *grouping
	columns map[string]bool // takes columns that are named; nil: names are of those that there are
	aliases bool            // names may be of what is selected
	sums    bool            // sums may be in it
	after   bool            // behind what is selected
}

func (s scope) all(list []any) bool {
	return !slices.ContainsFunc(list, func(e any) bool { return !s.expression(e) })
}

func (s scope) optional(e any) bool { return e == nil || s.expression(e) }

// expression tells whether an expression is of the kinds that are listed, and
// collects what it names and sums.
func (s scope) expression(e any) bool {
	n, ok := e.(node)
	class, _ := n["class"].(string)
	if !ok || !earlyClasses[class] {
		return false
	}
	switch class {
	case "CONSTANT":
		return true
	case "COLUMN_REF":
		return s.column(elements(n["column_names"]))
	case "FUNCTION":
		return s.function(n)
	}
	return s.within(n)
}

// within looks at the expressions inside of one.
func (s scope) within(v any) bool {
	switch v := v.(type) {
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !s.inside(e) })
	case node:
		for key, child := range v {
			if key != "cast_type" && !s.inside(child) {
				return false
			}
		}
	}
	return true
}

func (s scope) inside(v any) bool {
	if n, ok := v.(node); ok && n["class"] != nil {
		return s.expression(n)
	}
	return s.within(v)
}

func (s scope) function(n node) bool {
	order, _ := n["order_bys"].(node)
	name, _ := n["function_name"].(string)
	if !consistsOf(n, "class", "type", "alias", "query_location", "function_name", "schema", "children", "filter", "order_bys", "distinct", "is_operator", "export_state", "catalog") ||
		n["schema"] != "" || n["catalog"] != "" || n["distinct"] != false || n["export_state"] != false || len(elements(order["orders"])) > 0 {
		return false
	}
	children := elements(n["children"])
	if earlySums[name] == "" {
		return earlyFunctions[name] && n["filter"] == nil && s.all(children)
	}
	arguments := 1
	if name == "count_star" {
		arguments = 0
	}
	if !s.sums || len(children) != arguments {
		return false
	}
	facts := scope{g: s.g, columns: map[string]bool{}}
	if !facts.all(children) || !facts.optional(n["filter"]) {
		return false
	}
	for name := range facts.columns {
		if s.after && s.g.aliases[name] {
			return false // the engine may take it for what is selected
		}
		s.g.rows[name] = true
	}
	s.g.sums = append(s.g.sums, n)
	return true
}

// column finds what a name is: within expressions columns come before what is
// selected, and there is no third.
func (s scope) column(names []any) bool {
	name, _ := names[len(names)-1].(string)
	name = strings.ToLower(name)
	switch len(names) {
	case 1:
	case 2:
		if table, _ := names[0].(string); !strings.EqualFold(table, s.g.alias) || !s.g.columns[name] {
			return false
		}
	default:
		return false
	}
	switch {
	case s.columns != nil && s.g.columns[name]:
		s.columns[name] = true
		return true
	case s.columns == nil && s.g.keys[name]:
		return true
	}
	return s.aliases && len(names) == 1 && s.g.aliases[name]
}

// modifiers looks at ORDER BY and LIMIT.
func (s scope) modifiers(sel node) bool {
	for _, m := range elements(sel["modifiers"]) {
		m, _ := m.(node)
		switch m["type"] {
		case "ORDER_MODIFIER":
			if isOrderByAll(m) {
				continue
			}
			for _, o := range elements(m["orders"]) {
				if o, _ := o.(node); !s.expression(o["expression"]) {
					return false
				}
			}
		case "LIMIT_MODIFIER":
			for _, key := range []string{"limit", "offset"} {
				if n, ok := m[key].(node); m[key] != nil && (!ok || n["class"] != "CONSTANT") {
					return false
				}
			}
		default:
			return false
		}
	}
	return true
}

// consistsOf tells whether an object has no other members than these.
func consistsOf(n node, keys ...string) bool {
	for key := range maps.Keys(n) {
		if !slices.Contains(keys, key) {
			return false
		}
	}
	return true
}

func elements(v any) []any {
	list, _ := v.([]any)
	return list
}

func aliasOf(e any) string {
	n, _ := e.(node)
	alias, _ := n["alias"].(string)
	return strings.ToLower(alias)
}
