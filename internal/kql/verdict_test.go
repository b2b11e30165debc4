package kql_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"weir/internal/kql"
	"weir/internal/kql/syntax"
)

// mutations are how many changed texts both are asked.
const mutations = 1000

// TestReferee compares what is taken, what is refused, where, and the names and
// types of the columns with what Microsoft's own parser and binder say: of every
// eighth text, of all of them in CI or with WEIR_KQL_ALL=1, and WEIR_KQL_PLACES=1
// shows faults that are told at another place.
func TestReferee(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	small := asked(t)
	texts := slices.Concat(dashboard(t), small, own(t), probes(t))
	for range mutations {
		texts = append(texts, mutate(random, small[random.IntN(len(small))]))
	}
	all := os.Getenv("CI") == "true" || os.Getenv("WEIR_KQL_ALL") != ""
	if !all { // Microsoft's binder needs more than a minute for them
		texts = everyEighth(texts)
	}
	excuses := excuses()
	used := make([]int, len(excuses))
	var taken, refused, unsupported, samePlace int
	for i, v := range referee(t, texts) {
		q, err := kql.Compile(texts[i], kql.Options{})
		var f *syntax.Fault
		if err != nil && !errors.As(err, &f) {
			t.Fatalf("%v\n%s", err, texts[i])
		}
		short := strings.TrimPrefix(texts[i][:min(len(texts[i]), 3000)], people)
		switch {
		case f != nil && (f.Code == syntax.CodeUnsupported || f.Code == syntax.CodeTooMuch):
			unsupported++
		case (f == nil) != (len(v.Faults) == 0):
			n := slices.IndexFunc(excuses, func(e excuse) bool { return e.fits(f, v) })
			if n >= 0 {
				used[n]++
				continue
			}
			t.Errorf("Weir: %v; Microsoft: %v\n%s", err, v, short)
		case f == nil:
			taken++
			if !slices.Equal(q.Columns, v.Columns) && !slices.ContainsFunc(engineDiffers(), func(part string) bool { return strings.Contains(texts[i], part) }) {
				t.Errorf("columns are %v\nwant %v\n%s", q.Columns, v.Columns, short)
			}
		default:
			refused++
			if slices.ContainsFunc(v.Faults, func(d fault) bool { return d.Start == f.Pos }) {
				samePlace++
			} else if os.Getenv("WEIR_KQL_PLACES") != "" {
				t.Logf("at byte %d %v; Microsoft %v\n%s", f.Pos, err, v, short)
			}
		}
	}
	for i, e := range excuses {
		t.Logf("%4d: %s", used[i], e.why)
		if used[i] == 0 && all {
			t.Errorf("no text needs the excuse %q", e.why)
		}
	}
	t.Logf("%d texts: both take %d, both refuse %d (%d at the same place), %d have what Weir does not", len(texts), taken, refused, samePlace, unsupported)
}

// engineDiffers are parts of texts of which the recorded answers of the engine
// have other columns than the binder says, and so has Weir; names between brackets
// drop the columns that they do not name, as Microsoft's page of extend says. The
// last is Weir's own: of the tables that say the same, search looks at one.
func engineDiffers() []string {
	return []string{"datetime_diff('week'", "scan declare", "st = series_stats(", "fit = series_fit_line(", "(a, b) = series_fit_line(", "\nsearch \"x\""}
}

func everyEighth(texts []string) []string {
	var some []string
	for i := 0; i < len(texts); i += 8 {
		some = append(some, texts[i])
	}
	return some
}

// excuse is why a text is taken by one of the two alone: what Weir says, empty
// where it takes the text, or what Microsoft's says.
type excuse struct{ weir, microsoft, why string }

func (e excuse) fits(f *syntax.Fault, v verdict) bool {
	if f != nil {
		return e.weir != "" && strings.Contains(f.Error(), e.weir)
	}
	return e.microsoft != "" && len(v.Faults) > 0 && strings.Contains(v.Faults[0].Code+" "+v.Faults[0].Message, e.microsoft)
}

func excuses() []excuse {
	return []excuse{
		{weir: "' is no datetime", why: "a literal that cannot be read is refused: Kusto takes it for null, docs/reference/kql.md says so"},
		{weir: "' is no ", why: "the same of other types"},
		{weir: "is more than a number can be", why: "the same of numbers"},
		{weir: "where there should be a", why: "a value of another type in a datatable or a function is refused: what Kusto makes of it is not written down"},
		{weir: "is not defined for", why: "two dynamics, or a number and a text, have no order: the engine refuses what its binder takes"},
		{weir: "a number of rows, and a constant", why: "rows are counted by constants: the engine refuses what its binder takes"},
		{weir: "expression named 'l' (SEM0100)", why: "rows are counted by constants, not by columns"},
		{weir: "cannot be sorted by a dynamic", why: "top sorts as sort does, which refuses a dynamic in both"},
		{weir: "the answer has no columns", why: "an answer without columns says nothing"},
		{weir: "a datatable has columns", why: "the same of a datatable"},
		{weir: "none of the tables of this union exists", why: "the same of a union of nothing"},
		{weir: "the query ends where", why: "an operator of nothing says nothing"},
		{weir: "'=' stands where", why: "one = gives a name: that it also compares is written nowhere"},
		{weir: "they have no order here", why: "the engine refuses functions over rows without an order, which its binder takes"},
		{weir: "takes pair_delimiter and kv_delimiter", why: "one of the delimiters says too little"},
		{weir: "typeof() has no place here", why: "a type is no value"},
		{weir: "assert-schema: the columns are", why: "the engine refuses what its binder takes"},
		{weir: "should be what the function gives", why: "a function gives something"},
		{microsoft: "KS134 The expression value must be an integer.", why: "the engine takes seconds with a fraction, as recorded"},
		{microsoft: "KS142 The name 'k' does not refer", why: "a function of any table, (*), sees the columns of the one that it is given"},
		{microsoft: "KS234", why: "the engine gives null for the length of what is no list"},
		{microsoft: "KS141 The expression must have the type string.", why: "the engine gives null for an entry of a bag by its number"},
		{microsoft: "KS107 A value of type bool expected.", why: "the recorded answers of the engine take count(x) of any x"},
	}
}

// probes are one query each, over a table that has a column of each type.
func probes(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/probes.kql")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for line := range bytes.Lines(text) {
		all = append(all, "let T = datatable(b:bool, i:int, l:long, r:real, s:string, t:datetime, n:timespan, g:guid, d:dynamic)[];\n"+string(bytes.TrimSpace(line)))
	}
	return all
}
