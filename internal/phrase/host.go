package phrase

import (
	"context"
	"slices"
	"strings"

	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/query"
	"weir/internal/store"
)

// HostParts are the parts of what is told of one host that can be said.
func HostParts() []string {
	return []string{"traffic", "course", "partners", "malicious", "serves", "uses", "rules"}
}

// Host says a part of what is told of one host.
func Host(ctx context.Context, s store.Store, q insight.HostQuestion, part string) (*Query, error) {
	is, err := q.Subject()
	if err != nil {
		return nil, err
	}
	of := func(end query.Condition) insight.Question {
		list := q.Question
		list.Where, list.Compare = both(end, q.Where), ""
		return list
	}
	switch part {
	case "serves":
		return Ports(ctx, s, of(is.In))
	case "uses":
		return Ports(ctx, s, of(is.Out))
	case "rules":
		return Rules(ctx, s, of(is.Any))
	}
	a, err := insight.Begin(ctx, s, q.Question)
	if err != nil {
		return nil, err
	}
	switch part {
	case "partners", "malicious":
		return partners(ctx, s, q, is, a, part == "malicious")
	case "", "traffic", "course":
		w := writer{r: a.Range, where: both(is.Any, q.Where)}
		w.made = []made{{"initiates", [2]string{sayer{during(a.Range)}.condition(is.Out)}}} // what it sends to itself it initiates
		if part == "course" {
			if w.q.Grain, err = insight.GrainOf(ctx, s, a.Range, q.Points); err != nil {
				return nil, err
			}
			w.q.Measures, w.q.Dimensions = insight.Sums("total"), []query.Dimension{query.Time, query.Role, query.Status}
			w.order = []string{"start asc", "initiates asc", "status asc"}
		} else {
			w.q.Measures, w.sums = waysOf(a.By), sentAndReceived
		}
		lines, err := w.write()
		return queryOf(lines), err
	}
	return nil, unsayable("What is new of a host is found by looking at another time as well, which is not said in KQL. There are %s.", strings.Join(HostParts(), ", "))
}

// both joins two conditions, of which the second can be nil.
func both(a, b query.Condition) query.Condition {
	if b == nil {
		return a
	}
	return query.And{a, b}
}

// waysOf are the measures of what an end of a flow initiates and answers, of the
// chosen measure all parts, of the others the totals.
func waysOf(by insight.Measure) []query.Measure {
	hosts, _ := insight.SplitNamed("hosts")
	list := hosts.Question(&insight.TableAnswer{By: by, Sort: "total"}, nil).Measures
	return slices.DeleteFunc(list, func(m query.Measure) bool {
		set, measure, _ := strings.Cut(m.Name, "_")
		return set != "total" && measure != string(by)
	})
}

// sentAndReceived are the sums of what an end of a flow sent and received, whoever
// had initiated.
var sentAndReceived = []string{
	"sent_packets = sum(iff(initiates, packets_fwd, packets_back))", "sent_bytes = sum(iff(initiates, bytes_fwd, bytes_back))",
	"received_packets = sum(iff(initiates, packets_back, packets_fwd))", "received_bytes = sum(iff(initiates, bytes_back, bytes_fwd))",
}

// partners says who is at the other ends of the flows of a host.
func partners(ctx context.Context, s store.Store, q insight.HostQuestion, is insight.Subject, a insight.Ranking, malicious bool) (*Query, error) {
	since, err := insight.HostSince(ctx, s, q, a.Range)
	if err != nil {
		return nil, err
	}
	// A machine or address can have been several hosts.
	whole := a.Range
	whole.From = since
	own, err := about(whole, both(is.Any, q.Where), false)
	if err != nil {
		return nil, err
	}
	own[0] = "let Own = " + own[0]
	own = append(own, "| project host = iff("+sayer{during(whole)}.condition(is.Out)+", initiator_host, responder_host)", "| distinct host;")
	peer := []query.Dimension{query.PeerID}
	w := writer{
		r: a.Range, where: q.Where, q: a.Question(nil, peer), needs: []query.Dimension{query.HostID},
		after: []string{"| where host in (Own) and peer_host !in (Own)"}, sums: sentAndReceived,
	}
	w.q.Measures = waysOf(a.By)
	if malicious {
		w.where = query.Test{Field: "type", Values: []any{flow.MaliciousFlow.String()}}
		if q.Where != nil {
			w.where = query.And{w.where, q.Where}
		}
	}
	lines, err := w.write()
	return queryOf(append(own, lines...)), err
}
