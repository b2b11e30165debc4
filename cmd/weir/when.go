package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// when reads a point in time of --from or --to: RFC 3339, a date or a date
// and time in UTC, or -6h, -7d, -30m, which is before the end of the data.
func when(ctx context.Context, text string, end func(context.Context) (time.Time, error)) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, text, time.UTC); err == nil {
			return t.UTC(), nil
		}
	}
	if !strings.HasPrefix(text, "-") {
		return time.Time{}, errors.New("it is neither a time such as 2026-11-02T15:04:05Z or 2026-11-02, nor one before the end of the data such as -6h or -7d")
	}
	back, err := span(text[1:])
	if err != nil {
		return time.Time{}, err
	}
	last, err := end(ctx)
	if err != nil {
		return time.Time{}, err
	}
	return last.Add(-back), nil
}

// span reads a positive duration with days and weeks: 6h, 7d, 2w, 1d12h.
func span(text string) (time.Duration, error) {
	bad := fmt.Errorf("%q is no span of time such as 30m, 6h, 7d or 2w", text)
	var total time.Duration
	for _, m := range regexp.MustCompile(`(\d+)([a-z]+|$)`).FindAllStringSubmatch(text, -1) {
		unit := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[2]]
		n, err := strconv.ParseInt(m[1], 10, 32)
		if err != nil || unit == 0 || n > int64(100*366*24*time.Hour/unit) {
			return 0, bad
		}
		text = strings.Replace(text, m[0], "", 1)
		total += time.Duration(n) * unit
	}
	if text != "" || total == 0 {
		return 0, bad
	}
	return total, nil
}
