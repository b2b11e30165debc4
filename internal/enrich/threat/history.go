package threat

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"weir/internal/enrich/ranges"
	"weir/internal/flow"
)

// History is what a feed held over time: one entry for each time an indicator
// was listed. It is not safe for use by several goroutines at once; a Set made
// of it is.
type History struct {
	first   seconds // of the first reading; 0 before it
	last    seconds // of the last reading
	reads   int
	current []entry // listed at the last reading, in order of key
	past    []entry // no longer listed, in the order in which they went
}

// entry is an indicator while it was listed, in 72 bytes, since there can be a
// million. Once in a history it does not change.
type entry struct {
	first      flow.Addr // of its addresses
	text       string
	detail     string
	from       seconds // stated by the feed; 0 if not
	until      seconds // stated by the feed; 0 if not
	seen       seconds // the first reading with it
	lastSeen   seconds // the last reading with it, of entries that are past
	gone       seconds // the first reading without it; 0 while it is listed
	bits       uint8   // of its prefix, in its own family
	category   Category
	confidence uint8
	before     bool // it was there at the feed's first reading
}

// seconds are Unix seconds until 2106; what lies beyond is 2106.
type seconds uint32

func secondsOf(unix int64) seconds { return seconds(min(max(unix, 0), 1<<32-1)) }

func (s seconds) time() time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(int64(s), 0).UTC()
}

func (e *entry) prefix() netip.Prefix { return netip.PrefixFrom(e.first.Netip(), int(e.bits)) }

// Changes counts what a reading changed.
type Changes struct {
	Added, Gone, Kept int
}

// Any tells whether verdicts may have changed.
func (c Changes) Any() bool { return c.Added+c.Gone > 0 }

// Len returns how many indicators are listed, and how many were.
func (h *History) Len() (listed, past int) { return len(h.current), len(h.past) }

// Reads returns the times of the first and the last reading, both zero before
// the first.
func (h *History) Reads() (first, last time.Time) { return h.first.time(), h.last.time() }

// Add takes a reading. Readings come in order of time; one that is not later
// than the last counts as if it came right after it.
func (h *History) Add(l *Listing, at time.Time) Changes {
	before := h.last
	now := h.advance(at)
	fresh := make([]entry, 0, len(l.Indicators))
	for _, i := range l.Indicators {
		first, _ := ranges.Addrs(i.Prefix)
		fresh = append(fresh, entry{
			first: first, bits: uint8(i.Prefix.Bits()), from: secondsOf(i.From), until: secondsOf(i.Until), seen: now,
			text: i.Text, detail: i.Detail, category: i.Category, confidence: i.Confidence, before: h.reads == 1,
		})
	}
	slices.SortStableFunc(fresh, byKey)
	fresh = compact(fresh)

	var c Changes
	merged := make([]entry, 0, len(fresh))
	old := h.current
	for len(old) > 0 || len(fresh) > 0 {
		order := 0
		switch {
		case len(old) == 0:
			order = 1
		case len(fresh) == 0:
			order = -1
		default:
			order = byKey(old[0], fresh[0])
		}
		switch {
		case order < 0:
			gone := old[0]
			gone.lastSeen, gone.gone = before, now
			h.past = append(h.past, gone)
			c.Gone++
			old = old[1:]
			continue
		case order == 0:
			fresh[0].seen, fresh[0].before = old[0].seen, old[0].before
			if old[0].from != 0 && (fresh[0].from == 0 || old[0].from < fresh[0].from) {
				fresh[0].from = old[0].from // a feed that forgets keeps its word
			}
			c.Kept++
			old = old[1:]
		default:
			c.Added++
		}
		merged = append(merged, fresh[0])
		fresh = fresh[1:]
	}
	h.current = merged
	return c
}

// Touch records a reading at which the feed said that nothing changed.
func (h *History) Touch(at time.Time) {
	if h.reads == 0 {
		return
	}
	h.advance(at)
}

// advance notes a reading and returns its time, which is never before the last.
func (h *History) advance(at time.Time) seconds {
	now := max(secondsOf(at.Unix()), h.last, 1)
	if h.reads == 0 {
		h.first = now
	}
	h.reads++
	h.last = now
	return now
}

// byKey orders entries by prefix and category, by which a feed's statements
// are told apart.
func byKey(a, b entry) int {
	return cmp.Or(a.first.Compare(b.first), cmp.Compare(a.bits, b.bits), cmp.Compare(a.category, b.category))
}

// compact joins statements of one key: the longest time and the highest
// confidence hold.
func compact(sorted []entry) []entry {
	out := sorted[:0]
	for _, e := range sorted {
		if n := len(out); n > 0 && byKey(out[n-1], e) == 0 {
			kept := &out[n-1]
			kept.confidence = max(kept.confidence, e.confidence)
			if kept.from == 0 || e.from == 0 {
				kept.from = 0
			} else {
				kept.from = min(kept.from, e.from)
			}
			if kept.until == 0 || e.until == 0 {
				kept.until = 0
			} else {
				kept.until = max(kept.until, e.until)
			}
			continue
		}
		out = append(out, e)
	}
	return out
}

// never is a time after all others, its negative one before them.
const never = int64(1 << 61)

// span returns the seconds in which the entry holds: from begin (inclusive) to
// end (exclusive). An assumed entry has no begin.
func (e *entry) span() (begin, end int64, assumed bool) {
	begin, end = int64(e.seen), never
	switch {
	case e.from != 0:
		begin = int64(e.from)
	case e.before:
		begin, assumed = -never, true
	}
	if e.gone != 0 {
		end = int64(e.gone)
	}
	if e.until != 0 {
		end = min(end, int64(e.until))
	}
	return begin, end, assumed
}

// indicator returns the entry as the feed wrote it.
func (e *entry) indicator() string {
	if e.text != "" {
		return e.text
	}
	return textOf(e.prefix())
}

// valid tells whether an entry read back from a file can be one.
func (e *entry) valid() bool {
	p := e.prefix()
	first, _ := ranges.Addrs(p)
	return p.IsValid() && first == e.first && e.bits > 0 && e.category > 0 && e.category < categoryEnd
}
