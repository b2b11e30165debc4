package bind

import (
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

func dynamicFunctions() []Function {
	return []Function{
		{Name: "array_length", Params: "d", Result: rel.Long, op: rel.ListLength, null: true},
		{Name: "arraylength", Params: "d", Result: rel.Long, op: rel.ListLength, null: true},
		{Name: "array_concat", Params: "d", more: true, Result: rel.Dynamic, make: arrayConcat},
		pure("array_slice", "dll", rel.Dynamic, "array_slice"),
		pure("array_sum", "d", rel.Real, "array_sum"), pure("array_reverse", "d", rel.Dynamic, "array_reverse"),
		{Name: "array_sort_asc", Params: "da", more: true, Result: rel.Dynamic, make: arraySort("array_sort_asc"), fewer: 1},
		{Name: "array_sort_desc", Params: "da", more: true, Result: rel.Dynamic, make: arraySort("array_sort_desc"), fewer: 1},
		{Name: "array_index_of", Params: "da*lll", Result: rel.Long, make: jsonAt("array_index_of", rel.Long, 1)},
		{Name: "array_iff", Params: "daa", Result: rel.Dynamic, make: jsonAt("array_iff", rel.Dynamic, 1, 2)},
		{Name: "array_iif", Params: "daa", Result: rel.Dynamic, make: jsonAt("array_iff", rel.Dynamic, 1, 2)},
		pure("array_rotate_left", "dl", rel.Dynamic, "array_rotate_left"), pure("array_rotate_right", "dl", rel.Dynamic, "array_rotate_right"),
		{Name: "array_shift_left", Params: "dl*a", Result: rel.Dynamic, make: jsonAt("array_shift_left", rel.Dynamic, 2)},
		{Name: "array_shift_right", Params: "dl*a", Result: rel.Dynamic, make: jsonAt("array_shift_right", rel.Dynamic, 2)},
		pure("array_split", "da", rel.Dynamic, "array_split"),
		{Name: "pack_array", Params: "*a", more: true, Result: rel.Dynamic, make: packArray},
		{Name: "pack", Params: "aa", more: true, Result: rel.Dynamic, make: pack},
		{Name: "bag_pack", Params: "aa", more: true, Result: rel.Dynamic, make: pack},
		{Name: "pack_dictionary", Params: "aa", more: true, Result: rel.Dynamic, make: pack},
		{Name: "bag_pack_columns", Params: "a", more: true, Result: rel.Dynamic, make: packColumns},
		{Name: "pack_all", Params: "*b", Result: rel.Dynamic, make: packAll},
		pure("bag_keys", "d", rel.Dynamic, "bag_keys"), many("bag_merge", "dd", rel.Dynamic, "bag_merge"),
		pure("bag_has_key", "ds", rel.Bool, "bag_has_key"), pure("bag_remove_keys", "dd", rel.Dynamic, "bag_remove_keys"),
		{Name: "bag_set_key", Params: "dsa", Result: rel.Dynamic, make: jsonAt("bag_set_key", rel.Dynamic, 2)},
		pure("bag_zip", "dd", rel.Dynamic, "bag_zip"),
		many("set_union", "dd", rel.Dynamic, "set_union"), many("set_intersect", "dd", rel.Dynamic, "set_intersect"),
		many("set_difference", "dd", rel.Dynamic, "set_difference"),
		{Name: "set_has_element", Params: "da", Result: rel.Bool, make: jsonAt("set_has_element", rel.Bool, 1)},
		pure("set_equals", "dd", rel.Bool, "set_equals"), pure("jaccard_index", "dd", rel.Real, "jaccard_index"),
		{Name: "range", Params: "aa*a", Result: rel.Dynamic, make: rangeList},
		{Name: "repeat", Params: "al", Result: rel.Dynamic, make: jsonAt("repeat", rel.Dynamic, 0)},
		many("zip", "dd", rel.Dynamic, "zip"), pure("treepath", "d", rel.Dynamic, "treepath"),
		{Name: "array_strcat", Params: "ds", Result: rel.String, op: rel.JoinList},
		{Name: "strcat_array", Params: "ds", Result: rel.String, op: rel.JoinList},
	}
}

// getType names the type of a value: of a dynamic, what is in it.
func getType(c *funcall) rel.Expr {
	v := c.args[0]
	if v.Type() == rel.Dynamic {
		return computed("gettype", rel.String, v)
	}
	return word1(TypeName(v.Type()))
}

// jsonAt is a function that takes some of its arguments as JSON.
func jsonAt(function string, t rel.Type, places ...int) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		for _, i := range places {
			if i < len(c.args) {
				c.args[i] = c.b.toDynamic(c.args[i])
			}
		}
		return computed(function, t, c.args...)
	}
}

// arraySort gives the one array sorted, or an array of all of them, sorted as
// the first one.
func arraySort(function string) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		nullsLast := rel.Expr(rel.Const{T: rel.Bool, Value: true})
		lists := c.args
		if last := lists[len(lists)-1]; last.Type() == rel.Bool {
			lists, nullsLast = lists[:len(lists)-1], last
		}
		for i, v := range lists {
			if v.Type() != rel.Dynamic {
				fail(c.x.Args[i], "'%s' takes arrays, and at its end whether nulls are last", c.x.Name)
			}
		}
		sorted := func(which int) rel.Expr {
			return computed(function, rel.Dynamic, append(append([]rel.Expr(nil), lists...), nullsLast, long1(int64(which)))...)
		}
		if len(lists) == 1 {
			return sorted(0)
		}
		all := make([]rel.Expr, len(lists))
		for i := range lists {
			all[i] = sorted(i)
		}
		return call(rel.ListOf, rel.Dynamic, false, all...)
	}
}

// rangeList is an array of numbers, times or timespans.
func rangeList(c *funcall) rel.Expr {
	from, to := c.args[0], c.args[1]
	t := from.Type()
	step := long1(1)
	switch {
	case len(c.args) == 3:
		step = c.args[2]
	case isTime(t) || t == rel.Timespan:
		step = rel.Const{T: rel.Timespan, Value: int64(3600 * tickSecond)}
	}
	switch {
	case isTime(t) && isTime(to.Type()) && step.Type() == rel.Timespan:
		return computed("range_time", rel.Dynamic, c.b.ticks(from), c.b.ticks(to), step)
	case t == rel.Timespan && to.Type() == rel.Timespan && step.Type() == rel.Timespan:
		return computed("range_span", rel.Dynamic, from, to, step)
	case isWhole(t) && isWhole(to.Type()) && isWhole(step.Type()):
		return computed("range_long", rel.Dynamic, from, to, step)
	case isTime(t) || t == rel.Timespan || t == rel.String:
		fail(c.x, "range() takes numbers, or two times and a timespan")
	}
	return computed("range_real", rel.Dynamic, c.b.toReal(from), c.b.toReal(to), c.b.toReal(step))
}

func arrayConcat(c *funcall) rel.Expr {
	out := c.args[0]
	for _, v := range c.args[1:] {
		out = call(rel.ListConcat, rel.Dynamic, true, out, v)
	}
	return out
}

func packArray(c *funcall) rel.Expr {
	var all []rel.Expr
	for i, v := range c.args {
		if _, ok := c.x.Args[i].(*syntax.Star); ok {
			for _, column := range c.s.columns {
				all = append(all, c.b.toDynamic(column.Column))
			}
			continue
		}
		all = append(all, c.b.toDynamic(v))
	}
	return call(rel.ListOf, rel.Dynamic, false, all...)
}

func pack(c *funcall) rel.Expr {
	if len(c.args)%2 != 0 {
		fail(c.x, "'%s' takes names and values by turns", c.x.Name)
	}
	var all []rel.Expr
	for i := 0; i < len(c.args); i += 2 {
		all = append(all, c.b.toText(c.args[i]), c.b.toDynamic(c.args[i+1]))
	}
	return call(rel.BagOf, rel.Dynamic, false, all...)
}

// packColumns is a bag of columns, under their names.
func packColumns(c *funcall) rel.Expr {
	var all []rel.Expr
	for i, v := range c.args {
		name := autoName(c.x.Args[i])
		if name == "" {
			fail(c.x.Args[i], "'%s' takes columns: pack() takes names with values", c.x.Name)
		}
		all = append(all, word1(name), c.b.toDynamic(v))
	}
	return computed("bag_pack", rel.Dynamic, append(all, rel.Const{T: rel.Bool, Value: false})...)
}

// packAll is a bag of the row; its argument leaves out what is empty.
func packAll(c *funcall) rel.Expr {
	var all []rel.Expr
	for _, column := range c.s.columns {
		all = append(all, word1(column.Name), c.b.toDynamic(column.Column))
	}
	spare := rel.Expr(rel.Const{T: rel.Bool, Value: false})
	if len(c.args) == 1 {
		spare = c.args[0]
	}
	return computed("bag_pack", rel.Dynamic, append(all, spare)...)
}
