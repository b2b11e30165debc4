// Package store is the contract between Weir and the engine that keeps its
// data: what one transaction commits, how far each log object was read, and
// how questions are asked. store/storetest holds the suite that every engine
// must pass.
package store

import (
	"context"
	"errors"
	"time"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/topology"
)

// Errors that callers tell apart.
var (
	// ErrReadOnlySQL means that a statement given to Store.SQL is not a plain query.
	ErrReadOnlySQL = errors.New("only a single SELECT, WITH, VALUES, DESCRIBE, SHOW, SUMMARIZE or EXPLAIN statement is allowed")
	// ErrMemory means that a question needs more memory than the store may
	// use, or than other questions leave it.
	ErrMemory = errors.New("the question needs more memory than the store may use; ask for a shorter time range or fewer columns, or give the store more with memory and spill in the configuration")
	// ErrNewerSchema means that a newer Weir wrote the store.
	ErrNewerSchema = errors.New("the store was written by a newer weir")
)

// MaxReadOnly is the length of the longest SQL that [Store.ReadOnly] answers, in
// bytes: an engine's parser cannot be interrupted.
const MaxReadOnly = 256 << 10

// Store keeps reduced flows, what they refer to, and the ledger of objects.
// All methods may be called from several goroutines; commits are serialised.
type Store interface {
	// Objects returns the ledger entries of those of the names that have one.
	Objects(ctx context.Context, names []string) (map[string]Object, error)
	// SameLog returns, of each of the fingerprints that several objects have,
	// the names of those objects in their order.
	SameLog(ctx context.Context, fingerprints []uint64) (map[uint64][]string, error)
	// Commit writes a delta: all of it or, with an error, nothing.
	Commit(ctx context.Context, d *Delta) error
	// Merge makes one row of what was committed of a flow in parts, in small
	// transactions, and tells how many intervals of how many are done. It leaves
	// intervals alone in which rows were written since less than quiet ago. It
	// may be stopped at any instant and run again, beside everything else; two
	// at a time do the work twice. No answer changes by it.
	Merge(ctx context.Context, quiet time.Duration, progress func(done, total int64)) (Merged, error)
	// Query answers a question that package query wrote in the engine's
	// Dialect; args fill the placeholders.
	Query(ctx context.Context, query string, args ...any) (Rows, error)
	// Dialect returns how the engine wants such questions.
	Dialect() Dialect
	// Excerpt keeps the facts that a SELECT of package query returns, whole rows,
	// for several questions. It returns nil, and no error, where there are more
	// than most, or no memory for them.
	Excerpt(ctx context.Context, most int64, query string, args ...any) (Excerpt, error)
	// SQL answers a question of the user. It cannot write, attach, read
	// files, change settings or load extensions (ErrReadOnlySQL).
	SQL(ctx context.Context, query string) (Rows, error)
	// ReadOnly answers SQL that a program made, of at most MaxReadOnly bytes.
	// It can do as little as that of SQL, and may only be longer. It goes on
	// until ctx ends or the rows are closed, so both bound it.
	ReadOnly(ctx context.Context, sql string) (Rows, error)
	// Stats returns the size and freshness of what is stored.
	Stats(ctx context.Context) (Stats, error)
	// Usage returns what uses the disk. It looks at every day that is stored.
	Usage(ctx context.Context) (Usage, error)
	// Compact gives what is free inside the file back to the file system, in
	// place and whole: stopped or killed at any instant it has changed nothing,
	// or all. Commits wait until it is done; questions are answered meanwhile,
	// and wait only for a moment at its end, where it fails if one of them has
	// not ended in time. No walk that writes may be under way (see Knowledge).
	// progress may be nil.
	Compact(ctx context.Context, progress func(Compacting)) (Compacted, error)
	// Interval returns the width of reduction that the store was made with.
	Interval() time.Duration
	// Close releases the store. Nothing may be called after it.
	Close() error

	Reads
	Knowledge
	Rolling
	Forgetting
}

// Excerpt is a copy of some of the facts. Its Query is that of a store, but that
// the facts as they count are called excerpt_counted, and those as each NIC
// recorded them excerpt_captured. One question may be put to it at a time.
type Excerpt interface {
	Query(ctx context.Context, query string, args ...any) (Rows, error)
	Close() error
}

// Delta is what one transaction commits: the rows and how far each object
// was read to make them. Rows refer to Rules and Logs by index, which may hold
// the same content twice and content that no row refers to. Each row begins at
// the start of an interval of the store; a counter beyond 2^63-1 is stored as
// that. The store keeps nothing of a delta after Commit returns.
type Delta struct {
	Rows    []flow.Row
	Rules   []flow.Rule
	Logs    []flow.Log
	Objects []Object
	Rejects []Reject

	// Attribute says what an address was, seen from one of Logs. It is asked
	// once for each party that the store does not have yet, by one goroutine
	// during Commit, which it must not call the store from. Nil: the parties
	// have no attribution.
	Attribute func(a flow.Addr, from topology.Capture) enrich.Attribution
	// Endpoint returns what flow.Identity.Endpoint of a row stands for, nil where
	// that is not known. It is asked for those that the store may not have. Nil:
	// the store has them, or nothing is known.
	Endpoint func(id uint64) *enrich.Endpoint
	// Count decides which rows count, so that the intervals of the delta need not
	// be settled; those near them that are on the list of the unsettled are put on
	// it again, since who counts them may not have seen the rows. Nil: the
	// intervals are put on the list.
	Count *Counting
	// Relations are those of VNets of which rows speak; of two VNets that the
	// store has already they are left out.
	Relations []enrich.Relation

	// LeftOut is set by Commit: what begins before the horizon.
	LeftOut LeftOut
}

// LeftOut is what of a delta was not stored.
type LeftOut struct {
	Rows   int64
	Tuples int64 // that were merged into them
}

// Merged says what Merge did.
type Merged struct {
	Intervals int64 // that it went through
	Rows      int64 // how many rows fewer there are
	Waiting   int64 // intervals that may have flows in parts, and were written to just now
}

// Counting decides which rows of a delta count.
type Counting struct {
	Conversations []Conversation // those of the rows, each once
	// Decide is called during Commit, with the stored rows of those of the
	// conversations that several captures have: in the intervals of the rows and
	// up to CountedBeside beside them. It sets flow.Counting in the Marks of the
	// rows of the delta, and returns what of the stored rows counts otherwise
	// now. It must not call the store, and is called again where a commit is
	// tried again.
	Decide func(stored []CapturedFact) []Counted
}

// Conversation is what the captures of one conversation agree in, and the
// lowest and highest CaptureID of those in a delta.
type Conversation struct {
	Initiator, Responder uint64 // hosts: flow.Identity
	Port                 uint16
	Protocol             uint8
	Lowest, Highest      uint64
}

// CountedBeside is how many intervals before and after its own decide what of a
// row counts: a new one changes those beside it, and these depend on those beside them.
const CountedBeside = 2

// ObjectState is how an object stands after it was last looked at.
type ObjectState string

// The states of an object.
const (
	// ObjectComplete: everything in it was read.
	ObjectComplete ObjectState = "complete"
	// ObjectPending: its last record is not yet complete; Pending bytes wait for the rest.
	ObjectPending ObjectState = "pending"
	// ObjectChanged: a part that was already read is no longer the same; it is not read any more.
	ObjectChanged ObjectState = "changed"
	// ObjectFailed: it could not be read to its end; Message says why. It is tried again.
	ObjectFailed ObjectState = "failed"
)

// Object is the ledger entry of a log object. Counts are totals since the
// object was first read, so that an entry replaces the one before it.
type Object struct {
	Name            string // absolute path or URL
	Family          string // "nsg", "vnet", "mixed" or, before the first tuple, ""
	ETag            string // version of the object at Offset
	Size            int64  // stored size in bytes (compressed, where it is)
	Offset          int64  // bytes of content (uncompressed) that never need to be read again
	PrefixHash      uint64 // of the content before Offset: decode.Mark.Sum
	TailHash        uint64 // of the last bytes before Offset, 0 where it cannot be read on from there: decode.Mark.Tail
	Pending         int64  // bytes of content after Offset that wait for more
	State           ObjectState
	Message         string // one line, for failed and changed
	Records         int64
	Tuples          int64 // decoded
	Rejected        int64 // rejected tuples and records
	Rows            int64 // reduced rows written, before merging
	TooOld          int64 // tuples that were not stored, for they were older than what is kept
	IgnoredCounters int64 // begin and deny tuples whose byte or packet counters are not part of any sum
	FirstTuple      int64 // milliseconds since 1970; 0 where there is no tuple
	LastTuple       int64 // milliseconds since 1970; 0 where there is no tuple
	ReadAt          time.Time
	// Fingerprint is that of its first record with tuples, the same in every
	// form in which a log is stored, and also where one copy of it is longer
	// than another; 0 where there is none yet.
	Fingerprint uint64
}

// Reject is how often one reason occurred in one object since the last
// delta, with samples.
type Reject struct {
	Object  string
	Reason  string // of the closed list in package decode
	Count   int64
	Samples []RejectSample
}

// RejectSample shows one rejected tuple, record or stretch of bytes.
type RejectSample struct {
	Offset int64  // of its first byte in the (uncompressed) content
	Length int64  // in bytes
	Text   string // its beginning, valid UTF-8
}

// MaxRejectSamples is how many samples are kept per object and reason; the
// store drops those beyond it, the counts stay exact.
const MaxRejectSamples = 10

// Stats is the size and freshness of a store.
type Stats struct {
	Objects, Records, Tuples, Rejected, Rows int64
	Bytes                                    int64     // content bytes read
	PendingBytes                             int64     // content bytes that wait for the rest of their record
	StoredBytes                              int64     // on disk
	FirstTuple                               time.Time // zero where the store is empty
	// LastTuple is the end of the data: the time of the last tuple that is
	// not dated Ahead of the last commit. One tuple of a wrong clock must not
	// move every answer to a year in which nothing else happened. Where all
	// are, a wrong clock is ours, and it is the time of the last of all. Zero
	// where the store is empty.
	LastTuple  time.Time
	TooOld     int64     // tuples that were not stored, for they were older than what is kept
	Beyond     int64     // rows of intervals after that of LastTuple
	LastCommit time.Time // zero where the store is empty
}

// Ahead is how far beyond the last commit a tuple may be dated to be part of
// what Stats.LastTuple is the end of.
const Ahead = 24 * time.Hour

// Column is a column of an answer. Type is the engine-neutral name: bool,
// int, float, string, time, or the engine's own for anything else. Unit is what an
// int counts, empty where nobody says.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Unit string `json:"unit,omitempty"`
}

// Rows is an answer, read forward, while it is produced: Close ends the
// question, and must be called. Values returns the current row: nil, bool,
// int64, uint64, *big.Int, float64, string, time.Time (UTC), or for nested
// types []any and map[string]any; the slice is re-used by the next call.
// Integers are int64 where the type fits, else uint64 or *big.Int; a decimal
// is the nearest float64; JSON, binary, intervals and times of day are text.
type Rows interface {
	Columns() []Column
	Next() bool
	Values() []any
	Err() error
	Close() error
}
