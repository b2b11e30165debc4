package decode

import (
	"bytes"
	"encoding/json"
)

// What the tolerant reader takes for JSON: the standard, and control characters
// in strings besides. A value may end after the window, which is no fault.

// object reads the object at i and calls f with each key, at whose value i then is.
func (p *tolerant) object(f func(key []byte)) {
	if !p.enter() {
		return
	}
	p.i++ // {
	if p.peek() == '}' {
		p.i++
		p.depth--
		return
	}
	for p.state == whole {
		if p.peek() != '"' {
			p.fail()
			return
		}
		key, ok := p.str()
		if !ok || !p.expect(':') {
			return
		}
		if p.peek(); p.state != whole {
			return
		}
		f(key)
		if p.state != whole {
			return
		}
		switch p.peek() {
		case ',':
			p.i++
		case '}':
			p.i++
			p.depth--
			return
		default:
			p.fail()
		}
	}
}

// array reads the list at i and calls f at each element.
func (p *tolerant) array(f func()) {
	if !p.enter() {
		return
	}
	p.i++ // [
	if p.peek() == ']' {
		p.i++
		p.depth--
		return
	}
	for p.state == whole {
		if p.peek(); p.state != whole {
			return
		}
		f()
		if p.state != whole {
			return
		}
		switch p.peek() {
		case ',':
			p.i++
		case ']':
			p.i++
			p.depth--
			return
		default:
			p.fail()
		}
	}
}

func (p *tolerant) enter() bool {
	if p.depth++; p.depth > MaxDepth {
		p.state = deep
		return false
	}
	return true
}

// skip passes over the value at i, whatever it is.
func (p *tolerant) skip() {
	switch c := p.peek(); {
	case p.state != whole:
	case c == '{':
		p.object(func([]byte) { p.skip() })
	case c == '[':
		p.array(p.skip)
	case c == '"':
		p.str()
	default:
		p.scalar()
	}
}

// scalar passes over a number, true, false or null.
func (p *tolerant) scalar() {
	start := p.i
	for p.i < len(p.b) && isScalar[p.b[p.i]] {
		p.i++
	}
	switch {
	case p.i == len(p.b):
		p.state = more
	case !json.Valid(p.b[start:p.i]):
		p.i = start
		p.fail()
	}
}

var isScalar = func() (t [256]bool) {
	for _, c := range []byte("+-.0123456789abcdefghijklmnopqrstuvwxyzE") {
		t[c] = true
	}
	return t
}()

// str reads the string at i and returns its content without escapes.
func (p *tolerant) str() (s []byte, ok bool) {
	start := p.i + 1
	escaped := false
	quote := p.find('"', start)
	for at := start; quote >= 0; {
		slash := bytes.IndexByte(p.b[at:quote], '\\')
		if slash < 0 {
			break
		}
		escaped = true
		if at += slash + 2; at > quote {
			quote = p.find('"', at)
		}
	}
	if quote < 0 {
		p.i, p.state = len(p.b), more
		return nil, false
	}
	p.i = quote + 1
	s = p.b[start:quote]
	if !escaped {
		return s, true
	}
	return p.unescape(s)
}

// find returns the index of the next c from at on, or -1.
func (p *tolerant) find(c byte, at int) int {
	if at > len(p.b) {
		return -1
	}
	n := bytes.IndexByte(p.b[at:], c)
	if n < 0 {
		return -1
	}
	return at + n
}

// unescape resolves the escapes of a string; a wrong escape is not JSON.
func (p *tolerant) unescape(s []byte) ([]byte, bool) {
	var text string
	// Control characters in strings are tolerated, the standard library's
	// decoder does not.
	raw := make([]byte, 0, len(s)+2)
	raw = append(raw, '"')
	for _, c := range s {
		if c < 0x20 {
			c = ' '
		}
		raw = append(raw, c)
	}
	if err := json.Unmarshal(append(raw, '"'), &text); err != nil {
		p.fail()
		return nil, false
	}
	// The arena may move as it grows; earlier strings keep the old one.
	from := len(p.arena)
	p.arena = append(p.arena, text...)
	return p.arena[from:len(p.arena):len(p.arena)], true
}

// peek passes over white space and returns the next byte; 0 with state more at the end.
func (p *tolerant) peek() byte {
	for p.i < len(p.b) {
		switch c := p.b[p.i]; c {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return c
		}
	}
	if p.state == whole {
		p.state = more
	}
	return 0
}

func (p *tolerant) expect(c byte) bool {
	if p.peek() == c {
		p.i++
		return true
	}
	p.fail()
	return false
}

func (p *tolerant) fail() {
	if p.state == whole {
		p.state = broken
	}
}
