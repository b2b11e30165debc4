package main

import (
	"fmt"
	"slices"
	"strings"

	"weir/internal/kql/bind"
	"weir/internal/kql/catalog"
	"weir/internal/kql/syntax"
	"weir/internal/store"
)

// kqlPage is made from the tables of package kql.
func kqlPage() string {
	var b strings.Builder
	b.WriteString("# KQL\n\n" + generated +
		"`weir kql` answers queries in KQL, the query language of Azure's log search: [how to ask](../how-to/ask-in-kql.md). This page lists\n" +
		"what it knows. All else is refused, with its place in the text, a code and what to do; nothing is guessed.\n\n" +
		"| code | what is wrong |\n|---|---|\n" +
		"| " + syntax.CodeSyntax + " | The text cannot be read. |\n" +
		"| " + syntax.CodeSemantic + " | A name or a type does not fit. |\n" +
		"| KS116 | Rows cannot be grouped by a dynamic. |\n" +
		"| " + syntax.CodeUnsupported + " | KQL has it, Weir does not. |\n" +
		"| " + syntax.CodeTooMuch + " | A bound was reached. |\n\n" +
		"## Tables\n\n")
	for _, t := range catalog.Tables() {
		at := "has no time of its own: a timespan does not bound it"
		if name := t.Time(); name != "" {
			at = "a timespan bounds `" + name + "`"
		}
		fmt.Fprintf(&b, "- `%s`: %d columns, %s\n", t.Name, len(t.Columns), at)
	}
	b.WriteString("\nTheir columns are those of [SQL views](sql-views.md). Whole numbers are `long`, or `int` where Azure has that; lists are `dynamic`;\n" +
		"texts are never null, as in KQL.\n\n" +
		"`NTATopologyDetails` states a snapshot when it was made and again each day until the next one, as Azure does.\n\n" +
		"`AzureNetworkAnalytics_CL` and `AzureNetworkAnalyticsIPDetails_CL` are the tables of before, with their names and words (`A`, `D`, `I`,\n" +
		"`O`, `T`, `U`). Either table of flows has all flows, whichever kind of log they were read from. A query that names both, as the\n" +
		"dashboard does to add them, has those of NSG flow logs in `AzureNetworkAnalytics_CL` and the others in `NTANetAnalytics`: each flow\n" +
		"counts once. Patterns of tables and `search` leave the tables of before out, unless they are named.\n\n## Operators\n\n| operator | how it is written | what does not hold, or is to be known |\n|---|---|---|\n")
	for _, op := range syntax.Operators() {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", op.Name, op.Use, op.Note)
	}
	b.WriteString("\nHints (`hint.strategy=shuffle`) are read and left out.\n\nA query begins with a table, `union`, `search`, `print`, `range` (at most 1 000 000 rows) or `datatable`. Before it stand `let` for values, tables,\n" +
		"functions and views, also with tables as arguments and defaults, `declare query_parameters` with defaults, and `set` of\n" +
		"`query_take_max_records`, `truncationmaxrecords`, `truncationmaxsize` (the last two bound what the API sends) and `notruncation` (which\n" +
		"leaves Weir's own bounds as they are). `toscalar`, `materialize`, `typeof` and `table` are known.\n\n" +
		"Between expressions: `and`, `or`, `==`, `!=`, `<`, `<=`, `>`, `>=`, `=~`, `!~`, `+`, `-`, `*`, `/`, `%`, `in`, `in~`, `between`,\n" +
		"`has`, `has_any`, `has_all`, `hasprefix`, `hassuffix`, `contains`, `startswith`, `endswith`, `matches regex`; those of texts also\n" +
		"with `!` before and, but for `in`, with `_cs` behind. `[ ]` and `.` read dynamic values.\n")
	for _, list := range []struct {
		title string
		all   []bind.Function
	}{{"Functions", bind.Functions()}, {"Aggregates", bind.Aggregates()}, {"Functions over rows", bind.Windows()}} {
		all := slices.SortedFunc(slices.Values(list.all), func(x, y bind.Function) int { return strings.Compare(x.Name, y.Name) })
		fmt.Fprintf(&b, "\n## %s\n\n| function | gives | what does not hold, or is to be known |\n|---|---|---|\n", list.title)
		for _, f := range all {
			gives := "the type of its argument"
			if f.Result != 0 {
				gives = bind.TypeName(f.Result)
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Usage(), gives, f.Note)
		}
	}
	fmt.Fprintf(&b, "\n## What differs\n\n"+
		"- Times of the store have microseconds, Kusto's have 100 ns. Literals, ends of days and what is made of numbers have 100 ns here too.\n"+
		"- A sum or product that does not fit into 64 bits is an error. Kusto gives another number.\n"+
		"- A literal that cannot be read, such as `datetime(now)`, is an error. Kusto takes it for null.\n"+
		"- A `decimal` has 34 digits, and is text where it is not computed with: sums of millions of them are slow.\n"+
		"- Anomalies (`series_decompose_anomalies`) are found as Kusto documents it: medians of each phase of the period, a trend, and Tukey's fence of\n"+
		"  the rest, whose quantiles are interpolated. A period that is not given is found by autocorrelation alone, in series of at most 3 000\n"+
		"  entries; where all is within the fence and it has no width, the score of what is outside is 1e308.\n"+
		"- Gaps are filled with lines (`series_fill_linear`) in series of at most 2 000 entries, `series_iir` takes at most 10 000.\n"+
		"- Patterns are those of RE2: they do not look around or back. `\\d`, `\\w` and `\\s` know all of Unicode, `\\b` does not.\n\n"+
		"## Refused\n\n"+
		"- What changes something: every command that begins with a dot.\n"+
		"- What reads elsewhere: `externaldata`, `cluster`, `workspace`, `app`, `database`, `external_table`.\n"+
		"- `find`, `fork`, `facet`, `reduce`, graphs, and all that is not listed above.\n"+
		"- Queries of more than %d bytes, with more than 100 things inside each other, with more than 1 000 columns, or that become more\n"+
		"  than 50 000 steps or %d KiB of SQL when their functions are written out.\n", syntax.MaxText, store.MaxReadOnly>>10)
	return b.String()
}
