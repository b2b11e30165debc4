package loganalytics

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// How many questions one client may have answered at once, and how many more may wait.
const (
	atOnce  = 5
	waiting = 40
)

// queues lets each client have so many questions answered at once. Its zero
// value is ready for use.
type queues struct {
	mu     sync.Mutex
	byName map[string]*queue // of clients that ask now
}

type queue struct {
	users   int // that are answered or wait
	running chan struct{}
}

// take waits for a turn of a client, which the caller gives back, for as long as
// an answer may take.
func (qs *queues) take(ctx context.Context, client string, wait time.Duration) (give func(), f *fault) {
	qs.mu.Lock()
	q := qs.byName[client]
	if q == nil {
		q = &queue{running: make(chan struct{}, atOnce)}
		if qs.byName == nil {
			qs.byName = map[string]*queue{}
		}
		qs.byName[client] = q
	}
	if q.users >= atOnce+waiting {
		qs.mu.Unlock()
		return nil, newFault(http.StatusTooManyRequests, "TooManyRequests", "Too many queries wait already: ask again in a moment")
	}
	q.users++
	qs.mu.Unlock()
	leave := func() {
		qs.mu.Lock()
		defer qs.mu.Unlock()
		if q.users--; q.users == 0 {
			delete(qs.byName, client)
		}
	}
	late := time.NewTimer(wait)
	defer late.Stop()
	select {
	case q.running <- struct{}{}:
		return sync.OnceFunc(func() { <-q.running; leave() }), nil
	case <-late.C:
		leave()
		return nil, newFault(http.StatusGatewayTimeout, "GatewayTimeout", "Other queries of this client took all the time: ask fewer at once")
	case <-ctx.Done():
		leave()
		return nil, newFault(http.StatusServiceUnavailable, "ServiceUnavailable", "The query was given up before it was answered. Ask again in a moment.")
	}
}
