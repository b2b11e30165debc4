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
	// before does what is too much for the transaction of sql, in ones of its
	// own: after a kill it goes on where it was. Nil: nothing.
	before func(ctx context.Context, c *conn, say func(string)) error
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
		steps = append(steps, migration{version: version, sql: string(sql)})
	}
	steps[4].before = copyFacts(windowRows)
	return steps
}

// migrate brings the store to the version of the last step, each step in its
// own transaction. A new store gets the interval. It tells say, in one line,
// what takes long.
func migrate(ctx context.Context, c *conn, steps []migration, interval time.Duration, readOnly bool, say func(string)) error {
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
		if step.before != nil {
			if err := step.before(ctx, c, say); err != nil {
				return fmt.Errorf("cannot bring it from schema version %d to %d: %w; the next start goes on with it", step.version-1, step.version, err)
			}
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

// copySQL copies facts of version 3. A party that was not attributed yet is a
// host of its own.
const copySQL = `BEGIN TRANSACTION;
INSERT INTO weir.fact5
SELECT interval_start,
    coalesce(ti.host, CASE i.attribution WHEN 0 THEN i.id ELSE i.host END),
    coalesce(tr.host, CASE r.attribution WHEN 0 THEN r.id ELSE r.host END),
    coalesce(ti.endpoint, i.endpoint), coalesce(tr.endpoint, r.endpoint),
    port, protocol, direction, status, flow_type, encryption, rule, log,
    started, ended, packets_fwd, bytes_fwd, packets_back, bytes_back, records, first_seen, last_seen, marks
FROM (SELECT * FROM weir.fact WHERE rowid >= %[1]d AND rowid < %[2]d) f
JOIN weir.party i ON i.id = initiator
JOIN weir.party r ON r.id = responder
LEFT JOIN weir.tenure ti ON ti.party = initiator AND ti.from_time <= interval_start AND interval_start < ti.until_time
LEFT JOIN weir.tenure tr ON tr.party = responder AND tr.from_time <= interval_start AND interval_start < tr.until_time;
UPDATE weir.meta SET value = '%[2]d' WHERE key = 'facts_copied';
COMMIT;`

// copyFacts copies the facts of version 3 to the table of version 5, so many in
// a transaction.
func copyFacts(atOnce int64) func(context.Context, *conn, func(string)) error {
	return func(ctx context.Context, c *conn, say func(string)) error {
		last, err := number(ctx, c, "SELECT coalesce(max(rowid), -1) FROM weir.fact")
		if err != nil {
			return err
		}
		done, err := number(ctx, c, "SELECT value::BIGINT FROM weir.meta WHERE key = 'facts_copied'")
		if err != nil {
			return err
		}
		for ; done <= last; done += atOnce {
			if say != nil {
				say(fmt.Sprintf("bringing the store to the form of this version, once: %d of %d rows, %d %%", done, last+1, 100*done/(last+1)))
			}
			if err := c.run(ctx, fmt.Sprintf(copySQL, done, done+atOnce)); err != nil {
				_ = c.run(context.WithoutCancel(ctx), "ROLLBACK")
				return err
			}
		}
		return nil
	}
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
