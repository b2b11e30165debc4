package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"weir/internal/insight"
	"weir/internal/pipeline"
	"weir/internal/service"
	"weir/internal/source/dir"
)

// folders are the folders that are read again and again, all in one look: what
// lies in several comes in the order of its hours.
type folders struct {
	paths []string
	roots []string // the same as they begin the names of objects
	lags  []*lags  // of each
	every time.Duration
	read  *ingester

	mu    sync.Mutex
	seen  time.Time // when they were last looked at
	fault error     // of that look
}

// newFolders makes the reader of folders, which have the ingester to themselves.
func newFolders(paths []string, every time.Duration, read *ingester) *folders {
	f := &folders{paths: paths, every: every, read: read}
	read.tune = func(c *pipeline.Config) { c.Landed = f.landed }
	now := time.Now()
	for _, path := range paths {
		root, err := filepath.Abs(path)
		if err == nil {
			if real, err := filepath.EvalSymlinks(root); err == nil {
				root = real
			}
		}
		f.roots, f.lags = append(f.roots, root), append(f.lags, &lags{since: now})
	}
	return f
}

// job reads what is new.
func (f *folders) job(log *slog.Logger) service.Job {
	seen := newNovelty()
	return service.Job{
		Name: "folders", Does: "reads what is new in the folders that are sources", Every: f.every, Again: f.every, AgainAtMost: max(f.every, time.Minute),
		Run: func(ctx context.Context) (string, error) {
			s, err := f.read.look(ctx, dir.New(f.paths...), seen, log)
			f.mu.Lock()
			f.seen, f.fault = time.Now(), err
			f.mu.Unlock()
			return did(s), err
		},
	}
}

// landed notes what can be asked for now, each at its folder.
func (f *folders) landed(objects []pipeline.Landed) {
	now := time.Now()
	for i := range objects {
		for n, root := range f.roots {
			if strings.HasPrefix(objects[i].Object, root) {
				f.lags[n].landed(objects[i:i+1], now)
				break
			}
		}
	}
}

// states are how the folders stand.
func (f *folders) states() []insight.SourceState {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]insight.SourceState, len(f.paths))
	for i, path := range f.paths {
		s := &out[i]
		s.Name, s.Kind, s.Place, s.Since = path, "folder", f.roots[i], f.lags[i].since.UTC()
		s.Containers, s.LookedAt = []insight.SourceContainer{}, instant(f.seen)
		if !f.seen.IsZero() {
			s.NextLook = instant(f.seen.Add(f.every))
		}
		f.lags[i].show(s)
		if f.fault != nil && (strings.Contains(f.fault.Error(), path) || strings.Contains(f.fault.Error(), f.roots[i])) {
			s.Fault = &insight.SourceFault{Cause: oneLine(f.fault.Error())}
		}
	}
	return out
}
