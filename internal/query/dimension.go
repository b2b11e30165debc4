package query

// Dimension is what sums can be split and filtered by.
type Dimension int

// The dimensions, with the type of their values in a Result.
const (
	Time        Dimension = iota // time.Time, start of a Grain
	Initiator                    // string, address
	Responder                    // string, address
	Host                         // string, address: a flow counts once for each of its two ends
	InitiatorID                  // uint64, identity of the initiator, which tells equal addresses of different networks apart
	ResponderID                  // the same of the responder
	HostID                       // the same of Host
	Role                         // int64, a flow's end that Host is: Answers or Initiates
	Captured                     // bool, whether the capture was made at Host
	Port                         // int64, of the responder
	ServicePort                  // int64, of the responder; Ephemeral for all ports of that range that have no name
	Protocol                     // int64, IANA number
	Direction                    // int64, flow.Direction
	Status                       // int64, flow.Status
	ACL                          // string
	Rule                         // string
	MAC                          // string, capture NIC
	Target                       // string, logged resource
	FlowType                     // int64, flow.Type
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
	name  string // of the dimension in generated SQL
	fact  string // column of the fact: the value itself, or the id of a dimension row
	table string // of the dimension rows; empty where fact is the value
	text  string // column of table
	ends  bool   // needs every flow twice, once for each end
	expr  string // the value, where it is not a column of the fact
}

// value is the value or id of a dimension in a fact.
func (c column) value() string {
	if c.expr != "" {
		return c.expr
	}
	return "f." + c.fact
}

var columns = [dimensionCount]column{
	Time:        {name: "time", fact: "interval_start"},
	Initiator:   {name: "initiator", fact: "initiator", table: "weir.party", text: "address"},
	Responder:   {name: "responder", fact: "responder", table: "weir.party", text: "address"},
	Host:        {name: "host", fact: "host", table: "weir.party", text: "address", ends: true},
	InitiatorID: {name: "initiator_identity", fact: "initiator", table: "weir.party", text: "host"},
	ResponderID: {name: "responder_identity", fact: "responder", table: "weir.party", text: "host"},
	HostID:      {name: "host_identity", fact: "host", table: "weir.party", text: "host", ends: true},
	FlowType:    {name: "flow_type", fact: "flow_type"},
	Role:        {name: "role", fact: "role", ends: true},
	Captured:    {name: "captured", fact: "captured", ends: true},
	Port:        {name: "port", fact: "port"},
	ServicePort: {name: "service_port", expr: servicePort},
	Protocol:    {name: "protocol", fact: "protocol"},
	Direction:   {name: "direction", fact: "direction"},
	Status:      {name: "status", fact: "status"},
	ACL:         {name: "acl", fact: "rule", table: "weir.rule", text: "acl"},
	Rule:        {name: "rule", fact: "rule", table: "weir.rule", text: "name"},
	MAC:         {name: "mac", fact: "log", table: "weir.log", text: "mac"},
	Target:      {name: "target", fact: "log", table: "weir.log", text: "target"},
}

const servicePort = `CASE WHEN f.port >= 49152 AND f.port NOT IN (SELECT port FROM weir.application WHERE port >= 49152) THEN 65536 ELSE f.port::INTEGER END`

// quantities says which columns of the fact a quantity is the sum of.
var quantities = map[Quantity][]string{
	Flows:          {"f.started"},
	Packets:        {"f.packets_fwd", "f.packets_back"},
	Bytes:          {"f.bytes_fwd", "f.bytes_back"},
	PacketsForward: {"f.packets_fwd"},
	PacketsBack:    {"f.packets_back"},
	BytesForward:   {"f.bytes_fwd"},
	BytesBack:      {"f.bytes_back"},
	Tuples:         {"f.records"},
}

// counted is the fact with zero in the counters that another capture counts.
const counted = "weir.counted"

// eachCapture is the fact without what another log of the same NIC has, too.
const eachCapture = `(SELECT * FROM weir.fact WHERE marks & 16 = 0)`

// bothEnds is a relation of facts with every flow twice, once for each of its ends.
func bothEnds(facts string) string {
	return `(
    SELECT initiator AS host, 1 AS role, direction = 1 AS captured, * FROM ` + facts + `
    UNION ALL
    SELECT responder AS host, 0 AS role, direction = 0 AS captured, * FROM ` + facts + `
  )`
}
