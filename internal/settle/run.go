// Package settle brings what is stored up to what is known. Judge decides anew
// what addresses were and what kind of flow is between them, after an
// inventory, a feed or an allow-list changed; Count decides which captures of
// a conversation count, after rows were added. Neither reads logs, and neither
// waits for the other. See docs/explanation/settling.md.
package settle

import (
	"context"
	"time"

	"weir/internal/knowledge"
	"weir/internal/store"
)

// Config is what Run needs.
type Config struct {
	Store    store.Store
	Keeper   *knowledge.Keeper // nil: nothing is known, and there is nothing to judge
	Progress func(Progress)    // may be nil; called often, from one goroutine
}

// Progress is how far a part of the work has come.
type Progress struct {
	What  string `json:"what"` // in words
	Done  int64  `json:"done"`
	Total int64  `json:"total"` // 0 where it is not known yet
}

// The parts of the work, as Progress names them.
const (
	attributing = "looking up addresses anew"
	judging     = "judging flows anew"
	storing     = "storing what addresses were"
	counting    = "counting each conversation once"
)

// Summary says what was done.
type Summary struct {
	Parties   int64   `json:"parties"`   // addresses that are now known as something else
	Rejudged  int64   `json:"rejudged"`  // rows whose kind of flow changed
	Intervals int64   `json:"intervals"` // settled
	Marked    int64   `json:"marked"`    // rows that now count otherwise
	Overtaken bool    `json:"overtaken"` // what is known changed meanwhile: there is more to judge
	Seconds   float64 `json:"seconds"`
}

// run is one call of Run, Judge or Count.
type run struct {
	Config
	store store.Store
	sum   Summary
}

// Run brings everything up to date: it judges and counts until nothing that is
// known has changed meanwhile.
func Run(ctx context.Context, c Config) (Summary, error) {
	return do(ctx, c, func(ctx context.Context, r *run) error {
		for {
			if err := r.judge(ctx); err != nil {
				return err
			}
			if err := r.count(ctx); err != nil || !r.sum.Overtaken {
				return err
			}
		}
	})
}

// Judge brings parties and the kinds of stored rows up to what is known when it
// begins. What is up to date costs next to nothing. It may be stopped at any
// instant and run again; two must not run on one store at a time.
func Judge(ctx context.Context, c Config) (Summary, error) {
	return do(ctx, c, func(ctx context.Context, r *run) error { return r.judge(ctx) })
}

// Count settles which captures of each conversation count, in all intervals
// that have rows committed or judged since they were last settled. It may be
// stopped at any instant and run again, also beside Judge; two must not run on
// one store at a time.
func Count(ctx context.Context, c Config) (Summary, error) {
	return do(ctx, c, func(ctx context.Context, r *run) error { return r.count(ctx) })
}

func do(ctx context.Context, c Config, work func(context.Context, *run) error) (Summary, error) {
	r := &run{Config: c, store: c.Store}
	started := time.Now()
	err := work(ctx, r)
	r.sum.Seconds = time.Since(started).Seconds()
	return r.sum, err
}

func (r *run) tell(what string, done, total int64) {
	if r.Progress != nil {
		r.Progress(Progress{what, done, total})
	}
}
