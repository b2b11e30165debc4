package pipeline

import (
	"regexp"
	"strconv"
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
	if hour, ok := pathHour(o.Name); ok && !hour.Add(time.Hour+pathTolerance).After(oldest) {
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

// inPath is the hour in the path of an object that Azure wrote.
var inPath = regexp.MustCompile(`(?i)[/\\]y=(\d{4})[/\\]m=(\d{1,2})[/\\]d=(\d{1,2})[/\\]h=(\d{1,2})[/\\]`)

// pathHour returns the hour that a path names.
func pathHour(name string) (time.Time, bool) {
	m := inPath.FindStringSubmatch(name)
	if m == nil {
		return time.Time{}, false
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1]) // digits
	}
	at := time.Date(n[0], time.Month(n[1]), n[2], n[3], 0, 0, 0, time.UTC)
	// Of a day that no calendar has, another is not meant.
	return at, at.Month() == time.Month(n[1]) && at.Day() == n[2] && at.Hour() == n[3]
}

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
