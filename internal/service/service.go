// Package service runs what is done by the clock: named jobs, each with a time
// to be done again, and a longer one after a failure. They are started and
// stopped in one place, and tell how they stand. It imports nothing of ours.
package service

import (
	"cmp"
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Job is work that is done again and again, by one goroutine.
type Job struct {
	Name string // unique, as it is shown and logged
	Does string // one line for people
	// Run does the work once. What it did is one line, "" where there was nothing
	// to do. An error is told and the work tried again, unless ctx has ended.
	Run func(ctx context.Context) (did string, err error)
	// Every is how long after its end the work is done again; 0: only when it is
	// woken.
	Every time.Duration
	// Next says when to do it again instead, where that differs from time to time;
	// also after a failure where Again is 0.
	Next func() time.Time
	// Wake has it done at once; it may be nil.
	Wake <-chan struct{}
	// Again is how long after a failure it is tried again, twice as long after
	// each further one, up to AgainAtMost; 0: a second, and a minute.
	Again, AgainAtMost time.Duration
}

// State is how a job stands.
type State struct {
	Name, Does string
	Running    bool
	Since      time.Time     // when it began, if it is running
	Last       time.Time     // when it ended the last time, zero before
	Took       time.Duration // that time
	Did        string        // what it did when there was something to do
	DidAt      time.Time
	Error      string // why it failed the last time; "": it did not
	Failures   int    // in a row
	Runs       int64
	Failed     int64     // of them
	Next       time.Time // when it is done again; zero: when it is woken
}

// Runner runs jobs.
type Runner struct {
	// Failed is told of a failure and when the next try is, once for each text;
	// Recovered of its end. They may be nil.
	Failed    func(job string, err error, next time.Time)
	Recovered func(job string)

	mu   sync.Mutex
	jobs []*entry
}

type entry struct {
	Job
	state State
}

// Add adds a job before Run.
func (r *Runner) Add(j Job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.jobs = append(r.jobs, &entry{Job: j, state: State{Name: j.Name, Does: j.Does}})
}

// Run does the jobs, each of them at once and then by its clock, until ctx ends
// and all of them have.
func (r *Runner) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, e := range r.jobs {
		all.Go(func() {
			for ctx.Err() == nil {
				r.once(ctx, e)
				e.wait(ctx, r)
			}
		})
	}
	all.Wait()
}

// States returns how the jobs stand, in the order in which they were added.
func (r *Runner) States() []State {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]State, len(r.jobs))
	for i, e := range r.jobs {
		out[i] = e.state
	}
	return out
}

// once does a job.
func (r *Runner) once(ctx context.Context, e *entry) {
	begun := time.Now()
	r.change(func() {
		e.state.Running, e.state.Since, e.state.Next = true, begun.UTC(), time.Time{}
	})
	did, err := e.Job.Run(ctx)
	ended := time.Now()
	stopped := ctx.Err() != nil
	before := ""
	r.change(func() {
		s := &e.state
		before = s.Error
		s.Running, s.Since, s.Last, s.Took = false, time.Time{}, ended.UTC(), ended.Sub(begun)
		s.Runs++
		if did != "" {
			s.Did, s.DidAt = did, s.Last
		}
		switch {
		case err == nil:
			s.Error, s.Failures = "", 0
		case !stopped:
			s.Error = err.Error()
			s.Failures++
			s.Failed++
		}
		s.Next = e.next(ended, s.Failures)
	})
	next := e.state.Next // only we change it
	switch {
	case stopped:
	case err != nil && before != err.Error() && r.Failed != nil:
		r.Failed(e.Name, err, next)
	case err == nil && before != "" && r.Recovered != nil:
		r.Recovered(e.Name)
	}
}

func (r *Runner) change(with func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	with()
}

// next is when a job is done again, the zero time where that is when it is woken.
func (e *entry) next(now time.Time, failures int) time.Time {
	switch {
	case failures > 0 && (e.Again > 0 || e.Next == nil):
		return now.Add(backoff(cmp.Or(e.Again, time.Second), cmp.Or(e.AgainAtMost, time.Minute), failures)).UTC()
	case e.Next != nil:
		return e.Next().UTC()
	case e.Every > 0:
		return now.Add(e.Every).UTC()
	}
	return time.Time{}
}

// backoff is how long to wait after so many failures in a row: twice as long each
// time, and up to a tenth more or less, so that not all come again at once.
func backoff(first, most time.Duration, failures int) time.Duration {
	d := first
	for range failures - 1 {
		if d *= 2; d >= most {
			break
		}
	}
	d = min(d, max(first, most))
	return d + time.Duration((rand.Float64()-0.5)/5*float64(d))
}

// wait returns when the job is to be done again.
func (e *entry) wait(ctx context.Context, r *Runner) {
	var due <-chan time.Time
	r.mu.Lock()
	next := e.state.Next
	r.mu.Unlock()
	if !next.IsZero() {
		timer := time.NewTimer(time.Until(next))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
	case <-e.Wake:
	case <-ctx.Done():
	}
}
