package insight

import (
	"fmt"
	"slices"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/query"
)

// Split is a way to divide traffic into rows: by what the ends of its flows
// were, or by what the flows are. Routes, commands and the pages that show
// tables follow from the list of splits.
type Split struct {
	Name    string // of the route and the command, plural
	One     string // of a row
	Meaning string // what a row is, as the rest of a sentence
	Columns []string

	keys   []key
	counts counting
	hosts  []query.Dimension // rows are hosts or pairs of them, of which there are millions: the dimensions that have their identities
}

// key is what a row is told by: its column in the catalogue of fields, and the
// dimension that has its values.
type key struct {
	field     string
	dimension query.Dimension
}

// of is the key of a property that ends have: a flow counts for each of its ends.
func of(field string, p query.Property) []key {
	return []key{{field, query.Of(query.HostEnd, p)}}
}

// Splits returns the ways to divide traffic.
func Splits() []Split {
	list := []Split{
		{Name: "hosts", One: "host", Meaning: "addresses, with what each initiates (out) and answers (in); one that was re-used is a host for each of its owners", Columns: []string{"ip"}, hosts: []query.Dimension{query.HostID}},
		{Name: "pairs", One: "pair", Meaning: "pairs of addresses, both directions in one row: out is what the first initiates, which initiates more, in what the other does", Columns: []string{"ip", "other"}, hosts: []query.Dimension{query.LowerID, query.HigherID}},
		{Name: "machines", One: "machine", Meaning: "virtual machines of the inventory, with what each initiates (out) and answers (in)", keys: of("vm", query.VM)},
		{Name: "scale-sets", One: "scale set", Meaning: "scale sets of the inventory, all instances together", keys: of("scaleset", query.ScaleSet)},
		{Name: "nics", One: "NIC", Meaning: "network interfaces of the inventory", keys: of("nic", query.NIC)},
		{Name: "subnets", One: "subnet", Meaning: "subnets, with what their addresses initiate and answer", keys: of("subnet", query.Subnet)},
		{Name: "vnets", One: "virtual network", Meaning: "virtual networks, with what their addresses initiate and answer", keys: of("vnet", query.VNet)},
		{Name: "regions", One: "region", Meaning: "Azure regions, of resources and of Azure's own addresses", keys: of("region", query.Region)},
		{Name: "zones", One: "zone", Meaning: "availability zones of regions, with what is in one", keys: of("zone", query.Zone)},
		{Name: "subscriptions", One: "subscription", Meaning: "subscriptions that own the resources", keys: of("subscription", query.Subscription)},
		{Name: "groups", One: "resource group", Meaning: "resource groups of the resources", keys: of("group", query.ResourceGroup)},
		{Name: "gateways", One: "gateway", Meaning: "virtual network gateways and the sites behind them", keys: of("gateway", query.Gateway)},
		{Name: "connections", One: "connection", Meaning: "connections of gateways that lead to sites", keys: of("connection", query.Connection)},
		{Name: "sites", One: "site", Meaning: "networks on premises, by their local network gateways", keys: of("site", query.Site)},
		{Name: "load-balancers", One: "load balancer", Meaning: "load balancers by their front ends", keys: of("loadbalancer", query.LoadBalancer)},
		{Name: "app-gateways", One: "application gateway", Meaning: "application gateways", keys: of("appgateway", query.AppGateway)},
		{Name: "firewalls", One: "firewall", Meaning: "Azure Firewalls", keys: of("firewall", query.Firewall)},
		{Name: "private-endpoints", One: "private endpoint", Meaning: "private endpoints", keys: of("privateendpoint", query.PrivateEndpoint)},
		{Name: "services", One: "service", Meaning: "Azure services by their addresses", keys: of("service", query.Service)},
		{Name: "countries", One: "country", Meaning: "countries of public addresses", keys: of("country", query.Country)},
		{Name: "operators", One: "operator", Meaning: "operators of the networks that announce public addresses", keys: []key{
			{"operator", query.Of(query.HostEnd, query.Organisation)}, {"asn", query.Of(query.HostEnd, query.ASN)},
		}},
		{Name: "classes", One: "class", Meaning: "classes of addresses: own, on premises, private, Azure's or external", keys: of("class", query.Class)},
		{Name: "types", One: "flow type", Meaning: "kinds of flow, in and out as seen from the NIC that recorded it", keys: []key{{"type", query.FlowType}}},
		{Name: "protocols", One: "protocol", Meaning: "protocols", keys: []key{{"protocol", query.Protocol}}},
		{Name: "ports", One: "port", Meaning: "ports of responders; ephemeral ones without a name are one", keys: []key{{"port", query.ServicePort}, {"protocol", query.Protocol}}},
		{Name: "security-groups", One: "security group", Meaning: "network security groups and admin configurations, by what their rules decided at each NIC", keys: []key{{"acl", query.ACL}}, counts: everyCapture},
		{Name: "rules", One: "rule", Meaning: "security rules, by what they decided at each NIC, both directions and decisions in one row", keys: []key{{"acl", query.ACL}, {"rule", query.Rule}}, counts: everyCapture},
		{Name: "rule-kinds", One: "rule kind", Meaning: "rules by who made them: user, default, platform or other", keys: []key{{"rulekind", query.RuleKind}}, counts: everyCapture},
		{Name: "encryption", One: "encryption state", Meaning: "states of virtual network encryption", keys: []key{{"encryption", query.Encryption}}},
	}
	for i := range list {
		for _, k := range list[i].keys {
			list[i].Columns = append(list[i].Columns, k.field)
		}
	}
	return list
}

// SplitNamed returns the split with a name.
func SplitNamed(name string) (Split, bool) {
	list := Splits()
	i := slices.IndexFunc(list, func(s Split) bool { return s.Name == name })
	if i < 0 {
		return Split{}, false
	}
	return list[i], true
}

func (s Split) dimensions() []query.Dimension {
	if s.hosts != nil {
		return s.hosts
	}
	dims := make([]query.Dimension, len(s.keys))
	for i, k := range s.keys {
		dims[i] = k.dimension
	}
	return dims
}

// ends tells whether a flow counts for each of its ends.
func (s Split) ends() bool {
	if s.hosts != nil {
		return !s.pairs()
	}
	f, _, ok := query.FieldNamed(s.keys[0].field)
	return ok && f.Ends
}

// pairs tells whether rows are pairs of hosts.
func (s Split) pairs() bool { return len(s.hosts) == 2 }

// isPorts tells whether rows are ports, whose numbers have names.
func (s Split) isPorts() bool { return s.keys != nil && s.keys[0].dimension == query.ServicePort }

// named leaves out the ends that the split has no name for, as those that are
// no machine. What flows are themselves they always are.
func (s Split) named() []query.Filter {
	if !s.ends() || s.Name == "classes" || s.hosts != nil {
		return nil
	}
	f := query.Is(s.keys[0].dimension, "")
	f.Not = true
	return []query.Filter{f}
}

// way is what tells in from out: of ends, whether they answer or initiate, of pairs
// whether the first does, else the direction in which the flow was captured. Their
// values are the same.
func (s Split) way() query.Dimension {
	switch {
	case s.pairs():
		return query.LowerRole
	case s.ends():
		return query.Role
	}
	return query.Direction
}

// text is the value of a key as the filter language has it.
func (k key) text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		switch k.field {
		case "type":
			return flow.Type(v).String()
		case "protocol":
			return flow.ProtocolText(uint8(v))
		case "class":
			return enrich.Class(v).String()
		case "encryption":
			return flow.Encryption(v).String()
		}
		return fmt.Sprint(v)
	}
	return fmt.Sprint(v)
}

// test is the condition that a flow of a row holds.
func (k key) test(v any) query.Test {
	t := query.Test{Field: k.field, Values: []any{k.text(v)}}
	f, _, _ := query.FieldNamed(k.field)
	switch {
	case k.dimension == query.ServicePort && v == int64(query.Ephemeral):
		t.Op, t.Values = query.Between, []any{int64(query.FirstEphemeral), int64(1<<16 - 1)}
	case f.Kind == query.KindNumber:
		t.Values = []any{v}
	case f.Kind == query.KindChoice:
		if word, _ := f.Choice(k.text(v)); word == "" {
			t.Values = []any{"unknown"}
		}
	}
	return t
}
