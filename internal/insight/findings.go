package insight

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/store"
	"weir/internal/topology"
)

// FindingKind is why something deserves a look.
type FindingKind string

// The kinds of findings, in the order in which they are shown.
const (
	MaliciousAllowed FindingKind = "malicious-allowed" // traffic with a malicious address was let pass
	Upload           FindingKind = "upload"            // much went out to an external address that had little before
	OpenPort         FindingKind = "open-port"         // a port for administration or data answered the internet
	Attack           FindingKind = "attack"            // a port was tried from outside again and again, and denied
	BlockedMore      FindingKind = "blocked-more"      // a rule denies far more than before; where there is no data of that, in the second half of the range than in the first
	GatewayFull      FindingKind = "gateway-full"      // a gateway carried nearly what it can
	NewMachine       FindingKind = "new-machine"       // a machine has traffic that had none before
	Rose             FindingKind = "rose"              // a machine or port has far more traffic than before
	Fell             FindingKind = "fell"              // a machine or port has far less traffic than before
)

// FindingsAnswer lists what deserves a look, the gravest first.
type FindingsAnswer struct {
	Range
	Where    string    `json:"where" doc:"The filter in its canonical form, empty where there is none"`
	Compared *Compared `json:"compared" doc:"The time of the same length before, which the range is compared with; null where there is no data of all of it, so that nothing is told as new"`
	Rows     []Finding `json:"rows" nullable:"false"`
}

// Finding is something that deserves a look.
type Finding struct {
	Kind   FindingKind `json:"kind" enum:"malicious-allowed,upload,open-port,attack,blocked-more,gateway-full,new-machine,rose,fell"`
	Title  string      `json:"title" doc:"What happened, in a sentence"`
	Total  Measures    `json:"total" doc:"Of the flows that it is about"`
	Before *Measures   `json:"before" doc:"The same in the time before; null where it is not compared"`
	Filter string      `json:"filter" doc:"The filter that lets its flows pass: the proof"`
}

// Bounds of what deserves a look. They are meant to be so high that a quiet
// network has no findings, and each is far below what the events of a simulated
// network have.
const (
	findingsOfKind = 5         // of each question that is asked
	maliciousFlows = 10        // from a malicious address to one of ours, let pass
	uploadBytes    = 100 << 20 // sent to one external address, where there is a time to compare with
	uploadAlone    = 1 << 30   // the same where there is none
	attackFlows    = 100       // denied at one port of a host
	blockedFlows   = 100       // denied by a rule
	muchMore       = 3         // times as much as before
	nearlyFull     = 0.8       // of what a gateway can carry
	changedPart    = 0.05      // of all bytes, the least that a machine or port has more or less to be told of
	changedBytes   = 10 << 20  // the least by which it must differ in any network
	changedMost    = 2         // machines and ports that are told to have more, and less
)

// sensitive are ports that nobody from the internet should reach: for
// administration and for data.
var sensitive = []any{
	int64(22), int64(23), int64(135), int64(139), int64(445), int64(1433), int64(1521), int64(2375), int64(3306), int64(3389),
	int64(5432), int64(5900), int64(5985), int64(5986), int64(6379), int64(9200), int64(11211), int64(27017),
}

// Findings tells what deserves a look. It looks at the range and, where there
// is data of it, at the time of the same length before. Gateways are those that
// are known.
func Findings(ctx context.Context, s store.Store, q Question, known []*topology.Gateway) (*FindingsAnswer, error) {
	start, err := q.start(ctx, s)
	if err != nil {
		return nil, err
	}
	a := &FindingsAnswer{Range: start.Range, Where: start.Where, Rows: []Finding{}}
	f := finder{store: s, now: a.Range, before: Compared{From: a.From.Add(a.From.Sub(a.To)), To: a.From}, where: q.Where, gateways: known}
	if f.known, err = f.comparable(ctx); err != nil {
		return nil, err
	}
	if f.known {
		a.Compared = &f.before
	}
	for _, find := range []func(context.Context) error{f.maliciousAllowed, f.uploads, f.openPorts, f.attacks, f.blockedMore, f.fullGateways, f.machines, f.portsChanged} {
		if err := find(ctx); err != nil {
			return nil, fmt.Errorf("cannot tell what deserves a look: %w", err)
		}
	}
	a.Rows = append(a.Rows, f.found...)
	return a, nil
}

// finder collects findings.
type finder struct {
	store  store.Store
	now    Range
	before Compared
	known  bool // whether there is data of before
	where  query.Condition
	found  []Finding

	gateways []*topology.Gateway
}

// comparable tells whether there is data of all of the time before: of less,
// whatever came later would be new.
func (f *finder) comparable(ctx context.Context) (bool, error) {
	return knownFrom(ctx, f.store, f.before.From)
}

// knownFrom tells whether there is data from a time on.
func knownFrom(ctx context.Context, s store.Store, from time.Time) (bool, error) {
	stats, err := s.Stats(ctx)
	return err == nil && !stats.FirstTuple.IsZero() && !stats.FirstTuple.After(from.Add(s.Interval())), err
}

// Words of conditions.
func is(field string, values ...any) query.Test { return query.Test{Field: field, Values: values} }

func at(end query.End, field string, values ...any) query.Test {
	return query.Test{Field: field, End: end, Values: values}
}

var (
	isAllowed   = is("status", "allowed")
	isDenied    = is("status", "denied")
	isMalicious = is("type", flow.MaliciousFlow.String())
	isExternal  = is("type", flow.ExternalPublic.String())
	isInbound   = is("direction", "inbound")
	isOutbound  = is("direction", "outbound")
	// With inbound or outbound: from or to an address outside. All of it stands
	// in the fact, and in roll-ups.
	isOutside = is("type", flow.ExternalPublic.String(), flow.MaliciousFlow.String())
)

// ask asks for the first rows of flows that hold a condition, by a measure.
func (f *finder) ask(ctx context.Context, dims []query.Dimension, by query.Quantity, limit int, holds ...query.Condition) ([]query.Row, error) {
	res, err := query.Ask(ctx, f.store, query.Question{
		From: f.now.From, To: f.now.To,
		Dimensions: dims,
		Measures:   append(measures("total"), query.Measure{Name: tuples, Of: query.Tuples}, query.Measure{Name: "lead", Of: by}),
		Where:      f.and(holds...),
		Order:      append([]query.Order{{Measure: "lead"}}, ranked(Flows, dims...)...),
		Limit:      limit,
	})
	if err != nil {
		return nil, err
	}
	return res.Rows, nil
}

// pairs asks for the first pairs of hosts by a measure, of flows that hold
// conditions, and what the hosts were.
func (f *finder) pairs(ctx context.Context, by query.Quantity, limit int, holds ...query.Condition) ([]query.Row, map[uint64]knownHost, error) {
	sums := append(measures("total"), query.Measure{Name: tuples, Of: query.Tuples}, query.Measure{Name: "lead", Of: by})
	ask := query.Question{
		From: f.now.From, To: f.now.To,
		Dimensions: pair(), Measures: sums, Where: f.and(holds...),
		Order: append([]query.Order{{Measure: "lead"}}, ranked(Flows, pair()...)...), Limit: limit,
	}
	parts := query.Question{
		From: f.now.From, To: f.now.To,
		Dimensions: append(pair(), query.InitiatorEndpoint, query.ResponderEndpoint), Measures: sums,
	}
	res, of, err := query.RankParts(ctx, f.store, ask, parts)
	if err != nil {
		return nil, nil, err
	}
	known, err := sidesOf(ctx, f.store, f.now, of[0].Rows, end{0, 2}, end{1, 3})
	return res.Rows, known, err
}

// and adds the filter of the question to conditions.
func (f *finder) and(holds ...query.Condition) query.Condition {
	all := query.And(slices.Clone(holds))
	if f.where != nil {
		all = append(all, f.where)
	}
	return all
}

// earlier returns what rows had before, in their order.
func (f *finder) earlier(ctx context.Context, dims []query.Dimension, rows []query.Row, holds ...query.Condition) ([]Measures, error) {
	was := make([]Measures, len(rows))
	if !f.known || len(rows) == 0 {
		return was, nil
	}
	res, err := query.Ask(ctx, f.store, query.Question{
		From: f.before.From, To: f.before.To,
		Dimensions: dims, Measures: measures("total"), Where: f.and(holds...), Filters: []query.Filter{only(dims, rows)},
	})
	if err != nil {
		return nil, err
	}
	of := map[string]Measures{}
	for _, row := range res.Rows {
		of[fmt.Sprint(row.Keys...)] = read(row.Values, "total")
	}
	for i, row := range rows {
		was[i] = of[fmt.Sprint(row.Keys...)]
	}
	return was, nil
}

// add keeps a finding; its flows hold the conditions.
func (f *finder) add(kind FindingKind, total Measures, before *Measures, holds []query.Condition, title string, args ...any) {
	f.found = append(f.found, Finding{
		Kind: kind, Title: fmt.Sprintf(title, args...), Total: total, Before: before, Filter: filter.Print(f.and(holds...)),
	})
}

// address is the condition that an end has the address of a host.
func address(end query.End, h knownHost) query.Condition {
	a, err := flow.ParseAddr(h.address)
	if err != nil {
		return query.And{}
	}
	return at(end, "ip", a.Netip())
}

// called is what a person calls a host, with its address.
func called(h knownHost) string {
	name := h.Name[strings.LastIndexByte(h.Name, '/')+1:]
	if name == "" {
		return h.address
	}
	return name + " (" + h.address + ")"
}

// maliciousAllowed looks at what went out to malicious addresses, of which one
// flow is one too many, and at what came from them: whatever is open to the
// internet is looked at by some of them every day.
func (f *finder) maliciousAllowed(ctx context.Context) error {
	for _, way := range []struct {
		direction query.Condition
		least     int64
	}{{isOutbound, 1}, {isInbound, maliciousFlows}} {
		holds := []query.Condition{isMalicious, isAllowed, way.direction}
		rows, known, err := f.pairs(ctx, query.Flows, findingsOfKind, holds...)
		if err != nil {
			return err
		}
		for _, row := range rows {
			total := read(row.Values, "total")
			if total.Flows < way.least {
				continue
			}
			from, to := known[row.Keys[0].(uint64)], known[row.Keys[1].(uint64)]
			proof := append(slices.Clone(holds), address(query.InitiatorEnd, from), address(query.ResponderEnd, to))
			if to.Malicious {
				f.add(MaliciousAllowed, total, nil, proof, "%s reached %s, which is listed as %s, and was let pass", called(from), called(to), to.Category)
			} else {
				f.add(MaliciousAllowed, total, nil, proof, "%s, which is listed as %s, reached %s and was let pass", called(from), from.Category, called(to))
			}
		}
	}
	return nil
}

func (f *finder) uploads(ctx context.Context) error {
	holds := []query.Condition{isOutside, isAllowed, isOutbound}
	rows, known, err := f.pairs(ctx, query.BytesForward, 4*findingsOfKind, holds...)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(row query.Row) bool { return row.Values["lead"] < uploadBytes })
	was, err := f.earlier(ctx, pair(), rows, holds...)
	if err != nil {
		return err
	}
	n := 0
	for i, row := range rows {
		sent, total := row.Values["lead"], read(row.Values, "total")
		if n == findingsOfKind || sent < total.Bytes/2 || total.Bytes < muchMore*was[i].Bytes || !f.known && sent < uploadAlone {
			continue // less, or most of it came in
		}
		n++
		from, to := known[row.Keys[0].(uint64)], known[row.Keys[1].(uint64)]
		proof := append(slices.Clone(holds), address(query.InitiatorEnd, from), address(query.ResponderEnd, to))
		if f.known {
			f.add(Upload, total, &was[i], proof, "%s sent far more than before to %s", called(from), called(to))
		} else {
			f.add(Upload, total, nil, proof, "%s sent much to %s, and got little back", called(from), called(to))
		}
	}
	return nil
}

// targets is what a finding about a port of a host is split by.
func targets() []query.Dimension {
	return []query.Dimension{query.ResponderID, query.ResponderEndpoint, query.ServicePort, query.Protocol}
}

func (f *finder) openPorts(ctx context.Context) error {
	return f.ports(ctx, OpenPort, 1, []query.Condition{isExternal, isInbound, isAllowed, is("port", sensitive...)},
		"%s answered the internet on port %s")
}

func (f *finder) attacks(ctx context.Context) error {
	return f.ports(ctx, Attack, attackFlows, []query.Condition{isOutside, isInbound, isDenied, is("port", sensitive...)},
		"%s was tried from outside on port %s, and denied")
}

// ports finds ports of hosts with so many flows that hold conditions.
func (f *finder) ports(ctx context.Context, kind FindingKind, least int64, holds []query.Condition, title string) error {
	rows, err := f.ask(ctx, targets(), query.Flows, findingsOfKind, holds...)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(row query.Row) bool { return row.Values["lead"] < least })
	known, err := sidesOf(ctx, f.store, f.now, rows, end{0, 1})
	if err != nil {
		return err
	}
	names, err := applications(ctx, f.store, rows, 2)
	if err != nil {
		return err
	}
	for _, row := range rows {
		to, port := known[row.Keys[0].(uint64)], shownPort(names, row, 2)
		text := fmt.Sprintf("%d/%s", port.Port, port.Protocol)
		if port.Application != "" {
			text += " (" + port.Application + ")"
		}
		proof := append(slices.Clone(holds[:len(holds)-1]), address(query.ResponderEnd, to), is("port", int64(port.Port)))
		f.add(kind, read(row.Values, "total"), nil, proof, title, called(to), text)
	}
	return nil
}

func (f *finder) blockedMore(ctx context.Context) error {
	from, before, than := f.now.From, f.before, "before"
	if !f.known { // the second half of the range, with the first
		interval := f.store.Interval()
		from = f.now.From.Add((f.now.To.Sub(f.now.From) / 2).Truncate(interval))
		if !from.After(f.now.From) {
			return nil
		}
		before, than = Compared{From: f.now.From, To: from}, "in the first half of the range"
	}
	dims := []query.Dimension{query.ACL, query.Rule}
	ask := query.Question{
		From: from, To: f.now.To, Dimensions: dims, Measures: measures("total"), Where: f.and(isDenied),
		Order: ranked(Flows, dims...), Limit: 4 * findingsOfKind, EachCapture: true,
	}
	res, err := query.Ask(ctx, f.store, ask)
	if err != nil || len(res.Rows) == 0 {
		return err
	}
	ask.From, ask.To, ask.Order, ask.Limit = before.From, before.To, nil, 0
	ask.Filters = []query.Filter{only(dims, res.Rows)}
	earlier, err := query.Ask(ctx, f.store, ask)
	if err != nil {
		return err
	}
	was := map[string]Measures{}
	for _, row := range earlier.Rows {
		was[fmt.Sprint(row.Keys...)] = read(row.Values, "total")
	}
	n := 0
	for _, row := range res.Rows {
		total, earlier := read(row.Values, "total"), was[fmt.Sprint(row.Keys...)]
		if n == findingsOfKind || total.Flows < blockedFlows || total.Flows < muchMore*earlier.Flows {
			continue
		}
		n++
		acl, rule := row.Keys[0].(string), row.Keys[1].(string)
		f.add(BlockedMore, total, &earlier, []query.Condition{isDenied, is("acl", acl), is("rule", rule)},
			"Rule %s of %s denies far more than %s", rule, acl[strings.LastIndexByte(acl, '/')+1:], than)
	}
	return nil
}

func (f *finder) fullGateways(ctx context.Context) error {
	if f.where != nil || len(f.gateways) == 0 { // a part of the flows does not fill it
		return nil
	}
	a, err := Gateways(ctx, f.store, Question{From: f.now.From, To: f.now.To}, 1, f.gateways)
	if err != nil {
		return err
	}
	for _, g := range a.Rows[:min(len(a.Rows), findingsOfKind)] {
		if g.Utilisation < nearlyFull {
			continue
		}
		holds := is("gateway", g.Gateway)
		res, err := query.Ask(ctx, f.store, query.Question{From: f.now.From, To: f.now.To, Measures: measures("total"), Where: holds})
		if err != nil {
			return err
		}
		f.add(GatewayFull, read(res.Rows[0].Values, "total"), nil, []query.Condition{holds}, "Gateway %s was %.0f %% full at %s: %d of %d Mbit/s",
			g.Gateway[strings.LastIndexByte(g.Gateway, '/')+1:], 100*g.Utilisation, g.PeakAt.Format("2006-01-02 15:04 UTC"), g.Peak/1_000_000, g.Capacity/1_000_000)
	}
	return nil
}
