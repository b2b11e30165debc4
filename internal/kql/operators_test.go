package kql_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/kql"
	"weir/internal/kql/syntax"
)

// people are rows that the tests ask.
const people = `let T = datatable(k:long, g:string, x:long, s:string) [1,"a",10,"u", 2,"a",int(null),"", 3,"b",30,"w"];
let R = datatable(k:long, s:string, y:real) [2,"r",2.5, 3,"q",3.5, 4,"z",4.5];
`

// TestOperators asks small tables; answers are rows of JSON, columns first.
func TestOperators(t *testing.T) {
	f := asking(t)
	// A null is not equal, so it is unequal.
	f(`T | where x != 10 | project k`, "k", "[2]", "[3]")
	f(`T | where not(x == 10) | project k`, "k", "[2]", "[3]")
	f(`T | where x > 10 | project k`, "k", "[3]")
	f(`T | where not(x > 10) | project k`, "k", "[1]")
	f(`T | where isempty(s) and isnotempty(g) | count`, "Count", "[1]")
	// Names that differ in case alone are two names.
	f(`T | project a = k, A = g | where A == "b" and a == 3 | project A, a`, "A a", `["b",3]`)
	f(`T | extend x = x + 1, twice = x * 2 | project k, x, twice`, "k x twice", "[1,11,20]", "[2,null,null]", "[3,31,60]")
	f(`T | project-away s, x | project-rename key = k`, "key g", `[1,"a"]`, `[2,"a"]`, `[3,"b"]`)
	f(`T | project-keep x, k`, "k x", "[1,10]", "[2,null]", "[3,30]")
	f(`T | summarize count(), sum(x), make_list(s) by g | sort by g asc`, "g count_ sum_x list_s", `["a",2,10,"[\"u\",\"\"]"]`, `["b",1,30,"[\"w\"]"]`)
	f(`T | where k > 9 | summarize n = count(), sum(x), max(x), l = make_list(x)`, "n sum_x max_x l", `[0,0,null,"[]"]`)
	f(`T | summarize arg_max(x, *) by g | sort by g`, "g x k s", `["b",30,3,"w"]`, `["a",10,1,"u"]`)
	f(`T | summarize countif(x > 5), sumif(x, g == "b"), dcount(g), avg(x)`, "countif_ sumif_x dcount_g avg_x", "[2,30,2,20]")
	f(`T | summarize percentiles(k, 50, 99.9), percentile(x, 10)`, "percentile_k_50 percentile_k_99_9 percentile_x_10", "[2,3,10]")
	f(`T | summarize percentilew(k, k, 50), p = percentiles_array(k, 50, 100)`, "percentile_k_50 p", `[2,"[2,3]"]`)
	f(`T | summarize (a, b) = percentiles(k, 1, 100)`, "a b", "[1,3]")
	f(`T | summarize minif(s, s != ""), maxif(k, k < 3), dcountif(g, k < 3), stdevif(k, k > 1), make_list_if(s, k != 2), make_set_if(g, k < 9)`,
		"minif_s maxif_k dcountif_g stdevif_k list_s set_g", `["u",2,1,0.7071067811865476,"[\"u\",\"w\"]","[\"a\",\"b\"]"]`)
	f(`T | where k == 3 | summarize take_any(*)`, "k g x s", `[3,"b",30,"w"]`)
	f(`T | where k == 3 | summarize take_any(s, x), any(g), take_anyif(s, k > 3) by k`, "k s x any_g s1", `[3,"w",30,"b",""]`)
	f(`T | summarize make_bag_if(pack(s, k), s != ""), binary_all_or(k), buildschema(pack("a", k, "b", pack_array(s)))`,
		"bag_ k schema_", `["{\"u\":1,\"w\":3}",3,"{\"a\":\"long\",\"b\":{\"`+"`indexer`"+`\":\"string\"}}"]`)
	f(`T | summarize avg(k * 1h), sum(todecimal(k)), max(todecimal(k) / 3)`, "avg_ sum_k max_", `["02:00:00","6","1"]`)
	f(`T | where s has_any ((T | where k > 2 | project s)) | project k`, "k", "[3]")
	f(`T | where s has_any (pack_array(s, g)) and isnotempty(s) | project k`, "k", "[1]", "[3]")
	f(`T | where * has "w" | project k`, "k", "[3]")
	f(`T | where * == 30 | project k, pack_all(), bag_pack_columns(k, s)`, "k Column1 Column2", `[3,"{\"k\":3,\"g\":\"b\",\"x\":30,\"s\":\"w\"}","{\"k\":3,\"s\":\"w\"}"]`)
	f(`T | extend t = datetime(2026-01-01) + k * 1d | where t > endofday(datetime(2026-01-02)) and t <= endofday(datetime(2026-01-03)) | project k`, "k", "[2]")
	f(`union (print t = datetime(2026-01-01)), (print t = endofday(datetime(2026-01-01))) | summarize max(t), dcount(t)`,
		"max_t dcount_t", `["2026-01-01T23:59:59.9999999Z",2]`)
	f(`T | extend (low, high) = array_sort_desc(pack_array(k, 2), pack_array(x, 7)) | project k, high`, "k high", `[1,"[7,10]"]`, `[2,"[null,7]"]`, `[3,"[30,7]"]`)
	f(`T | distinct g | sort by g`, "g", `["b"]`, `["a"]`)
	// Without a direction the greatest is first, and nulls are last.
	f(`T | sort by x | project k`, "k", "[3]", "[1]", "[2]")
	f(`T | sort by x asc | project k`, "k", "[2]", "[1]", "[3]")
	f(`T | top 1 by k asc | project k`, "k", "[1]")
	f(`T | take 0 | project k`, "k")
	f(`T | join kind=inner R on k | project k, s, s1, y | sort by k asc`, "k s s1 y", `[2,"","r",2.5]`, `[3,"w","q",3.5]`)
	f(`T | join kind=leftouter R on k | project k, k1, s1, y | sort by k asc`, "k k1 s1 y", `[1,null,"",null]`, `[2,2,"r",2.5]`, `[3,3,"q",3.5]`)
	f(`T | join kind=fullouter R on $left.k == $right.k | count`, "Count", "[4]")
	f(`T | join kind=leftanti R on k | project k`, "k", "[1]")
	f(`T | join kind=rightsemi R on k | project k, s | sort by k asc`, "k s", `[2,"r"]`, `[3,"q"]`)
	f(`T | project g | join (T | project g, k) on g | count`, "Count", "[3]")
	f(`T | join kind=inner (R | project x = 10, m = k) on x | project k, m | sort by m asc`, "k m", "[1,2]", "[1,3]", "[1,4]")
	f(`T | lookup R on k | project k, y | sort by k asc`, "k y", "[1,null]", "[2,2.5]", "[3,3.5]")
	f(`union (T | project k, x), (R | project k, x = y) | sort by k asc, x_real asc | take 2`, "k x_long x_real", "[1,10,null]", "[2,null,null]")
	f(`union isfuzzy=true (print n = 1), NoSuchTable`, "n", "[1]")
	f(`print l = dynamic([1,null,"z"]), n = 7 | mv-expand l to typeof(string)`, "l n", `["1",7]`, `["",7]`, `["z",7]`)
	f(`print a = dynamic([1,2]), b = dynamic([3]), e = dynamic([]) | mv-expand a, b | project a, b`, "a b", `["1","3"]`, `["2",null]`)
	f(`T | top-nested 1 of g by sum(x), top-nested of s by max(k)`, "g aggregated_g s aggregated_s", `["b",30,"w",3]`)
	f(`range n from 1 to 5 step 2`, "n", "[1]", "[3]", "[5]")
	f(`let f = (v:long, w:string = "!") { strcat(v, w) }; print f(1), b = f(2, "?")`, "print_0 b", `["1!","2?"]`)
	f(`let V = view () { T | where k == 1 }; V | project k`, "k", "[1]")
	f(`T | where k in ((R | project k)) | count`, "Count", "[2]")
	f(`print toscalar(T | summarize max(x))`, "print_0", "[30]")
	f(`T | getschema | project ColumnName, ColumnType | take 1`, "ColumnName ColumnType", `["k","long"]`)
	// No text and no name of a query is SQL.
	f("print ['a\"b'] = \"it's '' -- /*\", c1 = '$1' | where c1 == '$1'", `a"b c1`, `["it's '' -- /*","$1"]`)
	f(`print format_bytes(10332, 1), format_bytes(564), format_bytes(20010332)`, "print_0 print_1 print_2", `["10.1 KB","564 B","19 MB"]`)
	f(`print i = indexof_regex("vmss_a_12", "_[^_]+$"), s = substring("vmss_a_12", 0, 6), t = 90m`, "i s t", `[6,"vmss_a","01:30:00"]`)
}

func TestRefused(t *testing.T) {
	f := refusing(t)
	f("NTANetAnalytic", "line 1, column 1: Failed to resolve table or column expression named 'NTANetAnalytic'; did you mean 'NTANetAnalytics'? (SEM0100)")
	f("NTANetAnalytics\n| where SrcIP == 'x'", "line 2, column 9: Failed to resolve scalar expression named 'SrcIP'; did you mean 'SrcIp'? (SEM0100)")
	f("print 1 | fold", "line 1, column 11: 'fold' is not supported by Weir (docs/reference/kql.md lists what is) (WEIR001)")
	f("print tostrin(1)", "line 1, column 7: 'tostrin' is no function that Weir knows (docs/reference/kql.md lists what is); did you mean 'tostring'? (WEIR001)")
	f("print 1 | wher true", "line 1, column 11: 'wher' is not supported by Weir (docs/reference/kql.md lists what is); did you mean 'where'? (WEIR001)")
	f("print foo(1)", "line 1, column 7: 'foo' is no function that Weir knows (docs/reference/kql.md lists what is) (WEIR001)")
	f(".drop table x", "line 1, column 1: Weir changes nothing on a query: commands that begin with a dot are not for it (WEIR001)")
	f("cluster('x').database('y').T", "line 1, column 1: Weir reads its own store only: 'cluster' is not for it (WEIR001)")
	f("print x = 'a", "line 1, column 11: this text has no end: close it with the same quote on its line (SYN0002)")
	f("print 1 |", "line 1, column 10: the query ends where it should go on with an operator, such as where (SYN0002)")
	f("", "line 1, column 1: the query asks for nothing: end it with a table, such as NTANetAnalytics | take 10 (SYN0002)")
	f("print d = dynamic([1]) | summarize count() by d", "line 1, column 47: rows cannot be grouped by a dynamic: say what it is, with tostring() or tolong() (KS116)")
	f("print x = count()", "line 1, column 11: 'count' counts rows of a group, and there are none here: write summarize count(...) (SEM0100)")
	f("let f = (n:long) { f(n) }; print f(1)", "line 1, column 20: 'f' is no function that Weir knows (docs/reference/kql.md lists what is) (WEIR001)")
	f("print "+strings.Repeat("(", 101)+"1"+strings.Repeat(")", 101), "line 1, column 57: more than 100 things stand inside each other: name some of them with let (WEIR002)")
	f(doubling(40), "line 1, column 283: the query is more than 50000 steps when its functions are written out: ask for less at once (WEIR002)")
}

// asking returns what compares an answer over people with rows of JSON, of which
// the first line names the columns.
func asking(t *testing.T) func(query string, want ...string) {
	s := newStore(t)
	return func(query string, want ...string) {
		t.Helper()
		rows, q, err := kql.Ask(t.Context(), s, people+query, kql.Options{})
		if err != nil {
			t.Errorf("%s: %v\n%s", query, err, q.SQL)
			return
		}
		defer rows.Close()
		var names []string
		for _, c := range rows.Columns() {
			names = append(names, c.Name)
		}
		got := []string{strings.Join(names, " ")}
		for rows.Next() {
			line, err := json.Marshal(rows.Values())
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(line))
		}
		if diff := cmp.Diff(got, want); diff != "" || rows.Err() != nil {
			t.Errorf("%s (-got +want):\n%s%v\n%s", query, diff, rows.Err(), q.SQL)
		}
	}
}

// refusing returns what compares the fault of a query.
func refusing(t *testing.T) func(query, want string) {
	return func(query, want string) {
		t.Helper()
		_, err := kql.Compile(query, kql.Options{})
		var fault *syntax.Fault
		if !errors.As(err, &fault) {
			t.Errorf("%s: %v", query, err)
			return
		}
		if diff := cmp.Diff(fault.Error(), want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", query, diff)
		}
	}
}

// doubling is a text that would become 2^n steps.
func doubling(n int) string {
	var b strings.Builder
	b.WriteString("let a0 = tolong('z'); ")
	for i := range n {
		fmt.Fprintf(&b, "let a%d = a%d + a%d; ", i+1, i, i)
	}
	return fmt.Sprint(b.String(), "print a", n)
}

// TestBounds shows that a condition on a time within an interval bounds the interval.
func TestBounds(t *testing.T) {
	q, err := kql.Compile("NTANetAnalytics | where FlowStartTime >= datetime(2026-03-01) | project SrcIp", kql.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(q.SQL, `("FlowIntervalEndTime" > make_timestamp(1772323200000000))`) {
		t.Error(q.SQL)
	}
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	q, err = kql.Compile("NTANetAnalytics | count", kql.Options{From: at, Until: at.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(q.SQL, `"TimeGenerated" >= make_timestamp(1772323200000000)`) || !strings.Contains(q.SQL, `"TimeGenerated" < make_timestamp(1772326800000000)`) {
		t.Error(q.SQL)
	}
}

func TestTimespan(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	f := func(text, from, until string) {
		t.Helper()
		a, b, err := kql.Timespan(text, now)
		if err != nil || a.Format(time.RFC3339) != from || b.Format(time.RFC3339) != until {
			t.Errorf("%s = %s, %s, %v", text, a, b, err)
		}
	}
	f("PT2H", "2026-03-02T10:00:00Z", "2026-03-02T12:00:00Z")
	f("P1DT30M", "2026-03-01T11:30:00Z", "2026-03-02T12:00:00Z")
	f("2026-03-01/2026-03-02T06:00:00Z", "2026-03-01T00:00:00Z", "2026-03-02T06:00:00Z")
	f("2026-03-01/PT1H", "2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z")
	f("PT1H/2026-03-01", "2026-02-28T23:00:00Z", "2026-03-01T00:00:00Z")
	f("P2W", "2026-02-16T12:00:00Z", "2026-03-02T12:00:00Z")
	f("P1M", "2026-02-02T12:00:00Z", "2026-03-02T12:00:00Z")
	f("2026-01-01/P1Y2M3DT4H5M6.5S", "2026-01-01T00:00:00Z", "2027-03-04T04:05:06Z")
	f("PT1.5H", "2026-03-02T10:30:00Z", "2026-03-02T12:00:00Z")
	f("P0.5D", "2026-03-02T00:00:00Z", "2026-03-02T12:00:00Z")
	f("2026-03-01T01:00:00+01:00/PT1H", "2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z")
	for _, text := range []string{"", "P", "PT", "2h", "2026-03-02/2026-03-01", "2026-03-01/2026-03-01", "PT1H/PT1H", "2026-03-01", "P0D", "P1H", "P200Y", "PT99999999999999H"} {
		if _, _, err := kql.Timespan(text, now); err == nil {
			t.Errorf("%q is a timespan", text)
		}
	}
}
