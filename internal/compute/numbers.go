package compute

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// numbers are functions over numbers.
func numbers(name string) Func {
	switch name {
	case "tohex":
		return tohex
	case "shift_left", "shift_right":
		return func(c *Call) Value {
			n, ok1 := c.number(0)
			by, ok2 := c.number(1)
			if !ok1 || !ok2 {
				return Null()
			}
			if by &= 63; name == "shift_left" {
				return whole(n << by)
			}
			return whole(n >> by)
		}
	case "format_bytes":
		return formatBytes
	case "gamma":
		return func(c *Call) Value { return real1(c, math.Gamma) }
	case "loggamma":
		return func(c *Call) Value {
			return real1(c, func(f float64) float64 { v, _ := math.Lgamma(f); return v })
		}
	case "erf":
		return func(c *Call) Value { return real1(c, math.Erf) }
	case "erfc":
		return func(c *Call) Value { return real1(c, math.Erfc) }
	}
	return nil
}

func real1(c *Call, f func(float64) float64) Value {
	if !c.has(0) {
		return Null()
	}
	x, err := strconv.ParseFloat(c.text(0), 64)
	if err != nil {
		return Null()
	}
	return Text(strconv.FormatFloat(f(x), 'g', -1, 64))
}

// tohex writes a number in the digits of its 64 bits.
func tohex(c *Call) Value {
	n, ok := c.number(0)
	if !ok {
		return Text("")
	}
	s := fmt.Sprintf("%x", uint64(n))
	if least := c.numberOr(1, 0); least <= 64 && int64(len(s)) < least {
		s = strings.Repeat("0", int(least)-len(s)) + s
	}
	return Text(s)
}

// formatBytes takes bytes, digits behind the point, and a unit.
func formatBytes(c *Call) Value {
	f, err := strconv.ParseFloat(c.text(0), 64)
	if err != nil {
		return Text("")
	}
	unit := c.text(2)
	power, ok := map[string]float64{"B": 0, "Bytes": 0, "KB": 1, "MB": 2, "GB": 3, "TB": 4, "PB": 5}[unit]
	if !ok {
		return Text("")
	}
	s := strconv.FormatFloat(f/math.Pow(1024, power), 'f', int(min(max(c.numberOr(1, 0), 0), 20)), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return Text(s + " " + unit)
}
