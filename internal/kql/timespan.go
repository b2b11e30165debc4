package kql

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"weir/internal/kql/syntax"
)

var duration = regexp.MustCompile(`^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$`)

// Timespan reads the times of a question as clients of Azure write them: PT2H
// and P1D end now, START/END, START/PT1H and PT1H/END say both ends.
func Timespan(text string, now time.Time) (from, until time.Time, err error) {
	first, second, both := strings.Cut(text, "/")
	length, isLength := parseDuration(first)
	at, isTime := syntax.ReadTime(first)
	switch {
	case !both && isLength:
		return now.Add(-length), now, nil
	case both && isLength:
		if end, ok := syntax.ReadTime(second); ok {
			until = time.UnixMicro(end.Micros()).UTC()
			return until.Add(-length), until, nil
		}
	case both && isTime:
		from = time.UnixMicro(at.Micros()).UTC()
		if length, ok := parseDuration(second); ok {
			return from, from.Add(length), nil
		}
		if end, ok := syntax.ReadTime(second); ok && end > at {
			return from, time.UnixMicro(end.Micros()).UTC(), nil
		}
	}
	return from, until, fmt.Errorf("cannot read the timespan %q: write PT2H, P1D, or START/END such as 2026-03-01/2026-03-02T12:00:00Z", text)
}

func parseDuration(text string) (time.Duration, bool) {
	m := duration.FindStringSubmatch(text)
	if m == nil || strings.HasSuffix(text, "T") || text == "P" {
		return 0, false
	}
	var all time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		n, err := strconv.ParseInt("0"+m[i+1], 10, 32)
		if err != nil {
			return 0, false
		}
		all += time.Duration(n) * unit
	}
	return all, all > 0 && all < 100*365*24*time.Hour
}
