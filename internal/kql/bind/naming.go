package bind

import (
	"fmt"
	"slices"
	"strings"

	"weir/internal/kql/syntax"
)

// nameOf is autoName where columns are known: that of one that may be there.
func nameOf(x syntax.Expr, s *scope) string {
	if call, ok := x.(*syntax.Call); ok && len(call.Args) > 0 && (call.Name == "column_ifexists" || call.Name == "columnifexists") {
		if l, ok := call.Args[0].(*syntax.Literal); ok {
			name, _ := l.Value.(string)
			if _, there := find(s.columns, name); there {
				return name
			}
		}
	}
	return autoName(x)
}

// autoName returns the name that KQL gives to an expression without one, or
// nothing where it counts: Column1, Column2.
func autoName(x syntax.Expr) string {
	switch x := x.(type) {
	case *syntax.Ident:
		return x.Name
	case *syntax.Member:
		if base := autoName(x.X); base != "" && !strings.HasPrefix(base, "$") {
			return base + "_" + x.Name
		}
		return x.Name
	case *syntax.Index:
		base := autoName(x.X)
		if l, ok := x.I.(*syntax.Literal); ok && base != "" {
			return fmt.Sprint(base, "_", l.Value)
		}
		if base != "" {
			return base + "_"
		}
		return ""
	case *syntax.Call:
		switch {
		case len(x.Args) == 0:
		case prefixed(x.Name) != "":
			if base := autoName(x.Args[0]); base != "" {
				return prefixed(x.Name) + base
			}
		case x.Name == "array_sort_asc" || x.Name == "array_sort_desc":
			if base := autoName(x.Args[0]); base != "" {
				return base + "_sorted"
			}
		case slices.Contains(namedAfterArgument(), x.Name):
			return autoName(x.Args[0])
		}
	}
	return ""
}

// prefixed is what stands before the name of the first argument in the name of
// a function's column, or nothing.
func prefixed(function string) string {
	switch function {
	case "strlen", "string_size", "repeat":
		return function + "_"
	case "gettype":
		return "type_"
	case "treepath":
		return "tree_"
	}
	return ""
}

// namedAfterArgument are the functions whose column has the name of the first
// argument.
func namedAfterArgument() []string {
	return strings.Fields("split tostring todynamic tolong toint toreal todouble todatetime totimespan tobool toboolean toguid parse_json " +
		"format_datetime startofday bin floor round ceiling pow exp abs format_bytes todecimal totime toobject parsejson parse_csv bin_at exp2 exp10 sqrt " +
		"log log2 log10 sin cos tan asin acos atan atan2 gamma loggamma erf erfc tohex binary_and binary_or binary_xor binary_not " +
		"binary_shift_left binary_shift_right bitset_count_ones format_timespan series_fill_linear series_fill_forward series_fill_backward " +
		"series_fill_const series_fir series_iir series_outliers")
}

// aggregateName returns the name that KQL gives to an aggregate.
func aggregateName(x *syntax.Call) string {
	prefix := x.Name
	switch x.Name {
	case "make_list", "makelist", "make_list_if", "make_list_with_nulls":
		prefix = "list"
	case "make_set", "makeset", "make_set_if":
		prefix = "set"
	case "make_bag", "make_bag_if":
		prefix = "bag"
	case "make_dictionary":
		prefix = "dictionary"
	case "buildschema":
		prefix = "schema"
	case "percentiles_array", "percentilesw_array":
		prefix = "percentiles"
	case "percentile", "percentiles":
		prefix = "percentile"
		if len(x.Args) == 2 {
			return prefix + "_" + autoName(x.Args[0]) + "_" + shareName(x.Args[1])
		}
	case "percentilew", "percentilesw":
		prefix = "percentile"
		if len(x.Args) == 3 {
			return prefix + "_" + autoName(x.Args[0]) + "_" + shareName(x.Args[2])
		}
	case "take_any", "take_anyif", "binary_all_and", "binary_all_or", "binary_all_xor":
		if len(x.Args) > 0 {
			return autoName(x.Args[0])
		}
	}
	if len(x.Args) == 0 {
		return prefix + "_"
	}
	return prefix + "_" + autoName(x.Args[0])
}

// shareName is a percentage in the name of a column: 99_9.
func shareName(x syntax.Expr) string {
	if l, ok := x.(*syntax.Literal); ok {
		return strings.ReplaceAll(fmt.Sprint(l.Value), ".", "_")
	}
	return ""
}

// namer gives columns names that are not taken yet.
type namer struct {
	taken    map[string]bool
	declared map[string]bool // those that the text says
	unnamed  int
}

// declare takes a name that the text says, which it may say once alone; one that
// was made up before gets a number behind it, as in Kusto.
func (n *namer) declare(x syntax.Expr, name string) string {
	if n.declared[name] {
		fail(x, "A column with the name '%s' is already declared: give one of them another name", name)
	}
	n.declared[name] = true
	return n.free(name)
}

func newNamer(columns []Column) *namer {
	n := &namer{taken: map[string]bool{}, declared: map[string]bool{}}
	for _, c := range columns {
		n.taken[c.Name] = true
	}
	return n
}

// free returns the name, with a number behind it where it is taken.
func (n *namer) free(name string) string {
	if name == "" {
		for {
			n.unnamed++
			name = fmt.Sprintf("Column%d", n.unnamed)
			if !n.taken[name] {
				break
			}
		}
	}
	out := name
	for i := 1; n.taken[out]; i++ {
		out = fmt.Sprintf("%s%d", name, i)
	}
	n.taken[out] = true
	return out
}
