package lint

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// asksItself matches SQL over tables or views in a text: those of the store,
// which no other room knows, and a SELECT from whatever.
func asksItself() (tables, selects *regexp.Regexp) {
	return regexp.MustCompile(`\bweir\.(fact|counted|captured|flow|party|host|tenure|endpoint|rule|log|scope|own|object|reject|reject_sample|` +
			`verdict|relation|application|document|resource|meta|unsettled|unmerged|interval|span|(hour|day)_\w+|flow_type_\w+|at_hop)\b`),
		regexp.MustCompile(`(?is)\bSELECT\b.*\bFROM\b`)
}

// beside are files that may name tables, each with its reason.
func beside() map[string]string {
	return map[string]string{
		"bench/scale_asks_test.go":              "asks the same in plain SQL of the engine, to compare",
		"internal/pipeline/known_test.go":       "holds every row as stored to the truth of the simulator",
		"internal/pipeline/once_test.go":        "the same",
		"internal/server/client/client_test.go": "what a user may not ask",
	}
}

// SQL stands in query, which writes questions, and in stores. A second engine
// could not know what stands anywhere else. What is told to a person to type
// (cmd/weir) speaks of public views, and so do tests that look at these.
func TestSQLStandsInQueryAndStores(t *testing.T) {
	tables, selects := asksItself()
	base := root(t)
	looked := 0
	for _, f := range tracked(t, base) {
		room, inside := roomOf("weir/" + f)
		if !strings.HasSuffix(f, ".go") || room == "query" || room == "store" || room == "lint" {
			continue
		}
		if beside()[f] != "" {
			continue
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, filepath.Join(base, f), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		looked++
		test := strings.HasSuffix(f, "_test.go")
		ast.Inspect(parsed, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			if m := tables.FindString(text); m != "" {
				t.Errorf("%s: %s is a table of the store; ask by a method of store.Store or through query", set.Position(lit.Pos()), m)
			}
			if inside && !test && selects.MatchString(text) {
				t.Errorf("%s: SQL stands in query and in stores; ask by a method of store.Store or through query", set.Position(lit.Pos()))
			}
			return true
		})
	}
	if looked < 100 {
		t.Errorf("only %d files looked at; the search is broken", looked)
	}
}
