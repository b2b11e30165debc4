package decode

import (
	"time"

	"weir/internal/flow"
)

const (
	// A record is written within moments of its tuples; in all real files
	// that are known they lie within 71 seconds before it. The bounds leave
	// room for clocks in another time zone, and for tools that change dates
	// by up to a year: what they keep out is damage, one tuple of which would
	// stretch every chart over decades.
	farAfter  = 24 * time.Hour
	farBefore = 400 * 24 * time.Hour
)

// span is a stretch of time in milliseconds since 1970: from <= t < from+width.
type span struct {
	from  int64
	width uint64
}

func (s span) has(t int64) bool { return uint64(t-s.from) < s.width }

// tuple reads a tuple whose time must lie within the span.
func (s span) tuple(raw []byte, t *flow.Tuple) Reason {
	if r := parseTuple(raw, t); r != "" {
		return r
	}
	if !s.has(t.Time) {
		return FarTime
	}
	return ""
}

// always holds every time that parseTuple takes.
var always = span{minTime * 1000, (maxTime - minTime) * 1000}

// arrival knows until when records can have been written.
type arrival struct{ latest int64 } // milliseconds since 1970, 0: any

// around returns the times that tuples may have in a record that says its own
// time; ok is false where that lies in the future.
func (a arrival) around(text []byte) (s span, ok bool) {
	latest := a.latest
	if latest == 0 || latest > maxTime*1000 {
		latest = maxTime * 1000
	}
	at, said := recordTime(text)
	switch {
	case !said:
		return span{always.from, uint64(max(latest-always.from, 0))}, true
	case at > latest:
		return span{}, false
	}
	from := max(at-farBefore.Milliseconds(), always.from)
	return span{from, uint64(max(min(at+farAfter.Milliseconds(), maxTime*1000)-from, 0))}, true
}

// recordTime reads a time as RFC 3339 writes it, in milliseconds since 1970.
// The zone is not looked at: a day is nothing to what is asked of it. What says
// no time, or one before the first cloud, is as good as absent.
func recordTime(s []byte) (ms int64, ok bool) {
	const form = "0000-00-00T00:00:00"
	if len(s) < len(form) {
		return 0, false
	}
	for i := range len(form) {
		switch c := s[i]; {
		case form[i] == '0':
			ok = c >= '0' && c <= '9'
		case form[i] == 'T':
			ok = c == 'T' || c == ' '
		default:
			ok = c == form[i]
		}
		if !ok {
			return 0, false
		}
	}
	n := func(i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
	year, month, day, hour, minute, second := n(0)*100+n(2), n(5), n(8), n(11), n(14), n(17)
	if month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60 {
		return 0, false
	}
	ms = time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC).UnixMilli()
	return ms, ms >= minTime*1000
}
