package settle

import (
	"context"
	"testing"
	"time"

	"weir/internal/flow"
	"weir/internal/store"
)

// backfill is a store with intervals in which every conversation has two
// captures. It counts what becomes of the rows.
type backfill struct {
	store.Store
	intervals, rows int
	marked, most    int // rows, and rows at once
	settled         int // intervals
}

func (b *backfill) Interval() time.Duration { return time.Duration(width) * time.Millisecond }

func (b *backfill) Logs(context.Context) (map[uint64]flow.Log, error) { return testLogs(), nil }

func (b *backfill) Unsettled(context.Context) (store.Unsettled, error) {
	u := store.Unsettled{Until: 1}
	for n := range b.intervals {
		u.Intervals = append(u.Intervals, time.UnixMilli(int64(n)*width).UTC())
	}
	return u, nil
}

func (b *backfill) Captured(_ context.Context, from, to time.Time, yield func([]store.CapturedFact) error) error {
	for n := range b.intervals {
		at := int64(n) * width
		if at < from.UnixMilli() || at >= to.UnixMilli() {
			continue
		}
		batch := make([]store.CapturedFact, b.rows)
		for i := range batch {
			batch[i] = store.CapturedFact{
				Interval: at / 1000, Initiator: uint64(i / 2), Responder: server,
				Direction: flow.Direction(i % 2), Log: logA + uint64(i%2), Counts: true, First: at, Last: at + 1,
			}
		}
		if err := yield(batch); err != nil {
			return err
		}
	}
	return nil
}

func (b *backfill) Recount(_ context.Context, rows []store.Counted, settled store.Unsettled) error {
	b.marked, b.most, b.settled = b.marked+len(rows), max(b.most, len(rows)), b.settled+len(settled.Intervals)
	return nil
}

// However many rows there are to mark in the intervals that are settled
// together, they are not all held until the last one.
func TestMarksAreStoredInParts(t *testing.T) {
	b := &backfill{intervals: 20, rows: 100_000}
	if _, err := Run(t.Context(), Config{Store: b}); err != nil {
		t.Fatal(err)
	}
	if b.marked != b.intervals*b.rows || b.settled != b.intervals {
		t.Errorf("%d rows of %d were marked, and %d intervals of %d taken off the list", b.marked, b.intervals*b.rows, b.settled, b.intervals)
	}
	if limit := countedAtOnce + b.rows; b.most > limit {
		t.Errorf("%d rows were marked at once, want at most %d", b.most, limit)
	}
}
