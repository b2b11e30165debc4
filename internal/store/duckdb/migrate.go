package duckdb

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"weir/internal/store"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration brings a store from version-1 to version.
type migration struct {
	version int
	sql     string
}

// migrations returns every step there is, the first one first. The number of a
// file is the version it leads to; that of the last one is the version this
// binary writes.
func migrations() []migration {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		panic("BUG: " + err.Error())
	}
	steps := make([]migration, 0, len(names))
	for i, name := range names { // sorted
		version, err := strconv.Atoi(strings.TrimSuffix(path.Base(name), ".sql"))
		sql, err2 := migrationFiles.ReadFile(name)
		if err := errors.Join(err, err2); err != nil || version != i+1 {
			panic(fmt.Sprintf("BUG: migration %s is not number %d: %v", name, i+1, err))
		}
		steps = append(steps, migration{version, string(sql)})
	}
	return steps
}

// migrate brings the store to the version of the last step, each step in its
// own transaction. A new store gets the interval.
func migrate(ctx context.Context, c *conn, steps []migration, interval time.Duration, readOnly bool) error {
	have, err := schemaVersion(ctx, c)
	if err != nil {
		return err
	}
	want := steps[len(steps)-1].version
	switch {
	case have > want:
		return fmt.Errorf("%w: it has schema version %d and this one knows versions up to %d; use the newer weir",
			store.ErrNewerSchema, have, want)
	case have < want && readOnly:
		return fmt.Errorf("it has schema version %d and must be brought to %d, but its folder cannot be written", have, want)
	}
	for _, step := range steps {
		if step.version <= have {
			continue
		}
		sql := "BEGIN TRANSACTION;\n" + step.sql + "\n"
		if step.version == 1 {
			if interval == 0 {
				interval = defaultInterval
			}
			sql += fmt.Sprintf("INSERT INTO weir.meta VALUES ('schema_version', '0'), ('interval_seconds', '%d'), ('created_at', '%s');\n",
				int(interval/time.Second), time.Now().UTC().Format(time.RFC3339))
		}
		sql += fmt.Sprintf("UPDATE weir.meta SET value = '%d' WHERE key = 'schema_version';\nCOMMIT;", step.version)
		if err := c.run(ctx, sql); err != nil {
			_ = c.run(context.WithoutCancel(ctx), "ROLLBACK")
			return fmt.Errorf("cannot bring it from schema version %d to %d: %w", step.version-1, step.version, err)
		}
	}
	return nil
}

// schemaVersion returns 0 for an empty database.
func schemaVersion(ctx context.Context, c *conn) (int, error) {
	n, err := number(ctx, c, "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'weir' AND table_name = 'meta'")
	if err != nil || n == 0 {
		return 0, err
	}
	n, err = number(ctx, c, "SELECT value::BIGINT FROM weir.meta WHERE key = 'schema_version'")
	return int(n), err
}

func readInterval(ctx context.Context, c *conn) (time.Duration, error) {
	n, err := number(ctx, c, "SELECT value::BIGINT FROM weir.meta WHERE key = 'interval_seconds'")
	return time.Duration(n) * time.Second, err
}

// number returns the integer that a question answers with; 0 for no row.
func number(ctx context.Context, c *conn, sql string, args ...any) (int64, error) {
	r, err := c.query(ctx, sql, args...)
	if err != nil {
		return 0, err
	}
	var n int64
	if r.Next() {
		n, _ = r.Values()[0].(int64)
	}
	return n, errors.Join(r.Err(), r.Close())
}
