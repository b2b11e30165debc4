package enrich

import (
	"math"
	"time"
)

// timeOf returns the time of milliseconds since 1970.
func timeOf(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// bounds returns a time in milliseconds since 1970, the zero time as open.
func bounds(from, until time.Time) (int64, int64) {
	a, b := int64(math.MinInt64), int64(math.MaxInt64)
	if !from.IsZero() {
		a = from.UnixMilli()
	}
	if !until.IsZero() {
		b = until.UnixMilli()
	}
	return a, b
}

// pointer returns a bound in milliseconds as the API writes it: nil where open.
func pointer(ms int64) *time.Time {
	if ms == math.MinInt64 || ms == math.MaxInt64 {
		return nil
	}
	t := timeOf(ms)
	return &t
}
