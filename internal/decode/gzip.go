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

// decompressed returns the content of an object that may be compressed.
func decompressed(src io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(src, 64<<10)
	if magic, _ := b.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return b, nil
	}
	in := &faithful{src: b}
	z, err := gzip.NewReader(bufio.NewReader(in))
	if err != nil {
		return nil, in.explain(err)
	}
	return unzipping{in, z}, nil
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
