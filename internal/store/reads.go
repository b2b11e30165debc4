package store

import (
	"context"
	"time"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/topology"
)

// Reads is the part of a Store that answers what is no sum over flows, each
// question as a method, so that nobody but package query writes SQL. Lists have
// an order of their own that does not change by chance.
type Reads interface {
	// Ping asks for nothing, and tells whether the store answers.
	Ping(ctx context.Context) error

	// ListObjects returns the first of the objects in a state, the most
	// recently read first, and how many there are; an empty state is any.
	ListObjects(ctx context.Context, state ObjectState, limit int) ([]Object, int64, error)
	// ObjectsWith returns the first of the objects that have tuples of a time, by
	// their first tuple and name.
	ObjectsWith(ctx context.Context, search ObjectSearch) ([]Object, error)
	// Sources sums the ledger up by where objects lie and by kind of log, in this
	// order. What objects have of the last day before end is summed by itself.
	Sources(ctx context.Context, end time.Time) ([]Source, error)
	// ListRejects returns what was rejected, the most frequent first.
	ListRejects(ctx context.Context, limit int) (RejectList, error)

	// Settled tells whether every conversation of the intervals that start in
	// [from, to) counts once already.
	Settled(ctx context.Context, from, to time.Time) (bool, error)
	// Hosts returns the addresses of hosts, by flow.Identity.Host, and their NICs
	// in [from, to). Hosts that the store does not know are left out.
	Hosts(ctx context.Context, ids []uint64, from, to time.Time) (map[uint64]Host, error)
	// Endpoints returns what rows say that addresses were, by
	// flow.Identity.Endpoint. What the store does not know is left out.
	Endpoints(ctx context.Context, ids []uint64) (map[uint64]*enrich.Endpoint, error)
	// Verdicts returns those on the addresses that held at any time in
	// [from, to), the gravest last.
	Verdicts(ctx context.Context, addresses []string, from, to time.Time) ([]AddressVerdict, error)
	// Applications returns the names of the services at those of the ports
	// that have one.
	Applications(ctx context.Context, ports []Port) (map[Port]string, error)
	// RelatedVNets returns every two VNets of which a relation is stored.
	RelatedVNets(ctx context.Context) ([][2]topology.ID, error)
	// FindFlows returns the flows that a search finds, the best first.
	FindFlows(ctx context.Context, search FlowSearch) ([]FoundFlow, error)
}

// ObjectSearch says which objects are looked for: those of which the first tuple
// is not after Last, and the last one not before First.
type ObjectSearch struct {
	First, Last time.Time
	// MAC leaves out objects with the MAC of another NIC in their name, as Azure
	// writes it: .../macAddress=002248710E01/PT1H.json. Empty: none.
	MAC   string
	Limit int
}

// Source is a place in which log objects of a kind lie: what stands before the
// parts of a name that Azure writes, else the folder.
type Source struct {
	Place   string
	Family  string // as of its objects
	Objects int64
	Unread  int64  // of these, pending, changed or failed
	Failed  int64  // of these, changed or failed
	Last    string // object with the last tuple
	ReadAt  time.Time
	// FirstTuple and LastTuple are zero where there is no tuple.
	FirstTuple, LastTuple time.Time
	Size                  int64 // stored bytes
	Bytes                 int64 // of content read
	Tuples, Rejected      int64
	Rows, TooOld          int64
	DaySize               int64 // stored bytes of objects that end in the last day
}

// RejectList is the beginning of a list of what was rejected, by object and
// reason.
type RejectList struct {
	Rows     []Reject // with all samples that are kept; Object is empty where the ledger does not know it
	Distinct int64    // number of rows, listed or not
	Total    int64    // what was rejected, listed or not
}

// Port is a port of a responder with its protocol.
type Port struct {
	Port     uint16
	Protocol uint8 // IANA number
}

// Host is a host.
type Host struct {
	Address string
	MAC     string // of its own NIC, where something was captured there, the last one in time; else empty
}

// AddressVerdict says that an address counted as malicious.
type AddressVerdict struct{ Address, Category string }

// FlowSearch says which flow between two addresses is looked for. Of what it
// finds, a capture at an end comes before one at a hop between them, one in
// the direction that is asked for before one in the other, and a later one
// before an earlier one.
type FlowSearch struct {
	Initiator, Responder flow.Addr
	Until                time.Time       // intervals that start later are left out
	Port                 uint16          // 0: any
	Protocol             uint8           // 0: any
	MAC                  string          // of the capture NIC; empty: any
	Direction            *flow.Direction // nil: any
	Limit                int
}

// FoundFlow is a flow with where and when it was captured.
type FoundFlow struct {
	Capture   topology.Capture
	Direction flow.Direction
	Interval  time.Time
	Port      uint16
	Protocol  uint8
}
