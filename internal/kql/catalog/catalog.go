// Package catalog is what KQL can ask: the views of the store, with their
// columns and types in the words of KQL.
package catalog

import (
	_ "embed"
	"strings"

	"weir/internal/query/rel"
)

// columns has a line "view column type" for each column, in their order; a test
// compares it with the store.
//
//go:embed columns.txt
var columns string

// Table is a view of the store.
type Table struct {
	Name    string
	Columns []Column
}

// Column is a column of a view. List says that it holds lists of texts.
type Column struct {
	Name string
	Type rel.Type
	List bool
}

// Tables returns all views, by name.
func Tables() []Table {
	var all []Table
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
	switch t.Name {
	case "NTANetAnalytics":
		const start, end = "FlowIntervalStartTime", "FlowIntervalEndTime"
		return []Bound{{"FlowStartTime", end, start}, {"FlowEndTime", end, start}}
	case "flows":
		return []Bound{{"first_seen", "interval_end", "interval_start"}, {"last_seen", "interval_end", "interval_start"}}
	}
	return nil
}
