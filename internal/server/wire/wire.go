// Package wire is what the two ends of the control socket say to each other:
// lines of JSON, each with one of the fields of a Line type.
package wire

import (
	"context"
	"errors"
	"time"

	"weir/internal/pipeline"
	"weir/internal/store"
)

// Protocol is the version of what is said. Both ends must have the same.
const Protocol = 2

// Paths of the control socket, beside those of the API.
const (
	HelloPath  = "/control/hello"  // GET: Hello
	IngestPath = "/control/ingest" // POST IngestRequest: IngestLine...
	StopPath   = "/control/stop"   // POST StopRequest
	SQLPath    = "/control/sql"    // POST SQLRequest: SQLLine...
	KQLPath    = "/control/kql"    // POST KQLRequest: SQLLine...
)

// Hello says who serves.
type Hello struct {
	Protocol int    `json:"protocol"`
	Version  string `json:"version"`
	PID      int    `json:"pid"`
}

// IngestRequest asks to read paths, which are absolute.
type IngestRequest struct {
	Paths []string `json:"paths"`
}

// IngestLine is one line of the answer: first Run, then Progress, at last
// Summary and, where it did not go well, Error.
type IngestLine struct {
	Run      string             `json:"run,omitempty"` // what StopRequest names
	Progress *pipeline.Progress `json:"progress,omitempty"`
	Summary  *pipeline.Summary  `json:"summary,omitempty"`
	Error    *Error             `json:"error,omitempty"`
	End      bool               `json:"end,omitempty"`
}

// StopRequest asks to end a run of IngestRequest early: what is whole is
// committed, then its summary follows.
type StopRequest struct {
	Run string `json:"run"`
}

// SQLRequest asks a read-only question.
type SQLRequest struct {
	Query string `json:"query"`
}

// KQLRequest asks a question in KQL. From and Until bound the times of every
// table, Until exclusive; zero: not.
type KQLRequest struct {
	Query string    `json:"query"`
	Now   time.Time `json:"now"`
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// SQLLine is one line of the answer to either: first Columns, then a Row for each row,
// then End or Error.
type SQLLine struct {
	Columns []store.Column `json:"columns,omitempty"`
	Row     Row            `json:"row,omitempty"`
	Error   *Error         `json:"error,omitempty"`
	End     bool           `json:"end,omitempty"`
}

// Error carries an error and which of the known ones it is.
type Error struct {
	Text string `json:"text"`
	Kind string `json:"kind,omitempty"`
}

// known errors keep their identity on the way; the texts are never shown.
var known = map[string]error{
	"canceled":  context.Canceled,
	"deadline":  context.DeadlineExceeded,
	"read-only": store.ErrReadOnlySQL,
	"unlisted":  pipeline.ErrUnlisted,
}

// FromError returns err as it is sent.
func FromError(err error) *Error {
	e := &Error{Text: err.Error()}
	for kind, is := range known {
		if errors.Is(err, is) {
			e.Kind = kind
		}
	}
	return e
}

// Error returns the text of the original error.
func (e *Error) Error() string { return e.Text }

// Unwrap returns the known error that the original was, nil if it was none.
func (e *Error) Unwrap() error { return known[e.Kind] }
