package azblob

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// inName is the time in the name of a blob, behind what is logged and before
// the NIC: y=2026/m=11/d=30/h=06/m=00/macAddress=002248AABBCC/PT1H.json. Very
// old ones have no NIC.
var inName = regexp.MustCompile(`(?i)^(.*?/)?y=(\d{4})/m=(\d{1,2})/d=(\d{1,2})/h=(\d{1,2})/`)

// hourOf returns what of a blob's name comes before the time, which tells the
// flow log, and the hour that the blob is of.
func hourOf(name string) (log string, hour time.Time, ok bool) {
	m := inName.FindStringSubmatch(name)
	if m == nil {
		return "", time.Time{}, false
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+2]) // digits
	}
	at := time.Date(n[0], time.Month(n[1]), n[2], n[3], 0, 0, 0, time.UTC)
	// Of a day that no calendar has, another is not meant.
	return m[1], at, at.Month() == time.Month(n[1]) && at.Day() == n[2] && at.Hour() == n[3]
}

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

// isLog tells whether a blob is one that Weir reads, by its name.
func isLog(name string) bool {
	lower := strings.ToLower(name)
	for _, end := range []string{".json", ".json.gz", ".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz"} {
		if strings.HasSuffix(lower, end) {
			return true
		}
	}
	return false
}

// part returns the last part of a prefix that ends in a slash.
func part(prefix string) string {
	p := strings.TrimSuffix(prefix, "/")
	return p[strings.LastIndexByte(p, '/')+1:]
}

// isYear tells whether below a prefix lie the blobs of a year.
func isYear(prefix string) bool { return strings.HasPrefix(strings.ToLower(part(prefix)), "y=") }
