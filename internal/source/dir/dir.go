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

// ignoreFile names the file in which a folder lists what in it is no log: a
// pattern of filepath.Match a line, matched against the names in that folder.
const ignoreFile = ".weirignore"

// maxIgnore bounds that file, in bytes.
const maxIgnore = 1 << 20

// Source lists the files at its paths: first what lies in no folder of a time, in
// the order of paths and names, then hour by hour over all paths what lies in
// such folders, the oldest first.
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
	w := walk{source: s, ctx: ctx, yield: yield, named: map[string]bool{}, ignored: ignores{}}
	return w.all(s.paths)
}

// all lists what lies at paths.
func (w *walk) all(paths []string) error {
	for _, path := range paths {
		if root := w.find(path); root != "" && !w.named[root] {
			w.named[root] = true
			w.turns.add(root, "", hourOf(root))
		}
	}
	for len(w.turns.waiting) > 0 {
		if err := w.place(w.turns.next()); err != nil {
			return err
		}
	}
	return errors.Join(w.faults...)
}

// walk is one listing.
type walk struct {
	source *Source
	ctx    context.Context
	yield  func(source.Object) error
	// named are the paths of the source. Each is listed in its own turn, and left
	// out where it lies in another: so nothing is listed twice, and no list of what
	// was listed is kept.
	named   map[string]bool
	turns   turns
	ignored ignores
	faults  []error
}

func (w *walk) fault(err error) {
	if len(w.faults) < maxFaults {
		w.faults = append(w.faults, err)
	}
}

// find returns where a path of the source leads, "" where to nothing that can
// be listed.
func (w *walk) find(path string) string {
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
		return ""
	case info.IsDir():
	default:
		if err := plaintext.CheckRegular(info.Mode()); err != nil {
			w.fault(fmt.Errorf("cannot read %s: it is neither a file nor a folder, %w, to which you write what it holds", path, err))
			return ""
		}
	}
	return root
}

// place lists a place whose turn it is, but for the folders in it whose turn
// comes later.
func (w *walk) place(p *place) error {
	return filepath.WalkDir(p.path, func(name string, d fs.DirEntry, err error) error {
		if w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		named := w.named[name]
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // it went away while we walked
		case err != nil:
			w.fault(fmt.Errorf("cannot list %s: %w; make it readable or name other folders", name, cause(err)))
			return nil
		case named && name != p.path:
			return leaveOut(d)
		case !named && w.ignored.match(name):
			w.source.skipped.Add(1)
			return leaveOut(d)
		case d.IsDir():
			if name != p.path && w.turns.put(p, name, d.Name()) {
				return fs.SkipDir
			}
			if err := w.ignored.load(name); err != nil {
				w.fault(err)
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular(), !named && !source.IsLog(name):
			w.source.skipped.Add(1)
			return nil
		}
		return w.file(name)
	})
}

func leaveOut(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
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
	return w.yield(object(name, info))
}

// ignores holds the patterns of ignore files by folder.
type ignores map[string][]string

// load reads the ignore file of a folder, if it has one.
func (i ignores) load(folder string) error {
	path := filepath.Join(folder, ignoreFile)
	missing := func() bool {
		_, err := os.Lstat(path)
		return err != nil // there is none, or the folder cannot be listed, which is said in its place
	}
	if missing() {
		return nil
	}
	text, err := plaintext.ReadFile(path, maxIgnore)
	switch {
	case err != nil && missing():
		return nil // it went away
	case err != nil:
		return fmt.Errorf("cannot read %s: %w", path, cause(err))
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if _, err := filepath.Match(line, ""); err != nil {
			return fmt.Errorf("cannot use the pattern %q of %s: %w", line, path, err)
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
		Open:     func(_ context.Context, from int64) (source.Content, error) { return open(name, from) },
	}
}

// open opens a file from an offset on.
func open(name string, from int64) (source.Content, error) {
	f, err := plaintext.OpenFile(name)
	if err != nil {
		return source.Content{}, err
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return source.Content{}, errors.Join(err, f.Close())
	}
	return source.Content{ReadCloser: f}, nil
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
