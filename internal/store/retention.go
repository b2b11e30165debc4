package store

import (
	"fmt"
	"time"
)

// Retention is how long things are kept, counted from now; 0: for ever. What
// is coarser is kept at least as long.
type Retention struct {
	Intervals time.Duration // facts
	Hours     time.Duration // roll-ups by hour
	Days      time.Duration // roll-ups by day
}

// Of returns how long a table that is kept by time is kept.
func (r Retention) Of(t Table) time.Duration {
	switch t {
	case TableFacts:
		return r.Intervals
	case TableHours:
		return r.Hours
	case TableDays:
		return r.Days
	}
	return 0
}

// SpanText writes a span of days or hours as the configuration does: 90d, 36h,
// and 0 for ever.
func SpanText(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d == 0:
		return "0"
	case d%day == 0:
		return fmt.Sprintf("%dd", d/day)
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return d.String()
}
