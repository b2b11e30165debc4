package bind

import (
	"fmt"
	"slices"
	"strings"

	"weir/internal/kql/syntax"
)

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
		return base
	case *syntax.Call:
		switch {
		case len(x.Args) == 0:
		case x.Name == "strlen":
			if base := autoName(x.Args[0]); base != "" {
				return "strlen_" + base
			}
		case slices.Contains(namedAfterArgument(), x.Name):
			return autoName(x.Args[0])
		}
	}
	return ""
}

// namedAfterArgument are the functions whose column has the name of the first
// argument.
func namedAfterArgument() []string {
	return strings.Fields("split tostring todynamic tolong toint toreal todouble todatetime totimespan tobool toboolean toguid parse_json " +
		"format_datetime startofday bin floor round ceiling pow exp abs format_bytes")
}

// aggregateName returns the name that KQL gives to an aggregate.
func aggregateName(x *syntax.Call) string {
	prefix := x.Name
	switch x.Name {
	case "make_list", "makelist", "make_list_if", "make_list_with_nulls":
		prefix = "list"
	case "make_set", "makeset", "make_set_if":
		prefix = "set"
	case "make_bag", "make_bag_if", "make_dictionary":
		prefix = "bag"
	case "percentile", "percentiles":
		prefix = "percentile"
		if len(x.Args) == 2 {
			return prefix + "_" + autoName(x.Args[0]) + "_" + shareName(x.Args[1])
		}
	case "percentilew", "percentilesw":
		prefix = "percentilew"
		if len(x.Args) == 3 {
			return prefix + "_" + autoName(x.Args[0]) + "_" + shareName(x.Args[2])
		}
	case "take_any":
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
	taken   map[string]bool
	unnamed int
}

func newNamer(columns []Column) *namer {
	n := &namer{taken: map[string]bool{}}
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
