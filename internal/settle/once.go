package settle

import (
	"cmp"
	"math"
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

// compare puts conversations in the order of an interval.
func (c conversation) compare(d conversation) int {
	if h, i := c.hash(), d.hash(); h != i {
		return cmp.Compare(h, i)
	}
	return cmp.Or(cmp.Compare(c.initiator, d.initiator), cmp.Compare(c.responder, d.responder),
		cmp.Compare(c.port, d.port), cmp.Compare(c.protocol, d.protocol))
}

// hash mixes what a conversation is told apart by.
func (c conversation) hash() uint64 {
	h := c.initiator*0x9e3779b97f4a7c15 ^ bits.RotateLeft64(c.responder, 29)
	h = (h ^ uint64(c.port)<<8 ^ uint64(c.protocol)) * 0xbf58476d1ce4e5b9
	return h ^ h>>31
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

// row is what counting needs of a stored row. A crowded interval has millions.
type row struct {
	initiator, responder uint64
	log                  uint64
	first, last          int32 // milliseconds since the start of the interval
	fresh                int32 // position, from 1, among rows that are being committed; 0: it is stored
	interval             int32 // number of the interval, where rows of several are together
	port                 uint16
	protocol             uint8
	place                place
	counts, denied       bool
	marks                flow.Marks
}

// newRow returns what is needed of a row of the interval that starts then, in
// milliseconds since 1970.
func newRow(f *store.CapturedFact, start int64) row {
	since := func(at int64) int32 { return int32(min(max(at-start, math.MinInt32), math.MaxInt32)) }
	return row{
		initiator: f.Initiator, responder: f.Responder, log: f.Log, first: since(f.First), last: since(f.Last),
		port: f.Port, protocol: f.Protocol, place: placeOf(f), counts: f.Counts, denied: f.Status == flow.Denied, marks: f.Marks,
	}
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

func (r *row) conversation() conversation {
	return conversation{r.initiator, r.responder, r.port, r.protocol}
}

// capture is the rows of a conversation in one log and direction.
type capture struct {
	rows        []row
	first, last int32 // milliseconds since the start of the interval
	place       place
	counts      bool  // it has tuples with counters
	duplicate   bool  // another log of the same NIC has the same
	site        *site // never nil
}

func (c *capture) conversation() conversation { return c.rows[0].conversation() }

func (c *capture) log() uint64 { return c.rows[0].log }

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
	start, end int64     // milliseconds since 1970
	captures   []capture // in the order of their conversations
}

// newInterval gathers the rows of an interval, which it puts in order.
func newInterval(start, end int64, rows []row, sites sites) *interval {
	order(rows)
	captures := 0
	for rest := rows; len(rest) > 0; rest = rest[len(ofCapture(rest)):] {
		captures++
	}
	in := &interval{start: start, end: end, captures: make([]capture, 0, captures)}
	for rest := rows; len(rest) > 0; {
		c := newCapture(ofCapture(rest), sites)
		in.captures, rest = append(in.captures, c), rest[len(c.rows):]
	}
	for rest := in.captures; len(rest) > 0; {
		group := ofConversation(rest)
		recognise(group)
		rest = rest[len(group):]
	}
	return in
}

// newCapture gathers the rows of one capture.
func newCapture(rows []row, sites sites) capture {
	c := capture{rows: rows, place: rows[0].place, first: rows[0].first, last: rows[0].last, site: sites.of(rows[0].log)}
	for i := range rows {
		r := &rows[i]
		c.counts = c.counts || r.counts
		c.first, c.last = min(c.first, r.first), max(c.last, r.last)
	}
	return c
}

// recognise finds out which captures of a conversation and interval were made on
// the way, and which repeat others.
func recognise(captures []capture) {
	if len(captures) > 1 && sameNIC(captures) {
		passing(captures)
		duplicates(captures)
	}
}

// sameNIC tells whether several captures were made at one NIC.
func sameNIC(captures []capture) bool {
	for i := range captures {
		for j := range captures[:i] {
			if captures[i].site.mac == captures[j].site.mac {
				return true
			}
		}
	}
	return false
}

// ofCapture returns the rows of the capture of the first.
func ofCapture(rows []row) []row {
	n := 1
	for n < len(rows) && rows[n].log == rows[0].log && rows[n].place == rows[0].place && rows[n].conversation() == rows[0].conversation() {
		n++
	}
	return rows[:n]
}

// ofConversation returns the captures of the conversation of the first.
func ofConversation(captures []capture) []capture {
	n := 1
	for n < len(captures) && captures[n].conversation() == captures[0].conversation() {
		n++
	}
	return captures[:n]
}

// order puts the rows in order of conversation, log and place: those that
// belong together are beside each other.
func order(rows []row) {
	// Numbers are compared and moved faster than rows.
	type item struct {
		hash uint64
		row  uint32
	}
	items := make([]item, len(rows))
	for i := range rows {
		items[i] = item{rows[i].conversation().hash(), uint32(i)}
	}
	slices.SortFunc(items, func(x, y item) int {
		if x.hash != y.hash {
			return cmp.Compare(x.hash, y.hash)
		}
		a, b := &rows[x.row], &rows[y.row]
		return cmp.Or(a.conversation().compare(b.conversation()), cmp.Compare(a.log, b.log), cmp.Compare(a.place, b.place))
	})
	// Each row goes to its place along the cycles of the order, without a copy of all.
	for i := range items {
		if items[i].row == uint32(i) {
			continue
		}
		first, at := rows[i], i
		for {
			from := int(items[at].row)
			items[at].row = uint32(at)
			if from == i {
				rows[at] = first
				break
			}
			rows[at], at = rows[from], from
		}
	}
}

// passing finds NICs that no inventory told to be hops: one that records a
// conversation inbound and outbound is neither of its ends.
func passing(captures []capture) {
	if of := captures[0].conversation(); of.initiator == of.responder {
		return // a machine that reaches itself by way of a load balancer is both
	}
	for i := range captures {
		c := &captures[i]
		if c.place != atInitiator || c.site.mac == "" {
			continue
		}
		for j := range captures {
			if d := &captures[j]; d.place == atResponder && d.site.mac == c.site.mac {
				c.place, d.place = hopOut, hopIn
			}
		}
	}
	// A NIC has several logs where several rules or targets are at work.
	for i := range captures {
		c := &captures[i]
		for j := range captures {
			if d := &captures[j]; c.place < hopIn && d.place >= hopIn && d.site.mac == c.site.mac {
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
		p.seen.add(c.place, c.log())
		if c.counts {
			p.counts.add(c.place, c.log())
		}
	}
	return p
}

// skew is by how much two NICs may differ in when they write about one flow.
const skew = 30_000 // milliseconds

// at returns where a conversation was captured, as far as it matters for one of
// its captures in the interval, from where it was captured here and in the
// intervals before and after: what was captured in a neighbouring interval alone
// belongs to this capture where that lies at the border. A place that was seen
// here carries counters if it does so in a neighbouring interval, since a flow
// may have begun in one and ended in the other.
func (in *interval) at(c *capture, here, before, after presence) presence {
	p := here
	for _, n := range []struct {
		*presence
		near bool
	}{{&before, in.begins(c)}, {&after, in.ends(c)}} {
		if n.near {
			p.seen.join(n.seen, 0xff)
		}
		p.counts.join(n.counts, p.seen.at)
	}
	return p
}

// begins tells whether the capture lies at the border to the interval before.
func (in *interval) begins(c *capture) bool { return c.last < skew }

// ends tells whether the capture lies at the border to the interval after.
func (in *interval) ends(c *capture) bool { return int64(c.first) >= in.end-in.start-skew }

// neighbour is the captures of a neighbouring interval that were not passed yet.
type neighbour []capture

func (in *interval) neighbour() neighbour {
	if in == nil {
		return nil
	}
	return in.captures
}

// presence returns where the conversation was captured there. It is asked for
// conversations in the order of an interval.
func (n *neighbour) presence(of conversation) presence {
	for len(*n) > 0 {
		switch order := (*n)[0].conversation().compare(of); {
		case order > 0:
			return presence{}
		case order == 0:
			return presenceOf(ofConversation(*n))
		}
		*n = (*n)[1:]
	}
	return presence{}
}

// marks yields the rows whose marks are to change, given what was captured in
// the intervals before and after, which may be nil.
func (in *interval) marks(before, after *interval, yield func(store.Counted)) {
	was, will := before.neighbour(), after.neighbour()
	for rest := in.captures; len(rest) > 0; {
		group := ofConversation(rest)
		rest = rest[len(group):]
		var earlier, later presence
		if !in.alone(group) {
			of := group[0].conversation()
			earlier, later = was.presence(of), will.presence(of)
		}
		in.decide(group, earlier, later, nil, yield)
	}
}

// alone tells whether nothing else can decide about the captures.
func (in *interval) alone(group []capture) bool {
	return len(group) == 1 && !in.begins(&group[0]) && !in.ends(&group[0])
}

// decide does what marks does for one conversation, by where it was captured in
// the intervals before and after; it marks those of its rows that are being committed.
func (in *interval) decide(group []capture, before, after presence, fresh []flow.Row, yield func(store.Counted)) {
	var here presence
	alone := in.alone(group)
	if !alone {
		here = presenceOf(group)
	}
	for i := range group {
		c := &group[i]
		allowed, denied := flow.Marks(0), flow.Marks(0)
		if c.duplicate {
			allowed, denied = flow.Counting, flow.Counting
		} else if !alone {
			allowed = c.marks(in.at(c, here, before, after))
		}
		in.mark(c, allowed, denied, fresh, yield)
	}
}

// mark does what decide does for the rows of a capture, by whether they were
// allowed.
func (in *interval) mark(c *capture, allowed, denied flow.Marks, fresh []flow.Row, yield func(store.Counted)) {
	var told [2]bool // by status
	for i := range c.rows {
		r := &c.rows[i]
		want, status := allowed, flow.Allowed
		if r.denied {
			want, status = denied, flow.Denied
		}
		if r.fresh > 0 {
			f := &fresh[r.fresh-1]
			f.Marks = f.Marks&^flow.Counting | want
			continue
		}
		if r.marks&flow.Counting == want || told[status] {
			continue
		}
		told[status] = true
		direction := flow.Inbound
		if r.outbound() {
			direction = flow.Outbound
		}
		yield(store.Counted{
			Interval: in.start / 1000, Initiator: r.initiator, Responder: r.responder, Port: r.port, Protocol: r.protocol,
			Direction: direction, Status: status, Log: r.log, Marks: want,
		})
	}
}

// outbound tells the direction of the row by its own place, which passing does
// not change.
func (r *row) outbound() bool { return r.place == atInitiator || r.place == hopOut }

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
			return at == c.place && (at < hopIn || there.hops[at-hopIn] == c.log())
		}
	}
	return false
}
