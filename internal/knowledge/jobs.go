package knowledge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"weir/internal/enrich/threat"
	"weir/internal/service"
	"weir/internal/store"
)

const watchEvery = 10 * time.Second

// Jobs keep what is known fresh: each looks at a feed of the configuration when
// its time has come, or at the database files. What is wrong is the error of the
// job and in the state; what was good stays in use. Each is to be run by one
// goroutine.
func (k *Keeper) Jobs(log *slog.Logger) []service.Job {
	var jobs []service.Job
	if len(k.config.Geo) > 0 {
		jobs = append(jobs, k.placesJob(log))
	}
	fetcher := k.config.Fetcher
	if fetcher.Now == nil {
		fetcher.Now = k.now
	}
	fetcher.Before, fetcher.Turn = k.beforeLook, make(chan struct{}, 1)
	for _, look := range k.looking() {
		jobs = append(jobs, k.feedJob(fetcher, look, log))
	}
	return jobs
}

// placesJob takes the databases as they are now.
func (k *Keeper) placesJob(log *slog.Logger) service.Job {
	every := cmp.Or(k.config.WatchEvery, watchEvery)
	return service.Job{
		Name: "databases", Does: "looks whether a file of countries, places or owners was renewed", Every: every, Again: every, AgainAtMost: every,
		Run: func(ctx context.Context) (did string, err error) {
			changed, err := k.locator.Reload(k.now())
			if err != nil {
				err = fmt.Errorf("cannot use a database of places; the last good one stays in use: %w", err)
			}
			if !changed {
				return "", err
			}
			if failed := k.renewPlaces(ctx); failed != nil {
				return "", errors.Join(err, fmt.Errorf("cannot use the new database of places: %w", failed))
			}
			log.Info("a database of places was renewed")
			return "a database was renewed", err
		},
	}
}

func (k *Keeper) renewPlaces(ctx context.Context) error {
	k.change.Lock()
	defer k.change.Unlock()
	next := *k.known.Load()
	next.geo = k.locator.Set()
	return k.learn(ctx, &next, store.Learning{})
}

// feedJob keeps a feed fresh. When to look again, also after a failure, its state
// says, which is kept.
func (k *Keeper) feedJob(fetcher threat.Fetcher, look *threat.Kept, log *slog.Logger) service.Job {
	return service.Job{
		Name: "feed " + look.Source.Name, Does: "looks at the threat feed",
		Next: func() time.Time { return look.State.NextTry },
		Run: func(ctx context.Context) (did string, err error) {
			fetcher.Begin = func(look *threat.Kept) {
				if err := k.noteReading(ctx, look); err != nil { // what it brings cannot be kept either, and says so
					log.Warn("cannot note that a threat feed is read", "feed", look.Source.Name, "cause", err)
				}
			}
			c, looked, err := fetcher.Keep(ctx, look)
			if !looked || err != nil && ctx.Err() != nil {
				return "", nil
			}
			return k.looked(ctx, log, look, c, err)
		},
	}
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

// looked takes what a look at a feed brought, and says what that was.
func (k *Keeper) looked(ctx context.Context, log *slog.Logger, look *threat.Kept, c threat.Changes, failed error) (did string, err error) {
	k.change.Lock()
	defer k.change.Unlock()
	if err := k.keepLook(ctx, look); err != nil {
		// Read in full again at the next look, since it was not kept.
		look.State.Version, look.State.Modified = "", ""
		return "", errors.Join(failed, err)
	}
	if failed != nil {
		return "", fmt.Errorf("%w; what it held stays in use", failed)
	}
	if !c.Any() {
		return "", nil
	}
	log.Info("a threat feed was refreshed", "feed", look.Source.Name, "indicators", look.State.Indicators, "added", c.Added, "gone", c.Gone)
	return fmt.Sprintf("%d indicators, %d added, %d gone", look.State.Indicators, c.Added, c.Gone), nil
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
