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
	known *knownIDs

	ruleIDs, logIDs, scopes []uint64 // of the rules and logs of the delta
	newParties              newIDs
	parties                 []party // beside newParties.ids

	fact, rule, log, party, object, reject, sample *sink
}

// party is an address as seen from a scope.
type party struct {
	address flow.Addr
	scope   uint64
}

func newWriter(_ context.Context, db *database) (*writer, error) {
	if n := duck.VectorSize(); n != chunkRows {
		return nil, fmt.Errorf("this DuckDB takes %d rows at once, not %d: weir was built against another version", n, chunkRows)
	}
	c, err := db.connect()
	if err != nil {
		return nil, err
	}
	const (
		u8, u16, u64 = duck.TypeUTinyInt, duck.TypeUSmallInt, duck.TypeUBigInt
		i64, ts, txt = duck.TypeBigInt, duck.TypeTimestamp, duck.TypeVarchar
	)
	return &writer{
		conn:  c,
		known: newKnownIDs(knownSize),
		fact: newSink("fact", "", ts, u64, u64, u16, u8, u8, u8, u8, u8, u64, u64,
			i64, i64, i64, i64, i64, i64, i64, ts, ts),
		rule:  newSink("", insertUnknown("rule"), u64, txt, txt),
		log:   newSink("", insertUnknown("log"), u64, txt, txt, txt, txt, u64),
		party: newSink("", insertUnknown("party"), u64, txt, u64),
		object: newSink("", "INSERT OR REPLACE INTO weir.object SELECT * FROM appended_data",
			u64, txt, txt, txt, i64, i64, u64, i64, txt, txt, i64, i64, i64, i64, i64, ts, ts, ts),
		reject: newSink("reject", "", u64, txt, i64),
		sample: newSink("", insertSamples, u64, txt, i64, i64, txt),
	}, nil
}

// insertUnknown adds the rows of a dimension whose id (col1) it does not have.
func insertUnknown(table string) string {
	return fmt.Sprintf("INSERT INTO weir.%s SELECT * FROM appended_data a WHERE NOT EXISTS (SELECT 1 FROM weir.%[1]s t WHERE t.id = a.col1)", table)
}

// insertSamples keeps the first store.MaxRejectSamples of an object and reason.
var insertSamples = fmt.Sprintf(`INSERT INTO weir.reject_sample
SELECT col1, col2, col3, col4, col5 FROM (
    SELECT a.*, row_number() OVER (PARTITION BY col1, col2 ORDER BY col3)
        + (SELECT count(*) FROM weir.reject_sample s WHERE s.object = a.col1 AND s.reason = a.col2) AS place
    FROM appended_data a)
WHERE place <= %d`, store.MaxRejectSamples)

func (w *writer) close() {
	for _, s := range w.sinks() {
		s.close()
	}
	w.conn.close()
}

func (w *writer) sinks() []*sink {
	return []*sink{w.fact, w.rule, w.log, w.party, w.object, w.reject, w.sample}
}

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context, d *store.Delta) error {
	s.commit.Lock()
	defer s.commit.Unlock()
	if s.readOnly {
		return fmt.Errorf("cannot commit to the store in %s: %w", s.dir, store.ErrReadOnly)
	}
	if err := s.writer.commit(ctx, d, s.interval); err != nil {
		return s.explain("commit to", err)
	}
	s.checkpoint()
	return nil
}

// checkpoint folds a long write-ahead log into the database file. The commits
// in it are durable already, so a failure is no failure of theirs: either the
// next commit tries again, or the engine says at the next commit that it stopped.
func (s *Store) checkpoint() {
	info, err := os.Stat(filepath.Join(s.dir, fileName+".wal"))
	if err == nil && info.Size() > walLimit {
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
		for _, s := range w.sinks() {
			s.abort()
		}
		// What this delta added may be remembered as stored, and is not.
		clear(w.known.places)
		_ = w.conn.run(context.Background(), "ROLLBACK") // fails where a failed COMMIT did it
	}()
	w.newParties.reset()
	w.parties = w.parties[:0]
	for _, step := range []func() error{
		func() error { return w.addRules(ctx, d.Rules) },
		func() error { return w.addLogs(ctx, d.Logs) },
		func() error { return w.addFacts(ctx, d, int64(interval/time.Second)) },
		func() error { return w.addParties(ctx) },
		func() error { return w.addObjects(ctx, d.Objects) },
		func() error { return w.addRejects(ctx, d.Rejects) },
	} {
		if err := errors.Join(ctx.Err(), step()); err != nil {
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

func (w *writer) addRules(ctx context.Context, rules []flow.Rule) error {
	w.ruleIDs = w.ruleIDs[:0]
	return w.dimension(ctx, w.rule, len(rules), func(i int) (uint64, []any) {
		id := store.RuleID(rules[i])
		w.ruleIDs = append(w.ruleIDs, id)
		return id, []any{id, rules[i].ACL, rules[i].Name}
	})
}

func (w *writer) addLogs(ctx context.Context, logs []flow.Log) error {
	w.logIDs, w.scopes = w.logIDs[:0], w.scopes[:0]
	return w.dimension(ctx, w.log, len(logs), func(i int) (uint64, []any) {
		l := logs[i]
		id, scope := store.LogID(l), store.ScopeID(l.Target)
		w.logIDs, w.scopes = append(w.logIDs, id), append(w.scopes, scope)
		return id, []any{id, l.Family.String(), l.MAC, l.Target, l.FlowLog, scope}
	})
}

// dimension adds those of n rows that the table does not have.
func (w *writer) dimension(ctx context.Context, s *sink, n int, row func(int) (uint64, []any)) error {
	var ids newIDs
	begun := false
	for i := range n {
		id, values := row(i)
		if w.known.has(id) || !ids.add(id) {
			continue
		}
		if !begun {
			if err := s.begin(w.conn); err != nil {
				return err
			}
			begun = true
		}
		if err := s.add(values...); err != nil {
			return err
		}
	}
	if !begun {
		return nil
	}
	if err := s.finish(ctx, w.conn); err != nil {
		return err
	}
	for _, id := range ids.ids {
		w.known.add(id)
	}
	return nil
}

// addFacts appends the reduced flows and collects their parties.
func (w *writer) addFacts(ctx context.Context, d *store.Delta, interval int64) error {
	if len(d.Rows) == 0 {
		return nil
	}
	if err := w.fact.begin(w.conn); err != nil {
		return err
	}
	for from := 0; from < len(d.Rows); from += chunkRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := d.Rows[from:min(from+chunkRows, len(d.Rows))]
		if err := w.fillFacts(rows, interval); err != nil {
			return err
		}
		if err := w.fact.push(); err != nil {
			return err
		}
	}
	return w.fact.finish(ctx, w.conn)
}

// fillFacts fills the empty chunk of the facts with at most chunkRows rows.
func (w *writer) fillFacts(rows []flow.Row, interval int64) error {
	s := w.fact
	var (
		start      = column[int64](s, 0)
		initiator  = column[uint64](s, 1)
		responder  = column[uint64](s, 2)
		port       = column[uint16](s, 3)
		protocol   = column[uint8](s, 4)
		direction  = column[uint8](s, 5)
		status     = column[uint8](s, 6)
		flowType   = column[uint8](s, 7)
		encryption = column[uint8](s, 8)
		rule       = column[uint64](s, 9)
		log        = column[uint64](s, 10)
		started    = column[int64](s, 11)
		ended      = column[int64](s, 12)
		packetsFwd = column[int64](s, 13)
		bytesFwd   = column[int64](s, 14)
		packetsBck = column[int64](s, 15)
		bytesBck   = column[int64](s, 16)
		records    = column[int64](s, 17)
		first      = column[int64](s, 18)
		last       = column[int64](s, 19)
	)
	for i := range rows {
		r := &rows[i]
		i &= chunkRows - 1 // shows the compiler that every index is in range
		if r.Interval%interval != 0 {
			return fmt.Errorf("a row begins at %s, which is not the start of an interval of %ds: it was reduced to another width",
				time.Unix(r.Interval, 0).UTC().Format(time.RFC3339), interval)
		}
		if int(r.Rule) >= len(w.ruleIDs) || int(r.Log) >= len(w.logIDs) {
			return fmt.Errorf("a row refers to rule %d of %d and log %d of %d", r.Rule, len(w.ruleIDs), r.Log, len(w.logIDs))
		}
		scope := w.scopes[r.Log]
		start[i] = micros(r.Interval * 1000)
		initiator[i] = w.partyID(r.Initiator, scope)
		responder[i] = w.partyID(r.Responder, scope)
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
	}
	s.n = len(rows)
	return nil
}

// partyID returns the id of a party and remembers the party if it may be new.
func (w *writer) partyID(a flow.Addr, scope uint64) uint64 {
	id := store.PartyID(a, scope)
	if !w.known.has(id) && w.newParties.add(id) {
		w.parties = append(w.parties, party{a, scope})
	}
	return id
}

func (w *writer) addParties(ctx context.Context) error {
	if len(w.parties) == 0 {
		return nil
	}
	if err := w.party.begin(w.conn); err != nil {
		return err
	}
	var text [64]byte
	for i, p := range w.parties {
		row, err := w.party.row()
		if err != nil {
			return err
		}
		column[uint64](w.party, 0)[row] = w.newParties.ids[i]
		w.party.bytes(1, row, p.address.AppendTo(text[:0]))
		column[uint64](w.party, 2)[row] = p.scope
	}
	if err := w.party.finish(ctx, w.conn); err != nil {
		return err
	}
	for _, id := range w.newParties.ids {
		w.known.add(id)
	}
	return nil
}

func (w *writer) addObjects(ctx context.Context, objects []store.Object) error {
	if len(objects) == 0 {
		return nil
	}
	last := make(map[string]int, len(objects)) // of two entries for one object the later counts
	for i := range objects {
		last[objects[i].Name] = i
	}
	if err := w.object.begin(w.conn); err != nil {
		return err
	}
	for i := range objects {
		o := &objects[i]
		if last[o.Name] != i {
			continue
		}
		if err := w.object.add(store.ObjectID(o.Name), o.Name, o.Family, o.ETag, o.Size, o.Offset, o.PrefixHash,
			o.Pending, string(o.State), o.Message, o.Records, o.Tuples, o.Rejected, o.Rows, o.IgnoredCounters,
			instantOf(o.FirstTuple), instantOf(o.LastTuple), o.ReadAt); err != nil {
			return err
		}
	}
	return w.object.finish(ctx, w.conn)
}

func (w *writer) addRejects(ctx context.Context, rejects []store.Reject) error {
	if len(rejects) == 0 {
		return nil
	}
	if err := w.reject.begin(w.conn); err != nil {
		return err
	}
	if err := w.sample.begin(w.conn); err != nil {
		return err
	}
	for i := range rejects {
		r := &rejects[i]
		id := store.ObjectID(r.Object)
		if r.Count > 0 {
			if err := w.reject.add(id, r.Reason, r.Count); err != nil {
				return err
			}
		}
		for _, sample := range r.Samples {
			if err := w.sample.add(id, r.Reason, sample.Offset, sample.Length, sample.Text); err != nil {
				return err
			}
		}
	}
	if err := w.reject.finish(ctx, w.conn); err != nil {
		return err
	}
	return w.sample.finish(ctx, w.conn)
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
