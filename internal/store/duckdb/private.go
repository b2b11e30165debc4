package duckdb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Who may read flow logs decides who may read what is made of them: a store
// is its owner's alone, whatever the umask says.
const (
	folderMode fs.FileMode = 0o700
	fileMode   fs.FileMode = 0o600
	others     fs.FileMode = 0o077
)

// ours are the names that a folder of a store may have in it.
var ours = []string{fileName, walName, checkpointName, recoveryName, sumName, undoName, lockName, tempName, newName, "weir.sock"}

// isOurs tells whether a name in the folder of a store is one of the store's.
func isOurs(name string) bool {
	return slices.Contains(ours, name) || strings.HasPrefix(name, ".socket-")
}

// makePrivate takes the rights of others from the folder of a store and the
// files in it. It returns what there is to say about it, "" for nothing.
func makePrivate(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var mended, open []string
	shared := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return !isOurs(e.Name()) })
	take := func(path string, mode fs.FileMode) error {
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || info.Mode()&fs.ModeSymlink != 0 || info.Mode().Perm()&others == 0 {
			return err
		}
		err = os.Chmod(path, mode)
		switch {
		case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTSUP):
			open = append(open, path)
			return nil
		case err == nil:
			mended = append(mended, path)
		}
		return err
	}
	for _, e := range entries {
		mode := fileMode
		if e.IsDir() {
			mode = folderMode
		}
		if isOurs(e.Name()) && (e.IsDir() || e.Type().IsRegular()) {
			if err := take(filepath.Join(dir, e.Name()), mode); err != nil {
				return "", err
			}
		}
	}
	// A folder with other things in it is not ours to close.
	if !shared {
		if err := take(dir, folderMode); err != nil {
			return "", err
		}
	}
	switch {
	case len(open) > 0:
		return fmt.Sprintf("other users can read %s, which belongs to %s: run chmod -R go-rwx %s as that user", open[0], ownerOf(open[0]), dir), nil
	case len(mended) > 0:
		return fmt.Sprintf("the store in %s is closed to other users now; until now they could read it", dir), nil
	}
	return "", nil
}

// ownerOf names the user that a file belongs to.
func ownerOf(path string) string {
	info, err := os.Lstat(path)
	if err != nil {
		return "another user"
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "another user"
	}
	id := strconv.FormatUint(uint64(stat.Uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return "user " + id
}

// isOthers tells whether something belongs to another user than the one who
// runs this process.
func isOthers(path string) bool {
	info, err := os.Lstat(path)
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) != os.Geteuid()
}

// keepPrivate takes the rights of others from a file that the engine made.
func keepPrivate(path string, info fs.FileInfo) error {
	if info.Mode().Perm()&others == 0 {
		return nil
	}
	return os.Chmod(path, fileMode)
}
