package server

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// How many questions the store answers at once at most, how many more may wait,
// and for how long. The engine shares its threads and its memory between those
// that are answered: more at once make each slower, and then fail for want of
// memory.
const (
	questionsAtOnce  = 4
	questionMemoryMB = 256 // with less for each there are fewer
	questionsWaiting = 64
	questionPatience = 10 * time.Second
)

// retryAfter is when who was sent away may come back.
const retryAfter = 2 * time.Second

// A question that finds too little memory beside others is asked again while there
// are no others. What is written may have it then, for a moment, so it is asked
// a few times.
const (
	triesAlone = 5
	pauseAlone = time.Second
)

// errBusy means that a question got no turn.
var errBusy = errors.New("other questions come first")

// turns lets so many questions be answered at once.
type turns struct {
	running  chan struct{} // holds a token for each
	lonely   chan struct{} // holds one while somebody wants to be alone
	waiting  chan struct{}
	patience time.Duration
	refused  prometheus.Counter
}

func newTurns(atOnce, waiting int, patience time.Duration, refused prometheus.Counter) *turns {
	return &turns{make(chan struct{}, atOnce), make(chan struct{}, 1), make(chan struct{}, waiting), patience, refused}
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

// atOnce returns how many questions an engine with so much memory, in MiB, should
// answer at once; 0: not told.
func atOnce(memoryMB int) int {
	if memoryMB == 0 {
		return questionsAtOnce
	}
	return min(max(memoryMB/questionMemoryMB, 1), questionsAtOnce)
}

func (t *turns) give() { <-t.running }

// alone does work while no other has a turn, for one who has, and has it again
// afterwards. It returns the error of ctx where that ends before.
func (t *turns) alone(ctx context.Context, work func()) error {
	t.give() // another who wants to be alone may wait for it
	held := 0
	defer func() {
		for ; held > 1; held-- {
			t.give()
		}
		if held == 0 {
			t.running <- struct{}{}
		}
	}()
	select {
	case t.lonely <- struct{}{}:
		defer func() { <-t.lonely }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for ; held < cap(t.running); held++ {
		select {
		case t.running <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	work()
	return nil
}

// writeBusy sends a request away for a moment.
func writeBusy(w http.ResponseWriter, why string) {
	w.Header().Set("Retry-After", strconv.Itoa(int(retryAfter/time.Second)))
	writeProblem(w, http.StatusServiceUnavailable, why+" Ask again in a moment.")
}
