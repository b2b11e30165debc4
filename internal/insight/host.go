package insight

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/store"
)

// HostQuestion asks for all about one host. Zero values are those of a
// Question; the limit is that of each list.
type HostQuestion struct {
	Question
	Host   string // its address, or the name of a machine as the field vm has it
	VNet   string // virtual network that it is in, as the field vnet has it; empty: any
	Points int    // of the course; 0: 150
}

// HostAnswer is all about one host: a machine, or what had an address. In is
// what it answers, out what it initiates; a flow from it to itself is out.
type HostAnswer struct {
	Range
	Host         string         `json:"host" doc:"The address or the name of the machine that was asked for"`
	VNet         string         `json:"vnet" doc:"The virtual network that it was asked for in, empty for any"`
	Where        string         `json:"where" doc:"The filter in its canonical form, empty where there is none"`
	Filter       string         `json:"filter" doc:"The filter that lets the flows of the host pass"`
	By           Measure        `json:"by" enum:"flows,packets,bytes" doc:"Measure by which rows are ranked"`
	Limit        int            `json:"limit" doc:"Rows asked for in each list"`
	Owners       []HostOwner    `json:"owners" nullable:"false" doc:"What it was: a host for each owner of the address in the range, or for each address of the machine; that with the most traffic first"`
	Traffic      HostTraffic    `json:"traffic"`
	Compared     *Compared      `json:"compared" doc:"With what it is compared; null where there is no data of all of that time"`
	Before       *HostTraffic   `json:"before" doc:"Its traffic then; null where nothing is compared"`
	BeforeCourse *TrafficAnswer `json:"beforeCourse" doc:"Its traffic over that time, in points of the same width; null where nothing is compared"`
	Course       *TrafficAnswer `json:"course" doc:"Its traffic over time: in is what it answers, out what it initiates"`
	Partners     Partners       `json:"partners" doc:"Hosts at the other ends of its flows. With what it sends to itself they sum to its traffic"`
	Malicious    Partners       `json:"malicious" doc:"Those in malicious flows, with these alone: the malicious ones, or any where the host is malicious itself"`
	Serves       *PortsAnswer   `json:"serves" doc:"Ports at which it is asked"`
	Uses         *PortsAnswer   `json:"uses" doc:"Ports at which it asks others"`
	Rules        *RulesAnswer   `json:"rules" doc:"Rules that decided about its flows, at its own NICs and at those of others"`
	News         *HostNews      `json:"news" doc:"What it had not before; null where nothing is compared"`
}

// HostOwner is what a host was, with what it had of the traffic.
type HostOwner struct {
	Address string   `json:"address"`
	Side    Side     `json:"side"`
	Total   Measures `json:"total"`
}

// HostTraffic is what a host had to do with.
type HostTraffic struct {
	All       Ways     `json:"all"`
	Malicious Ways     `json:"malicious" doc:"Its part that is malicious; the rest is benign"`
	Sent      Volume   `json:"sent" doc:"What it sent, whoever had initiated"`
	Received  Volume   `json:"received" doc:"What it received, whoever had initiated"`
	Ratio     *float64 `json:"ratio" doc:"Bytes sent for each byte received; null where it received none"`
}

// HostNews is what a host had not from the beginning of the time that it is
// compared with to that of the range.
type HostNews struct {
	Since    time.Time `json:"since" doc:"From when on it had none of it"`
	Partners Partners  `json:"partners" doc:"Hosts that it had no flow with"`
	Serves   NewPorts  `json:"serves" doc:"Ports at which nobody had been let through to it"`
	Uses     NewPorts  `json:"uses" doc:"Ports at which it had been let through to nobody"`
}

// NewPorts are ports of allowed flows.
type NewPorts struct {
	Distinct int64    `json:"distinct" doc:"Number of ports, shown or not"`
	Total    Measures `json:"total" doc:"Sum over all of them, shown or not"`
	Rows     []Port   `json:"rows" nullable:"false"`
}

// Subject is which end of a flow a host is.
type Subject struct {
	Any query.Condition // either
	Out query.Condition // the initiator
	In  query.Condition // the responder, and not the initiator as well
}

// Subject reads which host is asked for.
func (q HostQuestion) Subject() (Subject, error) {
	name, network := strings.TrimSpace(q.Host), strings.TrimSpace(q.VNet)
	if name == "" {
		return Subject{}, askErrorf("host", "Name a host: an address, or a machine of the inventory.")
	}
	for field, text := range map[string]string{"host": name, "vnet": network} {
		if err := query.CheckText(text); err != nil {
			return Subject{}, askErrorf(field, "There is no %q: %v.", text, err)
		}
	}
	end := func(e query.End) query.Condition {
		holds := query.And{at(e, "vm", name)}
		if a, err := flow.ParseAddr(name); err == nil {
			holds = query.And{at(e, "ip", a.Netip())}
		}
		if network == "" {
			return holds[0]
		}
		return append(holds, at(e, "vnet", network))
	}
	src, dst := end(query.InitiatorEnd), end(query.ResponderEnd)
	s := Subject{Any: query.Or{src, dst}, Out: src, In: query.And{dst, query.Not{Condition: src}}}
	if network == "" { // which holds of one and the same end
		s.Any = end(query.HostEnd)
	}
	return s, nil
}

// both joins two conditions, of which any can be nil.
func both(a, b query.Condition) query.Condition {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return query.And{a, b}
}

// hostAsker puts the questions about one host.
type hostAsker struct {
	store   store.Store
	subject Subject
	where   query.Condition
	a       *HostAnswer
	own     []uint64 // identities of the host, in the time that it is compared with, too
}

// OneHost tells all about one host: what it was, its traffic and its course, its
// partners, its ports, the rules that decided, and what is new of it.
func OneHost(ctx context.Context, s store.Store, q HostQuestion) (*HostAnswer, error) {
	is, err := q.Subject()
	if err != nil {
		return nil, err
	}
	points, err := checkPoints(q.Points)
	if err != nil {
		return nil, err
	}
	q.Compare = cmp.Or(q.Compare, CompareBefore)
	start, err := q.start(ctx, s)
	if err != nil {
		return nil, err
	}
	a := &HostAnswer{
		Range: start.Range, Host: strings.TrimSpace(q.Host), VNet: strings.TrimSpace(q.VNet), Where: start.Where, Filter: filter.Print(is.Any),
		By: start.By, Limit: start.Limit, Owners: []HostOwner{},
		Partners: Partners{Rows: []Partner{}}, Malicious: Partners{Rows: []Partner{}},
	}
	h := &hostAsker{store: s, subject: is, where: q.Where, a: a}
	if err := h.compared(ctx, start.Compared); err != nil {
		return nil, err
	}
	from := a.From
	if a.Compared != nil {
		from = a.Compared.From
	}
	s, done, err := query.Excerpt(ctx, s, from, a.To, both(is.Out, q.Where), both(is.In, q.Where))
	if err != nil {
		return nil, fmt.Errorf("cannot read the flows of the host: %w", err)
	}
	defer func() { _ = done() }()
	h.store = s
	if err := h.traffic(ctx, points); err != nil {
		return nil, fmt.Errorf("cannot tell the traffic of the host: %w", err)
	}
	lists := Question{From: a.From, To: a.To, By: a.By, Limit: a.Limit}
	if a.Compared != nil {
		lists.Compare = q.Compare
	}
	of := func(which query.Condition) Question {
		lists.Where = both(which, q.Where)
		return lists
	}
	if a.Serves, err = Ports(ctx, s, of(is.In)); err != nil {
		return nil, err
	}
	if a.Uses, err = Ports(ctx, s, of(is.Out)); err != nil {
		return nil, err
	}
	if a.Rules, err = Rules(ctx, s, of(is.Any)); err != nil {
		return nil, err
	}
	if a.Compared != nil {
		a.News = &HostNews{Since: a.Compared.From, Partners: Partners{Rows: []Partner{}}}
		if a.News.Serves, err = h.newPorts(ctx, is.In); err != nil {
			return nil, fmt.Errorf("cannot tell what is new of the host: %w", err)
		}
		if a.News.Uses, err = h.newPorts(ctx, is.Out); err != nil {
			return nil, fmt.Errorf("cannot tell what is new of the host: %w", err)
		}
	}
	if len(h.own) > 0 {
		if err := h.partners(ctx); err != nil {
			return nil, fmt.Errorf("cannot tell the partners of the host: %w", err)
		}
	}
	return a, nil
}

// compared chooses with what the host is compared: where flows of all of that
// time are kept.
func (h *hostAsker) compared(ctx context.Context, c *Compared) error {
	known, err := knownFrom(ctx, h.store, c.From)
	if err != nil || !known {
		return err
	}
	horizon, err := h.store.Horizon(ctx)
	if err == nil && !c.From.Before(horizon.Intervals) {
		h.a.Compared = c
	}
	return err
}

// sent are the measures that tell who sent how much.
var sent = []query.Measure{
	{Name: "forward_packets", Of: query.PacketsForward},
	{Name: "forward_bytes", Of: query.BytesForward},
	{Name: "back_packets", Of: query.PacketsBack},
	{Name: "back_bytes", Of: query.BytesBack},
}

// sentAndReceived reads what the end of a flow that is meant sent and received.
func sentAndReceived(values map[string]int64, initiates bool) (sent, received Volume) {
	forward, back := Volume{values["forward_packets"], values["forward_bytes"]}, Volume{values["back_packets"], values["back_bytes"]}
	if initiates {
		return forward, back
	}
	return back, forward
}

// way is one of the two ways of the flows of a host.
type way struct {
	direction      Direction
	where          query.Condition
	host, endpoint query.Dimension
}

func (h *hostAsker) ways() []way {
	return []way{
		{In, both(h.subject.In, h.where), query.ResponderID, query.ResponderEndpoint},
		{Out, both(h.subject.Out, h.where), query.InitiatorID, query.InitiatorEndpoint},
	}
}

// traffic asks for the traffic of the host, its course, and what it was.
func (h *hostAsker) traffic(ctx context.Context, points int) error {
	a := h.a
	grain, err := grainOf(ctx, h.store, a.Range, points)
	if err != nil {
		return err
	}
	a.Course = courseOf(a.Range, both(h.subject.Any, h.where), grain)
	var parts []query.Row
	totals := map[uint64]Measures{}
	for _, w := range h.ways() {
		res, err := query.Ask(ctx, h.store, query.Question{
			From: a.From, To: a.To, Grain: grain, Where: w.where,
			Dimensions: []query.Dimension{query.Status, query.FlowType, query.Time, w.host, w.endpoint},
			Measures:   slices.Concat(measures("total"), []query.Measure{{Name: tuples, Of: query.Tuples}}, sent),
		})
		if err != nil {
			return err
		}
		for _, row := range res.Rows {
			id, total := row.Keys[3].(uint64), read(row.Values, "total")
			totals[id] = totals[id].plus(total)
			a.Course.add(row.Keys[2].(time.Time), w.direction, status(row.Keys[0].(int64)), total)
			a.Traffic.add(row, w.direction)
		}
		parts = append(parts, res.Rows...)
	}
	a.Traffic.compare()
	if len(parts) == 0 {
		return h.earlier(ctx, grain)
	}
	known, err := sidesOf(ctx, h.store, a.Range, parts, end{3, 4})
	if err != nil {
		return err
	}
	for id, total := range totals {
		h.own = append(h.own, id)
		a.Owners = append(a.Owners, HostOwner{Address: known[id].address, Side: known[id].Side, Total: total})
	}
	slices.SortFunc(a.Owners, func(x, y HostOwner) int {
		return cmp.Or(x.Total.compare(y.Total, a.By), cmp.Compare(x.Address, y.Address), cmp.Compare(x.Side.Name, y.Side.Name), cmp.Compare(x.Side.VNet, y.Side.VNet))
	})
	return h.earlier(ctx, grain)
}

// earlier asks for the traffic of the host in the time that it is compared with.
func (h *hostAsker) earlier(ctx context.Context, grain time.Duration) error {
	if h.a.Compared == nil {
		return nil
	}
	h.a.Before = &HostTraffic{}
	h.a.BeforeCourse = courseOf(Range{From: h.a.Compared.From, To: h.a.Compared.To, Deduplicated: h.a.Deduplicated}, both(h.subject.Any, h.where), grain)
	for _, w := range h.ways() {
		res, err := query.Ask(ctx, h.store, query.Question{
			From: h.a.Compared.From, To: h.a.Compared.To, Grain: grain, Where: w.where,
			Dimensions: []query.Dimension{query.Status, query.FlowType, query.Time, w.host},
			Measures:   slices.Concat(measures("total"), sent),
		})
		if err != nil {
			return err
		}
		for _, row := range res.Rows {
			h.own = append(h.own, row.Keys[3].(uint64))
			h.a.BeforeCourse.add(row.Keys[2].(time.Time), w.direction, status(row.Keys[0].(int64)), read(row.Values, "total"))
			h.a.Before.add(row, w.direction)
		}
	}
	h.a.Before.compare()
	slices.Sort(h.own)
	h.own = slices.Compact(h.own)
	return nil
}

// add adds a row whose first keys are the decision and the kind of flow.
func (t *HostTraffic) add(row query.Row, d Direction) {
	m, st := read(row.Values, "total"), status(row.Keys[0].(int64))
	t.All.add(d, st, m)
	if row.Keys[1].(int64) == int64(flow.MaliciousFlow) {
		t.Malicious.add(d, st, m)
	}
	sent, received := sentAndReceived(row.Values, d == Out)
	t.Sent, t.Received = t.Sent.plus(sent), t.Received.plus(received)
}

// compare sets what was sent against what was received.
func (t *HostTraffic) compare() {
	if t.Received.Bytes > 0 {
		t.Ratio = new(float64(t.Sent.Bytes) / float64(t.Received.Bytes))
	}
}
