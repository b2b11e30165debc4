// Package plaintext opens text in the forms in which people hand it over: as
// UTF-8 or UTF-16, with or without a byte order mark, plain or packed by gzip.
// What is no text but, say, an archive is refused with its kind and what to do,
// so that no reader behind it has to guess. It imports nothing of ours.
package plaintext

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// CorruptError is a compressed stream that cannot be read further.
type CorruptError struct{ Err error }

func (e *CorruptError) Error() string { return fmt.Sprintf("cannot decompress: %v", e.Err) }

func (e *CorruptError) Unwrap() error { return e.Err }

// Open returns the UTF-8 of src, without a byte order mark. Its errors, and
// those of the returned reader, are those of src, a *CorruptError or a
// *KindError.
func Open(src io.Reader) (io.Reader, error) {
	text, err := new(Opener).Open(src)
	if err != nil {
		return nil, err
	}
	in := bufio.NewReader(text)
	if mark, _ := in.Peek(len(utf8Mark)); bytes.Equal(mark, utf8Mark) {
		_, err = in.Discard(len(utf8Mark))
	}
	return in, err
}

// Opener opens one text after another and keeps its buffers meanwhile. It is
// not safe for concurrent use.
type Opener struct {
	stored *bufio.Reader // the bytes as they are stored
	packed bool
	unzip  *gzip.Reader
	text   *bufio.Reader // those of the unpacked text
}

// Open is as the function Open, but leaves the byte order mark of a UTF-8 text
// where it is: an offset in the result is one of the stored file, unless that
// is packed or UTF-16. The text must be read before the next is opened.
func (o *Opener) Open(src io.Reader) (io.Reader, error) {
	in := &faithful{src: src}
	o.stored = buffered(o.stored, in)
	head, _ := o.stored.Peek(headBytes)
	if o.packed = bytes.HasPrefix(head, gzipMagic); !o.packed {
		return decoded(o.stored, head)
	}
	if o.unzip == nil {
		o.unzip = new(gzip.Reader)
	}
	if err := o.unzip.Reset(o.stored); err != nil {
		return nil, in.explain(err)
	}
	o.text = buffered(o.text, unpacking{in, o.unzip})
	head, _ = o.text.Peek(headBytes)
	return decoded(o.text, head)
}

// Unpacked tells whether the text that was opened last is packed where it is stored.
func (o *Opener) Unpacked() bool { return o.packed }

// bufferSize is that of the buffers; an Opener has up to two.
const bufferSize = 64 << 10

func buffered(b *bufio.Reader, src io.Reader) *bufio.Reader {
	if b == nil {
		return bufio.NewReaderSize(src, bufferSize)
	}
	b.Reset(src)
	return b
}

// decoded returns the text of in, which begins with head, as UTF-8.
func decoded(in *bufio.Reader, head []byte) (io.Reader, error) {
	if order, is := utf16Order(head); is {
		// A mark in the text decides where there is one.
		return transform.NewReader(in, unicode.UTF16(order, unicode.UseBOM).NewDecoder()), nil
	}
	if k, is := kindOf(head); is {
		return nil, k
	}
	return in, nil
}

var (
	gzipMagic = []byte{0x1f, 0x8b}
	utf8Mark  = []byte("\xef\xbb\xbf")
)

// utf16Order tells whether a text is UTF-16, by its mark or since its first two
// characters are of ASCII.
func utf16Order(head []byte) (order unicode.Endianness, is bool) {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe, 0, 0}), len(head) < 2:
		return order, false // UTF-32, or nothing to tell by
	case head[0] == 0xff && head[1] == 0xfe:
		return unicode.LittleEndian, true
	case head[0] == 0xfe && head[1] == 0xff:
		return unicode.BigEndian, true
	case len(head) < 4:
		return order, false
	case head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0:
		return unicode.LittleEndian, true
	case head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		return unicode.BigEndian, true
	}
	return order, false
}

// unpacking tells damage of the compressed stream from errors of its source.
type unpacking struct {
	in *faithful
	z  *gzip.Reader
}

func (u unpacking) Read(p []byte) (int, error) {
	n, err := u.z.Read(p)
	if err != nil && err != io.EOF {
		err = u.in.explain(err)
	}
	return n, err
}

// faithful remembers how its source failed.
type faithful struct {
	src io.Reader
	err error
}

func (f *faithful) Read(p []byte) (int, error) {
	n, err := f.src.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

func (f *faithful) explain(err error) error {
	if f.err != nil {
		return f.err
	}
	return &CorruptError{err}
}
