package kql_test

import (
	"bufio"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

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

// asked returns the queries of which an answer of Microsoft's engine is recorded.
func asked(t testing.TB) []string {
	t.Helper()
	lines := bufio.NewScanner(shared.Open(t, "data/kql/answers.jsonl"))
	lines.Buffer(nil, 1<<20)
	var all []string
	for lines.Scan() {
		var r recorded
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r.KQL)
	}
	return all
}

// own returns what the tree itself asks: the queries of the docs, and every text
// that stands in a test of KQL, whether it is a query or not.
func own(t testing.TB) []string {
	t.Helper()
	var all []string
	pages, err := filepath.Glob("../../docs/*/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	command := regexp.MustCompile("weir kql [^\"'\n]*\"([^\"]*)\"|(?s:```kql\n(.*?)```)")
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range command.FindAllStringSubmatch(string(text), -1) {
			all = append(all, m[1]+m[2])
		}
	}
	tests, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("*/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(tests, more...) {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if text, err := strconv.Unquote(l.Value); err == nil && len(text) > 3 {
					all = append(all, people+text)
				}
			}
			return true
		})
	}
	return all
}

// piece finds the tokens of a text, as far as changing them needs it.
var piece = regexp.MustCompile(`\s+|"[^"\n]*"|'[^'\n]*'|[A-Za-z_$][\w-]*|[0-9][\w.]*|[!=<>]=|=~|!~|\.\.|.`)

// mutate changes one token or two of a text, in one of the ways in which people
// get a query wrong.
func mutate(random *rand.Rand, text string) string {
	all := piece.FindAllString(text, -1)
	var words []int // what is not white space
	for i, s := range all {
		if strings.TrimSpace(s) != "" {
			words = append(words, i)
		}
	}
	i, j := words[random.IntN(len(words))], words[random.IntN(len(words))]
	switch random.IntN(9) {
	case 0:
		all[i] = ""
	case 1:
		all[i] += " " + all[i]
	case 2:
		all[i], all[j] = all[j], all[i]
	case 3:
		if upper := strings.ToUpper(all[i]); upper != all[i] {
			all[i] = upper
		} else {
			all[i] = strings.ToLower(all[i])
		}
	case 4:
		brackets := []string{"(", ")", "[", "]", "{", "}", `"`, "'", "|", ",", ";"}
		all[i] += brackets[random.IntN(len(brackets))]
	case 5: // a value of another type, or a thing that is none
		values := []string{"1", "2.5", `"a"`, "true", "1h", "datetime(2026-01-01)", "dynamic([1])", "int(null)", "nosuch", "f()", "*", "-1"}
		all[i] = values[random.IntN(len(values))]
	case 6: // what is missing at the end
		all = all[:i]
	case 7:
		operators := []string{"==", "!=", "<", "and", "or", "+", "-", "/", "%", "has", "in", "!in~", "between", "contains", "=~", "=", ".", "..", "!"}
		all[i] = " " + operators[random.IntN(len(operators))] + " "
	default:
		all[i] = all[j]
	}
	return strings.Join(all, "")
}
