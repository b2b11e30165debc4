package duckdb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"weir/internal/plaintext"
	"weir/internal/store"
)

// take makes the folder ready and locks it.
func (s *Store) take(o Options) error {
	if err := checkKinds(s.dir); err != nil {
		return s.refuse(o, err)
	}
	if err := makeFolder(s.dir); err != nil {
		return s.refuse(o, err)
	}
	var err error
	if s.lock, err = acquire(s.dir, o.Command); err != nil {
		return s.refuse(o, err)
	}
	if o.readOnly {
		s.readOnly = true
		return s.makePlaces()
	}
	// What a killed process left behind; and the engine would make a folder
	// that others can read.
	if err := errors.Join(os.RemoveAll(filepath.Join(s.dir, tempName)), os.RemoveAll(filepath.Join(s.dir, newName)),
		os.Mkdir(filepath.Join(s.dir, tempName), folderMode), s.makePlaces()); err != nil {
		return s.refuse(Options{}, err)
	}
	note, err := makePrivate(s.dir)
	if err != nil {
		return fmt.Errorf("cannot open the store in %s: cannot close it to other users: %w", s.dir, err)
	}
	if note != "" && o.Say != nil {
		o.Say(note)
	}
	return nil
}

// makeFolder makes the folder of a store, where there is none, its owner's alone.
func makeFolder(dir string) error {
	if _, err := os.Stat(dir); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return err
	}
	return os.Chmod(dir, folderMode) // whatever the umask took
}

// refuse says why a folder cannot be taken. It returns nil where reading alone is enough.
func (s *Store) refuse(o Options, err error) error {
	var pathError *fs.PathError
	switch {
	case errors.As(err, new(*store.HeldError)):
		return err
	case errors.Is(err, unix.ENOTDIR) || isFile(s.dir):
		return fmt.Errorf("cannot open the store in %s: there is a file of that name; give a folder", s.dir)
	case unwritable(err) && o.ReadOnlyFolderOK && readable(s.dir):
		s.readOnly = true
		return s.makePlaces()
	case errors.Is(err, fs.ErrPermission) && isOthers(s.dir):
		return fmt.Errorf("cannot open the store in %s: the folder cannot be written: it belongs to %s; run weir as that user, or give another folder",
			s.dir, ownerOf(s.dir))
	case unwritable(err):
		return fmt.Errorf("cannot open the store in %s: the folder cannot be written; change its permissions or give another folder", s.dir)
	case isFull(err):
		return s.explain("open", errFull)
	case errors.As(err, &pathError):
		return fmt.Errorf("cannot open the store in %s: %w", s.dir, pathError.Err)
	}
	return fmt.Errorf("cannot open the store in %s: %w", s.dir, err)
}

// readable tells whether this user may look into the store of a folder.
func readable(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, fileName))
	return err == nil || !errors.Is(err, fs.ErrPermission)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// checkKinds refuses what cannot be a store, by its kind: a pipe would be
// waited for, and a device would do what devices do.
func checkKinds(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("there is %s of that name; give a folder", plaintext.Kind(info.Mode()))
	}
	for _, name := range []string{fileName, walName, checkpointName, recoveryName, sumName, undoName, lockName} {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err == nil && !info.Mode().IsRegular() {
			return fmt.Errorf("%s is %s, not a file; move it away", path, plaintext.Kind(info.Mode()))
		}
	}
	return nil
}
