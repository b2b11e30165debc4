package insight

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/knowledge"
	"weir/internal/query"
	"weir/internal/store"
	"weir/internal/topology"
)

// EnvironmentAnswer says how the estate stands: what of it is deployed, active
// and logged, and what its networks are connected with.
type EnvironmentAnswer struct {
	Range
	Where         string          `json:"where" doc:"The filter in its canonical form, empty where there is none"`
	By            Measure         `json:"by" enum:"flows,packets,bytes"`
	Inventory     *time.Time      `json:"inventory" doc:"Time of the inventory that says what is deployed, null where none is known: then there is what had traffic"`
	Regions       []Place         `json:"regions" nullable:"false" doc:"Azure regions, of resources and of Azure's own addresses, the busiest first"`
	VNets         []NetworkPlace  `json:"vnets" nullable:"false"`
	Subnets       []Place         `json:"subnets" nullable:"false"`
	LoadBalancers []Place         `json:"loadBalancers" nullable:"false" doc:"With the traffic that their backends answer at the ports of their rules: logs do not show what is between client and backend"`
	AppGateways   []Place         `json:"appGateways" nullable:"false"`
	PublicIPs     []PublicIPs     `json:"publicIPs" nullable:"false" doc:"Public addresses of the inventory by what has them, the most first"`
	Between       []RegionTraffic `json:"between" nullable:"false" doc:"Traffic within and between regions, the most first; each conversation counts once"`
	Zones         []ZoneTraffic   `json:"zones" nullable:"false" doc:"The same of availability zones, of what is in one; each subscription has numbers of its own for them"`
}

// NetworkPlace is a virtual network, with what it is connected with.
type NetworkPlace struct {
	Place
	OnPremises Measures `json:"onPremises" doc:"Traffic with sites and clients behind gateways"`
	Azure      Measures `json:"azure" doc:"Traffic with public addresses of Azure"`
	Internet   Measures `json:"internet" doc:"Traffic with other public addresses"`
	Networks   Measures `json:"networks" doc:"Traffic with other virtual networks"`
	Inside     Measures `json:"inside" doc:"Traffic within it; each flow counts for both of its ends"`
}

// PublicIPs are public addresses of one kind.
type PublicIPs struct {
	Kind      string `json:"kind" doc:"What has them: machine, load balancer, application gateway, gateway, firewall, bastion, NAT gateway, other or nothing"`
	Addresses int    `json:"addresses"`
}

// RegionTraffic is what went from a region to a region.
type RegionTraffic struct {
	From   string   `json:"from" doc:"Region of the initiator"`
	To     string   `json:"to" doc:"Region of the responder"`
	Total  Measures `json:"total"`
	Filter string   `json:"filter" doc:"The filter that lets its flows pass"`
}

// ZoneTraffic is what went from a zone to a zone of a region.
type ZoneTraffic struct {
	Region string   `json:"region"`
	From   string   `json:"from" doc:"Zone of the initiator"`
	To     string   `json:"to" doc:"Zone of the responder"`
	Total  Measures `json:"total"`
	Filter string   `json:"filter" doc:"The filter that lets its flows pass"`
}

// Environment says how the estate stands in a range of time.
func Environment(ctx context.Context, s store.Store, q Question, known knowledge.SecurityState) (*EnvironmentAnswer, error) {
	q.Limit = 0
	start, err := q.start(ctx, s)
	if err != nil {
		return nil, err
	}
	a := &EnvironmentAnswer{Range: start.Range, Where: filter.Print(q.Where), By: start.By, PublicIPs: []PublicIPs{}}
	regions, vnets, subnets := newPlaces("regions"), newPlaces("vnets"), newPlaces("subnets")
	balancers, gateways := newPlaces("load-balancers"), newPlaces("app-gateways")
	if inv := known.Inventory; inv != nil {
		a.Inventory = &known.Snapshot
		deploy(inv, regions, vnets, subnets, balancers, gateways)
		a.PublicIPs = publicIPs(inv)
	}
	rows, err := a.traffic(ctx, s, q.Where, regions, vnets, subnets, balancers, gateways)
	if err != nil {
		return nil, err
	}
	if known.Inventory != nil {
		if err := a.balance(ctx, s, q.Where, known.Inventory, balancers); err != nil {
			return nil, err
		}
	}
	a.Regions, a.Subnets = regions.list(a.By), subnets.list(a.By)
	a.LoadBalancers, a.AppGateways = balancers.list(a.By), gateways.list(a.By)
	a.VNets = a.networks(rows, vnets)
	if a.Between, err = a.between(ctx, s, q.Where); err != nil {
		return nil, err
	}
	a.Zones, err = a.zones(ctx, s, q.Where)
	return a, err
}

// deploy notes what an inventory has, and which of its NICs are logged.
func deploy(inv *topology.Inventory, regions, vnets, subnets, balancers, gateways *places) {
	region := map[topology.ID]string{}
	for i := range inv.VNets {
		v := &inv.VNets[i]
		region[v.ID] = v.Location
		regions.deploy(v.Location, v.Location)
		vnets.deploy(v.ID.Full(), v.Location)
	}
	for i := range inv.Subnets {
		id := inv.Subnets[i].ID
		subnets.deploy(id.Short(), region[id.Parent()])
	}
	for i := range inv.LoadBalancers {
		l := &inv.LoadBalancers[i]
		regions.deploy(l.Location, l.Location)
		balancers.deploy(l.ID.Full(), l.Location)
	}
	for i := range inv.AppGateways {
		g := &inv.AppGateways[i]
		regions.deploy(g.Location, g.Location)
		gateways.deploy(g.ID.Full(), g.Location)
	}
	for i := range inv.VMs {
		regions.deploy(inv.VMs[i].Location, inv.VMs[i].Location)
	}
	for _, l := range inv.Loggings() {
		if l.NIC.PrivateEndpoint != "" { // nothing is recorded there
			continue
		}
		at, vnet, subnet := locations(l.NIC)
		regions.deploy(at, at)
		regions.hold(at, len(l.On) > 0)
		vnets.hold(vnet, len(l.On) > 0)
		subnets.hold(subnet, len(l.On) > 0)
	}
}

// traffic asks for what all parts had, by kind of flow, in one question, since what
// an end was says all of its parts at once. The names of a row are those of the
// kinds, the kind of flow behind them.
func (a *EnvironmentAnswer) traffic(ctx context.Context, s store.Store, where query.Condition, kinds ...*places) ([]query.Row, error) {
	ask := query.Question{From: a.From, To: a.To, Measures: measures("total"), Where: where}
	for _, p := range kinds {
		ask.Dimensions = append(ask.Dimensions, p.split.dimensions()...)
	}
	ask.Dimensions = append(ask.Dimensions, query.FlowType)
	res, err := query.Ask(ctx, s, ask)
	if err != nil {
		return nil, err
	}
	for _, row := range res.Rows {
		malicious := flow.Type(row.Keys[len(kinds)].(int64)) == flow.MaliciousFlow
		for i, p := range kinds {
			p.busy(row.Keys[i].(string), read(row.Values, "total"), malicious)
		}
	}
	return res.Rows, nil
}

// networks divides the traffic of each VNet by what is at its other end, as the
// kind of flow says, from the rows of traffic.
func (a *EnvironmentAnswer) networks(traffic []query.Row, vnets *places) []NetworkPlace {
	all := map[string]*NetworkPlace{}
	for _, p := range vnets.list(a.By) {
		all[p.Name] = &NetworkPlace{Place: p}
	}
	for _, row := range traffic {
		n := all[row.Keys[1].(string)] // behind the region
		if n == nil {                  // it is in none
			continue
		}
		var to *Measures
		switch flow.Type(row.Keys[len(row.Keys)-1].(int64)) {
		case flow.S2S, flow.P2S:
			to = &n.OnPremises
		case flow.AzurePublic:
			to = &n.Azure
		case flow.ExternalPublic, flow.MaliciousFlow:
			to = &n.Internet
		case flow.InterVNet:
			to = &n.Networks
		case flow.IntraVNet:
			to = &n.Inside
		default:
			continue
		}
		*to = to.plus(read(row.Values, "total"))
	}
	rows := make([]NetworkPlace, 0, len(all))
	for _, n := range all {
		rows = append(rows, *n)
	}
	sortPlaces(rows, a.By, func(n *NetworkPlace) *Place { return &n.Place })
	return rows
}

// between sums the traffic up by the regions of both ends.
func (a *EnvironmentAnswer) between(ctx context.Context, s store.Store, where query.Condition) ([]RegionTraffic, error) {
	from, to := query.Of(query.InitiatorEnd, query.Region), query.Of(query.ResponderEnd, query.Region)
	ask := query.Question{From: a.From, To: a.To, Dimensions: []query.Dimension{from, to}, Measures: measures("total"), Where: where, Order: ranked(a.By, from, to)}
	for _, d := range ask.Dimensions {
		known := query.Is(d, "")
		known.Not = true
		ask.Filters = append(ask.Filters, known)
	}
	res, err := query.Ask(ctx, s, ask)
	if err != nil {
		return nil, err
	}
	rows := make([]RegionTraffic, 0, len(res.Rows))
	for _, row := range res.Rows {
		r := RegionTraffic{From: row.Keys[0].(string), To: row.Keys[1].(string), Total: read(row.Values, "total")}
		r.Filter = filter.Print(query.And{
			query.Test{Field: "region", End: query.InitiatorEnd, Values: []any{r.From}},
			query.Test{Field: "region", End: query.ResponderEnd, Values: []any{r.To}},
		})
		rows = append(rows, r)
	}
	return rows, nil
}

// zones sums the traffic within and between the zones of each region up, of what
// was in one.
func (a *EnvironmentAnswer) zones(ctx context.Context, s store.Store, where query.Condition) ([]ZoneTraffic, error) {
	zones := []query.Dimension{query.Of(query.InitiatorEnd, query.Zone), query.Of(query.ResponderEnd, query.Zone)}
	ask := query.Question{From: a.From, To: a.To, Dimensions: zones, Measures: measures("total"), Where: where, Order: ranked(a.By, zones...)}
	for _, d := range zones {
		known := query.Is(d, "")
		known.Not = true
		ask.Filters = append(ask.Filters, known)
	}
	res, err := query.Ask(ctx, s, ask)
	if err != nil {
		return nil, err
	}
	rows := []ZoneTraffic{}
	for _, row := range res.Rows {
		from, to := row.Keys[0].(string), row.Keys[1].(string)
		region, one, _ := strings.Cut(from, "/")
		if other, same := strings.CutPrefix(to, region+"/"); same {
			rows = append(rows, ZoneTraffic{Region: region, From: one, To: other, Total: read(row.Values, "total"), Filter: filter.Print(query.And{
				query.Test{Field: "zone", End: query.InitiatorEnd, Values: []any{from}},
				query.Test{Field: "zone", End: query.ResponderEnd, Values: []any{to}},
			})})
		}
	}
	return rows, nil
}

// publicIPs counts the public addresses of an inventory by what has them.
func publicIPs(inv *topology.Inventory) []PublicIPs {
	kinds := map[string]string{
		"networkinterfaces": "machine", "virtualmachinescalesets": "machine", "loadbalancers": "load balancer", "applicationgateways": "application gateway",
		"virtualnetworkgateways": "gateway", "azurefirewalls": "firewall", "bastionhosts": "bastion",
	}
	n := map[string]int{}
	for i := range inv.PublicIPs {
		p := &inv.PublicIPs[i]
		kind := "other"
		switch {
		case p.NATGateway != "":
			kind = "NAT gateway"
		case p.Config == "":
			kind = "nothing"
		}
		for segment, word := range kinds {
			if p.Config.Of(segment) != "" {
				kind = word
			}
		}
		n[kind]++
	}
	rows := make([]PublicIPs, 0, len(n))
	for _, kind := range slices.Sorted(maps.Keys(n)) {
		rows = append(rows, PublicIPs{kind, n[kind]})
	}
	slices.SortStableFunc(rows, func(x, y PublicIPs) int { return cmp.Compare(y.Addresses, x.Addresses) })
	return rows
}

// sortPlaces puts parts in order: the busiest first, then by name.
func sortPlaces[T any](rows []T, by Measure, of func(*T) *Place) {
	slices.SortFunc(rows, func(x, y T) int {
		a, b := of(&x), of(&y)
		return cmp.Or(a.Total.compare(b.Total, by), cmp.Compare(a.Name, b.Name))
	})
}
