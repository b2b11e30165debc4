package insight

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/knowledge"
	"weir/internal/query"
	"weir/internal/store"
)

// OpenState is what is known of a port that is open to the internet.
type OpenState string

// The states.
const (
	OpenUsed        OpenState = "used"        // the internet came, and the inventory says how it can
	OpenUnused      OpenState = "unused"      // the inventory lets it come, and it did not
	OpenUnexplained OpenState = "unexplained" // it came, and the inventory does not say how it can
	OpenSeen        OpenState = "seen"        // it came; no inventory is known
)

// OpenShow is which ports are shown: of a state, all, or those that malicious
// addresses reached.
type OpenShow string

// OpenShows are the choices of what is shown.
func OpenShows() []string {
	return []string{"all", string(OpenUsed), string(OpenUnused), string(OpenUnexplained), "malicious"}
}

// OpenSorts are what open ports can be sorted by: a measure, highest first, or
// address and port.
func OpenSorts() []string { return []string{sortTotal, sortMalicious, sortKey} }

// OpenQuestion asks what is open to the internet. Zero values mean: the last 24
// hours of data, all ports, by flows.
type OpenQuestion struct {
	Question
	Show   OpenShow
	Sort   string // one of OpenSorts
	Offset int    // rows before the first
}

// MostOpen is how many ports that the internet reached are looked at: those
// with the most flows.
const MostOpen = 10_000

// sourcesShown is how many countries are named with each port.
const sourcesShown = 3

// OpenAnswer is what is open to the internet.
type OpenAnswer struct {
	Range
	Where       string        `json:"where" doc:"The filter in its canonical form, empty where there is none. With one, ports that nobody reached are left out: others may have"`
	By          Measure       `json:"by" enum:"flows,packets,bytes"`
	Show        OpenShow      `json:"show" enum:"all,used,unused,unexplained,malicious"`
	Sort        string        `json:"sort" enum:"total,malicious,key"`
	Limit       int           `json:"limit" doc:"Rows asked for"`
	Offset      int           `json:"offset" doc:"Rows before the first that is shown"`
	Inventory   *time.Time    `json:"inventory" doc:"Time of the inventory that says what is open; null where none is known, so that only what was reached is here"`
	HeldSince   *time.Time    `json:"heldSince" doc:"Since when flows are held. Null where there is no data"`
	LastSeconds int64         `json:"lastSeconds" doc:"How exact times in the range are, in seconds; those before it are to the day"`
	Counts      OpenCounts    `json:"counts"`
	Distinct    int64         `json:"distinct" doc:"Number of rows of the choice, shown or not"`
	AtLeast     bool          `json:"distinctAtLeast" doc:"Whether there are more: of ports that were reached only the first ten thousand are looked at"`
	Total       Measures      `json:"total" doc:"Of all flows from the internet that were let in"`
	Rows        []ExposedPort `json:"rows" nullable:"false"`
}

// OpenCounts counts ports for each of the choices, and the machines that they
// are at.
type OpenCounts struct {
	All         int64 `json:"all"`
	Used        int64 `json:"used"`
	Unused      int64 `json:"unused"`
	Unexplained int64 `json:"unexplained"`
	Malicious   int64 `json:"malicious"`
	Machines    int64 `json:"machines" doc:"Addresses that the internet reached"`
}

// ExposedPort is a port of a machine, or a range of them that nobody reached.
type ExposedPort struct {
	Address string `json:"address" doc:"Of the machine; of an application gateway that nobody reached, its subnet"`
	Side    Side   `json:"side" doc:"What the address was"`
	PortKey
	State     OpenState `json:"state" enum:"used,unused,unexplained,seen"`
	UsedPorts int64     `json:"usedPorts" doc:"Of a range that is open: ports of it that were reached. They have rows of their own"`
	Reason    string    `json:"reason" enum:",unknown,no-way,denied" doc:"Why the inventory does not explain what came: it does not have the address, no public way leads there, or rules deny it by now. Else empty"`
	Logged    bool      `json:"logged" doc:"Whether any rule of the groups before it decided a flow of the range: where none did, who came may not be logged"`
	Ways      []OpenWay `json:"ways" nullable:"false" doc:"The public ways in, and the rules that let the internet through"`
	Total     Measures  `json:"total" doc:"Flows from the internet that were let in"`
	Malicious Measures  `json:"malicious" doc:"The part of malicious addresses"`
	Share     float64   `json:"share" doc:"Part of the total by the chosen measure, 0 to 1"`
	// Of what was reached.
	Since            *time.Time   `json:"since" doc:"Start of the first interval in which it was reached, in the range or before it; null: never"`
	Last             *time.Time   `json:"last" doc:"Start of the last one"`
	Sources          int64        `json:"sources" doc:"Number of addresses that came"`
	MaliciousSources int64        `json:"maliciousSources" doc:"Of these, malicious ones"`
	Countries        []OpenSource `json:"countries" nullable:"false" doc:"Where most flows came from, at most three"`
	Filter           string       `json:"filter" doc:"The filter that lets its flows pass"`

	host uint64
	addr netip.Addr // not valid for a subnet
	vnet string
	keys []any
}

// OpenSource is a country from which a port was reached.
type OpenSource struct {
	Country string `json:"country" doc:"ISO 3166-1 alpha-2 in lower case; empty where it is not known"`
	Flows   int64  `json:"flows"`
	Sources int64  `json:"sources" doc:"Number of addresses"`
}

// OpenWay is how the internet comes to a port, and by which rules.
type OpenWay struct {
	Kind     string     `json:"kind" enum:"public address,load balancer,NAT rule,application gateway"`
	Resource string     `json:"resource" doc:"Public address, load balancer or application gateway: subscription/group/name"`
	Through  string     `json:"through" doc:"Rule of the load balancer or listener, by its name; else empty"`
	Address  string     `json:"address" doc:"The public address; empty where it is not known"`
	Port     int        `json:"port" doc:"Port at the public address, where it is another; else 0"`
	Anyone   bool       `json:"anyone" doc:"Whether all of the internet may come"`
	From     string     `json:"from" doc:"Whom the rules name: any, a service tag, or addresses"`
	Rules    []OpenRule `json:"rules" nullable:"false" doc:"The rules that let it through, in the order of evaluation; none: no group stands before it"`
}

// OpenRule is a rule that lets the internet through.
type OpenRule struct {
	Level    string `json:"level" enum:"admin,subnet,interface"`
	ACL      string `json:"acl"`
	Rule     string `json:"rule"`
	Priority int64  `json:"priority"`
}

// FromInternet are the flows that the internet initiated and that were let in: an
// appliance records those of ours that it forwards there, too. The platform's own address is in Azure's, and is not the internet.
func FromInternet() query.And {
	platform := flow.MustParseAddr("168.63.129.16").Netip()
	return query.And{
		at(query.InitiatorEnd, "class", enrich.Azure.String(), enrich.External.String()),
		is("type", flow.AzurePublic.String(), flow.ExternalPublic.String(), flow.MaliciousFlow.String()),
		isInbound, isAllowed,
		query.Not{Condition: at(query.InitiatorEnd, "ip", platform)},
	}
}

// openPort is what a row is told by.
func openPort() []query.Dimension {
	return []query.Dimension{query.ResponderID, query.ServicePort, query.Protocol}
}

// Open tells which ports took traffic from the internet, and which the rules of
// the inventory leave open to it though nobody came.
func Open(ctx context.Context, s store.Store, q OpenQuestion, known knowledge.SecurityState) (*OpenAnswer, error) {
	o, err := q.answer(ctx, s)
	if err != nil {
		return nil, err
	}
	reached, err := o.reached(ctx)
	if err != nil {
		return nil, fmt.Errorf("cannot tell what the internet reached: %w", err)
	}
	all := reached
	if known.Estate != nil {
		o.a.Inventory = &known.Snapshot
		if all, err = o.explain(ctx, reached, known); err != nil {
			return nil, fmt.Errorf("cannot tell why ports are open: %w", err)
		}
	}
	o.count(all)
	all = slices.DeleteFunc(all, func(p *ExposedPort) bool { return !o.a.Show.shows(p) })
	o.a.Distinct = int64(len(all))
	o.sort(all)
	shown := all[min(o.a.Offset, len(all)):min(o.a.Offset+o.a.Limit, len(all))]
	if err := o.detail(ctx, shown); err != nil {
		return nil, fmt.Errorf("cannot tell who came: %w", err)
	}
	for _, p := range shown {
		p.Share = share(p.Total, o.a.Total, o.a.By)
		o.a.Rows = append(o.a.Rows, *p)
	}
	return o.a, nil
}

// opened makes the answer to a question about what is open.
type opened struct {
	store store.Store
	a     *OpenAnswer
	where query.Condition // of flows from the internet
	exact time.Duration
}

func (q OpenQuestion) answer(ctx context.Context, s store.Store) (*opened, error) {
	q.Show, q.Sort = cmp.Or(q.Show, "all"), cmp.Or(q.Sort, sortTotal)
	if !slices.Contains(OpenShows(), string(q.Show)) {
		return nil, askErrorf("show", "There are no %q ports; use %s.", string(q.Show), strings.Join(OpenShows(), ", "))
	}
	if !slices.Contains(OpenSorts(), q.Sort) {
		return nil, askErrorf("sort", "Ports cannot be sorted by %q; use %s.", q.Sort, strings.Join(OpenSorts(), ", "))
	}
	if err := checkOffset(q.Offset); err != nil {
		return nil, err
	}
	start, err := q.start(ctx, s)
	if err != nil {
		return nil, err
	}
	stats, err := s.Stats(ctx)
	if err != nil {
		return nil, err
	}
	o := &opened{store: s, where: FromInternet(), a: &OpenAnswer{
		Range: start.Range, Where: start.Where, By: start.By, Show: q.Show, Sort: q.Sort, Limit: start.Limit, Offset: q.Offset,
		HeldSince: maybeTime(stats.FirstTuple), Rows: []ExposedPort{},
	}}
	if q.Where != nil {
		o.where = append(FromInternet(), q.Where)
	}
	o.exact, err = exactOf(ctx, s, o.a.Range)
	o.a.LastSeconds = int64(o.exact / time.Second)
	return o, err
}

// reached returns the ports that the internet reached, those with the most flows
// first.
func (o *opened) reached(ctx context.Context) ([]*ExposedPort, error) {
	ask := query.Question{
		From: o.a.From, To: o.a.To, Dimensions: openPort(), Where: o.where, Limit: MostOpen, Totals: true,
		Measures: slices.Concat(measures("total"), measures("malicious", query.Is(query.FlowType, flow.MaliciousFlow))),
		Order:    ranked(Flows, openPort()...),
	}
	res, err := query.Ask(ctx, o.store, ask)
	if err != nil {
		return nil, err
	}
	o.a.Total, o.a.AtLeast = read(res.Totals, "total"), res.Count > MostOpen
	if len(res.Rows) == 0 {
		return nil, nil
	}
	ask.Dimensions = []query.Dimension{query.ResponderID, query.ResponderEndpoint}
	ask.Measures, ask.Order, ask.Limit, ask.Totals = []query.Measure{{Name: tuples, Of: query.Tuples}}, nil, 0, false
	ask.Filters = []query.Filter{only([]query.Dimension{query.ResponderID}, hostsOf(res.Rows))}
	was, err := query.Ask(ctx, o.store, ask)
	if err != nil {
		return nil, err
	}
	known, err := sidesOf(ctx, o.store, o.a.Range, was.Rows, end{0, 1})
	if err != nil {
		return nil, err
	}
	names, err := applications(ctx, o.store, res.Rows, 1)
	if err != nil {
		return nil, err
	}
	var all []*ExposedPort
	for _, row := range res.Rows {
		h := known[row.Keys[0].(uint64)]
		p := &ExposedPort{
			Address: h.address, Side: h.Side, PortKey: shownPort(names, row, 1), State: OpenSeen, Ways: []OpenWay{}, Countries: []OpenSource{},
			Total: read(row.Values, "total"), Malicious: read(row.Values, "malicious"),
			host: row.Keys[0].(uint64), vnet: h.VNet, keys: row.Keys,
		}
		if a, err := flow.ParseAddr(h.address); err == nil {
			p.addr = a.Netip()
		}
		p.Filter = filterOfPort(p)
		all = append(all, p)
	}
	return all, nil
}

// hostsOf returns rows with the first keys of others, each once.
func hostsOf(rows []query.Row) []query.Row {
	seen := map[any]bool{}
	var hosts []query.Row
	for _, row := range rows {
		if !seen[row.Keys[0]] {
			seen[row.Keys[0]] = true
			hosts = append(hosts, query.Row{Keys: row.Keys[:1:1]})
		}
	}
	return hosts
}

func (show OpenShow) shows(p *ExposedPort) bool {
	switch show {
	case "all":
		return true
	case "malicious":
		return p.Malicious != Measures{}
	case OpenShow(OpenUsed): // without an inventory too
		return p.State == OpenUsed || p.State == OpenSeen
	}
	return p.State == OpenState(show)
}

func (o *opened) count(all []*ExposedPort) {
	machines := map[uint64]bool{}
	for _, p := range all {
		if p.host != 0 {
			machines[p.host] = true
		}
		for show, n := range map[OpenShow]*int64{
			"all": &o.a.Counts.All, "malicious": &o.a.Counts.Malicious, OpenShow(OpenUsed): &o.a.Counts.Used,
			OpenShow(OpenUnused): &o.a.Counts.Unused, OpenShow(OpenUnexplained): &o.a.Counts.Unexplained,
		} {
			if show.shows(p) {
				*n++
			}
		}
	}
	o.a.Counts.Machines = int64(len(machines))
}

func (o *opened) sort(all []*ExposedPort) {
	slices.SortStableFunc(all, func(x, y *ExposedPort) int {
		by := 0
		switch o.a.Sort {
		case sortTotal:
			by = x.Total.compare(y.Total, o.a.By)
		case sortMalicious:
			by = x.Malicious.compare(y.Malicious, o.a.By)
		}
		return cmp.Or(by, cmp.Compare(x.Side.Name, y.Side.Name), cmp.Compare(x.Address, y.Address), cmp.Compare(x.Port, y.Port), cmp.Compare(x.Protocol, y.Protocol))
	})
}
