package duckdb

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"weir/internal/store"
	"weir/internal/store/storetest"
)

// fails opens a store that cannot be opened and checks that the error is one
// line with all the words.
func fails(t *testing.T, dir string, o Options, words ...string) error {
	t.Helper()
	s, err := Open(t.Context(), dir, o)
	if err == nil {
		_ = s.Close()
		t.Fatal("opened")
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error of several lines: %v", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("no %q in: %v", word, err)
		}
	}
	return err
}

func TestOpenHeld(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, Options{Command: "weir serve"})
	err := fails(t, dir, Options{}, dir, "weir serve", "stop that process", "socket")
	var held *store.HeldError
	if !errors.As(err, &held) || held.PID != os.Getpid() || held.Command != "weir serve" || time.Since(held.Since) > time.Minute {
		t.Errorf("held: %+v", held)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	newStore(t, dir, Options{}) // free again
}

// TestOpenStaleLock opens a store whose holder was killed and left its name.
func TestOpenStaleLock(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, lockName), []byte(`{"pid":1,"command":"weir serve","since":"2026-01-01T00:00:00Z"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	newStore(t, dir, Options{})
}

// TestOpenOtherProgram opens a store whose database another program has open,
// one that knows nothing of our lock file.
func TestOpenOtherProgram(t *testing.T) {
	dir := t.TempDir()
	newStore(t, dir, Options{}).Close()
	child := startChild(t, "hold", filepath.Join(dir, fileName))
	defer child.kill()
	child.expect("held")
	var held *store.HeldError
	if err := fails(t, dir, Options{}, dir); !errors.As(err, &held) || held.PID != child.cmd.Process.Pid {
		t.Errorf("%v, want process %d", err, child.cmd.Process.Pid)
	}
}

func TestOpenInterval(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, Options{Interval: time.Hour})
	s.Close()
	if s = newStore(t, dir, Options{}); s.Interval() != time.Hour {
		t.Errorf("interval %s", s.Interval())
	}
	s.Close()
	fails(t, dir, Options{Interval: time.Minute}, dir, "an interval of 1m:", "made with 60m and", "another folder")
	fails(t, t.TempDir(), Options{Interval: 7 * time.Minute}, "7m0s", "10m")
}

func TestOpenFileInTheWay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	fails(t, file, Options{}, file, "give a folder")
	fails(t, filepath.Join(file, "below"), Options{}, file, "give a folder")
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, fileName), 0o755); err != nil {
		t.Fatal(err)
	}
	fails(t, dir, Options{}, dir, "is a folder")
}

func TestOpenReadOnlyFolder(t *testing.T) {
	dir := mountTmpfs(t, "64m")
	s := newStore(t, dir, Options{})
	if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(0))); err != nil {
		t.Fatal(err)
	}
	s.Close()
	remount(t, dir, syscall.MS_RDONLY)
	fails(t, dir, Options{}, dir, "cannot be written", "permissions")
	fails(t, filepath.Join(dir, "new"), Options{}, "cannot be written")
	s = newStore(t, dir, Options{ReadOnlyFolderOK: true})
	table, err := storetest.Table(s.SQL(t.Context(), "SELECT count(*) FROM flows"))
	if err != nil || table[0][0] != int64(1) {
		t.Errorf("%v, %v", table, err)
	}
	if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(1))); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("Commit: %v", err)
	}
}

// TestOpenDamaged damages the file of a store in several ways. Each must be
// said in one line, when the store is opened or when the damaged part is read,
// and never be answered with numbers that are not those committed.
func TestOpenDamaged(t *testing.T) {
	source := t.TempDir()
	s := newStore(t, source, Options{})
	e := newEstate(130_000, 100)
	if err := s.Commit(t.Context(), e.fill(0)); err != nil {
		t.Fatal(err)
	}
	const question = "SELECT sum(hash(f)) FROM flows f"
	want, err := storetest.Table(s.Query(t.Context(), question))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	good, err := os.ReadFile(filepath.Join(source, fileName))
	if err != nil {
		t.Fatal(err)
	}
	noise := bytes.Repeat([]byte("weir"), 1024)
	for name, damage := range map[string]func(b []byte) []byte{
		"cut in half":       func(b []byte) []byte { return b[:len(b)/2] },
		"cut in the header": func(b []byte) []byte { return b[:5000] },
		"empty":             func(b []byte) []byte { return nil },
		"another file":      func(b []byte) []byte { return noise },
		"header":            func(b []byte) []byte { copy(b[0:4096], noise); return b },
		"database headers":  func(b []byte) []byte { copy(b[4096:12288], noise[:4000]); return b },
		"every block": func(b []byte) []byte {
			for i := 12288 + 1000; i < len(b); i += 262144 {
				b[i] ^= 0x10
			}
			return b
		},
		"second half": func(b []byte) []byte {
			for i := len(b) / 2; i < len(b); i++ {
				b[i] = 0
			}
			return b
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, fileName), damage(bytes.Clone(good)), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), dir, Options{})
			if err == nil {
				defer s.Close()
				var got [][]any
				if got, err = storetest.Table(s.Query(t.Context(), question)); err == nil {
					t.Fatalf("answers %v, want %v or an error", got, want)
				}
			}
			t.Log(err)
			for _, word := range []string{fileName, "damaged", "restore"} {
				if !strings.Contains(err.Error(), word) || strings.Contains(err.Error(), "\n") {
					t.Errorf("no %q in, or several lines: %v", word, err)
				}
			}
		})
	}
}

// TestOpenDamagedLog damages the write-ahead log that a killed process left.
// What is before the damage is kept.
func TestOpenDamagedLog(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, fileName+".wal")
	var wal []byte
	for tries := 0; len(wal) < 1000; tries++ { // it may be killed just after a checkpoint
		if tries == 20 {
			t.Fatal("the child leaves no write-ahead log")
		}
		child := startChild(t, "commit", dir)
		child.expect("committed")
		child.kill()
		wal, _ = os.ReadFile(path)
	}
	wal[len(wal)/2] ^= 0x10
	if err := os.WriteFile(path, wal, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), dir, Options{})
	if err != nil {
		fails(t, dir, Options{}, fileName, "damaged")
		return
	}
	defer s.Close()
	checkLedger(t, s)
}

// mountTmpfs makes a file system of a given size; that needs to be root.
func mountTmpfs(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("weir-test", dir, "tmpfs", 0, "size="+size); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("cannot mount a file system for the test: %v", err)
		}
		t.Skipf("needs root to mount a file system: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func remount(t *testing.T, dir string, flags uintptr) {
	t.Helper()
	if err := syscall.Mount("weir-test", dir, "tmpfs", syscall.MS_REMOUNT|flags, ""); err != nil {
		t.Fatal(err)
	}
}
