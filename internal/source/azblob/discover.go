package azblob

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"golang.org/x/sync/errgroup"

	"weir/internal/source"
)

// discoverEvery is how often new flow logs are looked for: the folders above the
// years, a request each.
const discoverEvery = 10 * time.Minute

// parallel is how many requests for lists are under way at once.
const parallel = 16

// discover looks for the flow logs of a container, and keeps those that it knows.
func (a *Account) discover(ctx context.Context, b *box, now time.Time) error {
	found := map[string]bool{}
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	var walk func(prefix string) error
	walk = func(prefix string) error {
		for p := range a.folders(ctx, b, prefix) {
			switch {
			case p.err != nil:
				return p.err
			case isYear(p.name):
				mu.Lock()
				found[prefix] = true
				mu.Unlock()
				return nil // its other years are not asked for here
			}
			next := func() error { return walk(p.name) }
			if !g.TryGo(next) { // all are busy, and one of them may be this one
				if err := next(); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for _, prefix := range a.prefixes() {
		if log, ok := logIn(prefix); ok {
			found[log] = true // it reaches into the times
			continue
		}
		g.Go(func() error { return walk(prefix) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.discovered = now
	for log := range found {
		if b.logs[log] == nil {
			b.logs[log] = &flowLog{prefix: log}
		}
	}
	return nil
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
func (a *Account) blobs(ctx context.Context, b *box, prefix string, yield func(*container.BlobItem) error) error {
	pages := b.client.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{Prefix: &prefix})
	for pages.More() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return a.explain(err)
		}
		for _, item := range page.Segment.BlobItems {
			if !source.IsLog(value(item.Name)) || isFolder(item) || !a.wanted(*item.Name) {
				continue
			}
			if p := item.Properties; p == nil || value(p.AccessTier) == "Archive" {
				b.archive(*item.Name)
				continue
			}
			if err := yield(item); err != nil {
				return err
			}
		}
	}
	return nil
}

// isFolder tells whether what is listed is a folder of an account with a
// hierarchical namespace, where these are listed beside the blobs. Where tools
// made it, which only its metadata tells, it is read as what it is: empty.
func isFolder(item *container.BlobItem) bool {
	return item.Properties != nil && strings.EqualFold(value(item.Properties.ResourceType), "directory")
}
