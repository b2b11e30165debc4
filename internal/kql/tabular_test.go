package kql_test

import (
	"fmt"
	"strings"
	"testing"

	"weir/internal/kql"
	"weir/internal/store"
)

// TestTabular asks what the recorded answers do not.
func TestTabular(t *testing.T) {
	f := asking(t)
	// parse is strict, unless it is relaxed, and goes to the end.
	const line = `print s = "n=x1 m=b" `
	f(line+`| parse s with "n=" n:long " m=" m | project n, m`, "n m", `[null,""]`)
	f(line+`| parse kind=relaxed s with "n=" n:long " m=" m | project n, m`, "n m", `[null,"b"]`)
	f(line+`| parse s with "n=" n " " | project n`, "n", `[""]`)
	f(line+`| parse s with "n=" n " " * | project n`, "n", `["x1"]`)
	f(line+`| parse kind=regex flags=i s with @"N=(x)(\d)" * "M=" m | project m`, "m", `["b"]`)
	f(`T | parse-where s with s2:string "u" | project k, s2`, "k s2", `[1,""]`)
	// parse-kv: greedy values, quotes, patterns, and no delimiters at all.
	f(`print s = 'name=John Doe phone=555 5555' | parse-kv s as (name:string, phone:string) with (pair_delimiter=' ', kv_delimiter='=', greedy=true) | project name, phone`,
		"name phone", `["John Doe","555 5555"]`)
	f(`print s = "[INFO] Id:45, Text: 'a \\' b'" | parse-kv s as (Text: string, Id:long) with (quote="'", escape='\\') | project Id, Text`, "Id Text", `[45,"a ' b"]`)
	f(`print s = 'a="x;b=9";b=2' | parse-kv s as (a:string, b:long) with (pair_delimiter=';', kv_delimiter='=', quote='"') | project a, b`, "a b", `["x;b=9",2]`)
	f(`print s = '"k 1": "v", "k2": "7"' | parse-kv s as (['k 1']:string, k2:long) with (regex=@'"([\w ]+)"\s*:\s*"([^"]*)"') | project k2, v = ['k 1']`, "k2 v", `[7,"v"]`)
	// Without ends a series is as long as its rows.
	f(`T | make-series n = count() on k step 1`, "n k", `["[1,1,1]","[1,2,3]"]`)
	f(`T | make-series n = count() on k in range(1, 4, 1) by g | sort by g asc`, "g n k", `["a","[1,1,0,0]","[1,2,3,4]"]`, `["b","[0,0,1,0]","[1,2,3,4]"]`)
	f(`T | make-series avg(x), n = count() default=-1 on k from 0 to 5 step 2`, "avg_x n k", `["[10.0,30.0,0.0]","[1,2,-1]","[0,2,4]"]`)
	f(`T | where k > 9 | make-series kind=nonempty n = count() on k from 0 to 3 step 1`, "n k", `["[0,0,0]","[0,1,2]"]`)
	f(`range t from datetime(2026-03-01 00:30) to datetime(2026-03-01 03:30) step 1h | where t != datetime(2026-03-01 01:30) | make-series n = count() on t step 1h | project n`, "n", `["[1,0,1,1]"]`)
	// Each row, and each part, by itself.
	f(`T | mv-apply q = pack_array(3, 1, k) to typeof(long) on (top 2 by q | summarize m = make_list(q)) | project k, m | sort by k asc`, "k m", `[1,"[3,1]"]`, `[2,"[3,2]"]`, `[3,"[3,3]"]`)
	f(`T | mv-apply q = pack_array(3, 1, 2) to typeof(long) on (sort by q asc | extend p = prev(q) | where isnull(p)) | project k, q | sort by k asc`, "k q", "[1,1]", "[2,1]", "[3,1]")
	f(`T | mv-expand with_itemindex=i q = pack_array("a", "b") to typeof(string) | where i == 1 and k == 2 | project k, i, q`, "k i q", `[2,1,"b"]`)
	f(`T | partition hint.strategy=native by g (top 1 by k desc | project k) | sort by k asc`, "k", "[2]", "[3]")
	f(`T | partition by g (sort by k asc | extend r = row_number() | scan declare (n: long = 0) with (step a: true => n = a.n + k;)) | project k, r, n | sort by k asc`,
		"k r n", "[1,1,1]", "[2,2,3]", "[3,1,3]")
	// Functions over rows, also in a condition.
	f(`T | sort by k asc | where k - prev(k) == 1 | project k, n = next(s, 1, "-")`, "k n", `[2,"w"]`, `[3,"-"]`)
	f(`range i from 1 to 5 step 1 | extend t = datetime(2026-01-01) + i * i * 1m | sort by t asc | extend s = row_window_session(t, 10m, 8m) | summarize n = count() by s | sort by s asc | project n`,
		"n", "[3]", "[1]", "[1]")
	f(`T | sort by k asc | scan with (step a: a.k < 1 or isnull(a.k) or k > 2;) | project k`, "k", "[1]", "[3]")
	// search: whole words, stars, one column, some tables.
	f(`search in (T, R) "r" | project $table, k`, "$table k", `["search_arg1",2]`)
	f(`search in (T, R) y > 3 | project k`, "k", "[3]", "[4]")
	f(`print s = "alpha_beta gamma" | search "*eta" and "gam*" and not("gam") and s:"alpha" | count`, "Count", "[1]")
	f(`print s = "alphabet" | search "al*et" and "*phab*" | count`, "Count", "[1]")
	f(`print s = "alphabet" | search "alpha" | count`, "Count", "[0]")
	f(`union T, NTAIp* | where k == 1 | project k`, "k", "[1]")
	// Columns that the data makes, and columns that are said.
	f(`print d = dynamic({"b":1,"a":"x"}), k = 1 | union (print d = dynamic({"b":2.5,"c":[1]}), k = 2) | evaluate bag_unpack(d) | sort by k asc`,
		"k a b c", `[1,"x",1,null]`, `[2,"",2.5,"[1]"]`)
	f(`print d = dynamic({"b":1,"a":"x"}), b = 7 | evaluate bag_unpack(d, columnsConflict='keep_source', ignoredProperties=dynamic(["a"]))`, "b", "[7]")
	f(`print d = dynamic({"b":1,"a":"x"}), k = 7 | evaluate bag_unpack(d, "p_") : (*, p_b:long)`, "k p_b", "[7,1]")
	f(`T | evaluate pivot(g, sum(x), k) | sort by k asc`, "k a b", "[1,10,0]", "[2,0,0]", "[3,0,30]")
	f(`T | project g, s | evaluate pivot(g): (s:string, a:long, zz:long) | sort by s asc`, "s a zz", `["",1,0]`, `["u",1,0]`, `["w",0,0]`)
	f(`print a = 1, b = "x" | evaluate narrow()`, "Row Column Value", `[0,"a","1"]`, `[0,"b","x"]`)
	// Addresses in ranges: each range that has them, both tables' columns, and the
	// rows that no range has where they are wanted.
	nets := "let N = datatable(net:string, geo:string, n:long)['10.0.0.0/8','ten',1, '10.1.0.0/16','one',2, '192.168.0.0/16','home',1]; " +
		"let A = datatable(ip:string, n:long)['10.1.2.3',1, '10.9.9.9',2, '192.168.0.1',2, 'x',4, '10.1.2.3',2]; "
	f(nets+"A | evaluate ipv4_lookup(N, ip, net) | sort by ip asc, n asc, geo asc | project ip, n, geo, n1", "ip n geo n1", `["10.1.2.3",1,"one",2]`, `["10.1.2.3",1,"ten",1]`,
		`["10.1.2.3",2,"one",2]`, `["10.1.2.3",2,"ten",1]`, `["10.9.9.9",2,"ten",1]`, `["192.168.0.1",2,"home",1]`)
	f(nets+"A | evaluate ipv4_lookup(N, ip, net, n) | sort by ip asc, n asc | project ip, n, geo", "ip n geo", `["10.1.2.3",1,"ten"]`, `["10.1.2.3",2,"one"]`)
	f(nets+"A | evaluate ipv4_lookup(N, ip, net, n, return_unmatched = true) | where isempty(geo) | sort by ip asc | project ip, n, net", "ip n net", `["10.9.9.9",2,""]`, `["192.168.0.1",2,""]`, `["x",4,""]`)
	// Tables as arguments, defaults and parameters of the query.
	f(`let f = (T:(k:long, g:string), n:long = 2) { T | where k >= n | project k }; T | invoke f() | sort by k asc`, "k", "[2]", "[3]")
	f(`let f = (A:(*), n:long) { A | where k == n | project k }; f(T, 2)`, "k", "[2]")
	f(`declare query_parameters(n:long = 2); T | where k == n | project k`, "k", "[2]")
	f(`set query_take_max_records = 1; set notruncation; T | sort by k desc | project k`, "k", "[3]")
	f(`T | as X | union X | as Y | union Y | count`, "Count", "[12]")
	f(`T | top-nested 1 of g with others="rest" by max(k)`, "g aggregated_g", `["b",3]`, `["rest",2]`)
	f(`T | top-hitters 1 of g`, "g approximate_count_g", `["a",2]`)
	f(`T | sample 2 | count`, "Count", "[2]")
	f(`T | assert-schema (k:long, g:string, x:long, s:string) | consume | count`, "Count", "[0]")
	f(`T | summarize hint.strategy=shuffle n = count() by g | join hint.strategy=broadcast kind=inner (R) on $left.n == $right.k | project n`, "n", "[2]")
	f(`T | sort by k granny-asc | project k`, "k", "[1]", "[2]", "[3]")
}

func TestSeries(t *testing.T) {
	f := asking(t)
	const s = `print s = dynamic([1,null,null,8,null]), w = dynamic([1,2,3,4]) | project `
	f(s+`a = series_fill_forward(s), b = series_fill_backward(s), c = series_fill_const(s, 0)`, "a b c", `["[1,1,1,8,8]","[1,8,8,8,null]","[1,0,0,8,0]"]`)
	f(s+`a = series_fill_linear(series_fill_const(w, 0, 2), 0), b = series_fill_linear(s, int(null), false)`, "a b", `["[1,2.0,3,4]","[1,3.3333333333333335,5.666666666666667,8,null]"]`)
	f(s+`a = series_iir(w, dynamic([1]), dynamic([1,-1])), b = series_fir(w, dynamic([1,1,1]), true, true), c = series_fir(w, dynamic([1,-1]), false)`,
		"a b c", `["[1.0,3.0,6.0,10.0]","[1.0,2.0,3.0,2.3333333333333335]","[1.0,1.0,1.0,1.0]"]`)
	f(s+`a = series_add(w, w), b = series_divide(w, 2), c = series_multiply(10, w), d = series_greater(w, 3)`, "a b c d", `["[2,4,6,8]","[0.5,1.0,1.5,2.0]","[10,20,30,40]","[false,false,false,true]"]`)
	f(s+`a = series_outliers(dynamic([1,2,3,4,3,2,50,1,2,3]), "tukey")`, "a", `["[-1.0,0.0,0.0,1.0,0.0,0.0,47.0,-1.0,0.0,0.0]"]`)
	f(`print s = dynamic([1,3,5]) | extend series_stats(s) | project-away s`,
		"series_stats_s_min series_stats_s_min_idx series_stats_s_max series_stats_s_max_idx series_stats_s_avg series_stats_s_stdev series_stats_s_variance", "[1,0,5,2,3,2,4]")
	f(`print s = dynamic([1,3,5]) | extend (r, slope) = series_fit_line(s) | project r, slope`, "r slope", "[1,2]")
	f(`print y = dynamic([0,1,2,0,1,2,0,1,2,3,4,5]) | extend (b, s, r, e) = series_decompose(y, 3, 'none') | project s, r`, "s r", `["[0.0,1.0,2.0,0.0,1.0,2.0,0.0,1.0,2.0,0.0,1.0,2.0]","[0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0]"]`)
	f(`range t from 0 to 11 step 1 | extend y = t % 4 | summarize y = make_list(y) | extend (b, s) = series_decompose(y) | project s`, "s", `["[0.0,1.0,2.0,3.0,0.0,1.0,2.0,3.0,0.0,1.0,2.0,3.0]"]`)
	// Seasons of a day and a week with noise, two dips and a spike.
	const week = `range t from 0 to 839 step 1 | extend y = iff(t / 24 % 7 >= 5, 10.0, 15.0) - ((t % 24) / 10 * ((t % 24) / 10)) + t * 7919 % 11 * 0.2 ` +
		`| extend y = iff(t in (150, 200), y - 20, iff(t == 300, y + 20, y)) | summarize y = make_list(y) `
	found := `| mv-expand with_itemindex=i f to typeof(long) | where f != 0 | project i, f`
	f(week+`| extend series_decompose_anomalies(y) | project f = series_decompose_anomalies_y_ad_flag `+found, "i f", "[150,-1]", "[200,-1]", "[300,1]")
	f(week+`| extend (f, sc, b) = series_decompose_anomalies(y, 1.5, 168, 'linefit', 0, 'tukey') `+found+" | where i in (150, 300)", "i f", "[150,-1]", "[300,1]")
}

// TestTabularRefused says of each thing that is not answered what to do.
func TestTabularRefused(t *testing.T) {
	f := refusing(t)
	f("print 1 | facet by x", "line 1, column 11: 'facet' gives several tables, and a query of Weir gives one: ask each by itself (WEIR001)")
	f("print 1 | find x", "line 1, column 11: 'find' is not supported by Weir: search in (TABLE) CONDITION finds rows, project takes columns (WEIR001)")
	f("print 1 | evaluate autocluster()", "line 1, column 20: the plugin 'autocluster' is not supported by Weir: bag_unpack, ipv4_lookup, narrow and pivot are (WEIR001)")
	const net = "let N = print net = '10.0.0.0/8'; print ip = '10.1.2.3' | evaluate ipv4_lookup("
	f(net+"N, ip)", "line 1, column 68: ipv4_lookup takes a table of ranges, the column of the addresses, that of the ranges in the table, and columns that both have (SEM0100)")
	f(net+"N, ipp, net)", "line 1, column 83: Failed to resolve column named 'ipp'; did you mean 'ip'? (SEM0100)")
	f(net+"N, ip, ip)", "line 1, column 87: Failed to resolve column named 'ip' (SEM0100)")
	f(net+"'x', ip, net)", "line 1, column 80: ipv4_lookup takes the table of the ranges first (SEM0100)")
	f(net+"1, N, ip)", "line 1, column 80: ipv4_lookup takes the table of the ranges first (SEM0100)")
	f(net+"N, ip, net, return_unmatched = ip)", "line 1, column 92: the last argument of ipv4_lookup may be return_unmatched = true or false (SEM0100)")
	f(net+"N, ip, net, true, ip)", "line 1, column 92: the last argument of ipv4_lookup may be return_unmatched = true or false (SEM0100)")
	f(net+"N, tolower(ip), net)", "line 1, column 83: ipv4_lookup takes the name of a column here: make one of the value with extend (SEM0100)")
	f(net+"N, ip, net) : (a: long)", "line 1, column 68: ipv4_lookup has the columns of both tables: leave out what stands behind the colon (SEM0100)")
	f(net+"1 + 1, ip, net)", "line 1, column 82: ipv4_lookup takes the table of the ranges first (SEM0100)")
	f("print 1 | evaluate python(typeof(*), 'x')", "line 1, column 20: Weir reads its own store only, and runs no programs: 'python' is not for it (WEIR001)")
	f("print x = 1 | evaluate pivot(x)", "line 1, column 24: the columns depend on the data: say which they are, behind a colon, such as : (a: long, b: string) (WEIR001)")
	f("print x = 1 | extend prev(x)", "line 1, column 22: 'prev' looks at the rows around, and they have no order here: put sort by ... or serialize before it (SEM0100)")
	f("print x = 1 | serialize | scan with (step a: true; step b: true;)", "line 1, column 52: scan with more than one step is not supported by Weir (WEIR001)")
	f("print x = 1 | top-nested 1 of x with others=0 by count(), top-nested 1 of x by count()", "line 1, column 45: 'with others' is supported by Weir in the last clause alone (WEIR001)")
	f("print x = dynamic([1]) | mv-apply x on (union (print 1))", "line 1, column 41: 'union' is not supported by Weir within parts of rows: do it before or behind (WEIR001)")
	f("print x = 1 | partition by x { T }", "line 1, column 30: a query in braces is not supported by Weir: put what is done with each part in parentheses, without a table before it (WEIR001)")
	f("print x = 1 | assert-schema (x:string)", "line 1, column 15: assert-schema: the columns are [x:long], not [x:string] (SEM0100)")
	f("let f = (A:(x:string)) { A }; print x = 1 | invoke f()", "line 1, column 52: 'x' of the table 'A' is a long, and the function takes a string (SEM0100)")
	f("let f = (A:(y:long)) { A }; f((print x = 1))", "line 1, column 32: the table 'A' has no column 'y'; did you mean 'x'? (SEM0100)")
	f("declare query_parameters(n:long); print n", "line 1, column 26: Weir is given no values of parameters: write n: long = VALUE (WEIR001)")
	f("set bogus; print 1", "line 1, column 5: 'set bogus' is not supported by Weir: leave it out (WEIR001)")
	f("restrict access to (T); print 1", "line 1, column 1: 'restrict' is not supported by Weir: leave it out (WEIR001)")
	f(".show tables", "line 1, column 1: Weir changes nothing on a query: commands that begin with a dot are not for it (WEIR001)")
	f("print x = 1 | make-series count() on x from 0 to 2000000 step 1", "line 1, column 15: a series has at most 1048576 entries: take a longer step (WEIR002)")
	f("union NoSuch*", "line 1, column 7: no table is named like 'NoSuch*' (SEM0100)")
}

// TestTooMuch holds the bounds of one query.
func TestTooMuch(t *testing.T) {
	f := refusing(t)
	f("print '"+strings.Repeat("x", 64<<10)+"'", "line 1, column 1: the query has 65544 bytes, the limit is 65536: ask for less at once (WEIR002)")
	f("print x = 1 | mv-apply q = dynamic([1]) on "+strings.Repeat("(mv-apply q = dynamic([1]) on ", 120), "line 1, column 2947: more than 100 things stand inside each other: name some of them with let (WEIR002)")
	var wide strings.Builder
	for i := range 1001 {
		fmt.Fprintf(&wide, ", c%d = 1", i)
	}
	f("print x = 1 | extend"+wide.String()[1:], "line 1, column 15: more than 1000 columns: project those that you need (WEIR002)")
	f("print x = 1"+strings.Repeat(" | as A | union A", 30), "line 1, column 249: the query is more than 50000 steps when its functions are written out: ask for less at once (WEIR002)")
	f("print k = 1"+strings.Repeat(" | make-series n = count() on k step 1 | mv-expand k to typeof(long)", 30), "line 1, column 831: the query is more than 50000 steps when its functions are written out: ask for less at once (WEIR002)")
	f("print k = 1"+strings.Repeat(" | top-nested of k by n = count(), top-nested of 1 by x = max(k)", 30), "line 1, column 783: the query is more than 50000 steps when its functions are written out: ask for less at once (WEIR002)")
	f("let f = (A:(*)) { union A, A }; print x = 1"+strings.Repeat(" | invoke f()", 30), "line 1, column 25: the query is more than 50000 steps when its functions are written out: ask for less at once (WEIR002)")
}

// TestFolded shows that what goes through rows one by one ends by itself.
func TestFolded(t *testing.T) {
	s := newStore(t)
	for query, want := range map[string]string{
		"range i from 1 to 10001 step 1 | sort by i asc | scan declare (n: long = 0) with (step a: true => n = a.n + 1;) | summarize max(n)": "more than 10000 rows are gone through one by one",
		"range i from 1 to 3001 step 1 | summarize y = make_list(i) | project series_decompose_anomalies(y)":                                 "more than 3000 entries is not sought",
		"range i from 1 to 2001 step 1 | summarize y = make_list(i) | project series_fill_linear(y)":                                         "a series has more than 2000 entries",
	} {
		rows, err := askAll(t, s, query)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %d rows, %v; want %q", query, rows, err, want)
		}
	}
}

// askAll counts the rows of an answer.
func askAll(t *testing.T, s store.Store, query string) (rows int, err error) {
	t.Helper()
	answer, _, err := kql.Ask(t.Context(), s, query, kql.Options{})
	if err != nil {
		return 0, err
	}
	defer answer.Close()
	for answer.Next() {
		rows++
	}
	return rows, answer.Err()
}
