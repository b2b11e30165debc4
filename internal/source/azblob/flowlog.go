package azblob

import (
	"time"

	"weir/internal/source"
)

// flowLog is one flow log: what Azure writes for one resource.
type flowLog struct {
	prefix string // of the names of its blobs, before the time
	next   time.Time
	late   time.Time            // when hours that are over were looked at
	nics   map[string]time.Time // when their blobs of the running hour were last written
	told   time.Time            // when the last blob was written of which an event told
	sizes  map[string]int64     // of blobs of the hours that are followed, the largest that were listed or told
	period time.Duration        // about the shortest between two blocks of a NIC; 0: not seen yet
}

const (
	// usual is how long Azure takes between two blocks of a NIC.
	usual = time.Minute
	// quiet is the longest time between two looks.
	quiet = time.Minute
	// silent is after how many minutes a NIC is no longer waited for: it has no
	// traffic, or is gone.
	silent = 3
	// lateEvery is how often the hours that are over are looked at, of which the
	// last is looked at with the running one for as long as lastHour.
	lateEvery = 10 * time.Minute
	lastHour  = 5 * time.Minute
	// hours is how many hours are followed, the running one with them.
	hours = 3
)

// looks returns the hours to look at now, the latest first.
func (f *flowLog) looks(now time.Time) []time.Time {
	running := now.Truncate(time.Hour)
	out := []time.Time{running}
	if now.Sub(f.late) >= lateEvery {
		f.late = now
		for i := 1; i < hours; i++ {
			out = append(out, running.Add(-time.Duration(i)*time.Hour))
		}
	} else if now.Sub(running) < lastHour {
		out = append(out, running.Add(-time.Hour))
	}
	return out
}

// saw notes when the blob of a NIC was last written.
func (f *flowLog) saw(nic string, modified time.Time) {
	if f.nics == nil {
		f.nics = map[string]time.Time{}
	}
	before := f.nics[nic]
	if !modified.After(before) {
		return
	}
	f.nics[nic] = modified
	if before.IsZero() {
		return
	}
	gap := min(modified.Sub(before), usual)
	if f.period == 0 || gap < f.period {
		f.period = gap
	} else {
		f.period += (gap - f.period) / 8 // what was quicker once is forgotten in time
	}
}

// grew notes the size of a blob, and tells whether it is larger than any before.
func (f *flowLog) grew(name string, size int64) bool {
	if size <= f.sizes[name] {
		return false
	}
	if f.sizes == nil {
		f.sizes = map[string]int64{}
	}
	f.sizes[name] = size
	return true
}

// forget forgets the sizes of blobs of hours before one.
func (f *flowLog) forget(first time.Time) {
	for name := range f.sizes {
		if _, hour, _ := source.HourOf(name); hour.Before(first) {
			delete(f.sizes, name)
		}
	}
}

// untold tells whether something was written in the last minutes of which no event
// told, nor of what was written in the minute before.
func (f *flowLog) untold(now time.Time) bool {
	for _, at := range f.nics {
		if since := now.Sub(at); since > usual && since < lateEvery && at.Sub(f.told) > usual {
			return true
		}
	}
	return false
}

// plan decides when to look next: a little before the next block can be expected,
// as each NIC has its own second of the minute; after every where one is due, or
// where it is not known yet how often blocks come. Of a flow log of which events
// tell it is rarely.
func (f *flowLog) plan(now time.Time, every time.Duration, events bool) {
	next := now.Add(quiet)
	for nic, at := range f.nics {
		expected := at.Add(f.period - f.period/10)
		switch since := now.Sub(at); {
		case since > time.Hour:
			delete(f.nics, nic)
		case since > silent*usual:
		case expected.Before(next):
			next = expected
		}
	}
	if soonest := now.Add(every); next.Before(soonest) {
		next = soonest
	}
	if events && !f.untold(now) {
		next = now.Add(rarely)
	}
	f.next = next
}
