package terminal

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Count writes a number with three significant digits at most and thousands
// by suffix, as the page does: 999, 1.23K, 45.6M.
func Count(n int64) string {
	digits, suffix := scale(float64(n), []string{"", "K", "M", "B", "T"})
	return digits + suffix
}

// Bytes writes a number of bytes in powers of 1000: 999 B, 1.23 KB, 45.6 MB.
func Bytes(n int64) string {
	digits, suffix := scale(float64(n), []string{"B", "KB", "MB", "GB", "TB", "PB", "EB"})
	return digits + " " + suffix
}

// Full writes every digit, in groups of three: 1,234,567.
func Full(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Share writes a part of a whole: 0%, <0.1%, 4.2%, 37%.
func Share(part float64) string {
	percent := part * 100
	switch {
	case percent == 0:
		return "0%"
	case percent < 0.1:
		return "<0.1%"
	case percent < 9.95:
		return trimZeros(strconv.FormatFloat(percent, 'f', 1, 64)) + "%"
	}
	return strconv.FormatFloat(percent, 'f', 0, 64) + "%"
}

// Clock writes a duration as people say it: 0.4 s, 12 s, 3 m 05 s, 2 h 07 m.
func Clock(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Truncate(time.Second).Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d m %02d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %02d m", int(d.Hours()), int(d.Minutes())%60)
}

// Plural writes a number with its word: 1 object, 2 objects, 2 countries, 2 classes.
func Plural(n int64, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return Full(n) + " " + plural(word)
}

func plural(word string) string {
	switch stem := strings.TrimSuffix(word, "y"); {
	case stem != word && !strings.ContainsAny(stem[len(stem)-1:], "aeiou"):
		return stem + "ies"
	case strings.HasSuffix(word, "s"):
		return word + "es"
	}
	return word + "s"
}

func scale(v float64, suffixes []string) (digits, suffix string) {
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	step := 0
	// 999.5 and more would be written with four digits, so it moves up too.
	for step < len(suffixes)-1 && v >= 999.5 {
		v /= 1000
		step++
	}
	decimals := 0
	switch {
	case step == 0 || v >= 99.95:
	case v >= 9.995:
		decimals = 1
	default:
		decimals = 2
	}
	return sign + trimZeros(strconv.FormatFloat(v, 'f', decimals, 64)), suffixes[step]
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
