package insight

import (
	"context"
	"slices"

	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/store"
)

// fillHosts asks for the rows of a table of hosts or pairs: which come first, then
// all there is to know of these, and what all rows have without a row for each.
func (s Split) fillHosts(ctx context.Context, st store.Store, a *TableAnswer, where query.Condition) ([]query.Row, error) {
	rank := Ranking{Range: a.Range, By: a.By, Limit: a.Limit}
	ask := rank.Question(where, s.hosts)
	ask.Offset = a.Offset
	if a.Sort != "total" {
		p := s.parts()[slices.IndexFunc(s.parts(), func(p part) bool { return p.name == a.Sort })]
		lead := measures(p.set(), p.where...)[slices.Index([]Measure{Flows, Packets, Bytes}, a.By)]
		ask.Measures = append(ask.Measures, lead)
		ask.Order = slices.Insert(ask.Order, 0, query.Order{Measure: lead.Name})
	}
	parts := query.Question{
		From: a.From, To: a.To,
		Dimensions: slices.Concat(s.hosts, s.divided(), s.endpoints()),
		Measures:   append(slices.Clone(ask.Measures), query.Measure{Name: tuples, Of: query.Tuples}),
	}
	about := []query.Question{parts}
	if s.pairs() {
		ports := portsQuestion(rank)
		ports.Dimensions, ports.Per.Dimensions = slices.Concat(s.hosts, ports.Dimensions[len(s.hosts):]), s.hosts
		about = append(about, ports)
	}
	res, details, err := query.RankParts(ctx, st, ask, about...)
	if err != nil {
		return nil, err
	}
	a.Distinct, a.AtLeast = res.Count, res.AtLeast
	if err := s.sumHosts(ctx, st, a, where); err != nil || len(res.Rows) == 0 {
		return nil, err
	}
	rows := make(map[pairKey]*TableRow, len(res.Rows))
	for _, part := range details[0].Rows {
		key := s.hostsOf(part.Keys)
		if rows[key] == nil {
			rows[key] = &TableRow{}
		}
		rows[key].add(part.Keys[len(s.hosts):], read(part.Values, "total"))
	}
	known, err := s.known(ctx, st, a.Range, details[0].Rows)
	if err != nil {
		return nil, err
	}
	var ports map[pairKey][]PortKey
	if s.pairs() {
		if ports, err = portsOf(ctx, st, details[1].Rows); err != nil {
			return nil, err
		}
	}
	for _, row := range res.Rows {
		key := s.hostsOf(row.Keys)
		r := rows[key]
		r.Ports = ports[key]
		ends := slices.Clone(row.Keys)
		if s.pairs() && !r.All.initiates() {
			slices.Reverse(ends)
			r.All, r.Malicious = r.All.turned(), r.Malicious.turned()
		}
		r.Hosts = hostKeys(known, ends)
		r.Keys, r.Filter = addressesOf(r.Hosts)
		a.Rows = append(a.Rows, *r)
	}
	return res.Rows, nil
}

// divided is what the rows of hosts are divided by to fill in Ways.
func (s Split) divided() []query.Dimension {
	return []query.Dimension{query.Status, query.FlowType, s.way()}
}

// endpoints are the dimensions that tell what the hosts of rows were.
func (s Split) endpoints() []query.Dimension {
	if s.pairs() {
		return []query.Dimension{query.InitiatorEndpoint, query.ResponderEndpoint}
	}
	return []query.Dimension{query.HostEndpoint}
}

// hostsOf returns the identities that a row begins with; of a host, twice.
func (s Split) hostsOf(keys []any) pairKey {
	return pairKey{keys[0].(uint64), keys[len(s.hosts)-1].(uint64)}
}

// known returns what the hosts in the parts of rows were, by identity.
func (s Split) known(ctx context.Context, st store.Store, r Range, parts []query.Row) (map[uint64]knownHost, error) {
	if !s.pairs() {
		return sidesOf(ctx, st, r, parts, end{0, len(s.hosts) + len(s.divided())})
	}
	turned := make([]query.Row, len(parts)) // the initiator first, as endpoints are
	for i, part := range parts {
		turned[i] = query.Row{Keys: slices.Clone(part.Keys), Values: part.Values}
		if part.Keys[4].(int64) == query.Answers {
			slices.Reverse(turned[i].Keys[:2])
		}
	}
	return sidesOf(ctx, st, r, turned, end{0, 5}, end{1, 6})
}

// knownRows asks what the hosts of rows were.
func (s Split) knownRows(ctx context.Context, st store.Store, r Range, where query.Condition, rows []query.Row) (map[uint64]knownHost, error) {
	res, err := query.Ask(ctx, st, query.Question{
		From: r.From, To: r.To,
		Dimensions: slices.Concat(s.hosts, s.divided(), s.endpoints()), Measures: []query.Measure{{Name: tuples, Of: query.Tuples}},
		Filters: []query.Filter{only(s.hosts, rows)}, Where: where,
	})
	if err != nil {
		return nil, err
	}
	return s.known(ctx, st, r, res.Rows)
}

// hostKeys returns the hosts that identities stand for.
func hostKeys(known map[uint64]knownHost, ids []any) []HostKey {
	keys := make([]HostKey, len(ids))
	for i, id := range ids {
		h := known[id.(uint64)]
		keys[i] = HostKey{h.address, h.Side}
	}
	return keys
}

// addressesOf returns the addresses of hosts, and the filter that lets their flows
// pass: of two, those between them.
func addressesOf(hosts []HostKey) (addresses []string, where string) {
	var all query.And
	for _, h := range hosts {
		addresses = append(addresses, h.Address)
		if a, err := flow.ParseAddr(h.Address); err == nil {
			all = append(all, query.Test{Field: "ip", Values: []any{a.Netip()}})
		}
	}
	if len(all) == 1 {
		return addresses, filter.Print(all[0])
	}
	return addresses, filter.Print(all)
}

// sumHosts fills in what all rows have, shown or not.
func (s Split) sumHosts(ctx context.Context, st store.Store, a *TableAnswer, where query.Condition) error {
	dims := s.divided()
	if s.pairs() { // which way is a matter of each pair
		dims = dims[:2]
	}
	res, err := query.Ask(ctx, st, query.Question{From: a.From, To: a.To, Dimensions: dims, Measures: measures("total"), Where: where})
	if err != nil {
		return err
	}
	var sum TableRow
	for _, row := range res.Rows {
		sum.add(row.Keys, read(row.Values, "total"))
	}
	a.All, a.Malicious = sum.All, sum.Malicious
	return nil
}

// add counts flows of a status, a type and, where that is known, a way.
func (r *TableRow) add(keys []any, m Measures) {
	d := Direction("")
	if len(keys) > 2 {
		d = direction(keys[2].(int64))
	}
	st := status(keys[0].(int64))
	r.All.add(d, st, m)
	if flow.Type(keys[1].(int64)) == flow.MaliciousFlow {
		r.Malicious.add(d, st, m)
	}
}

// add counts what went one way; of what is not told by which there is no direction.
func (w *Ways) add(d Direction, st Status, m Measures) {
	sums := []*Measures{&w.Total, &w.Denied}
	ways := map[Direction]*Measures{In: &w.DeniedIn, Out: &w.DeniedOut}
	if st == Allowed {
		sums[1], ways = &w.Allowed, map[Direction]*Measures{In: &w.AllowedIn, Out: &w.AllowedOut}
	}
	if sum := ways[d]; sum != nil {
		sums = append(sums, sum)
	}
	for _, sum := range sums {
		*sum = sum.plus(m)
	}
}

// initiates tells whether no fewer flows go out than in, whatever rows are ranked by.
func (w Ways) initiates() bool {
	out, in := w.AllowedOut.plus(w.DeniedOut), w.AllowedIn.plus(w.DeniedIn)
	return out.compare(in, Flows) <= 0
}

// turned is the same as seen from the other end.
func (w Ways) turned() Ways {
	w.AllowedIn, w.AllowedOut = w.AllowedOut, w.AllowedIn
	w.DeniedIn, w.DeniedOut = w.DeniedOut, w.DeniedIn
	return w
}
