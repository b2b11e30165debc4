package threat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"weir/internal/plaintext"
)

// Fetcher keeps feeds fresh. Its fields may be left empty.
type Fetcher struct {
	Now    func() time.Time
	Jitter func() float64 // from 0 to 1
	// Before is called by Keep before each look at a feed, and may change it.
	Before func(*Kept)
	// Begin is called before something new is read, with State.Reading set, so
	// that it can be kept: if reading ends the process, the next one knows.
	Begin func(*Kept)
	// Turn has one place, which a reading holds while it is taken in, as that
	// takes memory; nil: nobody waits for another.
	Turn chan struct{}
}

func (f *Fetcher) now() time.Time {
	if f.Now != nil {
		return f.Now()
	}
	return time.Now()
}

func (f *Fetcher) jitter() float64 {
	if f.Jitter != nil {
		return f.Jitter()
	}
	return rand.Float64()
}

// reading is what a look at a feed brought.
type reading struct {
	unchanged         bool
	text              []byte
	version, modified string
}

// retryLater is an error of a server that said when to come again.
type retryLater struct {
	error
	after time.Duration
}

func (r retryLater) Unwrap() error { return r.error }

// Refresh looks at a feed once. Where that fails, in whichever way, the
// feed's history stays as it was, its state says why and when the next try is,
// and the error is returned. A reading that would drop most of what the feed
// holds is such a failure, until it repeats or is confirmed.
func (f *Fetcher) Refresh(ctx context.Context, k *Kept) (Changes, error) {
	if k.History == nil {
		k.History = &History{}
	}
	c, err := f.refresh(ctx, k)
	if err == nil {
		return c, nil
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return Changes{}, ctx.Err() // we end; the feed did not fail
	}
	err = &shownError{fmt.Errorf("cannot refresh the threat feed %s from %s: %w", k.Source.Name, ShownLocation(k.Source.Location), err), k.Source.secrets()}
	var later retryLater
	errors.As(err, &later)
	k.State.fail(f.now(), err, f.jitter(), later.after)
	var shrunk *ShrunkError
	if errors.As(err, &shrunk) { // another look at once would only repeat it
		k.State.NextTry = f.now().Add(spread(k.Source.every(), f.jitter()))
	}
	return Changes{}, err
}

func (f *Fetcher) refresh(ctx context.Context, k *Kept) (Changes, error) {
	look, cancel := context.WithTimeout(ctx, k.Source.timeout())
	defer cancel()
	r, err := f.read(look, &k.Source, &k.State)
	if err != nil {
		return Changes{}, err
	}
	if r.unchanged {
		now := f.now()
		k.State.succeed(now, k.Source.every(), f.jitter())
		k.Aside, k.State.Aside = nil, nil
		k.History.Touch(now)
		return Changes{Kept: k.History.listed}, nil
	}
	if f.Turn != nil {
		select {
		case f.Turn <- struct{}{}:
			defer func() { <-f.Turn }()
		case <-ctx.Done():
			return Changes{}, ctx.Err()
		}
	}
	k.State.Reading = f.now()
	defer func() { k.State.Reading = time.Time{} }()
	if f.Begin != nil {
		f.Begin(k)
	}
	l, err := Parse(bytes.NewReader(r.text), k.Source.Options)
	if err != nil {
		return Changes{}, err
	}
	c, err := k.Take(l, f.now(), false)
	if err != nil {
		return Changes{}, err
	}
	k.State.succeed(f.now(), k.Source.every(), f.jitter())
	k.State.Version, k.State.Modified = r.version, r.modified
	return c, nil
}

func (f *Fetcher) read(ctx context.Context, s *Source, was *State) (reading, error) {
	if IsURL(s.Location) {
		return f.get(ctx, s, was)
	}
	file, err := plaintext.OpenFile(strings.TrimPrefix(s.Location, "file://"))
	if err != nil {
		return reading{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return reading{}, err
	}
	r := reading{version: fmt.Sprintf("%d bytes of %s", info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano))}
	if r.version == was.Version {
		r.unchanged = true
		return r, nil
	}
	r.text, err = readAll(file, s.maxBytes())
	return r, err
}

func readAll(r io.Reader, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("it is larger than %d bytes; raise max-size of the feed if that is right", limit)
	}
	return text, nil
}

// Keep looks at a feed if its time has come, else it returns false. Feeds may be
// kept beside each other, and do not wait for each other's servers; what they
// bring is taken in one after the other where they share a Turn.
func (f *Fetcher) Keep(ctx context.Context, k *Kept) (c Changes, looked bool, err error) {
	if k.State.NextTry.After(f.now()) {
		return Changes{}, false, nil
	}
	if f.Before != nil {
		f.Before(k)
	}
	c, err = f.Refresh(ctx, k)
	return c, true, err
}
