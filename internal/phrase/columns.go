package phrase

import (
	"fmt"
	"strings"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/query"
)

// column is where the value of a dimension is: in a column of the view traffic, or,
// of an end or a pair, in one that is made of those.
type column struct {
	name   string
	ends   [2]string // of each end, by which it is the initiator's, then the responder's
	pair   string    // of a pair of hosts
	shown  string    // of an identity: what it is shown by
	values func(any) string
	order  string // what its values are sorted by; empty: themselves
}

// properties are the columns of what ends were, without the end before them.
var properties = map[query.Property]string{
	query.Class: "class", query.Kind: "kind", query.VNet: "vnet", query.Subnet: "subnet", query.NIC: "nic", query.VM: "vm",
	query.ScaleSet: "scale_set", query.Region: "region", query.Zone: "zone", query.Subscription: "subscription",
	query.ResourceGroup: "resource_group", query.Gateway: "gateway", query.Connection: "connection", query.Site: "site",
	query.LoadBalancer: "load_balancer", query.AppGateway: "application_gateway", query.Firewall: "firewall",
	query.PrivateEndpoint: "private_endpoint", query.Service: "service", query.ServiceTags: "service_tags",
	query.Country: "country", query.ASN: "asn", query.Organisation: "organisation",
}

// columnsOf are the columns of all dimensions that can be said.
var columnsOf = dimensionColumns()

func dimensionColumns() map[query.Dimension]column {
	lower, higher := "iff(initiator_is_lower, %[1]s, %[2]s)", "iff(initiator_is_lower, %[2]s, %[1]s)"
	all := map[query.Dimension]column{
		query.Initiator:   {name: "initiator"},
		query.Responder:   {name: "responder"},
		query.InitiatorID: {name: "initiator_host", shown: "initiator"},
		query.ResponderID: {name: "responder_host", shown: "responder"},
		query.Host:        {name: "address", ends: [2]string{"initiator", "responder"}},
		query.HostID:      {name: "host", ends: [2]string{"initiator_host", "responder_host"}, shown: "address"},
		query.PeerID:      {name: "peer_host", ends: [2]string{"responder_host", "initiator_host"}, shown: "peer"},
		query.Role:        {name: "initiates", ends: [2]string{"true", "false"}, values: truth},
		query.LowerID:     {name: "first_host", pair: fmt.Sprintf(lower, "initiator_host", "responder_host"), shown: "first_address"},
		query.HigherID:    {name: "second_host", pair: fmt.Sprintf(higher, "initiator_host", "responder_host"), shown: "second_address"},
		query.LowerRole:   {name: "initiator_is_lower", values: truth},
		query.Port:        {name: "port"},
		query.ServicePort: {name: "service_port"},
		query.Protocol:    {name: "protocol", values: protocol, order: "case(protocol == 'TCP', 6, protocol == 'UDP', 17, toint(protocol))"},
		query.Direction:   {name: "direction", values: words("Inbound", "Outbound")},
		query.Status:      {name: "status", values: words("Allowed", "Denied")},
		query.FlowType:    {name: "flow_type", values: words(flow.TypeTexts[:]...), order: placeIn("flow_type", flow.TypeTexts[:])},
		query.Encryption:  {name: "encryption", values: words(flow.EncryptionTexts[:]...), order: placeIn("encryption", flow.EncryptionTexts[:])},
		query.ACL:         {name: "acl"},
		query.Rule:        {name: "rule"},
		query.RuleKind:    {name: "rule_kind"},
		query.MAC:         {name: "mac"},
		query.Target:      {name: "target"},
	}
	for p, name := range properties {
		c := column{name: name, ends: [2]string{"initiator_" + name, "responder_" + name}}
		if p == query.Class {
			c.values, c.order = words(enrich.ClassTexts[:]...), placeIn(name, enrich.ClassTexts[:])
		}
		all[query.Of(query.HostEnd, p)] = c
		c.ends, c.name = [2]string{}, "initiator_"+name
		all[query.Of(query.InitiatorEnd, p)] = c
		c.name = "responder_" + name
		all[query.Of(query.ResponderEnd, p)] = c
	}
	return all
}

// shownBy are the columns that identities are shown by, of each end.
var shownBy = map[string][2]string{
	"address":        {"initiator", "responder"},
	"peer":           {"responder", "initiator"},
	"first_address":  {"iff(initiator_is_lower, initiator, responder)"},
	"second_address": {"iff(initiator_is_lower, responder, initiator)"},
}

// value writes a value of a dimension.
func (c column) value(v any) string {
	if c.values != nil {
		return c.values(v)
	}
	if text, ok := v.(string); ok {
		return quote(text)
	}
	return fmt.Sprint(number(v))
}

// number is the value of a dimension that is one: a result has int64, questions have
// the types of package flow as well.
func number(v any) int64 {
	switch v := v.(type) {
	case int64:
		return v
	case int:
		return int64(v)
	case uint8:
		return int64(v)
	case flow.Status:
		return int64(v)
	case flow.Direction:
		return int64(v)
	case flow.Type:
		return int64(v)
	case flow.Encryption:
		return int64(v)
	}
	return -1
}

// words writes numbers in the words of the view.
func words(list ...string) func(any) string {
	return func(v any) string {
		n := number(v)
		if n < 0 || n >= int64(len(list)) {
			return quote("")
		}
		return quote(list[n])
	}
}

// placeIn is the place of a word in a list, which is the order of the numbers that
// stand for them; no word of a list is a part of one before it.
func placeIn(name string, list []string) string {
	return "indexof(" + quote(strings.Join(list, ",")) + ", " + name + ")"
}

func truth(v any) string { return fmt.Sprint(number(v) == query.Initiates) }

// protocol writes a protocol as logs have it.
func protocol(v any) string {
	switch n := number(v); n {
	case 6:
		return quote("TCP")
	case 17:
		return quote("UDP")
	default:
		return quote(fmt.Sprint(n))
	}
}
