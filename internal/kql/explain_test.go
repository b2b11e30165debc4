package kql_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"weir/internal/kql"
	"weir/internal/query/rel"
)

func TestExplain(t *testing.T) {
	q, err := kql.Compile(people+`T | join kind=leftouter R on k | where k in (range n from 1 to 2 step 1) and s != toscalar(R | take 1 | project s)
		| extend b = bin(x, 10), d = 90m | summarize n = count() by b, g | sort by n asc`, kql.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := `answer: b#26: long, g#27: string, n#28: long
sort by n#28 asc, b#26 asc, g#27 asc
  summarize n#28: long = count() by b#26: long = b#24, g#27: string = g#12
    project g#12, b#24: long = bin_long(x#13, 10)
      where ((k#11 in (project #19: long = n#18 <- count n#18 from 1 to 2 by 1)) and (s#14 <> toscalar(project s#23: string = s#21 <- take 1 <- project s#21: string = s#6 <- rows of the query (3): s#6: string)))
        project k#11: long = k#1, g#12: string = g#2, x#13: long = x#3, s#14: string = s#4
          left join on k#1 == k#8
            rows of the query (3): k#1: long, g#2: string, x#3: long, s#4: string
            project k#8: long = k#5
              rows of the query (3): k#5: long
`
	plan, sql, _ := strings.Cut(q.Explain(), "\n\n")
	if diff := cmp.Diff(plan+"\n", want); diff != "" {
		t.Errorf("plan (-got +want):\n%s", diff)
	}
	if !strings.Contains(sql, "\n  SELECT ") || !strings.Contains(sql, "\nORDER BY ") {
		t.Error(sql)
	}
}

// The SQL of a query is the same on lines, but for white space, and opens what it
// closes.
func TestLayout(t *testing.T) {
	bare := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return -1
			}
			return r
		}, s)
	}
	for _, text := range append(asked(t), `print ['a (SELECT b'] = "it''s (SELECT 1 FROM x)" | where ['a (SELECT b'] != ") FROM '"`) {
		q, err := kql.Compile(text, kql.Options{})
		if err != nil {
			continue
		}
		laid := rel.Layout(q.SQL)
		if bare(laid) != bare(q.SQL) {
			t.Errorf("%s\nbecame\n%s", q.SQL, laid)
		}
		for _, s := range outside.FindAllString(q.SQL, -1) {
			if !strings.Contains(laid, s) {
				t.Errorf("%s is not in\n%s", s, laid)
			}
		}
		if last := laid[strings.LastIndexByte(laid, '\n')+1:]; strings.HasPrefix(last, " ") {
			t.Errorf("the last line is indented:\n%s", laid)
		}
	}
}
