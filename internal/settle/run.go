// Package settle brings what is stored up to what is known: what addresses
// were and what kind of flow is between them, after an inventory, a feed or an
// allow-list changed; and which captures of a conversation count, after rows
// were added. It reads no logs.
package settle

import (
	"context"
	"errors"
	"time"

	"weir/internal/knowledge"
	"weir/internal/store"
)

// Config is what Run needs.
type Config struct {
	Store    store.Store
	Keeper   *knowledge.Keeper // nil: nothing is known, and only conversations are counted once
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
	Seconds   float64 `json:"seconds"`
}

// run is one call of Run.
type run struct {
	Config
	store store.Store
	sum   Summary
}

// Run brings everything up to date. What is up to date already costs next to
// nothing. It may be stopped at any instant and run again; two must not run on
// one store at a time.
func Run(ctx context.Context, c Config) (Summary, error) {
	r := &run{Config: c, store: c.Store}
	started := time.Now()
	err := r.all(ctx)
	r.sum.Seconds = time.Since(started).Seconds()
	return r.sum, err
}

func (r *run) all(ctx context.Context) error {
	for r.Keeper != nil {
		err := r.rejudge(ctx)
		if err == nil {
			break
		}
		if !errors.Is(err, errChanged) {
			return err
		}
	}
	return r.intervals(ctx)
}

func (r *run) tell(what string, done, total int64) {
	if r.Progress != nil {
		r.Progress(Progress{what, done, total})
	}
}
