package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"weir/internal/enrich"
	"weir/internal/reduce"
	"weir/internal/settle"
	"weir/internal/source"
	"weir/internal/store"
)

const (
	// defaultCommitRows is a little more than a row group of the store, which
	// is 122 880 rows: whole groups are written to the file once, anything
	// less to the log first and to the file later, which takes half as long
	// again. Larger batches only cost memory.
	defaultCommitRows = 125_000
	// defaultCommitEvery bounds how long a slow source keeps what is read
	// from being seen.
	defaultCommitEvery = 2 * time.Second
	// listBatch is how many objects are looked up in the ledger at once; it
	// costs half as much for each as with a few hundred.
	listBatch = 4096
	// waiting is how many objects may wait for a worker: enough that mostly all
	// is found, and the time left known, before much is read.
	waiting = 1 << 14
	// giantRecord is how many tuples a record has that is worth waiting for
	// its turn: most have a few hundred, and tables grow with such a one.
	giantRecord = 1 << 17
)

// Run reads every object of the source from where it was left and commits
// what it holds: each transaction holds rows and how far the objects they
// come from were read, so that a process killed at any instant and run again
// ends with the same totals.
//
// Objects that cannot be read are reported in the Summary and do not stop the
// run, nor do those that cannot be listed (ErrUnlisted); a store that cannot be
// written does. When ctx ends, what was read is
// committed and the summary so far is returned with the error of ctx.
func Run(ctx context.Context, cfg Config) (Summary, error) {
	if cfg.Workers <= 0 {
		cfg.Workers = runtime.NumCPU()
	}
	if cfg.CommitRows <= 0 {
		cfg.CommitRows = defaultCommitRows
	}
	if cfg.CommitEvery <= 0 {
		cfg.CommitEvery = defaultCommitEvery
	}
	horizon, err := cfg.Store.Horizon(ctx)
	if err != nil {
		return Summary{}, fmt.Errorf("cannot ask what the store has forgotten: %w", err)
	}
	if horizon.Intervals.After(cfg.Oldest) {
		cfg.Oldest = horizon.Intervals
	}
	r := &run{
		cfg:     cfg,
		started: time.Now(),
		found:   make(chan *job, waiting),
		claimed: map[string]bool{},
		batches: make(chan *batch),
		// While a batch is committed, which takes a processor, its worker waits.
		// One more would take 25 MB and save no time.
		free:   make(chan *batch, max(cfg.Workers, 2)),
		giants: make(chan struct{}, 1),
		tally:  newTally(),
		blank:  enrich.New(enrich.Sources{}),
	}
	r.jobs = r.found
	if cfg.Ahead > 0 {
		r.jobs = make(chan *job)
	}
	defer func() { r.giveBack() }()
	for range cap(r.free) {
		r.free <- &batch{table: reduce.New(cfg.Store.Interval(), cfg.CommitRows)}
	}
	stopProgress := r.reportProgress()
	err = r.run(ctx)
	if err == nil || errors.Is(err, ErrUnlisted) {
		err = cmp.Or(r.tally.compare(ctx, cfg.Store), err)
	}
	stopProgress()
	return r.summary(), err
}

// ErrUnlisted means that everything was read that the source could list, and
// that it could not list all.
var ErrUnlisted = errors.New("not all objects could be listed")

// unlistedError is an ErrUnlisted that says no more than its cause.
type unlistedError struct{ cause error }

func (e *unlistedError) Error() string   { return e.cause.Error() }
func (e *unlistedError) Unwrap() []error { return []error{ErrUnlisted, e.cause} }

// run is one call of Run.
type run struct {
	cfg      Config
	started  time.Time
	found    chan *job  // to be opened
	jobs     chan *job  // for a worker; found itself where nothing is opened ahead
	claiming sync.Mutex // holds claimed together
	claimed  map[string]bool
	batches  chan *batch
	free     chan *batch
	giants   chan struct{} // holds a token for the batch with a giant record
	tally    *tally
	blank    *enrich.Knowledge // where there is no Keeper
}

// known returns what is known now.
func (r *run) known() *enrich.Knowledge {
	if r.cfg.Keeper == nil {
		return r.blank
	}
	return r.cfg.Keeper.Current()
}

// use calls work with what is known, which stays so until work returns.
func (r *run) use(work func(*enrich.Knowledge) error) error {
	if r.cfg.Keeper == nil {
		return work(r.blank)
	}
	return r.cfg.Keeper.Use(work)
}

// job is an object to read and how far that was done before.
type job struct {
	object source.Object
	before store.Object
	opened *opened // nil: it is to be opened
}

func (r *run) run(ctx context.Context) error {
	// The end of ctx and a failing commit stop the reading; what was read
	// before is committed in any case, if it can be. What cannot be listed
	// does not keep the rest from being read.
	reading, stop := context.WithCancel(ctx)
	defer stop()
	g, reading := errgroup.WithContext(reading)
	var unlisted error
	g.Go(func() error {
		defer close(r.found)
		unlisted = r.list(reading)
		return nil
	})
	if r.cfg.Ahead > 0 {
		g.Go(func() error {
			r.ahead(reading)
			return nil
		})
	}
	var workers sync.WaitGroup
	for range r.cfg.Workers {
		workers.Add(1)
		g.Go(func() error {
			defer workers.Done()
			return newWorker(r).work(reading)
		})
	}
	g.Go(func() error {
		workers.Wait()
		close(r.batches)
		return nil
	})
	var failed error
	g.Go(func() error {
		failed = r.commit(context.WithoutCancel(ctx), stop)
		return nil
	})
	err := g.Wait()
	switch {
	case failed != nil:
		return failed
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return err
	}
	return unlisted
}

// list sends the objects in which there may be something new to the workers.
func (r *run) list(ctx context.Context) error {
	var found []source.Object
	var failed error // the ledger cannot be asked
	send := func() error {
		names := make([]string, 0, len(found))
		free := found[:0]
		for _, o := range found {
			if r.claim(o.Name) {
				free, names = append(free, o), append(names, o.Name)
			} else {
				r.tally.busy(o)
			}
		}
		found = free
		ledger, err := r.cfg.Store.Objects(ctx, names)
		if err != nil {
			failed = fmt.Errorf("cannot look up objects in the ledger: %w", err)
			return failed
		}
		for _, o := range found {
			before, known := ledger[o.Name]
			if known && before.ETag == o.ETag {
				r.tally.unchanged(o, before)
				r.giveBack(o.Name)
				continue
			}
			if tooOld(o, before, r.cfg.Oldest) {
				r.tally.old(o, before)
				r.giveBack(o.Name)
				continue
			}
			before.Name = o.Name
			select {
			case r.found <- &job{object: o, before: before}:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		found = found[:0]
		return nil
	}
	err := r.cfg.Source.List(ctx, func(o source.Object) error {
		r.tally.found(o)
		if found = append(found, o); len(found) == listBatch {
			return send()
		}
		return nil
	})
	if err != nil {
		err = &unlistedError{err}
	}
	if ctx.Err() == nil && failed == nil {
		_ = send() // failed has its error
	}
	r.tally.listed()
	if failed != nil {
		return failed
	}
	return err
}

// commit writes batches until there are no more. After an error it stops the
// reading and goes on taking batches, so that nobody waits for ever.
func (r *run) commit(ctx context.Context, stop func()) (failed error) {
	again := judge{width: r.cfg.Store.Interval()}
	var counter *settle.Counter
	var noted *enrich.Knowledge // not its hash: what is known can be the same again after something else was
	for b := range r.batches {
		if failed == nil && len(b.objects) > 0 {
			failed = r.use(func(known *enrich.Knowledge) error {
				if noted != known {
					if err := settle.Judging(ctx, r.cfg.Store, known); err != nil {
						return err
					}
					noted = known
				}
				if b.known.Hash != known.Hash { // it changed since the worker judged
					again.batch(b, known)
				}
				if counter == nil {
					var err error
					if counter, err = settle.NewCounter(ctx, r.cfg.Store); err != nil {
						return err
					}
				}
				d := b.delta()
				d.Count = counter.Of(d.Rows, d.Logs)
				err := r.cfg.Store.Commit(ctx, d)
				if err == nil {
					r.tally.committed(d)
					if r.cfg.Landed != nil && len(b.landed) > 0 {
						r.cfg.Landed(b.landed)
					}
				}
				return err
			})
			if failed != nil {
				stop()
			}
		}
		b.reset()
		if b.giant {
			b.giant = false
			<-r.giants
		}
		r.free <- b
	}
	return failed
}
