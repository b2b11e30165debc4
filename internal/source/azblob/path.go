package azblob

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// inPrefix is where the times begin in a prefix that reaches so far.
var inPrefix = regexp.MustCompile(`(?i)^(.*/)y=`)

// logIn returns the flow log that a prefix is of that reaches into its times.
func logIn(prefix string) (log string, ok bool) {
	m := inPrefix.FindStringSubmatch(prefix)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// dayPrefix and hourPrefix are what the names of all blobs of a flow log begin
// with that are of a day or an hour.
func dayPrefix(log string, day time.Time) string {
	return fmt.Sprintf("%sy=%04d/m=%02d/d=%02d/", log, day.Year(), day.Month(), day.Day())
}

func hourPrefix(log string, hour time.Time) string {
	return fmt.Sprintf("%sh=%02d/", dayPrefix(log, hour), hour.Hour())
}

// part returns the last part of a prefix that ends in a slash.
func part(prefix string) string {
	p := strings.TrimSuffix(prefix, "/")
	return p[strings.LastIndexByte(p, '/')+1:]
}

// isYear tells whether below a prefix lie the blobs of a year.
func isYear(prefix string) bool { return strings.HasPrefix(strings.ToLower(part(prefix)), "y=") }
