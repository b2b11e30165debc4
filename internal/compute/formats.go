package compute

import (
	"fmt"
	"strings"
	"time"
)

// formatToken is a letter with how often it stands, or a text as it is.
type formatToken struct {
	letter byte // 0: as it is
	n      int
	text   string
}

// formatTokens takes a format apart: letters count up to as many as mean
// something, and then begin anew.
func formatTokens(format string) []formatToken {
	most := map[byte]int{'d': 2, 'f': 7, 'F': 7, 'h': 2, 'H': 2, 'm': 2, 'M': 2, 's': 2, 'y': 4, 't': 2}
	var all []formatToken
	for i := 0; i < len(format); {
		c := format[i]
		if most[c] == 0 {
			all = append(all, formatToken{text: format[i : i+1]})
			i++
			continue
		}
		n := 1
		for n < most[c] && i+n < len(format) && format[i+n] == c {
			n++
		}
		if c == 'y' && n == 3 {
			n = 2
		}
		all = append(all, formatToken{letter: c, n: n})
		i += n
	}
	return all
}

func padded(n, digits int) string { return fmt.Sprintf("%0*d", digits, n) }

// fraction writes the first digits of a second; F leaves zeros at its end out.
func fraction(t int64, f formatToken) string {
	if t < 0 {
		t = -t
	}
	s := fmt.Sprintf("%07d", t%ticksPerSecond)[:f.n]
	if f.letter == 'F' {
		s = strings.TrimRight(s, "0")
	}
	return s
}

func formatTime(t int64, tokens []formatToken) string {
	at := goTime(t)
	var b strings.Builder
	for _, f := range tokens {
		switch f.letter {
		case 0:
			b.WriteString(f.text)
		case 'd':
			b.WriteString(padded(at.Day(), f.n))
		case 'M':
			b.WriteString(padded(int(at.Month()), f.n))
		case 'y':
			if f.n <= 2 {
				b.WriteString(padded(at.Year()%100, f.n))
			} else {
				b.WriteString(padded(at.Year(), 4))
			}
		case 'h':
			b.WriteString(padded((at.Hour()+11)%12+1, f.n))
		case 'H':
			b.WriteString(padded(at.Hour(), f.n))
		case 'm':
			b.WriteString(padded(at.Minute(), f.n))
		case 's':
			b.WriteString(padded(at.Second(), f.n))
		case 't':
			b.WriteString(at.Format("PM")[:f.n])
		default:
			b.WriteString(fraction(t, f))
		}
	}
	return b.String()
}

func formatSpan(t int64, tokens []formatToken) string {
	var b strings.Builder
	u := t
	if t < 0 {
		b.WriteByte('-')
		u = -u
	}
	d := time.Duration(u % ticksPerDay * 100)
	for i, f := range tokens {
		switch f.letter {
		case 0:
			b.WriteString(f.text)
		case 'd':
			if i > 0 && tokens[i-1].letter == 'd' { // one number with all of its digits
				continue
			}
			digits := 0
			for _, next := range tokens[i:] {
				if next.letter != 'd' {
					break
				}
				digits += next.n
			}
			b.WriteString(padded(int(u/ticksPerDay), digits))
		case 'h', 'H':
			b.WriteString(padded(int(d.Hours()), f.n))
		case 'm':
			b.WriteString(padded(int(d.Minutes())%60, f.n))
		case 's':
			b.WriteString(padded(int(d.Seconds())%60, f.n))
		case 'f', 'F':
			b.WriteString(fraction(u, f))
		default:
			b.WriteString(strings.Repeat(string(f.letter), f.n))
		}
	}
	return b.String()
}
