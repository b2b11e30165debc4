package access

import (
	"sync"
	"time"
)

const (
	freeFailures  = 10               // of an address, before it is told to wait
	longestWait   = time.Minute      // between two more
	forgetAfter   = 10 * time.Minute // without a failure
	mostAddresses = 10_000
)

// failures slow down who shows wrong tokens. A right one is let in all the same:
// 256 bits are not guessed, and a program with an old token must not shut others
// of its address out.
type failures struct {
	mu     sync.Mutex
	byAddr map[string]*failing
}

type failing struct {
	count int
	last  time.Time
	until time.Time // no more is looked at before
}

// failed notes a wrong token, and tells for how long its address has to wait.
func (f *failures) failed(address string, now time.Time) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byAddr == nil {
		f.byAddr = map[string]*failing{}
	}
	a := f.byAddr[address]
	switch {
	case a == nil && len(f.byAddr) >= mostAddresses:
		for other, b := range f.byAddr {
			if now.Sub(b.last) > forgetAfter {
				delete(f.byAddr, other)
			}
		}
		if len(f.byAddr) >= mostAddresses {
			return longestWait
		}
		fallthrough
	case a == nil:
		a = &failing{}
		f.byAddr[address] = a
	case now.Sub(a.last) > forgetAfter:
		*a = failing{}
	}
	a.last = now
	if now.Before(a.until) {
		return a.until.Sub(now).Round(time.Second) + time.Second
	}
	if a.count++; a.count <= freeFailures {
		return 0
	}
	wait := min(time.Second<<min(a.count-freeFailures-1, 10), longestWait)
	a.until = now.Add(wait)
	return wait
}
