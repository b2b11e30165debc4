package filter_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/filter"
	"weir/internal/query"
	"weir/internal/store/duckdb"
)

// Whatever the text, it is a condition or a fault at a place in it. A condition
// can be asked, and its canonical text is the same condition.
func FuzzFilter(f *testing.F) {
	for _, field := range query.Fields() {
		f.Add(field.Example, 3)
	}
	f.Add(`not (vnet in ("a b"*, c) or port in (1, 2..3)) and dst in (::ffff:10.0.0.0/104, 10.0.0.4)`, 9)
	f.Add(`operator has ("\"\\", x) or not not malicious`, 14)
	f.Fuzz(func(t *testing.T, text string, cursor int) {
		suggestions, err := filter.Complete(text, cursor, func(string, string) ([]filter.Value, error) { return []filter.Value{{Text: text}}, nil })
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range suggestions {
			if s.Start < 0 || s.End > len(text) || s.Start > s.End {
				t.Errorf("Complete(%q, %d) = %+v", text, cursor, s)
			}
		}
		c, err := filter.Parse(text)
		if err != nil {
			var fault *filter.Error
			if !errors.As(err, &fault) || fault.Pos < 0 || fault.Len < 0 || fault.Pos+fault.Len > len(text) || fault.Text == "" {
				t.Fatalf("Parse(%q) = %#v", text, err)
			}
			return
		}
		printed := filter.Print(c)
		again, err := filter.Parse(printed)
		if diff := cmp.Diff(c, again, addresses); err != nil || diff != "" {
			t.Fatalf("%q is printed as %q: %v (-want +got):\n%s", text, printed, err, diff)
		}
		if twice := filter.Print(again); twice != printed {
			t.Fatalf("%q is printed as %q, then as %q", text, printed, twice)
		}
		if c == nil {
			return
		}
		if _, err := query.Build(duckdb.Dialect{}, query.Question{Measures: []query.Measure{{Name: "n", Of: query.Flows}}, Where: c}); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
