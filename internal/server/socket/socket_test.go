package socket

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folders returns a folder with a short path and one whose path is longer
// than the kernel takes for a socket.
func folders(t *testing.T) map[string]string {
	short, err := os.MkdirTemp("", "w")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(short) })
	long := filepath.Join(t.TempDir(), strings.Repeat("long/", 60)+strings.Repeat("x", 200))
	if err := os.MkdirAll(long, 0o755); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"short": short, "long": long}
}

// talk checks that a message from a client arrives.
func talk(t *testing.T, l net.Listener, dir string) {
	t.Helper()
	done := make(chan string)
	go func() {
		c, err := l.Accept()
		if err != nil {
			done <- err.Error()
			return
		}
		b := make([]byte, 5)
		_, _ = c.Read(b)
		_ = c.Close()
		done <- string(b)
	}()
	c, err := Dial(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if got := <-done; got != "hello" {
		t.Errorf("received %q", got)
	}
}

func TestSocket(t *testing.T) {
	for name, dir := range folders(t) {
		t.Run(name, func(t *testing.T) {
			if _, err := Dial(context.Background(), dir); !errors.Is(err, ErrNobody) {
				t.Errorf("Dial() without a server = %v, want ErrNobody", err)
			}
			l, err := Listen(dir)
			if err != nil {
				t.Fatal(err)
			}
			talk(t, l, dir)
			info, err := os.Stat(filepath.Join(dir, Name))
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the socket has mode %v (%v), want 0600", info.Mode(), err)
			}
			if _, err := Listen(dir); err == nil || !strings.Contains(err.Error(), "another process listens") {
				t.Errorf("a second Listen() = %v, want that another process listens", err)
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			if left, _ := os.ReadDir(dir); len(left) != 0 {
				t.Errorf("%v is left behind", left)
			}
		})
	}
}

// A socket that a killed process left behind is replaced.
func TestSocketLeftBehind(t *testing.T) {
	for name, dir := range folders(t) {
		t.Run(name, func(t *testing.T) {
			l, err := Listen(dir)
			if err != nil {
				t.Fatal(err)
			}
			// What a kill does: the socket stays, nobody listens.
			_ = l.(*listener).Listener.Close()
			if _, err := os.Lstat(filepath.Join(dir, Name)); err != nil {
				t.Fatalf("the socket is gone: %v", err)
			}
			if _, err := Dial(context.Background(), dir); !errors.Is(err, ErrNobody) {
				t.Errorf("Dial() = %v, want ErrNobody", err)
			}
			again, err := Listen(dir)
			if err != nil {
				t.Fatal(err)
			}
			talk(t, again, dir)
			// The first one, closed late, must not take away the second.
			_ = l.Close()
			talk(t, again, dir)
			_ = again.Close()
		})
	}
}

func TestSomethingElseInTheWay(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, Name)
	if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(dir); err == nil || !strings.Contains(err.Error(), "not a socket") {
		t.Errorf("Listen() = %v, want that something else is there", err)
	}
	if text, _ := os.ReadFile(path); string(text) != "mine" {
		t.Error("the file was changed")
	}
	if _, err := Listen(filepath.Join(dir, "none")); err == nil {
		t.Error("Listen() in a folder that does not exist succeeded")
	}
}

// Where the kernel has no /proc, a link makes a long path short.
func TestLinkPath(t *testing.T) {
	dir := folders(t)["long"]
	short, done, err := linkPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(filepath.Join(short, Name)) > maxPath {
		t.Errorf("%s is too long", short)
	}
	l, err := net.Listen("unix", filepath.Join(short, Name))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done()
	if _, err := os.Lstat(filepath.Dir(short)); err == nil {
		t.Error("the link is left behind")
	}
	talk(t, l, dir)
}
