package pipeline

import (
	"cmp"
	"context"
	"io"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"weir/internal/decode"
	"weir/internal/source"
	"weir/internal/store"
)

// maxProblems is how many changed and failed objects a summary names.
const maxProblems = 20

// tally counts what a run does; workers add to it at the same time.
type tally struct {
	objects, objectsDone, bytes, bytesDone  atomic.Int64
	records, tuples, rejected, rows         atomic.Int64
	same, changed, failed, pending, ignored atomic.Int64
	tooOld, oldObjects                      atomic.Int64
	recordsBefore, rejectedBefore           atomic.Int64
	listing                                 atomic.Bool

	mu       sync.Mutex
	reasons  map[decode.Reason]*RejectSummary
	problems []Problem
	read     map[uint64][]string // names of the objects that were read, by fingerprint
	copies   []Copy
	twice    int64
}

func newTally() *tally {
	t := &tally{reasons: map[decode.Reason]*RejectSummary{}, read: map[uint64][]string{}}
	t.listing.Store(true)
	return t
}

func (t *tally) found(o source.Object) {
	t.objects.Add(1)
	t.bytes.Add(o.Size)
}

func (t *tally) listed() { t.listing.Store(false) }

// unchanged counts an object that is the same as when it was last looked at.
func (t *tally) unchanged(o source.Object, before store.Object) {
	t.bytes.Add(-o.Size)
	t.before(before)
	if before.State == store.ObjectComplete || before.State == store.ObjectPending {
		t.same.Add(1)
	}
	t.standing(before)
}

// busy counts an object that another run is reading.
func (t *tally) busy(o source.Object) {
	t.bytes.Add(-o.Size)
	t.objects.Add(-1)
}

// old counts an object that is not read, as it is older than what is kept.
func (t *tally) old(o source.Object, before store.Object) {
	t.bytes.Add(-o.Size)
	t.before(before)
	t.objectsDone.Add(1)
	t.oldObjects.Add(1)
}

// before counts what earlier runs found in an object.
func (t *tally) before(o store.Object) {
	t.recordsBefore.Add(o.Records)
	t.rejectedBefore.Add(o.Rejected)
}

// done counts an object that was read.
func (t *tally) done(o store.Object) { t.standing(o) }

func (t *tally) standing(o store.Object) {
	t.objectsDone.Add(1)
	t.pending.Add(o.Pending)
	switch o.State {
	case store.ObjectChanged:
		t.changed.Add(1)
	case store.ObjectFailed:
		t.failed.Add(1)
	default:
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.problems) < maxProblems {
		t.problems = append(t.problems, Problem{o.Name, string(o.State), o.Message})
	}
}

func (t *tally) decoded(tuples, records int64) {
	t.tuples.Add(tuples)
	t.records.Add(records)
}

func (t *tally) reject(object string, r decode.Rejection) {
	t.rejected.Add(1)
	t.mu.Lock()
	defer t.mu.Unlock()
	s, ok := t.reasons[r.Reason]
	if !ok {
		s = &RejectSummary{Reason: string(r.Reason)}
		t.reasons[r.Reason] = s
	}
	// The first one by place is shown, not the first that a worker came upon.
	if !ok || cmp.Or(cmp.Compare(object, s.Object), cmp.Compare(r.Offset, s.Offset)) < 0 {
		s.Object, s.Offset, s.Sample = object, r.Offset, r.Sample
	}
	s.Count++
}

// rejectMore counts n rejections like others that reject was told of.
func (t *tally) rejectMore(reason decode.Reason, n int64) {
	t.rejected.Add(n)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reasons[reason].Count += n
}

func (t *tally) committed(d *store.Delta) {
	t.rows.Add(int64(len(d.Rows)) - d.LeftOut.Rows)
	t.tooOld.Add(d.LeftOut.Tuples)
}

// counting adds to a total what is read from a source, until ctx ends: even
// an object without a single record can be left.
type counting struct {
	io.Reader
	ctx   context.Context
	total *atomic.Int64
}

func (c *counting) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.Reader.Read(p)
	c.total.Add(int64(n))
	return n, err
}

// reportProgress calls the progress function until the returned function is
// called, the last time then.
func (r *run) reportProgress() (stop func()) {
	if r.cfg.Progress == nil {
		return func() {}
	}
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				r.cfg.Progress(r.progress())
			case <-quit:
				r.cfg.Progress(r.progress())
				return
			}
		}
	}()
	return func() { close(quit); <-done }
}

func (r *run) progress() Progress {
	t := r.tally
	return Progress{
		Objects: t.objects.Load(), ObjectsDone: t.objectsDone.Load(),
		Bytes: t.bytes.Load(), BytesDone: t.bytesDone.Load(),
		Tuples: t.tuples.Load(), Rejected: t.rejected.Load(), Rows: t.rows.Load(),
		Elapsed: time.Since(r.started), Listing: t.listing.Load(),
	}
}

func (r *run) summary() Summary {
	t := r.tally
	s := Summary{
		Objects: t.objects.Load(), Bytes: t.bytesDone.Load(), Records: t.records.Load(),
		Tuples: t.tuples.Load(), Rejected: t.rejected.Load(), Rows: t.rows.Load(),
		Seconds:   time.Since(r.started).Seconds(),
		Unchanged: t.same.Load(), Changed: t.changed.Load(), Failed: t.failed.Load(),
		TooOld: t.tooOld.Load(), TooOldObjects: t.oldObjects.Load(),
		PendingBytes: t.pending.Load(), IgnoredCounters: t.ignored.Load(),
		RecordsBefore: t.recordsBefore.Load(), RejectedBefore: t.rejectedBefore.Load(),
		Rejects: []RejectSummary{}, Problems: []Problem{}, Copies: []Copy{},
	}
	if s.Rows > 0 {
		s.ReductionRatio = float64(s.Tuples-s.TooOld) / float64(s.Rows)
	}
	if s.Seconds > 0 {
		s.TuplesPerSecond = float64(s.Tuples) / s.Seconds
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s.CountedTwice, s.Copies = t.twice, append(s.Copies, t.copies...)
	for _, r := range t.reasons {
		s.Rejects = append(s.Rejects, *r)
	}
	sort.Slice(s.Rejects, func(i, j int) bool { return s.Rejects[i].Reason < s.Rejects[j].Reason })
	s.Problems = append(s.Problems, t.problems...)
	sort.Slice(s.Problems, func(i, j int) bool { return s.Problems[i].Object < s.Problems[j].Object })
	return s
}
