// Package catalog is what KQL can ask: the views of the store, with their
// columns and types in the words of KQL.
package catalog

import (
	"embed"
	"slices"
	"strings"

	"weir/internal/query/rel"
)

// columns has a line "view column type" for each column, in their order; a test
// compares it with the store.
//
//go:embed columns.txt
var columns string

// defined has the columns of the tables that a query over others defines, in the
// same form; a test compares it with those queries.
//
//go:embed defined.txt
var defined string

//go:embed defined
var definitions embed.FS

// Table is what a query can begin with.
type Table struct {
	Name    string
	Columns []Column
	// View is that of the store, empty where there is none.
	View string
	// Definition is a query in KQL that is the table, empty where that is the
	// view. In it the name of the table is that of the view.
	Definition string
}

// Stated is the table that definitions have beside the others.
func Stated() Table {
	return Table{Name: "stated", View: "weir.stated", Columns: []Column{{Name: "snapshot", Type: rel.DateTime}, {Name: "time", Type: rel.DateTime}}}
}

// Column is a column of a view. List says that it holds lists of texts.
type Column struct {
	Name string
	Type rel.Type
	List bool
}

// Tables returns all tables, by name.
func Tables() []Table {
	all := tablesOf(columns)
	for i := range all {
		all[i].View = all[i].Name
	}
	all = append(all, tablesOf(defined)...)
	for i := range all {
		text, err := definitions.ReadFile("defined/" + all[i].Name + ".kql")
		if err == nil {
			all[i].Definition = string(text)
		}
	}
	slices.SortFunc(all, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func tablesOf(columns string) (all []Table) {
	for line := range strings.Lines(columns) {
		words := strings.Fields(line)
		if len(words) != 3 {
			continue
		}
		if n := len(all); n == 0 || all[n-1].Name != words[0] {
			all = append(all, Table{Name: words[0]})
		}
		t := &all[len(all)-1]
		c := Column{Name: words[1]}
		c.Type, c.List = typeOf(words[2])
		t.Columns = append(t.Columns, c)
	}
	return all
}

// typeOf returns the type in which a column of the engine is asked.
func typeOf(engine string) (t rel.Type, list bool) {
	switch engine {
	case "BOOLEAN":
		return rel.Bool, false
	case "INTEGER":
		return rel.Int, false
	case "BIGINT", "UBIGINT", "UINTEGER", "USMALLINT", "UTINYINT":
		return rel.Long, false
	case "DOUBLE":
		return rel.Real, false
	case "TIMESTAMP":
		return rel.DateTime, false
	case "VARCHAR[]":
		return rel.Dynamic, true
	}
	return rel.String, false
}

// Time returns the column that tells when a row is of, empty where there is none.
func (t Table) Time() string {
	for _, name := range []string{"TimeGenerated", "interval_end"} {
		for _, c := range t.Columns {
			if c.Name == name {
				return name
			}
		}
	}
	return ""
}

// Bound is what a condition on one time says of another: where a row has Column
// at or after a time, it has Start after that time, and where it has Column at
// or before it, Until at or before it.
type Bound struct{ Column, After, Until string }

// Bounds returns what follows from conditions on times. Times within an interval
// are not those by which rows are found, its ends are.
func (t Table) Bounds() []Bound {
	switch t.View {
	case "NTANetAnalytics":
		const start, end = "FlowIntervalStartTime", "FlowIntervalEndTime"
		return []Bound{{"FlowStartTime", end, start}, {"FlowEndTime", end, start}}
	case "flows":
		return []Bound{{"first_seen", "interval_end", "interval_start"}, {"last_seen", "interval_end", "interval_start"}}
	}
	return nil
}
