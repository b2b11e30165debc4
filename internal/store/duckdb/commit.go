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

// writer writes deltas. It is used under Store.commit.
type writer struct {
	conn  *conn
	feed  *feed
	known *knownIDs
	order order

	ruleIDs, logIDs, scopes []uint64 // of the rules and logs of the delta
	newParties              newIDs
	parties                 []party // beside newParties.ids
}

// party is an address as seen from a scope.
type party struct {
	address flow.Addr
	scope   uint64
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
	return &writer{conn: c, feed: f, known: newKnownIDs(knownSize)}, nil
}

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context, d *store.Delta) error {
	s.commit.Lock()
	defer s.commit.Unlock()
	switch {
	case s.readOnly:
		return fmt.Errorf("cannot commit to the store in %s: %w", s.dir, store.ErrReadOnly)
	case s.closed.Load():
		return s.explain("commit to", errClosed)
	}
	err := s.writer.commit(ctx, d, s.interval)
	for end := time.Now().Add(s.memoryWait); errors.Is(err, errMemory) && time.Now().Before(end); {
		// A question has it, and will soon have been answered.
		if sleep(ctx, s.memoryWait/64) != nil {
			break
		}
		err = s.writer.commit(ctx, d, s.interval)
	}
	if err != nil {
		if probe := s.writer.conn.run(context.Background(), "SELECT 1"); errors.Is(probe, errInvalidated) && !errors.Is(err, errInvalidated) {
			err = &stoppedError{err}
		}
		return s.explain("commit to", err)
	}
	s.checkpoint()
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

// checkpoint folds a long write-ahead log into the database file. The commits
// in it are durable already, so a failure is no failure of theirs: either the
// next commit tries again, or the engine says at the next commit that it stopped.
func (s *Store) checkpoint() {
	info, err := os.Stat(filepath.Join(s.dir, fileName+".wal"))
	if err == nil && info.Size() > s.walLimit {
		_ = s.writer.conn.run(context.Background(), "CHECKPOINT")
	}
}

func (w *writer) commit(ctx context.Context, d *store.Delta, interval time.Duration) (err error) {
	if err := w.conn.run(ctx, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	defer func() {
		if err == nil {
			return
		}
		// What this delta added may be remembered as stored, and is not.
		clear(w.known.places)
		_ = w.conn.run(context.Background(), "ROLLBACK") // fails where a failed COMMIT did it
	}()
	for _, step := range []func() error{
		func() error { return w.addRules(ctx, d.Rules) },
		func() error { return w.addLogs(ctx, d.Logs) },
		func() error { return w.addFacts(ctx, d.Rows, int64(interval/time.Second)) },
		func() error { return w.addParties(ctx) },
		func() error { return w.addObjects(ctx, d.Objects) },
		func() error { return w.addRejects(ctx, d.Rejects) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	if err := w.conn.exec(ctx, "INSERT OR REPLACE INTO weir.meta VALUES ('last_commit', ?)",
		time.Now().UTC().Format(time.RFC3339Nano)); err != nil {
		return err
	}
	// Not interrupted by ctx: a commit must have one outcome.
	return w.conn.run(context.Background(), "COMMIT")
}

const (
	u8, u16, u64 = duck.TypeUTinyInt, duck.TypeUSmallInt, duck.TypeUBigInt
	i64, ts, txt = duck.TypeBigInt, duck.TypeTimestamp, duck.TypeVarchar
)

// The columns of the tables, in their order.
var (
	factTypes   = []duck.Type{ts, u64, u64, u16, u8, u8, u8, u8, u8, u64, u64, i64, i64, i64, i64, i64, i64, i64, ts, ts, u8}
	ruleTypes   = []duck.Type{u64, txt, txt}
	logTypes    = []duck.Type{u64, txt, txt, txt, txt}
	partyTypes  = []duck.Type{u64, txt, u64}
	objectTypes = []duck.Type{u64, txt, txt, txt, i64, i64, u64, i64, txt, txt, i64, i64, i64, i64, i64, ts, ts, ts}
	rejectTypes = []duck.Type{u64, txt, i64}
	sampleTypes = []duck.Type{u64, txt, i64, i64, txt}
)

// insertUnknown adds the rows of a dimension whose id the table does not have.
func insertUnknown(table string) string {
	return "INSERT INTO weir." + table + " SELECT * FROM %FEED% f WHERE NOT EXISTS (SELECT 1 FROM weir." + table + " t WHERE t.id = f.c0)"
}

const insertParties = "INSERT INTO weir.party (id, address, scope) SELECT * FROM %FEED% f WHERE NOT EXISTS (SELECT 1 FROM weir.party t WHERE t.id = f.c0)"

func (w *writer) addRules(ctx context.Context, rules []flow.Rule) error {
	w.ruleIDs = w.ruleIDs[:0]
	for _, r := range rules {
		w.ruleIDs = append(w.ruleIDs, store.RuleID(r))
	}
	return w.addDimension(ctx, "rule", ruleTypes, w.ruleIDs, func(c *chunk, row, i int) {
		c.set(row, w.ruleIDs[i], rules[i].ACL, rules[i].Name)
	})
}

func (w *writer) addLogs(ctx context.Context, logs []flow.Log) error {
	w.logIDs, w.scopes = w.logIDs[:0], w.scopes[:0]
	for _, l := range logs {
		w.logIDs = append(w.logIDs, store.LogID(l))
		w.scopes = append(w.scopes, store.ScopeID(store.ScopeOf(l)))
	}
	return w.addDimension(ctx, "log", logTypes, w.logIDs, func(c *chunk, row, i int) {
		l := &logs[i]
		c.set(row, w.logIDs[i], l.Family.String(), l.MAC, l.Target, l.FlowLog)
	})
}

// addDimension adds the rows whose ids the table may not have.
func (w *writer) addDimension(ctx context.Context, table string, types []duck.Type, ids []uint64, write func(c *chunk, row, i int)) error {
	var fresh []int
	seen := make(map[uint64]bool)
	for i, id := range ids {
		if !w.known.has(id) && !seen[id] {
			seen[id] = true
			fresh = append(fresh, i)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	err := w.feed.insert(ctx, w.conn, insertUnknown(table), types, len(fresh),
		each(len(fresh), func(c *chunk, row, i int) { write(c, row, fresh[i]) }))
	for id := range seen {
		w.known.add(id)
	}
	return err
}

// addFacts stores the reduced flows and collects their parties.
func (w *writer) addFacts(ctx context.Context, rows []flow.Row, interval int64) error {
	w.newParties.reset()
	w.parties = w.parties[:0]
	if len(rows) == 0 {
		return nil
	}
	for i := range rows {
		r := &rows[i]
		if int(r.Rule) >= len(w.ruleIDs) || int(r.Log) >= len(w.logIDs) {
			return fmt.Errorf("row %d refers to rule %d of %d and log %d of %d", i, r.Rule, len(w.ruleIDs), r.Log, len(w.logIDs))
		}
	}
	items := w.order.of(rows, len(w.ruleIDs), len(w.logIDs))
	for _, start := range w.order.intervals {
		if start%interval != 0 {
			return fmt.Errorf("a row begins at %s, which is not the start of an interval of %ds: it was reduced to another width",
				time.Unix(start, 0).UTC().Format(time.RFC3339), interval)
		}
	}
	return w.feed.insert(ctx, w.conn, "INSERT INTO weir.fact SELECT * FROM %FEED%", factTypes, len(rows), func(c *chunk) (int, error) {
		n := min(chunkRows, len(items))
		w.writeFacts(c, rows, items[:n])
		items = items[n:]
		return n, nil
	})
}

// writeFacts writes at most chunkRows facts.
func (w *writer) writeFacts(c *chunk, rows []flow.Row, items []orderItem) {
	var (
		start      = column[int64](c, 0)
		initiator  = column[uint64](c, 1)
		responder  = column[uint64](c, 2)
		port       = column[uint16](c, 3)
		protocol   = column[uint8](c, 4)
		direction  = column[uint8](c, 5)
		status     = column[uint8](c, 6)
		flowType   = column[uint8](c, 7)
		encryption = column[uint8](c, 8)
		rule       = column[uint64](c, 9)
		log        = column[uint64](c, 10)
		started    = column[int64](c, 11)
		ended      = column[int64](c, 12)
		packetsFwd = column[int64](c, 13)
		bytesFwd   = column[int64](c, 14)
		packetsBck = column[int64](c, 15)
		bytesBck   = column[int64](c, 16)
		records    = column[int64](c, 17)
		first      = column[int64](c, 18)
		last       = column[int64](c, 19)
		marks      = column[uint8](c, 20)
	)
	for i, item := range items {
		r := &rows[item.row]
		i &= chunkRows - 1 // shows the compiler that every index is in range
		scope := w.scopes[r.Log]
		start[i] = micros(r.Interval * 1000)
		initiator[i] = store.PartyID(r.Initiator, scope)
		responder[i] = store.PartyID(r.Responder, scope)
		port[i] = r.Port
		protocol[i] = r.Protocol
		direction[i] = uint8(r.Direction)
		status[i] = uint8(r.Status)
		flowType[i] = uint8(r.Type)
		encryption[i] = uint8(r.Encryption)
		rule[i] = w.ruleIDs[r.Rule]
		log[i] = w.logIDs[r.Log]
		started[i] = clamp(r.Started)
		ended[i] = clamp(r.Ended)
		packetsFwd[i] = clamp(r.PacketsFwd)
		bytesFwd[i] = clamp(r.BytesFwd)
		packetsBck[i] = clamp(r.PacketsBack)
		bytesBck[i] = clamp(r.BytesBack)
		records[i] = clamp(r.Records)
		first[i] = micros(r.First)
		last[i] = micros(r.Last)
		marks[i] = uint8(r.Marks)
	}
	// In loops of their own the look-ups wait for memory together, not one
	// after the other.
	for i, id := range initiator[:len(items)] {
		if !w.known.has(id) && w.newParties.add(id) {
			r := &rows[items[i].row]
			w.parties = append(w.parties, party{r.Initiator, w.scopes[r.Log]})
		}
	}
	for i, id := range responder[:len(items)] {
		if !w.known.has(id) && w.newParties.add(id) {
			r := &rows[items[i].row]
			w.parties = append(w.parties, party{r.Responder, w.scopes[r.Log]})
		}
	}
}

func (w *writer) addParties(ctx context.Context) error {
	if len(w.parties) == 0 {
		return nil
	}
	var text [64]byte
	err := w.feed.insert(ctx, w.conn, insertParties, partyTypes, len(w.parties), each(len(w.parties), func(c *chunk, row, i int) {
		column[uint64](c, 0)[row] = w.newParties.ids[i]
		c.bytes(1, row, w.parties[i].address.AppendTo(text[:0]))
		column[uint64](c, 2)[row] = w.parties[i].scope
	}))
	for _, id := range w.newParties.ids {
		w.known.add(id)
	}
	return err
}

func (w *writer) addObjects(ctx context.Context, objects []store.Object) error {
	if len(objects) == 0 {
		return nil
	}
	last := make(map[string]int, len(objects)) // of two entries for one object the later counts
	for i := range objects {
		last[objects[i].Name] = i
	}
	entries := make([]int, 0, len(last))
	for i := range objects {
		if last[objects[i].Name] == i {
			entries = append(entries, i)
		}
	}
	return w.feed.insert(ctx, w.conn, "INSERT OR REPLACE INTO weir.object SELECT * FROM %FEED%", objectTypes, len(entries),
		each(len(entries), func(c *chunk, row, i int) {
			o := &objects[entries[i]]
			c.set(row, store.ObjectID(o.Name), o.Name, o.Family, o.ETag, o.Size, o.Offset, o.PrefixHash,
				o.Pending, string(o.State), o.Message, o.Records, o.Tuples, o.Rejected, o.Rows, o.IgnoredCounters,
				instantOf(o.FirstTuple), instantOf(o.LastTuple), o.ReadAt)
		}))
}

// insertSamples keeps the first store.MaxRejectSamples of an object and reason.
var insertSamples = fmt.Sprintf(`INSERT INTO weir.reject_sample
SELECT c0, c1, c2, c3, c4 FROM (
    SELECT f.*, row_number() OVER (PARTITION BY c0, c1 ORDER BY c2)
        + (SELECT count(*) FROM weir.reject_sample s WHERE s.object = f.c0 AND s.reason = f.c1) AS place
    FROM %%FEED%% f)
WHERE place <= %d`, store.MaxRejectSamples)

func (w *writer) addRejects(ctx context.Context, rejects []store.Reject) error {
	if len(rejects) == 0 {
		return nil
	}
	err := w.feed.insert(ctx, w.conn, "INSERT INTO weir.reject SELECT * FROM %FEED%", rejectTypes, len(rejects),
		each(len(rejects), func(c *chunk, row, i int) {
			c.set(row, store.ObjectID(rejects[i].Object), rejects[i].Reason, rejects[i].Count)
		}))
	if err != nil {
		return err
	}
	var samples []rejectSample
	for _, r := range rejects {
		for _, s := range r.Samples {
			samples = append(samples, rejectSample{store.ObjectID(r.Object), r.Reason, s})
		}
	}
	if len(samples) == 0 {
		return nil
	}
	return w.feed.insert(ctx, w.conn, insertSamples, sampleTypes, len(samples), each(len(samples), func(c *chunk, row, i int) {
		s := &samples[i]
		c.set(row, s.object, s.reason, s.Offset, s.Length, s.Text)
	}))
}

type rejectSample struct {
	object uint64
	reason string
	store.RejectSample
}

// clamp keeps a counter in the signed column; no real one is that large.
func clamp(v uint64) int64 { return int64(min(v, math.MaxInt64)) }

// micros converts milliseconds since 1970 and keeps what a log claims to be
// the year 100 000 within what a TIMESTAMP holds.
func micros(ms int64) int64 {
	const limit = 9_000_000_000_000_000
	return max(-limit, min(ms, limit)) * 1000
}

// instantOf is for columns that are NULL where there is no tuple.
func instantOf(ms int64) any {
	if ms == 0 {
		return nil
	}
	return time.UnixMilli(ms)
}
