package duckdb

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"weir/internal/store/storetest"
)

// openToOthers lists what of a folder other users have rights to.
func openToOthers(t *testing.T, dir string) (open []string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		// What is in a folder that is closed needs no mode of its own.
		if err == nil && info.Mode().Perm()&others != 0 && filepath.Dir(path) != filepath.Join(dir, tempName) {
			open = append(open, info.Mode().String()+" "+path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return open
}

// A store is its owner's alone, whatever the umask, while questions spill and
// after commits and checkpoints.
func TestPrivate(t *testing.T) {
	for _, umask := range []int{0, 0o277} {
		dir := filepath.Join(t.TempDir(), "store")
		old := syscall.Umask(umask)
		t.Cleanup(func() { syscall.Umask(old) })
		s := newStore(t, dir, Options{MemoryLimitMB: 64, Threads: 2, Say: func(text string) { t.Errorf("says %s", text) }})
		look := func(when string) {
			t.Helper()
			if open := openToOthers(t, dir); len(open) > 0 {
				t.Errorf("umask %o, %s: others have rights to\n%s", umask, when, strings.Join(open, "\n"))
			}
		}
		look("new")
		for n := range int64(2) {
			if err := s.Commit(t.Context(), numbered(n+3)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, walName)); err != nil {
			t.Fatal(err)
		}
		look("with a log")
		rows, err := s.Query(t.Context(), "SELECT range AS a, hash(range) AS b, range::VARCHAR AS c FROM range(2000000) ORDER BY b")
		if err != nil || !rows.Next() {
			t.Fatal(err)
		}
		if spilt, err := os.ReadDir(filepath.Join(dir, tempName)); err != nil || len(spilt) == 0 {
			t.Errorf("nothing is spilt: %v", err)
		}
		rows.Close()
		s.walLimit = 0
		if err := s.Commit(t.Context(), numbered(7)); err != nil {
			t.Fatal(err)
		}
		look("after a checkpoint")
		s.Close()
		look("closed")
		syscall.Umask(old)
	}
}

// A store that others could read is closed to them when it is opened, which is
// said once.
func TestPrivateAfterwards(t *testing.T) {
	dir := t.TempDir()
	newStore(t, dir, Options{}).Close()
	for name, mode := range map[string]fs.FileMode{"": 0o755, fileName: 0o644, lockName: 0o666} {
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	var said []string
	say := func(text string) { said = append(said, text) }
	for range 2 {
		newStore(t, dir, Options{Say: say}).Close()
		if open := openToOthers(t, dir); len(open) > 0 {
			t.Errorf("others have rights to\n%s", strings.Join(open, "\n"))
		}
	}
	if len(said) != 1 || !strings.Contains(said[0], "is closed to other users now") {
		t.Errorf("said %q, want once that it is closed", said)
	}
}

// A folder with other things in it keeps its mode, and so do those.
func TestPrivateInSharedFolder(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(other, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := newStore(t, dir, Options{})
	if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(0))); err != nil {
		t.Fatal(err)
	}
	for _, path := range openToOthers(t, dir) {
		if !strings.HasSuffix(path, other) && !strings.HasSuffix(path, dir) {
			t.Errorf("others have rights to %s", path)
		}
	}
	if info, _ := os.Stat(dir); info.Mode().Perm() != 0o755 {
		t.Errorf("the folder has mode %s now", info.Mode())
	}
}

// Where the store is another user's, that is said, and who has to do what.
func TestPrivateOfAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("needs root to be another user")
		}
		t.Skip("needs root to be another user")
	}
	dir, err := os.MkdirTemp("", "weir-store-") // t.TempDir is in a folder that is closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	newStore(t, dir, Options{}).Close()
	open := func() string {
		t.Helper()
		cmd := exec.Command("/proc/self/exe") // the folder of the binary is closed to others
		cmd.Env = append(os.Environ(), childMode+"=open "+dir)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		text, _ := cmd.CombinedOutput()
		return string(text)
	}
	if got, want := open(), "it belongs to root; run weir as that user"; !strings.Contains(got, want) {
		t.Errorf("opened by another user: %s, want %q", got, want)
	}
	for name, mode := range map[string]fs.FileMode{"": 0o777, fileName: 0o666, lockName: 0o666} {
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := open(), "which belongs to root: run chmod -R go-rwx "+dir+" as that user"; !strings.Contains(got, want) || !strings.Contains(got, "opened") {
		t.Errorf("opened by another user who may: %s, want %q", got, want)
	}
}

// Pipes and devices are refused by kind, and never waited for.
func TestOpenKinds(t *testing.T) {
	pipe := func(path string) error { return syscall.Mkfifo(path, 0o600) }
	for name, make := range map[string]func(string) error{
		"a named pipe": pipe,
		"a device":     func(path string) error { return os.Symlink("/dev/zero", path) },
		"a folder":     func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		for _, file := range []string{fileName, walName, lockName} {
			dir := t.TempDir()
			path := filepath.Join(dir, file)
			if err := make(path); err != nil {
				t.Fatal(err)
			}
			for _, reads := range []bool{false, true} {
				fails(t, dir, Options{ReadOnlyFolderOK: reads}, path, "is "+name, "move it away")
			}
		}
	}
	dir := filepath.Join(t.TempDir(), "store")
	if err := pipe(dir); err != nil {
		t.Fatal(err)
	}
	fails(t, dir, Options{}, dir, "there is a named pipe of that name; give a folder")
	fails(t, "/dev/null", Options{}, "/dev/null", "there is a device of that name; give a folder")
}
