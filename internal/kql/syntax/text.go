package syntax

import (
	"weir/internal/compute"
)

// String is the time as Kusto writes it, with all seven digits.
func (t Time) String() string { return compute.TimeText(int64(t)) }

// Micros is the time in microseconds since 1970; the tenth of one is lost.
func (t Time) Micros() int64 {
	n := int64(t) - zeroTicks
	if n < 0 {
		n -= 9
	}
	return n / 10
}

// String is the timespan as Kusto writes it: 1.02:03:04.5000000.
func (t Ticks) String() string { return compute.SpanText(int64(t)) }
