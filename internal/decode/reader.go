// Package decode turns the bytes of a flow-log object into tuples: NSG flow
// logs of version 1 and 2 and VNet flow logs of version 4, told apart by
// content. A record is read whole or not at all, so
// that an object which still grows can be left and taken up at any time, and
// what cannot be read is rejected alone, with a reason, a place and a sample.
package decode

import (
	"bytes"
	"errors"
	"io"

	"golang.org/x/text/transform"

	"weir/internal/plaintext"
)

const (
	// MaxRecord is the length of the longest record that is read, in bytes.
	// A NIC carries at most 500 000 concurrent flows, which makes
	// records of a few MiB a minute; the bound is what keeps memory flat.
	MaxRecord = 32 << 20
	// MaxDepth is how deep a record may be nested; flow logs need seven levels.
	MaxDepth = 32
	// windowSize is the usual size of the window over the content. Most
	// records are a few KiB, and a window of this size stays in cache.
	windowSize = 1 << 20
	// giantWindow is a window that is not kept once its record was read. Few
	// records are longer than a few MiB.
	giantWindow = 4 << 20
	// lookAhead is how far the first key of an object may be from its brace.
	lookAhead = 1 << 10
)

// ErrPrefixChanged means that the part of an object which was already read is
// no longer the same.
var ErrPrefixChanged = errors.New("the part that was already read has changed")

// Reader decodes the content of one object after another. It is not safe for
// concurrent use.
type Reader struct {
	src      io.Reader
	err      error // why src ended, io.EOF at its proper end
	recoded  bool  // src is UTF-8 that was something else
	asStored bool  // offsets in src are offsets in what is stored

	buf  []byte // the window, then padding
	pos  int    // next byte to look at
	end  int    // end of the window
	base int64  // offset of buf[0] in the content

	prefix prefix
	region region
	record Record

	opener    plaintext.Opener
	canonical canonical
	tolerant  tolerant
	names     names

	// BeforeGiant is called, if it is set, before much memory is taken for a
	// record of more than 4 MiB, once or more often for each.
	BeforeGiant func()
	// Latest is the latest time that a record may have, in milliseconds since
	// 1970, which is some time after it arrived; 0: any. It is read by Reset.
	Latest int64

	// tolerantOnly leaves the canonical scanner out: both must agree.
	tolerantOnly bool
	maxRecord    int
}

// NewReader returns a Reader without content; Reset gives it some.
func NewReader() *Reader {
	r := &Reader{maxRecord: MaxRecord}
	r.canonical.names = &r.names
	return r
}

// Reset starts a new object. src is its content from its first byte, of which
// what lies before the mark was read before; ErrPrefixChanged is returned where
// it is not the same. Offsets and hashes are those
// of the text that package plaintext makes of it: of the stored bytes, or of
// the unpacked ones, or of the UTF-8 of what is UTF-16. Its errors are those of
// src, a *plaintext.CorruptError or a *plaintext.KindError.
func (r *Reader) Reset(src io.Reader, from Mark) error {
	r.begin(0)
	r.src, r.err = r.opener.Open(src)
	_, r.recoded = r.src.(*transform.Reader)
	r.asStored = r.err == nil && !r.recoded && !r.opener.Unpacked()
	r.prefix.legacy.begin(from.Offset)
	for r.prefix.offset < from.Offset {
		if !r.fill() {
			break
		}
		r.pos = int(min(from.Offset-r.base, int64(r.end)))
		r.consume(r.base + int64(r.pos))
	}
	now := r.Consumed()
	switch {
	case r.err != nil && r.err != io.EOF && now.Offset < from.Offset:
		return r.err
	case now.Offset < from.Offset, !r.prefix.proves(from):
		return ErrPrefixChanged
	}
	return nil
}

// Resume goes on with an object at a mark that has a Tail. src is its content
// from TailBytes before the mark on, or from its first byte where there are
// fewer; ErrPrefixChanged is returned where these bytes are not those that were
// read before. The rest of what lies before the mark is taken to be the same.
func (r *Reader) Resume(src io.Reader, from Mark) error {
	tail := make([]byte, min(from.Offset, TailBytes))
	switch _, err := io.ReadFull(src, tail); {
	case err == io.EOF, err == io.ErrUnexpectedEOF:
		return ErrPrefixChanged
	case err != nil:
		return err
	case tailOf(tail) != from.Tail:
		return ErrPrefixChanged
	}
	r.begin(from.Offset)
	r.src, r.recoded, r.asStored = src, false, true
	r.prefix.resume(from, tail)
	return nil
}

// begin makes ready for content from an offset on.
func (r *Reader) begin(offset int64) {
	if len(r.buf) != windowSize+padding {
		r.buf = make([]byte, windowSize+padding)
	}
	r.err, r.pos, r.end, r.base = nil, 0, 0, offset
	r.region.open = false
	r.prefix.reset()
	r.canonical.reset()
	r.canonical.times, r.tolerant.times = arrival{r.Latest}, arrival{r.Latest}
}

// Consumed returns the mark before which nothing needs to be read again.
func (r *Reader) Consumed() Mark {
	m := r.prefix.mark(r.buf, r.base)
	if !r.asStored {
		m.Tail = 0 // an offset in the text is none in what is stored
	}
	return m
}

// Seen returns how many bytes of content were looked at.
func (r *Reader) Seen() int64 { return r.base + int64(r.end) }

// Pending returns how many bytes at the end of the content belong to a record
// that is not yet complete. It means something once Next returned an error.
func (r *Reader) Pending() int64 { return int64(r.end - r.pos) }

// Trim gives back the memory that a giant record took. What Next returned is
// not valid after it.
func (r *Reader) Trim() {
	r.record.reset()
	if len(r.buf)-padding > giantWindow && r.end-r.pos <= windowSize/2 {
		r.move(make([]byte, windowSize+padding))
	}
}

// move makes to the window, which holds what of the old one lies behind pos.
func (r *Reader) move(to []byte) {
	r.prefix.drop(r.buf[:r.pos], r.base)
	copy(to, r.buf[r.pos:r.end])
	r.buf = to
	r.base += int64(r.pos)
	r.end -= r.pos
	r.pos = 0
	clear(r.buf[r.end : r.end+padding])
}

// Next returns the next record, or what was rejected before the next one or
// the end. It returns io.EOF at the end of the content, and any other error of
// the source after all that could be read. The Record is re-used.
func (r *Reader) Next() (*Record, error) {
	r.record.reset()
	for {
		if !r.skipFraming() {
			return r.finish()
		}
		var done bool
		switch c := r.buf[r.pos]; {
		case c == '{' && (!r.region.open || r.candidate()):
			done = r.value()
		case c == '"' && !r.region.open:
			done = r.remnant()
		default:
			r.reject(BadSyntax)
		}
		switch {
		case r.record.Records > 0:
			return &r.record, nil
		case done:
			return r.finish()
		case len(r.record.Rejects) > 0 && !r.region.open:
			return &r.record, nil
		}
	}
}

// finish ends an object: first what was rejected is returned, then the error.
func (r *Reader) finish() (*Record, error) {
	var corrupt *plaintext.CorruptError
	if r.err == io.EOF || errors.As(r.err, &corrupt) {
		r.closeRegion()
	} else {
		// The source may do better the next time, so how far the region
		// reaches is not known: it is read again from its beginning.
		r.rewindRegion()
	}
	if len(r.record.Rejects) > 0 {
		return &r.record, nil
	}
	return nil, r.err
}

// value reads the object at pos. It tells whether the content ends inside it.
func (r *Reader) value() (done bool) {
	start := r.pos
	v, end := whole, -1
	if !r.tolerantOnly {
		end = r.canonical.record(r.buf, start, r.end, r.base, &r.record)
	}
	if end < 0 {
		end, v = r.tolerant.record(r.buf[:r.end], start, r.base, &r.record, &r.names)
	}
	switch v {
	case whole:
		// The region lies before the rejects of this record.
		inner := len(r.record.Rejects)
		r.closeRegion()
		if n := len(r.record.Rejects); n > inner && inner > 0 {
			rotate(r.record.Rejects)
		}
		r.record.Offset, r.record.Length = r.base+int64(start), int64(end-start)
		r.pos = end
		r.consume(r.base + int64(end))
	case envelope:
		r.closeRegion()
		r.pos = end
	case foreign:
		if r.region.open {
			r.extend(end)
			break
		}
		r.record.reject(NotARecord, r.base+int64(start), r.buf[start:end])
		r.pos = end
		r.consume(r.base + int64(end))
	case more:
		return r.goOn()
	case deep:
		r.reject(TooDeep)
	default:
		r.reject(BadSyntax)
	}
	return false
}

// rotate moves the last rejection to the front.
func rotate(rejects []Rejection) {
	last := rejects[len(rejects)-1]
	copy(rejects[1:], rejects)
	rejects[0] = last
}

// goOn gets more of the content for the value at pos, which is not complete.
// It tells whether the content ends inside it; a value beyond all bounds is
// rejected.
func (r *Reader) goOn() (done bool) {
	switch {
	case r.err != nil:
		return true
	case r.end-r.pos >= r.maxRecord:
		r.reject(RecordTooLarge)
	default:
		r.fill()
	}
	return false
}

// remnant passes over a key and its value that follow a list of records in
// the object around them. It tells whether the content ends inside it.
func (r *Reader) remnant() (done bool) {
	p := &r.tolerant
	p.begin(r.buf[:r.end], r.pos, r.base, &r.record, &r.names)
	key, ok := p.str()
	text := p.i // the end of what may be a value of its own
	switch {
	case !ok:
	case p.peek() != ':':
		if p.state == whole || r.err == io.EOF {
			if p.unwrap(r.pos, text) {
				r.record.Offset, r.record.Length = r.base+int64(r.pos), int64(text-r.pos)
				r.pos = text
				r.consume(r.base + int64(text))
				return false
			}
		}
		if p.i = text; p.peek() != 0 {
			r.reject(NotARecord)
			return false
		}
	default:
		p.i++
		switch c := p.peek(); {
		case c == '[' && string(key) == "records":
			p.i++
		case string(key) == "flowRecords" || string(key) == "properties":
			p.shape()
		default:
			p.skip()
		}
	}
	switch p.state {
	case whole:
		r.pos = p.i
		if len(r.record.Rejects) > 0 {
			r.consume(r.base + int64(p.i))
		}
	case more:
		r.record.forget(0)
		return r.goOn()
	default:
		r.record.forget(0)
		r.reject(BadSyntax)
	}
	return false
}

// region is a stretch of bytes that is being rejected: from something broken
// to the next record.
type region struct {
	open       bool
	reason     Reason
	start, end int64
	head       [sampleBytes]byte
	headLen    int
	before     Mark // what was consumed before the region
}

// reject opens a region at pos, or goes on with the open one, and passes over
// what cannot be the beginning of a record.
func (r *Reader) reject(reason Reason) {
	if !r.region.open {
		r.region.open, r.region.reason, r.region.start = true, reason, r.base+int64(r.pos)
		r.region.headLen = copy(r.region.head[:], r.buf[r.pos:r.end])
		r.region.before = r.prefix.mark(r.buf, r.base)
	}
	next := bytes.IndexByte(r.buf[r.pos+1:r.end], '{')
	if next < 0 {
		next = r.end
	} else {
		next += r.pos + 1
	}
	r.extend(next)
}

// extend makes the open region reach to the index end, less the framing
// before it: when the object grows, that will be something else.
func (r *Reader) extend(end int) {
	last := end
	for last > r.pos+1 && isFraming[r.buf[last-1]] {
		last--
	}
	r.region.end = r.base + int64(last)
	r.consume(r.region.end)
	r.pos = end
}

func (r *Reader) closeRegion() {
	g := &r.region
	if !g.open {
		return
	}
	g.open = false
	n := g.end - g.start
	if r.record.count(g.reason) {
		r.record.Rejects = append(r.record.Rejects, Rejection{
			g.reason, g.start, n, sample(g.head[:min(int64(g.headLen), n)]),
		})
	}
}

func (r *Reader) rewindRegion() {
	if r.region.open {
		r.region.open = false
		r.prefix.leaveAt(r.region.before)
	}
}

// candidate tells whether the object at pos may be a record: after something
// broken, the objects inside a record must not be taken for one.
func (r *Reader) candidate() bool {
	if r.end-r.pos < lookAhead && r.err == nil {
		r.fill()
	}
	rest := r.buf[r.pos+1 : r.end]
	i := 0
	for i < len(rest) && isFraming[rest[i]] && rest[i] <= ' ' {
		i++
	}
	if i < len(rest) && rest[i] != '"' {
		return false
	}
	for _, inner := range innerKeys {
		if bytes.HasPrefix(rest[min(i, len(rest)):], inner) {
			return false
		}
	}
	return true
}

// innerKeys are the keys of the objects inside a record.
var innerKeys = [][]byte{
	[]byte(`"rule"`), []byte(`"flows"`), []byte(`"aclID"`), []byte(`"flowGroups"`),
	[]byte(`"mac"`), []byte(`"flowTuples"`), []byte(`"Version"`),
}

// isFraming holds what may stand between records: white space and the
// punctuation of the lists and objects around them.
var isFraming = [256]bool{' ': true, '\t': true, '\n': true, '\r': true, ',': true, '[': true, ']': true, '}': true}

// replacement stands for what is no character of the encoding.
var replacement = []byte("\ufffd")

var byteOrderMark = []byte("\xef\xbb\xbf")

// skipFraming moves pos to the next byte that is not framing; false at the end.
func (r *Reader) skipFraming() bool {
	for {
		for r.pos < r.end && isFraming[r.buf[r.pos]] {
			r.pos++
		}
		if r.end-r.pos < len(byteOrderMark) && r.err == nil {
			r.fill()
			continue
		}
		if r.pos == r.end {
			return false
		}
		if !bytes.HasPrefix(r.buf[r.pos:r.end], byteOrderMark) {
			return true
		}
		r.pos += len(byteOrderMark)
	}
}

// fill drops what lies before pos and reads on until the window is full or
// the content ends; a window that is full from the start is doubled. It tells
// whether there are new bytes.
func (r *Reader) fill() bool {
	if r.err != nil {
		return false
	}
	if size := len(r.buf) - padding; r.pos == 0 && r.end == size {
		if size >= giantWindow && r.BeforeGiant != nil {
			r.BeforeGiant()
		}
		r.move(make([]byte, 2*size+padding))
	} else {
		r.move(r.buf)
	}
	was := r.end
	n, err := io.ReadFull(r.src, r.buf[r.end:len(r.buf)-padding])
	r.end += n
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	if err == io.EOF && r.recoded && bytes.HasSuffix(r.buf[:r.end], replacement) {
		r.end -= len(replacement) // half of a character waits for the other half
	}
	r.err = err
	clear(r.buf[r.end : r.end+padding])
	return r.end > was
}

func (r *Reader) consume(offset int64) { r.prefix.offset, r.prefix.behind = offset, false }
