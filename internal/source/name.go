package source

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// IsLog tells by its name whether an object may hold flow logs: those of a folder or
// a container are chosen by it. What is named itself is read whatever its name, as
// what it holds is told by content.
func IsLog(name string) bool {
	lower := strings.ToLower(name)
	return slices.ContainsFunc([]string{".json", ".json.gz", ".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz"}, func(end string) bool {
		return strings.HasSuffix(lower, end)
	})
}

// inName is the time in the name of an object that Azure wrote, behind what is
// logged and before the NIC: y=2026/m=11/d=30/h=06/m=00/macAddress=002248AABBCC/PT1H.json.
// Very old ones have no NIC.
var inName = regexp.MustCompile(`(?i)^(.*?[/\\])?y=(\d{4})[/\\]m=(\d{1,2})[/\\]d=(\d{1,2})[/\\]h=(\d{1,2})[/\\]`)

// HourOf returns the hour that the name of an object tells, and what comes before
// it, which tells the flow log.
func HourOf(name string) (log string, hour time.Time, ok bool) {
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
