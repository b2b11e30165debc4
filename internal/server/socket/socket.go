// Package socket is the Unix socket in the folder of a store through which
// commands reach the process that serves it.
package socket

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Name is the name of the socket in the folder of a store.
const Name = "weir.sock"

// ErrNobody means that nobody listens: there is no socket, or one that a
// process left behind when it was killed.
var ErrNobody = errors.New("nobody serves this store")

// maxPath is the longest path that the kernel takes for a socket: sun_path
// has 108 bytes on Linux and 104 elsewhere, the last of them zero.
const maxPath = 103

// Dial connects to whoever listens in the folder; ErrNobody if nobody does.
func Dial(ctx context.Context, dir string) (net.Conn, error) {
	short, done, err := shorten(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNobody
	}
	if err != nil {
		return nil, fmt.Errorf("cannot reach the server of %s: %w", dir, err)
	}
	defer done()
	c, err := new(net.Dialer).DialContext(ctx, "unix", filepath.Join(short, Name))
	switch {
	case err == nil:
		return c, nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOTDIR):
		return nil, ErrNobody
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("cannot reach the server of %s: %s belongs to another user; run this command as that user",
			dir, filepath.Join(dir, Name))
	}
	return nil, fmt.Errorf("cannot reach the server of %s: %w", dir, err)
}

// Listen makes the socket in the folder, for the owner only. It replaces one
// that was left behind and refuses where somebody answers. Closing the
// listener removes the socket.
func Listen(dir string) (net.Listener, error) {
	path := filepath.Join(dir, Name)
	if err := free(dir, path); err != nil {
		return nil, err
	}
	// The socket is made in a folder that only we may enter and moved when
	// its mode is right, so that nobody else can connect in between.
	private, err := os.MkdirTemp(dir, ".socket-")
	if err != nil {
		return nil, fmt.Errorf("cannot make a socket in %s: %w", dir, err)
	}
	defer os.RemoveAll(private)
	short, done, err := shorten(private)
	if err != nil {
		return nil, fmt.Errorf("cannot make a socket in %s: %w", dir, err)
	}
	defer done()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(short, Name), Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("cannot make a socket in %s: %w", dir, err)
	}
	l.SetUnlinkOnClose(false) // it would remove the path it was made at
	made := filepath.Join(private, Name)
	if err = os.Chmod(made, 0o600); err == nil {
		err = os.Rename(made, path)
	}
	var info fs.FileInfo
	if err == nil {
		info, err = os.Lstat(path)
	}
	if err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("cannot make a socket in %s: %w", dir, err)
	}
	return &listener{Listener: l, path: path, info: info}, nil
}

// free removes a socket that nobody listens at any more.
func free(dir, path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot look at %s: %w", path, err)
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("cannot make the socket %s: something that is not a socket is there; move it away", path)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c, err := Dial(ctx, dir)
	if err == nil {
		_ = c.Close()
		return fmt.Errorf("cannot make the socket %s: another process listens at it; stop that process first", path)
	}
	if !errors.Is(err, ErrNobody) {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot remove the socket %s, which was left behind: %w", path, err)
	}
	return nil
}

type listener struct {
	net.Listener
	path string
	info fs.FileInfo
}

// Close stops listening and removes the socket, if it is still ours.
func (l *listener) Close() error {
	// A later socket can have the same inode, but not the same time.
	if now, err := os.Lstat(l.path); err == nil && os.SameFile(now, l.info) && now.ModTime().Equal(l.info.ModTime()) {
		_ = os.Remove(l.path)
	}
	return l.Listener.Close()
}

// shorten returns another path of the folder, short enough for a socket in it
// where the folder's own is not. done gives the path back.
func shorten(dir string) (short string, done func(), err error) {
	if len(filepath.Join(dir, Name)) <= maxPath {
		return dir, func() {}, nil
	}
	if _, err := os.Stat("/proc/self/fd"); err == nil {
		return descriptorPath(dir)
	}
	return linkPath(dir)
}

// descriptorPath names the folder by the number under which we have it open; only Linux does that.
func descriptorPath(dir string) (string, func(), error) {
	f, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d", f.Fd()), func() { _ = f.Close() }, nil
}

// linkPath names the folder by a symbolic link in the folder for temporary files.
func linkPath(dir string) (string, func(), error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", nil, err
	}
	if _, err := os.Stat(abs); err != nil {
		return "", nil, err
	}
	temp, err := os.MkdirTemp("", "weir-")
	if err != nil {
		return "", nil, err
	}
	done := func() { _ = os.RemoveAll(temp) }
	link := filepath.Join(temp, "d")
	if err := os.Symlink(abs, link); err != nil {
		done()
		return "", nil, err
	}
	return link, done, nil
}
