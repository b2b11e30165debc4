package knowledge

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"weir/internal/enrich/threat"
	"weir/internal/store"
)

const watchEvery = 10 * time.Second

// Run keeps what is known fresh until ctx ends: it looks at the feeds of the
// configuration when their time has come, and at the database files. What is
// wrong goes to the log and into the state; what was good stays in use.
func (k *Keeper) Run(ctx context.Context, log *slog.Logger) error {
	for _, s := range k.locator.Status() {
		if s.Err != nil {
			log.Warn("cannot use a database of places", "file", s.Path, "cause", s.Err)
		}
	}
	every := k.config.WatchEvery
	if every <= 0 {
		every = watchEvery
	}
	var g errgroup.Group
	g.Go(func() error {
		k.locator.Watch(ctx, every, func(changed bool, err error) { k.places(ctx, log, changed, err) })
		return ctx.Err()
	})
	g.Go(func() error {
		fetcher := k.config.Fetcher
		if fetcher.Now == nil {
			fetcher.Now = k.now
		}
		fetcher.Look = k.beforeLook
		fetcher.Begin = func(look *threat.Kept) {
			if err := k.noteReading(ctx, look); err != nil { // what it brings cannot be kept either, and says so
				log.Warn("cannot note that a threat feed is read", "feed", look.Source.Name, "cause", err)
			}
		}
		return fetcher.Run(ctx, k.looking(), func(f *threat.Kept, c threat.Changes, err error) { k.looked(ctx, log, f, c, err) })
	})
	return g.Wait()
}

// places takes the databases as they are now.
func (k *Keeper) places(ctx context.Context, log *slog.Logger, changed bool, err error) {
	if err != nil {
		log.Warn("cannot use a database of places as it is now; the last good one stays in use", "cause", err)
	}
	if !changed {
		return
	}
	k.change.Lock()
	defer k.change.Unlock()
	next := *k.known.Load()
	next.geo = k.locator.Set()
	if err := k.learn(ctx, &next, store.Learning{}); err != nil {
		log.Error("cannot use the new database of places", "cause", err)
		return
	}
	log.Info("a database of places was renewed")
}

// looking returns the configured feeds as the fetcher wants them. It changes
// histories in place, and so gets its own.
func (k *Keeper) looking() []*threat.Kept {
	var out []*threat.Kept
	n := k.known.Load()
	for _, s := range k.config.Feeds {
		f := n.feed(s.Name)
		history := *f.history
		out = append(out, &threat.Kept{Source: s, History: &history, Aside: f.aside, State: f.State})
	}
	return out
}

// beforeLook has the fetcher go on with a reading that was confirmed meanwhile.
func (k *Keeper) beforeLook(look *threat.Kept) {
	f := k.known.Load().feed(look.Source.Name)
	if look.Aside == nil || f.aside != nil {
		return
	}
	history := *f.history
	look.History, look.Aside, look.State = &history, nil, f.State
}

// noteReading keeps that a reading begins, before it does: should it take the
// process with it, the next one waits before it tries again.
func (k *Keeper) noteReading(ctx context.Context, look *threat.Kept) error {
	k.change.Lock()
	defer k.change.Unlock()
	f := &feed{name: look.Source.Name, feedRecord: feedRecord{sourceHash(&look.Source), look.State}}
	before := k.known.Load().feed(f.name)
	f.history, f.aside = before.history, before.aside
	l, _, err := f.learning(before)
	if err != nil {
		return err
	}
	if err := k.config.Store.Learn(ctx, l); err != nil {
		return fmt.Errorf("cannot keep the note: %w", err)
	}
	return nil
}

// looked takes what a look at a feed brought.
func (k *Keeper) looked(ctx context.Context, log *slog.Logger, look *threat.Kept, c threat.Changes, failed error) {
	k.change.Lock()
	defer k.change.Unlock()
	if failed != nil {
		log.Warn("cannot refresh a threat feed; what it held stays in use", "feed", look.Source.Name, "cause", failed, "next", look.State.NextTry)
	}
	if err := k.keepLook(ctx, look); err != nil {
		// Read in full again at the next look, since it was not kept.
		look.State.Version, look.State.Modified = "", ""
		log.Error("cannot keep a threat feed", "feed", look.Source.Name, "cause", err)
		return
	}
	if c.Any() {
		log.Info("a threat feed was refreshed", "feed", look.Source.Name, "indicators", look.State.Indicators, "added", c.Added, "gone", c.Gone)
	}
}

func (k *Keeper) keepLook(ctx context.Context, look *threat.Kept) error {
	next := *k.known.Load()
	before := next.feed(look.Source.Name)
	history := *look.History // the fetcher goes on with its own
	f := &feed{name: before.name, location: before.location, history: &history, aside: look.Aside}
	f.feedRecord = feedRecord{sourceHash(&look.Source), look.State}
	// An end of the process waits for it: half of it would be a reading that
	// seems to have ended the process.
	if err := k.learnFeed(context.WithoutCancel(ctx), &next, f, before); err != nil {
		return fmt.Errorf("cannot keep what the threat feed %s holds: %w", f.name, err)
	}
	return nil
}
