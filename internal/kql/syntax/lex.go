package syntax

import (
	"strings"
	"unicode/utf8"

	"weir/internal/compute"
)

type kind uint8

const (
	end kind = iota
	word
	text     // a string; the token has what it means
	number   // digits, also of a real
	duration // a number with a unit of time
	sign     // an operator or a bracket
)

// token is a piece of the text.
type token struct {
	kind     kind
	pos, end int
	text     string // of words and signs as written, of strings what they mean
}

// lexer finds tokens one by one, so that the parser may also read raw text.
type lexer struct {
	src string
	off int
}

// signs are the operators and brackets, the longest first.
func signs() []string {
	return []string{
		"<|", "=>", "==", "!=", "<>", "<=", ">=", "=~", "!~", "..",
		"(", ")", "[", "]", "{", "}", "|", ",", ";", ":", ".", "=", "<", ">", "+", "-", "*", "/", "%", "!", "@", "~", "?", "&",
	}
}

// next returns the next token.
func (l *lexer) next() (token, error) {
	l.space()
	at := l.off
	if at >= len(l.src) {
		return token{kind: end, pos: at, end: at}, nil
	}
	c := l.src[at]
	switch {
	case c == '"' || c == '\'':
		return l.quoted(at)
	case c == '@' && at+1 < len(l.src) && (l.src[at+1] == '"' || l.src[at+1] == '\''):
		return l.verbatim(at)
	case (c == 'h' || c == 'H') && at+1 < len(l.src) && strings.IndexByte(`"'@`, l.src[at+1]) >= 0:
		return l.hidden(at)
	case strings.HasPrefix(l.src[at:], "```"), strings.HasPrefix(l.src[at:], "~~~"):
		return l.lines(at)
	case isDigit(c):
		return l.number(at), nil
	case isLetter(c) || c == '$':
		for l.off++; l.off < len(l.src) && (isLetter(l.src[l.off]) || isDigit(l.src[l.off])); l.off++ {
		}
		return l.made(word, at), nil
	}
	for _, s := range signs() {
		if strings.HasPrefix(l.src[at:], s) {
			l.off += len(s)
			return l.made(sign, at), nil
		}
	}
	r, _ := utf8.DecodeRuneInString(l.src[at:])
	return token{}, Faultf(at, CodeSyntax, "%q is no part of a query: text stands in quotes, unusual names in ['...']", r)
}

func (l *lexer) made(k kind, from int) token {
	return token{kind: k, pos: from, end: l.off, text: l.src[from:l.off]}
}

// space skips white space and comments.
func (l *lexer) space() {
	for l.off < len(l.src) {
		r, size := utf8.DecodeRuneInString(l.src[l.off:])
		switch {
		case strings.HasPrefix(l.src[l.off:], "//"):
			if n := strings.IndexByte(l.src[l.off:], '\n'); n >= 0 {
				l.off += n
			} else {
				l.off = len(l.src)
			}
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\u00a0' || r == '\ufeff' || r == '\v' || r == '\f':
			l.off += size
		default:
			return
		}
	}
}

func (l *lexer) hidden(at int) (token, error) {
	l.off++
	t, err := l.next()
	t.pos = at
	return t, err
}

func (l *lexer) verbatim(at int) (token, error) {
	quote := l.src[at+1]
	var b strings.Builder
	for i := at + 2; i < len(l.src); i++ {
		switch {
		case l.src[i] == '\n' || l.src[i] == '\r':
			return token{}, unclosed(at)
		case l.src[i] != quote:
			b.WriteByte(l.src[i])
		case i+1 < len(l.src) && l.src[i+1] == quote:
			b.WriteByte(quote)
			i++
		default:
			l.off = i + 1
			return token{kind: text, pos: at, end: l.off, text: b.String()}, nil
		}
	}
	return token{}, unclosed(at)
}

// lines reads a string of several lines.
func (l *lexer) lines(at int) (token, error) {
	body := l.src[at+3:]
	n := strings.Index(body, l.src[at:at+3])
	if n < 0 {
		return token{}, unclosed(at)
	}
	l.off = at + n + 6
	return token{kind: text, pos: at, end: l.off, text: body[:n]}, nil
}

func unclosed(at int) error {
	return Faultf(at, CodeSyntax, "this text has no end: close it with the same quote on its line")
}

func (l *lexer) quoted(at int) (token, error) {
	quote := l.src[at]
	var b strings.Builder
	for i := at + 1; i < len(l.src); {
		c := l.src[i]
		switch {
		case c == quote:
			l.off = i + 1
			return token{kind: text, pos: at, end: l.off, text: b.String()}, nil
		case c == '\n' || c == '\r':
			return token{}, unclosed(at)
		case c != '\\':
			b.WriteByte(c)
			i++
		default:
			r, size := escape(l.src[i:])
			if size == 0 {
				return token{}, Faultf(i, CodeSyntax, `this backslash begins nothing that KQL knows: write \\ for one, or @"..." for a text of them`)
			}
			b.WriteRune(r)
			i += size
		}
	}
	return token{}, unclosed(at)
}

// escape reads what a backslash begins; a size of 0: nothing that is known.
func escape(s string) (r rune, size int) {
	if len(s) < 2 {
		return 0, 0
	}
	const known, meant = `"'\nrtabfv0`, "\"'\\\n\r\t\a\b\f\v\x00"
	if n := strings.IndexByte(known, s[1]); n >= 0 && s[1] != '0' {
		return rune(meant[n]), 2
	}
	digits, base := 0, rune(16)
	start := 2
	switch s[1] {
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	case 'x':
		digits = 2
	case '0', '1', '2', '3', '4', '5', '6', '7':
		base, start = 8, 1
		for digits < 3 && start+digits < len(s) && s[start+digits] >= '0' && s[start+digits] <= '7' {
			digits++
		}
	}
	if digits == 0 || len(s) < start+digits {
		return 0, 0
	}
	for _, c := range s[start : start+digits] {
		d := strings.IndexRune("0123456789abcdef", c|0x20)
		if c <= '9' {
			d = int(c - '0')
		}
		if d < 0 || rune(d) >= base {
			return 0, 0
		}
		r = r*base + rune(d)
	}
	return r, start + digits
}

// number reads digits, a real, or a time such as 28m.
func (l *lexer) number(at int) token {
	s := l.src
	i := at
	if s[i] == '0' && i+2 < len(s) && s[i+1]|0x20 == 'x' && isHex(s[i+2]) {
		for i += 2; i < len(s) && isHex(s[i]); i++ {
		}
		l.off = i
		return l.made(number, at)
	}
	for ; i < len(s) && isDigit(s[i]); i++ {
	}
	if i < len(s) && s[i] == '.' && !strings.HasPrefix(s[i:], "..") {
		for i++; i < len(s) && isDigit(s[i]); i++ {
		}
	}
	if i+1 < len(s) && s[i]|0x20 == 'e' {
		j := i + 1
		if s[j] == '+' || s[j] == '-' {
			j++
		}
		if j < len(s) && isDigit(s[j]) {
			for i = j; i < len(s) && isDigit(s[i]); i++ {
			}
		}
	}
	l.off = i
	for ; i < len(s) && isLetter(s[i]); i++ {
	}
	if _, ok := compute.TicksOf(s[l.off:i]); ok && (i == len(s) || !isDigit(s[i])) {
		l.off = i
		return l.made(duration, at)
	}
	return l.made(number, at)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }
