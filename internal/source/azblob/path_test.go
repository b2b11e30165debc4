package azblob

import (
	"testing"
	"time"

	"weir/internal/source"
)

func TestHourOf(t *testing.T) {
	hour := time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		log  string
		hour time.Time
		ok   bool
	}{
		"resourceId=/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/N/y=2026/m=11/d=30/h=06/m=00/macAddress=002248AABBCC/PT1H.json": {"resourceId=/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/N/", hour, true},
		"flowLogResourceID=/S_NETWORKWATCHERRG/NETWORKWATCHER_R_F/y=2026/m=11/d=30/h=06/m=00/macAddress=00/PT1H.json":                                                   {"flowLogResourceID=/S_NETWORKWATCHERRG/NETWORKWATCHER_R_F/", hour, true},
		"old/y=2026/m=11/d=30/h=06/m=00/PT1H.json":    {"old/", hour, true},
		"y=2026/m=11/d=30/h=06/m=00/PT1H.json":        {"", hour, true},
		"a/y=2026/m=11/d=31/h=06/m=00/PT1H.json":      {"a/", time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC), false},
		"copied/PT1H.json":                            {"", time.Time{}, false},
		"not-y=2026/m=11/d=30/h=06/m=00/PT1H.json":    {"", time.Time{}, false},
		"a/y=20266/m=11/d=30/h=06/m=00/PT1H.json":     {"", time.Time{}, false},
		"a/y=2026/m=11/d=30/h=6/m=00/other/PT1H.json": {"a/", hour, true},
	} {
		log, at, ok := source.HourOf(name)
		if log != test.log || !at.Equal(test.hour) || ok != test.ok {
			t.Errorf("%s: %q, %s, %v; want %q, %s, %v", name, log, at, ok, test.log, test.hour, test.ok)
		}
		if ok && test.log != "" && hourPrefix(log, at) != test.log+"y=2026/m=11/d=30/h=06/" {
			t.Errorf("%s: the prefix is %q", name, hourPrefix(log, at))
		}
	}
}
