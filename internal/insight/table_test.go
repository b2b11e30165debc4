package insight_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/store"
)

func table(t *testing.T, s store.Store, split string, q insight.TableQuestion) *insight.TableAnswer {
	t.Helper()
	if q.From.IsZero() {
		q.From, q.To = start, start.AddDate(0, 0, 1)
	}
	a, err := insight.Table(t.Context(), s, split, q)
	if err != nil {
		t.Fatalf("%s: %v", split, err)
	}
	return a
}

// plus adds what a flow counts for an end that answers (in) or initiates, or a
// flow that was captured in such a direction.
func plus(all, malicious *insight.Ways, f querytest.Flow, in bool) {
	for _, w := range []*insight.Ways{all, malicious} {
		if w == malicious && f.Type != flow.MaliciousFlow {
			continue
		}
		sum(&w.Total, f)
		if f.Status == flow.Allowed {
			sum(&w.Allowed, f)
		} else {
			sum(&w.Denied, f)
		}
		switch {
		case f.Status == flow.Allowed && in:
			sum(&w.AllowedIn, f)
		case f.Status == flow.Allowed:
			sum(&w.AllowedOut, f)
		case in:
			sum(&w.DeniedIn, f)
		default:
			sum(&w.DeniedOut, f)
		}
	}
}

// A table has what a loop over all flows finds, whatever it is divided by.
func TestTable(t *testing.T) {
	flows := querytest.Random(31, 4000, start)
	s := filled(t, flows)
	for split, ends := range map[string]query.Property{
		"hosts": -1, "vnets": query.VNet, "subnets": query.Subnet, "machines": query.VM, "regions": query.Region, "countries": query.Country,
		"sites": query.Site, "load-balancers": query.LoadBalancer, "groups": query.ResourceGroup,
	} {
		want := map[string]insight.TableRow{}
		for _, f := range flows {
			for _, end := range []struct {
				address string
				in      bool
			}{{f.Initiator, false}, {f.Responder, true}} {
				name := end.address
				if ends >= 0 {
					name = querytest.Was(end.address, ends).(string)
				}
				if name == "" {
					continue
				}
				row := want[name]
				plus(&row.All, &row.Malicious, f, end.in)
				want[name] = row
			}
		}
		checkTable(t, s, split, want)
	}
	for split, of := range map[string]func(querytest.Flow) string{
		"types":           func(f querytest.Flow) string { return f.Type.String() },
		"protocols":       func(f querytest.Flow) string { return flow.ProtocolText(f.Protocol) },
		"security-groups": func(f querytest.Flow) string { return f.Rule.ACL },
	} {
		want := map[string]insight.TableRow{}
		for _, f := range flows {
			row := want[of(f)]
			plus(&row.All, &row.Malicious, f, f.Direction == flow.Inbound)
			want[of(f)] = row
		}
		checkTable(t, s, split, want)
	}
}

// Of pairs both directions are in one row, as seen from who initiates more.
func TestPairs(t *testing.T) {
	flows := querytest.Random(35, 4000, start)
	s := filled(t, flows)
	want := map[[2]string]insight.TableRow{}
	for _, f := range flows {
		pair, in := [2]string{f.Initiator, f.Responder}, false
		if f.Initiator > f.Responder {
			pair, in = [2]string{f.Responder, f.Initiator}, true
		}
		row := want[pair]
		plus(&row.All, &row.Malicious, f, in)
		want[pair] = row
	}
	a := table(t, s, "pairs", insight.TableQuestion{Question: insight.Question{Limit: insight.MaxLimit}, Sort: "denied"})
	got, both := map[[2]string]insight.TableRow{}, 0
	for i, row := range a.Rows {
		if i > 0 && row.All.Denied.Flows > a.Rows[i-1].All.Denied.Flows {
			t.Errorf("row %d has more denied flows than the one before it", i)
		}
		if out, in := row.All.AllowedOut.Flows+row.All.DeniedOut.Flows, row.All.AllowedIn.Flows+row.All.DeniedIn.Flows; out < in {
			t.Errorf("%v: the second initiates %d flows, the first %d", row.Keys, in, out)
		} else if in > 0 {
			both++
		}
		pair, seen := [2]string{row.Keys[0], row.Keys[1]}, insight.TableRow{All: row.All, Malicious: row.Malicious}
		if pair[0] > pair[1] {
			pair[0], pair[1] = pair[1], pair[0]
			for _, w := range []*insight.Ways{&seen.All, &seen.Malicious} {
				w.AllowedIn, w.AllowedOut, w.DeniedIn, w.DeniedOut = w.AllowedOut, w.AllowedIn, w.DeniedOut, w.DeniedIn
			}
		}
		got[pair] = seen
		if len(row.Hosts) != 2 || row.Hosts[0].Address != row.Keys[0] || len(row.Ports) == 0 {
			t.Errorf("%v: hosts %v, ports %v", row.Keys, row.Hosts, row.Ports)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pairs (-want +got):\n%s", diff)
	}
	if both == 0 {
		t.Error("no pair has flows both ways, so little is tested")
	}
}

func checkTable(t *testing.T, s store.Store, split string, want map[string]insight.TableRow) {
	t.Helper()
	a := table(t, s, split, insight.TableQuestion{Question: insight.Question{Limit: insight.MaxLimit}})
	if len(want) == 0 && split != "sites" && split != "load-balancers" {
		t.Errorf("%s: the flows have none, so nothing is tested", split)
	}
	got := map[string]insight.TableRow{}
	for _, row := range a.Rows {
		got[row.Keys[0]] = insight.TableRow{All: row.All, Malicious: row.Malicious}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", split, diff)
	}
}

// What holds for every split: rows sum to the whole, pages are the table, the
// filter of a row leads to it, and the course sums to the table.
func TestTableLaws(t *testing.T) {
	s := filled(t, querytest.Random(32, 3000, start))
	for _, split := range insight.Splits() {
		sort := "deniedIn"
		if split.Name == "pairs" {
			sort = "denied"
		}
		whole := table(t, s, split.Name, insight.TableQuestion{Question: insight.Question{Limit: insight.MaxLimit, By: insight.Bytes}, Sort: sort})
		if whole.Distinct != int64(len(whole.Rows)) {
			t.Errorf("%s: %d rows of %d", split.Name, len(whole.Rows), whole.Distinct)
		}
		var rest insight.TableAnswer
		for _, row := range whole.Rows {
			rest.All = addWays(rest.All, row.All)
			rest.Malicious = addWays(rest.Malicious, row.Malicious)
		}
		if split.Name == "pairs" {
			rest.All, rest.Malicious = noWays(rest.All), noWays(rest.Malicious)
		}
		if diff := cmp.Diff(whole.All, rest.All) + cmp.Diff(whole.Malicious, rest.Malicious); diff != "" {
			t.Errorf("%s: the whole is not the sum of its rows (-whole +sum):\n%s", split.Name, diff)
		}

		var pages []insight.TableRow
		page := max(3, len(whole.Rows)/5)
		for offset := 0; offset < len(whole.Rows)+page; offset += page {
			a := table(t, s, split.Name, insight.TableQuestion{Question: insight.Question{Limit: page, By: insight.Bytes}, Sort: sort, Offset: offset})
			if a.Distinct != whole.Distinct || a.All != whole.All {
				t.Errorf("%s: the page at %d is of %d rows with %+v", split.Name, offset, a.Distinct, a.All)
			}
			pages = append(pages, a.Rows...)
		}
		if diff := cmp.Diff(append([]insight.TableRow(nil), whole.Rows...), pages); diff != "" {
			t.Errorf("%s: pages are not the table (-table +pages):\n%s", split.Name, diff)
		}

		for _, row := range whole.Rows[:min(4, len(whole.Rows))] {
			where, err := filter.Parse(row.Filter)
			if err != nil || filter.Print(where) != row.Filter {
				t.Errorf("%s: the filter of %q is %q: %v", split.Name, row.Keys, row.Filter, err)
				continue
			}
			found := false
			a := table(t, s, split.Name, insight.TableQuestion{Question: insight.Question{Limit: insight.MaxLimit, Where: where}})
			for _, r := range a.Rows {
				if cmp.Equal(r.Keys, row.Keys) {
					found = true
					if diff := cmp.Diff(row.All, r.All); diff != "" {
						t.Errorf("%s: %q under %s (-all +filtered):\n%s", split.Name, row.Keys, row.Filter, diff)
					}
				}
			}
			if !found {
				t.Errorf("%s: there is no %q under %s", split.Name, row.Keys, row.Filter)
			}
		}

		course, err := insight.Series(t.Context(), s, split.Name, insight.Question{From: start, To: start.AddDate(0, 0, 1), By: insight.Bytes, Limit: 2}, 24)
		if err != nil {
			t.Fatal(err)
		}
		total := int64(0)
		for _, n := range course.Other {
			total += n
		}
		for _, line := range course.Series {
			sum := int64(0)
			for _, n := range line.Values {
				sum += n
			}
			if sum != line.Total {
				t.Errorf("%s: the points of %q sum to %d, not %d", split.Name, line.Keys, sum, line.Total)
			}
			total += sum
		}
		if total != whole.All.Total.Bytes {
			t.Errorf("%s: the course has %d bytes, the table %d", split.Name, total, whole.All.Total.Bytes)
		}
	}
}

// noWays is what is known of all pairs: which way is a matter of each.
func noWays(w insight.Ways) insight.Ways {
	return insight.Ways{Total: w.Total, Allowed: w.Allowed, Denied: w.Denied}
}

func addWays(a, b insight.Ways) insight.Ways {
	for _, pair := range [][2]*insight.Measures{
		{&a.Total, &b.Total},
		{&a.AllowedIn, &b.AllowedIn},
		{&a.AllowedOut, &b.AllowedOut},
		{&a.DeniedIn, &b.DeniedIn},
		{&a.DeniedOut, &b.DeniedOut},
		{&a.Allowed, &b.Allowed},
		{&a.Denied, &b.Denied},
	} {
		pair[0].Flows += pair[1].Flows
		pair[0].Packets += pair[1].Packets
		pair[0].Bytes += pair[1].Bytes
	}
	return a
}

// Rows are compared with what they had before, and with nothing else.
func TestTableCompares(t *testing.T) {
	s := filled(t, append(querytest.Random(33, 1000, start), querytest.Random(34, 1000, start.AddDate(0, 0, -7))...))
	q := insight.TableQuestion{Question: insight.Question{Limit: insight.MaxLimit, Compare: insight.CompareWeek}}
	now := table(t, s, "protocols", q)
	q.From, q.To, q.Compare = start.AddDate(0, 0, -7), start.AddDate(0, 0, -6), ""
	before := map[string]insight.Measures{}
	for _, row := range table(t, s, "protocols", q).Rows {
		before[row.Keys[0]] = row.All.Total
	}
	if now.Compared == nil || !now.Compared.From.Equal(q.From) || !now.Compared.To.Equal(q.To) {
		t.Errorf("it is compared with %+v", now.Compared)
	}
	for _, row := range now.Rows {
		if row.Before == nil || *row.Before != before[row.Keys[0]] {
			t.Errorf("%s had %+v before, want %+v", row.Keys[0], row.Before, before[row.Keys[0]])
		}
	}
}

// What cannot be asked is named.
func TestTableRefuses(t *testing.T) {
	s := querytest.Open(t)
	for field, q := range map[string]insight.TableQuestion{
		"sort": {Sort: "size"}, "offset": {Offset: -1}, "compare": {Question: insight.Question{Compare: "year"}}, "limit": {Question: insight.Question{Limit: 5000}},
	} {
		_, err := insight.Table(t.Context(), s, "vnets", q)
		checkAsk(t, err, field)
	}
	_, err := insight.Table(t.Context(), s, "planets", insight.TableQuestion{})
	checkAsk(t, err, "split")
}

func checkAsk(t *testing.T, err error, field string) {
	t.Helper()
	var ask *insight.AskError
	if !errors.As(err, &ask) || ask.Field != field {
		t.Errorf("error %v, want one about %s", err, field)
	}
}

// Rows are in the order of what of the denied is benign, whatever they are.
func TestTableByDeniedBenign(t *testing.T) {
	s := filled(t, querytest.Random(35, 4000, start))
	for _, split := range []string{"hosts", "pairs", "vnets", "subnets", "rules"} {
		a := table(t, s, split, insight.TableQuestion{Question: insight.Question{Limit: insight.MaxLimit}, Sort: "deniedBenign"})
		plain := table(t, s, split, insight.TableQuestion{Question: insight.Question{Limit: insight.MaxLimit}, Sort: "denied"})
		if a.Distinct != plain.Distinct || a.All != plain.All || len(a.Rows) < 2 {
			t.Errorf("%s: %d rows of %+v, by denied %d of %+v", split, a.Distinct, a.All, plain.Distinct, plain.All)
		}
		for i, row := range a.Rows[1:] {
			before := a.Rows[i]
			if is, was := row.All.Denied.Flows-row.Malicious.Denied.Flows, before.All.Denied.Flows-before.Malicious.Denied.Flows; is > was {
				t.Errorf("%s: row %d has %d, that before it %d", split, i+1, is, was)
			}
		}
	}
}

// A row of ports has the application that is registered there, on the last page as
// on the first.
func TestTableNamesPorts(t *testing.T) {
	s := filled(t, querytest.Random(33, 1000, start))
	if err := s.Learn(t.Context(), store.Learning{Applications: querytest.Applications()}); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, a := range querytest.Applications() {
		names[fmt.Sprint(a.Port, flow.ProtocolText(a.Protocol))] = a.Name
	}
	named := 0
	for offset := 0; ; offset += 5 {
		a := table(t, s, "ports", insight.TableQuestion{Question: insight.Question{Limit: 5}, Offset: offset})
		for _, row := range a.Rows {
			if len(row.Ports) != 1 {
				t.Fatalf("%v has the ports %+v", row.Keys, row.Ports)
			}
			p := row.Ports[0]
			if want := names[fmt.Sprint(p.Port, p.Protocol)]; p.Application != want || p.Protocol != row.Keys[1] {
				t.Errorf("%v is %+v, want %q", row.Keys, p, want)
			}
			if p.Application != "" {
				named++
			}
		}
		if len(a.Rows) < 5 {
			break
		}
	}
	if named == 0 {
		t.Error("no port has a name")
	}
}
