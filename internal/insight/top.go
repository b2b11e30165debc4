package insight

import (
	"cmp"
	"context"
	"slices"
	"time"

	"weir/internal/filter"
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
	Where    query.Condition // which flows; nil: all
	Compare  Compare         // with what rows are compared, where an answer says what they had before
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
	compared, err := q.Compare.with(r)
	if err != nil {
		return Ranking{}, err
	}
	return Ranking{Range: r, By: q.By, Limit: limit, Where: filter.Print(q.Where), Compared: compared}, nil
}

var (
	allowed = query.Is(query.Status, flow.Allowed)
	denied  = query.Is(query.Status, flow.Denied)
)

// counting says what counts once.
type counting bool

const (
	everyConversation counting = false
	everyCapture      counting = true
)

// rank asks for the first rows of a ranking by keys and fills in what every
// ranking says of itself, but for what its rows add to the total. Where a commit
// comes in between, the rows are newer than the rest of the answer; the parts of
// each row still agree, and so do rows, other and total.
func rank(ctx context.Context, s store.Store, a *Ranking, where query.Condition, what counting, keys []query.Dimension, details ...[]query.Measure) (*query.Result, error) {
	q := a.Question(where, keys)
	q.EachCapture = what == everyCapture
	res, err := query.Rank(ctx, s, q, slices.Concat(details...)...)
	if err != nil {
		return nil, err
	}
	a.say(res)
	return res, nil
}

// Question is what the ranking asks for: the sums of all three measures by keys.
func (a *Ranking) Question(where query.Condition, keys []query.Dimension) query.Question {
	return query.Question{
		From: a.From, To: a.To,
		Dimensions: keys,
		Measures:   measures("total"),
		Where:      where,
		Order:      ranked(a.By, keys...),
		Limit:      a.Limit,
	}
}

// say fills in what a ranking says of itself, but for what its rows add to the total.
func (a *Ranking) say(res *query.Result) {
	a.Distinct, a.AtLeast = res.Count, res.AtLeast
	a.Other = read(res.Totals, "total")
	for _, row := range res.Rows {
		a.Other = a.Other.minus(read(row.Values, "total"))
	}
	a.Total = a.Other
}

// rankParts asks for the first rows of a ranking by keys in parts, each split
// by more dimensions, and for what else there is to know of these rows: it returns
// them, and the answers of which the first is their parts.
func rankParts(ctx context.Context, s store.Store, a *Ranking, where query.Condition, keys []query.Dimension, more []query.Measure, by []query.Dimension, about ...query.Question) ([]query.Row, []*query.Result, error) {
	parts := query.Question{
		From: a.From, To: a.To,
		Dimensions: slices.Concat(keys, by),
		Measures:   slices.Concat(measures("total"), []query.Measure{{Name: tuples, Of: query.Tuples}}, more),
	}
	res, all, err := query.RankParts(ctx, s, a.Question(where, keys), append([]query.Question{parts}, about...)...)
	if err != nil {
		return nil, nil, err
	}
	a.say(res)
	return res.Rows, all, nil
}

// tuples is the measure of parts that tells how much was recorded.
const tuples = "tuples"

// Hosts ranks addresses by what they initiate and answer.
func Hosts(ctx context.Context, s store.Store, q Question) (*HostsAnswer, error) {
	a := &HostsAnswer{Rows: []Host{}}
	var err error
	if a.Ranking, err = q.start(ctx, s); err != nil {
		return nil, err
	}
	host := []query.Dimension{query.HostID}
	first, asked, err := rankParts(ctx, s, &a.Ranking, q.Where, host, nil,
		[]query.Dimension{query.Status, query.Role, query.Captured, query.HostEndpoint})
	if err != nil || len(first) == 0 {
		return a, err
	}
	parts := asked[0].Rows
	was, err := a.beforeOf(ctx, s, q, everyConversation, host, first)
	if err != nil {
		return nil, err
	}
	known, err := sidesOf(ctx, s, a.Range, parts, end{0, 4})
	if err != nil {
		return nil, err
	}
	rows := map[uint64]*Host{}
	for _, part := range parts {
		id := part.Keys[0].(uint64)
		h := rows[id]
		if h == nil {
			h = &Host{Address: known[id].address, Side: known[id].Side, Before: was.of(id)}
			rows[id] = h
		}
		m := read(part.Values, "total")
		sum := h.sum(status(part.Keys[1].(int64)), part.Keys[2].(int64) == query.Answers)
		*sum = sum.plus(m)
		h.Total = h.Total.plus(m)
		h.Captured = h.Captured || part.Keys[3].(bool)
	}
	for _, h := range rows {
		a.Rows = append(a.Rows, *h)
		a.Total = a.Total.plus(h.Total)
	}
	slices.SortFunc(a.Rows, func(x, y Host) int {
		return cmp.Or(x.Total.compare(y.Total, a.By), cmp.Compare(x.Address, y.Address), cmp.Compare(x.Side.Name, y.Side.Name))
	})
	for i := range a.Rows {
		a.Rows[i].Share = share(a.Rows[i].Total, a.Total, a.By)
	}
	return a, nil
}

// sum is what flows of a status count for that the host answers or initiates.
func (h *Host) sum(s Status, answers bool) *Measures {
	switch {
	case s == Allowed && answers:
		return &h.AllowedIn
	case s == Allowed:
		return &h.AllowedOut
	case answers:
		return &h.DeniedIn
	}
	return &h.DeniedOut
}

// Ports ranks the ports of responders. Ephemeral ports without a name are one row.
func Ports(ctx context.Context, s store.Store, q Question) (*PortsAnswer, error) {
	a := &PortsAnswer{Rows: []Port{}}
	var err error
	if a.Ranking, err = q.start(ctx, s); err != nil {
		return nil, err
	}
	port := []query.Dimension{query.ServicePort, query.Protocol}
	res, err := rank(ctx, s, &a.Ranking, q.Where, everyConversation, port, measures("allowed", allowed), measures("denied", denied))
	if err != nil {
		return nil, err
	}
	was, err := a.beforeOf(ctx, s, q, everyConversation, port, res.Rows)
	if err != nil {
		return nil, err
	}
	names, err := applications(ctx, s, res.Rows, 0)
	if err != nil {
		return nil, err
	}
	for _, row := range res.Rows {
		p := Port{
			PortKey: shownPort(names, row, 0),
			Allowed: read(row.Values, "allowed"),
			Denied:  read(row.Values, "denied"),
			Total:   read(row.Values, "total"),
			Before:  was.of(row.Keys...),
		}
		a.Total = a.Total.plus(p.Total)
		a.Rows = append(a.Rows, p)
	}
	for i := range a.Rows {
		a.Rows[i].Share = share(a.Rows[i].Total, a.Total, a.By)
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
	rule := []query.Dimension{query.ACL, query.Rule, query.Direction, query.Status}
	res, err := rank(ctx, s, &a.Ranking, q.Where, everyCapture, rule)
	if err != nil {
		return nil, err
	}
	was, err := a.beforeOf(ctx, s, q, everyCapture, rule, res.Rows)
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
			Before:    was.of(row.Keys...),
		}
		a.Total = a.Total.plus(r.Total)
		a.Rows = append(a.Rows, r)
	}
	for i := range a.Rows {
		a.Rows[i].Share = share(a.Rows[i].Total, a.Total, a.By)
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
