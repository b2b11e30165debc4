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
		{"count", "count", ""},
		{"distinct", "distinct COLUMN, ... or *", ""},
		{"extend", "extend NAME = EXPRESSION, ...", ""},
		{"getschema", "getschema", ""},
		{"join", "join kind=KIND (TABLE) on COLUMN, $left.A == $right.B", "inner, innerunique (the default), leftouter, rightouter, fullouter, leftsemi, leftanti, rightsemi, rightanti"},
		{"lookup", "lookup kind=KIND (TABLE) on COLUMN", ""},
		{"mv-expand", "mv-expand kind=array NAME = LIST to typeof(TYPE), ... limit N", "without with_itemindex; mvexpand makes at most 128 rows of one"},
		{"project", "project NAME = EXPRESSION, ...", ""},
		{"project-away", "project-away COLUMN, PATTERN*, ...", ""},
		{"project-keep", "project-keep COLUMN, PATTERN*, ...", ""},
		{"project-rename", "project-rename NEW = OLD, ...", ""},
		{"project-reorder", "project-reorder COLUMN, PATTERN*, ...", "in the order of the table within a pattern"},
		{"render", "render KIND", "the answer is data; who draws is told the kind"},
		{"sample", "sample N", "the first rows, not random ones"},
		{"serialize", "serialize NAME = EXPRESSION, ...", "without functions over rows"},
		{"sort", "sort by EXPRESSION asc nulls last, ... (also order)", "descending where nothing is said"},
		{"summarize", "summarize NAME = AGGREGATE, ... by EXPRESSION, ...", "not by a dynamic"},
		{"take", "take N (also limit)", "any rows"},
		{"top", "top N by EXPRESSION asc", ""},
		{"top-nested", "top-nested N of EXPRESSION by AGGREGATE, ...", "without others"},
		{"union", "union kind=KIND isfuzzy=true withsource=NAME TABLE, ...", "without patterns of tables"},
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
