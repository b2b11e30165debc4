package syntax

import "weir/internal/near"

// Known is an operator that Weir has.
type Known struct {
	Name string
	// Use is how it is written, Note what does not hold, empty where all does.
	Use, Note string
}

// Operators returns what may stand behind a bar, by name.
func Operators() []Known {
	return []Known{
		{"as", "as NAME", ""},
		{"assert-schema", "assert-schema (NAME: TYPE, ...)", "a fault where the columns are others"},
		{"consume", "consume", "no rows"},
		{"count", "count", ""},
		{"distinct", "distinct COLUMN, ... or *", "not of a dynamic"},
		{"evaluate", "evaluate PLUGIN(ARGUMENTS) : (NAME: TYPE, ...)", "bag_unpack, pivot, narrow and ipv4_lookup; without columns behind the colon the store is asked first for those that the data has, at most 500, where they depend on it"},
		{"extend", "extend NAME = EXPRESSION, ...", "of a function that gives several values, all become columns: extend series_stats(x), or (a, b) = series_stats(x)"},
		{"getschema", "getschema", ""},
		{"invoke", "invoke FUNCTION(ARGUMENTS)", "the table is the first argument, and has the columns that the function declares: (T: (a: long)), or (T: (*))"},
		{"join", "join kind=KIND (TABLE) on COLUMN, $left.A == $right.B", "inner, innerunique (the default), leftouter, rightouter, fullouter, leftsemi, leftanti, rightsemi, rightanti"},
		{"lookup", "lookup kind=KIND (TABLE) on COLUMN", ""},
		{"make-series", "make-series NAME = AGGREGATE default=VALUE, ... on COLUMN from START to END step STEP by EXPRESSION, ...", "also in range(START, LAST, STEP); where an end is left out, each series begins or ends with its own rows; at most 1 048 576 entries"},
		{"mv-apply", "mv-apply NAME = LIST to typeof(TYPE), ... limit N on (OPERATORS)", "without join, lookup, union, search and top-nested inside"},
		{"mv-expand", "mv-expand kind=array with_itemindex=NAME NAME = LIST to typeof(TYPE), ... limit N", "mvexpand makes at most 128 rows of one"},
		{"parse", "parse kind=KIND TEXT with * 'text' NAME:TYPE ...", "simple (the default), relaxed, regex with flags; a pattern without * at its end goes to the end of the text, but for regex"},
		{"parse-kv", "parse-kv TEXT as (NAME: TYPE, ...) with (pair_delimiter='P', kv_delimiter='K', quote='Q', escape='E', greedy=true)", "also with (regex='R'), or without delimiters"},
		{"parse-where", "parse-where kind=KIND TEXT with * 'text' NAME:TYPE ...", "as parse, and only the rows that fit"},
		{"partition", "partition by COLUMN (OPERATORS)", "without a query in braces; as mv-apply"},
		{"project", "project NAME = EXPRESSION, ...", ""},
		{"project-away", "project-away COLUMN, PATTERN*, ...", ""},
		{"project-keep", "project-keep COLUMN, PATTERN*, ...", ""},
		{"project-rename", "project-rename NEW = OLD, ...", ""},
		{"project-reorder", "project-reorder COLUMN, PATTERN*, ...", "in the order of the table within a pattern"},
		{"render", "render KIND", "the answer is data; who draws is told the kind"},
		{"sample", "sample N", "each time other rows"},
		{"sample-distinct", "sample-distinct N of COLUMN", "the least values"},
		{"scan", "scan declare (NAME: TYPE = VALUE) with (step NAME: CONDITION => NAME = EXPRESSION, ...;)", "one step; of at most 10 000 rows, in each part of partition"},
		{"search", "search kind=KIND in (TABLE, ...) 'text' and COLUMN:'text*'", "in columns of all types but bool; without in, in all tables of Weir"},
		{"serialize", "serialize NAME = EXPRESSION, ...", ""},
		{"sort", "sort by EXPRESSION asc nulls last, ... (also order)", "descending where nothing is said"},
		{"summarize", "summarize NAME = AGGREGATE, ... by EXPRESSION, ...", "not by a dynamic"},
		{"take", "take N (also limit)", "any rows"},
		{"top", "top N by EXPRESSION asc", ""},
		{"top-hitters", "top-hitters N of EXPRESSION by EXPRESSION", "exact"},
		{"top-nested", "top-nested N of EXPRESSION with others=VALUE by AGGREGATE, ...", "others in the last clause alone"},
		{"union", "union kind=KIND isfuzzy=true withsource=NAME TABLE, PATTERN*, ...", ""},
		{"where", "where CONDITION (also filter)", ""},
	}
}

// Nearest returns a hint at the name that is most like another one, or nothing.
func Nearest(name string, names []string) string {
	meant := near.Name(name, names)
	if meant == "" {
		return ""
	}
	return "; did you mean '" + meant + "'?"
}
