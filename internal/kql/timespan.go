package kql

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"weir/internal/kql/syntax"
)

var duration = regexp.MustCompile(`^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+(?:[.,]\d+)?)D)?(?:T(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$`)

// length is one of ISO 8601: months are as long as those that they count.
type length struct {
	months int
	rest   time.Duration
}

func (l length) after(t time.Time) time.Time  { return t.AddDate(0, l.months, 0).Add(l.rest) }
func (l length) before(t time.Time) time.Time { return t.AddDate(0, -l.months, 0).Add(-l.rest) }

// Timespan reads the times of a question as clients of Azure write them: PT2H,
// P1D, P2W and P1M end now, START/END, START/PT1H and PT1H/END say both ends.
func Timespan(text string, now time.Time) (from, until time.Time, err error) {
	first, second, both := strings.Cut(text, "/")
	length, isLength := parseDuration(first)
	at, isTime := syntax.ReadTime(first)
	switch {
	case !both && isLength:
		return length.before(now), now, nil
	case both && isLength:
		if end, ok := syntax.ReadTime(second); ok {
			until = time.UnixMicro(end.Micros()).UTC()
			return length.before(until), until, nil
		}
	case both && isTime:
		from = time.UnixMicro(at.Micros()).UTC()
		if length, ok := parseDuration(second); ok {
			return from, length.after(from), nil
		}
		if end, ok := syntax.ReadTime(second); ok && end > at {
			return from, time.UnixMicro(end.Micros()).UTC(), nil
		}
	}
	return from, until, fmt.Errorf("cannot read the timespan %q: write PT2H, P1D, or START/END such as 2026-03-01/2026-03-02T12:00:00Z", text)
}

func parseDuration(text string) (l length, ok bool) {
	m := duration.FindStringSubmatch(text)
	if m == nil || strings.HasSuffix(text, "T") || text == "P" {
		return l, false
	}
	const day = 24 * time.Hour
	for i, unit := range []time.Duration{0, 0, 7 * day, day, time.Hour, time.Minute, time.Second} {
		n, err := strconv.ParseFloat("0"+strings.ReplaceAll(m[i+1], ",", "."), 64)
		if err != nil || n > 100*366*24*3600 || n*unit.Seconds() > (100*366*day).Seconds() {
			return l, false
		}
		switch i {
		case 0:
			l.months += 12 * int(n)
		case 1:
			l.months += int(n)
		default:
			l.rest += time.Duration(math.Round(n * float64(unit)))
		}
	}
	return l, l.months >= 0 && l.months <= 1200 && (l.months > 0 || l.rest > 0) && l.rest < 100*366*day
}
