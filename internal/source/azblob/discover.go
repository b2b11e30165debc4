package azblob

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"golang.org/x/sync/errgroup"

	"weir/internal/source"
)

const (
	// discoverEvery is how often all folders above the years are listed, but for
	// flow logs that are known: a request each.
	discoverEvery = 10 * time.Minute
	// discoverSoon is how often those are listed in which new flow logs are to be
	// expected, and soonLevels how many of them in that time: with more it is longer.
	discoverSoon = time.Minute
	soonLevels   = 60
	// faultEvery is how often a container is tried that could not be listed.
	faultEvery = 30 * time.Second
	// eagerFor is how long after the start new flow logs, and containers that are
	// not there, are looked for each eagerEvery: somebody is waiting for them.
	eagerFor   = 10 * time.Minute
	eagerEvery = 10 * time.Second
	// parallel is how many requests for lists are under way at once.
	parallel = 16
)

// discoverPace is how long it is from one search for new flow logs to the next, so
// long after the start, with so many folders to list.
func discoverPace(since time.Duration, levels int, failing bool) time.Duration {
	every := discoverSoon
	switch {
	case since < eagerFor:
		every = eagerEvery
	case failing:
		every = faultEvery
	}
	return every * time.Duration(1+max(0, levels-1)/soonLevels)
}

// walk is one search for flow logs.
type walk struct {
	*Account
	box *box
	g   *errgroup.Group
	// skip are folders that need not be looked into.
	skip map[string]bool

	mu     sync.Mutex
	found  map[string]bool   // flow logs
	inside map[string]string // what lies in a folder, with that folder
}

// discover looks for the flow logs of a container: everywhere, or else where new
// ones are to be expected, which costs a request for each of levels. What it knows
// it keeps.
func (a *Account) discover(ctx context.Context, b *box, everywhere bool) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	w := &walk{Account: a, box: b, g: g, skip: map[string]bool{}, found: map[string]bool{}, inside: map[string]string{}}
	var starts []string
	for _, prefix := range a.prefixes() {
		if log, ok := logIn(prefix); ok {
			w.found[log] = true // it reaches into the times
		} else {
			starts = append(starts, prefix)
		}
	}
	logs := b.prefixes()
	for _, log := range logs {
		w.skip[log] = true
	}
	if !everywhere {
		for above := range ancestors(logs) {
			w.skip[above] = true
		}
		b.mu.Lock()
		maps.Copy(w.skip, b.barren)
		b.mu.Unlock()
		starts = levels(starts, logs)
	}
	for _, prefix := range starts {
		g.Go(func() error { return w.into(ctx, prefix) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	b.found(w, everywhere)
	return nil
}

// into looks into a folder, and into those in it.
func (w *walk) into(ctx context.Context, prefix string) error {
	for p := range w.folders(ctx, w.box, prefix) {
		switch {
		case p.err != nil:
			return p.err
		case isYear(p.name):
			w.mu.Lock()
			w.found[prefix] = true
			w.mu.Unlock()
			return nil // its other years are not asked for here
		case w.skip[p.name]:
			continue
		}
		w.mu.Lock()
		w.inside[p.name] = prefix
		w.mu.Unlock()
		next := func() error { return w.into(ctx, p.name) }
		if !w.g.TryGo(next) { // all are busy, and one of them may be this one
			if err := next(); err != nil {
				return err
			}
		}
	}
	return nil
}

// found notes what a walk found: flow logs, and folders without any beside those
// with some, which are not looked into again before all are.
func (b *box) found(w *walk, everywhere bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for log := range w.found {
		if b.logs[log] == nil {
			b.logs[log] = &flowLog{prefix: log}
		}
	}
	if everywhere || b.barren == nil {
		b.barren = map[string]bool{}
	}
	logs := slices.Collect(maps.Keys(b.logs))
	fruitful := ancestors(logs)
	for folder, in := range w.inside {
		if !fruitful[folder] && b.logs[folder] == nil && (fruitful[in] || slices.Contains(w.prefixes(), in)) {
			b.barren[folder] = true
		}
	}
	b.levels = len(levels(w.prefixes(), logs))
}

// ancestors are the folders in which flow logs lie, that of all with them, which is "".
func ancestors(logs []string) map[string]bool {
	out := map[string]bool{}
	for _, log := range logs {
		for above := strings.TrimSuffix(log, "/"); above != ""; {
			above = strings.TrimSuffix(above[:strings.LastIndexByte(above, '/')+1], "/")
			if above == "" {
				out[""] = true
			} else {
				out[above+"/"] = true
			}
		}
	}
	return out
}

// levels are the prefixes to list to see a flow log that is new beside those that
// are known: not those of which all that can be in them is one folder with a name
// of Azure's own.
func levels(prefixes, logs []string) []string {
	out := map[string]bool{}
	for _, prefix := range prefixes {
		known := false
		for _, log := range logs {
			if !strings.HasPrefix(log, prefix) {
				continue
			}
			known = true
			for at := prefix; at != log; {
				folder := strings.LastIndexByte(at, '/') + 1
				name, _, ok := strings.Cut(log[folder:], "/")
				if !ok {
					break
				}
				if !isConstant(name) {
					out[at] = true
				}
				at = log[:folder+len(name)+1]
			}
		}
		if !known {
			out[prefix] = true
		}
	}
	return slices.Sorted(maps.Keys(out))
}

// isConstant tells whether a folder has its name of Azure, and not of a resource.
func isConstant(name string) bool {
	switch strings.ToLower(name) {
	case "resourceid=", "flowlogresourceid=", "subscriptions", "resourcegroups", "providers", "microsoft.network",
		"networksecuritygroups", "networkwatchers", "flowlogs":
		return true
	}
	return false
}

func (a *Account) prefixes() []string {
	if len(a.cfg.Prefixes) == 0 {
		return []string{""}
	}
	return a.cfg.Prefixes
}

// folder is what a listing with delimiters finds, or why it ended.
type folder struct {
	name string
	err  error
}

// folders lists what lies directly below a prefix.
func (a *Account) folders(ctx context.Context, b *box, prefix string) func(yield func(folder) bool) {
	return func(yield func(folder) bool) {
		pages := b.client.NewListBlobsHierarchyPager("/", &container.ListBlobsHierarchyOptions{Prefix: &prefix})
		for pages.More() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(folder{err: a.explain(err)})
				return
			}
			for _, p := range page.Segment.BlobPrefixes {
				if !yield(folder{name: value(p.Name)}) {
					return
				}
			}
		}
	}
}

// blobs lists the blobs whose names begin with a prefix, in the order of names.
// Those that were deleted and can be brought back are counted, if deleted is set.
func (a *Account) blobs(ctx context.Context, b *box, prefix string, deleted bool, yield func(*container.BlobItem) error) error {
	deleted = deleted && !b.keepsQuiet.Load()
	pages := b.client.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{Prefix: &prefix, Include: container.ListBlobsInclude{Deleted: deleted}})
	for pages.More() {
		page, err := pages.NextPage(ctx)
		if deleted && isStatus(err, http.StatusBadRequest) { // what is deleted cannot be listed beside the rest everywhere
			b.keepsQuiet.Store(true)
			return a.blobs(ctx, b, prefix, false, yield)
		}
		if err != nil {
			return a.explain(err)
		}
		for _, item := range page.Segment.BlobItems {
			if !a.isReadable(b, item) {
				continue
			}
			if err := yield(item); err != nil {
				return err
			}
		}
	}
	return nil
}

// isReadable tells whether a blob is a flow log that can be read, and notes one that
// could be if it were brought back.
func (a *Account) isReadable(b *box, item *container.BlobItem) bool {
	switch p := item.Properties; {
	case !source.IsLog(value(item.Name)) || isFolder(item) || !a.wanted(*item.Name):
		return false
	case value(item.Deleted):
		b.note(&b.deleted, *item.Name)
		return false
	case p == nil || value(p.AccessTier) == "Archive":
		b.note(&b.archived, *item.Name)
		return false
	}
	b.broughtBack(*item.Name)
	return true
}

func isStatus(err error, status int) bool {
	answer, ok := errors.AsType[*azcore.ResponseError](err)
	return ok && answer.StatusCode == status
}

// isFolder tells whether what is listed is a folder of an account with a
// hierarchical namespace, where these are listed beside the blobs. Where tools
// made it, which only its metadata tells, it is read as what it is: empty.
func isFolder(item *container.BlobItem) bool {
	return item.Properties != nil && strings.EqualFold(value(item.Properties.ResourceType), "directory")
}
