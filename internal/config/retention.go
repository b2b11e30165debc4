package config

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

const (
	dayLong  = 24 * time.Hour
	mostDays = 36_500
)

// parseSpan reads a number of days, weeks or hours; 0 is for ever.
func parseSpan(s string) (any, error) {
	bad := errors.New("is not a span of days such as 90d, 12w or 36h, or 0 for ever")
	if s == "0" {
		return Span(0), nil
	}
	if s == "" {
		return nil, bad
	}
	unit, ok := map[byte]time.Duration{'h': time.Hour, 'd': dayLong, 'w': 7 * dayLong}[s[len(s)-1]]
	n, err := strconv.ParseUint(s[:len(s)-1], 10, 32)
	if !ok || err != nil || n == 0 {
		return nil, bad
	}
	if limit := uint64(mostDays * dayLong / unit); n > limit {
		return nil, fmt.Errorf("is longer than %dd; 0 is for ever", mostDays)
	}
	d := time.Duration(n) * unit
	if d < dayLong {
		return nil, errors.New("is shorter than a day, and whole days are forgotten; use 1d or more")
	}
	return Span(d), nil
}

// ReadSpan reads a span: 90d, 12w, 36h, or 0 for ever.
func ReadSpan(text string) (Span, error) {
	s, err := parseSpan(text)
	if err != nil {
		return 0, err
	}
	return s.(Span), nil
}

// String writes a span as it is read: 90d, 36h, or 0 for ever.
func (s Span) String() string {
	d := time.Duration(s)
	switch {
	case d == 0:
		return "0"
	case d%dayLong == 0:
		return fmt.Sprintf("%dd", d/dayLong)
	}
	return fmt.Sprintf("%dh", d/time.Hour)
}

// check refuses to keep sums for a shorter time than what they are sums of:
// nothing would be left of the flows of the time between.
func (r *Retention) check() error {
	for _, pair := range []struct {
		fine, coarse         Span
		fineName, coarseName string
	}{
		{r.Intervals, r.Hours, "intervals", "hours"},
		{r.Hours, r.Days, "hours", "days"},
	} {
		if pair.coarse != 0 && (pair.fine == 0 || pair.fine > pair.coarse) {
			return fmt.Errorf("retention.%[1]s: %[2]s is shorter than retention.%[3]s, which is %[4]s; keep %[1]s at least as long, or 0 for ever",
				pair.coarseName, pair.coarse, pair.fineName, forEver(pair.fine))
		}
	}
	return nil
}

func forEver(s Span) string {
	if s == 0 {
		return "for ever"
	}
	return s.String()
}
