package store

import (
	"context"
	"time"
)

// Horizon is from when on what is kept by time is kept: what begins before it
// is forgotten, or about to be, and is not stored again. Each is the start of a
// day in UTC; zero: nothing is forgotten.
type Horizon struct {
	Intervals time.Time // of facts
	Hours     time.Time // of roll-ups by hour
	Days      time.Time // of roll-ups by day
}

// Horizon returns what a retention leaves at a time: whole days.
func (r Retention) Horizon(now time.Time) Horizon {
	from := func(keep time.Duration) time.Time {
		if keep == 0 {
			return time.Time{}
		}
		return now.UTC().Add(-keep).Truncate(24 * time.Hour)
	}
	return Horizon{from(r.Intervals), from(r.Hours), from(r.Days)}
}

// Forgotten is what a call of Forget did.
type Forgotten struct {
	Horizon     Horizon   // that is in force now
	Facts, Sums int64     // rows
	WaitsFor    time.Time // the first day that was to go and did not, as its roll-ups do not stand; zero: none
}

// Forgetting is the part of a store that forgets.
type Forgetting interface {
	// Horizon returns from when on things are kept.
	Horizon(ctx context.Context) (Horizon, error)
	// Forget forgets what begins before a horizon, and brings to its end what
	// an earlier call began that was stopped; a zero time moves nothing. It
	// never takes the last copy: facts go where the roll-ups stand that are kept
	// for longer, hours where their days do, and what comes after a day that has
	// to wait waits with it. The horizon moves first, where there is something
	// to forget, and not back: rows that begin before it are left out of every
	// commit from then on. What follows are many small transactions, so that
	// commits need not wait.
	Forget(ctx context.Context, until Horizon) (Forgotten, error)
}
