package importer

import (
	"bytes"
	"errors"
)

var (
	errBroken = errors.New("the JSON breaks off here: the file is cut, write it again")
	errSyntax = errors.New("this is not JSON")
)

// space returns the place of the first byte at or after i that is no white space.
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// scan finds where a value ends, also when that comes in pieces.
type scan struct {
	depth  int
	text   bool // inside of a text
	scalar bool // a number, true, false or null, which ends where something else begins
}

// on scans b from i, of which all before i was scanned. It returns the end of
// the value, or how far it came.
func (s *scan) on(b []byte, i int) (int, bool) {
	for i < len(b) {
		if s.text {
			j := bytes.IndexByte(b[i:], '"')
			if j < 0 {
				return len(b), false
			}
			i += j
			slashes := 0
			for b[i-1-slashes] == '\\' {
				slashes++
			}
			i++
			if s.text = slashes%2 == 1; !s.text && s.depth == 0 {
				return i, true
			}
			continue
		}
		switch b[i] {
		case '"':
			if s.scalar {
				return i, true
			}
			s.text = true
		case '{', '[':
			if s.scalar {
				return i, true
			}
			s.depth++
		case '}', ']':
			if s.depth--; s.depth <= 0 {
				if s.scalar {
					return i, true
				}
				return i + 1, true
			}
		case ',', ' ', '\n', '\t', '\r':
			if s.scalar {
				return i, true
			}
		default:
			s.scalar = s.depth == 0
		}
		i++
	}
	return i, false
}

// begins tells whether a value may begin so.
func begins(c byte) bool { return c != ',' && c != ':' && c != '}' && c != ']' }

// skip returns the end of the value that begins at i.
func skip(b []byte, i int) (int, error) {
	if !begins(b[i]) {
		return i, errSyntax
	}
	var s scan
	n, done := s.on(b[i:], 0)
	if !done && (!s.scalar || n == 0) {
		return i + n, errBroken
	}
	return i + n, nil
}

// members calls yield for the members of an object until it returns false.
// The key is as written, without its quotes.
func members(b []byte, yield func(key, value []byte) bool) error {
	i := space(b, 1)
	for i < len(b) && b[i] != '}' {
		if b[i] != '"' {
			return errSyntax
		}
		end, err := skip(b, i)
		if err != nil {
			return err
		}
		key := b[i+1 : end-1]
		if i = space(b, end); i == len(b) || b[i] != ':' {
			return errSyntax
		}
		if i = space(b, i+1); i == len(b) {
			return errBroken
		}
		if end, err = skip(b, i); err != nil {
			return err
		}
		if !yield(key, b[i:end]) {
			return nil
		}
		if i = space(b, end); i < len(b) && b[i] == ',' {
			i = space(b, i+1)
		}
	}
	return nil
}

// elements calls yield for the elements of an array.
func elements(b []byte, yield func(value []byte)) error {
	i := space(b, 1)
	for i < len(b) && b[i] != ']' {
		end, err := skip(b, i)
		if err != nil {
			return err
		}
		yield(b[i:end])
		if i = space(b, end); i < len(b) && b[i] == ',' {
			i = space(b, i+1)
		}
	}
	return nil
}
