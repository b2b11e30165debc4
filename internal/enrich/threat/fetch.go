package threat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// Fetcher keeps feeds fresh. Its fields may be left empty.
type Fetcher struct {
	Client *http.Client
	Now    func() time.Time
	Jitter func() float64 // from 0 to 1
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
// and the error is returned.
func (f *Fetcher) Refresh(ctx context.Context, k *Kept) (Changes, error) {
	if k.History == nil {
		k.History = &History{}
	}
	look, cancel := context.WithTimeout(ctx, k.Source.timeout())
	defer cancel()
	var l *Listing
	r, err := f.read(look, &k.Source, &k.State)
	if err == nil && !r.unchanged {
		l, err = Parse(bytes.NewReader(r.text), k.Source.Options)
	}
	now := f.now()
	if err != nil {
		if ctx.Err() != nil {
			return Changes{}, ctx.Err() // we end; the feed did not fail
		}
		err = fmt.Errorf("cannot refresh the threat feed %s from %s: %w", k.Source.Name, k.Source.Location, err)
		var later retryLater
		errors.As(err, &later)
		k.State.fail(now, err, f.jitter(), later.after)
		return Changes{}, err
	}
	k.State.succeed(now, k.Source.every(), f.jitter())
	if r.unchanged {
		k.History.Touch(now)
		return Changes{Kept: k.History.listed}, nil
	}
	was := k.History.Hash()
	c := k.History.Add(l, now)
	k.State.Version, k.State.Modified = r.version, r.modified
	k.State.Indicators, k.State.Rejected = k.History.listed, l.Rejected
	k.State.Samples, k.State.Skipped = l.Samples, l.Skipped
	if k.History.Hash() != was {
		k.State.Changed = now
	}
	return c, nil
}

func (f *Fetcher) read(ctx context.Context, s *Source, was *State) (reading, error) {
	if strings.HasPrefix(s.Location, "http://") || strings.HasPrefix(s.Location, "https://") {
		return f.get(ctx, s, was)
	}
	file, err := os.Open(strings.TrimPrefix(s.Location, "file://"))
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

func (f *Fetcher) get(ctx context.Context, s *Source, was *State) (reading, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Location, http.NoBody)
	if err != nil {
		return reading{}, err
	}
	request.Header.Set("User-Agent", "weir")
	for name, value := range s.Header {
		request.Header.Set(name, value)
	}
	if was.Version != "" {
		request.Header.Set("If-None-Match", was.Version)
	}
	if was.Modified != "" {
		request.Header.Set("If-Modified-Since", was.Modified)
	}
	client := f.Client
	if client == nil {
		client = http.DefaultClient
	}
	answer, err := client.Do(request)
	if err != nil {
		return reading{}, err
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusNotModified && (was.Version != "" || was.Modified != ""):
		return reading{unchanged: true}, nil
	case answer.StatusCode != http.StatusOK:
		err := fmt.Errorf("the server answers %s", answer.Status)
		if seconds, e := strconv.Atoi(answer.Header.Get("Retry-After")); e == nil && seconds > 0 {
			return reading{}, retryLater{err, time.Duration(seconds) * time.Second}
		}
		return reading{}, err
	}
	text, err := readAll(answer.Body, s.maxBytes())
	return reading{text: text, version: answer.Header.Get("ETag"), modified: answer.Header.Get("Last-Modified")}, err
}

func readAll(r io.Reader, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("it is larger than %d bytes; raise the limit if that is right", limit)
	}
	return text, nil
}

// Run looks at each feed when its time has come, one after the other, until
// the context ends. done is called after each look, with the feed's changes or
// the error, and may use the feed; nobody else may meanwhile.
func (f *Fetcher) Run(ctx context.Context, feeds []*Kept, done func(*Kept, Changes, error)) error {
	for len(feeds) > 0 {
		due := feeds[0]
		for _, k := range feeds[1:] {
			if k.State.NextTry.Before(due.State.NextTry) {
				due = k
			}
		}
		wait := time.NewTimer(max(due.State.NextTry.Sub(f.now()), 0))
		select {
		case <-ctx.Done():
			wait.Stop()
			return ctx.Err()
		case <-wait.C:
		}
		c, err := f.Refresh(ctx, due)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		done(due, c, err)
	}
	<-ctx.Done()
	return ctx.Err()
}
