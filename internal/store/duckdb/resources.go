package duckdb

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/topology"
)

// resourcesAtOnce is how many rows of NTATopologyDetails one statement stores.
const resourcesAtOnce = chunkRows

// resourceTable is the columns of weir.resource beside snapshot and id, as
// the schema has them.
type resourceTable struct {
	types []duck.Type    // of the feed, with those of snapshot and id
	place map[string]int // in types, by name
}

// putResources replaces the resources of snapshots, by their time.
func (w *writer) putResources(ctx context.Context, snapshots map[time.Time]iter.Seq[topology.DetailRow]) error {
	if len(snapshots) == 0 {
		return nil
	}
	table, err := w.resourceTable(ctx)
	if err != nil {
		return err
	}
	for _, at := range slices.SortedFunc(maps.Keys(snapshots), time.Time.Compare) {
		if err := w.conn.exec(ctx, "DELETE FROM weir.resource WHERE snapshot = ?", at); err != nil {
			return err
		}
		if snapshots[at] == nil {
			continue
		}
		rows := make([]topology.DetailRow, 0, resourcesAtOnce)
		for row := range snapshots[at] {
			if rows = append(rows, row); len(rows) == cap(rows) {
				if err := w.addResources(ctx, table, at, rows); err != nil {
					return err
				}
				rows = rows[:0]
			}
		}
		if err := w.addResources(ctx, table, at, rows); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) resourceTable(ctx context.Context) (*resourceTable, error) {
	t := &resourceTable{place: make(map[string]int)}
	r, err := w.conn.query(ctx, "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'weir' AND table_name = 'resource' ORDER BY column_index")
	if err != nil {
		return nil, err
	}
	for r.Next() {
		v := r.Values()
		t.place[v[0].(string)] = len(t.types)
		switch v[1] {
		case "BOOLEAN":
			t.types = append(t.types, yn)
		case "INTEGER", "BIGINT":
			t.types = append(t.types, i64)
		case "TIMESTAMP":
			t.types = append(t.types, ts)
		default:
			t.types = append(t.types, txt)
		}
	}
	return t, errors.Join(r.Err(), r.Close())
}

// addResources stores at most chunkRows rows.
func (w *writer) addResources(ctx context.Context, table *resourceTable, at time.Time, rows []topology.DetailRow) error {
	if len(rows) == 0 {
		return nil
	}
	done := false
	return w.feed.insert(ctx, w.conn, "INSERT INTO weir.resource SELECT * FROM %FEED%", table.types, len(rows), func(c *chunk) (int, error) {
		if done {
			return 0, nil
		}
		done = true
		for i := range rows {
			if err := table.write(c, i, at, &rows[i]); err != nil {
				return 0, err
			}
		}
		return len(rows), nil
	})
}

func (t *resourceTable) write(c *chunk, row int, at time.Time, r *topology.DetailRow) error {
	for col := range t.types {
		c.null(col, row)
	}
	c.valid(0, row)
	c.valid(1, row)
	c.set(row, at, string(r.ID))
	for _, column := range r.Columns {
		if column.Name == "TimeGenerated" {
			continue // the time of the snapshot
		}
		col, ok := t.place[column.Name]
		if !ok || col < 2 {
			return fmt.Errorf("NTATopologyDetails has no column %q", column.Name)
		}
		if have, want := typeOf(column.Value), t.types[col]; have != want {
			return fmt.Errorf("column %s of NTATopologyDetails cannot hold %v, a %T", column.Name, column.Value, column.Value)
		}
		c.valid(col, row)
		c.put(col, row, column.Value)
	}
	return nil
}

// typeOf returns the type of the column that holds a value of topology.Column.
func typeOf(v any) duck.Type {
	switch v.(type) {
	case string:
		return txt
	case bool:
		return yn
	case int64:
		return i64
	case time.Time:
		return ts
	}
	return duck.TypeInvalid
}
