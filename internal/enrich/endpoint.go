package enrich

import (
	"time"

	"weir/internal/topology"
)

// Class is what a side of a flow is in the decision of the flow type
// (docs/reference/traffic-analytics.md, 3.5). Its numbers are stored and may not
// change; a new one comes last.
type Class uint8

// The classes. NoClass is an address of which nothing is known, which does
// not happen: an address is at least private or public.
const (
	NoClass  Class = iota
	VNet           // in a virtual network, or a public address of the customer
	P2S            // a client of a point-to-site pool
	S2S            // at a site behind a VPN gateway or an ExpressRoute circuit
	Private        // private, shared or reserved, and nothing of the above
	Azure          // Azure's own, by its service tags
	External       // any other public address; whether it is malicious depends on the time
)

// ClassTexts holds the word for each Class, as the column class of the view
// endpoints has it.
var ClassTexts = [...]string{"", "vnet", "p2s", "s2s", "private", "azure", "external"}

// String returns the word.
func (c Class) String() string {
	if int(c) < len(ClassTexts) {
		return ClassTexts[c]
	}
	return "invalid"
}

// Endpoint is what an address was: the content of a dimension row, the same for
// all addresses that are alike. Names are in lower case and in the formats of
// Traffic Analytics (docs/reference/traffic-analytics.md 3.7); what does not
// apply is empty.
type Endpoint struct {
	Class Class
	topology.Endpoint
	Ambiguous bool // other owners were as likely

	Country      string // ISO 3166-1 alpha-2, lower case; of public addresses
	ASN          uint32
	Organisation string // that announces the address, or that the feed of ownership names

	AzureRegion string // of Azure's own addresses: compact name, or Global
	Service     string // Azure service, as AzureStorage; "Microsoft Virtual Public IP" for 168.63.129.16
	ServiceTags string // all tags, separated by spaces, the longest prefix first
}

// Tenure is a time in which a party had one endpoint. The tenures of a party
// follow each other without a gap, from the beginning to the end of time.
type Tenure struct {
	From, Until int64  // milliseconds since 1970, From inclusive; math.MinInt64 and math.MaxInt64 where open
	Host        uint64 // identity: equal for all parties that are one host at that time, wherever it was seen from
	Endpoint    *Endpoint
	EndpointID  uint64 // hash of the content of Endpoint
}

// Verdict is a time in which an address counted as malicious, and by whose word.
type Verdict struct {
	From, Until         time.Time // zero where open
	Category            string    // docs/reference/traffic-analytics.md 3.6: Botnet, C2, ...
	Confidence          int       // percent
	Feed                string
	Indicator           string // as the feed wrote it
	Detail              string
	FirstListed, Listed time.Time // first and last listed; zero where unknown, the last also while it is listed
}

// Attribution is all that a party was, and when.
type Attribution struct {
	Tenures  []Tenure  // at least one
	Verdicts []Verdict // of the address, those that count, in order of time; empty for most
	Hash     uint64    // of all of it: equal attributions have equal hashes; never 0
}

// Relation is how two VNets were connected in a time, of two that talked to
// each other (spec sections 3.5 and 3.8).
type Relation struct {
	From, Until     int64       // milliseconds since 1970, as in Tenure
	VNet1, VNet2    topology.ID // of the initiator, of the responder
	ConnectionType  string      // VNetPeering, VpnGateway, ExpressRoute or empty
	Connection      string      // subscription/rg/name, of gateways
	Circuit         string      // subscription/rg/name
	ConnectingVNets string      // hubs, separated by spaces
}
