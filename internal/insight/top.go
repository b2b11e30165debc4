package insight

import (
	"context"
	"slices"
	"time"

	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/store"
)

// Question asks for a ranking. Zero values mean: the last 24 hours of data, by
// flows, ten rows.
type Question struct {
	From, To time.Time // From inclusive, To exclusive
	By       Measure
	Limit    int
}

// start checks a question and begins its answer.
func (q Question) start(ctx context.Context, s store.Store) (Ranking, error) {
	switch q.By {
	case "":
		q.By = Flows
	case Flows, Packets, Bytes:
	default:
		return Ranking{}, askErrorf("by", "Rows cannot be ranked by %q; use flows, packets or bytes.", q.By)
	}
	limit, err := checkLimit(q.Limit, DefaultLimit)
	if err != nil {
		return Ranking{}, err
	}
	r, err := resolve(ctx, s, q.From, q.To)
	if err != nil {
		return Ranking{}, err
	}
	return Ranking{Range: r, By: q.By, Limit: limit}, nil
}

var (
	allowed   = query.Is(query.Status, flow.Allowed)
	denied    = query.Is(query.Status, flow.Denied)
	answers   = query.Is(query.Role, uint8(query.Answers))
	initiates = query.Is(query.Role, uint8(query.Initiates))
)

// counting says what counts once.
type counting bool

const (
	everyConversation counting = false
	everyCapture      counting = true
)

// rank asks for the first rows of a ranking by keys and fills in what every
// ranking says of itself. Details are summed in a second question, for those
// rows only: sums for all keys can need more memory than there is. Where a
// commit came in between, the rows are newer than the rest of the answer; the
// parts of each row still agree, and so do rows, other and total.
func rank(ctx context.Context, s store.Store, a *Ranking, what counting, keys []query.Dimension, details ...[]query.Measure) (*query.Result, error) {
	q := query.Question{
		From: a.From, To: a.To,
		Dimensions:  keys,
		Measures:    measures("total"),
		Order:       ranked(a.By, keys...),
		Limit:       a.Limit,
		Totals:      true,
		EachCapture: what == everyCapture,
	}
	res, err := query.Ask(ctx, s, query.DuckDB{}, q)
	if err != nil {
		return nil, err
	}
	a.Distinct = res.Count
	a.Other = read(res.Totals, "total")
	for _, row := range res.Rows {
		a.Other = a.Other.minus(read(row.Values, "total"))
	}
	if len(details) > 0 && len(res.Rows) > 0 {
		if res, err = detailed(ctx, s, q, res.Rows, slices.Concat(details...)); err != nil {
			return nil, err
		}
	}
	a.Total = a.Other
	for _, row := range res.Rows {
		a.Total = a.Total.plus(read(row.Values, "total"))
	}
	return res, nil
}

// detailed asks for rows again, with more measures.
func detailed(ctx context.Context, s store.Store, q query.Question, rows []query.Row, details []query.Measure) (*query.Result, error) {
	wanted := query.Filter{Dimensions: q.Dimensions}
	for _, row := range rows {
		wanted.Values = append(wanted.Values, row.Keys)
	}
	q.Filters = []query.Filter{wanted}
	q.Measures = append(q.Measures, details...)
	q.Totals = false
	return query.Ask(ctx, s, query.DuckDB{}, q)
}

// Hosts ranks addresses by what they initiate and answer.
func Hosts(ctx context.Context, s store.Store, q Question) (*HostsAnswer, error) {
	a := &HostsAnswer{Rows: []Host{}}
	var err error
	if a.Ranking, err = q.start(ctx, s); err != nil {
		return nil, err
	}
	res, err := rank(ctx, s, &a.Ranking, everyConversation, []query.Dimension{query.Host, query.HostID},
		measures("allowed_in", allowed, answers), measures("allowed_out", allowed, initiates),
		measures("denied_in", denied, answers), measures("denied_out", denied, initiates),
		[]query.Measure{{Name: "captured", Of: query.Tuples, Where: []query.Filter{query.Is(query.Captured, true)}}})
	if err != nil {
		return nil, err
	}
	known, err := sidesOf(ctx, s, a.Range, res, 0)
	if err != nil {
		return nil, err
	}
	for _, row := range res.Rows {
		h := Host{
			Address:    row.Keys[0].(string),
			Side:       known[hostOf(row.Keys[0], row.Keys[1])],
			Captured:   row.Values["captured"] > 0,
			Total:      read(row.Values, "total"),
			AllowedIn:  read(row.Values, "allowed_in"),
			AllowedOut: read(row.Values, "allowed_out"),
			DeniedIn:   read(row.Values, "denied_in"),
			DeniedOut:  read(row.Values, "denied_out"),
		}
		h.Share = share(h.Total, a.Total, a.By)
		a.Rows = append(a.Rows, h)
	}
	return a, nil
}

// Ports ranks the ports of responders. Ephemeral ports without a name are one row.
func Ports(ctx context.Context, s store.Store, q Question) (*PortsAnswer, error) {
	a := &PortsAnswer{Rows: []Port{}}
	var err error
	if a.Ranking, err = q.start(ctx, s); err != nil {
		return nil, err
	}
	res, err := rank(ctx, s, &a.Ranking, everyConversation, []query.Dimension{query.ServicePort, query.Protocol},
		measures("allowed", allowed), measures("denied", denied))
	if err != nil {
		return nil, err
	}
	names, err := applications(ctx, s, res.Rows, 0)
	if err != nil {
		return nil, err
	}
	for _, row := range res.Rows {
		p := Port{
			PortKey: portKey(row.Keys[0].(int64), row.Keys[1].(int64)),
			Allowed: read(row.Values, "allowed"),
			Denied:  read(row.Values, "denied"),
			Total:   read(row.Values, "total"),
		}
		p.Application = names[portOf(row, 0)]
		p.Share = share(p.Total, a.Total, a.By)
		a.Rows = append(a.Rows, p)
	}
	return a, nil
}

// Rules ranks security rules by direction of capture and decision. A rule
// decides at a NIC, so a conversation between two of them counts for the rule
// at each; what two logs recorded at one NIC counts once.
func Rules(ctx context.Context, s store.Store, q Question) (*RulesAnswer, error) {
	a := &RulesAnswer{Rows: []Rule{}}
	var err error
	if a.Ranking, err = q.start(ctx, s); err != nil {
		return nil, err
	}
	res, err := rank(ctx, s, &a.Ranking, everyCapture, []query.Dimension{query.ACL, query.Rule, query.Direction, query.Status})
	if err != nil {
		return nil, err
	}
	for _, row := range res.Rows {
		r := Rule{
			ACL:       row.Keys[0].(string),
			Rule:      row.Keys[1].(string),
			Direction: direction(row.Keys[2].(int64)),
			Status:    status(row.Keys[3].(int64)),
			Total:     read(row.Values, "total"),
		}
		r.Share = share(r.Total, a.Total, a.By)
		a.Rows = append(a.Rows, r)
	}
	return a, nil
}

func direction(n int64) Direction {
	if n == int64(flow.Inbound) {
		return In
	}
	return Out
}

func status(n int64) Status {
	if n == int64(flow.Allowed) {
		return Allowed
	}
	return Denied
}
