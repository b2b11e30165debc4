package duckdb

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/zeebo/xxh3"
	"golang.org/x/sys/unix"
)

// The engine takes a write-ahead log for another database's, or for one that
// ends early, where bytes of it changed, and goes on without a word and without
// what was committed. So we keep the sum of what it wrote beside it.

// sumName is the file with the length and the sum of the write-ahead log as the
// last commit left it. The log may be longer: a killed process has no time to
// write the sum of its last commit. There is none where the store was closed.
const sumName = "weir.sum"

// logSum follows the write-ahead log.
type logSum struct {
	log  string
	file *os.File
	n    int64 // bytes that were summed
	hash *xxh3.Hasher
	rest int64 // length of a log that is no commit's; see leave
}

func newLogSum(dir string) (*logSum, error) {
	f, err := os.OpenFile(filepath.Join(dir, sumName), os.O_RDWR|os.O_CREATE|unix.O_NONBLOCK, fileMode)
	if err != nil {
		return nil, err
	}
	return &logSum{log: filepath.Join(dir, walName), file: f, hash: xxh3.New()}, nil
}

// follow sums what was added, up to a length of the log.
func (l *logSum) follow(size int64) error {
	if size == l.rest {
		return nil
	}
	l.rest = 0
	if size < l.n {
		l.n = 0
		l.hash.Reset()
	}
	if size == l.n {
		return nil
	}
	f, err := os.Open(l.log)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(l.hash, io.NewSectionReader(f, l.n, size-l.n)); err != nil {
		return err
	}
	l.n = size
	_, err = l.file.WriteAt(sumLine(l.n, l.hash.Sum64()), 0)
	return err
}

// leave notes that the log, as long as it is, was folded. What is in it then a
// killed process wrote for a commit that it did not finish: the engine writes
// over it, so it has no sum.
func (l *logSum) leave(size int64) { l.rest = size }

// forget is to be called before the log is folded. It is on the disk when it
// returns: after a loss of power the sum of an old log would be held against a new one.
func (l *logSum) forget() error {
	l.n = 0
	l.hash.Reset()
	_, err := l.file.WriteAt(sumLine(0, 0), 0)
	return errors.Join(err, l.file.Sync())
}

// close removes the sum of a log that is no more.
func (l *logSum) close(folded bool) {
	if l == nil {
		return
	}
	if folded {
		_ = os.Remove(l.file.Name())
	}
	_ = l.file.Close()
}

// sumLine has one length for all values, and a sum of its own.
func sumLine(n int64, sum uint64) []byte {
	text := fmt.Appendf(nil, "%016x %016x ", n, sum)
	return fmt.Appendf(text, "%016x\n", xxh3.Hash(text))
}

// checkLog holds the write-ahead log in a folder against the sum beside it. It
// returns an error that wraps errCorrupt where the log is not as it was written.
func checkLog(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, sumName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var n int64
	var sum uint64
	// A line that was written in part says nothing: it can only be the last one.
	if _, err := fmt.Sscanf(string(text), "%x %x", &n, &sum); err != nil || string(text) != string(sumLine(n, sum)) || n == 0 {
		return nil
	}
	f, err := os.Open(filepath.Join(dir, walName))
	if errors.Is(err, fs.ErrNotExist) {
		return &logError{fmt.Sprintf("%s is missing, and had %d bytes that were committed", walName, n)}
	}
	if err != nil {
		return err
	}
	defer f.Close()
	hash := xxh3.New()
	have, err := io.Copy(hash, io.LimitReader(f, n))
	switch {
	case err != nil:
		return err
	case have < n:
		return &logError{fmt.Sprintf("%s has %d bytes, and had %d that were committed", walName, have, n)}
	case hash.Sum64() != sum:
		return &logError{walName + " is not as it was written"}
	}
	return nil
}

// logError means that the write-ahead log lost what was committed.
type logError struct{ what string }

func (e *logError) Error() string { return e.what }

func (e *logError) Unwrap() error { return errCorrupt }
