// Package dir finds log objects in files and folders.
package dir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"weir/internal/plaintext"
	"weir/internal/source"
)

// extensions are the names that a folder is searched for. A file that is
// named itself is read whatever its name: what it holds is told by content.
var extensions = []string{".json", ".json.gz", ".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz"}

// ignoreFile names the file in which a folder lists what in it is no log: a
// pattern of filepath.Match a line, matched against the names in that folder.
const ignoreFile = ".weirignore"

// maxIgnore bounds that file, in bytes.
const maxIgnore = 1 << 20

// Source lists the files at its paths in the order of their names.
type Source struct {
	paths   []string
	skipped atomic.Int64
}

var _ source.Source = (*Source)(nil)

// New returns a source of the files and folders at paths.
func New(paths ...string) *Source { return &Source{paths: paths} }

// String names the paths.
func (s *Source) String() string { return strings.Join(s.paths, ", ") }

// Skipped returns how many files in folders were left out by their name.
func (s *Source) Skipped() int { return int(s.skipped.Load()) }

// maxFaults is how many faults one listing names.
const maxFaults = 5

// List yields every file once, with its absolute path as its name. What cannot
// be listed does not hide the rest: it is the error at the end.
func (s *Source) List(ctx context.Context, yield func(source.Object) error) error {
	s.skipped.Store(0)
	w := walk{source: s, ctx: ctx, yield: yield, seen: map[string]bool{}, ignored: ignores{}}
	for _, path := range s.paths {
		if err := w.path(path); err != nil {
			return err
		}
	}
	return errors.Join(w.faults...)
}

// walk is one listing.
type walk struct {
	source  *Source
	ctx     context.Context
	yield   func(source.Object) error
	seen    map[string]bool
	ignored ignores
	faults  []error
}

func (w *walk) fault(err error) {
	if len(w.faults) < maxFaults {
		w.faults = append(w.faults, err)
	}
}

// path lists a file or a folder.
func (w *walk) path(path string) error {
	root, err := filepath.Abs(path)
	if err == nil {
		// A link as a path is followed, links inside a folder are not: they
		// could lead in circles, and to what is read under its own name.
		root, err = filepath.EvalSymlinks(root)
	}
	var info fs.FileInfo
	if err == nil {
		info, err = os.Stat(root)
	}
	switch {
	case err != nil:
		w.fault(fmt.Errorf("cannot find %s: %w; name a file or folder that exists", path, cause(err)))
		return nil
	case info.IsDir():
	default:
		if err := plaintext.CheckRegular(info.Mode()); err != nil {
			w.fault(fmt.Errorf("cannot read %s: it is neither a file nor a folder, %w, to which you write what it holds", path, err))
			return nil
		}
	}
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		if err == nil && name != root && w.ignored.match(name) {
			w.source.skipped.Add(1)
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // it went away while we walked
		case err != nil:
			w.fault(fmt.Errorf("cannot list %s: %w; make it readable or name other folders", name, cause(err)))
			return nil
		case d.IsDir():
			if err := w.ignored.load(name); err != nil {
				w.fault(err)
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular(), name != root && !wanted(name):
			w.source.skipped.Add(1)
			return nil
		case w.seen[name]:
			return nil
		}
		return w.file(name)
	})
}

// file yields a file.
func (w *walk) file(name string) error {
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		w.fault(fmt.Errorf("cannot look at %s: %w", name, cause(err)))
		return nil
	case !info.Mode().IsRegular():
		w.source.skipped.Add(1)
		return nil
	}
	w.seen[name] = true
	return w.yield(object(name, info))
}

func wanted(name string) bool {
	lower := strings.ToLower(name)
	return slices.ContainsFunc(extensions, func(e string) bool { return strings.HasSuffix(lower, e) })
}

// ignores holds the patterns of ignore files by folder.
type ignores map[string][]string

// load reads the ignore file of a folder, if it has one.
func (i ignores) load(folder string) error {
	text, err := plaintext.ReadFile(filepath.Join(folder, ignoreFile), maxIgnore)
	if _, seen := os.Lstat(filepath.Join(folder, ignoreFile)); seen != nil {
		return nil // there is none, or the folder cannot be listed, which is said in its place
	}
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", filepath.Join(folder, ignoreFile), cause(err))
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if _, err := filepath.Match(line, ""); err != nil {
			return fmt.Errorf("cannot use the pattern %q of %s: %w", line, filepath.Join(folder, ignoreFile), err)
		}
		i[folder] = append(i[folder], line)
	}
	return nil
}

func (i ignores) match(path string) bool {
	folder, name := filepath.Split(path)
	return slices.ContainsFunc(i[filepath.Clean(folder)], func(pattern string) bool {
		ok, _ := filepath.Match(pattern, name)
		return ok
	})
}

func object(name string, info fs.FileInfo) source.Object {
	return source.Object{
		Name: name,
		// Files have no version, so size and time stand in for one: a false
		// alarm costs a look at the file, nothing more.
		ETag:     fmt.Sprintf("%d-%d", info.Size(), info.ModTime().UnixNano()),
		Size:     info.Size(),
		Modified: info.ModTime(),
		Open:     func(context.Context) (io.ReadCloser, error) { return plaintext.OpenFile(name) },
	}
}

// cause strips the operation and the path from an error that is about to be
// wrapped with both.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
