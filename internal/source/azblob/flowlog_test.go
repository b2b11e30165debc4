package azblob

import (
	"testing"
	"time"
)

// TestPlan looks for the time of the next look: just after a block can be
// expected, and rarely where nobody writes.
func TestPlan(t *testing.T) {
	now := time.Date(2026, 11, 30, 6, 30, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	const every = 4 * time.Second
	for name, test := range map[string]struct {
		seen [][]time.Time // of each NIC, when its blob was written
		want time.Duration
	}{
		"nobody":                      {nil, quiet},
		"seen once":                   {[][]time.Time{{ago(time.Second)}}, every},
		"just written":                {[][]time.Time{{ago(61 * time.Second), ago(time.Second)}}, 53 * time.Second},
		"soon to be written":          {[][]time.Time{{ago(90 * time.Second), ago(30 * time.Second)}}, 24 * time.Second},
		"two":                         {[][]time.Time{{ago(90 * time.Second), ago(30 * time.Second)}, {ago(70 * time.Second), ago(10 * time.Second)}}, 24 * time.Second},
		"due in a moment":             {[][]time.Time{{ago(113 * time.Second), ago(53 * time.Second)}}, every},
		"overdue":                     {[][]time.Time{{ago(130 * time.Second), ago(70 * time.Second)}}, every},
		"silent":                      {[][]time.Time{{ago(6 * time.Minute), ago(5 * time.Minute)}}, quiet},
		"silent, and one that is not": {[][]time.Time{{ago(5 * time.Minute)}, {ago(90 * time.Second), ago(30 * time.Second)}}, 24 * time.Second},
		"faster than Azure":           {[][]time.Time{{ago(12 * time.Second), ago(2 * time.Second)}}, 7 * time.Second},
		"slower than Azure":           {[][]time.Time{{ago(200 * time.Second), ago(20 * time.Second)}}, 34 * time.Second},
		"quicker once":                {[][]time.Time{{ago(80 * time.Second), ago(60 * time.Second), ago(10 * time.Second)}}, 4*time.Second + (20*time.Second+30*time.Second/8)*9/10 - 10*time.Second - 4*time.Second},
		"what was seen before":        {[][]time.Time{{ago(20 * time.Second), ago(80 * time.Second)}}, every},
	} {
		f := &flowLog{}
		for nic, times := range test.seen {
			for _, at := range times {
				f.saw(string(rune('A'+nic)), at)
			}
		}
		f.plan(now, every, false)
		if got := f.next.Sub(now); got != test.want {
			t.Errorf("%s: next in %s, want %s", name, got, test.want)
		}
	}
}

// TestLooks holds which hours are looked at.
func TestLooks(t *testing.T) {
	f := &flowLog{}
	hour := time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		minute int
		want   int
	}{{58, 3}, {59, 1}, {60, 2}, {64, 2}, {65, 1}, {68, 3}, {69, 1}, {77, 1}, {78, 3}} {
		now := hour.Add(time.Duration(test.minute) * time.Minute)
		got := f.looks(now)
		if len(got) != test.want || !got[0].Equal(now.Truncate(time.Hour)) {
			t.Errorf("minute %d: %v, want %d hours", test.minute, got, test.want)
		}
	}
}
