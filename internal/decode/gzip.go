package decode

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// CorruptError is a compressed stream that cannot be read further.
type CorruptError struct{ Err error }

func (e *CorruptError) Error() string { return fmt.Sprintf("cannot decompress: %v", e.Err) }

func (e *CorruptError) Unwrap() error { return e.Err }

// decompressor gives the content of objects that may be compressed. It keeps
// its buffers from one object to the next.
type decompressor struct {
	in    *bufio.Reader
	unzip *gzip.Reader
}

// open returns the content of src.
func (d *decompressor) open(src io.Reader) (io.Reader, error) {
	in := &faithful{src: src}
	if d.in == nil {
		d.in = bufio.NewReaderSize(in, 64<<10)
	}
	d.in.Reset(in)
	if magic, _ := d.in.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return d.in, nil
	}
	if d.unzip == nil {
		d.unzip = new(gzip.Reader)
	}
	if err := d.unzip.Reset(d.in); err != nil {
		return nil, in.explain(err)
	}
	return unzipping{in, d.unzip}, nil
}

// unzipping tells damage of the compressed stream from errors of its source.
type unzipping struct {
	in *faithful
	z  *gzip.Reader
}

func (u unzipping) Read(p []byte) (int, error) {
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
