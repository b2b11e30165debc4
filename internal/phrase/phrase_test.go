package phrase_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/kql"
	"weir/internal/phrase"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/store"
)

var start = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)

// row is a row of an answer in KQL, by the names of its columns.
type row map[string]any

func (r row) text(name string) string { return fmt.Sprint(r[name]) }

func (r row) number(name string) int64 {
	n, ok := r[name].(int64)
	if !ok {
		panic(fmt.Sprintf("%s is %T %v in %v", name, r[name], r[name], r))
	}
	return n
}

// totals are the three measures of a row.
func (r row) totals() insight.Measures {
	return insight.Measures{Flows: r.number("flows"), Packets: r.number("packets"), Bytes: r.number("bytes")}
}

// TB is what tests and properties have in common.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// ask asks a store what a query says.
func ask(tb TB, t *testing.T, s store.Store, q *phrase.Query, err error) []row {
	tb.Helper()
	if err != nil {
		tb.Fatalf("cannot be said: %v", err)
	}
	c, err := kql.Compile(q.Text, kql.Options{})
	if err != nil {
		tb.Fatalf("%v in\n%s", err, q.Text)
	}
	rows, err := s.SQL(t.Context(), c.SQL)
	if err != nil {
		tb.Fatalf("%v in\n%s", err, q.Text)
	}
	defer rows.Close()
	all := []row{}
	for rows.Next() {
		r := row{}
		for i, v := range rows.Values() {
			r[c.Columns[i].Name] = v
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		tb.Fatalf("%v in\n%s", err, q.Text)
	}
	return all
}

// same compares what a query answers with what an insight shows.
func same[T any](tb TB, what string, q *phrase.Query, got, want T) {
	tb.Helper()
	if diff := cmp.Diff(got, want); diff != "" {
		tb.Errorf("%s (-got +want):\n%s\n%s", what, diff, q.Text)
	}
}

// filled returns a store with random flows, some of which two captures have.
func filled(t *testing.T) store.Store {
	t.Helper()
	flows := querytest.Random(12, 1500, start)
	for i := range flows {
		if f := &flows[i]; len(querytest.Verdicts(f.Initiator))+len(querytest.Verdicts(f.Responder)) > 0 {
			f.Type = flow.MaliciousFlow
		}
	}
	s := querytest.Open(t)
	if err := s.Learn(t.Context(), store.Learning{Applications: querytest.Applications()}); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		d := querytest.Delta(fmt.Sprintf("/logs/%d.json", i), flows[i*500:(i+1)*500]...)
		for j := range d.Rows {
			d.Rows[j].Marks = []flow.Marks{0, 0, flow.NoStarts, flow.NoForward | flow.NoBack, flow.NoStarts | flow.NoForward | flow.NoBack | flow.Duplicate}[j%5]
		}
		if err := s.Commit(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// periods are the whole of the data, and a part that cuts points and, before it is
// rounded, intervals.
func periods(q insight.Question) []insight.Question {
	whole, part := q, q
	whole.From, whole.To = start, start.Add(24*time.Hour)
	part.From, part.To = start.Add(3*time.Hour+14*time.Minute), start.Add(17*time.Hour+1*time.Second)
	return []insight.Question{whole, part}
}

// filters are what is asked about.
func filters(t *testing.T) []query.Condition {
	t.Helper()
	list := []query.Condition{nil}
	for _, text := range []string{
		"denied and port < 1024", "not external", "src.vnet = hub or country in (us, de)", "rule = rule-1 and proto in (udp, 1)",
		"type != MaliciousFlow and nsg has nsg-1", "app = https or app = *", "category = Botnet or dst.feed has o", "outbound and subnet = *",
	} {
		c, err := filter.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	return list
}

// each calls f for every filter, in turn for the periods and the measures.
func each(t *testing.T, f func(what string, q insight.Question)) {
	t.Helper()
	for i, where := range append(filters(t), nil) {
		by := []insight.Measure{insight.Flows, insight.Packets, insight.Bytes}[i%3]
		q := periods(insight.Question{By: by, Limit: 7, Where: where})[i%2]
		f(fmt.Sprintf("by %s from %s where %s", by, q.From.Format(time.TimeOnly), filter.Print(where)), q)
	}
}

// TestCondition checks that any filter lets the same flows pass.
func TestCondition(t *testing.T) {
	s := filled(t)
	rapid.Check(t, func(r *rapid.T) {
		q := periods(insight.Question{Where: querytest.AnyCondition(2).Draw(r, "where")})[rapid.IntRange(0, 1).Draw(r, "period")]
		want, err := insight.Traffic(t.Context(), s, q.From, q.To, q.Where, 24)
		if err != nil {
			r.Fatalf("%v", err)
		}
		said, err := phrase.Traffic(t.Context(), s, q, 24)
		same(r, filter.Print(q.Where), said, course(ask(r, t, s, said, err), want), want.Series)
	})
}

// course reads the course of traffic.
func course(rows []row, like *insight.TrafficAnswer) []insight.TrafficSeries {
	var list []insight.TrafficSeries
	for _, s := range like.Series {
		n := len(like.Times)
		of := insight.TrafficSeries{Direction: s.Direction, Status: s.Status, Flows: make([]int64, n), Packets: make([]int64, n), Bytes: make([]int64, n)}
		for _, r := range rows {
			d := map[string]insight.Direction{"Inbound": insight.In, "Outbound": insight.Out}[r.text("direction")]
			st := map[string]insight.Status{"Allowed": insight.Allowed, "Denied": insight.Denied}[r.text("status")]
			if d != s.Direction || st != s.Status {
				continue
			}
			for i, at := range like.Times {
				if at.Equal(r["start"].(time.Time)) {
					of.Flows[i], of.Packets[i], of.Bytes[i] = r.number("flows"), r.number("packets"), r.number("bytes")
				}
			}
		}
		list = append(list, of)
	}
	return list
}

func TestRankings(t *testing.T) { each(t, rankings(t, filled(t))) }

// rankings compares the rankings of a store.
func rankings(t *testing.T, s store.Store) func(what string, q insight.Question) {
	return func(what string, q insight.Question) {
		t.Helper()
		hosts, err := insight.Hosts(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, h := range hosts.Rows {
			want = append(want, fmt.Sprint(h.Address, h.Total, h.AllowedIn.Of(q.By), h.AllowedOut.Of(q.By), h.DeniedIn.Of(q.By), h.DeniedOut.Of(q.By)))
		}
		said, err := phrase.Hosts(t.Context(), s, q)
		same(t, "hosts "+what, said, anyOrder(lines(ask(t, t, s, said, err), func(r row) string {
			return fmt.Sprint(r["address"], r.totals(), r.of("allowed_in", q), r.of("allowed_out", q), r.of("denied_in", q), r.of("denied_out", q))
		})), anyOrder(want))

		pairs, err := insight.Conversations(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		want = nil
		for _, c := range pairs.Rows {
			want = append(want, fmt.Sprint(c.Initiator, c.Responder, c.Total, c.Allowed.Of(q.By), c.Denied.Of(q.By), c.Forward, c.Back))
		}
		said, err = phrase.Conversations(t.Context(), s, q)
		same(t, "conversations "+what, said, anyOrder(lines(ask(t, t, s, said, err), func(r row) string {
			return fmt.Sprint(r["initiator"], r["responder"], r.totals(), r.of("allowed", q), r.of("denied", q),
				insight.Volume{Packets: r.number("forward_packets"), Bytes: r.number("forward_bytes")}, insight.Volume{Packets: r.number("back_packets"), Bytes: r.number("back_bytes")})
		})), anyOrder(want))

		ports, err := insight.Ports(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		said, err = phrase.Ports(t.Context(), s, q)
		same(t, "ports "+what, said, lines(ask(t, t, s, said, err), func(r row) string { return portLine(r, q) }), portLines(ports, q))

		rules, err := insight.Rules(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		said, err = phrase.Rules(t.Context(), s, q)
		same(t, "rules "+what, said, lines(ask(t, t, s, said, err), ruleLine), ruleLines(rules))
	}
}

// lines writes rows, each in a line.
func lines(rows []row, line func(row) string) (list []string) {
	for _, r := range rows {
		list = append(list, line(r))
	}
	return list
}

// anyOrder puts lines in an order of their own: rankings of hosts show those with
// equal numbers by their addresses, which are not what they are told apart by.
func anyOrder(list []string) []string { return slices.Sorted(slices.Values(list)) }

// of is the chosen measure of a part of a row.
func (r row) of(part string, q insight.Question) int64 { return r.number(part + "_" + string(q.By)) }

func portLine(r row, q insight.Question) string {
	port := r.number("service_port")
	if port == query.Ephemeral {
		port = query.FirstEphemeral
	}
	n, _ := flow.ProtocolNumber(r.text("protocol"))
	return fmt.Sprint(port, flow.ProtocolText(n), r.totals(), r.of("allowed", q), r.of("denied", q))
}

func portLines(a *insight.PortsAnswer, q insight.Question) (list []string) {
	for _, p := range a.Rows {
		list = append(list, fmt.Sprint(p.Port, p.Protocol, p.Total, p.Allowed.Of(q.By), p.Denied.Of(q.By)))
	}
	return list
}

func ruleLine(r row) string {
	d := map[string]insight.Direction{"Inbound": insight.In, "Outbound": insight.Out}[r.text("direction")]
	return fmt.Sprint(r["acl"], " ", r["rule"], d, strings.ToLower(r.text("status")), r.totals())
}

func ruleLines(a *insight.RulesAnswer) (list []string) {
	for _, r := range a.Rows {
		list = append(list, fmt.Sprint(r.ACL, " ", r.Rule, r.Direction, r.Status, r.Total))
	}
	return list
}

// TestTables compares the table of every split, sorted in turn by all that it can be.
func TestTables(t *testing.T) {
	s := filled(t)
	for n, split := range insight.Splits() {
		for i := range 2 {
			where := filters(t)[(2*n+i)%9]
			sort := split.Sorts()[(n+7*i)%len(split.Sorts())]
			by := []insight.Measure{insight.Flows, insight.Packets, insight.Bytes}[(n+i)%3]
			q := insight.TableQuestion{Question: periods(insight.Question{By: by, Limit: 6, Where: where})[(n+i)%2], Sort: sort}
			what := fmt.Sprintf("%s sorted by %s by %s from %s where %s", split.Name, sort, by, q.From.Format(time.TimeOnly), filter.Print(where))
			a, err := insight.Table(t.Context(), s, split.Name, q)
			if err != nil {
				t.Fatal(err)
			}
			said, err := phrase.Table(t.Context(), s, split.Name, q)
			rows := ask(t, t, s, said, err)
			var want []string
			for _, r := range a.Rows {
				keys := r.Keys
				if split.IsPairs() {
					keys = slices.Sorted(slices.Values(keys))
				}
				want = append(want, fmt.Sprint(keys, r.All.Total, r.All.Allowed.Of(by), r.All.Denied.Of(by), r.Malicious.Total.Of(by))+ways(split, r, by))
			}
			same(t, what, said, lines(rows, func(r row) string {
				return fmt.Sprint(keysOf(split, r), r.totals(), r.of("allowed", q.Question), r.of("denied", q.Question), r.of("malicious", q.Question)) + saidWays(split, r, q.Question)
			}), want)
		}
	}
}

// keysOf is what a row is told by, as tables have it.
func keysOf(split insight.Split, r row) (keys []string) {
	switch split.Name {
	case "hosts":
		return []string{r.text("address")}
	case "pairs":
		return slices.Sorted(slices.Values([]string{r.text("first_address"), r.text("second_address")}))
	}
	names := map[string]string{
		"vm": "vm", "scaleset": "scale_set", "group": "resource_group", "loadbalancer": "load_balancer", "appgateway": "application_gateway",
		"privateendpoint": "private_endpoint", "operator": "organisation", "type": "flow_type", "port": "service_port", "rulekind": "rule_kind",
	}
	for _, c := range split.Columns {
		name := c
		if names[c] != "" {
			name = names[c]
		}
		text := r.text(name)
		if c == "protocol" {
			n, _ := flow.ProtocolNumber(text)
			text = flow.ProtocolText(n)
		}
		keys = append(keys, text)
	}
	return keys
}

// ways are the parts by direction, which pairs do not have in KQL.
func ways(split insight.Split, r insight.TableRow, by insight.Measure) string {
	if split.IsPairs() {
		return ""
	}
	return fmt.Sprint(r.All.AllowedIn.Of(by), r.All.AllowedOut.Of(by), r.All.DeniedIn.Of(by), r.All.DeniedOut.Of(by),
		r.Malicious.AllowedIn.Of(by), r.Malicious.AllowedOut.Of(by), r.Malicious.DeniedIn.Of(by), r.Malicious.DeniedOut.Of(by))
}

func saidWays(split insight.Split, r row, q insight.Question) string {
	if split.IsPairs() {
		return ""
	}
	return fmt.Sprint(r.of("allowed_in", q), r.of("allowed_out", q), r.of("denied_in", q), r.of("denied_out", q),
		r.of("malicious_allowed_in", q), r.of("malicious_allowed_out", q), r.of("malicious_denied_in", q), r.of("malicious_denied_out", q))
}

// TestSeries compares the course of every split.
func TestSeries(t *testing.T) {
	s := filled(t)
	for n, split := range insight.Splits() {
		for i := range 1 {
			where := filters(t)[n%9]
			by := []insight.Measure{insight.Flows, insight.Packets, insight.Bytes}[(n+i)%3]
			q := periods(insight.Question{By: by, Limit: 3, Where: where})[(n+i)%2]
			a, err := insight.Series(t.Context(), s, split.Name, q, 10)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]int64{}
			for i, at := range a.Times {
				for _, line := range a.Series {
					keys := line.Keys
					if split.IsPairs() {
						keys = slices.Sorted(slices.Values(keys))
					}
					if line.Values[i] > 0 {
						want[fmt.Sprint(at.Unix(), keys)] += line.Values[i]
					}
				}
				if a.Other[i] > 0 {
					want[fmt.Sprint(at.Unix(), " others")] = a.Other[i]
				}
			}
			said, err := phrase.Series(t.Context(), s, split.Name, q, 10)
			got := map[string]int64{}
			for _, r := range ask(t, t, s, said, err) {
				key := fmt.Sprint(r["start"].(time.Time).Unix(), " others")
				if line := r.text("line"); line != "(all others)" {
					key = fmt.Sprint(r["start"].(time.Time).Unix(), lineKeys(split, r))
				}
				if n := r.number(string(by)); n > 0 {
					got[key] += n
				}
			}
			same(t, fmt.Sprintf("%s by %s from %s where %s", split.Name, by, q.From.Format(time.TimeOnly), filter.Print(where)), said, got, want)
		}
	}
}

// lineKeys is what a line is told by, as courses have it.
func lineKeys(split insight.Split, r row) []string {
	switch split.Name {
	case "hosts", "pairs":
		return keysOf(split, r)
	case "protocols":
		n, _ := flow.ProtocolNumber(r.text("line"))
		return []string{flow.ProtocolText(n)}
	case "ports":
		port, protocol, _ := strings.Cut(r.text("line"), " ")
		n, _ := flow.ProtocolNumber(protocol)
		return []string{port, flow.ProtocolText(n)}
	}
	keys := []string{r.text("line")}
	if len(split.Columns) > 1 {
		at := strings.LastIndexByte(keys[0], ' ')
		keys = []string{keys[0][:at], keys[0][at+1:]}
	}
	return keys
}
