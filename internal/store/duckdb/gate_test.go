package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/store"
	"weir/internal/store/storetest"
)

// hostile are statements that must not do anything; %s is a folder with
// secret.csv, secret.json, secret.parquet and other.duckdb in it.
var hostile = []string{
	// Writing.
	"INSERT INTO weir.meta VALUES ('x', 'y')",
	"INSERT OR REPLACE INTO weir.meta VALUES ('last_commit', 'y')",
	"UPDATE weir.fact SET started = 0",
	"DELETE FROM weir.fact",
	"TRUNCATE weir.fact",
	"MERGE INTO weir.meta USING (SELECT 'a' AS key) s ON meta.key = s.key WHEN NOT MATCHED THEN INSERT VALUES ('a', 'b')",
	"CREATE TABLE t (a INTEGER)",
	"CREATE TABLE t AS SELECT 1",
	"CREATE TEMP TABLE t AS SELECT 1",
	"CREATE TEMP VIEW flows AS SELECT 1",
	"CREATE OR REPLACE VIEW flows AS SELECT 1",
	"CREATE MACRO sum(x) AS 1",
	"CREATE TEMP MACRO hash(x) AS 1",
	"CREATE SCHEMA s",
	"CREATE SEQUENCE s",
	"CREATE TYPE t AS ENUM ('a')",
	"CREATE INDEX i ON weir.fact (port)",
	"CREATE SECRET s (TYPE http, BEARER_TOKEN 'x')",
	"CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
	"ALTER TABLE weir.fact ADD COLUMN a INTEGER",
	"ALTER VIEW flows RENAME TO f",
	"DROP TABLE weir.fact",
	"DROP VIEW flows",
	"COMMENT ON VIEW flows IS 'x'",
	"WITH a AS (INSERT INTO weir.meta VALUES ('x', 'y') RETURNING *) SELECT * FROM a",
	"WITH a AS (DELETE FROM weir.fact RETURNING *) SELECT * FROM a",
	"SELECT * INTO t FROM flows",
	"SELECT nextval('s')",
	// Through other statements.
	"EXPLAIN INSERT INTO weir.meta VALUES ('x', 'y')",
	"EXPLAIN ANALYZE INSERT INTO weir.meta VALUES ('x', 'y')",
	"EXPLAIN ANALYZE CREATE TABLE t (a INTEGER)",
	"EXPLAIN ANALYZE CREATE TEMP TABLE t AS SELECT 1",
	"EXPLAIN ANALYZE COPY flows TO '%s/out.csv'",
	"EXPLAIN ANALYZE SET threads = 1",
	"EXPLAIN ANALYZE CREATE OR REPLACE VIEW flows AS SELECT 1",
	"EXPLAIN (ANALYZE) INSERT INTO weir.meta VALUES ('x', 'y')",
	"EXPLAIN (ANALYZE, FORMAT json) DELETE FROM weir.fact",
	"EXPLAIN /* SELECT */ ANALYZE /**/ DELETE FROM weir.fact -- SELECT 1",
	"PREPARE p AS INSERT INTO weir.meta VALUES ('x', 'y')",
	"EXECUTE p",
	"DEALLOCATE p",
	"SELECT * FROM query('INSERT INTO weir.meta VALUES (1, 2)')",
	"SELECT * FROM query('SELECT 1; DELETE FROM weir.fact')",
	"SELECT * FROM query('DELETE FROM weir.fact RETURNING *')",
	"SELECT * FROM json_execute_serialized_sql(json_serialize_sql('DELETE FROM weir.fact'))",
	"SELECT 1; DELETE FROM weir.fact",
	"SELECT 1;;DELETE FROM weir.fact",
	"BEGIN TRANSACTION",
	"COMMIT",
	"ROLLBACK",
	"COMMIT; DELETE FROM weir.fact",
	"PIVOT weir.meta ON key USING first(value)",
	// Files.
	"COPY flows TO '%s/out.csv'",
	"COPY (SELECT 1) TO '%s/out.parquet' (FORMAT parquet)",
	"COPY weir.meta FROM '%s/secret.csv'",
	"COPY FROM DATABASE store TO other",
	"EXPORT DATABASE '%s/out'",
	"IMPORT DATABASE '%s'",
	"ATTACH '%s/other.duckdb' AS other",
	"ATTACH '%s/new.duckdb' AS other",
	"ATTACH ':memory:' AS other",
	"DETACH store",
	"USE memory",
	"SELECT * FROM '%s/secret.csv'",
	"SELECT * FROM '%s/secret.json'",
	"SELECT * FROM '%s/secret.parquet'",
	"SELECT * FROM '%s/other.duckdb'",
	`SELECT * FROM "%s/secret.csv"`,
	"FROM read_csv('%s/secret.csv')",
	"FROM read_csv_auto(['%s/secret.csv'])",
	"FROM sniff_csv('%s/secret.csv')",
	"FROM read_json('%s/secret.json')",
	"FROM read_json_objects('%s/secret.json')",
	"FROM read_parquet('%s/secret.parquet')",
	"FROM parquet_metadata('%s/secret.parquet')",
	"FROM read_text('%s/secret.csv')",
	"FROM read_blob('%s/secret.csv')",
	"FROM read_duckdb('%s/other.duckdb')",
	"FROM glob('%s/*')",
	"FROM query_table('%s/secret.csv')",
	"FROM query('FROM read_text(''%s/secret.csv'')')",
	"SELECT * FROM '/dev/stdin'",
	"SELECT * FROM 'https://127.0.0.1:1/x.csv'",
	"SELECT getenv('HOME')",
	"DESCRIBE '%s/secret.csv'",
	"SUMMARIZE '%s/secret.csv'",
	"DESCRIBE SELECT * FROM '%s/secret.csv'",
	// Settings, extensions, the engine itself.
	"SET threads = 1",
	"SET GLOBAL memory_limit = '10GB'",
	"SET SESSION TimeZone = 'Europe/Vienna'",
	"SET VARIABLE x = 1",
	"SET enable_external_access = true",
	"SET lock_configuration = false",
	"SET search_path = 'weir'",
	"SET enable_logging = true",
	"SET log_query_path = '%s/log'",
	"SET profiling_output = '%s/profile'",
	"SET secret_directory = '%s'",
	"RESET threads",
	"PRAGMA threads = 1",
	"PRAGMA enable_profiling",
	"PRAGMA enable_profiling = 'json'",
	"PRAGMA disable_optimizer",
	"PRAGMA enable_checkpoint_on_shutdown",
	"PRAGMA force_checkpoint",
	"PRAGMA database_size",
	"CALL enable_logging(storage = 'file', storage_path = '%s/logs')",
	"CALL pragma_version()",
	"CHECKPOINT",
	"FORCE CHECKPOINT",
	"VACUUM",
	"VACUUM ANALYZE",
	"ANALYZE",
	"INSTALL httpfs",
	"FORCE INSTALL httpfs FROM '%s'",
	"LOAD httpfs",
	"LOAD '%s/x.duckdb_extension'",
	"UPDATE EXTENSIONS",
	"FROM enable_logging()",
	"FROM enable_logging('QueryLog')",
	"FROM enable_logging(storage = 'file', storage_path = '%s/logs')",
	"FROM disable_logging()",
	"FROM set_log_level('trace')",
	"FROM truncate_duckdb_logs()",
	"FROM checkpoint()",
	"FROM force_checkpoint()",
	"FROM enable_profiling()",
	"FROM enable_profiling(save_location = '%s/profile', mode = 'detailed')",
	"FROM disable_profiling()",
	"FROM weir_feed(0)",
	"FROM weir_feed(NULL)",
	"SELECT write_log('x', level := 'error')",
	"SELECT set_config('threads', '1', false)",
	"SELECT pg_catalog.set_config('threads', '1', false)",
	"FROM duckdb_secrets()",
	"FROM which_secret('s3://x', 's3')",
	"FROM arrow_scan(0, 0, 0)",
	"FROM arrow_scan(123456::POINTER, 123456::POINTER, 123456::POINTER)",
	"FROM pandas_scan(0)",
	"FROM seq_scan()",
	"SELECT error('x')",
	"SELECT sleep_ms(100000)",
	"FROM flows WHERE WRITE_LOG('x') IS NULL",
	"SELECT pg_sleep(100000)",
	"SELECT pg_catalog.pg_sleep(100000)",
	"SELECT PG_SLEEP(1) FROM flows",
	"FROM duckdb_logs",
	"FROM system.main.duckdb_logs",
	`SELECT * FROM "DuckDB_Logs"`,
	"FROM duckdb_logs()",
	"FROM duckdb_logs_parsed('QueryLog')",
	"FROM duckdb_secrets",
	"FROM duckdb_variables",
	"FROM pg_catalog.pg_settings",
	"FROM pg_catalog.pg_prepared_statements",
	"EXPLAIN ANALYZE FROM duckdb_logs",
	"SELECT (SELECT count(*) FROM duckdb_logs)",
	"DESCRIBE duckdb_logs",
	"SUMMARIZE duckdb_logs",
	"SELECT json_serialize_plan('FROM enable_logging()')",
	"SELECT setseed(0.5)",
	"SELECT __internal_decompress_string(1::HUGEINT)",
	// Around the gate itself.
	"EXPLAIN FROM enable_logging()",
	"EXPLAIN ANALYZE FROM enable_logging()",
	"EXPLAIN (ANALYZE, FORMAT json) FROM enable_logging()",
	"EXPLAIN ANALYZE EXPLAIN ANALYZE DELETE FROM weir.fact",
	"EXPLAIN (SELECT 1) DELETE FROM weir.fact",
	"EXPLAIN (FORMAT json) DELETE FROM weir.fact",
	"EXPLAIN (FORMAT json) FROM enable_logging()",
	`EXPLAIN (ANALYZE, FORMAT ") SELECT 1 --") DELETE FROM weir.fact`,
	"EXPLAIN (ANALYZE /*) SELECT 1 --*/) DELETE FROM weir.fact",
	"EXPLAIN ANALYZE (SELECT 1); DELETE FROM weir.fact",
	"FROM query('FROM enable_' || 'logging()')",
	"FROM query_table('duckdb_settings')",
	"FROM system.main.enable_logging()",
	`FROM "enable_logging"()`,
	"FROM ENABLE_LOGGING()",
	"SELECT 1, (SELECT 2 FROM enable_logging())",
	"WITH a AS (SELECT * FROM enable_logging()) SELECT 1",
	"SELECT 1 WHERE EXISTS (FROM enable_logging())",
	"SELECT 1 UNION ALL SELECT 2 FROM enable_logging()",
	"SELECT 1 ORDER BY (SELECT 1 FROM enable_logging())",
	"SELECT * FROM flows, LATERAL (SELECT * FROM enable_logging())",
	"SELECT * FROM flows JOIN enable_logging() ON true",
	"DESCRIBE FROM enable_logging()",
	"SUMMARIZE FROM enable_logging()",
	"SELECT * FROM (SUMMARIZE FROM enable_logging())",
	"SHOW (FROM enable_logging())",
	"VALUES ((SELECT 1 FROM enable_logging()))",
	"PIVOT (FROM enable_logging()) ON a IN (1) USING sum(b)",
	"WITH RECURSIVE a AS (SELECT 1 AS x UNION ALL SELECT x FROM a, enable_logging()) FROM a",
	"SELECT list_transform([1], lambda x: (SELECT 1 FROM enable_logging()))",
	"SELECT sum(1) OVER (ORDER BY (SELECT 1 FROM enable_logging()))",
	"SELECT 1 LIMIT (SELECT 1 FROM enable_logging())",
	"SELECT [x FOR x IN [(SELECT 1 FROM enable_logging())]]",
	"SELECT 1 QUALIFY (SELECT true FROM enable_logging())",
	"SELECT sum(1) FILTER (WHERE (SELECT true FROM enable_logging()))",
	"SELECT 1 FROM range((SELECT 1 FROM enable_logging()))",
	"SELECT 1\x00; DELETE FROM weir.fact",
	"SELECT 1" + strings.Repeat(" UNION ALL SELECT 1", 4000), // gigabytes and minutes, when it is longer
}

func TestGateHostile(t *testing.T) {
	s, dir, outside := gateStore(t)
	before := fingerprint(t, s, dir, outside)
	for _, query := range hostile {
		if n := strings.Count(query, "%s"); n > 0 {
			query = strings.ReplaceAll(query, "%s", outside)
		}
		table, err := storetest.Table(s.SQL(t.Context(), query))
		if err == nil {
			t.Errorf("%s\nis answered: %v", query, table)
		}
		if strings.Contains(fmt.Sprint(table), "hunter2") {
			t.Errorf("%s\nreads a file: %v", query, table)
		}
		if diff := cmp.Diff(before, fingerprint(t, s, dir, outside)); diff != "" {
			t.Fatalf("%s\nchanged something (-before +after):\n%s", query, diff)
		}
	}
	if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(9))); err != nil {
		t.Errorf("cannot commit afterwards: %v", err)
	}
}

// TestGateEveryFunction calls every table function, and every scalar function
// with side effects, that the engine has.
// An EXPLAIN takes its options in every form.
func TestGateExplains(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	for _, query := range []string{
		"EXPLAIN (FORMAT json) SELECT 1", "EXPLAIN (ANALYZE) FROM flows", "explain ( analyze, format JSON ) FROM flows",
		"EXPLAIN /* x */ (FORMAT html)\nSELECT 1", "EXPLAIN (SELECT 1)", "EXPLAIN (FORMAT json) (SELECT 1)",
	} {
		if got, err := storetest.Table(s.SQL(t.Context(), query)); err != nil || len(got) != 1 {
			t.Errorf("%s: %d rows, %v", query, len(got), err)
		}
	}
}

func TestGateEveryFunction(t *testing.T) {
	s, dir, outside := gateStore(t)
	functions, err := storetest.Table(s.Query(t.Context(), `SELECT DISTINCT function_name, function_type, len(parameters) FROM duckdb_functions()
		WHERE function_type IN ('table', 'pragma', 'table_macro') OR (function_type = 'scalar' AND has_side_effects) ORDER BY ALL`))
	if err != nil {
		t.Fatal(err)
	}
	before := fingerprint(t, s, dir, outside)
	done := 0
	for i, f := range functions {
		name, n := f[0].(string), f[2].(int64)
		for _, arg := range []string{"'" + outside + "/secret.csv'", "'flows'", "1", "NULL"} {
			call := name + "(" + strings.TrimSuffix(strings.Repeat(arg+", ", int(n)), ", ") + ")"
			for _, query := range []string{"FROM " + call, "SELECT " + call} {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				rows, err := s.SQL(ctx, query)
				count, text := 0, ""
				if err == nil {
					for count < 100 && rows.Next() {
						count++
						text += fmt.Sprint(rows.Values())
					}
					err = errors.Join(rows.Err(), rows.Close())
				}
				cancel()
				if err == nil {
					done++
					t.Logf("%-60.60s %d rows", query, count)
				}
				if strings.Contains(text, "hunter2") {
					t.Errorf("%s reads a file", query)
				}
			}
			if n == 0 {
				break
			}
		}
		if i%10 != 9 && i != len(functions)-1 {
			continue // looking takes longer than calling
		}
		if diff := cmp.Diff(before, fingerprint(t, s, dir, outside)); diff != "" {
			t.Fatalf("%s, or one of the nine functions before it, changed something (-before +after):\n%s", name, diff)
		}
	}
	t.Logf("%d functions, %d calls answered", len(functions), done)
}

// functionsRefused are the functions of the engine that no list allows, with
// why. Together with those allowed they are all that there are: whoever takes a
// new version of the engine decides about the new ones.
var functionsRefused = []string{
	"nextval", "currval", "setseed", // remember
	"pg_sleep", "sleep_ms", // wait
	"write_log", "parse_duckdb_log_message", // the engine's log
	"json_serialize_plan", // binds what it is given, which can have effects
	"stats",               // of no use
	"__internal_*", "icu_collate_*",
}

// viewsRefused are those of the engine's own views that no list allows.
var viewsRefused = []string{"duckdb_logs", "pg_prepared_statements", "pg_settings", "sqlite_temp_master", "sqlite_temp_schema"}

// TestGateKnowsEveryName holds the lists to the engine: every function and view
// that it has was decided about, and none is listed that it does not have.
func TestGateKnowsEveryName(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	refused := func(list []string, name string) bool {
		return slices.ContainsFunc(list, func(pattern string) bool { ok, _ := path.Match(pattern, name); return ok })
	}
	g := newGate()
	seen := map[string]bool{}
	check := func(query string, allowed func(string) bool, no []string) {
		t.Helper()
		table, err := storetest.Table(s.Query(t.Context(), query))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range table {
			name := strings.ToLower(row[0].(string))
			seen[name] = true
			if allowed(name) == refused(no, name) {
				t.Errorf("%s: allowed is %t and refused %t, want one of them", name, allowed(name), refused(no, name))
			}
		}
	}
	check("SELECT DISTINCT function_name FROM duckdb_functions() WHERE internal AND function_type IN ('scalar', 'aggregate', 'macro')",
		func(name string) bool { return g.functions[name] }, functionsRefused)
	check("SELECT DISTINCT view_name FROM duckdb_views() WHERE internal",
		func(name string) bool { return g.views[name] || g.sources[name] }, viewsRefused)
	for _, list := range []map[string]bool{g.functions, g.views} {
		for name := range list {
			if !seen[name] {
				t.Errorf("%s is allowed, and the engine has nothing of that name", name)
			}
		}
	}
}

// TestGateRefusesByDefault takes names off the lists, as a new version of the
// engine has some that are on none.
func TestGateRefusesByDefault(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	c, err := s.connection()
	if err != nil {
		t.Fatal(err)
	}
	defer s.give(c)
	for query, of := range map[string]func(*gate){
		"SELECT sqrt(4)":                              func(g *gate) { delete(g.functions, "sqrt") },
		"SELECT SQRT(4) OVER ()":                      func(g *gate) { delete(g.functions, "sqrt") },
		"SELECT list_transform([1], lambda x: ln(x))": func(g *gate) { delete(g.functions, "ln") },
		"SELECT sum(x) OVER () FROM range(3) t(x)":    func(g *gate) { delete(g.functions, "sum") },
		"FROM range(3)":                               func(g *gate) { delete(g.sources, "range") },
		"FROM pg_class":                               func(g *gate) { delete(g.views, "pg_class") },
		"SHOW (FROM information_schema.tables)":       func(g *gate) { delete(g.views, "tables") },
	} {
		g := newGate()
		if _, err := c.question(t.Context(), g, query, maxQuestion); err != nil {
			t.Logf("%s: %v", query, err) // not every one makes sense to the engine
		}
		of(g)
		if _, err := c.question(t.Context(), g, query, maxQuestion); !errors.Is(err, store.ErrReadOnlySQL) {
			t.Errorf("%s with a name that is not listed: %v, want %v", query, err, store.ErrReadOnlySQL)
		}
	}
	// What nobody has is for the engine to say, with what is meant.
	if _, err := s.SQL(t.Context(), "SELECT summ(1)"); err == nil || !strings.Contains(err.Error(), "sum") || errors.Is(err, store.ErrReadOnlySQL) {
		t.Errorf("a name that nobody has: %v", err)
	}
}

// gateStore makes a store with contents, and a folder of files to keep from it.
func gateStore(t *testing.T) (s *Store, dir, outside string) {
	dir, outside = t.TempDir(), t.TempDir()
	other, err := openDatabase(filepath.Join(outside, "other.duckdb"), nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := other.connect()
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"CREATE TABLE t AS SELECT 'hunter2' AS password", "COPY t TO '%s/secret.csv'", "COPY t TO '%s/secret.json'", "COPY t TO '%s/secret.parquet'"} {
		if err := c.run(t.Context(), strings.ReplaceAll(sql, "%s", outside)); err != nil {
			t.Fatal(err)
		}
	}
	c.close()
	other.close()
	s = newStore(t, dir, Options{})
	d := storetest.Delta(storetest.Row(0), storetest.Row(1))
	d.Objects = []store.Object{storetest.Object("/a")}
	if err := s.Commit(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	return s, dir, outside
}

// fingerprint says all that a question could change: contents, catalog,
// settings and files.
func fingerprint(t *testing.T, s *Store, folders ...string) map[string]string {
	t.Helper()
	parts := map[string]string{"logs": "SELECT count(*) FROM duckdb_logs()"}
	for _, table := range []string{"fact", "party", "rule", "log", "object", "meta", "reject", "reject_sample"} {
		parts[table] = "SELECT (count(*), sum(hash(t))) FROM weir." + table + " t"
	}
	for _, catalog := range []string{"tables", "functions", "types", "settings"} {
		parts[catalog] = "SELECT (count(*), sum(hash(t))) FROM duckdb_" + catalog + "() t"
	}
	for _, catalog := range []string{"sequences", "schemas", "databases", "indexes", "secrets", "variables", "prepared_statements"} {
		parts[catalog] = "SELECT list(t ORDER BY t::VARCHAR) FROM duckdb_" + catalog + "() t"
	}
	parts["views"] = "SELECT list(view_name || sql ORDER BY view_name) FROM duckdb_views()"
	query := ""
	for what, part := range parts {
		query += "UNION ALL SELECT '" + what + "', (" + part + ")::VARCHAR "
	}
	table, err := storetest.Table(s.Query(t.Context(), strings.TrimPrefix(query, "UNION ALL ")))
	if err != nil {
		t.Fatal(err)
	}
	f := map[string]string{}
	for _, row := range table {
		f[row[0].(string)] = fmt.Sprint(row[1])
	}
	for i, folder := range folders {
		var names []string
		if err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			names = append(names, strings.TrimPrefix(path, folder))
			return err
		}); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		f[fmt.Sprint("folder ", i)] = strings.Join(names, "\n")
	}
	return f
}
