package phrase

import (
	"context"
	"fmt"
	"slices"

	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/query"
	"weir/internal/store"
)

// Flows says a list of reduced flows, as each NIC recorded them.
func Flows(ctx context.Context, s store.Store, q insight.FlowsQuestion) (*Query, error) {
	r, err := insight.RangeOf(ctx, s, q.From, q.To)
	if err != nil {
		return nil, err
	}
	if r.Detail != nil {
		r.From, r.Detail = *r.Detail, nil // of the time before it the list has no rows, either
	}
	lines, err := about(r, q.Where, false)
	if err != nil {
		return nil, err
	}
	limit := q.Limit
	if limit == 0 {
		limit = insight.DefaultListLimit
	}
	order := "interval_start desc, initiator_host asc, responder_host asc, port asc"
	if by := map[string]string{
		"flows": "nic_flows", "packets": "nic_packets_fwd + nic_packets_back", "bytes": "nic_bytes_fwd + nic_bytes_back", "tuples": "records",
	}[q.Sort]; by != "" {
		order = by + " desc, " + order
	}
	lines = append(lines,
		"| sort by "+order,
		fmt.Sprintf("| take %d", limit),
		"| project interval_start, initiator, responder, port, application, protocol, direction, status, flow_type, acl, rule, mac, target,\n"+
			"    flows = nic_flows, packets_fwd = nic_packets_fwd, packets_back = nic_packets_back, bytes_fwd = nic_bytes_fwd, bytes_back = nic_bytes_back,\n"+
			"    tuples = records, first_seen, last_seen")
	to := queryOf(lines)
	if q.After != "" {
		to.Note = "The query begins with the first row."
	}
	return to, nil
}

// RuleUses says how rules are used, of those with flows.
func RuleUses(ctx context.Context, s store.Store, q insight.RuleQuestion) (*Query, error) {
	if q.Show == insight.UnusedRules || q.Show == insight.ShadowedRules {
		return nil, unsayable("Rules without flows are in the inventory, and not in the traffic that is asked in KQL.")
	}
	a, err := insight.Begin(ctx, s, q.Question)
	if err != nil {
		return nil, err
	}
	allowed, malicious := query.Is(query.Status, flow.Allowed), query.Is(query.FlowType, flow.MaliciousFlow)
	w := writer{
		r: a.Range, where: q.Where, q: a.Question(nil, nil), by: []string{"group = tolower(acl)", "name = tolower(plain)", "by_default"},
		made: []made{
			{"plain", [2]string{`replace_regex(rule, @'(?i)^(user|default)rule_(.+)$', @'\2')`}},
			{"by_default", [2]string{"rule startswith 'DefaultRule_' and rule !~ 'DefaultRule_'"}},
		},
		sums: []string{"last_hit = max(interval_start)"},
	}
	w.q.EachCapture = true
	w.q.Measures = slices.Concat(insight.Sums("total"), insight.Sums("allowed", allowed), insight.Sums("denied", query.Is(query.Status, flow.Denied)),
		insight.Sums("malicious", allowed, malicious))
	set := map[string]string{"allowed": "allowed_", "denied": "denied_", "malicious": "malicious_"}[q.Sort]
	only := ""
	switch q.Show {
	case insight.BlockingRules:
		only = "denied_"
	case insight.MaliciousRules:
		only = "malicious_"
	}
	if q.Sort == "" {
		set = only
	}
	w.order = sortedBy(set, a.By)
	switch q.Sort {
	case "last":
		w.order = []string{"last_hit asc"}
	case "key":
		w.order = nil
	}
	w.order = append(w.order, "group asc", "name asc")
	w.q.Limit, w.q.Offset = a.Limit, q.Offset
	lines, err := w.write()
	if only != "" {
		i := slices.IndexFunc(lines, func(l string) bool { return len(l) > 6 && l[:6] == "| sort" })
		lines = slices.Insert(lines, i, fmt.Sprintf("| where %[1]sflows > 0 or %[1]spackets > 0 or %[1]sbytes > 0", only))
	}
	to := queryOf(lines)
	to.Note = "Rules of the inventory without flows are not in the answer, nor what the inventory says of the others."
	return to, err
}

// sortedBy is the order of a ranking by a set of measures: the chosen one, then the others.
func sortedBy(set string, by insight.Measure) []string {
	order := []string{set + string(by) + " desc"}
	for _, m := range []insight.Measure{insight.Flows, insight.Packets, insight.Bytes} {
		if m != by {
			order = append(order, set+string(m)+" desc")
		}
	}
	return order
}

// Open says which ports the internet reached.
func Open(ctx context.Context, s store.Store, q insight.OpenQuestion) (*Query, error) {
	if q.Show == insight.OpenShow(insight.OpenUnused) {
		return nil, unsayable("What rules leave open though nobody came is in the inventory, and not in the traffic that is asked in KQL.")
	}
	a, err := insight.Begin(ctx, s, q.Question)
	if err != nil {
		return nil, err
	}
	where := query.Condition(insight.FromInternet())
	if q.Where != nil {
		where = append(insight.FromInternet(), q.Where)
	}
	malicious := query.Is(query.FlowType, flow.MaliciousFlow)
	w := writer{r: a.Range, where: where, q: a.Question(nil, []query.Dimension{query.ResponderID, query.ServicePort, query.Protocol})}
	w.q.Measures = append(w.q.Measures, insight.Sums("malicious", malicious)...)
	w.q.Measures = append(w.q.Measures, query.Measure{Name: "sources", Of: query.Initiators})
	w.sums = []string{"first_seen = min(interval_start)", "last_seen = max(interval_start)"}
	w.q.Offset = q.Offset
	tail := []string{"responder asc", "service_port asc"}
	switch q.Sort {
	case "malicious":
		w.order = append(sortedBy("malicious_", a.By), tail...)
	case "key":
		w.order = tail
	default:
		w.order = append(sortedBy("", a.By), tail...)
	}
	lines, err := w.write()
	if q.Show == "malicious" {
		i := slices.IndexFunc(lines, func(l string) bool { return len(l) > 6 && l[:6] == "| sort" })
		lines = slices.Insert(lines, i, "| where malicious_flows > 0 or malicious_packets > 0 or malicious_bytes > 0")
	}
	to := queryOf(lines)
	to.Note = "The query has the ports that were reached in the range. Why they are open, and which are though nobody came, the inventory says."
	return to, err
}

// Gateways says what gateways carried, from behind them and to there.
func Gateways(ctx context.Context, s store.Store, q insight.Question) (*Query, error) {
	r, err := insight.RangeOf(ctx, s, q.From, q.To)
	if err != nil {
		return nil, err
	}
	named := query.Is(query.Of(query.HostEnd, query.Gateway), "")
	named.Not = true
	w := writer{r: r, where: q.Where, needs: []query.Dimension{query.Role}, order: []string{"to_azure desc", "from_azure desc", "gateway asc"}}
	w.q.Dimensions, w.q.Filters = []query.Dimension{query.Of(query.HostEnd, query.Gateway)}, []query.Filter{named}
	w.sums = []string{"to_azure = sum(iff(initiates, bytes_fwd, bytes_back))", "from_azure = sum(iff(initiates, bytes_back, bytes_fwd))"}
	lines, err := w.write()
	to := queryOf(lines)
	to.Note = "The query has the bytes that gateways carried. Rates are worked out from the times of the tuples, and what a gateway can carry is in the inventory."
	return to, err
}

// Objects says the ledger of log objects.
func Objects(state string, limit int) *Query {
	text := "objects\n"
	if state != "" {
		text += "| where state == " + quote(state) + "\n"
	}
	return &Query{Text: text + fmt.Sprintf("| sort by read_at desc, name asc\n| take %d", limit)}
}

// Rejects says what was rejected, by object and reason.
func Rejects(limit int) *Query {
	return &Query{Text: fmt.Sprintf("rejects\n| summarize total = max(total), samples = make_list(['sample'])\n    by object, reason\n| sort by total desc, reason asc, object asc\n| take %d", limit)}
}
