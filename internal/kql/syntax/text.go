package syntax

import (
	"fmt"
	"strings"
	"time"
)

// String is the time as Kusto writes it, with all seven digits.
func (t Time) String() string {
	rest := int64(t) - zeroTicks
	seconds := rest / ticksPerSecond
	if rest %= ticksPerSecond; rest < 0 {
		seconds, rest = seconds-1, rest+ticksPerSecond
	}
	return time.Unix(seconds, 0).UTC().Format("2006-01-02T15:04:05") + fmt.Sprintf(".%07dZ", rest)
}

// Micros is the time in microseconds since 1970; the tenth of one is lost.
func (t Time) Micros() int64 {
	n := int64(t) - zeroTicks
	if n < 0 {
		n -= 9
	}
	return n / 10
}

// String is the timespan as Kusto writes it: 1.02:03:04.5000000.
func (t Ticks) String() string {
	n := uint64(t)
	var b strings.Builder
	if t < 0 {
		n = -n
		b.WriteByte('-')
	}
	seconds, fraction := n/ticksPerSecond, n%ticksPerSecond
	if days := seconds / 86400; days > 0 {
		fmt.Fprintf(&b, "%d.", days)
	}
	fmt.Fprintf(&b, "%02d:%02d:%02d", seconds/3600%24, seconds/60%60, seconds%60)
	if fraction > 0 {
		fmt.Fprintf(&b, ".%07d", fraction)
	}
	return b.String()
}
