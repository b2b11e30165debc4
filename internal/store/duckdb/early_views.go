package duckdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// groupEarly returns a question, a SELECT, in another form with the same answer,
// "" where there is none: with its groupings on temporary views for its
// transaction, that have groups in the place of facts. The tree is that of the
// question, which the engine found good.
func (c *conn) groupEarly(ctx context.Context, tree any, query string) (string, error) {
	n := naming{names: map[string]bool{}, tables: map[string]bool{}}
	n.find(tree)
	if !slices.ContainsFunc(earlyViews[:], n.reads) {
		return "", nil
	}
	views, columns := map[string]view{}, map[string]map[string]bool{}
	for _, name := range earlyViews {
		if !n.reads(name) || hasCTE(tree, name) {
			continue
		}
		v, err := readView(name)
		if err != nil {
			return "", err
		}
		views[name], columns[name] = v, map[string]bool{}
		for _, column := range v.columns {
			columns[name][strings.ToLower(column.name)] = true
		}
	}
	tree = clone(tree)
	var found []*grouping
	eachSelect(tree, func(sel node) {
		if g, ok := groupingOf(sel, columns); ok {
			if g.facts, g.groups, ok = splitView(views[g.view], g.rows, g.keys); ok {
				found = append(found, g)
			}
		}
	})
	if len(found) == 0 || len(found) > maxGroupings {
		return "", nil
	}
	if same, err := c.hasViews(ctx); err != nil || !same {
		return "", err
	}
	early, err := c.regroup(ctx, tree, query, found)
	if err != nil && ctx.Err() == nil {
		return "", nil // the question itself is good
	}
	return early, err
}

// maxGroupings is how many SELECTs of a question are grouped early: more take
// longer to prepare than most questions take.
const maxGroupings = 8

// errAside says that it is not certain that another form has the same answer.
var errAside = errors.New("cannot tell whether another form has the same answer")

// regroup changes the groupings that were found in a tree and returns its text,
// if it is certain that it has the same columns.
func (c *conn) regroup(ctx context.Context, tree any, query string, found []*grouping) (string, error) {
	want, err := c.columnsOf(ctx, query)
	if err != nil {
		return "", err
	}
	top, _ := tree.(node)["node"].(node)
	for i, g := range found {
		names := want
		if reflect.ValueOf(g.sel).Pointer() != reflect.ValueOf(top).Pointer() {
			if names, err = c.selected(ctx, g); err != nil {
				return "", err
			}
		}
		if err := c.changeGrouping(ctx, g, names, i); err != nil {
			return "", err
		}
	}
	nameSelected(top, want)
	early, err := c.print(ctx, tree)
	if err != nil {
		return "", err
	}
	got, err := c.columnsOf(ctx, early)
	if err == nil && !slices.Equal(got, want) {
		err = errAside
	}
	return early, err
}

// selected returns how the engine calls what a SELECT within a question has.
func (c *conn) selected(ctx context.Context, g *grouping) ([]described, error) {
	text, err := c.print(ctx, node{"node": g.sel, "named_param_map": []any{}})
	if err != nil {
		return nil, err
	}
	return c.columnsOf(ctx, text)
}

// changeGrouping makes the views of a grouping, and has it read these.
func (c *conn) changeGrouping(ctx context.Context, g *grouping, names []described, number int) error {
	if len(names) != len(elements(g.sel["select_list"])) {
		return errAside
	}
	facts, groups := fmt.Sprintf("facts of question %d", number), fmt.Sprintf("groups of question %d", number)
	if err := c.run(ctx, fmt.Sprintf(`CREATE OR REPLACE TEMP VIEW "%s" AS %s`, facts, g.facts.text())); err != nil {
		return err
	}
	ids := idsOf(g.groups)
	grouped, err := c.groupFacts(ctx, g, facts, ids)
	if err != nil {
		return err
	}
	var columns []string
	for _, id := range ids {
		columns = append(columns, fmt.Sprintf(`"f.%[1]s" AS %[1]s`, id))
	}
	for i := range g.sums {
		columns = append(columns, sumColumn(i))
		g.groups.columns = append(g.groups.columns, named{sumColumn(i), "f." + sumColumn(i)})
	}
	g.groups.from = fmt.Sprintf("\nFROM (SELECT %s FROM (%s)) f", strings.Join(columns, ", "), grouped)
	if err := c.run(ctx, fmt.Sprintf(`CREATE OR REPLACE TEMP VIEW "%s" AS %s`, groups, g.groups.text())); err != nil {
		return err
	}
	if err := c.exactSums(ctx, g, groups); err != nil {
		return err
	}
	return c.changeSelect(ctx, g, groups, names)
}

// sumColumn is how the sum with a number is called.
func sumColumn(i int) string { return fmt.Sprintf(`"sum %d"`, i) }

// groupFacts returns the SELECT that groups facts by ids.
func (c *conn) groupFacts(ctx context.Context, g *grouping, facts string, ids []string) (string, error) {
	places := make([]string, len(ids))
	for i := range ids {
		places[i] = fmt.Sprint(i + 1)
	}
	tree, err := c.parse(ctx, fmt.Sprintf(`SELECT "f.%s" FROM "%s" AS %s GROUP BY %s`, strings.Join(ids, `", "f.`), facts, quoteName(g.alias), strings.Join(places, ", ")))
	if err != nil {
		return "", err
	}
	top, _ := tree.(node)
	sel, _ := top["node"].(node)
	list := elements(sel["select_list"])
	for i, sum := range g.sums {
		sum = clone(sum).(node)
		sum["alias"] = strings.Trim(sumColumn(i), `"`)
		list = append(list, sum)
	}
	sel["select_list"], sel["where_clause"] = list, g.sel["where_clause"]
	return c.print(ctx, tree)
}

// exactSums returns errAside where a sum depends on the order in which it is made.
func (c *conn) exactSums(ctx context.Context, g *grouping, groups string) error {
	columns, err := c.columnsOf(ctx, fmt.Sprintf(`FROM "%s"`, groups))
	if err != nil {
		return err
	}
	for _, column := range columns {
		for i, sum := range g.sums {
			if `"`+column.name+`"` == sumColumn(i) && sum["function_name"] == "sum" && column.kind != "HUGEINT" {
				return errAside
			}
		}
	}
	return nil
}

// changeSelect has a SELECT sum the groups of a view.
func (c *conn) changeSelect(ctx context.Context, g *grouping, groups string, names []described) error {
	nameSelected(g.sel, names)
	texts := []string{"1"}
	for i, sum := range g.sums {
		texts = append(texts, fmt.Sprintf(earlySums[sum["function_name"].(string)], sumColumn(i)))
	}
	again, err := c.parse(ctx, "SELECT "+strings.Join(texts, ", "))
	if err != nil {
		return err
	}
	sel, _ := again.(node)["node"].(node)
	for i, e := range elements(sel["select_list"])[1:] {
		sum, alias := g.sums[i], g.sums[i]["alias"]
		clear(sum)
		maps.Copy(sum, e.(node))
		sum["alias"] = alias
	}
	from := g.sel["from_table"].(node)
	from["table_name"], from["alias"], g.sel["where_clause"] = groups, g.alias, nil
	return c.nameOrder(ctx, g.sel)
}

// nameSelected calls what is selected as the engine did, in the place of which
// something else may stand.
func nameSelected(sel node, names []described) {
	list := elements(sel["select_list"])
	if len(list) != len(names) {
		return
	}
	for i, e := range list {
		if n, _ := e.(node); n["class"] != "COLUMN_REF" && n["class"] != "STAR" && aliasOf(e) == "" {
			n["alias"] = names[i].name
		}
	}
}

// nameOrder writes ORDER BY ALL as an order by places, for the printer has no
// word for it.
func (c *conn) nameOrder(ctx context.Context, sel node) error {
	for _, m := range elements(sel["modifiers"]) {
		m, _ := m.(node)
		if m["type"] != "ORDER_MODIFIER" || !isOrderByAll(m) {
			continue
		}
		all := elements(m["orders"])[0].(node)
		var orders []any
		for i := range elements(sel["select_list"]) {
			tree, err := c.parse(ctx, fmt.Sprintf("SELECT %d", i+1))
			if err != nil {
				return err
			}
			order := clone(all).(node)
			place, _ := tree.(node)["node"].(node)
			order["expression"] = elements(place["select_list"])[0]
			orders = append(orders, order)
		}
		m["orders"] = orders
	}
	return nil
}

// described is a column of an answer.
type described struct{ name, kind string }

// columnsOf returns the columns that a SELECT has.
func (c *conn) columnsOf(ctx context.Context, query string) (columns []described, err error) {
	r, err := c.query(ctx, "DESCRIBE "+query)
	if err != nil {
		return nil, err
	}
	for r.Next() {
		name, _ := r.Values()[0].(string)
		kind, _ := r.Values()[1].(string)
		columns = append(columns, described{name, kind})
	}
	return columns, errors.Join(r.Err(), r.Close())
}

// print returns the text of a syntax tree; errAside where the engine does not
// read the same out of it.
func (c *conn) print(ctx context.Context, tree any) (text string, err error) {
	if tree, err = c.castDoubles(ctx, tree); err != nil {
		return "", err
	}
	body, err := json.Marshal(node{"error": false, "statements": []any{tree}})
	if err != nil {
		return "", err
	}
	r, err := c.query(ctx, "SELECT json_deserialize_sql(?::VARCHAR::JSON)", string(body))
	if err != nil {
		return "", err
	}
	if r.Next() {
		text, _ = r.Values()[0].(string)
	}
	if err := errors.Join(r.Err(), r.Close()); err != nil {
		return "", err
	}
	again, err := c.parse(ctx, text)
	if err == nil && !reflect.DeepEqual(withoutPlaces(again), withoutPlaces(tree)) {
		err = errAside
	}
	return text, err
}

// castDoubles writes numbers such as 1e9 as a cast of a text, for the printer
// makes decimals of them.
func (c *conn) castDoubles(ctx context.Context, tree any) (any, error) {
	var doubles []node
	tree = clone(tree)
	eachNode(tree, func(n node) {
		value, _ := n["value"].(node)
		_, isNumber := value["value"].(json.Number)
		if kind, _ := value["type"].(node); n["class"] == "CONSTANT" && kind["id"] == "DOUBLE" && isNumber {
			doubles = append(doubles, n)
		}
	})
	for _, n := range doubles {
		cast, err := c.parse(ctx, fmt.Sprintf("SELECT CAST('%v' AS DOUBLE)", n["value"].(node)["value"]))
		if err != nil {
			return nil, err
		}
		alias := n["alias"]
		maps.Copy(n, elements(cast.(node)["node"].(node)["select_list"])[0].(node))
		n["alias"] = alias
		delete(n, "value")
	}
	return tree, nil
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// hasCTE tells whether a tree gives a name to a table of its own.
func hasCTE(tree any, name string) (has bool) {
	eachNode(tree, func(n node) {
		ctes, _ := n["cte_map"].(node)
		for _, cte := range elements(ctes["map"]) {
			cte, _ := cte.(node)
			key, _ := cte["key"].(string)
			has = has || strings.EqualFold(key, name)
		}
	})
	return has
}

func eachSelect(tree any, do func(node)) {
	eachNode(tree, func(n node) {
		if n["type"] == "SELECT_NODE" {
			do(n)
		}
	})
}

// eachNode visits the objects of a tree.
func eachNode(tree any, do func(node)) {
	switch t := tree.(type) {
	case []any:
		for _, child := range t {
			eachNode(child, do)
		}
	case node:
		do(t)
		for _, child := range t {
			eachNode(child, do)
		}
	}
}

func clone(tree any) any { return without(tree, "") }

// withoutPlaces leaves out where in a text the parts of a tree were.
func withoutPlaces(tree any) any { return without(tree, "query_location") }

// without copies a tree without the members of a name.
func without(tree any, name string) any {
	switch t := tree.(type) {
	case []any:
		out := make([]any, len(t))
		for i, child := range t {
			out[i] = without(child, name)
		}
		return out
	case node:
		out := make(node, len(t))
		for key, child := range t {
			if key != name {
				out[key] = without(child, name)
			}
		}
		return out
	}
	return tree
}
