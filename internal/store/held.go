package store

import (
	"errors"
	"fmt"
	"time"
)

// ErrReadOnly means that the store was opened for reading only, because its
// folder cannot be written.
var ErrReadOnly = errors.New("the store is open for reading only")

// HeldError means that another process has the store open. Only one process
// at a time may; the others reach it through that process.
type HeldError struct {
	Dir     string    // folder of the store
	PID     int       // process that holds it; 0 where it did not say
	Command string    // what that process is, for example "weir serve"; may be empty
	Since   time.Time // when it opened the store; zero where it did not say
}

// Error says who holds the store and what to do.
func (e *HeldError) Error() string {
	who := "another process"
	if e.PID != 0 {
		who = fmt.Sprintf("process %d", e.PID)
	}
	if e.Command != "" {
		who += fmt.Sprintf(" (%s)", e.Command)
	}
	if !e.Since.IsZero() {
		who += " since " + e.Since.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("cannot open the store in %s: %s holds it; stop that process, "+
		"or let weir serve hold the store: other commands then work through its socket", e.Dir, who)
}
