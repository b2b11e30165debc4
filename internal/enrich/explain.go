package enrich

import (
	"time"

	"weir/internal/flow"
	"weir/internal/topology"
)

// FlowQuestion names a flow to explain.
type FlowQuestion struct {
	Initiator, Responder flow.Addr
	Port                 uint16
	Protocol             uint8 // IANA number; 0 where it is not said
	At                   time.Time
	Direction            *flow.Direction // as seen from the capture; nil where it is not said
	From                 topology.Capture
}

// Explanation says what kind of flow a flow is, which rule of
// docs/reference/traffic-analytics.md 3.5 decided, and on which facts.
type Explanation struct {
	Initiator   AddressFacts `json:"initiator"`
	Responder   AddressFacts `json:"responder"`
	FlowType    string       `json:"flowType" doc:"IntraVNet, InterVNet, P2S, S2S, AzurePublic, MaliciousFlow, ExternalPublic, UnknownPrivate or Unknown"`
	Rule        int          `json:"rule" doc:"Number of the rule that decided, 1 to 9, in the order in which they are tested"`
	Reason      string       `json:"reason" doc:"The rule in words, with the facts that made it hold"`
	Steps       []string     `json:"steps" nullable:"false" doc:"The rules before it, and why each did not hold"`
	AtHop       bool         `json:"atHop" doc:"Captured at a NIC that forwards and is neither end"`
	Application string       `json:"application" doc:"Service name of the responder's port, or Unknown"`

	ConnectionType  string   `json:"connectionType" doc:"VNetPeering, VpnGateway, ExpressRoute or empty"`
	ConnectionName  string   `json:"connectionName"`
	ConnectingVNets string   `json:"connectingVnets" doc:"Hubs between the two networks, separated by spaces"`
	Gateways        []string `json:"gateways" nullable:"false" doc:"Gateways on the way"`
}

// AddressFacts is all that is known of an address at a time. Names are in
// lower case and in the formats of Traffic Analytics.
type AddressFacts struct {
	Address string    `json:"address"`
	At      time.Time `json:"at"`
	Class   string    `json:"class" enum:"vnet,p2s,s2s,private,azure,external" doc:"What it is in the decision of the flow type"`
	Name    string    `json:"name" doc:"The best short name for a person; the address itself where nothing is known"`
	Kind    string    `json:"kind" doc:"Kind of resource that owns it, in words; empty where the inventory has none"`

	Resource     string       `json:"resource" doc:"Resource id, empty where the inventory has none"`
	Subscription string       `json:"subscription"`
	Region       string       `json:"region" doc:"Compact name of the Azure region, of the customer's resource or of Azure's own address"`
	VNet         string       `json:"vnet" doc:"subscription/group/network"`
	Subnet       string       `json:"subnet" doc:"group/network/subnet"`
	NIC          string       `json:"nic"`
	VM           string       `json:"vm"`
	Related      []NamedThing `json:"related" nullable:"false" doc:"Load balancer, gateway, circuit, private endpoint and the like that belong to it"`

	Country      string   `json:"country" doc:"ISO 3166-1 alpha-2 in lower case; of public addresses"`
	CountryName  string   `json:"countryName"`
	ASN          uint32   `json:"asn" doc:"Autonomous system, 0 where unknown"`
	Organisation string   `json:"organisation"`
	Service      string   `json:"service" doc:"Azure service, for Azure's own addresses"`
	ServiceTags  []string `json:"serviceTags" nullable:"false" doc:"The longest prefix first"`
	TagVersion   string   `json:"tagVersion" doc:"Date and change number of the service tags used; empty where there are none"`

	Malicious bool          `json:"malicious"`
	Category  string        `json:"category" doc:"Category of the verdict that decides; empty where none counts"`
	Verdicts  []VerdictFact `json:"verdicts" nullable:"false" doc:"Every statement about it, those that count first"`

	Ambiguous   bool         `json:"ambiguous" doc:"Whether other owners are as likely"`
	Assumed     bool         `json:"assumed" doc:"Whether the time lies before the first inventory, which was used"`
	Steps       []string     `json:"steps" nullable:"false" doc:"How the owner was found, one sentence each"`
	Owners      []OwnerFact  `json:"owners" nullable:"false" doc:"Its owners over time, the oldest first"`
	Elsewhere   []NamedThing `json:"elsewhere" nullable:"false" doc:"Other resources of the inventory with the same address, where address spaces overlap"`
	Attribution []string     `json:"attribution" nullable:"false" doc:"What the licences of the databases used want to be shown"`
}

// NamedThing is a resource with the part that it plays.
type NamedThing struct {
	What string `json:"what"`
	Name string `json:"name"`
}

// OwnerFact is who had an address in a time.
type OwnerFact struct {
	From  *time.Time `json:"from" doc:"Null: since before the first inventory"`
	Until *time.Time `json:"until" doc:"Null: still"`
	Name  string     `json:"name"`
	Kind  string     `json:"kind"`
}

// VerdictFact is one statement about an address, and why it counts or not.
type VerdictFact struct {
	Feed        string     `json:"feed"`
	Indicator   string     `json:"indicator" doc:"As the feed wrote it"`
	Category    string     `json:"category"`
	Confidence  int        `json:"confidence" doc:"Percent"`
	FirstListed *time.Time `json:"firstListed"`
	LastListed  *time.Time `json:"lastListed"`
	Counts      bool       `json:"counts"`
	Why         string     `json:"why" doc:"Why it does not count, or how it is assumed; else empty"`
	Detail      string     `json:"detail"`
}
