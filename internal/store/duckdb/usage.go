package duckdb

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"weir/internal/store"
)

// tableKinds says what our tables keep; any other is store.TableOther.
var tableKinds = map[string]store.Table{
	"fact":  store.TableFacts,
	"party": store.TableHosts, "host": store.TableHosts, "tenure": store.TableHosts, "own": store.TableHosts, "prominent": store.TableHosts, "verdict": store.TableHosts,
	"endpoint": store.TableEndpoints,
	"object":   store.TableLedger, "reject": store.TableLedger, "reject_sample": store.TableLedger,
	"document": store.TableDocuments, "resource": store.TableDocuments,
}

// rollupKind is the kind of a table that has a roll-up, and empty for others.
func rollupKind(table string) store.Table {
	switch {
	case strings.HasPrefix(table, "hour_"):
		return store.TableHours
	case strings.HasPrefix(table, "day_"):
		return store.TableDays
	}
	return ""
}

// Usage implements store.Store.
func (s *Store) Usage(ctx context.Context) (store.Usage, error) {
	if s.closed.Load() {
		return store.Usage{}, s.explain("ask", errClosed)
	}
	u := store.Usage{File: s.seeSize(fileName), Log: s.seeSize(walName), Spill: folderSize(filepath.Join(s.dir, tempName)), Disk: diskOf(s.dir)}
	var used int64
	err := s.each(ctx, func(v []any) error {
		block := v[0].(int64)
		used, u.Free = block*v[1].(int64), block*v[2].(int64)
		return nil
	}, "SELECT block_size, used_blocks, free_blocks FROM pragma_database_size() WHERE database_name = current_database()")
	if err == nil {
		err = s.readTables(ctx, &u, used)
	}
	if err == nil {
		err = s.readDays(ctx, &u)
	}
	if err == nil {
		err = s.readRecent(ctx, &u)
	}
	return u, err
}

// readTables asks which blocks each table has. A block that several have, as
// small tables do, counts at each with its part.
func (s *Store) readTables(ctx context.Context, u *store.Usage, used int64) error {
	var tables []string
	err := s.each(ctx, func(v []any) error {
		tables = append(tables, v[0].(string))
		return nil
	}, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'weir' AND database_name = current_database()")
	if err != nil {
		return err
	}
	var blocks, counts []string
	for _, t := range tables {
		blocks = append(blocks, fmt.Sprintf("SELECT DISTINCT '%[1]s' AS name, unnest(list_append(additional_block_ids, block_id)) AS block FROM pragma_storage_info('weir.%[1]s')", t))
		counts = append(counts, fmt.Sprintf("SELECT '%[1]s', count(*) FROM weir.%[1]s", t))
	}
	size := map[store.Table]*store.TableUsage{store.TableOther: {Table: store.TableOther}}
	of := func(name any) *store.TableUsage {
		kind := cmp.Or(tableKinds[name.(string)], rollupKind(name.(string)), store.TableOther)
		if size[kind] == nil {
			size[kind] = &store.TableUsage{Table: kind}
		}
		return size[kind]
	}
	if err := s.each(ctx, func(v []any) error { of(v[0]).Rows += v[1].(int64); return nil }, strings.Join(counts, " UNION ALL ")); err != nil {
		return err
	}
	var known int64
	err = s.each(ctx, func(v []any) error {
		of(v[0]).Bytes += v[1].(int64)
		known += v[1].(int64)
		return nil
	}, `SELECT name, (sum(1 / tables) * (SELECT any_value(block_size) FROM pragma_database_size()))::BIGINT
		FROM (SELECT name, count(*) OVER (PARTITION BY block) AS tables FROM (`+strings.Join(blocks, " UNION ALL ")+`) WHERE block >= 0)
		GROUP BY name`)
	if err != nil {
		return err
	}
	size[store.TableOther].Bytes += max(0, used-known)
	for _, t := range size {
		u.Tables = append(u.Tables, *t)
	}
	slices.SortFunc(u.Tables, func(a, b store.TableUsage) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Table, b.Table))
	})
	return nil
}

// readDays shares the bytes of tables out to days, by rows.
func (s *Store) readDays(ctx context.Context, u *store.Usage) error {
	return s.each(ctx, func(v []any) error {
		u.Days = append(u.Days, store.DayUsage{Table: store.Table(v[0].(string)), Day: timeOf(v[1]), Rows: v[2].(int64), Bytes: share(u.Tables, store.Table(v[0].(string)), v[2].(int64))})
		return nil
	}, usageByDay())
}

// usageByDay counts the rows of what is kept by time.
func usageByDay() string {
	const day = "SELECT '%s', date_trunc('day', interval_start)::TIMESTAMP AS day, count(*) FROM (%s) AS t GROUP BY 1, 2"
	parts := []string{fmt.Sprintf(day, store.TableFacts, "SELECT interval_start FROM weir.fact")}
	for _, width := range []time.Duration{store.Hour, store.Day} {
		var tables []string
		for _, r := range store.Rollups() {
			tables = append(tables, "SELECT interval_start FROM "+store.RollupTable(r.Name, width))
		}
		kind := rollupKind(strings.TrimPrefix(store.RollupTable("", width), "weir."))
		parts = append(parts, fmt.Sprintf(day, kind, strings.Join(tables, " UNION ALL ")))
	}
	return strings.Join(parts, " UNION ALL ") + " ORDER BY 1, 2"
}

// share returns the part of the bytes of a table that so many of its rows have.
func share(tables []store.TableUsage, of store.Table, rows int64) int64 {
	for _, t := range tables {
		if t.Table == of && t.Rows > 0 {
			return int64(float64(t.Bytes) * float64(rows) / float64(t.Rows))
		}
	}
	return 0
}

// readRecent counts the last day of the data, whose end is that of Stats.
func (s *Store) readRecent(ctx context.Context, u *store.Usage) error {
	stats, err := s.Stats(ctx)
	if err != nil || stats.LastTuple.IsZero() {
		return err
	}
	r := &u.Recent
	r.To = stats.LastTuple.Truncate(s.interval).Add(s.interval)
	r.From = r.To.Add(-24 * time.Hour)
	return s.each(ctx, func(v []any) error {
		r.Rows, _ = v[0].(int64)
		if first := timeOf(v[1]); first.After(r.From) && len(u.Days) > 0 && !u.Days[0].Day.Before(first.Truncate(24*time.Hour)) {
			r.From = first // there is nothing before it
		}
		return nil
	}, "SELECT count(*), min(interval_start) FROM weir.fact WHERE interval_start >= "+timestamp(microsOf(r.From))+" AND interval_start < "+timestamp(microsOf(r.To)))
}

// seeSize returns the size of a file of the store, 0 where there is none.
func (s *Store) seeSize(name string) int64 {
	info, err := os.Stat(filepath.Join(s.dir, name))
	if err != nil {
		return 0
	}
	return info.Size()
}

// folderSize adds up the files below a folder, without the links to the
// database file that questions are given.
func folderSize(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == fileName {
			return nil // what was removed meanwhile uses nothing
		}
		if info, err := d.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	return n
}

// diskOf asks the file system of a folder for its size.
func diskOf(dir string) store.Disk {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return store.Disk{}
	}
	block := uint64(st.Bsize)
	return store.Disk{Size: int64(st.Blocks * block), Available: int64(uint64(st.Bavail) * block)}
}
