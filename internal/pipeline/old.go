package pipeline

import (
	"time"

	"weir/internal/decode"
	"weir/internal/source"
	"weir/internal/store"
)

// tooOld tells whether all that an object can have is older than what is kept:
// by the hour that its path names, by when it was last changed, or because it is
// as large as when it was read to its end.
func tooOld(o source.Object, before store.Object, oldest time.Time) bool {
	if oldest.IsZero() {
		return false
	}
	if _, hour, ok := source.HourOf(o.Name); ok && !hour.Add(time.Hour+pathTolerance).After(oldest) {
		return true
	}
	if !o.Modified.IsZero() && o.Modified.Add(tolerance).Before(oldest) {
		return true
	}
	return before.State == store.ObjectComplete && o.Size == before.Size && before.LastTuple != 0 &&
		time.UnixMilli(before.LastTuple).Before(oldest)
}

// pathTolerance is how far tuples may lie beyond the hour of their object.
const pathTolerance = time.Hour

// keepNew takes the tuples out of a record that are older than what is kept,
// and returns how many there were.
func keepNew(rec *decode.Record, oldest time.Time) (old int64) {
	if oldest.IsZero() {
		return 0
	}
	limit := oldest.UnixMilli()
	kept := rec.Tuples[:0]
	start := 0
	for i := range rec.Groups {
		g := &rec.Groups[i]
		end := g.End
		for _, t := range rec.Tuples[start:end] {
			if t.Time >= limit {
				kept = append(kept, t)
			}
		}
		start, g.End = end, len(kept)
	}
	old = int64(len(rec.Tuples) - len(kept))
	rec.Tuples = kept
	return old
}
