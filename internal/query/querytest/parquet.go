package querytest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Parquet returns the rows of a Parquet file and the names, types and units of its
// columns, as DuckDB reads it: times as in RFC 3339, numbers as json.Number.
func Parquet(t testing.TB, content string) (columns []map[string]any, rows []map[string]any) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "rows.parquet")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	read := func(question string) (list []map[string]any) {
		t.Helper()
		out := filepath.Join(dir, "out.json")
		if err := run(filepath.Join(dir, "empty.duckdb"), fmt.Sprintf("SET TimeZone = 'UTC'; COPY (%s) TO '%s' (FORMAT json, ARRAY true)", question, out)); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		d := json.NewDecoder(strings.NewReader(string(text)))
		d.UseNumber()
		if err := d.Decode(&list); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		return list
	}
	from := fmt.Sprintf("read_parquet('%s', hive_partitioning = false)", file)
	columns = read(fmt.Sprintf(`SELECT c.column_name AS name, c.column_type AS type, coalesce(k.value::BLOB::VARCHAR, '') AS unit
		FROM (SELECT *, row_number() OVER () AS place FROM (DESCRIBE FROM %s)) AS c
		LEFT JOIN parquet_kv_metadata('%s') AS k ON k.key::BLOB = concat('unit.', c.column_name)::BLOB ORDER BY c.place`, from, file))
	return columns, read("FROM " + from)
}
