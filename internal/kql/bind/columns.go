package bind

import (
	"path"
	"slices"

	"weir/internal/kql/syntax"
)

// choose binds project-away, project-keep and project-reorder, whose patterns
// may have stars.
func (b *binder) choose(t table, op *syntax.Operator) table {
	var chosen []Column
	for _, item := range op.Items {
		pattern := identName(item)
		switch x := item.(type) {
		case *syntax.Star:
			pattern = "*"
		case *syntax.Wild:
			pattern = x.Pattern
		case *syntax.Ident:
			if _, ok := find(t.columns, x.Name); !ok {
				fail(x, "there is no column '%s'%s", x.Name, syntax.Nearest(x.Name, names(t.columns)))
			}
		default:
			fail(item, "'%s' takes names of columns", op.Name)
		}
		before := len(chosen)
		for _, c := range t.columns {
			if ok, _ := path.Match(pattern, c.Name); (ok || pattern == c.Name) && !slices.Contains(chosen, c) {
				chosen = append(chosen, c)
			}
		}
		if _, wild := item.(*syntax.Wild); wild && len(chosen) == before {
			fail(item, "there is no column '%s'", pattern)
		}
	}
	rest := slices.DeleteFunc(slices.Clone(t.columns), func(c Column) bool { return slices.Contains(chosen, c) })
	switch op.Name {
	case "project-away":
		t.columns = rest
	case "project-keep":
		t.columns = slices.DeleteFunc(slices.Clone(t.columns), func(c Column) bool { return !slices.Contains(chosen, c) })
	default:
		t.columns = append(chosen, rest...)
	}
	return t
}

func (b *binder) rename(t table, op *syntax.Operator) table {
	columns := slices.Clone(t.columns)
	for _, item := range op.Items {
		named, ok := item.(*syntax.Named)
		if !ok || named.Tuple {
			fail(item, "project-rename takes NEW = OLD")
		}
		old := identName(named.X)
		i := slices.IndexFunc(t.columns, func(c Column) bool { return c.Name == old })
		if i < 0 {
			fail(item, "there is no column '%s'%s", old, syntax.Nearest(old, names(t.columns)))
		}
		if _, taken := find(t.columns, named.Names[0]); taken {
			fail(item, "A column with the name '%s' is already declared: give one of them another name", named.Names[0])
		}
		columns[i].Name = named.Names[0]
	}
	b.unique(op.Items[0], columns)
	t.columns = columns
	return t
}
