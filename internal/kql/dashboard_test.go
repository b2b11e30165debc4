package kql_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"weir/internal/kql"
	"weir/internal/shared"
)

// TestDashboard asks an empty store the queries of Microsoft's dashboard.
func TestDashboard(t *testing.T) {
	s := newStore(t)
	files, err := filepath.Glob(filepath.Join(shared.Path(t, "data/kql/dashboard"), "*.kql"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) == 0 { // one branch of the dashboard asks nothing
			continue
		}
		rows, _, err := kql.Ask(t.Context(), s, string(text), kql.Options{})
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		for rows.Next() {
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
	}
}
