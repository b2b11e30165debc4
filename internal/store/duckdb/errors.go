package duckdb

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"weir/internal/store"
)

// Errors of the engine that change what the store can still do. Every error
// of DuckDB passes through engineError, which wraps the one that fits.
var (
	errCorrupt     = errors.New("the store is damaged")
	errFull        = errors.New("there is no space left on the disk of the store")
	errInvalidated = errors.New("the store stopped after an error from which it only recovers when it is opened again: restart weir; what was committed is kept")
	errMemory      = store.ErrMemory
)

// isFull tells whether an error means that a disk takes nothing more.
func isFull(err error) bool {
	return errors.Is(err, errFull) || errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT)
}

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
	if m := lockedBy.FindStringSubmatch(message); m != nil {
		pid, _ := strconv.Atoi(m[2])
		return &lockedError{program: m[1], pid: pid}
	}
	e := &duckError{message: message}
	if has("has been invalidated") { // the first error follows in the same message
		e.kinds = append(e.kinds, errInvalidated)
	}
	switch {
	case has("no space left on device", "disk quota exceeded", "file too large", "could not write all bytes"):
		e.kinds = append(e.kinds, errFull)
	case has("corrupt", "checksum", "not a valid duckdb database", "wal file cannot be deserialized", "serialization error", "could not read enough bytes"):
		e.kinds = append(e.kinds, errCorrupt)
	case has("out of memory error", "could not allocate", "failed to allocate", "failed to pin block"):
		e.kinds = append(e.kinds, errMemory)
	}
	return e
}

// lockedBy finds who has the database file open: a program other than weir, as
// that would have the lock file.
var lockedBy = regexp.MustCompile(`Conflicting lock is held in (\S+) \(PID (\d+)\)`)

// lockedError means that another program has the database file open.
type lockedError struct {
	program string
	pid     int
}

func (e *lockedError) Error() string {
	return fmt.Sprintf("process %d (%s) has the file open", e.pid, e.program)
}

// duckError is an error of DuckDB, with what it means for the store.
type duckError struct {
	kinds   []error // none: an error of the statement alone
	message string
}

func (e *duckError) Error() string {
	if len(e.kinds) == 0 {
		return e.message
	}
	line, _, _ := strings.Cut(e.message, "\n")
	return e.kinds[len(e.kinds)-1].Error() + ": " + line
}

func (e *duckError) Unwrap() []error { return e.kinds }

// stoppedError is an error after which the engine does nothing any more.
type stoppedError struct{ cause error }

func (e *stoppedError) Error() string { return e.cause.Error() }

func (e *stoppedError) Unwrap() []error { return []error{e.cause, errInvalidated} }

// oversizedError means that a commit alone takes more memory than the engine has.
type oversizedError struct{ cause error }

func (e *oversizedError) Error() string { return e.cause.Error() }

func (e *oversizedError) Unwrap() error { return e.cause }

// explain says in one line what could not be done, where, and what to do.
func (s *Store) explain(what string, err error) error {
	where := filepath.Join(s.dir, fileName)
	var oversized *oversizedError
	var log *logError
	switch {
	case errors.As(err, &log):
		return fmt.Errorf("cannot %s the store: the write-ahead log of %s is damaged: %w; restore the folder from a copy, or, "+
			"to go on without what was committed last, move %s and %s away and ingest the flow logs again", what, s.dir, err, walName, sumName)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, errCorrupt):
		return fmt.Errorf("cannot %s the store: %s cannot be read (%w); restore the folder from a copy, "+
			"or move it away and ingest the flow logs again", what, where, err)
	case errors.As(err, &oversized):
		return fmt.Errorf("cannot %s the store in %s: it takes more memory than the store may use; "+
			"nothing that was committed is lost: give it in smaller parts", what, s.dir)
	case what == writing && errors.Is(err, errMemory):
		return fmt.Errorf("cannot %s the store in %s: questions have all the memory that it may use; "+
			"nothing that was committed is lost: end them and try again", what, s.dir)
	case errors.Is(err, errFull) && errors.Is(err, errInvalidated):
		return &stoppedError{fmt.Errorf("cannot %s the store in %s: %w; nothing that was committed is lost: free some space and restart weir", what, s.dir, errFull)}
	case isFull(err):
		return fmt.Errorf("cannot %s the store in %s: %w; nothing that was committed is lost: free some space and try again", what, s.dir, errFull)
	}
	return fmt.Errorf("cannot %s the store in %s: %w", what, s.dir, err)
}
