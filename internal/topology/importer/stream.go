package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// stream reads JSON value by value, and holds no more of it than one value.
type stream struct {
	r    io.Reader
	buf  []byte
	at   int // buf[at:] is yet to be used
	line int // of buf[at]
	max  int // how long a value may be
	err  error
}

func newStream(r io.Reader, longest int) *stream {
	return &stream{r: r, buf: make([]byte, 0, 64<<10), line: 1, max: longest}
}

// fill reads more behind what is there. It returns false at the end.
func (s *stream) fill() bool {
	if s.err != nil {
		return false
	}
	if s.at > 0 {
		s.buf = s.buf[:copy(s.buf, s.buf[s.at:])]
		s.at = 0
	}
	if len(s.buf) == cap(s.buf) {
		s.buf = append(make([]byte, 0, 2*cap(s.buf)), s.buf...)
	}
	for range 100 { // a reader that gives nothing so often never will
		n, err := s.r.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf, s.err = s.buf[:len(s.buf)+n], err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	s.err = io.ErrNoProgress
	return false
}

// take uses n bytes. They stay as they are until the next call.
func (s *stream) take(n int) []byte {
	b := s.buf[s.at : s.at+n]
	s.at += n
	s.line += bytes.Count(b, []byte{'\n'})
	return b
}

// peek returns the next byte that is no white space. The error at the end is io.EOF.
func (s *stream) peek() (byte, error) {
	for {
		s.take(space(s.buf[s.at:], 0))
		if s.at < len(s.buf) {
			return s.buf[s.at], nil
		}
		if !s.fill() {
			return 0, s.err
		}
	}
}

// inside is peek where more has to come.
func (s *stream) inside() (byte, error) {
	c, err := s.peek()
	if errors.Is(err, io.EOF) {
		err = s.broken()
	}
	return c, err
}

// broken is the error of a text that ends before its JSON does.
func (s *stream) broken() error { return fmt.Errorf("line %d: %w", s.line, errBroken) }

// value returns the value that begins here. It looks only for where the value
// ends, so that one bad element does not take the others with it; the value
// itself is checked when it is decoded.
func (s *stream) value() ([]byte, error) {
	c, err := s.inside()
	if err != nil {
		return nil, err
	}
	if !begins(c) {
		return nil, fmt.Errorf("line %d: %w", s.line, errSyntax)
	}
	var end scan
	n := 0
	for {
		var done bool
		n, done = end.on(s.buf[s.at:], n)
		switch {
		case n <= s.max && done:
			return s.take(n), nil
		case n > s.max:
			return nil, fmt.Errorf("line %d: a resource or value here is larger than %d MiB: no inventory of Azure has one, leave it out", s.line, s.max>>20)
		}
		if !s.fill() {
			switch {
			case !errors.Is(s.err, io.EOF):
				return nil, s.err
			case end.scalar && n > 0:
				return s.take(n), nil
			}
			return nil, s.broken()
		}
	}
}
