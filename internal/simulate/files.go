package simulate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

const flushBytes = 256 << 10

// files writes objects one after the other, each as a whole: nobody reads them
// while they grow.
type files struct {
	dir  string
	file *os.File
	buf  []byte
}

// Append implements [Sink].
func (f *files) Append(_ context.Context, b *Block) error {
	if b.Number == 0 {
		if err := f.close(); err != nil {
			return err
		}
		file, err := createObject(f.dir, b.Object)
		if err != nil {
			return err
		}
		f.file = file
		f.buf = append(f.buf, objectBegin...)
	}
	f.buf = append(f.buf, b.Data...)
	if len(f.buf) < flushBytes {
		return nil
	}
	return f.flush()
}

func (f *files) flush() error {
	_, err := f.file.Write(f.buf)
	f.buf = f.buf[:0]
	if err != nil {
		return fmt.Errorf("cannot write a log object: %w", err)
	}
	return nil
}

// close ends the open object.
func (f *files) close() error {
	if f.file == nil {
		return nil
	}
	f.buf = append(f.buf, objectEnd...)
	err := f.flush()
	if e := f.file.Close(); e != nil && err == nil {
		err = fmt.Errorf("cannot close a log object: %w", e)
	}
	f.file = nil
	return err
}

// createObject makes the file of an object, and the folders above it.
func createObject(dir, object string) (*os.File, error) {
	path := filepath.Join(dir, filepath.FromSlash(object))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("cannot make the folder of a log object: %w", err)
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("cannot create a log object: %w", err)
	}
	return file, nil
}
