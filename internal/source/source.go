// Package source is the contract for where log objects lie.
package source

import (
	"context"
	"io"
	"time"
)

// Object is one log object of a source.
type Object struct {
	Name     string // absolute path or URL
	ETag     string // version of the content; changes whenever the content does
	Size     int64  // stored size in bytes (compressed, where it is)
	Modified time.Time
	// Open returns the stored bytes from the first one on.
	Open func(ctx context.Context) (io.ReadCloser, error)
}

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
