package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"weir/internal/decode"
	"weir/internal/flow"
	"weir/internal/plaintext"
	"weir/internal/source"
	"weir/internal/store"
)

// worker reads one object after another into batches.
type worker struct {
	run    *run
	reader *decode.Reader
	judge  judge
	batch  *batch
	// due is when the batch is committed though it is not full.
	due time.Time
	now func() time.Time
}

func newWorker(r *run) *worker {
	w := &worker{run: r, reader: decode.NewReader(), judge: judge{width: r.cfg.Store.Interval()}, now: time.Now}
	w.reader.BeforeGiant = w.giant
	return w
}

// giant waits for the turn of this worker to read a giant record, of which
// there is one in memory at a time. Whoever has the token has a batch that
// will be committed, which gives it back.
func (w *worker) giant() {
	if !w.batch.giant {
		w.run.giants <- struct{}{}
		w.batch.giant = true
	}
}

func (w *worker) work(ctx context.Context) error {
	w.take()
	for {
		select {
		case j, ok := <-w.run.jobs:
			if !ok {
				w.flush()
				return ctx.Err()
			}
			if ctx.Err() != nil {
				j.close()
				continue
			}
			w.read(ctx, j)
			if w.batch.full() || w.now().After(w.due) {
				w.flush()
				w.take()
			}
		case <-time.After(time.Until(w.due)):
			// The next object may be long in coming.
			w.flush()
			w.take()
		}
	}
}

func (w *worker) take() {
	w.batch = <-w.run.free
	w.due = w.now().Add(w.run.cfg.CommitEvery)
}

// flush hands the batch over to be committed.
func (w *worker) flush() {
	w.judge.batch(w.batch, w.run.known())
	w.run.batches <- w.batch
	w.batch = nil
}

// close closes a job that nobody will read.
func (j *job) close() {
	if j.opened != nil && j.opened.err == nil {
		_ = j.opened.Close() // nothing was read of it
	}
}

// read takes up an object where it was left. Its ledger entry goes into the
// same batch as the rows that come from it.
func (w *worker) read(ctx context.Context, j *job) {
	o := &progress{Object: j.before, rows: len(w.batch.table.Rows()), ignored: w.batch.table.IgnoredCounters()}
	o.Size = j.object.Size
	w.run.tally.before(j.before)
	err := w.content(ctx, j, o)
	mark := w.reader.Consumed()
	switch {
	case ctx.Err() != nil:
		// Stopped between two records: the next run goes on there.
		w.leave(o, mark)
		return
	case !o.opened && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, source.ErrLater)):
		// It went away since it was listed, and will not be listed again; or it will
		// be, when it can be opened.
		w.run.tally.objectsDone.Add(1)
		w.run.giveBack(j.object.Name) // who reads beside this run may have it now
		return
	case errors.Is(err, decode.ErrPrefixChanged):
		o.State, o.ETag = store.ObjectChanged, j.object.ETag
		o.Message = "a part that was already read has changed; it is not read again. If it was replaced on purpose, give it another name"
	case err == io.EOF:
		o.readTo(mark, w.reader.Pending())
		o.ETag = j.object.ETag
		o.State, o.Message = store.ObjectComplete, ""
		if o.Pending > 0 {
			o.State = store.ObjectPending
		}
	default:
		o.State, o.Message = store.ObjectFailed, explain(err)
		o.ETag = "" // tried again in the next run
		if reason := unreadable(err); reason != "" {
			o.ETag = j.object.ETag // in vain as long as it stays the same
			// What is still being copied is looked at again and again: it
			// counts once.
			if counted := j.before.State == store.ObjectFailed && j.before.ETag != ""; !counted {
				w.reject(o, decode.Rejection{Reason: reason, Offset: w.reader.Seen(), Sample: err.Error()})
			}
		}
		if !o.opened {
			break
		}
		o.readTo(mark, w.reader.Pending())
	}
	w.enter(o)
	if o.read {
		w.batch.landed = append(w.batch.landed, Landed{o.Name, j.object.Modified})
	}
	w.run.tally.done(o.Object)
}

// unreadable returns the reason where the content of an object is what keeps
// it from being read.
func unreadable(err error) decode.Reason {
	var corrupt *plaintext.CorruptError
	var kind *plaintext.KindError
	switch {
	case errors.As(err, &corrupt):
		return decode.CorruptGzip
	case errors.As(err, &kind):
		return decode.NotText
	}
	return ""
}

// explain says in one line why an object could not be read; its name stands beside.
func explain(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Sprintf("cannot %s it: %v; it is tried again in the next run", path.Op, path.Err)
	}
	if unreadable(err) == decode.CorruptGzip && (errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)) {
		return "cannot decompress it to the end, which is missing: it is still being copied, or fetch it again; it is read on when it has grown"
	}
	return err.Error()
}

// progress is the ledger entry of the object that is being read.
type progress struct {
	store.Object
	opened  bool
	read    bool  // tuples were read of it in this run
	rows    int   // rows in the batch when the object, or this part of it, began
	ignored int64 // ignored counters then
}

// holds notes that there are flow logs of a family in it.
func (o *progress) holds(f flow.Family) {
	switch name := f.String(); o.Family {
	case name:
	case "":
		o.Family = name
	default:
		o.Family = "mixed"
	}
}

// readTo notes how far it was read, and how much waits for more.
func (o *progress) readTo(m decode.Mark, pending int64) {
	o.Offset, o.PrefixHash, o.TailHash, o.Pending = m.Offset, m.Sum, m.Tail, pending
}

// content reads an object to its end, which is io.EOF, or to what stops it.
func (w *worker) content(ctx context.Context, j *job, o *progress) error {
	if j.opened == nil {
		c := w.run.open(ctx, j)
		j.opened = &c
	}
	src, err := j.opened, j.opened.err
	if err != nil {
		return err
	}
	defer src.Close()
	if src.ETag != "" {
		j.object.ETag, j.object.Size, j.object.Modified, o.Size = src.ETag, src.Size, src.Modified, src.Size
	}
	start := w.reader.Reset
	if src.resumed {
		start = w.reader.Resume
	}
	w.reader.Latest = latest(j.object.Modified, w.now()).UnixMilli()
	from := decode.Mark{Offset: o.Offset, Sum: o.PrefixHash, Tail: o.TailHash}
	if err := start(&counting{src, ctx, &w.run.tally.bytesDone}, from); err != nil {
		return err
	}
	o.opened = true
	for records := 0; ; {
		rec, err := w.reader.Next()
		if err != nil {
			return err
		}
		w.add(o, rec)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if records++; w.batch.full() || records%64 == 0 && w.now().After(w.due) {
			w.leave(o, w.reader.Consumed())
			if w.batch.giant {
				w.reader.Trim() // room for those who write it
			}
			w.flush()
			w.take()
			o.rows, o.ignored = 0, 0
		}
	}
}

// tolerance is how far a clock may be wrong.
const tolerance = 24 * time.Hour

// latest returns until when the records of an object can have been written:
// until it was last changed. The time of a file may be one that an archive
// restored, so what is older than now can be of now.
func latest(modified, now time.Time) time.Time {
	if now.After(modified) {
		modified = now
	}
	return modified.Add(tolerance)
}

// add reduces a record.
func (w *worker) add(o *progress, rec *decode.Record) {
	if o.Records += rec.Records; rec.Records > 0 {
		o.holds(rec.Family)
	}
	for _, r := range rec.Rejects {
		w.reject(o, r)
	}
	for reason, n := range rec.Unlisted {
		// Others of this reason were listed before, so there is a sample.
		o.Rejected += n
		w.batch.rejects.count(o.Name, reason, n)
		w.run.tally.rejectMore(reason, n)
	}
	if len(rec.Tuples) > giantRecord {
		w.giant()
	}
	if len(rec.Tuples) > 0 {
		o.read = true
		if o.Fingerprint == 0 {
			o.Fingerprint = rec.Fingerprint()
		}
	}
	old := keepNew(rec, w.run.cfg.Oldest)
	start := 0
	for _, g := range rec.Groups {
		o.holds(g.Log.Family)
		w.batch.table.Add(g.Log, g.Rule, rec.Tuples[start:g.End])
		start = g.End
	}
	for i := range rec.Tuples {
		at := rec.Tuples[i].Time
		if o.FirstTuple == 0 || at < o.FirstTuple {
			o.FirstTuple = at
		}
		o.LastTuple = max(o.LastTuple, at)
	}
	o.Tuples += int64(len(rec.Tuples)) + old
	o.TooOld += old
	w.run.tally.tooOld.Add(old)
	w.run.tally.decoded(int64(len(rec.Tuples))+old, rec.Records)
}

func (w *worker) reject(o *progress, r decode.Rejection) {
	o.Rejected++
	w.batch.rejects.add(o.Name, r)
	w.run.tally.reject(o.Name, r)
}

// leave enters how far an object was read that is not at its end.
func (w *worker) leave(o *progress, mark decode.Mark) {
	if !o.opened {
		return
	}
	o.readTo(mark, 0)
	// Without an ETag the next run looks at it in any case.
	o.State, o.Message, o.ETag = store.ObjectPending, "", ""
	w.enter(o)
}

// enter puts the ledger entry into the batch, once for each object.
func (w *worker) enter(o *progress) {
	o.Rows += int64(len(w.batch.table.Rows()) - o.rows)
	ignored := w.batch.table.IgnoredCounters() - o.ignored
	o.IgnoredCounters += ignored
	w.run.tally.ignored.Add(ignored)
	o.rows, o.ignored = len(w.batch.table.Rows()), w.batch.table.IgnoredCounters()
	o.ReadAt = w.now().UTC()
	w.batch.objects = append(w.batch.objects, o.Object)
	if o.read {
		w.run.tally.readLog(o.Object)
	}
}
