package syntax_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

// mutations are how many texts are changed to ask both parsers.
const mutations = 300

// TestReferee compares what is taken and what is refused with Microsoft's own
// parser, on the texts of the dashboard and on changed ones.
func TestReferee(t *testing.T) {
	texts := dashboard(t)
	random := rand.New(rand.NewPCG(1, 2))
	recorded := bufio.NewScanner(shared.Open(t, "data/kql/answers.jsonl"))
	recorded.Buffer(nil, 1<<20)
	var small []string
	for recorded.Scan() {
		var r struct{ KQL string }
		if err := json.Unmarshal(recorded.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		small = append(small, r.KQL)
	}
	texts = append(texts, small...)
	for range mutations {
		texts = append(texts, mutate(random, small[random.IntN(len(small))]))
	}
	wrong := 0
	for i, fault := range referee(t, texts) {
		_, err := syntax.Parse(texts[i])
		var f *syntax.Fault
		if errors.As(err, &f) && f.Code != syntax.CodeSyntax { // a thing that Weir does not have
			continue
		}
		if (err == nil) != (fault == "") {
			wrong++
			t.Logf("Weir: %v; Microsoft: %s\n%s", err, fault, texts[i])
		}
	}
	// Microsoft's parser takes a literal that it cannot read for a null, and an
	// operator without columns.
	if most := mutations / 30; wrong > most {
		t.Errorf("%d of %d texts are taken by one parser alone, at most %d may be", wrong, len(texts), most)
	}
}

// mutate leaves out, doubles or exchanges a piece of a text.
func mutate(random *rand.Rand, text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' })
	i, j := random.IntN(len(words)), random.IntN(len(words))
	switch random.IntN(3) {
	case 0:
		words[i] = ""
	case 1:
		words[i] += " " + words[i]
	default:
		words[i], words[j] = words[j], words[i]
	}
	return strings.Join(words, " ")
}

// referee asks Microsoft's parser, which runs on Node.js and comes with the
// packages of ui: what is wrong with each text, or nothing.
func referee(t *testing.T, texts []string) []string {
	t.Helper()
	folder := filepath.Join("..", "..", "..", "ui", "node_modules", "@kusto", "language-service-next")
	node, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(folder)
	}
	if err != nil {
		const message = "this test needs Node.js and the packages of ui (npm ci): %v"
		if os.Getenv("CI") == "true" {
			t.Fatalf(message, err)
		}
		t.Skipf(message, err)
	}
	var in, errs bytes.Buffer
	for _, text := range texts {
		line, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "referee.mjs"), folder)
	cmd.Stdin, cmd.Stderr = &in, &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	var faults []string
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var fault string
		if err := d.Decode(&fault); err != nil {
			t.Fatal(err)
		}
		faults = append(faults, fault)
	}
	if len(faults) != len(texts) {
		t.Fatalf("%d answers to %d texts", len(faults), len(texts))
	}
	return faults
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
