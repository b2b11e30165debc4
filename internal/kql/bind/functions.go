package bind

import (
	"weir/internal/query/rel"
)

// Functions returns the scalar functions, by name of what they are about.
func Functions() []Function {
	var all []Function
	for _, list := range [][]Function{choices(), conversionFunctions(), textFunctions(), addressFunctions(), numberFunctions(), timeFunctions(), dynamicFunctions(), seriesFunctions()} {
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
		{Name: "notnull", Params: "a", Result: rel.Bool, make: func(c *funcall) rel.Expr { return not(isNull(c)) }},
		{Name: "around", Params: "aaa", Result: rel.Bool, make: around},
		{Name: "isempty", Params: "a", Result: rel.Bool, make: isEmpty},
		{Name: "isnotempty", Params: "a", Result: rel.Bool, make: func(c *funcall) rel.Expr { return not(isEmpty(c)) }},
		{Name: "notempty", Params: "a", Result: rel.Bool, make: func(c *funcall) rel.Expr { return not(isEmpty(c)) }},
		{Name: "max_of", Params: "aa", more: true, make: greatest(rel.Greatest, rel.GreatestReal)},
		{Name: "min_of", Params: "aa", more: true, make: greatest(rel.Least, rel.LeastReal)},
		{Name: "toscalar", Params: "a", Note: "of a table that does not depend on the row"},
		{Name: "gettype", Params: "a", Result: rel.String, make: getType},
		{Name: "iscolumnexists", Params: "s", Result: rel.Bool},
		{Name: "column_ifexists", Params: "sa"},
		{Name: "columnifexists", Params: "sa"},
	}
}

func conversionFunctions() []Function {
	to := func(name string, t rel.Type) Function {
		return Function{Name: name, Params: "a", Result: t, make: func(c *funcall) rel.Expr { return c.b.convert(c.x, c.args[0], t) }}
	}
	return []Function{
		to("tostring", rel.String), to("toint", rel.Int), to("tolong", rel.Long), to("toreal", rel.Real), to("todouble", rel.Real),
		to("tobool", rel.Bool), to("toboolean", rel.Bool),
		{Name: "todatetime", Params: "a", Result: rel.DateTime, make: func(c *funcall) rel.Expr { return c.b.toTime(c.x, c.args[0]) }},
		to("todecimal", rel.Decimal), to("totimespan", rel.Timespan), to("toguid", rel.GUID),
		{Name: "parse_json", Params: "a", Result: rel.Dynamic, make: parseJSON},
		to("totime", rel.Timespan),
		{Name: "parsejson", Params: "a", Result: rel.Dynamic, make: parseJSON},
		{Name: "toobject", Params: "a", Result: rel.Dynamic, make: parseJSON},
		{Name: "todynamic", Params: "a", Result: rel.Dynamic, make: parseJSON},
		{Name: "dynamic_to_json", Params: "d", Result: rel.String, op: rel.Text},
	}
}
