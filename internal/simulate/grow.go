package simulate

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Growth says how the logs of a live simulation grow.
type Growth struct {
	// Sink is where they do: [Folder] or [Account].
	Sink Sink
	// Pace is how many times as fast as the clock the simulated time goes from its
	// start on, 0: as fast as it can. At 1 the simulated time is that of the clock:
	// a block is committed at the second that its record bears, and at once where
	// that is past.
	Pace float64
	// Committed, if not nil, is told each block once it can be read. It is called
	// by one goroutine at a time.
	Committed func(Commit)
}

// Commit is a block that can be read from its sink.
type Commit struct {
	Object string
	Number int       // of blocks of the object before it
	Record time.Time // the time that its record bears
	Tuples int
	Bytes  int
	At     time.Time // when it could be read, by the clock
}

// inFlight is how many blocks may be on their way to the sink.
const inFlight = 16

// Live simulates as [Write] does, but lets all objects grow by a block a minute
// as in Azure, each NIC at its own second. What they hold in the end is what
// Write writes, and so is all else in the folder of the configuration. When ctx
// ends it stops after whole blocks; the truth then ends with them. It holds the
// flows that are alive and the sums of the truth, never what is written.
func Live(ctx context.Context, c Config, g Growth) (*Truth, error) {
	if math.IsNaN(g.Pace) || g.Pace < 0 {
		return nil, fmt.Errorf("cannot simulate: the pace is %v: it must be 0 or more", g.Pace)
	}
	r, l, err := begin(c)
	if err != nil {
		return nil, err
	}
	w := &watch{sink: g.Sink, told: g.Committed, last: r.from}
	all := make([]*capture, len(r.points))
	for i, p := range r.points {
		all[i] = newCapture(r, p, w)
	}
	whole, err := growAll(ctx, r, all, newPacer(g.Pace, r.from), c.Progress)
	if err != nil {
		return l.end(err)
	}
	if !whole {
		l.truth.End = time.UnixMilli(w.last).UTC().Truncate(time.Minute).Add(time.Minute)
	}
	for i, k := range all {
		k.finish()
		if err := l.add(k); err != nil {
			return l.end(err)
		}
		all[i] = nil
	}
	return l.end(nil)
}

// growAll runs the whole time at all NICs, minute by minute: none is ever a
// minute ahead of another. It ends early, without an error, when ctx ends.
func growAll(ctx context.Context, r *run, all []*capture, p pacer, progress func(done, total int64)) (whole bool, err error) {
	inTurn := slices.Clone(all)
	slices.SortStableFunc(inTurn, func(a, b *capture) int { return int(a.base + a.lag() - b.base - b.lag()) })
	begun := context.WithoutCancel(ctx) // a block that is begun is committed
	for m := r.from/minute - warmUp; m < r.to/minute; m++ {
		var g errgroup.Group
		g.SetLimit(inFlight)
		for _, c := range inTurn {
			if c.due(m) && !p.wait(ctx, c.recordTime()/ticksPerMilli) {
				break
			}
			g.Go(func() error { return c.minute(begun, m) })
		}
		if err := g.Wait(); err != nil || ctx.Err() != nil {
			return false, err
		}
		if progress != nil && m >= r.from/minute {
			progress(m+1-r.from/minute, (r.to-r.from)/minute)
		}
	}
	return true, nil
}

// pacer tells when a simulated time comes.
type pacer struct {
	pace  float64
	start int64     // simulated, ms since 1970
	begun time.Time // when that is
}

func newPacer(pace float64, start int64) pacer {
	p := pacer{pace: pace, start: start, begun: time.Now()}
	if pace == 1 {
		p.begun = time.UnixMilli(start)
	}
	return p
}

// wait returns when a simulated time has come, or false when ctx ends.
func (p pacer) wait(ctx context.Context, at int64) bool {
	if p.pace > 0 {
		comes := p.begun.Add(time.Duration(float64(at-p.start) / p.pace * float64(time.Millisecond)))
		select {
		case <-time.After(time.Until(comes)):
		case <-ctx.Done():
		}
	}
	return ctx.Err() == nil
}

// watch is a sink that tells what is committed.
type watch struct {
	sink Sink
	told func(Commit)

	mu   sync.Mutex
	last int64 // the latest time of a record, ms since 1970
}

// Append implements [Sink].
func (w *watch) Append(ctx context.Context, b *Block) error {
	if err := w.sink.Append(ctx, b); err != nil {
		return err
	}
	at := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = max(w.last, b.Time.UnixMilli())
	if w.told != nil {
		w.told(Commit{Object: b.Object, Number: b.Number, Record: b.Time, Tuples: b.Tuples, Bytes: len(b.Data), At: at})
	}
	return nil
}
