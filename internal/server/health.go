package server

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// unwell is how long the store may take for nothing before it does not answer.
const unwell = 5 * time.Second

// healthz says whether the store answers. It does not wait for it: a store
// that has much to do is well.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, seen, err := s.pulse.get()
	if err == nil && seen.late > unwell {
		err = fmt.Errorf("it has taken %s so far", seen.late.Round(time.Second))
	}
	if err != nil {
		s.log.Error("the store does not answer", "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintf(w, "the store does not answer: %v\n", err)
		return
	}
	fmt.Fprintln(w, "ok")
}

// ping asks the store for nothing.
func (s *Server) ping(ctx context.Context) (struct{}, error) {
	return struct{}{}, s.store.Ping(ctx)
}

// patience is how long who must not wait waits for news.
const patience = 100 * time.Millisecond

// latest is what a look at something showed last. Looks are made in the
// background, one at a time, when somebody wants to know.
type latest[T any] struct {
	look func() (T, error)

	mu    sync.Mutex
	done  chan struct{} // closed at the end of the look that is under way; nil: none is
	began time.Time     // of that look
	ever  bool          // whether there was a look before
	value T
	err   error
}

// seen says how good what latest returns is.
type seen struct {
	ever bool          // false: no look has ended yet
	late time.Duration // how long the look has taken that should be the answer; 0: it is
}

// get looks, and returns what it sees, or what the last look saw where that
// takes more than a moment. The error is that of the look.
func (l *latest[T]) get() (T, seen, error) {
	l.mu.Lock()
	if l.done == nil {
		l.done, l.began = make(chan struct{}), time.Now()
		go l.see(l.done)
	}
	done := l.done
	l.mu.Unlock()
	soon := time.NewTimer(patience)
	defer soon.Stop()
	select {
	case <-done:
	case <-soon.C:
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	how := seen{ever: l.ever}
	if l.done == done {
		how.late = time.Since(l.began)
	}
	return l.value, how, l.err
}

func (l *latest[T]) see(done chan struct{}) {
	value, err := l.look()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.value, l.err, l.ever, l.done = value, err, true, nil
	close(done)
}
