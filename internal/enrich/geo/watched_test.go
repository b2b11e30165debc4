package geo

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"weir/internal/flow"
)

// A file whose permissions were mended is read, though its time and size are as
// they were while nobody could read it.
func TestLocatorTriesAgainWhatCouldNotBeRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "country.mmdb")
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	asNobody(t, dir)
	us, se := countryDB(t, "US"), countryDB(t, "SE")
	mode := func(name string, mode os.FileMode) {
		t.Helper()
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	l, _ := NewLocator([]string{path}, nil)
	f := func(what string, wantChanged bool, wantErr, want string) {
		t.Helper()
		changed, err := l.Reload(start)
		if changed != wantChanged || (err == nil) != (wantErr == "") || err != nil && !strings.Contains(err.Error(), wantErr) {
			t.Errorf("%s: changed %v, error %v; want %v and %q", what, changed, err, wantChanged, wantErr)
		}
		if got := l.Find(flow.MustParseAddr("8.8.8.8")).Country; got != want {
			t.Errorf("%s: 8.8.8.8 is in %q, want %q", what, got, want)
		}
	}
	put(t, path, us, start)
	mode(path, 0)
	f("unreadable", false, "permission denied", "")
	f("still unreadable", false, "permission denied", "")
	mode(path, 0o600)
	f("mended by chmod", true, "", "us")
	f("as it was", false, "", "us")
	mode(dir, 0)
	f("its folder closed", false, "permission denied", "us")
	mode(dir, 0o700)
	f("its folder open again", true, "", "us")
	put(t, path, se, start) // another file of the same time and size
	f("another file of the same time and size", true, "", "se")
}

// asNobody has this thread of a test that runs as root, who may read
// everything, look at files as somebody else, whose the folder then is.
func asNobody(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	const nobody = 65534
	for _, name := range []string{filepath.Dir(dir), dir} {
		if err := os.Chown(name, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	runtime.LockOSThread() // never unlocked: the thread ends with the test
	if err := syscall.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Setfsuid(0) })
}

func TestLocatorRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe.mmdb")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{pipe: "a named pipe", os.DevNull: "a device", dir: "a folder"} {
		if _, err := NewLocator([]string{path}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", path, err, want)
		}
	}
}

// What could not be read to its end is not broken, and not good.
func TestReadTellsUnreadFromBroken(t *testing.T) {
	_, err := Read("x", io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("the disk is gone"))))
	if !errors.Is(err, ErrUnread) || errors.Is(err, ErrBroken) || !strings.Contains(err.Error(), "the disk is gone") {
		t.Errorf("error %v", err)
	}
	if _, err := Read("x", strings.NewReader("half")); !errors.Is(err, ErrBroken) || errors.Is(err, ErrUnread) {
		t.Errorf("error %v", err)
	}
}
