package query

import (
	"fmt"
	"math"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/topology"
)

// addressField is the field that has names of its own for each end: src and dst.
const addressField = "ip"

// fields is the catalogue. It is made once, as the conditions that flags stand
// for are parts of it.
var fields = catalogue()

func catalogue() []Field {
	list := []Field{
		{Name: "port", Kind: KindNumber, Max: math.MaxUint16, dimension: Port, Meaning: "Port of the responder.", Example: "port in (22, 3389)"},
		{Name: "protocol", Aliases: []string{"proto"}, Kind: KindChoice, dimension: Protocol, choices: protocols(), Meaning: "Protocol, by its IANA keyword or number.", Example: "protocol = udp"},
		{Name: "app", Aliases: []string{"application"}, Kind: KindText, form: plain, application: true, Meaning: "Service that is registered for the port, or named in the configuration.", Example: "app in (https, ms-wbt-server)"},
		{Name: "direction", Kind: KindChoice, dimension: Direction, choices: numbered("inbound", "outbound"), Meaning: "Inbound where the NIC that recorded the flow is the responder's, outbound where it is the initiator's.", Example: "direction = inbound"},
		{Name: "status", Kind: KindChoice, dimension: Status, choices: numbered("allowed", "denied"), Meaning: "What the network decided.", Example: "status = denied"},
		{Name: "type", Aliases: []string{"flowtype"}, Kind: KindChoice, dimension: FlowType, choices: numbered(flow.TypeTexts[:]...), Meaning: "Kind of flow.", Example: "type in (S2S, P2S)"},
		{Name: "rule", Kind: KindText, dimension: Rule, form: ruleName, Meaning: "Security rule that decided, with or without `UserRule_` or `DefaultRule_` before its name.", Example: "rule = DenyAllInBound"},
		{Name: "rulekind", Kind: KindChoice, dimension: RuleKind, choices: named("user", "default", "platform", "other"), Meaning: "Who made the rule, as the beginning of its name says.", Example: "rulekind = user and denied"},
		{Name: "acl", Aliases: []string{"nsg"}, Kind: KindText, dimension: ACL, form: path, Meaning: "Network security group or admin configuration that holds the rule; the end of its id is enough.", Example: "nsg = web-nsg"},
		{Name: "mac", Kind: KindText, dimension: MAC, form: hex, Meaning: "NIC that recorded the flow: twelve hex digits, with or without dashes or colons.", Example: "mac = 00224871C205"},
		{Name: "target", Kind: KindText, dimension: Target, form: path, Meaning: "Resource whose flow log it is; the end of its id is enough.", Example: "target = prod-vnet"},
		{Name: "encryption", Kind: KindChoice, dimension: Encryption, choices: numbered(flow.EncryptionTexts[:]...), Meaning: "Encryption of the virtual network.", Example: "encryption = Unencrypted"},

		{Name: addressField, Aliases: []string{"address"}, Kind: KindAddress, Ends: true, Meaning: "Address, or prefix that it is in.", Example: "src in 10.0.0.0/8 and not dst in (10.0.0.0/8, 192.168.1.4)"},
		end("class", Class, nil, KindChoice, form{}, "What the end is in the decision of the type of flow.", "dst.class = azure"),
		end("kind", Kind, nil, KindChoice, form{}, "Kind of resource that has the address.", `kind in (firewall, "load balancer")`),
		end("vnet", VNet, []string{"network"}, KindText, path, "Virtual network: subscription/group/name, of which the end is enough.", "vnet = hub"),
		end("subnet", Subnet, nil, KindText, path, "Subnet: group/network/name, of which the end is enough.", "src.subnet = hub/default"),
		end("nic", NIC, nil, KindText, path, "Network interface: group/name, of which the end is enough.", "nic = web-1-nic"),
		end("vm", VM, []string{"machine"}, KindText, path, "Virtual machine: group/name, of which the end is enough.", "vm = web*"),
		end("scaleset", ScaleSet, []string{"vmss"}, KindText, path, "Scale set: group/name, of which the end is enough.", "scaleset = frontend"),
		end("region", Region, nil, KindText, plain, "Azure region of the resource, or of an address of Azure's.", "region in (westeurope, northeurope)"),
		end("zone", Zone, nil, KindText, path, "Availability zone of what is in one: region/zone, of which the end is enough.", "src.zone = westeurope/1"),
		end("subscription", Subscription, nil, KindText, plain, "Subscription that owns the resource.", "subscription = 83466f1a-edde-4f32-b282-2c8b10ada4d6"),
		end("group", ResourceGroup, []string{"rg", "resourcegroup"}, KindText, plain, "Resource group of the resource, or of its network.", "group = prod*"),
		end("gateway", Gateway, nil, KindText, path, "Virtual network gateway: the end itself, or what leads to its site.", "gateway = hub-gw"),
		end("connection", Connection, nil, KindText, path, "Connection of a gateway that leads to the site.", "connection = to-berlin"),
		end("site", Site, nil, KindText, path, "Network on premises, by its local network gateway.", "site = berlin"),
		end("loadbalancer", LoadBalancer, []string{"lb"}, KindText, path, "Load balancer whose frontend it is.", "loadbalancer = web-lb"),
		end("appgateway", AppGateway, []string{"agw"}, KindText, path, "Application gateway.", "appgateway = shop"),
		end("firewall", Firewall, nil, KindText, path, "Azure Firewall.", "firewall = *"),
		end("privateendpoint", PrivateEndpoint, []string{"pe"}, KindText, path, "Private endpoint: group/name, of which the end is enough.", "privateendpoint = sql-pe"),
		end("service", Service, nil, KindText, plain, "Azure service that the address belongs to.", "dst.service = AzureStorage"),
		end("tag", ServiceTags, []string{"servicetag"}, KindText, listed, "Service tag that the address is in, any of them.", "tag has AzureStorage"),
		end("country", Country, nil, KindText, plain, "Country of a public address: two letters of ISO 3166-1.", "not country = us"),
		end("asn", ASN, nil, KindNumber, form{}, "Number of the network that announces a public address.", "asn = 15169"),
		end("operator", Organisation, []string{"organisation"}, KindText, plain, "Operator of the network that announces a public address.", "operator has google"),
		{Name: "feed", Kind: KindText, form: plain, Ends: true, verdict: "t.feed", Meaning: "Threat feed by whose word a malicious end counted then.", Example: "feed = feodo"},
		{Name: "category", Kind: KindText, form: plain, Ends: true, verdict: "t.category", Meaning: "Category of a verdict on a malicious end that counted then.", Example: "category in (Botnet, C2)"},
	}
	for i := range list {
		switch list[i].Name {
		case "class":
			list[i].choices = numbered(enrich.ClassTexts[:]...)
		case "kind":
			for k := topology.EndpointNone; k.String() != "invalid"; k++ {
				list[i].choices = append(list[i].choices, choice{k.String(), k.String()})
			}
		case "asn":
			list[i].Max = math.MaxUint32
		}
	}
	malicious, external := Test{Field: "type", Values: []any{"MaliciousFlow"}}, Test{Field: "class", Values: []any{"external"}}
	return append(
		list,
		flag("malicious", nil, malicious, "An end is malicious, by the word of a feed."),
		flag("benign", nil, Not{malicious}, "No end is malicious."),
		flag("allowed", nil, Test{Field: "status", Values: []any{"allowed"}}, "The network let the flow pass."),
		flag("denied", []string{"blocked"}, Test{Field: "status", Values: []any{"denied"}}, "The network did not let the flow pass."),
		flag("inbound", nil, Test{Field: "direction", Values: []any{"inbound"}}, "The NIC that recorded the flow is the responder's."),
		flag("outbound", nil, Test{Field: "direction", Values: []any{"outbound"}}, "The NIC that recorded the flow is the initiator's."),
		flag("external", nil, external, "An end is a public address that is neither the customer's nor Azure's."),
		flag("internal", nil, Not{external}, "No end is external."),
	)
}

// end makes a field of what ends were.
func end(name string, p Property, aliases []string, kind FieldKind, f form, meaning, example string) Field {
	return Field{Name: name, Aliases: aliases, Kind: kind, Ends: true, property: p, form: f, Meaning: meaning, Example: example}
}

func flag(name string, aliases []string, means Condition, meaning string) Field {
	return Field{Name: name, Aliases: aliases, Kind: KindFlag, means: means, Meaning: meaning, Example: name}
}

// numbered are the words of a list by their places; an empty one is unknown.
func numbered(words ...string) []choice {
	list := make([]choice, len(words))
	for i, w := range words {
		if w == "" {
			w = "unknown"
		}
		list[i] = choice{w, uint8(i)}
	}
	return list
}

// named are words that are stored as such.
func named(words ...string) []choice {
	list := make([]choice, len(words))
	for i, w := range words {
		list[i] = choice{w, w}
	}
	return list
}

// protocols are those that have a keyword.
func protocols() []choice {
	var list []choice
	for n := range uint8(math.MaxUint8) {
		if word := flow.ProtocolText(n); word != fmt.Sprint(n) {
			list = append(list, choice{word, n})
		}
	}
	return list
}
