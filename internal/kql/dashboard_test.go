package kql_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/internal/kql"
	"weir/internal/kql/syntax"
	"weir/internal/shared"
)

// leastCompiled is how many texts of Microsoft's dashboard are answered. It may
// only grow; the others ask tables that Weir does not have yet.
const leastCompiled = 145

// TestDashboard asks an empty store the queries of Microsoft's dashboard.
func TestDashboard(t *testing.T) {
	s := newStore(t)
	files, err := filepath.Glob(filepath.Join(shared.Path(t, "data/kql/dashboard"), "*.kql"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	compiled := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rows, _, err := kql.Ask(t.Context(), s, string(text), kql.Options{})
		var f *syntax.Fault
		switch {
		case len(text) == 0 || errors.As(err, &f) && strings.Contains(f.Message, "'AzureNetworkAnalytics"):
			continue
		case err != nil:
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		compiled++
		for rows.Next() {
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
	}
	t.Logf("%d of %d texts are answered", compiled, len(files))
	if compiled < leastCompiled {
		t.Errorf("%d texts are answered, want %d", compiled, leastCompiled)
	}
}
