package insight

import "time"

// Measures is what is counted of a set of reduced flows.
type Measures struct {
	Flows   int64 `json:"flows" doc:"Flows started"`
	Packets int64 `json:"packets" doc:"Packets, forward and back"`
	Bytes   int64 `json:"bytes" doc:"Bytes, forward and back"`
}

// Volume is what went one way, from initiator to responder or back.
type Volume struct {
	Packets int64 `json:"packets"`
	Bytes   int64 `json:"bytes"`
}

// Range is the part of time that an answer is about, and what is in it.
type Range struct {
	From         time.Time  `json:"from" doc:"Start, inclusive; rounded down to an interval, before detail to an hour or day"`
	To           time.Time  `json:"to" doc:"End, exclusive; rounded up to an interval, before detail to an hour or day"`
	Deduplicated bool       `json:"deduplicated" doc:"Whether every conversation counts once, however often it was captured; false while intervals of the range are still being settled"`
	Detail       *time.Time `json:"detail" doc:"Where the range begins earlier: from when on flows are kept by interval. Of the time before it there are sums by hour and day, and what they do not have is missing. Null where all of the range is kept"`
}

// Ranking is what every ranked answer says about itself.
type Ranking struct {
	Range
	By       Measure   `json:"by" enum:"flows,packets,bytes" doc:"Measure by which rows are ranked"`
	Limit    int       `json:"limit" doc:"Rows asked for"`
	Where    string    `json:"where" doc:"The filter in its canonical form, empty where there is none"`
	Distinct int64     `json:"distinct" doc:"Number of keys in the range, shown or not"`
	AtLeast  bool      `json:"distinctAtLeast" doc:"Whether distinct is a lower bound: of a long range, keys with little traffic are not told apart"`
	Total    Measures  `json:"total" doc:"Sum over all keys, shown or not"`
	Other    Measures  `json:"other" doc:"Sum over the keys that are not shown: total minus rows"`
	Compared *Compared `json:"compared" doc:"With what rows are compared; null where with nothing"`
}

// HostsAnswer ranks addresses.
type HostsAnswer struct {
	Ranking
	Rows []Host `json:"rows" nullable:"false"`
}

// Host is an address with what it initiates (out) and what it answers (in).
// A flow counts at both of its ends, so the total over all hosts is twice the traffic.
type Host struct {
	Address    string    `json:"address"`
	Side       Side      `json:"side" doc:"What the address was"`
	Captured   bool      `json:"captured" doc:"Whether a capture was made at this address; false: it is only known as the other side"`
	Total      Measures  `json:"total"`
	AllowedIn  Measures  `json:"allowedIn" doc:"Allowed flows that it answers"`
	AllowedOut Measures  `json:"allowedOut" doc:"Allowed flows that it initiates"`
	DeniedIn   Measures  `json:"deniedIn" doc:"Denied flows towards it"`
	DeniedOut  Measures  `json:"deniedOut" doc:"Denied flows that it tried to initiate"`
	Share      float64   `json:"share" doc:"Part of the total by the chosen measure, 0 to 1"`
	Before     *Measures `json:"before" doc:"Its total in the time that it is compared with; null where nothing is compared"`
}

// ConversationsAnswer ranks pairs of initiator and responder.
type ConversationsAnswer struct {
	Ranking
	Rows []Conversation `json:"rows" nullable:"false"`
}

// Conversation is all that an initiator and a responder said to each other.
type Conversation struct {
	Initiator string    `json:"initiator"`
	Responder string    `json:"responder"`
	From      Side      `json:"from" doc:"What the initiator was"`
	To        Side      `json:"to" doc:"What the responder was"`
	FlowTypes []string  `json:"flowTypes" nullable:"false" doc:"Kinds of flow that it had, the most frequent first"`
	Ports     []PortKey `json:"ports" nullable:"false" doc:"The most used ports of the responder, at most three"`
	Allowed   Measures  `json:"allowed"`
	Denied    Measures  `json:"denied"`
	Forward   Volume    `json:"forward" doc:"From initiator to responder"`
	Back      Volume    `json:"back" doc:"From responder to initiator"`
	Total     Measures  `json:"total"`
	Share     float64   `json:"share" doc:"Part of the total by the chosen measure, 0 to 1"`
	Before    *Measures `json:"before" doc:"Its total in the time that it is compared with; null where nothing is compared"`
}

// PortKey names a port of a responder.
type PortKey struct {
	Port        int    `json:"port" doc:"Port of the responder, or the first of a folded range"`
	Through     int    `json:"through" doc:"Last port of a folded range of ephemeral ports; the same as port where it is one"`
	Protocol    string `json:"protocol" doc:"TCP, UDP, or the keyword or number of the IANA registry" example:"TCP"`
	Application string `json:"application" doc:"Service name of the IANA registry or of the configuration, empty where there is none" example:"https"`
}

// PortsAnswer ranks ports of responders.
type PortsAnswer struct {
	Ranking
	Rows []Port `json:"rows" nullable:"false"`
}

// Port is all that went to one port of any responder.
type Port struct {
	PortKey
	Allowed Measures  `json:"allowed"`
	Denied  Measures  `json:"denied"`
	Total   Measures  `json:"total"`
	Share   float64   `json:"share" doc:"Part of the total by the chosen measure, 0 to 1"`
	Before  *Measures `json:"before" doc:"Its total in the time that it is compared with; null where nothing is compared"`
}

// RulesAnswer ranks security rules.
type RulesAnswer struct {
	Ranking
	Rows []Rule `json:"rows" nullable:"false"`
}

// Rule is what one security rule decided, in one direction of capture.
type Rule struct {
	ACL       string    `json:"acl" doc:"NSG or admin configuration that holds the rule, as a resource id or a name"`
	Rule      string    `json:"rule" doc:"Name of the rule as logged"`
	Direction Direction `json:"direction" enum:"in,out" doc:"Direction of capture"`
	Status    Status    `json:"status" enum:"allowed,denied"`
	Total     Measures  `json:"total"`
	Share     float64   `json:"share" doc:"Part of the total by the chosen measure, 0 to 1"`
	Before    *Measures `json:"before" doc:"Its total in the time that it is compared with; null where nothing is compared"`
}

// TrafficAnswer is the course of the traffic over time.
type TrafficAnswer struct {
	Range
	Where        string          `json:"where" doc:"The filter in its canonical form, empty where there is none"`
	GrainSeconds int64           `json:"grainSeconds" doc:"Width of a point in seconds, a multiple of the interval"`
	Times        []time.Time     `json:"times" nullable:"false" doc:"Start of each point"`
	Series       []TrafficSeries `json:"series" nullable:"false" doc:"In allowed, in denied, out allowed, out denied"`
	Totals       []TrafficTotal  `json:"totals" nullable:"false" doc:"Sum of each series"`
}

// TrafficSeries is one line of the course; each list is as long as the times.
type TrafficSeries struct {
	Direction Direction `json:"direction" enum:"in,out" doc:"Direction of capture"`
	Status    Status    `json:"status" enum:"allowed,denied"`
	Flows     []int64   `json:"flows" nullable:"false"`
	Packets   []int64   `json:"packets" nullable:"false"`
	Bytes     []int64   `json:"bytes" nullable:"false"`
}

// TrafficTotal is the sum of one line of the course.
type TrafficTotal struct {
	Direction Direction `json:"direction" enum:"in,out" doc:"Direction of capture"`
	Status    Status    `json:"status" enum:"allowed,denied"`
	Measures  Measures  `json:"measures"`
}

// StatusAnswer says what runs and how fresh its data is.
type StatusAnswer struct {
	Version       string       `json:"version"`
	Commit        string       `json:"commit" doc:"Source revision, empty where it is not known"`
	GoVersion     string       `json:"goVersion"`
	DuckDBVersion string       `json:"duckdbVersion"`
	Demo          bool         `json:"demo" doc:"Whether the data is simulated"`
	Interval      string       `json:"interval" doc:"Width of reduction" example:"10m"`
	Now           time.Time    `json:"now" doc:"The server's clock"`
	FirstData     *time.Time   `json:"firstData" doc:"Time of the first tuple, null where there is none"`
	LastData      *time.Time   `json:"lastData" doc:"The end of the data: time of the last tuple that is not dated more than a day after the last commit. Null where there is none"`
	LastCommit    *time.Time   `json:"lastCommit" doc:"When data was last stored, null where none was"`
	Revision      string       `json:"revision" doc:"Changes whenever an answer about flows or addresses may have changed: with a commit, with what is known, with what is judged anew, and with what is forgotten"`
	Counts        Counts       `json:"counts"`
	Ingest        *IngestState `json:"ingest" doc:"What is being read, null where nothing was read since the server started"`
}

// Counts is the size of the store.
type Counts struct {
	Objects      int64 `json:"objects" doc:"Log objects in the ledger"`
	Bytes        int64 `json:"bytes" doc:"Bytes of content read"`
	Records      int64 `json:"records"`
	Tuples       int64 `json:"tuples" doc:"Tuples decoded"`
	Rejected     int64 `json:"rejected" doc:"Tuples and records rejected"`
	Rows         int64 `json:"rows" doc:"Reduced rows stored"`
	TooOld       int64 `json:"tooOld" doc:"Tuples that are not stored, for they were older than what is kept"`
	Beyond       int64 `json:"beyond" doc:"Rows after the end of the data: dated more than a day after they came. No default range has them, one that is asked for has"`
	PendingBytes int64 `json:"pendingBytes" doc:"Bytes that wait for the rest of their record"`
	StoredBytes  int64 `json:"storedBytes" doc:"Size of the store on disk"`
}

// IngestState is how far the reading of log objects has come.
type IngestState struct {
	Running         bool    `json:"running"`
	Objects         int64   `json:"objects" doc:"Objects found"`
	ObjectsDone     int64   `json:"objectsDone"`
	Bytes           int64   `json:"bytes" doc:"Stored size of the objects found"`
	BytesDone       int64   `json:"bytesDone"`
	Tuples          int64   `json:"tuples"`
	TuplesPerSecond float64 `json:"tuplesPerSecond"`
}

// ObjectsAnswer lists log objects, the most recently read first.
type ObjectsAnswer struct {
	State string   `json:"state" doc:"State asked for, empty for all"`
	Limit int      `json:"limit" doc:"Rows asked for"`
	Total int64    `json:"total" doc:"Number of objects in that state, shown or not"`
	Rows  []Object `json:"rows" nullable:"false"`
}

// Object is the ledger entry of one log object.
type Object struct {
	Name            string     `json:"name" doc:"Absolute path or URL"`
	Family          string     `json:"family" doc:"nsg, vnet or mixed: kind of flow log, empty before the first tuple"`
	State           string     `json:"state" enum:"complete,pending,changed,failed"`
	Message         string     `json:"message" doc:"Why it changed or failed, else empty"`
	ETag            string     `json:"etag" doc:"Version of the object that was read"`
	Size            int64      `json:"size" doc:"Stored size in bytes"`
	ReadTo          int64      `json:"readTo" doc:"Bytes of content that never need to be read again"`
	Pending         int64      `json:"pending" doc:"Bytes of content that wait for the rest of their record"`
	Records         int64      `json:"records"`
	Tuples          int64      `json:"tuples" doc:"Tuples decoded"`
	Rejected        int64      `json:"rejected" doc:"Tuples and records rejected"`
	Rows            int64      `json:"rows" doc:"Reduced rows written"`
	TooOld          int64      `json:"tooOld" doc:"Tuples that are not stored, for they were older than what is kept"`
	IgnoredCounters int64      `json:"ignoredCounters" doc:"Begin and deny tuples whose counters are part of no sum"`
	FirstTuple      *time.Time `json:"firstTuple" doc:"Null where there is no tuple"`
	LastTuple       *time.Time `json:"lastTuple" doc:"Null where there is no tuple"`
	ReadAt          time.Time  `json:"readAt"`
}

// RejectsAnswer lists what was rejected, the most frequent first.
type RejectsAnswer struct {
	Limit    int      `json:"limit" doc:"Rows asked for"`
	Distinct int64    `json:"distinct" doc:"Number of rows, shown or not"`
	Total    int64    `json:"total" doc:"Tuples and records rejected, shown or not"`
	Rows     []Reject `json:"rows" nullable:"false"`
}

// Reject is how often one reason occurred in one object. Counts are exact,
// samples are some of them.
type Reject struct {
	Object  string         `json:"object"`
	Reason  string         `json:"reason" doc:"One of the documented list"`
	Count   int64          `json:"count"`
	Samples []RejectSample `json:"samples" nullable:"false"`
}

// RejectSample is one rejected tuple, record or stretch of bytes.
type RejectSample struct {
	Offset int64  `json:"offset" doc:"Of its first byte in the uncompressed content"`
	Length int64  `json:"length" doc:"In bytes"`
	Sample string `json:"sample" doc:"Its beginning"`
}
