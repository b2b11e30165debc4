package insight

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/knowledge"
	"weir/internal/query"
	"weir/internal/store"
	"weir/internal/topology"
	"weir/internal/topology/security"
)

// filterOfPort is the filter of the flows from the internet to a port.
func filterOfPort(p *ExposedPort) string {
	port := is("port", int64(p.Port))
	if p.Through != p.Port {
		port = query.Test{Field: "port", Op: query.Between, Values: []any{int64(p.Port), int64(p.Through)}}
	}
	all := append(FromInternet(), port, is("protocol", p.Protocol))
	if p.addr.IsValid() {
		all = append(all, at(query.ResponderEnd, "ip", p.addr))
	} else if prefix, err := netip.ParsePrefix(p.Address); err == nil {
		all = append(all, query.Test{Field: "ip", End: query.ResponderEnd, Op: query.Within, Values: []any{prefix}})
	}
	if p.vnet != "" {
		all = append(all, at(query.ResponderEnd, "vnet", p.vnet))
	}
	return filter.Print(all)
}

// detail tells of rows that were reached who came, and when.
func (o *opened) detail(ctx context.Context, shown []*ExposedPort) error {
	of := map[string]*ExposedPort{}
	var rows []query.Row
	for _, p := range shown {
		if p.keys != nil {
			of[fmt.Sprint(p.keys...)] = p
			rows = append(rows, query.Row{Keys: p.keys})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	ask := query.Question{
		From: o.a.From, To: o.a.To, Dimensions: openPort(), Where: o.where, Filters: []query.Filter{only(openPort(), rows)}, Grain: o.exact,
		Measures: []query.Measure{{Name: "since", Of: query.FirstTime}, {Name: "last", Of: query.LastTime}, {Name: "sources", Of: query.Initiators}},
	}
	each := func(ask query.Question, take func(*ExposedPort, query.Row)) error {
		res, err := query.Ask(ctx, o.store, ask)
		if err != nil {
			return err
		}
		for _, row := range res.Rows {
			if p := of[fmt.Sprint(row.Keys[:3]...)]; p != nil {
				take(p, row)
			}
		}
		return nil
	}
	time64 := func(row query.Row, name string) *time.Time { return new(time.Unix(row.Values[name], 0).UTC()) }
	if err := each(ask, func(p *ExposedPort, row query.Row) {
		p.Since, p.Last, p.Sources = time64(row, "since"), time64(row, "last"), row.Values["sources"]
	}); err != nil {
		return err
	}
	evil := ask
	evil.Where = query.And{o.where, isMalicious}
	if err := each(evil, func(p *ExposedPort, row query.Row) { p.MaliciousSources = row.Values["sources"] }); err != nil {
		return err
	}
	from := ask
	from.Dimensions = append(openPort(), query.Of(query.InitiatorEnd, query.Country))
	from.Measures = []query.Measure{{Name: "flows", Of: query.Flows}, {Name: "sources", Of: query.Initiators}}
	from.Order = []query.Order{{Measure: "flows"}, {Measure: "sources"}, {Dimension: query.Of(query.InitiatorEnd, query.Country)}}
	from.Per = &query.Per{Dimensions: openPort(), Limit: sourcesShown}
	if err := each(from, func(p *ExposedPort, row query.Row) {
		p.Countries = append(p.Countries, OpenSource{Country: row.Keys[3].(string), Flows: row.Values["flows"], Sources: row.Values["sources"]})
	}); err != nil {
		return err
	}
	if o.a.HeldSince == nil || !o.a.HeldSince.Before(o.a.From) {
		return nil
	}
	before := ask
	before.From, before.To, before.Grain = time.Time{}, o.a.From, store.Day
	before.Measures = []query.Measure{{Name: "since", Of: query.FirstTime}}
	return each(before, func(p *ExposedPort, row query.Row) { p.Since = time64(row, "since") })
}

// explain says of ports that were reached how they can be, and adds those that
// can be and were not.
func (o *opened) explain(ctx context.Context, reached []*ExposedPort, known knowledge.SecurityState) ([]*ExposedPort, error) {
	groups, err := loggedGroups(ctx, o.store, o.a.Range)
	if err != nil {
		return nil, err
	}
	type place struct {
		vnet string
		addr netip.Addr
	}
	at := map[place][]*ExposedPort{}
	for _, p := range reached {
		p.State, p.Reason = OpenUnexplained, "unknown"
		at[place{p.vnet, p.addr}] = append(at[place{p.vnet, p.addr}], p)
		if place, found := known.PlaceOf(networkID(p.vnet), p.addr); found {
			p.Reason = "no-way"
			if known.Reachable(place) {
				p.Reason = "denied"
			}
		}
	}
	all := reached
	idle := map[string]*ExposedPort{}
	for _, opening := range known.Openings() {
		way, logged := wayOf(&opening, groups)
		used := int64(0)
		here := at[place{opening.VNet.Full(), opening.Address}]
		if !opening.Address.IsValid() { // any instance of an application gateway
			here = reached
		}
		for _, p := range here {
			if opens(&opening, p) {
				used++
				p.State, p.Reason, p.Logged = OpenUsed, "", true
				p.Ways = append(p.Ways, way)
			}
		}
		if o.a.Where != "" || used > 0 && opening.First == opening.Last {
			continue // of other flows nothing is known here
		}
		p := idleOf(&opening)
		key := fmt.Sprint(p.vnet, p.Address, p.PortKey)
		if idle[key] == nil {
			p.UsedPorts = used
			idle[key], all = p, append(all, p)
		}
		idle[key].Ways, idle[key].Logged = append(idle[key].Ways, way), idle[key].Logged || logged
	}
	return all, o.name(ctx, idle)
}

// networkID is the id of a network that is named subscription/group/name.
func networkID(full string) topology.ID {
	parts := strings.Split(full, "/")
	if len(parts) != 3 {
		return ""
	}
	return topology.ID(fmt.Sprintf("/subscriptions/%s/resourcegroups/%s/providers/microsoft.network/virtualnetworks/%s", parts[0], parts[1], parts[2]))
}

// opens tells whether a port that was reached is of an opening.
func opens(o *security.Opening, p *ExposedPort) bool {
	return flow.ProtocolText(o.Protocol) == p.Protocol && p.Port <= int(o.Last) && p.Through >= int(o.First) &&
		(o.Address == p.addr || o.VNet.Full() == p.vnet && slices.ContainsFunc(o.Prefixes, func(n netip.Prefix) bool { return n.Contains(p.addr) }))
}

// wayOf puts a way in into words; logged tells whether a group before it logs.
func wayOf(o *security.Opening, groups map[string]bool) (w OpenWay, logged bool) {
	w = OpenWay{
		Kind: string(o.Way.Kind), Resource: o.Way.ID.Full(), Through: o.Way.Rule, Port: int(o.Way.Front()),
		Anyone: o.Anyone, From: o.From, Rules: []OpenRule{},
	}
	if o.Way.Address.IsValid() {
		w.Address = o.Way.Address.String()
	}
	for _, s := range o.Steps {
		w.Rules = append(w.Rules, OpenRule{string(s.Level), string(s.ACL), s.Rule.Name, s.Rule.Priority})
		logged = logged || groups[string(s.ACL)]
	}
	return w, logged
}

// idleOf is the row of an opening through which nobody came.
func idleOf(o *security.Opening) *ExposedPort {
	p := &ExposedPort{
		State: OpenUnused, Ways: []OpenWay{}, Countries: []OpenSource{}, vnet: o.VNet.Full(),
		PortKey: PortKey{Port: int(o.First), Through: int(o.Last), Protocol: flow.ProtocolText(o.Protocol)},
		Side:    Side{Class: "vnet", VNet: o.VNet.Full(), Name: o.VM.Short(), Kind: topology.EndpointNIC.String(), Network: o.Subnet.Short()},
	}
	switch {
	case !o.Address.IsValid():
		p.Side.Name, p.Side.Kind = o.Way.ID.Short(), topology.EndpointAppGateway.String()
		if len(o.Prefixes) > 0 {
			p.Address = o.Prefixes[0].String()
		}
	case o.VM == "":
		p.Side.Name, p.addr, p.Address = o.NIC.Short(), o.Address, o.Address.String()
	default:
		p.addr, p.Address = o.Address, o.Address.String()
	}
	p.Filter = filterOfPort(p)
	return p
}

// name gives ports that nobody reached the names of their services.
func (o *opened) name(ctx context.Context, idle map[string]*ExposedPort) error {
	of := func(p *ExposedPort) (store.Port, bool) {
		n, ok := flow.ProtocolNumber(p.Protocol)
		return store.Port{Port: uint16(p.Port), Protocol: n}, ok && p.Port == p.Through
	}
	var ports []store.Port
	for _, p := range idle {
		if port, ok := of(p); ok {
			ports = append(ports, port)
		}
	}
	names, err := o.store.Applications(ctx, ports)
	if err != nil {
		return err
	}
	for _, p := range idle {
		if port, ok := of(p); ok {
			p.Application = names[port]
		}
	}
	return nil
}
