package insight

import (
	"fmt"
	"time"
)

// Limits of what may be asked.
const (
	DefaultLimit  = 10
	MaxLimit      = 1000
	DefaultPoints = 150
	MaxPoints     = 2000
	DefaultRange  = 24 * time.Hour
	MaxOffset     = 1_000_000 // rows that can lie before those that are asked for
)

// What a time in a question can be: no log is older, and past the end of the
// year 9998 the end of an interval has no form in RFC 3339.
var (
	EarliestTime = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	LatestTime   = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
)

const longestRange = 100 * 366 * 24 * time.Hour

// CheckTime returns an AskError where the time of a field is out of bounds.
func CheckTime(field string, t time.Time) error {
	if t.Before(EarliestTime) || t.After(LatestTime) {
		return askErrorf(field, "The time %s is out of bounds; %s can be %s to %s.", t.UTC().Format(time.RFC3339), field,
			EarliestTime.Format(time.RFC3339), LatestTime.Format(time.RFC3339))
	}
	return nil
}

func checkLimit(limit, byDefault int) (int, error) {
	if limit == 0 {
		return byDefault, nil
	}
	if limit < 0 || limit > MaxLimit {
		return 0, askErrorf("limit", "A limit of %d is not possible; it can be 1 to %d.", limit, MaxLimit)
	}
	return limit, nil
}

func checkOffset(offset int) error {
	if offset < 0 || offset > MaxOffset {
		return askErrorf("offset", "An offset of %d is not possible; it can be 0 to %d.", offset, MaxOffset)
	}
	return nil
}

// AskError is a question that cannot be answered as it was put; its text is
// meant for the person who asked.
type AskError struct {
	Field string // from, to, at, by, limit, points or state
	Text  string
}

// Error returns the text.
func (e *AskError) Error() string { return e.Text }

func askErrorf(field, format string, args ...any) error {
	return &AskError{Field: field, Text: fmt.Sprintf(format, args...)}
}
