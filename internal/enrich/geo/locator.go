package geo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"weir/internal/flow"
)

// Locator answers from databases that are renewed while it is asked. Look-ups
// take no lock and see either all of the old databases or all of the new.
type Locator struct {
	set   atomic.Pointer[Set]
	mu    sync.Mutex // of what follows: one Reload at a time
	files []*watched
	last  *Database // the built-in one, after all files; nil where it is in the set, and no file ever will be
}

// watched is a configured file and what was last good of it.
type watched struct {
	path    string
	seen    fs.FileInfo // of what was read to its end, good or broken; nil where nothing was
	good    *Database
	err     error
	checked time.Time
}

// Status is the state of one configured file.
type Status struct {
	Path    string
	Info    Info      // of the database in use; the zero Info if there is none
	Err     error     // why the file as it is now is not in use; nil if it is
	Checked time.Time // when it was last looked at
}

// NewLocator returns a locator over the files in order of precedence and,
// after them, a built-in database, which may be nil. Files that cannot be used
// are left out and named by the error, beside which the locator works.
func NewLocator(paths []string, builtIn *Database) (*Locator, error) {
	l := &Locator{last: builtIn}
	for _, p := range paths {
		l.files = append(l.files, &watched{path: p})
	}
	_, err := l.Reload(time.Now())
	if len(l.files) == 0 {
		l.last = nil
	}
	return l, err
}

// Find returns the place of an address.
func (l *Locator) Find(a flow.Addr) Place { return l.set.Load().Find(a) }

// Set returns the databases in use, for many look-ups that belong together.
func (l *Locator) Set() *Set { return l.set.Load() }

// Reload reads the files that changed since they were last read, and tells
// whether answers may have changed. A file that cannot be used is named by the
// error; what was last good of it stays in use.
func (l *Locator) Reload(now time.Time) (changed bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var faults []error
	for _, f := range l.files {
		renewed := f.check(now)
		changed = changed || renewed
		faults = append(faults, f.err)
	}
	if changed || l.set.Load() == nil {
		var all []*Database
		for _, f := range l.files {
			if f.good != nil {
				all = append(all, f.good)
			}
		}
		if l.last != nil {
			all = append(all, l.last)
		}
		l.set.Store(NewSet(all...))
	}
	return changed, errors.Join(faults...)
}

// check reads the file if it is another than the one that was read, and tells
// whether there is a new database. One that could not be opened or read to its
// end is tried again each time: what kept it away, such as its permissions or
// those of a folder, shows in no time and size of the file.
func (f *watched) check(now time.Time) (renewed bool) {
	f.checked = now
	if info, err := os.Stat(f.path); err == nil && f.seen != nil && sameFile(f.seen, info) {
		return false // as it was, good or not
	}
	var d *Database
	d, f.seen, f.err = readFile(f.path)
	if f.err != nil {
		return false
	}
	f.good = d
	return true
}

// sameFile tells whether a file is the one that was seen, and unchanged.
func sameFile(seen, now fs.FileInfo) bool {
	return os.SameFile(seen, now) && now.ModTime().Equal(seen.ModTime()) && now.Size() == seen.Size() && now.Mode() == seen.Mode()
}

// readFile is Load, and says what was read to its end; nil where nothing was.
func readFile(path string) (*Database, fs.FileInfo, error) {
	file, err := open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, nil, fmt.Errorf("cannot open the geography database: %w", err)
	}
	d, err := Read(path, file)
	if errors.Is(err, ErrUnread) {
		return nil, nil, err
	}
	return d, info, err
}

// Status returns the state of the configured files, in order of precedence.
func (l *Locator) Status() []Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Status
	for _, f := range l.files {
		s := Status{Path: f.path, Err: f.err, Checked: f.checked}
		if f.good != nil {
			s.Info = f.good.Info
		}
		out = append(out, s)
	}
	return out
}

// Attributions returns the sentences to show beside what the databases in use
// say, each once.
func (l *Locator) Attributions() []string {
	var out []string
	seen := map[string]bool{}
	for _, d := range l.Set().Databases() {
		if a := d.Attribution; a != "" && !seen[a] {
			seen[a] = true
			out = append(out, a)
		}
	}
	return out
}
