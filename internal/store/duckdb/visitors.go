package duckdb

import (
	"context"
	"sync"
)

// visitors are the questions that other processes answer, each from the
// database file as the last checkpoint left it and a copy of the write-ahead
// log. What the last checkpoint refers to stays in its place until the next
// one, so none may run while a visitor is there.
type visitors struct {
	mu   sync.Mutex
	live map[*asked]struct{}
	shut chan struct{} // not nil while the log is folded; closed afterwards
}

// enter waits until no checkpoint runs.
func (v *visitors) enter(ctx context.Context, a *asked) error {
	for {
		v.mu.Lock()
		shut := v.shut
		if shut == nil {
			if v.live == nil {
				v.live = map[*asked]struct{}{}
			}
			v.live[a] = struct{}{}
			v.mu.Unlock()
			return nil
		}
		v.mu.Unlock()
		select {
		case <-shut:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (v *visitors) leave(a *asked) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.live, a)
}

// without does work while no visitor is there. Where some are, it sends them
// away for a cause or, if that is nil, leaves the work undone. Work is done by
// one at a time.
func (v *visitors) without(cause error, work func()) {
	v.mu.Lock()
	if v.shut != nil || len(v.live) > 0 && cause == nil {
		v.mu.Unlock()
		return
	}
	shut := make(chan struct{})
	v.shut = shut
	var live []*asked
	for a := range v.live {
		live = append(live, a)
	}
	v.mu.Unlock()
	for _, a := range live {
		a.finish(cause)
	}
	work()
	v.mu.Lock()
	v.shut = nil
	v.mu.Unlock()
	close(shut)
}
