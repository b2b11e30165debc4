package catalog_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/store/duckdb"
	"weir/internal/store/storetest"
)

var rewrite = flag.Bool("rewrite", false, "write columns.txt anew")

// TestColumns compares the catalogue with the views of the store.
func TestColumns(t *testing.T) {
	s, err := duckdb.Open(t.Context(), t.TempDir(), duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rows, err := storetest.Table(s.SQL(t.Context(), `SELECT table_name, column_name, data_type FROM duckdb_columns()
		WHERE schema_name = 'main' AND NOT internal ORDER BY table_name, column_index`))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintln(&b, r[0], r[1], r[2])
	}
	if *rewrite {
		if err := os.WriteFile("columns.txt", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("columns.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), b.String()); diff != "" {
		t.Errorf("columns.txt is not what the store has, write it with -rewrite (-got +want):\n%s", diff)
	}
}
