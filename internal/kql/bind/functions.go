package bind

import (
	"weir/internal/query/rel"
)

// Functions returns the scalar functions, by name of what they are about.
func Functions() []Function {
	var all []Function
	for _, list := range [][]Function{choices(), conversionFunctions(), textFunctions(), numberFunctions(), timeFunctions(), dynamicFunctions()} {
		all = append(all, list...)
	}
	return all
}

func choices() []Function {
	return []Function{
		{Name: "iff", Params: "baa", make: iff},
		{Name: "iif", Params: "baa", make: iff},
		{Name: "case", Params: "baa", more: true, make: caseOf},
		{Name: "coalesce", Params: "aa", more: true, make: coalesce},
		{Name: "not", Params: "b", Result: rel.Bool, make: func(c *funcall) rel.Expr { return not(c.args[0]) }},
		{Name: "isnull", Params: "a", Result: rel.Bool, make: isNull},
		{Name: "isnotnull", Params: "a", Result: rel.Bool, make: func(c *funcall) rel.Expr { return not(isNull(c)) }},
		{Name: "isempty", Params: "a", Result: rel.Bool, make: isEmpty},
		{Name: "isnotempty", Params: "a", Result: rel.Bool, make: func(c *funcall) rel.Expr { return not(isEmpty(c)) }},
		{Name: "notempty", Params: "a", Result: rel.Bool, make: func(c *funcall) rel.Expr { return not(isEmpty(c)) }},
		{Name: "max_of", Params: "aa", more: true, make: greatest(rel.Greatest, rel.GreatestReal)},
		{Name: "min_of", Params: "aa", more: true, make: greatest(rel.Least, rel.LeastReal)},
		{Name: "toscalar", Params: "a", Note: "of a table that does not depend on the row"},
		{Name: "iscolumnexists", Params: "s", Result: rel.Bool},
		{Name: "column_ifexists", Params: "sa"},
		{Name: "columnifexists", Params: "sa"},
		{Name: "hash", Params: "a", Result: rel.Long, op: rel.Hash, Note: "other numbers than Kusto's: good for comparing with each other"},
	}
}

func conversionFunctions() []Function {
	to := func(name string, t rel.Type) Function {
		return Function{Name: name, Params: "a", Result: t, make: func(c *funcall) rel.Expr { return c.b.convert(c.x, c.args[0], t) }}
	}
	return []Function{
		to("tostring", rel.String), to("toint", rel.Int), to("tolong", rel.Long), to("toreal", rel.Real), to("todouble", rel.Real),
		to("tobool", rel.Bool), to("toboolean", rel.Bool), to("todatetime", rel.DateTime), to("totimespan", rel.Timespan), to("toguid", rel.GUID),
		{Name: "parse_json", Params: "a", Result: rel.Dynamic, make: parseJSON},
		{Name: "todynamic", Params: "a", Result: rel.Dynamic, make: parseJSON},
		{Name: "dynamic_to_json", Params: "d", Result: rel.String, op: rel.Text},
	}
}

func textFunctions() []Function {
	return []Function{
		{Name: "strcat", Params: "a", more: true, Result: rel.String, make: strcat},
		{Name: "strcat_delim", Params: "saa", more: true, Result: rel.String, make: strcatDelim},
		{Name: "strlen", Params: "s", Result: rel.Long, op: rel.Length},
		{Name: "tolower", Params: "s", Result: rel.String, op: rel.Lower},
		{Name: "toupper", Params: "s", Result: rel.String, op: rel.Upper},
		{Name: "reverse", Params: "s", Result: rel.String, op: rel.Reverse},
		{Name: "split", Params: "ss*l", Result: rel.Dynamic, make: split},
		{Name: "substring", Params: "sl*l", Result: rel.String, make: substring},
		{Name: "indexof", Params: "ss", Result: rel.Long, op: rel.IndexOf},
		{Name: "indexof_regex", Params: "ss", Result: rel.Long, make: indexOfRegex},
		{Name: "trim", Params: "ss", Result: rel.String, make: trim("^(?:", "(?:")},
		{Name: "trim_start", Params: "ss", Result: rel.String, make: trim("^(?:", "")},
		{Name: "trim_end", Params: "ss", Result: rel.String, make: trim("", "(?:")},
		{Name: "replace_string", Params: "sss", Result: rel.String, op: rel.ReplaceText},
		{Name: "replace_regex", Params: "sss", Result: rel.String, make: replaceRegex},
		{Name: "extract", Params: "sls", Result: rel.String, make: extract},
		{Name: "strrep", Params: "sl*s", Result: rel.String, make: strrep},
		{Name: "format_bytes", Params: "r*l", Result: rel.String, make: formatBytes, Note: "without a unit of one's own"},
	}
}

func numberFunctions() []Function {
	real1 := func(name string, op rel.Op) Function {
		return Function{Name: name, Params: "r", Result: rel.Real, op: op}
	}
	return []Function{
		{Name: "bin", Params: "aa", make: bin},
		{Name: "floor", Params: "aa", make: bin},
		{Name: "round", Params: "r*l", Result: rel.Real, make: round},
		real1("ceiling", rel.Ceil), real1("exp", rel.Exp),
		{Name: "abs", Params: "a", make: abs},
		{Name: "pow", Params: "rr", Result: rel.Real, op: rel.Pow},
		{Name: "isnan", Params: "r", Result: rel.Bool, op: rel.IsNaN},
	}
}

func timeFunctions() []Function {
	part := func(name, word string) Function {
		return Function{Name: name, Params: "t", Result: rel.Int, make: func(c *funcall) rel.Expr {
			return call(rel.PartOf, rel.Int, c.args[0].Nullable(), word1(word), c.args[0])
		}}
	}
	edge := func(name, word string, op rel.Op) Function {
		return Function{Name: name, Params: "t*l", Result: rel.DateTime, make: edgeOf(word, op)}
	}
	return []Function{
		{Name: "now", Params: "*n", Result: rel.DateTime, make: now},
		{Name: "ago", Params: "n", Result: rel.DateTime, make: ago},
		{Name: "datetime_add", Params: "slt", Result: rel.DateTime, make: datetimeAdd},
		{Name: "datetime_diff", Params: "stt", Result: rel.Long, make: datetimeDiff},
		edge("startofday", "day", rel.StartOf), edge("startofmonth", "month", rel.StartOf), edge("startofyear", "year", rel.StartOf),
		edge("startofweek", "week", rel.StartWeek),
		part("getyear", "year"), part("getmonth", "month"), part("monthofyear", "month"), part("dayofmonth", "day"),
		part("dayofyear", "doy"), part("hourofday", "hour"),
		{Name: "dayofweek", Params: "t", Result: rel.Timespan, op: rel.DayOfWeek},
	}
}

func dynamicFunctions() []Function {
	return []Function{
		{Name: "array_length", Params: "d", Result: rel.Long, op: rel.ListLength, null: true},
		{Name: "arraylength", Params: "d", Result: rel.Long, op: rel.ListLength, null: true},
		{Name: "array_concat", Params: "dd", more: true, Result: rel.Dynamic, make: arrayConcat},
		{Name: "array_slice", Params: "dll", Result: rel.Dynamic, op: rel.ListSlice},
		{Name: "pack_array", Params: "a", more: true, Result: rel.Dynamic, make: packArray},
		{Name: "pack", Params: "aa", more: true, Result: rel.Dynamic, make: pack},
		{Name: "bag_pack", Params: "aa", more: true, Result: rel.Dynamic, make: pack},
		{Name: "strcat_array", Params: "ds", Result: rel.String, op: rel.JoinList},
	}
}

// Aggregates returns the functions over the rows of a group.
func Aggregates() []Function {
	return []Function{
		{Name: "count", Params: "*a", Result: rel.Long, make: count},
		{Name: "countif", Params: "b", Result: rel.Long, op: rel.CountIf},
		{Name: "sum", Params: "a", make: sum(rel.SumLong, rel.SumReal)},
		{Name: "sumif", Params: "ab", make: sum(rel.SumIfLong, rel.SumIfReal)},
		{Name: "avg", Params: "a", make: avg(rel.Avg)},
		{Name: "avgif", Params: "ab", make: avg(rel.AvgIf)},
		{Name: "min", Params: "a", make: extreme(rel.Min, rel.MinText, rel.MinReal)},
		{Name: "max", Params: "a", make: extreme(rel.Max, rel.MaxText, rel.MaxReal)},
		{Name: "dcount", Params: "a*l", Result: rel.Long, make: dcount, Note: "exact, whatever the accuracy"},
		{Name: "count_distinct", Params: "a", Result: rel.Long, make: dcount},
		{Name: "stdev", Params: "r", Result: rel.Real, op: rel.StDev},
		{Name: "variance", Params: "r", Result: rel.Real, op: rel.Variance},
		{Name: "make_list", Params: "a*l", Result: rel.Dynamic, make: gather(rel.MakeList)},
		{Name: "makelist", Params: "a*l", Result: rel.Dynamic, make: gather(rel.MakeList)},
		{Name: "make_set", Params: "a*l", Result: rel.Dynamic, make: gather(rel.MakeSet), Note: "in ascending order"},
		{Name: "makeset", Params: "a*l", Result: rel.Dynamic, make: gather(rel.MakeSet), Note: "in ascending order"},
		{Name: "take_any", Params: "a", make: anyRow, Note: "of one column"},
		{Name: "any", Params: "a", make: anyRow, Note: "of one column"},
		{Name: "arg_max", Params: "aa", more: true, Note: "as the whole of a column"},
		{Name: "arg_min", Params: "aa", more: true, Note: "as the whole of a column"},
	}
}
