package query_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/store"
	"weir/internal/store/duckdb"
)

// holds tells whether a flow holds a condition, by going through what is known of it.
func holds(c query.Condition, f querytest.Flow) bool {
	switch c := c.(type) {
	case query.And:
		return !slices.ContainsFunc(c, func(c query.Condition) bool { return !holds(c, f) })
	case query.Or:
		return slices.ContainsFunc(c, func(c query.Condition) bool { return holds(c, f) })
	case query.Not:
		return !holds(c.Condition, f)
	case query.Test:
		ends := []string{f.Initiator, f.Responder}
		switch c.End {
		case query.InitiatorEnd:
			ends = ends[:1]
		case query.ResponderEnd:
			ends = ends[1:]
		}
		return slices.ContainsFunc(ends, func(address string) bool { return holdsAt(c, f, address) })
	}
	return true
}

func holdsAt(t query.Test, f querytest.Flow, address string) bool {
	switch t.Field {
	case "malicious":
		return f.Type == flow.MaliciousFlow
	case "benign":
		return f.Type != flow.MaliciousFlow
	case "allowed":
		return f.Status == flow.Allowed
	case "denied":
		return f.Status == flow.Denied
	case "inbound":
		return f.Direction == flow.Inbound
	case "outbound":
		return f.Direction == flow.Outbound
	case "external", "internal":
		is := querytest.Was(f.Initiator, query.Class) == int64(enrich.External) || querytest.Was(f.Responder, query.Class) == int64(enrich.External)
		return is == (t.Field == "external")
	case "app":
		return slices.ContainsFunc(querytest.Applications(), func(a store.Application) bool {
			return a.Port == f.Port && a.Protocol == f.Protocol && matches(t, a.Name)
		})
	case "feed", "category":
		return f.Type == flow.MaliciousFlow && slices.ContainsFunc(querytest.Verdicts(address), func(v enrich.Verdict) bool {
			held := (v.From.IsZero() || v.From.Before(f.Interval.Add(10*time.Minute))) && (v.Until.IsZero() || v.Until.After(f.Interval))
			return held && matches(t, map[string]string{"feed": v.Feed, "category": v.Category}[t.Field])
		})
	}
	field, _, _ := query.FieldNamed(t.Field)
	at := query.HostEnd
	if field.Ends {
		at = query.InitiatorEnd // of a flow that begins at the address
	}
	d, _ := field.Dimension(at)
	v := value(end{Flow: querytest.Flow{
		Initiator: address, Port: f.Port, Protocol: f.Protocol, Direction: f.Direction, Status: f.Status, Rule: f.Rule, Log: f.Log, Type: f.Type, Encryption: f.Encryption,
	}}, d)
	switch field.Kind {
	case query.KindText:
		return matches(t, v.(string))
	case query.KindChoice:
		return slices.ContainsFunc(t.Values, func(word any) bool {
			_, stored := field.Choice(word.(string))
			return fmt.Sprint(stored) == fmt.Sprint(v)
		})
	case query.KindAddress:
		return slices.ContainsFunc(t.Values, func(want any) bool {
			a := netip.MustParseAddr(address)
			if p, ok := want.(netip.Prefix); ok {
				return p.Contains(a) || p.Addr().Is6() && p.Contains(netip.AddrFrom16(a.As16()))
			}
			return want == a
		})
	}
	n, values := v.(int64), t.Values
	switch t.Op {
	case query.Below:
		return n < values[0].(int64)
	case query.AtMost:
		return n <= values[0].(int64)
	case query.Above:
		return n > values[0].(int64)
	case query.AtLeast:
		return n >= values[0].(int64)
	case query.Between:
		return values[0].(int64) <= n && n <= values[1].(int64)
	}
	return slices.Contains(values, v)
}

// matches tells whether a text is one of those that a test looks for.
func matches(t query.Test, text string) bool {
	return slices.ContainsFunc(t.Values, func(v any) bool {
		text, want := strings.ToLower(text), strings.ToLower(v.(string))
		candidates := []string{text}
		switch t.Field {
		case "tag":
			if t.Op == query.Has {
				return slices.Contains(strings.Split(text, " "), want)
			}
			candidates = strings.Split(text, " ")
		case "rule":
			candidates = append(candidates, strings.TrimPrefix(strings.TrimPrefix(text, "userrule_"), "defaultrule_"))
		case "app", "mac", "region", "subscription", "group", "service", "country", "operator", "feed", "category":
		default: // parts of a path, from each to the last
			for i := range text {
				if text[i] == '/' {
					candidates = append(candidates, text[i+1:])
				}
			}
			if t.Op == query.StartsWith {
				candidates = slices.DeleteFunc(candidates, func(c string) bool { return strings.Count(c, "/") != strings.Count(want, "/") })
			}
		}
		switch t.Op {
		case query.StartsWith:
			return slices.ContainsFunc(candidates, func(c string) bool { return strings.HasPrefix(c, want) && c != "" })
		case query.Has:
			return strings.Contains(text, want)
		}
		return slices.Contains(candidates, want)
	})
}

func ruleKind(name string) string {
	for _, kind := range []string{"user", "default", "platform"} {
		if strings.HasPrefix(strings.ToLower(name), kind+"rule") {
			return kind
		}
	}
	return "other"
}

// conditioned makes a store of a thousand flows.
func conditioned(t *testing.T) (store.Store, []querytest.Flow) {
	t.Helper()
	s := querytest.Open(t)
	// What verdicts there are changes at the beginning of the day and in it.
	flows := append(querytest.Random(7, 800, start), querytest.Random(8, 200, start.AddDate(0, 0, -1))...)
	for i := range flows {
		if f := &flows[i]; i%3 > 0 && len(querytest.Verdicts(f.Initiator))+len(querytest.Verdicts(f.Responder)) > 0 {
			f.Type = flow.MaliciousFlow
		}
	}
	querytest.Commit(t, s, "/a", flows[:400]...)
	querytest.Commit(t, s, "/b", flows[400:]...)
	if err := s.Learn(t.Context(), store.Learning{Applications: querytest.Applications()}); err != nil {
		t.Fatal(err)
	}
	return s, flows
}

// Of what a question sums, a condition leaves what going through the flows one
// by one does, whatever it is split by.
func TestConditions(t *testing.T) {
	s, flows := conditioned(t)
	some, none := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		q := query.Question{
			Dimensions: rapid.SampledFrom([][]query.Dimension{
				{}, {query.Host}, {query.Of(query.HostEnd, query.VNet)}, {query.Of(query.InitiatorEnd, query.Class), query.Of(query.ResponderEnd, query.ResourceGroup)},
			}).Draw(rt, "dimensions"),
			Measures: []query.Measure{{Name: "tuples", Of: query.Tuples}, {Name: "denied", Of: query.Flows, Where: []query.Filter{query.Is(query.Status, flow.Denied)}}},
			Where:    querytest.AnyCondition(3).Draw(rt, "condition"),
		}
		res, err := query.Ask(t.Context(), s, q)
		if err != nil {
			rt.Fatal(err)
		}
		want := answer(q, flows)
		sortRows(res.Rows)
		sortRows(want.Rows)
		if len(want.Rows) == 0 || want.Rows[0].Values["tuples"] == 0 {
			none++
		} else {
			some++
		}
		diffT(rt, q, &want, res)
	})
	if some < 10 || none < 3 {
		t.Errorf("%d conditions left something and %d nothing, so little is tested", some, none)
	}
}

// A verdict is one of its time: a flow passes where it held at any instant of its
// interval, with roll-ups and without, and each malicious flow by one of its feeds.
func TestVerdictsHoldInTheirTime(t *testing.T) {
	s, flows := conditioned(t)
	for _, rolled := range []bool{false, true} {
		if rolled {
			querytest.Settle(t, s)
			if _, err := s.RollUp(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for _, test := range []query.Test{
			{Field: "feed", Values: []any{"feodo"}},
			{Field: "feed", Op: query.Has, Values: []any{"o"}},
			{Field: "category", Values: []any{"Proxy"}},
			{Field: "category", End: query.InitiatorEnd, Values: []any{"Botnet"}},
			{Field: "feed", End: query.ResponderEnd, Values: []any{"own"}},
		} {
			for _, dims := range [][]query.Dimension{{query.Time}, {query.Time, query.Host}, {query.Time, query.Of(query.HostEnd, query.Country)}, {query.Time, query.InitiatorID, query.ResponderID}} {
				q := query.Question{
					From: start.AddDate(0, 0, -1), To: start.AddDate(0, 0, 1), Grain: 24 * time.Hour, Dimensions: dims, Measures: total(query.Tuples),
					Where: query.And{test, query.Not{Condition: query.Test{Field: "denied"}}},
				}
				res, err := query.Ask(t.Context(), s, q)
				if err != nil {
					t.Fatal(err)
				}
				want := answer(q, flows)
				if len(want.Rows) == 0 {
					t.Errorf("%+v lets nothing pass, so nothing is tested", test)
				}
				sortRows(want.Rows)
				sortRows(res.Rows)
				diff(t, fmt.Sprintf("%+v by %v, rolled up %v", test, dims, rolled), &want, res)
			}
		}
	}
}

func diffT(t *rapid.T, what, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%+v (-want +got):\n%s", what, diff)
	}
}

// The laws of conditions: what they have in common with sets.
func TestLawsOfConditions(t *testing.T) {
	s, _ := conditioned(t)
	rapid.Check(t, func(rt *rapid.T) {
		ask := func(c query.Condition) *query.Result {
			res, err := query.Ask(t.Context(), s, query.Question{Dimensions: []query.Dimension{query.Port}, Measures: total(query.Tuples), Where: c})
			if err != nil {
				rt.Fatal(err)
			}
			sortRows(res.Rows)
			return res
		}
		a, b := querytest.AnyCondition(1).Draw(rt, "a"), querytest.AnyCondition(1).Draw(rt, "b")
		diffT(rt, "not not", ask(a), ask(query.Not{Condition: query.Not{Condition: a}}))
		diffT(rt, "de Morgan", ask(query.Not{Condition: query.And{a, b}}), ask(query.Or{query.Not{Condition: a}, query.Not{Condition: b}}))
		diffT(rt, "order", ask(query.Or{a, b}), ask(query.Or{b, a}))
		// Split by what is filtered by: the same rows as of all, but for those that are out.
		all, in := ask(nil), ask(query.Test{Field: "port", Op: query.Below, Values: []any{int64(443)}})
		all.Rows = slices.DeleteFunc(all.Rows, func(r query.Row) bool { return r.Keys[0].(int64) >= 443 })
		diffT(rt, "filter and group", all, in)
	})
}

// Every dimension of an end is what the address was.
func TestProperties(t *testing.T) {
	s, flows := conditioned(t)
	for _, f := range query.Fields() {
		for end := query.HostEnd; end <= query.ResponderEnd; end++ {
			d, ok := f.Dimension(end)
			if !ok || !f.Ends && end != query.HostEnd {
				continue
			}
			q := query.Question{Dimensions: []query.Dimension{d, query.Status}, Measures: total(query.Tuples)}
			res, err := query.Ask(t.Context(), s, q)
			if err != nil {
				t.Fatalf("%s: %v", f.NameAt(end), err)
			}
			want := answer(q, flows)
			sortRows(want.Rows)
			sortRows(res.Rows)
			diff(t, f.NameAt(end), &want, res)
		}
	}
}

func TestConditionsThatCannotBeBuilt(t *testing.T) {
	f := func(want string, c query.Condition) {
		t.Helper()
		_, err := query.Build(duckdb.Dialect{}, query.Question{Measures: total(query.Flows), Where: c})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Build() = %v, want an error with %q", err, want)
		}
	}
	f("is empty", query.And{})
	f("empty place", query.Or{nil})
	f("opposite of nothing", query.Not{})
	f(`no field "colour"`, query.Test{Field: "colour"})
	f("has no end", query.Test{Field: "port", End: query.InitiatorEnd, Values: []any{int64(1)}})
	f("in way", query.Test{Field: "port", Op: query.StartsWith, Values: []any{int64(1)}})
	f("0 values", query.Test{Field: "port"})
	f("1 values", query.Test{Field: "malicious", Values: []any{true}})
	f("begins after", query.Test{Field: "port", Op: query.Between, Values: []any{int64(2), int64(1)}})
	f("65536", query.Test{Field: "port", Values: []any{int64(65536)}})
	f("int 1", query.Test{Field: "port", Values: []any{1}})
	f("carrier", query.Test{Field: "protocol", Values: []any{"carrier pigeon"}})
	f("tcp", query.Test{Field: "protocol", Values: []any{"tcp"}}) // the word of the list is TCP
	f("country", query.Test{Field: "country", Values: []any{"u\x00s"}})
	f("country", query.Test{Field: "country", Op: query.Has, Values: []any{""}})
	f("10.0.0.1/8", query.Test{Field: "ip", Op: query.Within, Values: []any{netip.MustParsePrefix("10.0.0.1/8")}})
	f("10.0.0.0/8", query.Test{Field: "ip", Values: []any{netip.MustParsePrefix("10.0.0.0/8")}})
}

// The SQL of conditions is what engines share, and no value is part of it.
func TestSharedSQLOfConditions(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := querytest.AnyCondition(2).Draw(rt, "condition")
		statements, err := query.Build(bare{}, query.Question{Measures: total(query.Flows), Where: c})
		if err != nil {
			rt.Fatal(err)
		}
		checkShared(t, fmt.Sprint(c), statements.Rows.SQL)
		if strings.Contains(statements.Rows.SQL, "DROP") {
			t.Errorf("a value is part of the text:\n%s", statements.Rows.SQL)
		}
	})
}

// Roll-ups answer where they can tell whether a flow holds the condition.
func TestRollUpsOfConditions(t *testing.T) {
	f := func(rolled bool, q query.Question, field string, op query.Op, values ...any) {
		t.Helper()
		q.From, q.To, q.Measures = start, start.AddDate(0, 0, 1), total(query.Flows)
		q.Where = query.Not{Condition: query.Test{Field: field, Op: op, Values: values}}
		var sql string
		if _, err := query.Ask(t.Context(), told{&sql}, q); !errors.Is(err, errTold) {
			t.Fatal(err)
		}
		if got := strings.Contains(sql, "weir.day_"); got != rolled {
			t.Errorf("%v reads roll-ups: %v, want %v", q.Where, got, rolled)
		}
	}
	all, captures := query.Question{}, query.Question{EachCapture: true}
	ends := query.Question{Dimensions: []query.Dimension{query.Of(query.HostEnd, query.Country), query.Role, query.Captured}}
	capturedEnds := query.Question{EachCapture: true, Dimensions: []query.Dimension{query.Role, query.Captured}}
	pair := query.Question{Filters: []query.Filter{{Dimensions: []query.Dimension{query.InitiatorID, query.ResponderID}, Values: [][]any{{uint64(1), uint64(2)}}}}}
	f(true, all, "denied", query.Equals)
	f(true, all, "malicious", query.Equals)
	f(true, all, "protocol", query.Equals, "TCP")
	f(false, all, "port", query.Equals, int64(443)) // the one that ranks ports has no sums of those it folded
	f(true, all, "external", query.Equals)
	f(true, all, "vnet", query.Equals, "hub")
	f(false, all, "ip", query.Equals, netip.MustParseAddr("10.0.0.4"))
	f(false, all, "feed", query.Equals, "feodo")
	f(true, captures, "rule", query.Has, "deny")
	f(false, captures, "target", query.Has, "hub")
	f(false, captures, "vnet", query.Equals, "hub")
	f(true, ends, "vnet", query.Equals, "hub")
	f(true, ends, "protocol", query.Equals, "TCP")
	f(false, ends, "app", query.Equals, "https")
	f(true, capturedEnds, "rule", query.Has, "deny")
	f(false, capturedEnds, "vnet", query.Equals, "hub")
	f(true, pair, "external", query.Equals)
	f(true, pair, "app", query.Equals, "https")
	f(false, pair, "encryption", query.Equals, "Encrypted")
	f(true, pair, "port", query.Equals, int64(443))
	f(false, pair, "port", query.Equals, int64(443), int64(49152)) // all of these ports are one there
	f(true, pair, "port", query.AtLeast, int64(49152))
	f(false, pair, "port", query.AtLeast, int64(49153))
	f(true, pair, "port", query.Below, int64(49152))
	f(false, pair, "port", query.Below, int64(49153))
	f(true, pair, "port", query.AtMost, int64(49151))
	f(false, pair, "port", query.AtMost, int64(49152))
	f(true, pair, "port", query.Above, int64(49151))
	f(false, pair, "port", query.Above, int64(49152))
	f(true, pair, "port", query.Between, int64(1024), int64(65535))
	f(true, pair, "port", query.Between, int64(1024), int64(49151))
	f(false, pair, "port", query.Between, int64(1024), int64(49152))
}
