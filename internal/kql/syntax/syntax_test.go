package syntax_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"weir/internal/kql/syntax"
	"weir/internal/shared"
)

// dashboard returns the texts of Microsoft's dashboard. One of them is empty.
func dashboard(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(shared.Path(t, "data/kql/dashboard"), "*.kql"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var all []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 0 {
			all = append(all, string(text))
		}
	}
	return all
}

func TestDashboardParses(t *testing.T) {
	for _, text := range dashboard(t) {
		if _, err := syntax.Parse(text); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	}
}

// Whatever the text, it is a query or a fault at a place in it.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"let f = (x:real, n:int = 2) { round(x, n) }; T | where a has 'b' | summarize c = count() by bin(t, 1h) // end",
		"datatable (t: datetime, d: dynamic) [datetime(2026-01-01), dynamic({'a': [1, -2.5e3, null]})]",
		"union isfuzzy=true (print x = @'a''b'), T | join kind=leftouter (R) on $left.a == $right.b | mv-expand x to typeof(long)",
		"T | top-nested 3 of a by sum(b) desc, top-nested of c by max(d) | project-away ['odd name'], Src* | render timechart with (title='x')",
		"range i from 1 to 0x1F step 2 | where i !in~ (1, 2) and s between (1d .. 2.5h) and not(x matches regex 'a+')",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := syntax.Parse(text)
		if err == nil {
			if len(q.Statements) == 0 {
				t.Fatal("a query of nothing")
			}
			return
		}
		var fault *syntax.Fault
		if !errors.As(err, &fault) || fault.Pos < 0 || fault.Pos > len(text) || fault.Line < 1 || fault.Column < 1 || fault.Message == "" || !utf8.ValidString(fault.Message) && utf8.ValidString(text) {
			t.Fatalf("Parse(%q) = %#v", text, err)
		}
	})
}
