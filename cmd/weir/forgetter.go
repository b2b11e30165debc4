package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"weir/internal/service"
	"weir/internal/store"
)

const (
	// forgetEvery is how often what is older than is kept is looked for.
	forgetEvery = time.Hour
	// forgetAgain is how soon after something had to wait, or failed.
	forgetAgain = time.Minute
)

// forgetter forgets what is older than a retention keeps. Readers of logs and
// those who ask wait for none of its transactions for longer than for a commit.
type forgetter struct {
	store     store.Store
	retention store.Retention
}

// run forgets what is too old by now. Where nothing is to be forgotten it
// brings to its end what was begun.
func (f *forgetter) run(ctx context.Context) (store.Forgotten, error) {
	return f.store.Forget(ctx, f.retention.Horizon(time.Now()))
}

// job forgets at the start and every hour.
func (f *forgetter) job(log *slog.Logger) service.Job {
	waits := newNovelty()
	next := forgetEvery
	return service.Job{
		Name: "forgetting", Does: "forgets what is older than is kept", Again: forgetAgain, AgainAtMost: forgetAgain,
		Next: func() time.Time { return time.Now().Add(next) },
		Run: func(ctx context.Context) (did string, err error) {
			done, err := f.run(ctx)
			if done.Facts+done.Sums > 0 {
				log.Info("forgot what is older than is kept", "rows", done.Facts, "sums", done.Sums, "from", done.Horizon.Intervals.Format(time.DateOnly))
				did = fmt.Sprintf("%d rows and %d sums forgotten", done.Facts, done.Sums)
			}
			next = forgetEvery
			if err == nil && !done.WaitsFor.IsZero() {
				if day := done.WaitsFor.Format(time.DateOnly); waits.is("", day) {
					log.Info("keeping flows for longer, until their sums are made", "from", day)
				}
				next = forgetAgain
			}
			return did, err
		},
	}
}
