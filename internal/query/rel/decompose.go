package rel

import (
	"fmt"
	"strings"
)

// Operations on series, which are JSON lists of numbers.
const (
	SeriesAdd           Op = "series +"
	SeriesSubtract      Op = "series -"
	SeriesMultiply      Op = "series *"
	SeriesDivide        Op = "series /"
	SeriesGreater       Op = "series >"
	SeriesGreaterEquals Op = "series >="
	SeriesLess          Op = "series <"
	SeriesLessEquals    Op = "series <="
	SeriesEquals        Op = "series ="
	SeriesNotEquals     Op = "series <>"
	// SeriesOf repeats a number as often as a series has entries.
	SeriesOf      Op = "series of" // number, series
	SeriesAbs     Op = "series abs"
	SeriesExp     Op = "series exp"
	SeriesLog     Op = "series ln"
	SeriesCeiling Op = "series ceil"
	SeriesFloor   Op = "series floor"
	SeriesSign    Op = "series sign"
	SeriesSum     Op = "series sum"
	SeriesProduct Op = "series product"
	SeriesDot     Op = "series dot"
	SeriesLength  Op = "series length" // in space
	// Fills take a series and the value that is missing, NULL: that alone.
	FillForward  Op = "fill forward"
	FillBackward Op = "fill backward"
	FillConst    Op = "fill const"  // and what is put there
	FillLinear   Op = "fill linear" // and whether the edges are filled
	// SeriesStats is a list: least, its place, greatest, its place, mean,
	// deviation, variance.
	SeriesStats Op = "series stats"
	// FitLine is a list: r², slope, variance, that of the rest, intercept, line.
	FitLine     Op = "fit line"
	Correlation Op = "correlation"
	Filtered    Op = "filtered"  // series, weights, by how much they are divided, shift
	Recursive   Op = "recursive" // series, numerators, denominators
	Outliers    Op = "outliers"  // series, quantiles below and above, what is no value
	// Decompose is lists: baseline, seasonal, trend, rest. It takes a series, the
	// period (0 none, -1 found), how many entries of the end are not learnt from,
	// and the least score of a period. Anomalies takes, beside, the threshold and
	// the quantiles, and is lists: flag, score, baseline.
	DecomposeAvg  Op = "decompose avg"
	DecomposeLine Op = "decompose line"
	DecomposeNone Op = "decompose none"
	AnomaliesAvg  Op = "anomalies avg"
	AnomaliesLine Op = "anomalies line"
	AnomaliesNone Op = "anomalies none"
)

const (
	// maxSought is the longest series of which the period is sought, in time that
	// grows with the square of it.
	maxSought = 3_000
	// maxFilled is the longest series of which gaps are filled with lines, and
	// maxRecursive that of which each entry needs those before; so does theirs.
	maxFilled, maxRecursive = 2_000, 10_000
)

// bounded is a list, or a fault where it is longer than what is borne.
func bounded(list string, most int) string {
	return let("l", list, fmt.Sprintf("CASE WHEN len(l) > %d THEN error('a series has more than %[1]d entries: take a longer step') ELSE l END", most))
}

// let names the value of an expression within another, so that it is written,
// and computed, once.
func let(name, value, within string) string {
	return "list_transform([" + value + "], lambda " + name + ": " + within + ")[1]"
}

// reals is a JSON list as numbers; a value alone is none.
func reals(x string) string { return "try_cast(" + x + " AS DOUBLE[])" }

// numbersOf writes reals as JSON: as whole numbers where all that they come from
// are.
func numbersOf(list string, from ...string) string {
	whole := make([]string, len(from))
	for i, x := range from {
		whole[i] = "NOT regexp_matches(" + x + "::VARCHAR, '[.eE]')"
	}
	return "CASE WHEN " + strings.Join(whole, " AND ") + " THEN to_json(list_transform(" + list + ", lambda v: v::BIGINT)) ELSE to_json(" + list + ") END"
}

func pairs(op string) string {
	return "list_transform(list_zip(" + reals("$1") + ", " + reals("$2") + "), lambda z: z[1] " + op + " z[2])"
}

func seriesMath(op Op) string {
	word, isSeries := strings.CutPrefix(string(op), "series ")
	switch op {
	case SeriesAdd, SeriesSubtract, SeriesMultiply:
		return numbersOf(pairs(word), "$1", "$2")
	case SeriesDivide, SeriesGreater, SeriesGreaterEquals, SeriesLess, SeriesLessEquals, SeriesEquals, SeriesNotEquals:
		return "to_json(" + pairs(word) + ")"
	case SeriesOf:
		return "to_json(list_transform(" + reals("$2") + ", lambda v: $1))"
	case SeriesExp, SeriesLog, SeriesCeiling, SeriesFloor:
		return "to_json(list_transform(" + reals("$1") + ", lambda v: " + word + "(v)))"
	case SeriesAbs, SeriesSign:
		return numbersOf("list_transform("+reals("$1")+", lambda v: "+word+"(v)::DOUBLE)", "$1")
	case SeriesSum:
		return "list_sum(" + reals("$1") + ")"
	case SeriesProduct:
		return "list_aggregate(" + reals("$1") + ", 'product')"
	case SeriesDot:
		return "list_sum(" + pairs("*") + ")"
	case SeriesLength:
		return "sqrt(list_sum(list_transform(" + reals("$1") + ", lambda v: v * v)))"
	case SeriesStats:
		return let("x", reals("$1"), "json_array(list_min(x), list_position(x, list_min(x)) - 1, list_max(x), list_position(x, list_max(x)) - 1, "+
			"list_avg(x), coalesce(list_aggregate(x, 'stddev_samp'), 0), coalesce(list_aggregate(x, 'var_samp'), 0))")
	case Correlation:
		return let("z", "struct_pack(x := "+reals("$1")+", y := "+reals("$2")+")",
			let("d", "struct_pack(x := list_transform(z.x, lambda v: v - list_avg(z.x)), y := list_transform(z.y, lambda v: v - list_avg(z.y)))",
				"list_dot_product(d.x, d.y) / nullif(sqrt(list_dot_product(d.x, d.x) * list_dot_product(d.y, d.y)), 0)"))
	}
	if isSeries {
		return ""
	}
	return filters(op)
}

func filters(op Op) string {
	entries := "list_transform(" + asList + ", lambda v: CASE WHEN v = 'null'::JSON OR (v->>'$') = $2::VARCHAR THEN NULL ELSE v END)"
	at := func(list string) string {
		return "list_transform(range(1, len(x) + 1), lambda i: coalesce(x[i], " + list + ", 'null'::JSON))"
	}
	before, behind := "list_filter(x[1:i], lambda v: v IS NOT NULL)[-1]", "list_filter(x[i:], lambda v: v IS NOT NULL)[1]"
	switch op {
	case FillForward:
		return "to_json(" + let("x", entries, at(before)) + ")"
	case FillBackward:
		return "to_json(" + let("x", entries, at(behind)) + ")"
	case FillConst:
		return "to_json(list_transform(" + entries + ", lambda v: coalesce(v, $3)))"
	case FillLinear:
		// The places that have a value before and behind each entry, by which it is weighed.
		place := func(list, which string) string {
			return "list_filter(" + list + ", lambda j: x[j] IS NOT NULL)[" + which + "]"
		}
		number := func(i string) string { return "(x[" + i + "]->>'$')::DOUBLE" }
		between := "CASE WHEN x[i] IS NOT NULL THEN x[i] WHEN p.a IS NULL AND p.b IS NULL THEN 'null'::JSON " +
			"WHEN p.a IS NULL THEN CASE WHEN $3 THEN x[p.b] ELSE 'null'::JSON END WHEN p.b IS NULL THEN CASE WHEN $3 THEN x[p.a] ELSE 'null'::JSON END " +
			"ELSE to_json(" + number("p.a") + " + (" + number("p.b") + " - " + number("p.a") + ") * (i - p.a) / (p.b - p.a)) END"
		return "to_json(" + let("x", bounded(entries, maxFilled), "list_transform(range(1, len(x) + 1), lambda i: "+
			let("p", "struct_pack(a := "+place("range(1, i)", "-1")+", b := "+place("range(i + 1, len(x) + 1)", "1")+")", between)+")") + ")"
	case Filtered:
		return let("z", "struct_pack(x := "+reals("$1")+", w := "+reals("$2")+")",
			"to_json(list_transform(range(1, len(z.x) + 1), lambda i: list_sum(list_transform(range(1, len(z.w) + 1), "+
				"lambda j: CASE WHEN i + $4 - j + 1 BETWEEN 1 AND len(z.x) THEN z.x[i + $4 - j + 1] * z.w[j] ELSE 0 END)) / CASE WHEN $3 THEN nullif(list_sum(z.w), 0) ELSE 1 END))")
	case Recursive:
		// Each entry needs those that were made before it.
		earlier := func(list, weights, from string) string {
			return "coalesce(list_sum(list_transform(range(" + from + ", len(" + weights + ") + 1), lambda j: CASE WHEN e[1] >= j THEN " + list + "[(e[1] - j + 1)::BIGINT] * " + weights + "[j] ELSE 0 END)), 0)"
		}
		return let("z", "struct_pack(x := "+bounded(reals("$1"), maxRecursive)+", b := "+reals("$2")+", a := "+reals("$3")+")",
			"to_json(list_reduce(list_transform(range(1, len(z.x) + 1), lambda i: [i::DOUBLE]), "+
				"lambda y, e: list_append(y, ("+earlier("z.x", "z.b", "1")+" - "+earlier("y", "z.a", "2")+") / z.a[1]), []::DOUBLE[]))")
	case FitLine:
		return let("x", reals("$1"), let("f", lineOf("x"),
			"json_array(1 - f.rv / nullif(f.v, 0), f.slope, f.v, f.rv, f.base, list_transform(range(len(x)), lambda i: f.base + f.slope * i))"))
	case Outliers:
		return "to_json(" + let("x", "list_transform("+reals("$1")+", lambda v: CASE WHEN v = $4 THEN NULL ELSE v END)", scores("x", "$2", "$3")) + ")"
	case DecomposeAvg, DecomposeLine, DecomposeNone:
		return decompose(strings.TrimPrefix(string(op), "decompose "), "json_array(b, e.s, e.t, list_transform(list_zip(d.x, b), lambda z: z[1] - z[2]))")
	case AnomaliesAvg, AnomaliesLine, AnomaliesNone:
		return decompose(strings.TrimPrefix(string(op), "anomalies "),
			let("o", "list_transform(list_zip(d.x, b), lambda z: z[1] - z[2])",
				let("k", scores("o", "$6", "$7"), "json_array(list_transform(k, lambda v: CASE WHEN v > $5 THEN 1 WHEN v < -$5 THEN -1 ELSE 0 END), k, b)")))
	}
	return ""
}

// lineOf is the line that fits a list best, with the variance of the list and of
// what the line leaves.
func lineOf(x string) string {
	return let("m", "struct_pack(n := len("+x+"), i := (len("+x+") - 1) / 2.0, y := list_avg("+x+"))",
		let("q", "coalesce(list_sum(list_transform(range(m.n), lambda i: (i - m.i) * ("+x+"[i + 1] - m.y))) / nullif(list_sum(list_transform(range(m.n), lambda i: (i - m.i) * (i - m.i))), 0), 0)",
			"struct_pack(slope := q, base := m.y - q * m.i, v := coalesce(list_aggregate("+x+", 'var_samp'), 0), "+
				"rv := coalesce(list_aggregate(list_transform(range(m.n), lambda i: "+x+"[i + 1] - (m.y + q * (i - m.i))), 'var_samp'), 0))"))
}

// scores tells how far values are outside of two quantiles, in units of what is
// between them; where that is nothing, as far as a number goes.
func scores(x, low, high string) string {
	return let("q", "struct_pack(a := list_aggregate("+x+", 'quantile_cont', "+low+"), b := list_aggregate("+x+", 'quantile_cont', "+high+"))",
		"list_transform("+x+", lambda v: coalesce(CASE WHEN v > q.b THEN coalesce((v - q.b) / nullif(q.b - q.a, 0), 1e308) WHEN v < q.a THEN coalesce((v - q.a) / nullif(q.b - q.a, 0), -1e308) END, 0.0))")
}

// decompose takes a series apart: what comes again in each period, a trend, and
// the rest. Within result, d is the series and its parts, b the baseline.
func decompose(trend, result string) string {
	lags := "range(2, len(d.x) // 2 + 1)"
	// How much a series is like itself later, for each lag.
	alike := "list_transform(" + lags + ", lambda l: list_dot_product(c[1:len(c) - l], c[l + 1:]) / nullif(list_dot_product(c, c), 0))"
	best := "list_filter(" + lags + ", lambda l: r[l - 1] * len(c) / (len(c) - l) >= $4 AND r[l - 1] > coalesce(r[l - 2], -1) AND r[l - 1] >= coalesce(r[l], -1))"
	found := let("c", "list_transform(d.x, lambda v: coalesce(v - list_avg(d.x), 0))",
		let("r", alike, "coalesce(list_reverse_sort(list_transform("+best+", lambda l: struct_pack(r := r[l - 1], l := -l)))[1].l * -1, 0)"))
	period := fmt.Sprintf("CASE WHEN $2 >= 0 THEN $2 WHEN len(d.x) > %d THEN error('the period of a series of more than %[1]d entries is not sought: say which it is')::BIGINT ELSE %s END", maxSought, found)
	medians := "list_transform(range(p), lambda k: coalesce(list_median(list_transform(range(k, d.n, p), lambda j: d.x[j + 1])), 0))"
	seasonal := "CASE WHEN p > 0 THEN " + let("g", medians, "list_transform(range(len(d.x)), lambda i: g[i % p + 1])") + " ELSE list_transform(d.x, lambda v: 0.0::DOUBLE) END"
	rest := "list_transform(list_zip(d.x, s), lambda z: z[1] - z[2])[1:d.n]"
	level := map[string]string{
		"avg":  let("m", "list_avg("+rest+")", "list_transform(d.x, lambda v: m)"),
		"line": let("y", rest, let("f", lineOf("y"), "list_transform(range(len(d.x)), lambda i: f.base + f.slope * i)")),
		"none": "list_transform(d.x, lambda v: 0.0::DOUBLE)",
	}[trend]
	return let("d", "struct_pack(x := "+reals("$1")+", n := len("+reals("$1")+") - $3)",
		let("p", period, let("s", seasonal, let("e", "struct_pack(s := s, t := "+level+")",
			let("b", "list_transform(list_zip(e.s, e.t), lambda z: z[1] + z[2])", result)))))
}
