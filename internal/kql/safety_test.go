package kql_test

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/kql"
	"weir/internal/kql/catalog"
	"weir/internal/kql/syntax"
)

// Canaries: a text and a name that would be noticed in SQL.
const (
	canaryText = `q'; DROP TABLE canary; --"/*$$`
	canaryName = `c1"; DROP TABLE canary; --`
)

// outside is a piece of SQL within quotes: a text, or a name of the store.
var outside = regexp.MustCompile(`'(?:[^']|'')*'|"(?:[^"]|"")*"`)

// bare is SQL without what stands in quotes, of which the names are returned.
func bare(sql string) (rest string, names []string) {
	rest = outside.ReplaceAllStringFunc(sql, func(s string) string {
		if s[0] == '"' {
			names = append(names, strings.ReplaceAll(s[1:len(s)-1], `""`, `"`))
			return "N"
		}
		return "T"
	})
	return rest, names
}

// asSQL is how what stands outside of quotes may look.
var asSQL = regexp.MustCompile(`^[\w\s(),.*=<>:+\-/%|\[\]{}&~!?^#$]*$`)

// unsafe says what of a text got into its SQL, or nothing.
func unsafe(sql string, known map[string]bool) string {
	rest, names := bare(sql)
	for _, name := range names {
		if !known[name] {
			return "the name " + name + " is none of the store"
		}
	}
	if !asSQL.MatchString(rest) {
		return "there are signs outside of quotes: " + rest
	}
	for _, word := range []string{"canary", "DROP", ";", "--", "/*", "$$", "read_", "parquet", "pragma", "getenv", "current_setting", "attach", "install"} {
		if strings.Contains(rest, word) {
			return "there is " + word + " outside of quotes"
		}
	}
	return ""
}

// storeNames are the names of views and columns that SQL may have.
func storeNames() map[string]bool {
	known := map[string]bool{"weir": true, "stated": true, "snapshot": true, "time": true}
	for _, table := range catalog.Tables() {
		known[table.Name], known[table.View] = true, true
		for _, part := range strings.Split(table.View, ".") {
			known[part] = true
		}
		for _, c := range table.Columns {
			known[c.Name] = true
		}
	}
	return known
}

// TestNoTextIsSQL puts canaries into the texts and names of queries. Whatever a
// query has stands in quotes, if it stands in the SQL at all, and only names of
// the store are names of it.
func TestNoTextIsSQL(t *testing.T) {
	known := storeNames()
	texts := regexp.MustCompile(`"[^"\\\n]*"|'[^'\\\n]*'`)
	given := regexp.MustCompile(`\b([A-Za-z_]\w*) *=[^=~]`)
	plain := func(text string) {
		q, err := kql.Compile(text, kql.Options{})
		if err != nil {
			return
		}
		if fault := unsafe(q.SQL, known); fault != "" {
			t.Errorf("%s\n%s", fault, text)
		}
	}
	tried, compiled := 0, 0
	try := func(text string) {
		tried++
		q, err := kql.Compile(text, kql.Options{})
		var f *syntax.Fault
		switch {
		case err == nil:
			compiled++
			if fault := unsafe(q.SQL, known); fault != "" {
				t.Errorf("%s\n%s", fault, text)
			}
		case !errors.As(err, &f):
			t.Errorf("%v\n%s", err, text)
		}
	}
	for i, text := range dashboard(t) {
		if i%4 == 0 {
			plain(text)
		}
	}
	for i, text := range asked(t) {
		for _, at := range texts.FindAllStringIndex(text, 3) {
			try(text[:at[0]] + `@"` + strings.ReplaceAll(canaryText, `"`, `""`) + `"` + text[at[1]:])
		}
		if m := given.FindStringSubmatch(text); m != nil && i%2 == 0 {
			try(regexp.MustCompile(`\b`+m[1]+`\b`).ReplaceAllLiteralString(text, "['"+canaryName+"']"))
		}
	}
	t.Logf("%d queries with canaries, %d of them answered", tried, compiled)
	if compiled < tried/2 {
		t.Errorf("%d of %d queries with canaries are answered: canaries are in the wrong places", compiled, tried)
	}
}

// TestBombs asks what would take any memory or time. It is refused, or answered,
// within bounds.
func TestBombs(t *testing.T) {
	times := strings.Repeat
	var lambdas, views strings.Builder
	lambdas.WriteString("let f0 = (x:long) { x + 1 }; ")
	views.WriteString("let v0 = view () { NTANetAnalytics }; ")
	for i := 1; i < 60; i++ {
		fmt.Fprintf(&lambdas, "let f%d = (x:long) { f%d(x) + f%[2]d(x) + f%[2]d(x) }; ", i, i-1)
		fmt.Fprintf(&views, "let v%d = view () { union v%d, v%[2]d, v%[2]d }; ", i, i-1)
	}
	for name, text := range map[string]string{
		"parentheses":       "print " + times("(", 30_000) + "1" + times(")", 30_000),
		"brackets":          "print dynamic(" + times("[", 30_000) + times("]", 30_000) + ")",
		"not":               "print " + times("not(", 15_000) + "true" + times(")", 15_000),
		"minus":             "print " + times("-", 60_000) + "1",
		"strcat":            "print " + times("strcat('a',", 5_000) + "'b'" + times(")", 5_000),
		"operators":         "T" + times("|take 1", 9_000),
		"known operators":   "NTANetAnalytics" + times("|take 1", 9_000),
		"extends":           "print a=1" + times("|extend a=a+a", 5_000),
		"wide extends":      "NTANetAnalytics" + times("|extend b=strcat(SrcIp,DestIp)", 2_000),
		"joins":             "NTANetAnalytics" + times("|join NTANetAnalytics on SrcIp", 2_000),
		"unions":            "union " + times("NTANetAnalytics,", 4_000) + "NTANetAnalytics",
		"and":               "NTANetAnalytics|where true" + times(" and DestPort>1", 4_000),
		"or of the unknown": "NTANetAnalytics|where false" + times(" or SrcIp=='a'", 4_000),
		"in":                "NTANetAnalytics|where DestPort in (" + times("1,", 30_000) + "2)",
		"columns":           "print 1" + times(",1", 30_000),
		"rows":              "datatable(a:long)[1" + times(",1", 30_000) + "]",
		"lambdas":           lambdas.String() + "print f59(1)",
		"lambdas of rows":   lambdas.String() + "range x from 1 to 2 step 1 | extend f59(x)",
		"views":             views.String() + "v59",
		"a literal":         "print '" + times("a", 64_000) + "'",
		"a literal doubled": "let a0='" + times("a", 30_000) + "'; let a1=strcat(a0,a0); let a2=strcat(a1,a1); let a3=strcat(a2,a2); print a3",
		"a repetition":      "print strrep(strrep(strrep('aaaaaaaa',1000),1000),1000)",
		"digits":            "print " + times("9", 60_000),
		"a range":           "range x from 1 to 9223372036854775807 step 1",
		"top-nested":        "NTANetAnalytics|top-nested of SrcIp by count()" + times(",top-nested of DestIp by count()", 1_000),
		"case":              "print case(" + times("true,1,", 8_000) + "2)",
		"lets":              times("let a=1;", 8_000) + "print a",
		"a pattern":         "NTANetAnalytics|where SrcIp matches regex '" + times("(a", 10_000) + times(")*", 10_000) + "'",
		"too long":          times(" ", 70_000),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		q, err := kql.Compile(text, kql.Options{})
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		t.Logf("%-18s %8s %6d MB %7d bytes of SQL %.90v", name, took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20, len(q.SQL), err)
		var f *syntax.Fault
		if err != nil && !errors.As(err, &f) {
			t.Errorf("%s: %v", name, err)
		}
		if after.TotalAlloc-before.TotalAlloc > 1<<30 { // in all, not at once
			t.Errorf("%s takes %d MB", name, (after.TotalAlloc-before.TotalAlloc)>>20)
		}
		if took > 3*time.Second { // a second of a machine that does other things too
			t.Errorf("%s takes %s", name, took)
		}
		if refused := []string{"parentheses", "brackets", "not", "minus", "strcat", "lambdas", "lambdas of rows", "views", "case", "a repetition", "known operators", "a range", "columns", "too long"}; err == nil && slices.Contains(refused, name) {
			t.Errorf("%s is answered", name)
		}
	}
}
