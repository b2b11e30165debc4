package duckdb

import (
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// The engine locks the database file against other processes with a lock of
// POSIX, which is a process's and a file's, not a descriptor's. So we can lift
// it for a moment, in which a process of ours opens the file for reading;
// meanwhile weir.lock keeps other processes of weir away.

// guard lifts and restores the engine's lock. Closing any other descriptor of
// the file would drop the lock, so nothing else in this process may open it.
type guard struct {
	file *os.File

	mu     sync.Mutex // held while the lock is lifted
	lifted bool
}

func newGuard(path string) (*guard, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &guard{file: f}, nil
}

// without does work while the lock is lifted, and restores it.
func (g *guard) without(work func() error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.restore(); err != nil { // somebody got in earlier
		return err
	}
	if err := g.set(unix.F_UNLCK); err != nil {
		return fmt.Errorf("cannot lift the lock of %s: %w", g.file.Name(), err)
	}
	g.lifted = true
	err := work()
	if lost := g.restore(); lost != nil {
		return lost
	}
	return err
}

// check returns an error while another program has the file open.
func (g *guard) check() error {
	if !g.mu.TryLock() {
		return nil // a process of ours is opening it
	}
	defer g.mu.Unlock()
	return g.restore()
}

// restore takes the lock again after it was lifted.
func (g *guard) restore() error {
	if !g.lifted {
		return nil
	}
	if err := g.set(unix.F_WRLCK); err != nil {
		who := unix.Flock_t{Type: unix.F_WRLCK}
		if unix.FcntlFlock(g.file.Fd(), unix.F_GETLK, &who) == nil && who.Type != unix.F_UNLCK {
			return fmt.Errorf("process %d, which is not weir, has opened %s: end it, as two that write would damage the store", who.Pid, g.file.Name())
		}
		return fmt.Errorf("cannot lock %s again: %w", g.file.Name(), err)
	}
	g.lifted = false
	return nil
}

// follow guards another file of the same name, which the engine has not opened
// yet; it has closed the one before.
func (g *guard) follow(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	_ = g.file.Close()
	g.file, g.lifted = f, false
	return nil
}

func (g *guard) set(kind int16) error {
	return unix.FcntlFlock(g.file.Fd(), unix.F_SETLK, &unix.Flock_t{Type: kind})
}

// close is to be called when the engine has closed the file.
func (g *guard) close() {
	if g != nil {
		_ = g.file.Close()
	}
}
