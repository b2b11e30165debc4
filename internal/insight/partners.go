package insight

import (
	"cmp"
	"context"
	"slices"
	"time"

	"weir/internal/flow"
	"weir/internal/query"
)

// Partners are hosts at the other ends of the flows of one host.
type Partners struct {
	Distinct int64     `json:"distinct" doc:"Number of partners, shown or not"`
	Total    Measures  `json:"total" doc:"Sum over all of them, shown or not"`
	Other    Measures  `json:"other" doc:"Sum over those that are not shown: total minus rows"`
	Rows     []Partner `json:"rows" nullable:"false"`
}

// Partner is a host at the other end, with all that both said to each other.
// Out and sent are of the host that was asked for: out is what it initiated.
type Partner struct {
	Address   string    `json:"address"`
	Side      Side      `json:"side" doc:"What the partner was"`
	FlowTypes []string  `json:"flowTypes" nullable:"false" doc:"Kinds of flow between both, the most frequent first"`
	Ports     []PortKey `json:"ports" nullable:"false" doc:"The most used ports of the flows between both, at either end, at most three"`
	Ways
	Before   *Measures `json:"before" doc:"The total in the time that the host is compared with; null where nothing is compared"`
	Sent     Volume    `json:"sent" doc:"What the host sent to it, whoever had initiated"`
	Received Volume    `json:"received" doc:"What the host received from it, whoever had initiated"`
	Share    float64   `json:"share" doc:"Part of the total by the chosen measure, 0 to 1"`
}

// partners asks for the partners of the host, for those in malicious flows and for
// those that are new.
func (h *hostAsker) partners(ctx context.Context) (err error) {
	if h.a.Partners, err = h.list(ctx, h.where, time.Time{}); err != nil {
		return err
	}
	if h.a.Traffic.Malicious.Total != (Measures{}) {
		if h.a.Malicious, err = h.list(ctx, both(isMalicious, h.where), time.Time{}); err != nil {
			return err
		}
	}
	if h.a.News != nil {
		h.a.News.Partners, err = h.list(ctx, h.where, h.a.News.Since)
	}
	return err
}

// partner is what partners are told by.
func partner() []query.Dimension { return []query.Dimension{query.PeerID} }

// between lets the flows of the host with others pass.
func (h *hostAsker) between() []query.Filter {
	var ids [][]any
	for _, id := range h.own {
		ids = append(ids, []any{id})
	}
	return []query.Filter{
		{Dimensions: []query.Dimension{query.HostID}, Values: ids},
		{Dimensions: partner(), Values: ids, Not: true},
	}
}

// list asks for the first partners in flows that hold a condition; of those that
// had none of them since a time, where one is given.
func (h *hostAsker) list(ctx context.Context, where query.Condition, since time.Time) (Partners, error) {
	ask := query.Question{
		From: h.a.From, To: h.a.To,
		Dimensions: partner(), Measures: measures("total"), Filters: h.between(), Where: where,
		Order: ranked(h.a.By, partner()...), Limit: h.a.Limit, Totals: true,
	}
	if !since.IsZero() {
		ask.From, ask.Fresh = since, h.a.From
	}
	first, err := query.Ask(ctx, h.store, ask)
	if err != nil || len(first.Rows) == 0 {
		return Partners{Rows: []Partner{}}, err
	}
	port := []query.Dimension{query.ServicePort, query.Protocol}
	parts := query.Question{
		From: h.a.From, To: h.a.To, Where: where, Filters: append(h.between(), only(partner(), first.Rows)),
		Dimensions: append(partner(), query.Status, query.Role, query.FlowType, query.PeerEndpoint),
		Measures:   slices.Concat(measures("total"), []query.Measure{{Name: tuples, Of: query.Tuples}}, sent),
	}
	ports := parts
	ports.Dimensions, ports.Measures = slices.Concat(partner(), port), measures("total")
	ports.Order, ports.Per = ranked(h.a.By, port...), &query.Per{Dimensions: partner(), Limit: portsShown}
	asked, err := query.Ask(ctx, h.store, parts)
	if err != nil {
		return Partners{}, err
	}
	busiest, err := query.Ask(ctx, h.store, ports)
	if err != nil {
		return Partners{}, err
	}
	var compared *Compared
	if since.IsZero() { // what is new had nothing
		compared = h.a.Compared
	}
	was, err := askEarlier(ctx, h.store, compared, query.Question{Dimensions: partner(), Where: where, Filters: h.between()}, first.Rows)
	if err != nil {
		return Partners{}, err
	}
	return h.read(ctx, first, asked.Rows, busiest.Rows, was)
}

// read puts the parts of partners together. Where a commit came in between, the
// parts are newer than the sums.
func (h *hostAsker) read(ctx context.Context, first *query.Result, parts, ports []query.Row, was earlier) (Partners, error) {
	p := Partners{Distinct: first.Count, Other: read(first.Totals, "total"), Rows: make([]Partner, len(first.Rows))}
	for _, row := range first.Rows {
		p.Other = p.Other.minus(read(row.Values, "total"))
	}
	known, err := sidesOf(ctx, h.store, h.a.Range, parts, end{0, 4})
	if err != nil {
		return p, err
	}
	at, types := map[uint64]int{}, make([]map[flow.Type]Measures, len(p.Rows))
	for i, row := range first.Rows {
		id := row.Keys[0].(uint64)
		at[id], types[i] = i, map[flow.Type]Measures{}
		p.Rows[i] = Partner{Address: known[id].address, Side: known[id].Side, Ports: []PortKey{}, Before: was.of(id)}
	}
	for _, part := range parts {
		i := at[part.Keys[0].(uint64)]
		row, m, t := &p.Rows[i], read(part.Values, "total"), flow.Type(part.Keys[3].(int64))
		d := directionOf(part.Keys[2].(int64))
		row.Ways.add(d, status(part.Keys[1].(int64)), m)
		types[i][t] = types[i][t].plus(m)
		sent, received := sentAndReceived(part.Values, d == Out)
		row.Sent, row.Received = row.Sent.plus(sent), row.Received.plus(received)
	}
	names, err := applications(ctx, h.store, ports, 1)
	if err != nil {
		return p, err
	}
	for _, row := range ports {
		i := at[row.Keys[0].(uint64)]
		p.Rows[i].Ports = append(p.Rows[i].Ports, shownPort(names, row, 1))
	}
	p.Total = p.Other
	for i := range p.Rows {
		p.Rows[i].FlowTypes = inOrderOfTypes(types[i], h.a.By)
		p.Total = p.Total.plus(p.Rows[i].Total)
	}
	slices.SortFunc(p.Rows, func(x, y Partner) int {
		return cmp.Or(x.Total.compare(y.Total, h.a.By), cmp.Compare(x.Address, y.Address), cmp.Compare(x.Side.Name, y.Side.Name), cmp.Compare(x.Side.VNet, y.Side.VNet))
	})
	for i := range p.Rows {
		p.Rows[i].Share = share(p.Rows[i].Total, p.Total, h.a.By)
	}
	return p, nil
}

// directionOf is the way of a flow as seen from an end with a role.
func directionOf(role int64) Direction {
	if role == query.Answers {
		return In
	}
	return Out
}

// newPorts asks for ports of allowed flows that hold a condition, at which there
// were none before.
func (h *hostAsker) newPorts(ctx context.Context, which query.Condition) (NewPorts, error) {
	n := NewPorts{Rows: []Port{}}
	port := []query.Dimension{query.ServicePort, query.Protocol}
	res, err := query.Ask(ctx, h.store, query.Question{
		From: h.a.News.Since, To: h.a.To, Fresh: h.a.From,
		Dimensions: port, Measures: measures("total"), Where: both(query.And{which, isAllowed}, h.where),
		Order: ranked(h.a.By, port...), Limit: h.a.Limit, Totals: true,
	})
	if err != nil {
		return n, err
	}
	names, err := applications(ctx, h.store, res.Rows, 0)
	if err != nil {
		return n, err
	}
	n.Distinct, n.Total = res.Count, read(res.Totals, "total")
	for _, row := range res.Rows {
		total := read(row.Values, "total")
		n.Rows = append(n.Rows, Port{PortKey: shownPort(names, row, 0), Allowed: total, Total: total, Share: share(total, n.Total, h.a.By)})
	}
	return n, nil
}
