package insight

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/store"
)

// MaxFlows is how many rows FlowList returns at most.
const MaxFlows = 5000

// FlowSorts are what reduced flows can be sorted by: newest or highest first.
func FlowSorts() []string { return []string{"time", "flows", "packets", "bytes", "tuples"} }

// FlowsQuestion asks for reduced flows. Zero values mean: the last 24 hours of
// data, the newest first, 100 rows.
type FlowsQuestion struct {
	From, To time.Time // From inclusive, To exclusive
	Where    query.Condition
	Sort     string // one of FlowSorts; empty: time
	Limit    int    // rows wanted, up to MaxFlows
	After    string // FlowsAnswer.Next: the rows behind; empty: from the first
	Count    bool   // also count all rows
}

// FlowsAnswer lists reduced flows: the rows that every number is the sum of. Of
// time before detail there are none.
type FlowsAnswer struct {
	Range
	Where string `json:"where" doc:"The filter in its canonical form, empty where there is none"`
	Sort  string `json:"sort" enum:"time,flows,packets,bytes,tuples" doc:"What rows are sorted by, newest or highest first"`
	Limit int    `json:"limit" doc:"Rows asked for"`
	Count *int64 `json:"count" doc:"Number of rows in the range that pass, shown or not; null where it was not asked for"`
	Next  string `json:"next" doc:"What to ask for the rows behind with, as after; empty where there are none"`
	Rows  []Flow `json:"rows" nullable:"false"`
}

// Flow is a reduced flow: all tuples of one interval with the same key, as one NIC
// recorded them (docs/explanation/meaning-of-the-numbers.md).
type Flow struct {
	Interval    time.Time `json:"interval" doc:"Start of the interval"`
	Until       time.Time `json:"until" doc:"End of the interval"`
	Initiator   string    `json:"initiator" doc:"Address that opened the connection"`
	Responder   string    `json:"responder" doc:"Address that was connected to"`
	From        Side      `json:"from" doc:"What the initiator was"`
	To          Side      `json:"to" doc:"What the responder was"`
	Port        int       `json:"port" doc:"Port of the responder"`
	Protocol    string    `json:"protocol" doc:"TCP, UDP, or the keyword or number of the IANA registry" example:"TCP"`
	Application string    `json:"application" doc:"Service name of the IANA registry or of the configuration, empty where there is none" example:"https"`
	Type        string    `json:"type" doc:"Kind of flow" example:"IntraVNet"`
	Direction   Direction `json:"direction" enum:"in,out" doc:"In where the NIC that recorded it is the responder's, out where it is the initiator's"`
	Status      Status    `json:"status" enum:"allowed,denied"`
	ACL         string    `json:"acl" doc:"NSG or admin configuration that holds the rule"`
	Rule        string    `json:"rule" doc:"Rule that decided, as logged"`
	Encryption  string    `json:"encryption" doc:"Encryption of the virtual network, empty in NSG flow logs"`
	NIC         string    `json:"nic" doc:"NIC that recorded it, group/name; empty where the inventory does not have it or it is a hop"`
	MAC         string    `json:"mac" doc:"NIC that recorded it, twelve hex digits"`
	AtHop       bool      `json:"atHop" doc:"Whether that NIC is neither end, but forwards between them"`
	Target      string    `json:"target" doc:"Resource whose logging is on: the network, subnet or NIC; the group in NSG flow logs"`
	FlowLog     string    `json:"flowLog" doc:"Flow log that wrote it, empty in NSG flow logs"`
	Family      string    `json:"family" enum:"nsg,vnet" doc:"Kind of flow log"`
	Started     int64     `json:"started" doc:"Flows started; for denied flows the attempts"`
	Ended       int64     `json:"ended" doc:"Flows ended"`
	Forward     Volume    `json:"forward" doc:"From initiator to responder"`
	Back        Volume    `json:"back" doc:"From responder to initiator"`
	Tuples      int64     `json:"tuples" doc:"Tuples merged"`
	First       time.Time `json:"first" doc:"Time of the first tuple"`
	Last        time.Time `json:"last" doc:"Time of the last tuple"`
	Counted     Counted   `json:"counted" doc:"What of it is part of sums that count each conversation once; the rest is counted in the row of another capture"`
	Duplicate   bool      `json:"duplicate" doc:"Whether another log recorded the same at the same NIC"`
}

// Counted is what of a reduced flow counts.
type Counted struct {
	Starts  bool `json:"starts" doc:"Flows started and ended"`
	Forward bool `json:"forward" doc:"Packets and bytes forward"`
	Back    bool `json:"back" doc:"Packets and bytes back"`
}

// Text says it in words: all, none, or what counts.
func (c Counted) Text() string {
	var parts []string
	for i, word := range []string{"starts", "forward", "back"} {
		if [...]bool{c.Starts, c.Forward, c.Back}[i] {
			parts = append(parts, word)
		}
	}
	switch len(parts) {
	case 0:
		return "none"
	case 3:
		return "all"
	}
	return strings.Join(parts, ", ")
}

// FlowList lists reduced flows, as each NIC recorded them.
func FlowList(ctx context.Context, s store.Store, q FlowsQuestion) (*FlowsAnswer, error) {
	if q.Sort == "" {
		q.Sort = FlowSorts()[query.ByTime]
	}
	sort := slices.Index(FlowSorts(), q.Sort)
	if sort < 0 {
		return nil, askErrorf("sort", "Rows cannot be sorted by %q; use %s.", q.Sort, strings.Join(FlowSorts(), ", "))
	}
	if q.Limit == 0 {
		q.Limit = DefaultListLimit
	}
	if q.Limit < 1 || q.Limit > MaxFlows {
		return nil, askErrorf("limit", "A limit of %d is not possible; it can be 1 to %d.", q.Limit, MaxFlows)
	}
	r, err := resolve(ctx, s, q.From, q.To)
	if err != nil {
		return nil, err
	}
	a := &FlowsAnswer{Range: r, Where: filter.Print(q.Where), Sort: q.Sort, Limit: q.Limit, Rows: []Flow{}}
	ask := query.RowsQuestion{From: r.From, To: r.To, Where: q.Where, Sort: query.RowSort(sort), Limit: q.Limit + 1}
	if q.After != "" {
		if ask.After, err = readCursor(q.After, ask.Sort); err != nil {
			return nil, err
		}
	}
	rows, err := query.Rows(ctx, s, ask)
	if err != nil {
		return nil, err
	}
	if len(rows) > q.Limit {
		rows = rows[:q.Limit]
		a.Next = writeCursor(ask.Sort, &rows[len(rows)-1].Place)
	}
	if q.Count {
		n, err := query.CountRows(ctx, s, ask)
		if err != nil {
			return nil, err
		}
		a.Count = &n
	}
	return a, a.show(ctx, s, rows)
}

// show fills in rows with what their numbers stand for.
func (a *FlowsAnswer) show(ctx context.Context, s store.Store, rows []query.StoredRow) error {
	if len(rows) == 0 {
		return nil
	}
	var hosts, endpoints []uint64
	ports := make([]store.Port, len(rows))
	for i := range rows {
		p := &rows[i].Place
		hosts = append(hosts, p.Initiator, p.Responder)
		endpoints = append(endpoints, p.InitiatorEndpoint, p.ResponderEndpoint)
		ports[i] = store.Port{Port: p.Port, Protocol: p.Protocol}
	}
	names, err := s.Applications(ctx, once(ports))
	if err != nil {
		return err
	}
	slices.Sort(hosts)
	slices.Sort(endpoints)
	known, err := lookUp(ctx, s, a.Range, slices.Compact(hosts), slices.Compact(endpoints))
	if err != nil {
		return err
	}
	for i := range rows {
		r, p := &rows[i], &rows[i].Place
		from, to := known.side(p.Initiator, p.InitiatorEndpoint), known.side(p.Responder, p.ResponderEndpoint)
		marks := flow.Marks(p.Marks)
		f := Flow{
			Interval: p.Interval, Until: p.Interval.Add(s.Interval()),
			Initiator: from.address, Responder: to.address, From: from.Side, To: to.Side,
			Port: int(p.Port), Protocol: flow.ProtocolText(p.Protocol), Application: names[ports[i]],
			Type: flow.Type(p.Type).String(), Direction: direction(int64(p.Direction)), Status: status(int64(p.Status)),
			ACL: r.Rule.ACL, Rule: r.Rule.Name, Encryption: flow.Encryption(p.Encryption).String(),
			MAC: r.Log.MAC, AtHop: marks&flow.AtHop != 0, Target: r.Log.Target, FlowLog: r.Log.FlowLog, Family: r.Log.Family.String(),
			Started: r.Started, Ended: r.Ended, Forward: Volume{r.PacketsFwd, r.BytesFwd}, Back: Volume{r.PacketsBack, r.BytesBack},
			Tuples: r.Records, First: r.First, Last: r.Last,
			Counted:   Counted{Starts: marks&flow.NoStarts == 0, Forward: marks&flow.NoForward == 0, Back: marks&flow.NoBack == 0},
			Duplicate: marks&flow.Duplicate != 0,
		}
		captured := p.InitiatorEndpoint
		if f.Direction == In {
			captured = p.ResponderEndpoint
		}
		if e := known.endpoints[captured]; e != nil && !f.AtHop {
			f.NIC = e.NIC
		}
		a.Rows = append(a.Rows, f)
	}
	return nil
}

// once returns the ports of a list, each once.
func once(ports []store.Port) []store.Port {
	set := map[store.Port]bool{}
	for _, p := range ports {
		set[p] = true
	}
	return slices.Collect(maps.Keys(set))
}
