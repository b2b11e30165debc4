// Package pipeline takes log objects from a source through decoding, reducing
// and enriching into a store.
package pipeline

import (
	"time"

	"weir/internal/knowledge"
	"weir/internal/source"
	"weir/internal/store"
)

// Config is what one run reads, where it writes, and how.
type Config struct {
	Store       store.Store
	Source      source.Source
	Keeper      *knowledge.Keeper // of what is known about addresses; nil: nothing is
	Workers     int               // objects read at the same time; 0: one per CPU
	CommitRows  int               // rows after which a transaction is committed; 0: the default
	CommitEvery time.Duration     // time after which a transaction is committed; 0: the default
	// Oldest is from when on tuples are stored: earlier ones are counted as too
	// old, and objects that can have no others are not read. What the store has
	// forgotten is too old in any case. Zero: none is.
	Oldest time.Time
	// Follow reads a growing object on where it was left, of what lies before only
	// the end is looked at: for who looks again and again. Else all of it is
	// compared.
	Follow bool
	// Ahead is how many objects are opened before a worker has time for them: for
	// sources that take their time to answer. 0: none.
	Ahead int
	// Claims keeps what this run reads from others that share it; nil: there are none.
	Claims *Claims
	// Landed is told, after they were committed, of what objects new tuples were
	// read, from one goroutine; it may be nil.
	Landed   func([]Landed)
	Progress func(Progress) // may be nil; called at most about ten times a second, from one goroutine
}

// Landed is an object of which new tuples can be asked for.
type Landed struct {
	Object   string
	Modified time.Time // when the version was written that was read
}

// Progress is how far a run has come.
type Progress struct {
	Objects     int64         `json:"objects"` // found so far
	ObjectsDone int64         `json:"objectsDone"`
	Bytes       int64         `json:"bytes"` // stored size of the objects found so far
	BytesDone   int64         `json:"bytesDone"`
	Tuples      int64         `json:"tuples"`
	Rejected    int64         `json:"rejected"`
	Rows        int64         `json:"rows"` // committed
	Elapsed     time.Duration `json:"elapsed"`
	Listing     bool          `json:"listing"` // more objects may still be found
}

// Summary is what a run did. Its JSON keys are described in
// docs/reference/formats.md; scripts rely on them.
type Summary struct {
	Objects         int64           `json:"objects"`
	Bytes           int64           `json:"bytes"`
	Records         int64           `json:"records"`
	Tuples          int64           `json:"tuples"`
	Rejected        int64           `json:"rejected"`
	Rows            int64           `json:"rows"`
	ReductionRatio  float64         `json:"reduction ratio"`
	Seconds         float64         `json:"seconds"`
	TuplesPerSecond float64         `json:"tuples/s"`
	Unchanged       int64           `json:"unchanged"`        // objects in which nothing was new
	Changed         int64           `json:"changed"`          // objects whose already read part is no longer the same
	Failed          int64           `json:"failed"`           // objects that could not be read to their end
	PendingBytes    int64           `json:"pending_bytes"`    // bytes that wait for the rest of their record
	TooOld          int64           `json:"too_old"`          // tuples that are not stored, for they are older than what is kept
	TooOldObjects   int64           `json:"too_old_objects"`  // objects that were not read, for all in them is older than what is kept
	IgnoredCounters int64           `json:"ignored_counters"` // begin and deny tuples whose counters are part of no sum
	RecordsBefore   int64           `json:"records_before"`   // records that earlier runs accepted of these objects
	RejectedBefore  int64           `json:"rejected_before"`  // what earlier runs rejected of these objects
	Rejects         []RejectSummary `json:"rejects"`
	Problems        []Problem       `json:"problems"`      // changed and failed objects, at most 20
	CountedTwice    int64           `json:"counted_twice"` // objects read now whose log was also read under another name
	Copies          []Copy          `json:"copies"`        // they, at most 20
}

// RejectSummary is how often one reason occurred, with its first example.
type RejectSummary struct {
	Reason string `json:"reason"`
	Count  int64  `json:"count"`
	Object string `json:"object"`
	Offset int64  `json:"offset"`
	Sample string `json:"sample"`
}

// Problem is an object that could not be read as it should.
type Problem struct {
	Object  string `json:"object"`
	State   string `json:"state"` // changed or failed
	Message string `json:"message"`
}

// Copy is an object that holds the same log as another one. Both are counted.
type Copy struct {
	Object string `json:"object"`
	Of     string `json:"of"`
}
