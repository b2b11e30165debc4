package phrase_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/phrase"
	"weir/internal/store"
)

func TestHost(t *testing.T) {
	s := filled(t)
	for _, host := range []insight.HostQuestion{{Host: "203.0.113.4"}, {Host: "10.0.1.7", VNet: "hub"}} {
		for i, where := range filters(t)[:2] {
			for _, q := range periods(insight.Question{By: insight.Bytes, Limit: 5, Where: where}) {
				host.Question, host.Points = q, 12
				what := fmt.Sprintf("%s, filter %d, from %s", host.Host, i, q.From.Format(time.TimeOnly))
				a, err := insight.OneHost(t.Context(), s, host)
				if err != nil {
					t.Fatal(err)
				}
				said := func(part string) (*phrase.Query, []row) {
					to, err := phrase.Host(t.Context(), s, host, part)
					return to, ask(t, t, s, to, err)
				}
				to, rows := said("traffic")
				all, malicious := a.Traffic.All, a.Traffic.Malicious
				same(t, what+": traffic", to, rows, []row{{
					"flows": all.Total.Flows, "packets": all.Total.Packets, "bytes": all.Total.Bytes,
					"allowed_bytes": all.Allowed.Bytes, "denied_bytes": all.Denied.Bytes,
					"allowed_in_bytes": all.AllowedIn.Bytes, "allowed_out_bytes": all.AllowedOut.Bytes, "denied_in_bytes": all.DeniedIn.Bytes, "denied_out_bytes": all.DeniedOut.Bytes,
					"malicious_bytes": malicious.Total.Bytes, "malicious_allowed_bytes": malicious.Allowed.Bytes, "malicious_denied_bytes": malicious.Denied.Bytes,
					"malicious_allowed_in_bytes": malicious.AllowedIn.Bytes, "malicious_allowed_out_bytes": malicious.AllowedOut.Bytes,
					"malicious_denied_in_bytes": malicious.DeniedIn.Bytes, "malicious_denied_out_bytes": malicious.DeniedOut.Bytes,
					"sent_packets": a.Traffic.Sent.Packets, "sent_bytes": a.Traffic.Sent.Bytes, "received_packets": a.Traffic.Received.Packets, "received_bytes": a.Traffic.Received.Bytes,
				}})
				to, rows = said("course")
				for _, r := range rows {
					r["direction"] = map[string]string{"true": "Outbound", "false": "Inbound"}[r.text("initiates")]
				}
				same(t, what+": course", to, course(rows, a.Course), a.Course.Series)
				to, rows = said("serves")
				same(t, what+": serves", to, lines(rows, func(r row) string { return portLine(r, q) }), portLines(a.Serves, q))
				to, rows = said("uses")
				same(t, what+": uses", to, lines(rows, func(r row) string { return portLine(r, q) }), portLines(a.Uses, q))
				to, rows = said("rules")
				same(t, what+": rules", to, lines(rows, ruleLine), ruleLines(a.Rules))
				for part, list := range map[string]insight.Partners{"partners": a.Partners, "malicious": a.Malicious} {
					var want []string
					for _, p := range list.Rows {
						want = append(want, fmt.Sprint(p.Address, p.Total, p.AllowedIn.Bytes, p.DeniedOut.Bytes, p.Sent, p.Received))
					}
					to, rows = said(part)
					same(t, what+": "+part, to, anyOrder(lines(rows, func(r row) string {
						return fmt.Sprint(r["peer"], r.totals(), r.of("allowed_in", q), r.of("denied_out", q),
							insight.Volume{Packets: r.number("sent_packets"), Bytes: r.number("sent_bytes")}, insight.Volume{Packets: r.number("received_packets"), Bytes: r.number("received_bytes")})
					})), anyOrder(want))
				}
			}
		}
	}
}

func TestLists(t *testing.T) { each(t, lists(t, filled(t))) }

// lists compares lists of flows, rules, open ports and gateways of a store.
func lists(t *testing.T, s store.Store) func(what string, q insight.Question) {
	return func(what string, q insight.Question) {
		t.Helper()
		flows, err := insight.FlowList(t.Context(), s, insight.FlowsQuestion{From: q.From, To: q.To, Where: q.Where, Limit: 5000})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, f := range flows.Rows {
			want = append(want, fmt.Sprint(f.Interval.Unix(), f.Initiator, f.Responder, f.Port, f.Rule, f.MAC, f.Started, f.Forward, f.Back, f.Tuples, f.First.UnixMilli(), f.Last.UnixMilli()))
		}
		said, err := phrase.Flows(t.Context(), s, insight.FlowsQuestion{From: q.From, To: q.To, Where: q.Where, Limit: 5000})
		same(t, "flows "+what, said, anyOrder(lines(ask(t, t, s, said, err), func(r row) string {
			return fmt.Sprint(r["interval_start"].(time.Time).Unix(), r["initiator"], r["responder"], r["port"], r["rule"], r["mac"], r["flows"],
				insight.Volume{Packets: r.number("packets_fwd"), Bytes: r.number("bytes_fwd")}, insight.Volume{Packets: r.number("packets_back"), Bytes: r.number("bytes_back")},
				r["tuples"], r["first_seen"].(time.Time).UnixMilli(), r["last_seen"].(time.Time).UnixMilli())
		})), anyOrder(want))
		same(t, "flows in order of time "+what, said, flows.Rows[0].Interval, ask(t, t, s, said, nil)[0]["interval_start"].(time.Time))

		for _, show := range []insight.RuleShow{insight.AllRules, insight.BlockingRules, insight.MaliciousRules} {
			ask1 := insight.RuleQuestion{Question: q, Show: show}
			rules, err := insight.RuleUses(t.Context(), s, ask1, knowledge.SecurityState{})
			if err != nil {
				t.Fatal(err)
			}
			want = nil
			for _, r := range rules.Rows {
				want = append(want, fmt.Sprint(strings.ToLower(r.ACL), strings.ToLower(r.Rule), r.Total, r.Allowed, r.Denied, r.Malicious, r.LastHit.Unix()))
			}
			said, err = phrase.RuleUses(t.Context(), s, ask1)
			same(t, string(show)+" rules "+what, said, lines(ask(t, t, s, said, err), func(r row) string {
				return fmt.Sprint(r["group"], r["name"], r.totals(), r.set("allowed"), r.set("denied"), r.set("malicious"), r["last_hit"].(time.Time).Unix())
			}), want)
		}

		open, err := insight.Open(t.Context(), s, insight.OpenQuestion{Question: all(q)}, knowledge.SecurityState{})
		if err != nil {
			t.Fatal(err)
		}
		want = nil
		for _, p := range open.Rows {
			want = append(want, fmt.Sprint(p.Address, p.Port, p.Total, p.Malicious, p.Sources, p.Last.Unix()))
		}
		said, err = phrase.Open(t.Context(), s, insight.OpenQuestion{Question: all(q)})
		same(t, "open "+what, said, anyOrder(lines(ask(t, t, s, said, err), func(r row) string {
			return fmt.Sprint(r["responder"], min(r.number("service_port"), 49152), r.totals(), r.set("malicious"), r["sources"], r["last_seen"].(time.Time).Unix())
		})), anyOrder(want))

		gateways, err := insight.Gateways(t.Context(), s, q, 10, nil)
		if err != nil {
			t.Fatal(err)
		}
		want = nil
		for _, g := range gateways.Rows {
			want = append(want, fmt.Sprint(g.Gateway, g.ToAzure, g.FromAzure))
		}
		said, err = phrase.Gateways(t.Context(), s, q)
		same(t, "gateways "+what, said, anyOrder(lines(ask(t, t, s, said, err), func(r row) string { return fmt.Sprint(r["gateway"], r["to_azure"], r["from_azure"]) })), anyOrder(want))
	}
}

// all asks for as many rows as there can be.
func all(q insight.Question) insight.Question {
	q.Limit = insight.MaxLimit
	return q
}

// set are the three measures of a part of a row.
func (r row) set(part string) insight.Measures {
	return insight.Measures{Flows: r.number(part + "_flows"), Packets: r.number(part + "_packets"), Bytes: r.number(part + "_bytes")}
}

func TestMaps(t *testing.T) { each(t, maps(t, filled(t))) }

// maps compares maps and the environment of a store.
func maps(t *testing.T, s store.Store) func(what string, q insight.Question) {
	return func(what string, q insight.Question) {
		t.Helper()
		env, err := insight.Environment(t.Context(), s, q, knowledge.SecurityState{})
		if err != nil {
			t.Fatal(err)
		}
		open := [][]string{nil}
		if len(env.VNets) > 0 {
			open = append(open, []string{env.VNets[0].Name})
		}
		for _, open := range open {
			ask1 := insight.MapQuestion{Question: q, Open: open}
			ask1.Limit = insight.MostEdges
			a, err := insight.NetworkMap(t.Context(), s, ask1, knowledge.SecurityState{})
			if err != nil {
				t.Fatal(err)
			}
			said, err := phrase.Networks(t.Context(), s, ask1)
			want := map[string][4]int64{}
			for _, e := range a.Edges {
				want[e.From+" "+e.To] = edge(e.All, e.Malicious, q)
			}
			same(t, "networks "+what, said, edges(ask(t, t, s, said, err), want, q), want)
		}
		world := insight.MapQuestion{Question: q}
		world.Limit = insight.MostEdges
		a, err := insight.GeoMap(t.Context(), s, world, knowledge.SecurityState{})
		if err != nil {
			t.Fatal(err)
		}
		said, err := phrase.Geography(t.Context(), s, world)
		want := map[string][4]int64{}
		for _, e := range a.Edges {
			want[e.From+" "+e.To] = edge(e.All, e.Malicious, q)
		}
		same(t, "geography "+what, said, edges(ask(t, t, s, said, err), want, q), want)

		var vnets []insight.Place
		for _, v := range env.VNets {
			vnets = append(vnets, v.Place)
		}
		for part, places := range map[string][]insight.Place{"regions": env.Regions, "vnets": vnets, "subnets": env.Subnets, "app-gateways": env.AppGateways} {
			var want []string
			for _, p := range places {
				want = append(want, fmt.Sprint(p.Name, p.Total, p.MaliciousTotal.Of(q.By)))
			}
			said, err := phrase.Environment(t.Context(), s, q, part)
			name := map[string]string{"regions": "region", "vnets": "vnet", "subnets": "subnet", "app-gateways": "application_gateway"}[part]
			same(t, part+" "+what, said, lines(ask(t, t, s, said, err), func(r row) string { return fmt.Sprint(r[name], r.totals(), r.of("malicious", q)) }), want)
		}
		var between, zones []string
		for _, b := range env.Between {
			between = append(between, fmt.Sprint(b.From, b.To, b.Total))
		}
		for _, z := range env.Zones {
			zones = append(zones, fmt.Sprint(z.Region+"/"+z.From, z.Region+"/"+z.To, z.Total))
		}
		said, err = phrase.Environment(t.Context(), s, q, "between")
		same(t, "between "+what, said, lines(ask(t, t, s, said, err), func(r row) string { return fmt.Sprint(r["initiator_region"], r["responder_region"], r.totals()) }), between)
		said, err = phrase.Environment(t.Context(), s, q, "zones")
		same(t, "zones "+what, said, lines(ask(t, t, s, said, err), func(r row) string { return fmt.Sprint(r["initiator_zone"], r["responder_zone"], r.totals()) }), zones)
	}
}

// edge is what is compared of an edge: what its first node initiates, what it answers,
// and of these the malicious part.
func edge(all, malicious insight.Ways, q insight.Question) [4]int64 {
	return [4]int64{
		all.AllowedOut.Of(q.By) + all.DeniedOut.Of(q.By), all.AllowedIn.Of(q.By) + all.DeniedIn.Of(q.By),
		malicious.AllowedOut.Of(q.By) + malicious.DeniedOut.Of(q.By), malicious.AllowedIn.Of(q.By) + malicious.DeniedIn.Of(q.By),
	}
}

// edges puts both ways of an edge together, under the name that it has in the map.
func edges(rows []row, like map[string][4]int64, q insight.Question) map[string][4]int64 {
	got := map[string][4]int64{}
	for _, r := range rows {
		name, way := r.text("source")+" "+r.text("target"), 0
		if _, ok := like[name]; !ok {
			name, way = r.text("target")+" "+r.text("source"), 1
		}
		e := got[name]
		e[way] += r.number(string(q.By))
		e[2+way] += r.of("malicious", q)
		got[name] = e
	}
	return got
}

func TestLedger(t *testing.T) {
	s := filled(t)
	objects, err := insight.Objects(t.Context(), s, string(store.ObjectComplete), 2)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, o := range objects.Rows {
		want = append(want, fmt.Sprint(o.Name, o.Tuples, o.Rows))
	}
	said := phrase.Objects(string(store.ObjectComplete), 2)
	got := lines(ask(t, t, s, said, nil), func(r row) string { return fmt.Sprint(r["name"], r["tuples"], r["rows"]) })
	same(t, "objects", said, got, want)
	if len(want) != 2 || slices.Contains(want, "") {
		t.Errorf("objects: %v", want)
	}
	said = phrase.Rejects(10)
	same(t, "rejects", said, ask(t, t, s, said, nil), []row{})
}
