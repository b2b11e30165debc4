package duckdb

import (
	"context"
	"fmt"
	"time"

	"weir/internal/store"
)

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
				instantOf(o.FirstTuple), instantOf(o.LastTuple), o.ReadAt, o.Fingerprint, o.TooOld, o.TailHash)
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

// instantOf is for columns that are NULL where there is no tuple.
func instantOf(ms int64) any {
	if ms == 0 {
		return nil
	}
	return time.UnixMilli(ms)
}
