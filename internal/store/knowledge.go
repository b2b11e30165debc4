package store

import (
	"context"
	"iter"
	"time"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/topology"
)

// Document is a piece of what is known about addresses, as those who know it
// write it: an inventory, service tags, the history of a feed, the allow-list.
// The store keeps it and does not look inside.
type Document struct {
	Kind, Name string    // together they name it; a later one of the same name replaces it
	At         time.Time // time that it is about
	Body       []byte
}

// DocumentName names a document.
type DocumentName struct{ Kind, Name string }

// Learning is what one transaction changes in what is known.
type Learning struct {
	Put    []Document
	Remove []DocumentName
	// Resources are the rows of NTATopologyDetails of snapshots, by their time;
	// they replace those that the store has of that time. Nil rows remove them.
	Resources map[time.Time]iter.Seq[topology.DetailRow]
	// Applications replaces the table of names by port and protocol, unless nil.
	Applications []Application
	// Relations are added; of the same two VNets they replace those stored.
	Relations []enrich.Relation
}

// Application is the name of the service at a port
// (docs/reference/traffic-analytics.md 3.6).
type Application struct {
	Port     uint16
	Protocol uint8
	Name     string
}

// Party is an address as seen from a capture: a thing that never changes.
type Party struct {
	ID          uint64
	Address     flow.Addr
	Capture     topology.Capture // MAC is empty where the logged resource alone tells the network
	Attribution uint64           // enrich.Attribution.Hash that is stored; 0: none yet
}

// Reattribution is what a party was, anew.
type Reattribution struct {
	Party   uint64
	Address flow.Addr
	enrich.Attribution
}

// StoredFact is what is needed to judge stored rows anew: those of one interval,
// in one log and direction, between two hosts.
type StoredFact struct {
	Interval             int64 // seconds since 1970
	Initiator, Responder flow.Addr
	From, To             flow.Identity // of initiator and responder, as stored; the host of a row that was not judged is its party
	Log                  uint64        // LogID; see Logs
	Direction            flow.Direction
	Type                 flow.Type
	AtHop                bool
}

// Judged is what stored rows are, judged anew.
type Judged struct {
	StoredFact // as it was read; it names the rows
	Now        enrich.Judgement
}

// Rejudging is what one transaction changes in stored rows that were judged anew.
type Rejudging struct {
	Rows []Judged
	// Endpoint is that of a Delta.
	Endpoint  func(id uint64) *enrich.Endpoint
	Unsettled []time.Time // intervals that may now count a conversation twice
}

// CapturedFact is what is needed of a stored row to count each conversation once.
type CapturedFact struct {
	Interval             int64  // seconds since 1970
	Initiator, Responder uint64 // hosts: flow.Identity
	Port                 uint16
	Protocol             uint8
	Direction            flow.Direction
	Status               flow.Status
	Log                  uint64 // LogID; see Logs
	Counts               bool   // it has tuples that carry counters: more records than starts
	First, Last          int64  // milliseconds since 1970
	Marks                flow.Marks
}

// Counted is how the stored rows of a conversation in one log, direction and
// status take part in sums that count it once.
type Counted struct {
	Interval             int64 // seconds since 1970
	Initiator, Responder uint64
	Port                 uint16
	Protocol             uint8
	Direction            flow.Direction
	Status               flow.Status
	Log                  uint64
	Marks                flow.Marks // of flow.Counting; the rows keep their other marks
}

// Unsettled lists intervals that may count a conversation twice.
type Unsettled struct {
	Intervals []time.Time // their starts, in order, each once
	// Until tells what the list was made of: every time an interval is put on
	// it counts one up, so that what is put on it later is not taken off.
	Until uint64
}

// Knowledge is the part of a Store that keeps what addresses were, and brings
// what was stored up to it. Its methods may be called from several goroutines
// beside Commit; those that write are serialised with it. A function that rows
// are yielded to may call any of them; what it writes may or may not be in rows
// that are yielded later.
type Knowledge interface {
	// Documents returns the documents of a kind, by At and Name.
	Documents(ctx context.Context, kind string) ([]Document, error)
	// Learn changes what is known: all of it or, with an error, nothing.
	Learn(ctx context.Context, l Learning) error

	// Parties yields every party, in batches that are valid during the call.
	Parties(ctx context.Context, yield func([]Party) error) error
	// Reattribute stores what parties were, in place of what is stored.
	Reattribute(ctx context.Context, changed []Reattribution) error
	// Logs returns every log by its LogID.
	Logs(ctx context.Context) (map[uint64]flow.Log, error)
	// FactsOf yields the rows with one of the hosts of these parties at either
	// end or one of these logs, all rows where both are nil, in batches that are
	// valid during the call. What was stored of a party before it was
	// Reattributed tells which are its hosts.
	FactsOf(ctx context.Context, parties, logs []uint64, yield func([]StoredFact) error) error

	// Rejudge changes what stored rows are: all of it or, with an error, nothing.
	// Rows that are no longer as they were read stay as they are. Of rows that
	// are named twice one of the two counts.
	Rejudge(ctx context.Context, r Rejudging) error

	// Unsettled returns the intervals that have rows committed or judged since
	// they were last settled.
	Unsettled(ctx context.Context) (Unsettled, error)
	// Captured yields the rows of intervals that start in [from, to) in order
	// of interval, in batches that are valid during the call.
	Captured(ctx context.Context, from, to time.Time, yield func([]CapturedFact) error) error
	// Recount changes what of stored rows counts, then takes the intervals of
	// settled off the list, in one transaction. An interval that got rows or was
	// judged after settled was read stays on the list. Of rows that are named
	// twice one of the two counts.
	Recount(ctx context.Context, rows []Counted, settled Unsettled) error
}
