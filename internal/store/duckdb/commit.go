package duckdb

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/flow"
	"weir/internal/store"
)

// knownSize is of how many dimension rows the writer remembers that they are
// stored: 8 MiB.
const knownSize = 1 << 20

// ownSize is of how many hosts and days the writer remembers that their own NIC
// is stored: 1 MiB.
const ownSize = 1 << 17

// writer writes deltas, and what becomes known. It is used under Store.commit.
type writer struct {
	conn     *conn
	feed     *feed
	known    *knownIDs // of rules, logs, scopes, parties, hosts and endpoints
	knownOwn *knownIDs
	periods  *periods            // nil: not known
	keep     int64               // subjects that roll-ups keep by each measure; 0: as many as suit
	number   uint64              // of the last entry in the lists of intervals
	touched  map[int64]time.Time // when rows of intervals were last written, by their starts in microseconds
	order    order
	items    []orderItem // the rows of the delta in the order in which they are stored

	ruleIDs, logIDs, scopes []uint64 // of the rules and logs of the delta
	newParties              newIDs
	parties                 []party // beside newParties.ids
	newHosts                newIDs
	hosts                   []flow.Addr // beside newHosts.ids
	newEndpoints            newIDs
	newOwn                  newIDs
	horizon                 int64                // seconds since 1970: rows that begin before it are left out
	stored                  []store.CapturedFact // of the conversations of the delta
	own                     []own                // beside newOwn.ids
	nicIDs                  []uint64             // of the logs of the delta: of the NIC, 0 for none
	from, to                [chunkRows]uint64    // parties of the chunk at hand
	learned                 learned
}

// party is an address as seen in a log of the delta.
type party struct {
	address flow.Addr
	log     uint32
}

// own says that the NIC of a log was a host's own on a day.
type own struct {
	host uint64
	log  uint32
	day  int64 // its start, in seconds since 1970
}

func newWriter(db *database) (*writer, error) {
	if n := duck.VectorSize(); n != chunkRows {
		return nil, fmt.Errorf("this DuckDB takes %d rows at once, not %d: weir was built against another version", n, chunkRows)
	}
	c, err := db.connect()
	if err != nil {
		return nil, err
	}
	f, err := newFeed(c)
	if err != nil {
		c.close()
		return nil, err
	}
	w := &writer{conn: c, feed: f, touched: map[int64]time.Time{}, known: newKnownIDs(knownSize), knownOwn: newKnownIDs(ownSize)}
	w.learned.known = w.known
	last, err := number(context.Background(), c, "SELECT coalesce(max(number), 0)::BIGINT FROM (SELECT number FROM weir.unsettled UNION ALL SELECT number FROM weir.unmerged UNION ALL SELECT number FROM weir.period)")
	w.number = uint64(last)
	if err != nil {
		return nil, err
	}
	h, err := horizonOf(context.Background(), c)
	w.horizon = h.Intervals.Unix()
	return w, err
}

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context, d *store.Delta) error {
	return s.write(ctx, func(w *writer) error { return w.addDelta(ctx, d, s.interval) })
}

// writing is what every transaction does, in the words of an error.
const writing = "commit to"

// write does work in one transaction. It may be done again, where there is no
// memory for it.
func (s *Store) write(ctx context.Context, work func(*writer) error) error {
	s.commit.Lock()
	defer s.commit.Unlock()
	if err := s.writable(); err != nil {
		return err
	}
	defer s.stats.outdated() // also where it failed: a COMMIT that failed may have been one
	err := s.writer.transaction(ctx, work)
	for end := time.Now().Add(s.memoryWait); errors.Is(err, errMemory) && time.Now().Before(end); {
		// A question has it, and will soon have been answered. Where there is
		// none, waiting does not help: one may just have ended, but not twice.
		questions := s.answering()
		if questions && sleep(ctx, s.memoryWait/64) != nil {
			break
		}
		err = s.writer.transaction(ctx, work)
		if !questions && errors.Is(err, errMemory) && !s.answering() {
			err = &oversizedError{err}
			break
		}
	}
	if err != nil {
		if probe := s.writer.conn.run(context.Background(), "SELECT 1"); errors.Is(probe, errInvalidated) && !errors.Is(err, errInvalidated) {
			err = &stoppedError{err}
		}
		return s.explain(writing, err)
	}
	s.tend()
	return nil
}

// writable returns why nothing can be written, if so.
func (s *Store) writable() error {
	switch {
	case s.readOnly:
		return fmt.Errorf("cannot %s the store in %s: %w", writing, s.dir, store.ErrReadOnly)
	case s.closed.Load():
		return s.explain(writing, errClosed)
	}
	if err := s.guard.check(); err != nil {
		return s.explain(writing, err)
	}
	return nil
}

// sleep waits, or returns the error of ctx when that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tend looks after the write-ahead log: it is its owner's alone, and a long one
// is folded into the database file, later where questions need it.
func (s *Store) tend() {
	size := s.seeLog()
	var cause error
	if size > overrun*s.walLimit {
		cause = errOverrun
	}
	if size > s.walLimit {
		s.visitors.without(cause, s.fold)
	}
}

// seeLog looks how long the write-ahead log is, and closes it to others.
func (s *Store) seeLog() int64 {
	path := filepath.Join(s.dir, walName)
	info, err := os.Stat(path)
	if err != nil {
		s.logged.Store(0)
		return 0
	}
	_ = keepPrivate(path, info)
	// Where that fails the sum is that of a shorter log, which is right too.
	_ = s.sum.follow(info.Size())
	s.logged.Store(info.Size())
	return info.Size()
}

// begin folds what a killed process left in the write-ahead log, and what was
// done since to open the store.
func (s *Store) begin() {
	if s.seeSize(walName) > 0 {
		s.sum.leave(s.seeSize(walName)) // where it cannot be folded
		s.fold()
	}
}

// fold folds the write-ahead log into the database file. The commits in it are
// durable already, so a failure is no failure of theirs: either the next commit
// tries again, or the engine says at the next commit that it stopped.
func (s *Store) fold() {
	if s.sum.forget() != nil {
		s.seeLog() // of which questions need a copy
		return
	}
	if s.checkpoint(context.Background()) == nil {
		s.sum.leave(s.seeSize(walName))
	}
	s.seeLog()
}

// transaction does work: all of it or, with an error, nothing.
func (w *writer) transaction(ctx context.Context, work func(*writer) error) (err error) {
	if err := w.conn.run(ctx, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	horizon := w.horizon
	defer func() {
		if err == nil {
			return
		}
		w.horizon = horizon
		// What this transaction added may be remembered as stored, and is not.
		clear(w.known.places)
		clear(w.knownOwn.places)
		w.periods = nil
		_ = w.conn.run(context.Background(), "ROLLBACK") // fails where a failed COMMIT did it
	}()
	if err := work(w); err != nil {
		return err
	}
	// Not interrupted by ctx: a commit must have one outcome.
	return w.conn.run(context.Background(), "COMMIT")
}

func (w *writer) addDelta(ctx context.Context, d *store.Delta, interval time.Duration) error {
	return steps(
		func() error { return w.addRules(ctx, d.Rules) },
		func() error { return w.addLogs(ctx, d.Logs) },
		func() error { return w.arrange(d, int64(interval/time.Second)) },
		func() error { return w.leaveOut(d) },
		func() error { return w.count(ctx, d, int64(interval/time.Second)) },
		func() error { return w.addFacts(ctx, d) },
		func() error { return w.addIntervals(ctx, w.order.intervals) },
		func() error { return w.addHosts(ctx) },
		func() error { return w.addParties(ctx, d) },
		func() error { return w.addOwn(ctx, d.Logs) },
		func() error { return w.addRelations(ctx, d.Relations) },
		func() error { return w.touch(ctx, w.order.intervals) },
		func() error {
			if d.Count != nil {
				return w.unsettleAgain(ctx, int64(interval/time.Second))
			}
			return w.unsettle(ctx, w.order.intervals)
		},
		func() error { return w.addObjects(ctx, d.Objects) },
		func() error { return w.addRejects(ctx, d.Rejects) },
		func() error {
			return w.conn.exec(ctx, "INSERT OR REPLACE INTO weir.meta VALUES ('last_commit', ?)",
				time.Now().UTC().Format(time.RFC3339Nano))
		},
	)
}

// steps does one after the other, up to the first that fails.
func steps(all ...func() error) error {
	for _, step := range all {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

const (
	u8, u16, u32, u64      = duck.TypeUTinyInt, duck.TypeUSmallInt, duck.TypeUInteger, duck.TypeUBigInt
	i64, ts, txt, blob, yn = duck.TypeBigInt, duck.TypeTimestamp, duck.TypeVarchar, duck.TypeBlob, duck.TypeBoolean
)

// The columns of the tables, in their order.
var (
	factTypes   = []duck.Type{ts, u64, u64, u64, u64, u16, u8, u8, u8, u8, u8, u64, u64, i64, i64, i64, i64, i64, i64, i64, ts, ts, u8}
	ruleTypes   = []duck.Type{u64, txt, txt}
	logTypes    = []duck.Type{u64, txt, txt, txt, txt}
	scopeTypes  = []duck.Type{u64, txt, txt}
	ownTypes    = []duck.Type{u64, txt, ts}
	objectTypes = []duck.Type{u64, txt, txt, txt, i64, i64, u64, i64, txt, txt, i64, i64, i64, i64, i64, ts, ts, ts, u64, i64, u64}
	hostTypes   = []duck.Type{u64, txt, u64, u64}
	rejectTypes = []duck.Type{u64, txt, i64}
	sampleTypes = []duck.Type{u64, txt, i64, i64, txt}
)

// clamp keeps a counter in the signed column; no real one is that large.
func clamp(v uint64) int64 { return int64(min(v, math.MaxInt64)) }

// micros converts milliseconds since 1970 and keeps what a log claims to be
// the year 100 000 within what a TIMESTAMP holds.
func micros(ms int64) int64 {
	const limit = 9_000_000_000_000_000
	return max(-limit, min(ms, limit)) * 1000
}

// What DuckDB calls infinity and -infinity.
const end, beginning = int64(math.MaxInt64), -int64(math.MaxInt64)

// bound is micros of an end of a tenure, which may be open.
func bound(ms int64) int64 {
	switch ms {
	case math.MinInt64:
		return beginning
	case math.MaxInt64:
		return end
	}
	return micros(ms)
}

// microsOf is micros of a time.
func microsOf(t time.Time) int64 { return micros(t.UnixMilli()) + int64(t.Nanosecond()/1000%1000) }

// openTime returns the time as microseconds, or what stands for a zero one.
func openTime(t time.Time, zero any) any {
	if t.IsZero() {
		return zero
	}
	return microsOf(t)
}
