package server

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// How many questions the store answers at once, how many more may wait, and
// for how long. The engine shares its threads and its memory between those
// that are answered: more at once make each slower, and then fail for want of
// memory.
const (
	questionsAtOnce  = 4
	questionsWaiting = 64
	questionPatience = 10 * time.Second
)

// retryAfter is when who was sent away may come back.
const retryAfter = 2 * time.Second

// errBusy means that a question got no turn.
var errBusy = errors.New("other questions come first")

// turns lets so many questions be answered at once.
type turns struct {
	running  chan struct{} // holds a token for each
	waiting  chan struct{}
	patience time.Duration
	refused  prometheus.Counter
}

func newTurns(atOnce, waiting int, patience time.Duration, refused prometheus.Counter) *turns {
	return &turns{make(chan struct{}, atOnce), make(chan struct{}, waiting), patience, refused}
}

// take waits for a turn, which the caller must give back. It returns errBusy
// where too many wait already, or none became free in time.
func (t *turns) take(ctx context.Context) error {
	select {
	case t.running <- struct{}{}:
		return nil
	default:
	}
	select {
	case t.waiting <- struct{}{}:
		defer func() { <-t.waiting }()
	default:
		t.refused.Inc()
		return errBusy
	}
	late := time.NewTimer(t.patience)
	defer late.Stop()
	select {
	case t.running <- struct{}{}:
		return nil
	case <-late.C:
		t.refused.Inc()
		return errBusy
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *turns) give() { <-t.running }

// writeBusy sends a request away for a moment.
func writeBusy(w http.ResponseWriter, why string) {
	w.Header().Set("Retry-After", strconv.Itoa(int(retryAfter/time.Second)))
	writeProblem(w, http.StatusServiceUnavailable, why+" Ask again in a moment.")
}
