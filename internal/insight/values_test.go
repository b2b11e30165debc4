package insight_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/enrich"
	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/store"
	"weir/internal/topology"
)

// nasty are networks with names that people give and that languages trip over.
var nasty = []string{
	"s1/rg/hub", "s2/rg/hub", "s1/rg/hub-2", `s1/rg/o'brien "x", y`, "s1/rg/größe ß", "s1/rg/and", `s1/rg/back\slash`, "s1/rg/a*", "s1/rg/网络",
	"s1/rg/-- '); DROP TABLE fact;", "s1/rg/new\nline",
}

// named fills a store with a flow from a machine of each of the networks, the more
// of them the later in the list, and sums them up.
func named(t *testing.T, networks []string) store.Store {
	t.Helper()
	s := querytest.Open(t)
	var flows []querytest.Flow
	for i := range networks {
		flows = append(flows, querytest.Flow{
			Interval: start, Initiator: fmt.Sprintf("10.7.0.%d", i+1), Responder: "203.0.113.9", Port: 443, Protocol: 6, Direction: flow.Outbound,
			Rule: flow.Rule{ACL: "/subscriptions/s1/nsg-1", Name: fmt.Sprintf("UserRule_rule-%d", i%3)},
			Log:  flow.Log{Family: flow.VNet, MAC: "00224871C201"}, Counters: flow.Counters{Started: uint64(i + 1)},
		})
	}
	later := flows[0] // so that the hours of the others are over
	later.Interval = start.AddDate(0, 0, 2)
	flows = append(flows, later)
	at := func(a flow.Addr) *enrich.Endpoint {
		var last int
		if _, err := fmt.Sscanf(a.String(), "10.7.0.%d", &last); err != nil {
			return &enrich.Endpoint{Class: enrich.External, Country: "us", ASN: 15169, Organisation: "Google, LLC"}
		}
		return &enrich.Endpoint{Class: enrich.VNet, ServiceTags: "VirtualNetwork Web", Endpoint: topology.Endpoint{Kind: topology.EndpointNIC, VNet: networks[last-1], VM: fmt.Sprint("rg/web-", last)}}
	}
	byID := map[uint64]*enrich.Endpoint{}
	d := querytest.Delta("/logs/named.json", flows...)
	for i := range d.Rows {
		for _, side := range []struct {
			address flow.Addr
			is      *flow.Identity
		}{{d.Rows[i].Initiator, &d.Rows[i].From}, {d.Rows[i].Responder, &d.Rows[i].To}} {
			e := at(side.address)
			side.is.Endpoint = enrich.EndpointID(e)
			byID[side.is.Endpoint] = e
		}
	}
	d.Attribute = func(flow.Addr, topology.Capture) enrich.Attribution { return enrich.Attribution{} }
	d.Endpoint = func(id uint64) *enrich.Endpoint { return byID[id] }
	if err := s.Commit(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	querytest.Settle(t, s)
	if _, err := s.RollUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func texts(t *testing.T, s store.Store, q insight.ValuesQuestion) []string {
	t.Helper()
	a, err := insight.Values(t.Context(), s, q)
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, v := range a.Rows {
		list = append(list, v.Text)
	}
	return list
}

// What stands in a list is what people would write, the busiest first.
func TestValues(t *testing.T) {
	s := named(t, nasty)
	day := insight.ValuesQuestion{From: start, To: start.AddDate(0, 0, 1), Limit: 9}
	f := func(field, begin string, want ...string) {
		t.Helper()
		q := day
		q.Field, q.Begin = field, begin
		if diff := cmp.Diff(append([]string{}, want...), texts(t, s, q)); diff != "" {
			t.Errorf("values of %s that begin with %q (-want +got):\n%s", field, begin, diff)
		}
	}
	f("vnet", "", "-- '); DROP TABLE fact;", "网络", "a*", `back\slash`, "and", "größe ß", `o'brien "x", y`, "hub-2", "s2/rg/hub")
	f("VNet", "HU", "hub-2", "s2/rg/hub", "s1/rg/hub")
	f("src.vnet", "hub", "hub-2", "s2/rg/hub", "s1/rg/hub")
	f("vnet", "rg/hub", "rg/hub-2", "s2/rg/hub", "s1/rg/hub")
	f("vnet", "GRÖ", "größe ß")
	f("vnet", `o'`, `o'brien "x", y`)
	f("vnet", ".*")
	f("vnet", "\xff")
	f("dst.vnet", "", "-- '); DROP TABLE fact;", "a*", "and", `back\slash`, "größe ß", "s1/rg/hub", "hub-2", `o'brien "x", y`, "网络")
	f("vm", "web-1", "web-11", "web-10", "web-1")
	f("rule", "rule", "rule-1", "rule-0", "rule-2")
	f("rule", "userrule_rule-2", "UserRule_rule-2")
	f("nsg", "", "nsg-1")
	f("mac", "00:22", "00224871C201")
	f("country", "", "us")
	f("operator", "goo", "Google, LLC")
	f("asn", "15", "15169")
	f("asn", "2")
	f("asn", "0")
	f("tag", "", "VirtualNetwork", "Web")
	f("tag", "w", "Web")
	f("port", "4", "443")
	f("port", "5")
	f("protocol", "tc", "TCP")
	f("ip", "")
	f("ip", "10.7.0.1", "10.7.0.1", "10.7.0.10", "10.7.0.11")
	f("dst", "2", "203.0.113.9")
	f("ip", "10.8")
	f("ip", "' OR 1=1")
}

// Every text of a list lets the flows of its value pass and no others, written
// into a filter as completion writes it.
func TestValuesAreFilters(t *testing.T) {
	s := named(t, nasty)
	day := insight.Question{From: start, To: start.AddDate(0, 0, 1)}
	for i, network := range nasty {
		suggestions, err := filter.Complete("src.vnet = ", 11, func(field, begin string) ([]filter.Value, error) {
			a, err := insight.Values(t.Context(), s, insight.ValuesQuestion{From: day.From, To: day.To, Field: field, Begin: begin, Limit: 100})
			if err != nil {
				return nil, err
			}
			return a.Suggestions(), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(suggestions, func(s filter.Suggestion) bool { return s.Detail == network || s.Text == network })
		if strings.ContainsRune(network, '\n') {
			if at >= 0 || len(suggestions) != len(nasty)-1 {
				t.Errorf("%q is offered, which no filter can have, or others are not: %v", network, suggestions)
			}
			continue
		}
		q := day
		if at < 0 {
			t.Errorf("%q is not offered: %v", network, suggestions)
			continue
		}
		if q.Where, err = filter.Parse("src.vnet = " + suggestions[at].Text); err != nil {
			t.Fatal(err)
		}
		a, err := insight.Ports(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		if a.Total.Flows != int64(i+1) {
			t.Errorf("%s lets %d flows pass, want the %d of %q", filter.Print(q.Where), a.Total.Flows, i+1, network)
		}
	}
}

// A list is the first of all values that pass the filter by their beginning, of
// every field, whatever begins so, with roll-ups and without.
func TestValuesAreThoseThatBeginSo(t *testing.T) {
	flows := querytest.Random(8, 600, start)
	for _, rolled := range []bool{false, true} {
		s := filled(t, flows)
		if rolled {
			querytest.Settle(t, s)
			if _, err := s.RollUp(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for field, property := range map[string]query.Property{"vnet": query.VNet, "subnet": query.Subnet, "vm": query.VM, "group": query.ResourceGroup, "country": query.Country, "operator": query.Organisation, "region": query.Region} {
			all := map[string]bool{}
			for _, f := range flows {
				all[querytest.Was(f.Initiator, property).(string)] = true
				all[querytest.Was(f.Responder, property).(string)] = true
			}
			for _, begin := range []string{"", "h", "W", "rg", "rg-hub/", "google llc (", "d", "x"} {
				var want []string
				for text := range all {
					part := `^`
					if strings.Contains(text, "/") {
						part = `(^|/)`
					}
					if text != "" && regexp.MustCompile(`(?i)`+part+regexp.QuoteMeta(begin)+`[^/]*$`).MatchString(text) {
						want = append(want, text)
					}
				}
				a, err := insight.Values(t.Context(), s, insight.ValuesQuestion{From: start, To: start.AddDate(0, 0, 1), Field: field, Begin: begin, Limit: 1000})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for i, v := range a.Rows {
					got = append(got, v.Whole)
					if i > 0 && v.Flows > a.Rows[i-1].Flows {
						t.Errorf("values of %s: %v is not in the order of flows", field, a.Rows)
					}
				}
				slices.Sort(got)
				slices.Sort(want)
				if diff := cmp.Diff(want, got); diff != "" || a.More {
					t.Errorf("values of %s that begin with %q, rolled up %v (-want +got):\n%s", field, begin, rolled, diff)
				}
			}
		}
	}
}

// What has no values says so.
func TestValuesOfNothing(t *testing.T) {
	s := querytest.Open(t)
	for _, q := range []insight.ValuesQuestion{{Field: "malicious"}, {Field: "vent"}, {Field: ""}, {Field: "vnet", Limit: -1}, {Field: "vnet", From: time.Unix(-1, 0)}} {
		_, err := insight.Values(t.Context(), s, q)
		var bad *insight.AskError
		if !errors.As(err, &bad) {
			t.Errorf("Values(%+v) = %v, want what is wrong with it", q, err)
		}
	}
	for _, f := range query.Fields() {
		if f.Kind == query.KindFlag || f.Kind == query.KindChoice || f.Name == "app" {
			continue
		}
		for _, begin := range []string{"", "1", "a"} {
			if got := texts(t, s, insight.ValuesQuestion{Field: f.Name, Begin: begin}); len(got) > 0 {
				t.Errorf("an empty store has %v of %s", got, f.Name)
			}
		}
	}
}

// Values never touches facts, whatever is asked.
func TestValuesReadNoFacts(t *testing.T) {
	s := noFacts{filled(t, querytest.Random(3, 50, start)), t}
	for _, f := range query.Fields() {
		if f.Kind == query.KindFlag {
			continue
		}
		for _, begin := range []string{"", "1", "10.0", "a"} {
			if _, err := insight.Values(t.Context(), s, insight.ValuesQuestion{Field: f.Name, Begin: begin}); err != nil {
				t.Errorf("values of %s: %v", f.Name, err)
			}
		}
	}
}

type noFacts struct {
	store.Store
	t *testing.T
}

func (s noFacts) Query(ctx context.Context, sql string, args ...any) (store.Rows, error) {
	if regexp.MustCompile(`weir\.(fact|counted|captured)\b`).MatchString(sql) {
		s.t.Errorf("facts are read:\n%s", sql)
	}
	return s.Store.Query(ctx, sql, args...)
}
