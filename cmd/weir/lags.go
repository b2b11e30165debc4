package main

import (
	"slices"
	"sync"
	"time"

	"weir/internal/insight"
	"weir/internal/pipeline"
)

// lags are how long blocks took from their commit in storage until they could be
// asked for, of those that were committed since somebody looks.
type lags struct {
	since time.Time // when that began

	mu      sync.Mutex
	last    []time.Duration // a ring, of the last blocks
	next    int
	minutes []lagMinute // the earliest first
	newest  time.Time   // when what landed was written at the latest
	at      time.Time   // when the last one landed
}

// lagMinute is of the blocks that were committed in a minute.
type lagMinute struct {
	at        time.Time
	blocks    int
	sum, most time.Duration
}

const (
	// maxLags is of how many blocks the lag is kept.
	maxLags = 2048
	// maxLagMinutes is for how many minutes.
	maxLagMinutes = 180
)

// landed notes what can be asked for now.
func (l *lags) landed(objects []pipeline.Landed, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = now
	for _, o := range objects {
		if o.Modified.After(l.newest) {
			l.newest = o.Modified
		}
		if o.Modified.Before(l.since) {
			continue // it waited for us to begin
		}
		lag := max(now.Sub(o.Modified), 0)
		if len(l.last) < maxLags {
			l.last = append(l.last, 0)
		}
		l.last[l.next%len(l.last)] = lag
		l.next = (l.next + 1) % maxLags
		l.minute(o.Modified.Truncate(time.Minute), lag)
	}
}

// minute counts a block; they come nearly in the order of time.
func (l *lags) minute(at time.Time, lag time.Duration) {
	i := len(l.minutes)
	for i > 0 && l.minutes[i-1].at.After(at) {
		i--
	}
	if i == 0 || !l.minutes[i-1].at.Equal(at) {
		l.minutes = slices.Insert(l.minutes, i, lagMinute{at: at})
		i++
	}
	m := &l.minutes[i-1]
	m.blocks++
	m.sum += lag
	m.most = max(m.most, lag)
	if n := len(l.minutes) - maxLagMinutes; n > 0 {
		l.minutes = slices.Delete(l.minutes, 0, n)
	}
}

// show writes the lags into the state of a source.
func (l *lags) show(s *insight.SourceState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.LandedAt, s.NewestAt, s.Lags = instant(l.at), instant(l.newest), make([]insight.SourceLag, len(l.minutes))
	for i, m := range l.minutes {
		s.Lags[i] = insight.SourceLag{At: m.at.UTC(), Blocks: m.blocks, Mean: m.sum.Seconds() / float64(m.blocks), Most: m.most.Seconds()}
	}
	if len(l.last) == 0 {
		return
	}
	sorted := slices.Sorted(slices.Values(l.last))
	half, most := sorted[len(sorted)/2].Seconds(), sorted[len(sorted)*99/100].Seconds()
	s.LagHalf, s.LagMost = &half, &most
}

// instant is nil for the zero time.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
