package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"weir/internal/knowledge"
	"weir/internal/pipeline"
	"weir/internal/server"
	"weir/internal/source"
	"weir/internal/source/dir"
	"weir/internal/store"
)

// ingester reads log objects into a store that is being served. One run at a
// time has its turn: two would read the same object twice at once.
type ingester struct {
	store   store.Store
	keeper  *knowledge.Keeper
	settler *settler
	workers int
	engine  int // MiB that the engine of the store may use
	keep    store.Retention
	turn    chan struct{}          // holds a token while a run is under way
	tune    func(*pipeline.Config) // of what differs from the usual; may be nil
	level   slog.Level             // at which the log says what a look brought

	mu    sync.Mutex
	state *server.IngestState
}

func newIngester(s store.Store, k *knowledge.Keeper, settler *settler, workers, engine int, keep store.Retention) *ingester {
	return &ingester{store: s, keeper: k, settler: settler, workers: workers, engine: engine, keep: keep, turn: make(chan struct{}, 1)}
}

// read reads a source when it has its turn. Counting each conversation once is
// left to the settler, and not waited for: the next to read need not wait until
// what is stored is up to what is known. follow is for who looks again and again.
func (i *ingester) read(ctx context.Context, from source.Source, follow bool, progress func(pipeline.Progress)) (pipeline.Summary, error) {
	select {
	case i.turn <- struct{}{}:
		defer func() { <-i.turn }()
	case <-ctx.Done():
		return pipeline.Summary{}, ctx.Err()
	}
	defer i.rest()
	c := pipeline.Config{
		Store: i.store, Source: from, Keeper: i.keeper, Workers: i.workers, Oldest: i.keep.Horizon(time.Now()).Intervals, Follow: follow,
		Progress: func(p pipeline.Progress) {
			i.show(p)
			if progress != nil {
				progress(p)
			}
		},
	}
	if i.tune != nil {
		i.tune(&c)
	}
	sum, err := pipeline.Run(ctx, c)
	readRows(sum.Rows, i.engine)
	if sum.Rows > 0 {
		i.settler.remind()
	}
	return sum, err
}

// run reads a source, and ends when each conversation in it counts once.
func (i *ingester) run(ctx context.Context, from source.Source, progress func(pipeline.Progress)) (pipeline.Summary, error) {
	sum, err := i.read(ctx, from, false, progress)
	if sum.Rows == 0 {
		return sum, err
	}
	_, counting := i.settler.count(ctx, nil)
	return sum, cmp.Or(err, counting)
}

// paths reads paths for another command.
func (i *ingester) paths(ctx context.Context, paths []string, progress func(pipeline.Progress)) (pipeline.Summary, error) {
	return i.run(ctx, dir.New(paths...), progress)
}

// show notes how far the run has come. A look at sources in which nothing is
// new is not shown: it would come and go every two seconds.
func (i *ingester) show(p pipeline.Progress) {
	if p.BytesDone == 0 {
		return
	}
	s := &server.IngestState{
		Running: true, Objects: p.Objects, ObjectsDone: p.ObjectsDone, Bytes: p.Bytes, BytesDone: p.BytesDone, Tuples: p.Tuples,
	}
	if p.Elapsed > 0 {
		s.TuplesPerSecond = float64(p.Tuples) / p.Elapsed.Seconds()
	}
	i.set(s)
}

// prepare says that there will be something to read soon.
func (i *ingester) prepare() { i.set(&server.IngestState{Running: true}) }

func (i *ingester) set(s *server.IngestState) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.state = s
}

// rest notes that nothing is being read any more.
func (i *ingester) rest() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.state != nil {
		done := *i.state
		done.Running = false
		i.state = &done
	}
}

// current returns what is being read, or was last.
func (i *ingester) current() *server.IngestState {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.state
}

// look reads what is new in a source, and says in the log what came of it.
func (i *ingester) look(ctx context.Context, from source.Source, seen *novelty, log *slog.Logger) (pipeline.Summary, error) {
	s, err := i.read(ctx, from, true, logProgress(log))
	if s.Tuples > 0 || s.Rejected > 0 {
		log.Log(ctx, i.level, "read flow logs", "objects", s.Objects-s.Unchanged, "bytes", s.Bytes, "tuples", s.Tuples,
			"rejected", s.Rejected, "rows", s.Rows, "seconds", s.Seconds, "source", from.String())
	}
	for _, p := range s.Problems {
		if seen.is(p.Object, p.Message) {
			log.Warn("cannot read an object", "object", p.Object, "state", p.State, "cause", p.Message)
		}
	}
	for _, c := range s.Copies {
		if seen.is(c.Object, c.Of) {
			log.Warn("one log is counted twice, as it lies under two names", "object", c.Object, "other", c.Of)
		}
	}
	return s, err
}

// did is what a look did, "" where nothing was new.
func did(s pipeline.Summary) string {
	if s.Tuples == 0 && s.Rejected == 0 {
		return ""
	}
	return fmt.Sprintf("%d tuples of %d objects", s.Tuples, s.Objects-s.Unchanged)
}

// logEvery is how often a long run says in the log how far it has come.
const logEvery = 10 * time.Second

func logProgress(log *slog.Logger) func(pipeline.Progress) {
	next := logEvery
	return func(p pipeline.Progress) {
		if p.Elapsed < next {
			return
		}
		next = p.Elapsed + logEvery
		log.Info("reading flow logs", "objects", p.Objects, "objectsDone", p.ObjectsDone, "bytes", p.Bytes, "bytesDone", p.BytesDone, "tuples", p.Tuples)
	}
}

// novelty tells what was not said before, so that a fault that stays is
// logged once and not at every look.
type novelty struct {
	said map[string]string
}

func newNovelty() *novelty { return &novelty{map[string]string{"": ""}} }

// is tells whether the text about a thing differs from the last one.
func (n *novelty) is(thing, text string) bool {
	if last, ok := n.said[thing]; ok && last == text {
		return false
	}
	n.said[thing] = text
	return true
}

// reading is what is being read: of several who read the one that has most to do.
func reading(all ...*ingester) *server.IngestState {
	var shown *server.IngestState
	for _, i := range all {
		s := i.current()
		if s != nil && (shown == nil || s.Running && (!shown.Running || s.Bytes-s.BytesDone > shown.Bytes-shown.BytesDone)) {
			shown = s
		}
	}
	return shown
}
