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
		if err := w.addResources(ctx, table, at, snapshots[at]); err != nil {
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

// addResources stores the rows of a snapshot with one statement: the engine
// then writes what is complete of them while they come, where rows of many
// statements would all stay in its memory until the end.
func (w *writer) addResources(ctx context.Context, table *resourceTable, at time.Time, rows iter.Seq[topology.DetailRow]) error {
	batches, stop := batched(rows)
	defer stop()
	return w.feed.insert(ctx, w.conn, "INSERT INTO weir.resource SELECT * FROM %FEED%", table.types, chunkRows, func(c *chunk) (int, error) {
		batch := <-batches // the end: none
		for i := range batch {
			if err := table.write(c, i, at, &batch[i]); err != nil {
				return 0, err
			}
		}
		return len(batch), nil
	})
}

// batched returns the rows by chunks of the engine, made by a goroutine of
// their own: what the engine calls may not switch to the coroutine of iter.Pull.
func batched(rows iter.Seq[topology.DetailRow]) (batches <-chan []topology.DetailRow, stop func()) {
	out, done := make(chan []topology.DetailRow), make(chan struct{})
	go func() {
		defer close(out)
		var batch []topology.DetailRow
		send := func() bool {
			select {
			case out <- batch:
				batch = nil
				return true
			case <-done:
				return false
			}
		}
		for row := range rows {
			if batch = append(batch, row); len(batch) == chunkRows && !send() {
				return
			}
		}
		if len(batch) > 0 {
			send()
		}
	}()
	return out, func() { close(done) }
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
