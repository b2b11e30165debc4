package main

import (
	"slices"
	"sync"
	"time"

	"weir/internal/pipeline"
)

// lags are how long blocks took from their commit in storage until they could be
// asked for, of the last ones.
type lags struct {
	mu   sync.Mutex
	last []time.Duration // a ring
	next int
	at   time.Time // when the last one landed
}

// maxLags is of how many blocks the lag is kept.
const maxLags = 2048

// landed notes what can be asked for now.
func (l *lags) landed(objects []pipeline.Landed, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range objects {
		if len(l.last) < maxLags {
			l.last = append(l.last, 0)
		}
		l.last[l.next%len(l.last)] = now.Sub(o.Modified)
		l.next = (l.next + 1) % maxLags
	}
	l.at = now
}

// quantiles returns the lag that half and 99 of 100 of the last blocks had at most.
func (l *lags) quantiles() (half, most time.Duration, last time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.last) == 0 {
		return 0, 0, l.at
	}
	sorted := slices.Sorted(slices.Values(l.last))
	return sorted[len(sorted)/2], sorted[len(sorted)*99/100], l.at
}
