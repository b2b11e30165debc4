package query

import "weir/internal/store"

// Dimension is what sums can be split and filtered by. What an end of a flow was
// is a Dimension of Of.
type Dimension int

// The dimensions, with the type of their values in a Result.
const (
	Time              Dimension = iota // time.Time, start of a Grain
	Initiator                          // string, address
	Responder                          // string, address
	Host                               // string, address: a flow counts once for each of its two ends
	InitiatorID                        // uint64, flow.Identity.Host of the initiator: a machine at a time, however many had its address
	ResponderID                        // the same of the responder
	HostID                             // the same of Host
	LowerID                            // uint64, the lower of InitiatorID and ResponderID: with HigherID the pair of hosts, whoever initiates
	HigherID                           // the higher of the two
	LowerRole                          // int64, the end that the host LowerID is: Answers or Initiates
	InitiatorEndpoint                  // uint64, flow.Identity.Endpoint of the initiator: what it was
	ResponderEndpoint                  // the same of the responder
	HostEndpoint                       // the same of Host
	PeerID                             // uint64, flow.Identity.Host of the other end of a flow than Host
	PeerEndpoint                       // uint64, flow.Identity.Endpoint of that
	Role                               // int64, a flow's end that Host is: Answers or Initiates
	Captured                           // bool, whether the capture was made at Host
	Port                               // int64, of the responder
	ServicePort                        // int64, of the responder; Ephemeral for all ports of that range that have no name
	Protocol                           // int64, IANA number
	Direction                          // int64, flow.Direction
	Status                             // int64, flow.Status
	ACL                                // string
	Rule                               // string
	MAC                                // string, capture NIC
	Target                             // string, logged resource
	FlowType                           // int64, flow.Type
	Encryption                         // int64, flow.Encryption
	RuleKind                           // string, who made the rule, of its name: user, default, platform or other
	dimensionCount
)

// Values of Role. They are those of flow.Direction as seen from that end, so
// that Captured is the equality of the two.
const (
	Answers   = 0
	Initiates = 1
)

// Ephemeral stands for the ports from FirstEphemeral on, which are drawn by
// chance (RFC 6335), unless a service was given a name there.
const (
	Ephemeral      = 1 << 16
	FirstEphemeral = 49152
)

// column says where the value of a dimension is.
type column struct {
	name  string                     // of the dimension in generated SQL
	fact  string                     // column of the fact: the value itself, or what the value comes of
	table string                     // of the rows that fact is the id of; empty where there is none
	text  string                     // the value in SQL, of the row t of table
	made  func(store.Dialect) string // instead of text, where engines write it differently
	fold  string                     // the value in SQL, of fact as %[1]s; empty where it is fact or text
	ends  bool                       // needs every flow twice, once for each end
	pairs bool                       // needs the ends of a flow in the order of their identities
	many  bool                       // has about as many values as there are hosts
}

// of writes the value of a dimension without a table, of the column fact as
// it is called where the value is needed.
func (c column) of(fact string) string {
	if c.fold == "" {
		return fact
	}
	return format(c.fold, fact)
}

// value writes the value of a dimension with a table, of the row t of that.
func (c column) value(d store.Dialect) string {
	if c.made != nil {
		return c.made(d)
	}
	return c.text
}

var columns = withProperties([dimensionCount]column{
	Time:              {name: "time", fact: "interval_start"},
	Initiator:         {name: "initiator", fact: "initiator", table: "weir.host", text: "t.address", many: true},
	Responder:         {name: "responder", fact: "responder", table: "weir.host", text: "t.address", many: true},
	Host:              {name: "host", fact: "host", table: "weir.host", text: "t.address", ends: true, many: true},
	InitiatorID:       {name: "initiator_id", fact: "initiator", many: true},
	ResponderID:       {name: "responder_id", fact: "responder", many: true},
	HostID:            {name: "host_id", fact: "host", ends: true, many: true},
	LowerID:           {name: "lower_id", fact: "lower", pairs: true, many: true},
	HigherID:          {name: "higher_id", fact: "higher", pairs: true, many: true},
	LowerRole:         {name: "lower_role", fact: "lower_role", pairs: true},
	InitiatorEndpoint: {name: "initiator_endpoint", fact: "initiator_endpoint"},
	ResponderEndpoint: {name: "responder_endpoint", fact: "responder_endpoint"},
	HostEndpoint:      {name: "host_endpoint", fact: "host_endpoint", ends: true},
	PeerID:            {name: "peer_id", fact: "peer", ends: true, many: true},
	PeerEndpoint:      {name: "peer_endpoint", fact: "peer_endpoint", ends: true},
	FlowType:          {name: "flow_type", fact: "flow_type"},
	Role:              {name: "role", fact: "role", ends: true},
	Captured:          {name: "captured", fact: "captured", ends: true},
	Port:              {name: "port", fact: "port"},
	ServicePort:       {name: "service_port", fact: "port", fold: servicePort},
	Protocol:          {name: "protocol", fact: "protocol"},
	Direction:         {name: "direction", fact: "direction"},
	Status:            {name: "status", fact: "status"},
	ACL:               {name: "acl", fact: "rule", table: "weir.rule", text: "t.acl"},
	Rule:              {name: "rule", fact: "rule", table: "weir.rule", text: "t.name"},
	MAC:               {name: "mac", fact: "log", table: "weir.log", text: "t.mac"},
	Target:            {name: "target", fact: "log", table: "weir.log", text: "t.target"},
	Encryption:        {name: "encryption", fact: "encryption"},
	RuleKind:          {name: "rule_kind", fact: "rule", table: "weir.rule", text: ruleKind},
})

// ruleKind tells by the beginning of its name who made a rule.
const ruleKind = `CASE WHEN lower(substring(t.name, 1, 9)) = 'userrule_' THEN 'user'
      WHEN lower(substring(t.name, 1, 12)) = 'defaultrule_' THEN 'default'
      WHEN lower(substring(t.name, 1, 12)) = 'platformrule' THEN 'platform' ELSE 'other' END`

const servicePort = `CASE WHEN %[1]s >= 49152 AND %[1]s NOT IN (SELECT port FROM weir.application WHERE port >= 49152) THEN 65536 ELSE %[1]s END`
