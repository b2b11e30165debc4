package kql_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/kql"
	"weir/internal/kql/catalog"
)

var rewriteDefined = flag.Bool("rewrite", false, "write catalog/defined.txt anew")

// TestDefined compares the columns of tables that queries define with the catalogue.
func TestDefined(t *testing.T) {
	const file = "catalog/defined.txt"
	sql := map[string]string{"bool": "BOOLEAN", "int": "INTEGER", "long": "BIGINT", "real": "DOUBLE", "string": "VARCHAR", "datetime": "TIMESTAMP"}
	var b strings.Builder
	for _, table := range catalog.Tables() {
		if table.Definition == "" {
			continue
		}
		q, err := kql.Compile(table.Name, kql.Options{})
		if err != nil {
			t.Fatalf("%s: %v", table.Name, err)
		}
		if table.View != "" { // has the columns of its view
			var want, got []string
			for _, c := range table.Columns {
				want = append(want, c.Name)
			}
			for _, c := range q.Columns {
				got = append(got, c.Name)
			}
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("columns of %s (-got +want):\n%s", table.Name, diff)
			}
			continue
		}
		for _, c := range q.Columns {
			fmt.Fprintln(&b, table.Name, c.Name, sql[c.Type])
		}
	}
	if *rewriteDefined {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), b.String()); diff != "" {
		t.Errorf("%s is not what the definitions have, write it with -rewrite (-got +want):\n%s", file, diff)
	}
}
