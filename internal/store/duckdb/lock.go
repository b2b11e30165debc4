package duckdb

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"weir/internal/store"
)

// lockName is the file in the data folder that says who holds the store. The
// kernel's lock on it is what counts, and that ends with the process; what a
// killed process wrote in it means nothing.
const lockName = "weir.lock"

// holder is the content of the lock file.
type holder struct {
	PID     int       `json:"pid"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

type lock struct {
	file *os.File
}

// acquire takes the lock of a data folder; a *store.HeldError says who has it.
func acquire(dir, command string) (*lock, error) {
	path := filepath.Join(dir, lockName)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NONBLOCK, fileMode)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		_ = file.Close()
		return nil, held(dir, path)
	}
	if err == nil {
		err = write(file, holder{PID: os.Getpid(), Command: command, Since: time.Now().UTC().Truncate(time.Second)})
		if isFull(err) {
			err = nil // who we are is for others to say, the lock is held
		}
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("cannot lock the store with %s: %w", path, err)
	}
	return &lock{file: file}, nil
}

func write(file *os.File, h holder) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err = file.WriteAt(append(text, '\n'), 0)
	return err
}

// held reads who has the lock. The holder may be about to write that, so an
// unreadable file is looked at again for a moment.
func held(dir, path string) error {
	e := &store.HeldError{Dir: dir}
	for range 10 {
		text, err := os.ReadFile(path)
		var h holder
		if err == nil && json.Unmarshal(text, &h) == nil {
			e.PID, e.Command, e.Since = h.PID, h.Command, h.Since
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return e
}

// release empties the file and lets the lock go. The file stays: removing it
// would let two processes lock two files of the same name.
func (l *lock) release() error {
	if l == nil {
		return nil
	}
	return errors.Join(l.file.Truncate(0), l.file.Close())
}

// unwritable tells whether an error means that the folder cannot be written.
func unwritable(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EROFS)
}
