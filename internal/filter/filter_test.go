package filter_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"weir/internal/filter"
	"weir/internal/query"
	"weir/internal/query/querytest"
)

var addresses = cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})

func test(field string, op query.Op, values ...any) query.Test {
	return query.Test{Field: field, Op: op, Values: values}
}

func at(end query.End, t query.Test) query.Test {
	t.End = end
	return t
}

func not(c query.Condition) query.Condition { return query.Not{Condition: c} }

func n(values ...int) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = int64(v)
	}
	return out
}

// Text becomes a condition, and the condition the canonical text, which becomes
// the same condition.
func TestParseAndPrint(t *testing.T) {
	f := func(text string, want query.Condition, canonical string) {
		t.Helper()
		got, err := filter.Parse(text)
		if err != nil {
			t.Errorf("Parse(%q): %v", text, err)
			return
		}
		if diff := cmp.Diff(want, got, addresses); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", text, diff)
		}
		if printed := filter.Print(got); printed != canonical {
			t.Errorf("Print() of %q = %q, want %q", text, printed, canonical)
		}
		again, err := filter.Parse(canonical)
		if diff := cmp.Diff(want, again, addresses); err != nil || diff != "" {
			t.Errorf("Parse(%q) = %v (-want +got):\n%s", canonical, err, diff)
		}
	}
	flag := func(name string) query.Condition { return query.Test{Field: name} }
	hub, us := test("vnet", query.Equals, "hub"), test("country", query.Equals, "us")
	ten, host := netip.MustParsePrefix("10.0.0.0/8"), netip.MustParseAddr("10.0.0.4")

	f("", nil, "")
	f("  \t\n", nil, "")
	f("malicious", flag("malicious"), "malicious")
	f("blocked", flag("denied"), "denied") // an alias
	f("VNET=Hub", test("vnet", query.Equals, "Hub"), "vnet = Hub")
	f("vnet = hub and port in (22, 3389) and src in 10.0.0.0/8 and not country = us and malicious", query.And{
		hub, test("port", query.Equals, n(22, 3389)...), at(query.InitiatorEnd, test("ip", query.Within, ten)), not(us), flag("malicious"),
	}, "vnet = hub and port in (22, 3389) and src in 10.0.0.0/8 and country != us and malicious")

	// or binds less than and, and than not.
	f("vnet = hub or denied and not malicious", query.Or{hub, query.And{flag("denied"), not(flag("malicious"))}}, "vnet = hub or denied and not malicious")
	f("(vnet = hub or denied) and country = us", query.And{query.Or{hub, flag("denied")}, us}, "(vnet = hub or denied) and country = us")
	f("not (vnet = hub and denied)", not(query.And{hub, flag("denied")}), "not (vnet = hub and denied)")
	f("not not vnet = hub", not(not(hub)), "not vnet != hub")
	f("(vnet = hub and denied) and country = us", query.And{query.And{hub, flag("denied")}, us}, "(vnet = hub and denied) and country = us")
	f("((vnet = hub))", hub, "vnet = hub")

	// Texts.
	f("vnet != hub", not(hub), "vnet != hub")
	f("vnet = prod*", test("vnet", query.StartsWith, "prod"), "vnet = prod*")
	f(`vnet = "prod*"`, test("vnet", query.Equals, "prod*"), `vnet = "prod*"`)
	f(`vnet = "my prod"*`, test("vnet", query.StartsWith, "my prod"), `vnet = "my prod"*`)
	f(`vnet in (a, b*, c)`, query.Or{test("vnet", query.Equals, "a", "c"), test("vnet", query.StartsWith, "b")}, "vnet in (a, c) or vnet = b*")
	f(`not vnet in (a, b*)`, not(query.Or{test("vnet", query.Equals, "a"), test("vnet", query.StartsWith, "b")}), "not (vnet = a or vnet = b*)")
	f(`operator has "say \"hi\" \\"`, test("operator", query.Has, `say "hi" \`), `operator has "say \"hi\" \\"`)
	f("tag not has (AzureCloud, Sql)", not(test("tag", query.Has, "AzureCloud", "Sql")), "tag not has (AzureCloud, Sql)")
	f(`country = "in"`, test("country", query.Equals, "in"), `country = "in"`)
	f(`firewall != ""`, not(test("firewall", query.Equals, "")), `firewall != ""`)
	f("group = größe", test("group", query.Equals, "größe"), "group = größe")
	f("vm in (a,b)", test("vm", query.Equals, "a", "b"), "vm in (a, b)")
	f("src.firewall = *", at(query.InitiatorEnd, test("firewall", query.StartsWith, "")), "src.firewall = *")
	f("vm in a", test("vm", query.Equals, "a"), "vm = a")

	// Numbers.
	f("port >= 1024", test("port", query.AtLeast, n(1024)...), "port >= 1024")
	f("not port < 1024", not(test("port", query.Below, n(1024)...)), "not port < 1024")
	f("port in 1000..2000", test("port", query.Between, n(1000, 2000)...), "port in 1000..2000")
	f("port = 1000..2000", test("port", query.Between, n(1000, 2000)...), "port in 1000..2000")
	f("port not in 1000..2000", not(test("port", query.Between, n(1000, 2000)...)), "port not in 1000..2000")
	f("port in (22, 1000..2000, 80, 3000..4000)", query.Or{
		test("port", query.Equals, n(22, 80)...), test("port", query.Between, n(1000, 2000)...), test("port", query.Between, n(3000, 4000)...),
	}, "port in (22, 80) or port in 1000..2000 or port in 3000..4000")
	f("src.asn=4294967295", at(query.InitiatorEnd, test("asn", query.Equals, n(4294967295)...)), "src.asn = 4294967295")

	// Addresses.
	f("ip = 10.0.0.4", test("ip", query.Equals, host), "ip = 10.0.0.4")
	f("dst = 10.1.2.3/8", at(query.ResponderEnd, test("ip", query.Within, ten)), "dst in 10.0.0.0/8")
	f("dst.ip != ::ffff:10.0.0.4", not(at(query.ResponderEnd, test("ip", query.Equals, host))), "dst != 10.0.0.4")
	f("src in (10.0.0.4, 10.0.0.0/8, 10.0.0.4)", at(query.InitiatorEnd, test("ip", query.Within, netip.PrefixFrom(host, 32), ten, netip.PrefixFrom(host, 32))),
		"src in (10.0.0.4/32, 10.0.0.0/8, 10.0.0.4/32)")
	f("ip in 2001:DB8::/32", test("ip", query.Within, netip.MustParsePrefix("2001:db8::/32")), "ip in 2001:db8::/32")
	f("ip in ::ffff:10.0.0.0/104", test("ip", query.Within, ten), "ip in 10.0.0.0/8")

	// Choices.
	f("protocol = tcp and type in (s2s, MALICIOUSFLOW)", query.And{test("protocol", query.Equals, "TCP"), test("type", query.Equals, "S2S", "MaliciousFlow")},
		"protocol = TCP and type in (S2S, MaliciousFlow)")
	f("proto = 47", test("protocol", query.Equals, "GRE"), "protocol = GRE")
	f("proto = 200", test("protocol", query.Equals, "200"), "protocol = 200")
	f(`dst.kind = "load balancer"`, at(query.ResponderEnd, test("kind", query.Equals, "load balancer")), `dst.kind = "load balancer"`)
}

// What package query can ask can be said, and is the same when it is read.
func TestPrintAnything(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := querytest.AnyCondition(4).Draw(rt, "condition")
		text := filter.Print(c)
		got, err := filter.Parse(text)
		if len(text) > filter.MaxBytes {
			rt.Skip()
		}
		if diff := cmp.Diff(c, got, addresses); err != nil || diff != "" {
			rt.Fatalf("%s: %v (-want +got):\n%s", text, err, diff)
		}
	})
}

// What is wrong is said at the word at fault, with what to write instead.
func TestFaults(t *testing.T) {
	f := func(text, word, want, hint string) {
		t.Helper()
		_, err := filter.Parse(text)
		var fault *filter.Error
		if !errors.As(err, &fault) {
			t.Errorf("Parse(%q) = %v, want an error", text, err)
			return
		}
		if got := text[fault.Pos : fault.Pos+fault.Len]; got != word || !strings.Contains(fault.Text, want) || !strings.Contains(fault.Hint, hint) || hint == "" && fault.Hint != "" {
			t.Errorf("Parse(%q) points at %q: %v\nwant %q, %q, %q", text, got, err, word, want, hint)
		}
		if column := len([]rune(text[:fault.Pos])) + 1; fault.Column != column || !strings.HasPrefix(err.Error(), fmt.Sprintf("at character %d: ", column)) {
			t.Errorf("Parse(%q) = %v, want it at %d", text, err, column)
		}
	}
	f("vent = hub", "vent", `no field "vent"`, "the nearest is vnet")
	f("malic", "malic", "no field", "the nearest is malicious")
	f("malicous", "malicous", "no field", "the nearest is malicious")
	f("src.vnte = hub", "src.vnte", "no field", "the nearest is src.vnet")
	f("xyzzy = 1", "xyzzy", "no field", "")
	f("src.port = 1", "src.port", "no field", "write port")
	f("10.0.0.4", "10.0.0.4", "no field", "ip = 10.0.0.4")
	f("10.0.0.0/8", "10.0.0.0/8", "no field", "ip in 10.0.0.0/8")
	f("größe = 1", "größe", "no field", "")
	f("vnet", "", "the end stands where vnet is compared", "vnet = hub")
	f("vnet hub", "hub", `"hub" stands where vnet is compared`, "vnet = hub")
	f("malicious = yes", "=", "stands alone", "not malicious")
	f("vnet =", "", "the end stands where a value of vnet is missing", "")
	f("country = in", "in", "word of the language", `"in"`)
	f("vnet = (a, b)", "(", "value of vnet is missing", `a list follows "in"`)
	f("vnet in ()", ")", "value of vnet is missing", "")
	f("vnet in (a b)", "b", "stands in a list", `","`)
	f("vnet in (a", "", "the end stands in a list", `","`)
	f("vnet < a", "<", "has no order", "vnet = hub")
	f("port has 4", "has", "no text", "port in")
	f("port = https", "https", "not a port from 0 to 65535", "port in")
	f("port = 65536", "65536", "65535", "port in")
	f("port in 9..1", "9..1", "begins after", "1..9")
	f("port < 1..9", "1..9", "range", "port in 1..9")
	f("port in 1..x", "1..x", `"x" is not a port`, "port in")
	f("src = hub", "hub", "neither an address nor a prefix", "10.0.0.0/8")
	f("src = 10.0.0.*", "10.0.0.*", "neither", "10.0.0.0/8")
	f("src = fe80::1%eth0", "fe80::1%eth0", "neither", "10.0.0.4")
	f("type = IntraVnte", "IntraVnte", "is no type", `the nearest is IntraVNet; it can be Unknown, IntraVNet`)
	f("direction = sideways", "sideways", "is no direction", "it can be inbound or outbound")
	f("vm = a*b", "a*b", "a * can only stand at the end", `write "has"`)
	f("vm has web*", "web*", `"has" needs no *`, "has web")
	f(`vm has ""`, `""`, "every text", "vm = *")
	f("(malicious", "(", `this "(" is not closed`, `put a ")"`)
	f("(malicious denied)", "denied", "follows what is complete", `"and" or "or"`)
	f("malicious denied", "denied", "follows what is complete", `"and" or "or"`)
	f("malicious)", ")", `no "(" to this ")"`, "")
	f("malicious and", "", "ends where a condition is missing", "")
	f("and malicious", "and", "where a condition is missing", "")
	f("()", ")", "where a condition is missing", "")
	f(`vm = "open`, `"open`, "not closed", `put a "`)
	f(`vm = "a\n"`, `\n`, "backslash", `write \\`)
	f("vm = \"a\tb\"", "\"a\tb\"", "control character", "")
	f("vm ! a", "!", "alone means nothing", `"not"`)
	f("vm = a\xff", "\xff", "not UTF-8", "")
	f("vm = \ufffd", "\ufffd", "not UTF-8", "") // it ends a word and must not begin one
	f("vm = a\x00", "\x00", "control character", "")
	f("größer = 1 and vent = 1", "größer", "no field", "")
	f(`operator = "größe" and vent = 1`, "vent", "no field", "vnet")

	long := "vm in (" + strings.Repeat("a,", filter.MaxBytes/2) + "a)"
	f(long, long[filter.MaxBytes:], "longer than 4096 bytes", "")
	deep := strings.Repeat("not ", filter.MaxDepth+1) + "denied"
	f(deep, "not", "more than 100 times", "")
	many := "port in (" + strings.Repeat("1,", filter.MaxValues) + "1)"
	f(many, "1", "more than 1000 values", "prefix")
	short := strings.Repeat("vm=a or ", 500) + "denied"
	f(short, short, "written out", "")
}

// Every field's example is a filter, of which a store has an answer; so has
// every name and every way to compare of each field.
func TestExamples(t *testing.T) {
	s := querytest.Open(t)
	querytest.Commit(t, s, "/a", querytest.Random(1, 100, time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC))...)
	for _, f := range query.Fields() {
		c, err := filter.Parse(f.Example)
		if err != nil {
			t.Errorf("%s: %s: %v", f.Name, f.Example, err)
			continue
		}
		if !strings.Contains(f.Example, f.Name) && !strings.Contains(f.Example, "src") && len(f.Aliases) == 0 {
			t.Errorf("%s: the example is about something else: %s", f.Name, f.Example)
		}
		q := query.Question{Measures: []query.Measure{{Name: "flows", Of: query.Flows}}, Where: c}
		if _, err := query.Ask(t.Context(), s, q); err != nil {
			t.Errorf("%s: %s: %v", f.Name, f.Example, err)
		}
	}
}

// No two fields have a name in common, nor with a word of the language.
func TestNames(t *testing.T) {
	seen := map[string]string{"and": "a word", "or": "a word", "not": "a word", "in": "a word", "has": "a word", "src": "an end", "dst": "an end"}
	for _, f := range query.Fields() {
		for _, name := range append([]string{f.Name}, f.Aliases...) {
			if other, ok := seen[name]; ok || name != strings.ToLower(name) {
				t.Errorf("%s is a name of %s and of %s", name, f.Name, other)
			}
			seen[name] = f.Name
		}
	}
}

func TestComplete(t *testing.T) {
	asked := ""
	stored := func(field, begin string) (values []filter.Value, err error) {
		asked += field + " " + begin + ";"
		for _, text := range []string{"hub", "my hub", `a "b", c\`, "größe"} {
			if strings.HasPrefix(text, begin) {
				values = append(values, filter.Value{Text: text})
			}
		}
		return values, nil
	}
	f := func(text string, want ...string) { // the cursor is at |
		t.Helper()
		before, after, _ := strings.Cut(text, "|")
		var got []string
		found, err := filter.Complete(before+after, len(before), stored)
		if err != nil {
			t.Errorf("Complete(%q): %v", text, err)
		}
		for _, s := range found {
			got = append(got, (before + after)[:s.Start]+s.Text+"|"+(before + after)[s.End:])
			if len(got) == 9 {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Complete(%q) (-want +got):\n%s", text, diff)
		}
	}
	f("mal|", "malicious|")
	f("MAL|", "malicious|")
	f("vn|et = hub", "vnet| = hub")
	f("src.v|", "src.vnet|", "src.vm|")
	f("dst|", "dst|")
	f("vnet = hub and ser|", "vnet = hub and service|")
	f("port |", "port =|", "port !=|", "port in|", "port not in|", "port <|", "port <=|", "port >|", "port >=|")
	f("vnet n|", "vnet not in|")
	f("vnet not |", "vnet not in|", "vnet not has|")
	f("direction = |", "direction = inbound|", "direction = outbound|")
	f("direction in (inbound|", "direction in (inbound|")
	f("direction in (inbound |", "direction in (inbound ,|", "direction in (inbound )|")
	f("direction in (inbound, o|)", "direction in (inbound, outbound|)")
	f("vnet = |", "vnet = hub|", `vnet = "my hub"|`, `vnet = "a \"b\", c\\"|`, "vnet = größe|")
	f("vnet = h|", "vnet = hub|")
	f(`vnet = "m|`, `vnet = "my hub"|`)
	f(`vnet = "m|y hub" and denied`, `vnet = "my hub"| and denied`)
	f(`vnet = "a \"b|`, `vnet = "a \"b\", c\\"|`)
	f("src.vnet in (hub, g|", "src.vnet in (hub, größe|")
	f("dst in h|", "dst in hub|")
	if want := `vnet ;vnet h;vnet m;vnet m;vnet a "b;src.vnet g;dst h;`; asked != want {
		t.Errorf("what is stored was asked for by %q, want %q", asked, want)
	}
	asked = ""
	f("vnet = hub |", "vnet = hub and|", "vnet = hub or|")
	f("(malicious |", "(malicious and|", "(malicious or|", "(malicious )|")
	f("vnet vnet |")
	f("port < |")
	f("type = x|")
	f(`vm = "a\n" and |`)
	if asked != "" {
		t.Errorf("what is stored was asked for by %q, where nothing of it can stand", asked)
	}
	_, err := filter.Complete("port in ", 8, func(string, string) ([]filter.Value, error) { return nil, errors.New("no disk") })
	if err == nil {
		t.Error("Complete() without what is stored did not fail")
	}
}
