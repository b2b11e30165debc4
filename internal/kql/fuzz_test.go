package kql_test

import (
	"errors"
	"testing"

	"weir/internal/kql"
	"weir/internal/kql/syntax"
)

// Whatever the text, it is a question or a fault at a place in it.
func FuzzCompile(f *testing.F) {
	for _, text := range []string{
		"T | where x !in (1, null) | summarize arg_max(x, *), strcat_array(make_list(s), ',') by bin(k, 2)",
		"T | join kind=fullouter R on $left.k == $right.k | mv-expand l = split(s, '/') to typeof(long) | project-away s*",
		"T | top-nested 2 of g by sum(x), top-nested of s by max(k) | union (R), (print 1) | sort by g asc nulls last",
		"print iff(1 == 2, datetime(2026-01-01) + 1d, now()), case(true, 1, 2.5), dynamic({'a': [1]}).a[0], -1h / 3",
		"print repeat('x', 1000000000), array_iff(dynamic([true]), 1, 2), replace_regex('aa', 'a', 'bb'), parse_url('a://b:1/c?d=e#f'), 1tick * 3, decimal(1.5) % 2",
		"T | summarize percentiles(x, 5, 95), make_bag(pack(g, x)), take_any(*), dcountif(s, k > 1) by endofday(datetime(2026-01-01) + k * 1h)",
		"let f = (v:long, w:string = 'x') { strcat(v, w) }; NTANetAnalytics | where FlowStartTime between (ago(1d) .. now()) | extend f(DestPort)",
		"T | parse kind=regex flags=i s with @'a(b)' c:long * 'd' e | parse-kv s as (a:long, b:string) with (pair_delimiter=';', kv_delimiter='=', quote='\"')",
		"T | make-series n = count() default=0, avg(x) on k from 0 to 9 step 2 by g | extend series_decompose_anomalies(n), (a, b) = series_fit_line(n)",
		"T | mv-apply with_itemindex=i q = pack_array(k, 2) to typeof(long) on (sort by q | extend prev(q), row_number() | top 1 by q | summarize make_list(q))",
		"T | sort by k | scan declare (n:long = 0) with (step a: true => n = a.n + k;) | partition by g (top 1 by n) | evaluate pivot(g, sum(k)): (a:long)",
		"search in (T, R) 'a*b' and s:'c' or not(k > 1) | top-nested 1 of s with others='o' by count() | invoke f() | evaluate bag_unpack(d) : (*, b:long)",
		"declare query_parameters(n:long = 2); set notruncation; let f = (A:(k:long), m:long = 1) { A | where k == m }; T | invoke f(n) | as B | union B, NTA*",
	} {
		f.Add(people + text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := kql.Compile(text, kql.Options{})
		var fault *syntax.Fault
		switch {
		case err != nil && !errors.As(err, &fault):
			t.Fatalf("Compile(%q) = %v", text, err)
		case err != nil && (fault.Line < 1 || fault.Column < 1 || fault.Message == "" || fault.Code == ""):
			t.Fatalf("Compile(%q) = %#v", text, fault)
		case err == nil && (q.SQL == "" || len(q.Columns) == 0):
			t.Fatalf("Compile(%q) = %+v", text, q)
		}
	})
}
