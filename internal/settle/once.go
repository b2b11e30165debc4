package settle

import (
	"cmp"
	"math/bits"
	"slices"

	"weir/internal/flow"
	"weir/internal/store"
)

// A conversation that several NICs recorded is one conversation
// (docs/explanation/meaning-of-the-numbers.md). Of the rows of one interval it
// is decided which count:
//
//   - Of two logs that recorded the same at one NIC, one counts: see duplicates.
//   - Flows started and ended come from the capture at the initiator, else from
//     that at the responder, else from one at a hop between them. Forward
//     counters likewise; back counters from the responder's capture first. A
//     capture that never carries counters (a stateless flow of an NSG log) is
//     passed over for them.
//   - Denials count at each NIC: what one end denies never reaches the other.
//
// Two NICs write about one flow within moments, so what falls on different
// sides of the border between two intervals is recognised, see at.

// conversation is what the captures of one conversation agree in.
type conversation struct {
	initiator, responder uint64 // hosts
	port                 uint16
	protocol             uint8
}

func (c conversation) compare(d conversation) int {
	return cmp.Or(cmp.Compare(c.initiator, d.initiator), cmp.Compare(c.responder, d.responder),
		cmp.Compare(c.port, d.port), cmp.Compare(c.protocol, d.protocol))
}

// place is where a capture was made, the preferred one for starts and forward
// counters first.
type place uint8

const (
	atInitiator place = iota
	atResponder
	hopIn
	hopOut
	places
)

// For each counter, where it is taken from, in this order.
var (
	forStarts  = [places]place{atInitiator, atResponder, hopIn, hopOut}
	forForward = forStarts
	forBack    = [places]place{atResponder, atInitiator, hopOut, hopIn}
)

// capture is the rows of a conversation in one log and direction.
type capture struct {
	conversation
	log         uint64
	place       place
	counts      bool // it has tuples with counters
	duplicate   bool // another log of the same NIC has the same
	alone       bool // the only one of its conversation in the interval
	first, last int64
	rows        []store.CapturedFact
}

// presence is where a conversation was captured in an interval.
type presence struct {
	seen   captured // also where it was denied: what the responder denied did not start, whatever a hop saw of it
	counts captured // with counters
}

// captured is a set of places.
type captured struct {
	at   uint8     // a bit for each
	hops [2]uint64 // of several captures at hops the one with the lowest id of a log counts
}

func (s *captured) add(at place, log uint64) {
	s.at |= 1 << at
	if at >= hopIn {
		if hop := &s.hops[at-hopIn]; *hop == 0 || log < *hop {
			*hop = log
		}
	}
}

// join adds the places of another interval that are not there, of those allowed.
func (s *captured) join(other captured, allowed uint8) {
	for at := range places {
		if bit := uint8(1) << at; other.at&allowed&bit != 0 && s.at&bit == 0 {
			s.at |= bit
			if at >= hopIn {
				s.hops[at-hopIn] = other.hops[at-hopIn]
			}
		}
	}
}

// interval is what was captured in one interval.
type interval struct {
	start, end int64 // milliseconds since 1970
	captures   []capture
	present    map[conversation]presence
}

// newInterval gathers the rows of an interval.
func newInterval(start, end int64, rows []store.CapturedFact, logs map[uint64]flow.Log) *interval {
	in := &interval{start: start, end: end, present: make(map[conversation]presence, len(rows)/2)}
	rows = sorted(rows)
	for len(rows) > 0 {
		c := capture{conversation: key(&rows[0]), log: rows[0].Log, place: placeOf(&rows[0]), first: rows[0].First, last: rows[0].Last}
		n := 0
		for ; n < len(rows) && rows[n].Log == c.log && key(&rows[n]) == c.conversation && placeOf(&rows[n]) == c.place; n++ {
			c.counts = c.counts || rows[n].Counts
			c.first, c.last = min(c.first, rows[n].First), max(c.last, rows[n].Last)
		}
		c.rows, rows = rows[:n], rows[n:]
		in.captures = append(in.captures, c)
	}
	for rest := in.captures; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].conversation == rest[0].conversation {
			n++
		}
		if n > 1 {
			passing(rest[:n], logs)
			duplicates(rest[:n], logs)
		} else {
			rest[0].alone = true
		}
		in.present[rest[0].conversation] = presenceOf(rest[:n])
		rest = rest[n:]
	}
	return in
}

// sorted returns the rows by conversation, log and place: those that belong
// together are beside each other.
func sorted(rows []store.CapturedFact) []store.CapturedFact {
	// Numbers are compared and moved faster than rows.
	type item struct {
		hash uint64
		row  uint32
	}
	items := make([]item, len(rows))
	for i := range rows {
		items[i] = item{key(&rows[i]).hash(), uint32(i)}
	}
	slices.SortFunc(items, func(x, y item) int {
		if x.hash != y.hash {
			return cmp.Compare(x.hash, y.hash)
		}
		a, b := &rows[x.row], &rows[y.row]
		return cmp.Or(key(a).compare(key(b)), cmp.Compare(a.Log, b.Log), cmp.Compare(placeOf(a), placeOf(b)))
	})
	out := make([]store.CapturedFact, len(rows))
	for i, item := range items {
		out[i] = rows[item.row]
	}
	return out
}

// hash mixes what a conversation is told apart by.
func (c conversation) hash() uint64 {
	h := c.initiator*0x9e3779b97f4a7c15 ^ bits.RotateLeft64(c.responder, 29)
	h = (h ^ uint64(c.port)<<8 ^ uint64(c.protocol)) * 0xbf58476d1ce4e5b9
	return h ^ h>>31
}

func key(f *store.CapturedFact) conversation {
	return conversation{f.Initiator, f.Responder, f.Port, f.Protocol}
}

func placeOf(f *store.CapturedFact) place {
	p := atResponder
	if f.Direction == flow.Outbound {
		p = atInitiator
	}
	if f.Marks&flow.AtHop == 0 {
		return p
	}
	if p == atInitiator {
		return hopOut
	}
	return hopIn
}

// passing finds NICs that no inventory told to be hops: one that records a
// conversation inbound and outbound is neither of its ends.
func passing(captures []capture, logs map[uint64]flow.Log) {
	if captures[0].initiator == captures[0].responder {
		return // a machine that reaches itself by way of a load balancer is both
	}
	for i := range captures {
		c := &captures[i]
		l := logs[c.log]
		if c.place != atInitiator || l.MAC == "" {
			continue
		}
		for j := range captures {
			if d := &captures[j]; d.place == atResponder && logs[d.log].MAC == l.MAC {
				c.place, d.place = hopOut, hopIn
			}
		}
	}
	// A NIC has several logs where several rules or targets are at work.
	for i := range captures {
		c := &captures[i]
		for j := range captures {
			if d := &captures[j]; c.place < hopIn && d.place >= hopIn && logs[d.log].MAC == logs[c.log].MAC {
				c.place += hopIn
			}
		}
	}
}

func presenceOf(captures []capture) presence {
	var p presence
	for i := range captures {
		c := &captures[i]
		if c.duplicate {
			continue
		}
		p.seen.add(c.place, c.log)
		if c.counts {
			p.counts.add(c.place, c.log)
		}
	}
	return p
}

// skew is by how much two NICs may differ in when they write about one flow.
const skew = 30_000 // milliseconds

// at returns where a conversation was captured, as far as it matters for one
// of its captures in the interval: what was captured in a neighbouring
// interval alone belongs to this capture where that lies at the border. A
// place that was seen here carries counters if it does so in a neighbouring
// interval, since a flow may have begun in one and ended in the other.
func (in *interval) at(c *capture, before, after *interval) presence {
	p := in.present[c.conversation]
	for _, n := range []struct {
		*interval
		near bool
	}{{before, c.last < in.start+skew}, {after, c.first >= in.end-skew}} {
		if n.interval == nil {
			continue
		}
		q := n.present[c.conversation]
		if n.near {
			p.seen.join(q.seen, 0xff)
		}
		p.counts.join(q.counts, p.seen.at)
	}
	return p
}

// repeated is the marks of a duplicate: all that counting decides. The rest of
// a row is who judges it to decide.
const repeated = flow.Uncounted | flow.Duplicate

// marks yields the rows whose marks are to change, given what was captured in
// the intervals before and after, which may be nil.
func (in *interval) marks(before, after *interval, yield func(store.Marking)) {
	for i := range in.captures {
		c := &in.captures[i]
		allowed, denied := flow.Marks(0), flow.Marks(0)
		if c.duplicate {
			allowed, denied = repeated, repeated
		} else if !c.alone || c.last < in.start+skew || c.first >= in.end-skew {
			allowed = c.marks(in.at(c, before, after))
		}
		for r := range c.rows {
			f := &c.rows[r]
			want := allowed
			if f.Status == flow.Denied {
				want = denied
			}
			if want != f.Marks&repeated {
				yield(store.Marking{Handle: f.Handle, KeepType: true, Marks: want, Keep: ^repeated})
			}
		}
	}
}

// marks returns what another capture counts.
func (c *capture) marks(p presence) flow.Marks {
	var m flow.Marks
	if !c.isFirst(forStarts, p.seen) {
		m |= flow.NoStarts
	}
	if p.counts.at == 0 {
		return m // nobody has counters, so they are all zero
	}
	if !c.isFirst(forForward, p.counts) {
		m |= flow.NoForward
	}
	if !c.isFirst(forBack, p.counts) {
		m |= flow.NoBack
	}
	return m
}

// isFirst tells whether the capture is the first in order of those there are.
func (c *capture) isFirst(order [places]place, there captured) bool {
	for _, at := range order {
		if there.at&(1<<at) != 0 {
			return at == c.place && (at < hopIn || there.hops[at-hopIn] == c.log)
		}
	}
	return false
}
