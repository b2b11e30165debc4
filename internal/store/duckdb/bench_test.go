package duckdb

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/store/storetest"
)

// estate makes rows as an estate of hosts does: some pairs talk all the time.
// fresh is how many of a thousand rows have an address never seen before.
type estate struct {
	rng   *rand.Rand
	fresh int
	next  uint32
	rows  []flow.Row
	delta store.Delta
}

func newEstate(rows, fresh int) *estate {
	e := &estate{rng: rand.New(rand.NewPCG(1, 2)), fresh: fresh, next: 1 << 31, rows: make([]flow.Row, rows)}
	for i := range 50 {
		e.delta.Rules = append(e.delta.Rules, storetest.Rule(i))
		e.delta.Logs = append(e.delta.Logs, storetest.Log(i))
	}
	return e
}

// fill makes the n-th delta: one hour of flows.
func (e *estate) fill(n int) *store.Delta {
	start := storetest.Start.Unix() + int64(n)*3600
	for i := range e.rows {
		r := &e.rows[i]
		zipf := e.rng.ExpFloat64()
		*r = storetest.Row(0)
		r.Initiator = flow.AddrFrom4(0x0a000000 + uint32(e.rng.IntN(2000)))
		r.Responder = flow.AddrFrom4(0x0a010000 + uint32(zipf*500))
		if e.rng.IntN(1000) < e.fresh {
			e.next++
			r.Responder = flow.AddrFrom4(e.next)
		}
		r.Port = []uint16{443, 80, 53, 22, 1433, 5432, 3389, 8080}[int(zipf*2)%8]
		r.Interval = start + int64(i)*6/int64(len(e.rows))*600
		r.Rule, r.Log = uint32(e.rng.IntN(50)), uint32(e.rng.IntN(50))
		r.Started, r.Ended = uint64(zipf*3), uint64(zipf*3)
		r.PacketsFwd, r.PacketsBack = uint64(zipf*100), uint64(zipf*120)
		r.BytesFwd, r.BytesBack = uint64(zipf*float64(e.rng.IntN(100000))), uint64(zipf*float64(e.rng.IntN(1000000)))
		r.Records = uint64(1 + zipf*5)
		r.First, r.Last = r.Interval*1000+int64(e.rng.IntN(60000)), r.Interval*1000+500_000+int64(e.rng.IntN(90000))
	}
	e.delta.Rows = e.rows
	e.delta.Objects = e.delta.Objects[:0]
	for i := range 50 {
		o := storetest.Object(fmt.Sprintf("/logs/%d/%d", n, i))
		o.ReadAt = time.Now()
		e.delta.Objects = append(e.delta.Objects, o)
	}
	return &e.delta
}

// BenchmarkCommit commits deltas of the usual sizes. One operation is one
// delta; the deltas are made outside the time.
func BenchmarkCommit(b *testing.B) {
	for _, c := range []struct{ rows, fresh int }{{1_000, 0}, {300_000, 0}, {300_000, 20}, {300_000, 1000}} {
		b.Run(fmt.Sprintf("rows=%d/fresh=%d", c.rows, c.fresh), func(b *testing.B) {
			s := newStore(b, b.TempDir(), Options{})
			e := newEstate(c.rows, c.fresh)
			n := 0
			b.ReportAllocs()
			var spent, worst time.Duration
			for b.Loop() {
				b.StopTimer()
				d := e.fill(n)
				n++
				began := time.Now()
				b.StartTimer()
				if err := s.Commit(b.Context(), d); err != nil {
					b.Fatal(err)
				}
				took := time.Since(began)
				spent += took
				worst = max(worst, took)
			}
			b.ReportMetric(float64(n*c.rows)/spent.Seconds(), "rows/s")
			b.ReportMetric(float64(worst.Milliseconds()), "worst-ms")
			if err := s.writer.conn.run(b.Context(), "CHECKPOINT"); err != nil {
				b.Fatal(err)
			}
			// Blocks in use: a checkpoint leaves others free for the next commits.
			used, err := number(b.Context(), s.writer.conn, "SELECT used_blocks * block_size FROM pragma_database_size()")
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(used)/float64(n*c.rows), "disk-B/row")
		})
	}
}
