package insight_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/store"
)

func oneHost(t *testing.T, s store.Store, q insight.HostQuestion) *insight.HostAnswer {
	t.Helper()
	if q.From.IsZero() {
		q.From, q.To = start.Add(12*time.Hour), start.AddDate(0, 0, 1)
	}
	a, err := insight.OneHost(t.Context(), s, q)
	if err != nil {
		t.Fatalf("%s: %v", q.Host, err)
	}
	return a
}

// subjects are hosts of querytest.Random, by how they are asked for.
var subjects = map[string]struct {
	host, vnet string
	is         func(address string) bool
}{
	"address":                {host: "10.0.0.4", is: func(a string) bool { return a == "10.0.0.4" }},
	"outside":                {host: "203.0.113.1", is: func(a string) bool { return a == "203.0.113.1" }},
	"address in its network": {host: "10.0.0.4", vnet: "hub", is: func(a string) bool { return a == "10.0.0.4" }},
	"address in another":     {host: "10.0.0.4", vnet: "hub-2", is: func(string) bool { return false }},
	"machine":                {host: "web-5", is: func(a string) bool { return querytest.Was(a, query.VM) == "rg-hub/web-5" }},
	"IPv6":                   {host: "2001:DB8::5", is: func(a string) bool { return a == "2001:db8::5" }},
}

// What is told of a host is what a loop over its flows finds.
func TestOneHost(t *testing.T) {
	flows := querytest.Random(41, 4000, start)
	s := filled(t, flows)
	for name, subject := range subjects {
		var want insight.HostAnswer
		var then insight.HostTraffic
		partners, before := map[string]insight.Partner{}, map[string]bool{}
		var itself insight.Measures
		for _, f := range flows {
			from, to := subject.is(f.Initiator), subject.is(f.Responder)
			if !from && !to {
				continue
			}
			other := f.Initiator
			if from {
				other = f.Responder
			}
			if f.Interval.Before(start.Add(12 * time.Hour)) {
				addTraffic(&then, f, from)
				before[other] = true
				continue
			}
			addTraffic(&want.Traffic, f, from)
			if from && to {
				sum(&itself, f)
				continue
			}
			p := partners[other]
			plus(&p.Ways, &insight.Ways{}, f, to)
			partners[other] = p
		}
		a := oneHost(t, s, insight.HostQuestion{Host: subject.host, VNet: subject.vnet, Question: insight.Question{Limit: insight.MaxLimit}})
		ratio(&want.Traffic)
		ratio(&then)
		if diff := cmp.Diff(want.Traffic, a.Traffic) + cmp.Diff(&then, a.Before); diff != "" {
			t.Errorf("%s: traffic, and that before (-want +got):\n%s", name, diff)
		}
		got, all := map[string]insight.Partner{}, itself
		for _, p := range a.Partners.Rows {
			got[p.Address] = insight.Partner{Ways: p.Ways}
			all = added(all, p.Total)
		}
		if diff := cmp.Diff(partners, got); diff != "" || a.Partners.Distinct != int64(len(partners)) {
			t.Errorf("%s: %d partners (-want +got):\n%s", name, a.Partners.Distinct, diff)
		}
		if all != a.Traffic.All.Total || a.Partners.Other != (insight.Measures{}) {
			t.Errorf("%s: partners and itself sum to %+v, want %+v", name, all, a.Traffic.All.Total)
		}
		for address := range partners {
			if before[address] {
				delete(partners, address)
			}
		}
		fresh := map[string]insight.Partner{}
		for _, p := range a.News.Partners.Rows {
			fresh[p.Address] = insight.Partner{Ways: p.Ways}
		}
		if diff := cmp.Diff(partners, fresh); diff != "" {
			t.Errorf("%s: new partners (-want +got):\n%s", name, diff)
		}
	}
}

func addTraffic(t *insight.HostTraffic, f querytest.Flow, from bool) {
	plus(&t.All, &t.Malicious, f, !from)
	forward := insight.Volume{Packets: int64(f.PacketsFwd), Bytes: int64(f.BytesFwd)}
	back := insight.Volume{Packets: int64(f.PacketsBack), Bytes: int64(f.BytesBack)}
	if !from {
		forward, back = back, forward
	}
	t.Sent.Packets, t.Sent.Bytes = t.Sent.Packets+forward.Packets, t.Sent.Bytes+forward.Bytes
	t.Received.Packets, t.Received.Bytes = t.Received.Packets+back.Packets, t.Received.Bytes+back.Bytes
}

func ratio(t *insight.HostTraffic) {
	if t.Received.Bytes > 0 {
		t.Ratio = new(float64(t.Sent.Bytes) / float64(t.Received.Bytes))
	}
}

func added(a, b insight.Measures) insight.Measures {
	return insight.Measures{Flows: a.Flows + b.Flows, Packets: a.Packets + b.Packets, Bytes: a.Bytes + b.Bytes}
}

// The totals of a host are those of the Overview under its filter, whatever else
// is filtered by, and so are the sums of its lists.
func TestHostIsTheOverviewOfItsFilter(t *testing.T) {
	s := filled(t, querytest.Random(42, 3000, start))
	for name, subject := range subjects {
		for _, text := range []string{"", "denied or port = 443", "malicious"} {
			where, err := filter.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			a := oneHost(t, s, insight.HostQuestion{Host: subject.host, VNet: subject.vnet, Question: insight.Question{Limit: 3, By: insight.Bytes, Where: where}})
			own, err := filter.Parse(a.Filter)
			if err != nil || filter.Print(own) != a.Filter {
				t.Fatalf("%s: the filter is %q: %v", name, a.Filter, err)
			}
			if where != nil {
				own = query.And{own, where}
			}
			overview, err := insight.Traffic(t.Context(), s, a.From, a.To, own, 10)
			if err != nil {
				t.Fatal(err)
			}
			byStatus := func(totals []insight.TrafficTotal) map[insight.Status]insight.Measures {
				sums := map[insight.Status]insight.Measures{}
				for _, total := range totals {
					sums[total.Status] = added(sums[total.Status], total.Measures)
				}
				return sums
			}
			if diff := cmp.Diff(byStatus(overview.Totals), byStatus(a.Course.Totals)); diff != "" {
				t.Errorf("%s, %q: (-overview +host):\n%s", name, text, diff)
			}
			w := a.Traffic.All
			if parts := added(added(w.AllowedIn, w.AllowedOut), added(w.DeniedIn, w.DeniedOut)); parts != w.Total {
				t.Errorf("%s, %q: the ways sum to %+v of %+v", name, text, parts, w.Total)
			}
			if ports := added(a.Serves.Total, a.Uses.Total); ports != w.Total {
				t.Errorf("%s, %q: ports of both ways sum to %+v of %+v", name, text, ports, w.Total)
			}
			var owners insight.Measures
			for _, o := range a.Owners {
				owners = added(owners, o.Total)
			}
			if owners != w.Total {
				t.Errorf("%s, %q: owners sum to %+v of %+v", name, text, owners, w.Total)
			}
			for list, p := range map[string]insight.Partners{"partners": a.Partners, "malicious": a.Malicious, "new": a.News.Partners} {
				rest := p.Other
				for i, row := range p.Rows {
					rest = added(rest, row.Total)
					if i > 0 && row.Total.Bytes > p.Rows[i-1].Total.Bytes {
						t.Errorf("%s, %q: %s are not in order", name, text, list)
					}
				}
				if rest != p.Total || len(p.Rows) != min(3, int(p.Distinct)) {
					t.Errorf("%s, %q: %d of %d %s sum to %+v of %+v", name, text, len(p.Rows), p.Distinct, list, rest, p.Total)
				}
			}
			if a.Malicious.Total.Flows > a.Traffic.Malicious.Total.Flows {
				t.Errorf("%s, %q: partners have more malicious flows than the host", name, text)
			}
		}
	}
}

// Ports are new that nobody was let through to before; of what there is no
// data, nothing is told.
func TestNewOfAHost(t *testing.T) {
	at := func(hours int, from, to string, port uint16, st flow.Status) querytest.Flow {
		f := querytest.Random(1, 1, start)[0]
		f.Interval, f.Initiator, f.Responder, f.Port, f.Protocol, f.Status = start.Add(time.Duration(hours)*time.Hour), from, to, port, 6, st
		f.Started, f.First, f.Last = 1, 0, 0
		return f
	}
	s := filled(t, []querytest.Flow{
		at(0, "10.0.0.4", "10.0.0.5", 443, flow.Allowed),
		at(1, "10.0.0.6", "10.0.0.4", 22, flow.Denied), at(1, "10.0.0.6", "10.0.0.4", 80, flow.Allowed),
		at(13, "10.0.0.6", "10.0.0.4", 22, flow.Allowed), at(13, "10.0.0.6", "10.0.0.4", 80, flow.Allowed),
		at(13, "10.0.0.6", "10.0.0.4", 3389, flow.Denied), at(13, "10.0.0.4", "10.0.0.6", 1433, flow.Allowed),
		at(13, "10.0.0.4", "203.0.113.4", 443, flow.Allowed), at(13, "10.0.0.4", "10.0.0.5", 443, flow.Allowed),
	})
	a := oneHost(t, s, insight.HostQuestion{Host: "10.0.0.4"})
	var serves, uses, partners []string
	for _, p := range a.News.Serves.Rows {
		serves = append(serves, p.Application+strings.Repeat("*", int(p.Total.Flows)), p.Protocol)
		if p.Port != 22 {
			t.Errorf("a new port that it serves is %d, want 22", p.Port)
		}
	}
	for _, p := range a.News.Uses.Rows {
		uses = append(uses, p.Protocol)
		if p.Port != 1433 {
			t.Errorf("a new port that it uses is %d, want 1433", p.Port)
		}
	}
	for _, p := range a.News.Partners.Rows {
		partners = append(partners, p.Address)
	}
	if diff := cmp.Diff([]string{"203.0.113.4"}, partners); diff != "" || len(serves) != 2 || len(uses) != 1 || !a.News.Since.Equal(start) {
		t.Errorf("new since %s: serves %q, uses %q, partners (-want +got):\n%s", a.News.Since, serves, uses, diff)
	}
	early := oneHost(t, s, insight.HostQuestion{Host: "10.0.0.4", Question: insight.Question{From: start, To: start.Add(12 * time.Hour)}})
	if early.News != nil || early.Compared != nil || early.Before != nil {
		t.Errorf("compared with what there is no data of: %+v", early.Compared)
	}
	if none := oneHost(t, s, insight.HostQuestion{Host: "nobody"}); none.Traffic.All.Total.Flows != 0 || none.Owners == nil || none.Partners.Rows == nil {
		t.Errorf("of nobody: %+v", none)
	}
}

func TestOneHostIsNamed(t *testing.T) {
	s := querytest.Open(t)
	for field, q := range map[string]insight.HostQuestion{
		"host":    {Host: " "},
		"vnet":    {Host: "10.0.0.4", VNet: "a\x00"},
		"points":  {Host: "10.0.0.4", Points: -1},
		"compare": {Host: "10.0.0.4", Question: insight.Question{Compare: "year"}},
		"limit":   {Host: "10.0.0.4", Question: insight.Question{Limit: -1}},
	} {
		_, err := insight.OneHost(t.Context(), s, q)
		var bad *insight.AskError
		if !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%+v: %v, want what is wrong with %s", q, err, field)
		}
	}
	if a := oneHost(t, s, insight.HostQuestion{Host: "10.0.0.4"}); a.Traffic.All.Total.Flows != 0 || a.Compared != nil {
		t.Errorf("of a store of nothing: %+v", a)
	}
}

// withoutExcerpts is a store that copies no facts, as where they are too many.
type withoutExcerpts struct{ store.Store }

func (withoutExcerpts) Excerpt(context.Context, int64, string, ...any) (store.Excerpt, error) {
	return nil, nil
}

// What is told of a host is the same from a copy of its flows and from the facts.
func TestOneHostFromFacts(t *testing.T) {
	s := filled(t, querytest.Random(43, 4000, start))
	for name, subject := range subjects {
		for _, where := range []string{"", "port < 1000 and not denied", "malicious or external"} {
			q := insight.HostQuestion{Host: subject.host, VNet: subject.vnet, Question: insight.Question{By: insight.Bytes, Limit: 3}}
			if where != "" {
				var err error
				if q.Where, err = filter.Parse(where); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(oneHost(t, withoutExcerpts{s}, q), oneHost(t, s, q)); diff != "" {
				t.Errorf("%s where %q (-facts +copy):\n%s", name, where, diff)
			}
		}
	}
}
