package pipeline

import (
	"context"
	"slices"
	"testing"

	"weir/internal/store"
)

// spans is a store that notes how many seconds lie between the first and the
// last interval of each commit.
type spans struct {
	store.Store
	seconds *[]int64
}

func (s spans) Commit(ctx context.Context, d *store.Delta) error {
	if len(d.Rows) > 0 {
		from, to := d.Rows[0].Interval, d.Rows[0].Interval
		for i := range d.Rows {
			from, to = min(from, d.Rows[i].Interval), max(to, d.Rows[i].Interval)
		}
		*s.seconds = append(*s.seconds, to-from)
	}
	return s.Store.Commit(ctx, d)
}

// TestCommitsHoldNeighbouringHours holds that what is committed together, and
// with it what is fetched to decide what of it counts, is of few hours, though
// the logs of both containers and of all resources lie apart.
func TestCommitsHoldNeighbouringHours(t *testing.T) {
	const hour = 3600
	folders, _, _ := simulated(t, 12, 24, 0.5)
	f := func(workers int) []int64 {
		var seconds []int64
		sum := ingest(t, spans{openStore(t, t.TempDir()), &seconds}, Config{Workers: workers, CommitRows: 2000}, folders...)
		if len(seconds) < 6 {
			t.Fatalf("only %d commits of %d rows: that tests little", len(seconds), sum.Rows)
		}
		slices.Sort(seconds)
		return seconds
	}
	if one := f(1); one[len(one)-1] > 4*hour {
		t.Errorf("one worker: a commit spans %d s", one[len(one)-1])
	}
	// Either of two may have to wait for long with a batch that is not full, but
	// not again and again.
	if two := f(2); two[len(two)/2] > 4*hour {
		t.Errorf("two workers: half of the commits span more than %d s", two[len(two)/2])
	}
}
