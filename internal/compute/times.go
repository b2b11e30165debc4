package compute

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones are the same wherever Weir runs
)

const (
	ticksPerSecond = 10_000_000
	ticksPerDay    = 86400 * ticksPerSecond
	// zeroTicks is 1970-01-01 in ticks since 0001-01-01.
	zeroTicks = 621355968000000000
	// maxTicks is the last tick of the year 9999.
	maxTicks = 3155378975999999999
)

// times are functions over times and timespans. A time is a number of ticks of
// 100 ns since 0001-01-01.
func times(name string) Func {
	switch name {
	case "time_text":
		return ticksTo(TimeText)
	case "time_json":
		return func(c *Call) Value {
			if t, ok := c.number(0); ok {
				return Text(quoted(TimeText(t)))
			}
			return Null()
		}
	case "span_text":
		return ticksTo(SpanText)
	case "time_of_text":
		return func(c *Call) Value {
			if t, ok := ReadTime(c.text(0)); ok && c.has(0) {
				return whole(t)
			}
			return Null()
		}
	case "span_of_text":
		return func(c *Call) Value {
			if t, ok := ReadTicks(c.text(0)); ok && c.has(0) {
				return whole(t)
			}
			return Null()
		}
	case "format_datetime", "format_timespan":
		return func(c *Call) Value {
			t, ok := c.number(0)
			if !ok {
				return Text("")
			}
			tokens := remember(c, c.text(1), formatTokens)
			if name == "format_timespan" {
				return Text(formatSpan(t, tokens))
			}
			return Text(formatTime(t, tokens))
		}
	case "unix_time":
		return unixTime
	case "make_datetime":
		return makeTime
	case "make_timespan":
		return makeSpan
	case "zone_to_utc", "utc_to_zone":
		return func(c *Call) Value { return moveZone(c, name == "zone_to_utc") }
	case "end_of":
		return endOf
	case "add_months":
		return addMonths
	}
	return nil
}

func ticksTo(write func(int64) string) Func {
	return func(c *Call) Value {
		if t, ok := c.number(0); ok {
			return Text(write(t))
		}
		return Text("")
	}
}

func goTime(t int64) time.Time {
	t -= zeroTicks
	s := t / ticksPerSecond
	if t%ticksPerSecond < 0 {
		s--
	}
	return time.Unix(s, (t-s*ticksPerSecond)*100).UTC()
}

// Time returns the time of a number of ticks.
func Time(ticks int64) time.Time { return goTime(ticks) }

func ticksOfTime(t time.Time) int64 {
	return t.Unix()*ticksPerSecond + int64(t.Nanosecond()/100) + zeroTicks
}

func isTime(t int64) bool { return t >= 0 && t <= maxTicks }

// TimeText writes a time as tostring does.
func TimeText(t int64) string { return goTime(t).Format("2006-01-02T15:04:05.0000000Z") }

// SpanText writes a timespan as tostring does: 1.02:03:04.5000000.
func SpanText(t int64) string {
	var b strings.Builder
	u := uint64(t)
	if t < 0 {
		b.WriteByte('-')
		u = -u
	}
	if d := u / ticksPerDay; d > 0 {
		fmt.Fprintf(&b, "%d.", d)
	}
	s := u / ticksPerSecond % 86400
	fmt.Fprintf(&b, "%02d:%02d:%02d", s/3600, s/60%60, s%60)
	if f := u % ticksPerSecond; f > 0 {
		fmt.Fprintf(&b, ".%07d", f)
	}
	return b.String()
}

// ReadTime reads a datetime as Kusto does, in ticks: ISO 8601, or month/day/year.
func ReadTime(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if len(s) == 0 || len(s) > 64 {
		return 0, false
	}
	for _, layout := range layouts() {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1 && t.Year() <= 9999 {
			return ticksOfTime(t), true
		}
	}
	return 0, false
}

func layouts() []string {
	return []string{
		time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999",
		"2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02", "2006-01-02Z07:00", "2006-01-02T15", "2006-01", "2006",
		"1/2/2006 15:04:05", "1/2/2006 3:04:05 PM", "1/2/2006 15:04", "1/2/2006", "2006/01/02", "2006/01/02 15:04:05", "20060102", "02 Jan 2006 15:04:05",
		"2 Jan 2006", "Jan 2, 2006", time.RFC1123, time.RFC850, time.ANSIC,
	}
}

var clock = regexp.MustCompile(`^(-)?(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$`)

// ReadTicks reads a timespan: 28m, 1.02:03:04.5, or a number of days.
func ReadTicks(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if rest, negative := strings.CutPrefix(s, "-"); negative && len(rest) > 0 && isDigit(rest[0]) && !strings.Contains(rest, ":") {
		t, ok := ReadTicks(rest)
		return -t, ok
	}
	if s == "" || strings.HasPrefix(s, "-") && len(s) == 1 {
		return 0, false
	}
	if m := clock.FindStringSubmatch(s); m != nil {
		part := func(i int) int64 { n, _ := strconv.ParseInt("0"+m[i], 10, 64); return n }
		if part(3) > 23 || part(4) > 59 || part(5) > 59 || len(m[2]) > 8 {
			return 0, false
		}
		fraction, _ := strconv.ParseInt((m[6] + "0000000")[:7], 10, 64)
		n := ((part(2)*24+part(3))*60+part(4))*60 + part(5)
		all := n*ticksPerSecond + fraction
		if m[1] != "" {
			all = -all
		}
		return all, true
	}
	if n, err := strconv.ParseInt(s, 10, 32); err == nil {
		return n * ticksPerDay, true
	}
	if !isDigit(s[0]) {
		return 0, false
	}
	return ReadDuration(s)
}

// ReadDuration reads 28m, 1.5h.
func ReadDuration(s string) (int64, bool) {
	n := len(s)
	for n > 0 && (s[n-1]|0x20 >= 'a' && s[n-1]|0x20 <= 'z' || s[n-1] == '_') {
		n--
	}
	unit, ok := TicksOf(s[n:])
	f, err := strconv.ParseFloat(s[:n], 64)
	if !ok || err != nil || math.Abs(f*float64(unit)) > math.MaxInt64/2 {
		return 0, false
	}
	if whole, err := strconv.ParseInt(s[:n], 10, 64); err == nil {
		return whole * unit, true
	}
	return int64(math.Round(f * float64(unit))), true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// unixTime takes a number, and how many ticks each of it is; 0: a hundredth.
func unixTime(c *Call) Value {
	f, err := strconv.ParseFloat(c.text(0), 64)
	ticks := float64(c.numberOr(1, 1))
	if err != nil || math.IsNaN(f) {
		return Null()
	}
	n := math.Floor(f / 100)
	if ticks > 0 {
		n = math.Round(f * ticks)
	}
	if n < -zeroTicks || n > maxTicks-zeroTicks {
		return Null()
	}
	return whole(zeroTicks + int64(n))
}

// makeTime takes year, month, day, hour, minute and second.
func makeTime(c *Call) Value {
	var p [5]int64
	for i := range p {
		p[i] = c.numberOr(i, 0)
		if i < len(c.Args) && c.Args[i].Null {
			return Null()
		}
	}
	if len(c.Args) < 3 {
		p[2] = 1
	}
	seconds := 0.0
	if len(c.Args) > 5 {
		f, err := strconv.ParseFloat(c.text(5), 64)
		if err != nil {
			return Null()
		}
		seconds = f
	}
	day := time.Date(int(p[0]), time.Month(p[1]), int(p[2]), 0, 0, 0, 0, time.UTC)
	if p[0] < 1 || p[0] > 9999 || p[1] < 1 || p[1] > 12 || p[2] < 1 || day.Day() != int(p[2]) ||
		p[3] < 0 || p[3] > 23 || p[4] < 0 || p[4] > 59 || seconds < 0 || seconds >= 60 {
		return Null()
	}
	return whole(ticksOfTime(day) + (p[3]*3600+p[4]*60)*ticksPerSecond + int64(math.Round(seconds*ticksPerSecond)))
}

// makeSpan takes hour and minute, with a second, or with a day and a second.
func makeSpan(c *Call) Value {
	var p [4]float64 // day, hour, minute, second
	from := 1
	if len(c.Args) == 4 {
		from = 0
	}
	for i := range c.Args {
		f, err := strconv.ParseFloat(c.text(i), 64)
		if err != nil {
			return Null()
		}
		p[from+i] = f
	}
	if p[0] < 0 || p[1] < 0 || p[1] > 23 || p[2] < 0 || p[2] > 59 || p[3] < 0 || p[3] >= 60 || p[0] > 1e6 {
		return Null()
	}
	return whole(int64(p[0])*ticksPerDay + (int64(p[1])*3600+int64(p[2])*60)*ticksPerSecond + int64(math.Round(p[3]*ticksPerSecond)))
}

// moveZone takes a time and the name of a zone.
func moveZone(c *Call, toUTC bool) Value {
	t, ok := c.number(0)
	zone := remember(c, c.text(1), func(name string) *time.Location {
		if name == "" || name == "Local" {
			return nil
		}
		zone, _ := time.LoadLocation(name)
		return zone
	})
	if !ok || zone == nil {
		return Null()
	}
	at := goTime(t)
	if toUTC {
		at = time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), zone).UTC()
	} else {
		_, offset := at.In(zone).Zone()
		at = at.Add(time.Duration(offset) * time.Second)
	}
	if t = ticksOfTime(at); !isTime(t) {
		return Null()
	}
	return whole(t)
}

// endOf takes a time, day, week, month or year, and how many of them later.
func endOf(c *Call) Value {
	t, ok := c.number(0)
	n := c.numberOr(2, 0)
	if !ok || n < -120000 || n > 4000000 {
		return Null()
	}
	at := goTime(t)
	y, m, d := at.Date()
	switch c.text(1) {
	case "day":
		d += int(n) + 1
	case "week":
		d += 7*int(n) + 7 - int(at.Weekday())
	case "month":
		m, d = m+time.Month(n)+1, 1
	default:
		y, m, d = y+int(n)+1, 1, 1
	}
	if t = ticksOfTime(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)) - 1; !isTime(t) {
		return Null()
	}
	return whole(t)
}

// addMonths keeps the day, or takes the last one of the month.
func addMonths(c *Call) Value {
	t, ok1 := c.number(0)
	n, ok2 := c.number(1)
	if !ok1 || !ok2 || n < -120000 || n > 120000 {
		return Null()
	}
	at := goTime(t)
	first := time.Date(at.Year(), at.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	out := ticksOfTime(first) + int64(min(at.Day(), last)-1)*ticksPerDay + t%ticksPerDay
	if !isTime(out) {
		return Null()
	}
	return whole(out)
}

// TicksOf returns how many ticks of 100 ns a unit of time has.
func TicksOf(unit string) (int64, bool) {
	const second = 10_000_000
	switch unit {
	case "d", "day", "days":
		return 86400 * second, true
	case "h", "hr", "hrs", "hour", "hours":
		return 3600 * second, true
	case "m", "min", "minute", "minutes":
		return 60 * second, true
	case "s", "sec", "second", "seconds":
		return second, true
	case "ms", "milli", "millis", "millisec", "millisecond", "milliseconds":
		return second / 1000, true
	case "micro", "micros", "microsec", "microsecond", "microseconds":
		return 10, true
	case "tick", "ticks":
		return 1, true
	}
	return 0, false
}
