package threat

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// document walks a JSON text element by element, so that it is never held as
// a whole. Several values behind each other, such as JSON lines, are walked one
// after the other.
type document struct {
	in *bufio.Reader
	// walks tells whether the value of a member is walked too, which begins with
	// open. What is not walked stays in the object that holds it.
	walks func(under, key string, depth int, open byte) bool
	// visit is called with each element when it ends, so after those in it.
	visit func(element) error

	read   int64  // bytes
	number int    // of elements so far
	buf    []byte // the objects that are open, the innermost last
	limit  int    // of buf for the innermost
	long   bool   // the innermost is too long
}

// element is an object without the members that are walked, or another value
// in a list.
type element struct {
	number int
	depth  int    // of nesting, of what is walked
	under  string // the member that holds it, or the list it is in; empty at the top
	raw    []byte // as JSON; of an object that is too long the members that fit
	long   bool
	walked bool // it holds members that are walked
}

func (e *element) object() bool { return len(e.raw) > 0 && e.raw[0] == '{' }

// errTooLong is the error of an element that is too long.
var errTooLong = fmt.Errorf("it is longer than %d KiB", maxElement>>10)

// into reads the element into a struct.
func (e *element) into(v any) error {
	if e.long {
		return errTooLong
	}
	err := json.Unmarshal(e.raw, v)
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("its member %q is a %s", kind.Field, kind.Value)
	}
	return err
}

// maxNesting bounds how deep elements are walked.
const maxNesting = 8

func (d *document) walk() error {
	for {
		c, err := d.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = d.element(c, "", 0)
		}
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("unexpected end of JSON, it is cut off: %w", io.ErrUnexpectedEOF)
		}
		if err != nil {
			return err
		}
	}
}

// next returns the next byte that is no space.
func (d *document) next() (byte, error) {
	for {
		c, err := d.in.ReadByte()
		if err != nil {
			return 0, err
		}
		d.read++
		if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c, nil
		}
	}
}

func (d *document) syntax(c byte) error {
	return fmt.Errorf("%w: it is no JSON at byte %d, %q", ErrContent, d.read, c)
}

// element walks a value that begins with c.
func (d *document) element(c byte, under string, depth int) error {
	switch c {
	case '{':
		return d.object(under, depth)
	case '[':
		return d.list(under, depth)
	}
	start, limit, long := len(d.buf), d.limit, d.long
	d.limit, d.long = start+maxElement, false
	d.number++
	e := element{number: d.number, depth: depth, under: under}
	err := d.value(c)
	if err == nil {
		e.raw, e.long = d.buf[start:], d.long
		err = d.visit(e)
	}
	d.buf, d.limit, d.long = d.buf[:start], limit, long
	return err
}

func (d *document) list(under string, depth int) error {
	for first := true; ; first = false {
		c, err := d.next()
		if err != nil {
			return err
		}
		switch {
		case c == ']':
			return nil
		case !first && c != ',':
			return d.syntax(c)
		case !first:
			if c, err = d.next(); err != nil {
				return err
			}
		}
		if c == '[' && depth >= maxNesting {
			return fmt.Errorf("%w: its lists are nested too deep", ErrContent)
		}
		deeper := depth
		if c == '[' {
			deeper++
		}
		if err := d.element(c, under, deeper); err != nil {
			return err
		}
	}
}

func (d *document) object(under string, depth int) error {
	start, limit, long := len(d.buf), d.limit, d.long
	d.limit, d.long = start+maxElement, false
	d.number++
	e := element{number: d.number, depth: depth, under: under}
	d.buf = append(d.buf, '{')
	for {
		c, err := d.next()
		if err != nil {
			return err
		}
		if c == '}' {
			break
		}
		if c == ',' {
			if c, err = d.next(); err != nil {
				return err
			}
		}
		if c != '"' {
			return d.syntax(c)
		}
		walked, err := d.member(start, under, depth)
		if err != nil {
			return err
		}
		e.walked = e.walked || walked
	}
	d.buf = append(d.buf, '}')
	e.raw, e.long = d.buf[start:], d.long
	err := d.visit(e)
	d.buf, d.limit, d.long = d.buf[:start], limit, long
	return err
}

// member reads a member of the object that begins at start in the buffer, of
// which the first quote was read.
func (d *document) member(start int, under string, depth int) (walked bool, err error) {
	before := len(d.buf)
	if before > start+1 {
		d.buf = append(d.buf, ',')
	}
	name := len(d.buf)
	if err := d.value('"'); err != nil {
		return false, err
	}
	key := ""
	_ = json.Unmarshal(d.buf[name:], &key) // a name that cannot be read is none that is known
	c, err := d.next()
	if err == nil && c != ':' {
		err = d.syntax(c)
	}
	if err == nil {
		c, err = d.next()
	}
	if err != nil {
		return false, err
	}
	if (c == '[' || c == '{') && depth < maxNesting && d.walks(under, key, depth, c) {
		d.buf = d.buf[:before]
		return true, d.element(c, key, depth+1)
	}
	d.buf = append(d.buf, ':')
	if err := d.value(c); err != nil {
		return false, err
	}
	if len(d.buf) >= d.limit { // the members behind it are read all the same
		d.long = true
		d.buf = d.buf[:before]
	}
	return false, nil
}

// value copies a value that begins with c as far as there is room. What is
// within it is not checked.
func (d *document) value(c byte) error {
	depth, quoted, escaped := 0, false, false
	switch c {
	case '{', '[', '"':
	case '}', ']', ',', ':':
		return d.syntax(c)
	default:
		return d.literal(c)
	}
	for {
		if len(d.buf) < d.limit {
			d.buf = append(d.buf, c)
		} else {
			d.long = true
		}
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
		if depth == 0 && !quoted {
			return nil
		}
		var err error
		if c, err = d.in.ReadByte(); err != nil {
			return err
		}
		d.read++
	}
}

// literal copies a number or a word.
func (d *document) literal(c byte) error {
	for {
		if len(d.buf) < d.limit {
			d.buf = append(d.buf, c)
		}
		var err error
		if c, err = d.in.ReadByte(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		d.read++
		switch c {
		case '}', ']', ',', ':', ' ', '\n', '\r', '\t', '"', '{', '[':
			d.read--
			return d.in.UnreadByte()
		}
	}
}
