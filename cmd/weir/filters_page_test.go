package main

import (
	"fmt"
	"strings"

	"weir/internal/filter"
	"weir/internal/query"
)

// filtersPage is made from the catalogue of fields; their examples are asked by
// a test of package filter.
func filtersPage() string {
	var b strings.Builder
	b.WriteString("# Filters\n\n" + generated +
		"A filter says which flows are meant. It is the same text in the box of the page, in its address, in `weir top --where` and in\n" +
		"`where` of the API:\n\n" +
		"```\nvnet = hub and port in (22, 3389) and src in 10.0.0.0/8 and not country = us and malicious\n```\n\n" +
		"Conditions are joined by `and`, `or`, `not` and brackets: `not` binds most, `or` least. A condition compares a field with values,\n" +
		"or is a word that stands alone. Case does not matter. A value with spaces or other signs, one that is empty, and `and`, `or`, `not`,\n" +
		"`in` and `has` as values stand in quotes, in which `\\\"` is a quote and `\\\\` a backslash.\n\n" +
		"| comparison | holds where | of |\n|---|---|---|\n" +
		"| `vnet = hub`, `vnet != hub` | it is the value, or is not | all |\n" +
		"| `port in (22, 3389)`, `port not in (22, 3389)` | it is one of the values, or none | all |\n" +
		"| `src in 10.0.0.0/8`, `src in (10.0.0.4, 2001:db8::/32)` | the address is in the prefix, or in one of them | addresses |\n" +
		"| `port in 1000..2000`, `port in (22, 8000..8100)` | it is in the range, its ends included | numbers |\n" +
		"| `port < 1024`, `<=`, `>`, `>=` | it is less, at most, more, at least | numbers |\n" +
		"| `vm = web*` | the text begins so | text |\n" +
		"| `firewall = *` | the text is not empty | text |\n" +
		"| `operator has google`, `operator not has google` | the text has it as a part, or does not; of service tags: one of them is it | text |\n\n" +
		"A flow has two ends. A field of ends holds where it holds of either; with `src.` before its name it is the initiator's, with `dst.`\n" +
		"the responder's: `vnet = hub`, `src.vnet = hub`. So `country != us` holds where neither end is there, and\n" +
		"`dst.country != us` where the responder is not. Texts of ends are empty where they do not apply or nobody knows: `src.vnet = \"\"`.\n\n" +
		"Names of resources are paths, such as subscription/group/name for a network, of which the last parts are enough: `vnet = hub`,\n" +
		"`vnet = prod-rg/hub`.\n\n")
	fmt.Fprintf(&b, "A filter has at most %d bytes, %d values, and %d brackets and nots in each other.\n\n", filter.MaxBytes, filter.MaxValues, filter.MaxDepth)
	section := func(title, text string, in func(query.Field) bool) {
		fmt.Fprintf(&b, "## %s\n\n%s\n\n| field | is | kind | example |\n|---|---|---|---|\n", title, text)
		for _, f := range query.Fields() {
			if !in(f) {
				continue
			}
			names := []string{f.Name}
			if f.Kind == query.KindAddress {
				names = append(names, f.NameAt(query.InitiatorEnd), f.NameAt(query.ResponderEnd))
			}
			kind := f.Kind.String()
			if f.Kind == query.KindChoice {
				kind = "one of " + codes(f.Choices())
			}
			fmt.Fprintf(&b, "| %s | %s | %s | `%s` |\n", codes(append(names, f.Aliases...)), f.Meaning, kind, f.Example)
		}
		b.WriteString("\n")
	}
	flag := func(f query.Field) bool { return f.Kind == query.KindFlag }
	section("Words that stand alone", "They are compared with nothing.", flag)
	section("Fields of the flow", "A flow has one of each.", func(f query.Field) bool { return !flag(f) && !f.Ends })
	section("Fields of its ends", "Each has `src.` and `dst.` forms as well; those of an address are `src` and `dst`.", func(f query.Field) bool { return f.Ends })
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// codes writes words as code, an empty list as nothing.
func codes(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		if strings.ContainsRune(w, ' ') {
			w = `"` + w + `"`
		}
		out[i] = "`" + w + "`"
	}
	return strings.Join(out, ", ")
}
