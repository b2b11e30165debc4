package main

import (
	"context"
	"log/slog"
	"time"

	"weir/internal/knowledge"
	"weir/internal/settle"
	"weir/internal/store"
)

// settler brings what is stored up to what is known. One run at a time has its
// turn: two would undo each other's work.
type settler struct {
	store  store.Store
	keeper *knowledge.Keeper
	turn   chan struct{} // holds a token while a run is under way
	due    chan struct{} // holds a token where follow is to see to it
}

func newSettler(s store.Store, k *knowledge.Keeper) *settler {
	return &settler{store: s, keeper: k, turn: make(chan struct{}, 1), due: make(chan struct{}, 1)}
}

// run brings everything up to date when it has its turn.
func (s *settler) run(ctx context.Context, progress func(settle.Progress)) (settle.Summary, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return settle.Summary{}, ctx.Err()
	}
	since := time.Now().UTC()
	sum, err := settle.Run(ctx, settle.Config{Store: s.store, Keeper: s.keeper, Progress: func(p settle.Progress) {
		s.keeper.SetJudging(knowledge.JudgingState{Running: true, What: p.What, Done: p.Done, Total: p.Total, Since: &since})
		if progress != nil {
			progress(p)
		}
	}})
	var after knowledge.JudgingState
	if err != nil && ctx.Err() == nil {
		after.Error = err.Error()
	}
	s.keeper.SetJudging(after)
	return sum, err
}

// remind has follow see to what a run did not, since it failed or nobody waits
// for it any more.
func (s *settler) remind() {
	select {
	case s.due <- struct{}{}:
	default:
	}
}

// again is how long after a failure the next try is.
const again = 30 * time.Second

// follow brings what is stored up to date at the start, after every change of
// what is known, when it is reminded, and after a failure, until ctx ends.
func (s *settler) follow(ctx context.Context, log *slog.Logger) {
	for ctx.Err() == nil {
		sum, err := s.run(ctx, nil)
		var retry <-chan time.Time
		switch {
		case err == nil:
			if sum != (settle.Summary{Seconds: sum.Seconds}) {
				log.Info("brought what is stored up to date", "addresses", sum.Parties, "rejudged", sum.Rejudged,
					"intervals", sum.Intervals, "marked", sum.Marked, "seconds", sum.Seconds)
			}
		case ctx.Err() == nil:
			log.Error("cannot bring what is stored up to date; trying again", "in", again, "cause", err)
			retry = time.After(again)
		}
		select {
		case <-s.keeper.Changed():
		case <-s.due:
		case <-retry:
		case <-ctx.Done():
		}
	}
}
