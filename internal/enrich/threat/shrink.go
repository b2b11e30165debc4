package threat

import (
	"fmt"
	"time"
)

// Shrink is how much of a feed, in percent, one reading may not drop without
// being kept aside; 0 means half. Above 100 any reading is taken.
type Shrink int

// The values of Shrink that have names.
const (
	DefaultShrink Shrink = 50
	AnyShrink     Shrink = 101
)

// fewest is how many indicators may always go.
const fewest = 10

// tooMuch tells whether a reading that drops gone of listed indicators is to be
// kept aside.
func (s Shrink) tooMuch(gone, listed int) bool {
	if s <= 0 {
		s = DefaultShrink
	}
	return gone > fewest && gone*100 >= int(s)*listed
}

// Aside says what a reading brought that is kept aside.
type Aside struct {
	At         time.Time `json:"at"`
	Indicators int       `json:"indicators"` // that it lists
	Gone       int       `json:"gone"`       // that it would drop
	Listed     int       `json:"listed"`     // of so many
}

// ShrunkError is the error of a reading that is kept aside.
type ShrunkError struct {
	Name string // of the feed
	Aside
}

func (e *ShrunkError) Error() string {
	return fmt.Sprintf("it would drop %d of its %d indicators and is kept aside; it is taken if the next reading says the same, or with: weir threat confirm %s",
		e.Gone, e.Listed, e.Name)
}

// Take takes a reading of a feed. One that would drop too much is kept aside
// with a *ShrunkError, unless it is confirmed or the reading that is kept aside
// already said the same.
func (k *Kept) Take(l *Listing, at time.Time, confirmed bool) (Changes, error) {
	if k.History == nil {
		k.History = &History{}
	}
	next, shrink, before := *k.History, k.Source.Shrink, k.History.listed
	c := next.Add(l, at)
	if !confirmed && shrink.tooMuch(c.Gone, before) && !k.repeats(l, at) {
		k.Aside = &next
		k.State.Aside = &Aside{at.UTC(), next.listed, c.Gone, before}
		return Changes{}, &ShrunkError{k.Source.Name, *k.State.Aside}
	}
	if next.Hash() != k.History.Hash() {
		k.State.Changed = at
	}
	*k.History = next
	k.Aside, k.State.Aside = nil, nil
	k.State.Indicators, k.State.Rejected, k.State.Samples, k.State.Skipped = next.listed, l.Rejected, l.Samples, l.Skipped
	return c, nil
}

// repeats tells whether a reading says about the same as the one that is kept
// aside: it lists most of what that lists.
func (k *Kept) repeats(l *Listing, at time.Time) bool {
	if k.Aside == nil {
		return false
	}
	aside := *k.Aside
	before := aside.listed
	c := aside.Add(l, at)
	return c.Kept*2 >= before && !k.Source.Shrink.tooMuch(c.Gone, before)
}

// Confirm takes the reading that is kept aside. It returns false where there is none.
func (k *Kept) Confirm() bool {
	if k.Aside == nil || k.State.Aside == nil {
		return false
	}
	k.State.Changed, k.State.Good, k.State.Indicators = k.State.Aside.At, k.State.Aside.At, k.Aside.listed
	k.State.Error, k.State.Failures = "", 0
	k.History, k.Aside, k.State.Aside = k.Aside, nil, nil
	return true
}
