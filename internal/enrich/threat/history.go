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
// was listed. It is not safe for use by several goroutines at once; a copy of
// it is another history, and a Set made of it is safe.
type History struct {
	first seconds // of the first reading; 0 before it
	last  seconds // of the last reading
	reads int
	held  entries
	hash  uint64 // of held; 0 before the first reading

	listed, past int // indicators in held: a range is one, in as many entries as it takes
}

// tally counts different indicators. Entries without a text of their own are
// one each, those with the same are parts of one.
type tally struct {
	n    int
	seen []uint16 // the categories, by number of the text
}

func (t *tally) add(text uint32, c Category) {
	if text == 0 {
		t.n++
		return
	}
	if t.has(text, c) {
		return
	}
	if int(text) >= len(t.seen) {
		t.seen = append(t.seen, make([]uint16, int(text)+1-len(t.seen))...)
	}
	t.seen[text] |= 1 << c
	t.n++
}

func (t *tally) has(text uint32, c Category) bool {
	return text != 0 && int(text) < len(t.seen) && t.seen[text]&(1<<c) != 0
}

// counts counts the indicators.
func (h *entries) counts() (listed, past int) {
	of := func(list []packed) int {
		var t tally
		for _, p := range list {
			t.add(p.text, h.notes[p.note].category)
		}
		return t.n
	}
	return of(h.listed), of(h.past)
}

// entry is an indicator while it was listed. Once in a history it does not
// change.
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
func (h *History) Len() (listed, past int) { return h.listed, h.past }

// Reads returns the times of the first and the last reading, both zero before
// the first.
func (h *History) Reads() (first, last time.Time) { return h.first.time(), h.last.time() }

// Hash tells apart histories by which verdicts differ, whenever they were last
// read. It stays the same when a history is written and read back.
func (h *History) Hash() uint64 { return h.hash }

// Add takes a reading. Readings come in order of time; one that is not later
// than the last counts as if it came right after it.
func (h *History) Add(l *Listing, at time.Time) Changes {
	before := h.last
	now := h.advance(at)
	old, order := &h.held, inOrder(l)
	p := newPacker(distinct(order))
	var listed, kept, survived, lost tally
	var gone []packed
	next := old.listed
	for len(order) > 0 {
		fresh := entryOf(&l.Indicators[order[0].index], order[0].first)
		fresh.seen, fresh.before = now, h.reads == 1
		for order = order[1:]; len(order) > 0 && order[0].same(fresh); order = order[1:] {
			fresh.join(&l.Indicators[order[0].index])
		}
		for len(next) > 0 && old.compare(next[0], fresh) < 0 {
			gone, next = append(gone, next[0]), next[1:]
		}
		goesOn := len(next) > 0 && old.compare(next[0], fresh) == 0
		if goesOn {
			fresh.carry(old.entry(next[0]))
			survived.add(next[0].text, fresh.category)
			next = next[1:]
		}
		e := p.pack(fresh)
		p.listed = append(p.listed, e)
		listed.add(e.text, fresh.category)
		if goesOn {
			kept.add(e.text, fresh.category)
		}
	}
	gone = append(gone, next...)
	for _, past := range old.past {
		p.past = append(p.past, p.pack(old.entry(past)))
	}
	for _, g := range gone {
		e := old.entry(g)
		e.lastSeen, e.gone = before, now
		p.past = append(p.past, p.pack(e))
		if !survived.has(g.text, e.category) {
			lost.add(g.text, e.category)
		}
	}
	h.held = p.done()
	h.hash = h.held.hash()
	h.listed, h.past = h.held.counts()
	return Changes{Added: listed.n - kept.n, Gone: lost.n, Kept: kept.n}
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

// place is where an indicator of a listing belongs.
type place struct {
	first    flow.Addr
	index    uint32
	bits     uint8
	category Category
}

// inOrder returns where the indicators of a listing are, by prefix and
// category, by which a feed's statements are told apart, and then as listed.
func inOrder(l *Listing) []place {
	out := make([]place, len(l.Indicators))
	for i := range l.Indicators {
		in := &l.Indicators[i]
		first, _ := ranges.Addrs(in.Prefix)
		out[i] = place{first, uint32(i), uint8(in.Prefix.Bits()), in.Category}
	}
	slices.SortFunc(out, func(a, b place) int {
		return cmp.Or(a.first.Compare(b.first), cmp.Compare(a.bits, b.bits), cmp.Compare(a.category, b.category), cmp.Compare(a.index, b.index))
	})
	return out
}

// distinct counts the keys of what is in order.
func distinct(order []place) int {
	n := 0
	var last place
	for _, p := range order {
		p.index = 0
		if n == 0 || p != last {
			n++
		}
		last = p
	}
	return n
}

func (p place) same(e entry) bool {
	return p.first == e.first && p.bits == e.bits && p.category == e.category
}

func entryOf(i *Indicator, first flow.Addr) entry {
	return entry{
		first: first, bits: uint8(i.Prefix.Bits()), from: secondsOf(i.From), until: secondsOf(i.Until),
		text: i.Text, detail: i.Detail, category: i.Category, confidence: i.Confidence,
	}
}

// join adds a statement of the same key: the longest time and the highest
// confidence hold.
func (e *entry) join(i *Indicator) {
	e.confidence = max(e.confidence, i.Confidence)
	if from := secondsOf(i.From); e.from == 0 || from == 0 {
		e.from = 0
	} else {
		e.from = min(e.from, from)
	}
	if until := secondsOf(i.Until); e.until == 0 || until == 0 {
		e.until = 0
	} else {
		e.until = max(e.until, until)
	}
}

// carry takes over what an entry said that goes on.
func (e *entry) carry(old entry) {
	e.seen, e.before = old.seen, old.before
	if old.from != 0 && (e.from == 0 || old.from < e.from) {
		e.from = old.from // a feed that forgets keeps its word
	}
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
