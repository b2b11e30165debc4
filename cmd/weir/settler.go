package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"weir/internal/knowledge"
	"weir/internal/service"
	"weir/internal/settle"
	"weir/internal/store"
)

// settler brings what is stored up to what is known. It judges rows and counts
// conversations, each of them beside the other and one run at a time: two of a
// kind would undo each other's work. It also merges what was committed of a flow
// in parts. Who reads logs waits for none of it.
type settler struct {
	store    store.Store
	keeper   *knowledge.Keeper
	judging  duty
	counting duty
	merging  chan struct{} // holds a token while flows are merged
	due      chan struct{} // holds a token where there is something to count
	showing  sync.Mutex    // held while a state below is changed and shown
}

// duty is one of the two things that a settler does.
type duty struct {
	turn  chan struct{} // holds a token while a run is under way
	state knowledge.JudgingState
}

func newSettler(s store.Store, k *knowledge.Keeper) *settler {
	return &settler{
		store: s, keeper: k, judging: duty{turn: make(chan struct{}, 1)}, counting: duty{turn: make(chan struct{}, 1)},
		merging: make(chan struct{}, 1), due: make(chan struct{}, 1),
	}
}

// judge brings what addresses were and the kinds of rows up to what is known,
// when it has its turn.
func (s *settler) judge(ctx context.Context, progress func(settle.Progress)) (settle.Summary, error) {
	return s.settle(ctx, &s.judging, settle.Judge, progress)
}

// count has each conversation count once, when it has its turn.
func (s *settler) count(ctx context.Context, progress func(settle.Progress)) (settle.Summary, error) {
	return s.settle(ctx, &s.counting, settle.Count, progress)
}

// run judges by what is known by now, then counts, and then merges.
func (s *settler) run(ctx context.Context, progress func(settle.Progress)) error {
	if _, err := s.judge(ctx, progress); err != nil {
		return err
	}
	if _, err := s.count(ctx, progress); err != nil {
		return err
	}
	_, err := s.merge(ctx, 0, progress)
	return err
}

// merge makes one row of what was committed of a flow in parts, when it has its
// turn, in intervals that were not written to for so long.
func (s *settler) merge(ctx context.Context, quiet time.Duration, progress func(settle.Progress)) (store.Merged, error) {
	select {
	case s.merging <- struct{}{}:
		defer func() { <-s.merging }()
	case <-ctx.Done():
		return store.Merged{}, ctx.Err()
	}
	return s.store.Merge(ctx, quiet, func(done, total int64) {
		if progress != nil {
			progress(settle.Progress{What: "merging the parts of flows", Done: done, Total: total})
		}
	})
}

func (s *settler) settle(ctx context.Context, d *duty, work func(context.Context, settle.Config) (settle.Summary, error), progress func(settle.Progress)) (settle.Summary, error) {
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return settle.Summary{}, ctx.Err()
	}
	since := time.Now().UTC()
	sum, err := work(ctx, settle.Config{Store: s.store, Keeper: s.keeper, Progress: func(p settle.Progress) {
		s.show(d, knowledge.JudgingState{Running: true, What: p.What, Done: p.Done, Total: p.Total, Since: &since})
		if progress != nil {
			progress(p)
		}
	}})
	var after knowledge.JudgingState
	if err != nil && ctx.Err() == nil {
		after.Error = err.Error()
	}
	s.show(d, after)
	return sum, err
}

// show says how far a duty has come. The page shows one of them: judging, which
// takes longer, before counting.
func (s *settler) show(d *duty, state knowledge.JudgingState) {
	s.showing.Lock()
	defer s.showing.Unlock()
	ended := d.state.Running && !state.Running
	d.state = state
	shown := s.judging.state
	if !shown.Running && s.counting.state.Running {
		shown = s.counting.state
	}
	shown.Error = cmp.Or(s.judging.state.Error, s.counting.state.Error)
	s.keeper.SetJudging(shown, ended)
}

// remind has what was stored counted, for which nobody else may wait.
func (s *settler) remind() {
	select {
	case s.due <- struct{}{}:
	default:
	}
}

const (
	// again is how long after a failure the next try is.
	again = 30 * time.Second
	// quiet is for how long an interval is not written to before its flows are
	// merged: a log that grows by a minute has written what it will of one by
	// then, so that its rows are merged once and not every minute.
	quiet = 2 * time.Minute
)

// jobs bring what is stored up to date: one judges after every change of what is
// known, one counts when it is reminded, and both do at the start and after a
// failure; one merges every now and then, and makes the roll-ups that are due.
func (s *settler) jobs(log *slog.Logger) []service.Job {
	settled := func(sum settle.Summary) string {
		if sum.Parties+sum.Rejudged+sum.Intervals+sum.Marked == 0 {
			return ""
		}
		log.Info("brought what is stored up to date", "addresses", sum.Parties, "rejudged", sum.Rejudged,
			"intervals", sum.Intervals, "marked", sum.Marked, "seconds", sum.Seconds)
		return fmt.Sprintf("%d addresses, %d rows and %d intervals brought up to date", sum.Parties, sum.Rejudged, sum.Intervals)
	}
	repeat := func(work func(context.Context) (settle.Summary, error)) func(context.Context) (string, error) {
		return func(ctx context.Context) (string, error) {
			did := ""
			for {
				sum, err := work(ctx)
				if err != nil {
					return did, err
				}
				did = cmp.Or(settled(sum), did)
				if !sum.Overtaken {
					return did, nil
				}
			}
		}
	}
	return []service.Job{{
		Name: "judging", Does: "judges what addresses were, after what is known of them has changed", Wake: s.keeper.Changed(), Again: again,
		Run: repeat(func(ctx context.Context) (settle.Summary, error) {
			defer s.remind() // addresses may be other hosts now, which have other conversations
			return s.judge(ctx, nil)
		}),
	}, {
		Name: "counting", Does: "counts each conversation once", Wake: s.due, Again: again,
		Run: repeat(func(ctx context.Context) (settle.Summary, error) { return s.count(ctx, nil) }),
	}, {
		Name: "merging", Does: "makes one row of what was stored of a flow in parts", Every: quiet / 2, Again: again,
		Run: func(ctx context.Context) (string, error) {
			begun := time.Now()
			m, err := s.merge(ctx, quiet, nil)
			if err != nil || m.Rows == 0 {
				return "", err
			}
			log.Info("merged the parts of flows", "intervals", m.Intervals, "rows", m.Rows, "seconds", time.Since(begun).Seconds())
			return fmt.Sprintf("%d rows fewer in %d intervals", m.Rows, m.Intervals), nil
		},
	}, {
		Name: "roll-ups", Does: "sums what is over by hour and by day", Every: quiet / 2, Again: again,
		Run: func(ctx context.Context) (string, error) {
			begun := time.Now()
			n, err := s.store.RollUp(ctx)
			if err != nil || n == 0 {
				return "", err
			}
			log.Info("summed what is over by hour and by day", "periods", n, "seconds", time.Since(begun).Seconds())
			return fmt.Sprintf("%d hours and days summed", n), nil
		},
	}}
}
