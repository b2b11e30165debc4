// Package source is the contract for where log objects lie.
package source

import (
	"context"
	"errors"
	"io"
	"time"
)

// Object is one log object of a source.
type Object struct {
	Name     string // absolute path or URL
	ETag     string // version of the content; changes whenever the content does
	Size     int64  // stored size in bytes (compressed, where it is)
	Modified time.Time
	// Open returns the stored bytes from an offset on, none where there are not so
	// many.
	Open func(ctx context.Context, from int64) (Content, error)
}

// Content is what is stored in an object, or the rest of it.
type Content struct {
	io.ReadCloser
	// ETag is the version that is being read, which may be a newer one than that
	// of the listing; "": that of the listing.
	ETag     string
	Size     int64     // of that version, where it has an ETag, as
	Modified time.Time // is this
}

// ErrLater means that an object could not be opened for a reason that will pass.
// Its source lists it again when it is worth another try.
var ErrLater = errors.New("it is tried again later")

// Source lists the log objects of one place.
type Source interface {
	// List calls yield for every object and stops at the first error that
	// yield returns. What it cannot list is its error at the end. Objects of
	// about the same time come together where the place tells the time: what
	// counts of their rows is decided together.
	List(ctx context.Context, yield func(Object) error) error
	// String names the place for messages.
	String() string
}
