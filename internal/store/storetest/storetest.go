// Package storetest is the suite that every store must pass.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"weir/internal/flow"
	"weir/internal/store"
)

// Run runs the suite. open returns a new, empty store with an interval of ten
// minutes; the suite does not close it.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	t.Helper()
	tests := map[string]func(*testing.T, store.Store){
		"empty":              testEmpty,
		"commit and read":    testCommit,
		"ledger":             testLedger,
		"many objects":       testManyObjects,
		"rejects":            testRejects,
		"merging":            testMerging,
		"dimensions":         testDimensions,
		"extremes":           testExtremes,
		"refused deltas":     testRefused,
		"cancelled":          testCancelled,
		"stats":              testStats,
		"end":                testEnd,
		"usage":              testUsage,
		"usage of one day":   testUsageOfOneDay,
		"values":             testValues,
		"sql":                testSQL,
		"read only":          testReadOnly,
		"concurrency":        testConcurrency,
		"empty delta":        testEmptyDelta,
		"rows after closing": testCloseEarly,
		"any split":          testAnySplit,
	}
	maps.Copy(tests, knowledge())
	maps.Copy(tests, forgetting())
	maps.Copy(tests, reads())
	maps.Copy(tests, merges())
	maps.Copy(tests, rollups())
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// Start is the beginning of the first interval of the suite's rows.
var Start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Rule returns the n-th rule: like Log and Row it differs by n and is otherwise plain.
func Rule(n int) flow.Rule {
	return flow.Rule{ACL: fmt.Sprintf("/subscriptions/s/resourcegroups/rg/providers/microsoft.network/networksecuritygroups/nsg%d", n), Name: fmt.Sprintf("UserRule_allow%d", n)}
}

// Log returns the n-th log.
func Log(n int) flow.Log {
	return flow.Log{
		Family: flow.VNet, MAC: fmt.Sprintf("00224871C2%02X", n%256),
		Target:  fmt.Sprintf("/subscriptions/s/resourcegroups/rg/providers/microsoft.network/virtualnetworks/vnet%d", n),
		FlowLog: fmt.Sprintf("/subscriptions/s/resourcegroups/networkwatcherrg/providers/microsoft.network/networkwatchers/networkwatcher_eastus/flowlogs/log%d", n),
	}
}

// Row returns the n-th row, of rule 0 and log 0.
func Row(n int) flow.Row {
	start := Start.Unix() + int64(n%6)*600
	return flow.Row{
		Key: flow.Key{
			Initiator: flow.AddrFrom4(0x0a000000 + uint32(n)), Responder: flow.MustParseAddr("10.1.0.4"),
			Interval: start, Port: 443, Protocol: 6, Direction: flow.Outbound, Encryption: flow.Unencrypted,
		},
		Counters: flow.Counters{
			Started: 1, Ended: 1, PacketsFwd: 2, BytesFwd: 100 + uint64(n), PacketsBack: 3, BytesBack: 1000, Records: 3,
			First: start*1000 + 1, Last: start*1000 + 599_999,
		},
		Type: flow.IntraVNet,
	}
}

// Delta returns a delta of rows of one rule and log.
func Delta(rows ...flow.Row) *store.Delta {
	return &store.Delta{Rows: rows, Rules: []flow.Rule{Rule(0)}, Logs: []flow.Log{Log(0)}}
}

func commit(t *testing.T, s store.Store, d *store.Delta) {
	t.Helper()
	if err := s.Commit(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// Table reads a whole answer.
func Table(rows store.Rows, err error) ([][]any, error) {
	if err != nil {
		return nil, err
	}
	var table [][]any
	for rows.Next() {
		table = append(table, append([]any(nil), rows.Values()...))
	}
	return table, errors.Join(rows.Err(), rows.Close())
}

func ask(t *testing.T, s store.Store, query string, args ...any) [][]any {
	t.Helper()
	table, err := Table(s.Query(t.Context(), query, args...))
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return table
}

func want(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func testEmpty(t *testing.T, s store.Store) {
	stats, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stats.StoredBytes = 0
	want(t, "stats", stats, store.Stats{})
	objects, err := s.Objects(t.Context(), []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "objects", objects, map[string]store.Object{})
	if s.Interval() != 10*time.Minute {
		t.Errorf("interval is %s", s.Interval())
	}
	for _, view := range []string{"flows", "endpoints", "verdicts", "objects", "rejects", "NTANetAnalytics", "NTAIpDetails", "NTATopologyDetails"} {
		want(t, view, ask(t, s, "SELECT * FROM "+view), [][]any(nil))
	}
}

func testCommit(t *testing.T, s store.Store) {
	r := Row(1)
	r.Responder = flow.MustParseAddr("2001:db8::1")
	commit(t, s, Delta(r))
	got := ask(t, s, `SELECT interval_start, interval_end, initiator, responder, port, protocol, direction, status, flow_type,
		encryption, acl, rule, mac, target, flow_log, family, started, ended, packets_fwd, bytes_fwd, packets_back, bytes_back,
		records, first_seen, last_seen FROM flows`)
	start := Start.Add(10 * time.Minute)
	want(t, "flows", got, [][]any{{
		start, start.Add(10 * time.Minute), "10.0.0.1", "2001:db8::1", int64(443), "TCP", "Outbound", "Allowed", "IntraVNet",
		"Unencrypted", Rule(0).ACL, Rule(0).Name, Log(0).MAC, Log(0).Target, Log(0).FlowLog, "vnet", int64(1), int64(1),
		int64(2), int64(101), int64(3), int64(1000), int64(3), start.Add(time.Millisecond), start.Add(600*time.Second - time.Millisecond),
	}})
}

// Object returns a ledger entry with something in every field.
func Object(name string) store.Object {
	return store.Object{
		Name: name, Family: "vnet", ETag: "0x8D", Size: 100, Offset: 90, PrefixHash: 1<<63 + 5, TailHash: 1<<63 + 7, Pending: 10,
		State: store.ObjectPending, Message: "one line", Records: 2, Tuples: 30, Rejected: 1, Rows: 3, TooOld: 5, IgnoredCounters: 4,
		FirstTuple: Start.UnixMilli() + 1, LastTuple: Start.UnixMilli() + 2, ReadAt: Start, Fingerprint: store.ObjectID(name),
	}
}

func testLedger(t *testing.T, s store.Store) {
	a, b, odd := Object("/logs/a.json"), Object("/logs/b.json"), Object("/logs/\xff it's.json")
	b.FirstTuple, b.LastTuple, b.Family, b.State = 0, 0, "", store.ObjectFailed
	commit(t, s, &store.Delta{Objects: []store.Object{a, b, odd}})
	a.Offset, a.Pending, a.State, a.Tuples = 100, 0, store.ObjectComplete, 33
	earlier := a
	earlier.Tuples = 32
	commit(t, s, &store.Delta{Objects: []store.Object{earlier, a}})
	got, err := s.Objects(t.Context(), []string{a.Name, b.Name, odd.Name, "/logs/c.json"})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "ledger", got, map[string]store.Object{a.Name: a, b.Name: b, odd.Name: odd})
	want(t, "view", ask(t, s, "SELECT name, state, read_to, tuples FROM objects WHERE state <> 'pending' ORDER BY name"), [][]any{
		{"/logs/a.json", "complete", int64(100), int64(33)},
		{"/logs/b.json", "failed", int64(90), int64(30)},
	})
}

func testManyObjects(t *testing.T, s store.Store) {
	d := &store.Delta{}
	var names []string
	for i := range 5000 {
		names = append(names, fmt.Sprintf("/logs/%d", i))
		d.Objects = append(d.Objects, Object(names[i]))
	}
	commit(t, s, d)
	for i := range d.Objects {
		d.Objects[i].Offset = int64(i)
	}
	commit(t, s, d)
	got, err := s.Objects(t.Context(), names)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		if got[name] != d.Objects[i] {
			t.Fatalf("object %d is %+v", i, got[name])
		}
	}
	want(t, "rows in the ledger", ask(t, s, "SELECT count(*) FROM objects"), [][]any{{int64(5000)}})
}

func testRejects(t *testing.T, s store.Store) {
	reject := func(object, reason string, count int64, offsets ...int64) store.Reject {
		r := store.Reject{Object: object, Reason: reason, Count: count}
		for _, o := range offsets {
			r.Samples = append(r.Samples, store.RejectSample{Offset: o, Length: 5, Text: fmt.Sprintf("bad%d", o)})
		}
		return r
	}
	objects := []store.Object{Object("/a"), Object("/b")}
	commit(t, s, &store.Delta{Objects: objects, Rejects: []store.Reject{
		reject("/a", "time", 20, 1, 2, 3, 4, 5, 6), reject("/a", "address", 1, 7), reject("/b", "time", 1, 8),
	}})
	commit(t, s, &store.Delta{Objects: objects, Rejects: []store.Reject{
		reject("/a", "time", 30, 11, 12, 13, 14, 15, 16), reject("/b", "port", 2),
	}})
	got := ask(t, s, "SELECT object, reason, total, byte_offset, length, sample FROM rejects ORDER BY object, reason, byte_offset")
	var expect [][]any
	row := func(object, reason string, total int64, offset int64) {
		expect = append(expect, []any{object, reason, total, offset, int64(5), fmt.Sprintf("bad%d", offset)})
	}
	row("/a", "address", 1, 7)
	for _, o := range []int64{1, 2, 3, 4, 5, 6, 11, 12, 13, 14} {
		row("/a", "time", 50, o)
	}
	expect = append(expect, []any{"/b", "port", int64(2), nil, nil, nil})
	row("/b", "time", 1, 8)
	want(t, "rejects", got, expect)
}

func testMerging(t *testing.T, s store.Store) {
	a := Row(1)
	b := a
	b.Started, b.BytesFwd, b.Last = 5, 7, b.Last+1
	b.First -= 5
	other := a
	other.Port = 80
	commit(t, s, Delta(a, other))
	commit(t, s, Delta(b))
	start := Start.Add(10 * time.Minute)
	want(t, "flows", ask(t, s, "SELECT port, started, bytes_fwd, records, first_seen, last_seen FROM flows ORDER BY port"), [][]any{
		{int64(80), int64(1), int64(101), int64(3), start.Add(time.Millisecond), start.Add(599_999 * time.Millisecond)},
		{int64(443), int64(6), int64(108), int64(6), start.Add(-4 * time.Millisecond), start.Add(600 * time.Second)},
	})
}

// testDimensions commits the same rules, logs and parties in many deltas, with
// indices in another order each time.
func testDimensions(t *testing.T, s store.Store) {
	for round := range 3 {
		d := &store.Delta{
			Rules: []flow.Rule{Rule(round), Rule(1), Rule(1)}, // the same one twice
			Logs:  []flow.Log{Log(1), Log(round)},
		}
		for i := range 100 {
			r := Row(i)
			r.Rule, r.Log = uint32(i%3), uint32(i%2)
			d.Rows = append(d.Rows, r)
		}
		commit(t, s, d)
	}
	want(t, "records", ask(t, s, "SELECT sum(records), count(DISTINCT initiator) FROM flows"), [][]any{{int64(900), int64(100)}})
	got := ask(t, s, "SELECT rule, target, sum(records) FROM flows GROUP BY rule, target")
	sums := map[string]int64{}
	for round := range 3 {
		for i := range 100 {
			rule, log := []int{round, 1, 1}[i%3], []int{1, round}[i%2]
			sums[Rule(rule).Name+" "+Log(log).Target] += 3
		}
	}
	for _, row := range got {
		key := row[0].(string) + " " + row[1].(string)
		if sums[key] != row[2] {
			t.Errorf("%s has %v records, want %d", key, row[2], sums[key])
		}
		delete(sums, key)
	}
	want(t, "missing", sums, map[string]int64{})
}

// testExtremes stores what no network says but a broken log may.
func testExtremes(t *testing.T, s store.Store) {
	r := Row(0)
	r.BytesFwd, r.PacketsFwd = 1<<64-1, 1<<63-1
	r.First, r.Last = -1<<62, 1<<62
	r.Initiator, r.Responder = flow.Addr{}, flow.Addr{Hi: 1<<64 - 1, Lo: 1<<64 - 1}
	r.Port, r.Protocol, r.Status, r.Direction = 65535, 255, flow.Denied, flow.Inbound
	commit(t, s, Delta(r))
	commit(t, s, Delta(r))
	want(t, "flows", ask(t, s, "SELECT initiator, responder, port, protocol, status, direction, bytes_fwd, packets_fwd FROM flows"), [][]any{
		{"::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", int64(65535), "255", "Denied", "Inbound", int64(1<<63 - 1), int64(1<<63 - 1)},
	})
	want(t, "rows of NTANetAnalytics", ask(t, s, "SELECT count(*) FROM NTANetAnalytics"), [][]any{{int64(1)}})
}

// testRefused checks that a delta that cannot be written leaves nothing and
// the store usable.
func testRefused(t *testing.T, s store.Store) {
	outside := Row(3)
	outside.Rule = 1
	off := Row(3)
	off.Interval += 60
	for name, bad := range map[string]flow.Row{"rule out of range": outside, "another width": off} {
		d := Delta(Row(0), Row(1), bad)
		d.Objects = []store.Object{Object("/a")}
		if err := s.Commit(t.Context(), d); err == nil {
			t.Errorf("%s: committed", name)
		}
		want(t, name, ask(t, s, "SELECT (SELECT count(*) FROM flows), (SELECT count(*) FROM objects)"), [][]any{{int64(0), int64(0)}})
	}
	d := Delta(Row(0), Row(1))
	commit(t, s, d)
	want(t, "afterwards", ask(t, s, "SELECT count(*) FROM flows"), [][]any{{int64(2)}})
}

func testCancelled(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Commit(ctx, Delta(Row(0))); !errors.Is(err, context.Canceled) {
		t.Errorf("Commit: %v", err)
	}
	if _, err := s.Query(ctx, "SELECT 1"); !errors.Is(err, context.Canceled) {
		t.Errorf("Query: %v", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := Table(s.SQL(ctx, "SELECT count(*) FROM range(100000) a, range(100000) b WHERE (a.range ^ b.range) = 3"))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("SQL: %v", err)
	}
	want(t, "flows", ask(t, s, "SELECT count(*) FROM flows"), [][]any{{int64(0)}})
}

// testValues checks the kinds of value that an answer has.
func testValues(t *testing.T, s store.Store) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 5000, time.UTC)
	rows, err := s.Query(t.Context(), "SELECT ? AS s, ? AS i, ? AS t, NULL AS n", "it's", int64(-5), at)
	if err != nil {
		t.Fatal(err)
	}
	columns := append([]store.Column(nil), rows.Columns()...)
	got, err := Table(rows, nil)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "values", got, [][]any{{"it's", int64(-5), at, nil}})
	var types []string
	for _, c := range columns[:3] {
		types = append(types, c.Name+" "+c.Type)
	}
	want(t, "columns", types, []string{"s string", "i int", "t time"})
	if _, err := s.Query(t.Context(), "SELECT ?"); err == nil {
		t.Error("a missing argument is no error")
	}
}

func testSQL(t *testing.T, s store.Store) {
	commit(t, s, Delta(Row(0), Row(1)))
	for _, query := range []string{
		"SELECT count(*) FROM flows", "WITH a AS (FROM flows) SELECT * FROM a", "VALUES (1)", "DESCRIBE flows", "SHOW TABLES",
		"SUMMARIZE flows", "EXPLAIN SELECT * FROM flows", "select 1;", "-- a comment\nSELECT 1", "FROM flows", "(SELECT 1)",
		"TABLE flows", "DESCRIBE SELECT * FROM flows",
	} {
		if table, err := Table(s.SQL(t.Context(), query)); err != nil || len(table) == 0 {
			t.Errorf("%s: %d rows, %v", query, len(table), err)
		}
	}
	for _, query := range []string{
		"INSERT INTO t VALUES (1)", "DELETE FROM flows", "CREATE TABLE t (a INTEGER)", "DROP VIEW flows", "SET threads = 1",
		"SELECT 1; SELECT 2", "SELECT 1; DROP VIEW flows", "", ";", "-- nothing",
	} {
		if _, err := Table(s.SQL(t.Context(), query)); err == nil {
			t.Errorf("%q is allowed", query)
		}
	}
	_, err := s.SQL(t.Context(), "SELECT 1; SELECT 2")
	if !errors.Is(err, store.ErrReadOnlySQL) {
		t.Errorf("two statements: %v", err)
	}
	if _, err := s.SQL(t.Context(), "SELECT x FROM flows"); err == nil || !strings.Contains(err.Error(), `"x"`) {
		t.Errorf("an unknown column: %v", err)
	}
	want(t, "afterwards", ask(t, s, "SELECT count(*) FROM flows"), [][]any{{int64(2)}})
}

func testEmptyDelta(t *testing.T, s store.Store) {
	commit(t, s, &store.Delta{})
	want(t, "flows", ask(t, s, "SELECT count(*) FROM flows"), [][]any{{int64(0)}})
}

func testCloseEarly(t *testing.T, s store.Store) {
	for range 20 { // more than any pool of connections
		rows, err := s.SQL(t.Context(), "SELECT * FROM range(1000000)")
		if err != nil {
			t.Fatal(err)
		}
		if !rows.Next() {
			t.Fatal(rows.Err())
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		if rows.Next() {
			t.Fatal("a closed answer has a next row")
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	commit(t, s, Delta(Row(0)))
}

// testConcurrency commits and asks at once; every answer must see whole deltas.
func testConcurrency(t *testing.T, s store.Store) {
	const writers, deltas, perDelta = 3, 15, 200
	done := make(chan struct{})
	var writing, reading sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range deltas {
				d := Delta()
				for j := range perDelta {
					d.Rows = append(d.Rows, Row(j))
				}
				o := Object(fmt.Sprintf("/%d/%d", w, i))
				o.Rows = perDelta
				d.Objects = []store.Object{o}
				if err := s.Commit(t.Context(), d); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 2 {
		reading.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				got, err := Table(s.SQL(t.Context(), "SELECT (SELECT coalesce(sum(records), 0) FROM flows), (SELECT coalesce(sum(rows), 0) * 3 FROM objects)"))
				if err != nil {
					t.Error(err)
					return
				}
				if got[0][0] != got[0][1] {
					t.Errorf("%v records for %v rows", got[0][0], got[0][1])
				}
			}
		})
	}
	writing.Wait()
	close(done)
	reading.Wait()
	want(t, "records", ask(t, s, "SELECT sum(records) FROM flows"), [][]any{{int64(writers * deltas * perDelta * 3)}})
}
