package duckdb

import (
	"errors"
	"strings"
)

// Errors of the engine that change what the store can still do. Every error
// of DuckDB passes through engineError, which wraps the one that fits.
var (
	errCorrupt     = errors.New("the store is damaged")
	errFull        = errors.New("there is no space left on the disk of the store")
	errInvalidated = errors.New("the store stopped after an error that it cannot repair while open; open it again (restart weir): what was committed is kept")
	errMemory      = errors.New("the question needs more memory than the store may use; ask for a shorter time range or fewer columns, or raise the memory limit")
)

// engineError makes an error of a message of DuckDB. Messages have several
// lines (hints, the position in the statement); the first says what happened.
func engineError(message string) error {
	message = strings.TrimSpace(message)
	lower := strings.ToLower(message)
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(lower, w) {
				return true
			}
		}
		return false
	}
	kind := error(nil)
	switch {
	case has("no space left on device", "disk quota exceeded", "file too large", "could not write all bytes"):
		kind = errFull
	case has("corrupt", "checksum", "not a valid duckdb database", "wal file cannot be deserialized", "serialization error"):
		kind = errCorrupt
	case has("has been invalidated", "fatal error"):
		kind = errInvalidated
	case has("out of memory error", "could not allocate"):
		kind = errMemory
	}
	return &duckError{kind: kind, message: message}
}

// duckError is an error of DuckDB, with what it means for the store.
type duckError struct {
	kind    error // nil: an error of the statement alone
	message string
}

func (e *duckError) Error() string {
	if e.kind == nil {
		return e.message
	}
	line, _, _ := strings.Cut(e.message, "\n")
	return e.kind.Error() + ": " + line
}

func (e *duckError) Unwrap() error { return e.kind }
