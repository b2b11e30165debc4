package insight

import (
	"context"
	"fmt"
	"strings"
	"time"

	"weir/internal/store"
)

// StoreStatus returns the part of a status that the store knows: its size and
// freshness. What runs is for the caller to fill in.
func StoreStatus(ctx context.Context, s store.Store) (*StatusAnswer, error) {
	stats, err := s.Stats(ctx)
	if err != nil {
		return nil, fmt.Errorf("cannot read the status of the store: %w", err)
	}
	return &StatusAnswer{
		Interval:   shortDuration(s.Interval()),
		Now:        time.Now().UTC(),
		FirstData:  maybeTime(stats.FirstTuple),
		LastData:   maybeTime(stats.LastTuple),
		LastCommit: maybeTime(stats.LastCommit),
		Counts: Counts{
			Objects: stats.Objects, Bytes: stats.Bytes, Records: stats.Records, Tuples: stats.Tuples,
			Rejected: stats.Rejected, Rows: stats.Rows, PendingBytes: stats.PendingBytes, TooOld: stats.TooOld, Beyond: stats.Beyond, StoredBytes: stats.StoredBytes,
		},
	}, nil
}

// shortDuration writes whole minutes as Weir's settings do: 1m, 10m, 60m.
func shortDuration(d time.Duration) string {
	if d%time.Minute == 0 {
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return strings.TrimSuffix(d.String(), "0s")
}

// maybeTime is nil for the zero time.
func maybeTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
