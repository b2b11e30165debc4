package simulate

import (
	"context"
	"slices"
	"time"

	"weir/internal/flow"
)

const (
	minute         = 60_000  // ms
	continueEvery  = 300_000 // ms between two tuples of a flow that goes on
	warmUp         = 20      // minutes before the log begins from which flows are made
	ringSize       = 16      // minutes that a pending tuple may lie ahead; more than continueEvery
	overheadLow    = 40      // bytes per packet that the receiving NIC counts more (docs/reference/traffic-analytics.md 3.4)
	overheadHigh   = 65
	shortestLag    = 3 // seconds between the end of a record's minute and its time
	noEvent        = -1
	synPackets     = 3 // sent in vain when the responder's rules deny
	synPacketBytes = 52
)

// capture replays all edges of one NIC and writes the objects of one of its
// logs, hour by hour. It holds the flows that are alive, never the tuples of an hour.
type capture struct {
	run    *run
	point  *point
	nic    *NIC
	vnet   bool // VNet flow log; else NSG
	skew   int64
	edges  []boundEdge
	flows  []live
	free   []int32
	ring   [ringSize][]pending
	window int   // next to be written
	base   int64 // start of window 0, ms
	count  int   // of windows
	groups []group
	index  map[verdict]uint16
	ranks  []uint16
	rows   map[rowKey]*tally
	events map[eventSide]*EventCounters
	out    []outTuple
	order  []uint64
	scans  map[uint32]phase
	write  *blocks
	totals FamilyTotals
	sorted []*tally // the rows when all is written
}

// group is an entry of the log: the ACL and rule under which tuples are written.
type group struct {
	verdict
	used bool // in the window being written
}

// pending is the next tuple of a live flow.
type pending struct {
	at   int64
	flow int32
}

// outTuple is a tuple of the window being written.
type outTuple struct {
	at             int64
	flow           int32
	state          flow.State
	pf, bf, pb, bb uint64
}

type eventSide struct {
	event    int
	outbound bool
}

func newCapture(r *run, p *point, to Sink) *capture {
	n := p.nic
	c := &capture{
		run: r, point: p, nic: n, vnet: p.log.Kind == LogVNet, index: map[verdict]uint16{}, rows: map[rowKey]*tally{},
		events: map[eventSide]*EventCounters{}, scans: map[uint32]phase{}, write: &blocks{sink: to, point: p},
	}
	s := newStream(r.seed, "capture", uint64(n.index))
	c.skew = int64(s.below(40))
	// A record's minute begins at a second of its own, whole so that NSG
	// tuples, which drop the milliseconds, stay in it.
	c.base = r.from - minute + int64(s.between(20, 49))*1000
	lag := c.lag()
	if len(n.Logs) > 1 {
		lag = minute + shortestLag*1000 // so that all logs of the NIC end with the same minute
	}
	c.count = int((r.to - c.base - lag - recordJitter/ticksPerMilli - 1) / minute)
	for _, e := range r.byNIC[n.index] {
		switch {
		case n != e.hop:
			c.bind(e, e.from.nic == n)
		default:
			c.bind(e, false)
			if !e.translates {
				c.bind(e, true)
			}
		}
	}
	return c
}

// bind adds an edge as the capture sees it.
func (c *capture) bind(e *edge, outbound bool) {
	b := boundEdge{
		edge: e, outbound: outbound, hop: e.hop == c.nic, phases: e.phases,
		scanList: c.run.scanPorts, stream: newStream(c.run.seed, "edge", e.key),
	}
	if len(c.nic.Logs) > 1 { // each log shows its own
		b.phases = c.run.traffic.phasesOf(e, e.port, c.point.log)
	}
	for range e.slots {
		// Sessions run before the log begins.
		length := int64(e.size.duration.draw(&b.stream))
		b.slots = append(b.slots, c.run.from-int64(b.stream.below(uint64(length))))
	}
	c.edges = append(c.edges, b)
}

// unwritten is how long before the end of a simulation the logs of all NICs
// end, in milliseconds: later tuples would be in records that some NICs write
// before the end and others after it.
const unwritten = 2*minute + (shortestLag+2)*1000

// written tells whether a tuple of a time at this NIC is in its log. NICs
// differ by their skew, and so agree about each flow.
func (c *capture) written(at int64) bool {
	return at < c.point.to && at-c.skew < c.run.to-unwritten
}

// lag is the time from the start of a record's minute to its own time, ms.
func (c *capture) lag() int64 {
	if c.vnet {
		return minute + shortestLag*1000
	}
	return minute + (shortestLag-1)*1000 // NSG tuples are cut to whole seconds
}

// replay runs the whole simulated time at this NIC.
func (c *capture) replay(ctx context.Context, hourDone func()) error {
	for m := c.run.from/minute - warmUp; m < c.run.to/minute; m++ {
		if err := c.minute(ctx, m); err != nil {
			return err
		}
		if m >= c.run.from/minute && (m+1)%60 == c.run.from/minute%60 {
			if err := ctx.Err(); err != nil {
				return err
			}
			hourDone()
		}
	}
	return nil
}

// minute makes the flows of a minute since 1970, and writes the window that ends in it.
func (c *capture) minute(ctx context.Context, m int64) error {
	for i := range c.edges {
		c.generate(&c.edges[i], m)
	}
	if !c.due(m) {
		return nil
	}
	err := c.flush(ctx)
	c.window++
	return err
}

// due tells whether the next window ends in a minute since 1970, as one does in each.
func (c *capture) due(m int64) bool {
	return c.window < c.count && c.base+int64(c.window+1)*minute <= (m+1)*minute
}

// generate makes the flows of an edge that start in a minute since 1970.
func (c *capture) generate(b *boundEdge, m int64) {
	switch {
	case b.script != nil:
		for b.cursor < len(b.script) && b.script[b.cursor].start < (m+1)*minute {
			f := &b.script[b.cursor]
			b.cursor++
			d := drawn{start: f.start, duration: f.duration, client: uint64(f.client), pf: f.packetsFwd, bf: f.bytesFwd, pb: f.packetsBack, bb: f.bytesBack}
			b.finish(&d)
			c.open(b, &d)
		}
	case b.edge.slots > 0:
		for i := range b.slots {
			for b.slots[i] < (m+1)*minute {
				d := b.draw(b.slots[i], b.stream.skewed(b.width()))
				gap := int64(b.stream.between(500, 90_000))
				c.open(b, &d)
				b.slots[i] = d.start + d.duration + gap
			}
		}
	default:
		x := b.stream.next()
		rate := b.rate
		if b.curve != nil {
			rate = rate * b.curve.at(m) >> 8
		}
		rate = rate * (128 + x>>56) >> 8 // some minutes are busier than others
		n := rate >> 16
		if x&0xffff < rate&0xffff {
			n++
		}
		for range n {
			at := m*minute + int64(b.stream.below(minute))
			client := b.stream.skewed(b.width())
			for range b.stream.between(1, b.burst) {
				d := b.draw(at, client)
				c.open(b, &d)
				at = min(at+int64(b.stream.below(900)), (m+1)*minute-1)
			}
		}
	}
}

// open applies the rules to a flow and, if this capture sees any of it, makes it live.
func (c *capture) open(b *boundEdge, d *drawn) {
	if b.since > 0 && d.start < b.since || b.until > 0 && d.start+d.duration >= b.until {
		return
	}
	p := c.phase(b, d)
	f := live{
		srcPort: d.srcPort, dstPort: d.port, proto: b.proto, outbound: b.outbound, encrypted: b.encrypted && c.vnet,
		start: d.start, duration: d.duration, pf: d.pf, bf: d.bf, pb: d.pb, bb: d.bb,
	}
	event := noEvent
	if b.event >= 0 && d.start >= b.eventSince {
		event = b.event
	}
	switch {
	case !p.out.allowed:
		d.duration = 0
		if !b.outbound || b.hop {
			return
		}
		f.bare, f.denied = true, true
	case !p.in.allowed:
		// The initiator's packets leave and nobody answers.
		d.duration = 3000 + d.duration%6000
		f.duration = d.duration
		f.pf, f.bf, f.pb, f.bb = synPackets, synPackets*synPacketBytes, 0, 0
		if !b.outbound && !b.hop {
			f.bare, f.denied = true, true
		}
	case !b.outbound && p.in.user && !c.vnet && b.proto == tcp && c.nic.vnet().FlowTimeout == 0:
		f.bare = true // docs/reference/traffic-analytics.md 1.4
	}
	v := p.verdictAt(b)
	if !c.vnet && v.acl != c.point.log.Target {
		return // the other group of the NIC logs it
	}
	if !b.outbound {
		// What the responder receives was sent by the initiator, and the reverse.
		f.overFwd = d.overFwd
	} else {
		f.overBck = d.overBk
	}
	f.start += c.skew
	at, ok := f.firstTuple(c.run.from + c.skew)
	if !ok || !c.written(at) {
		return
	}
	w := int((at - c.base) / minute)
	if w >= c.count {
		return
	}
	if d.early && c.vnet && len(c.nic.Logs) == 1 && f.duration < 20_000 && !f.bare && !f.begun && c.written(f.start+f.duration) {
		// Real VNet logs often give a short flow's end the time of its begin and write it first.
		f.early, f.duration = true, 0
	}
	f.group = c.group(v)
	f.src, f.dst = b.from.addr(d.client), b.to.addr(d.client)
	f.row = c.row(b, &f)
	if event != noEvent {
		side := eventSide{event, b.outbound}
		if c.events[side] == nil {
			c.events[side] = &EventCounters{}
		}
		f.event = c.events[side]
	}
	c.ring[w%ringSize] = append(c.ring[w%ringSize], pending{at, c.keep(f)})
}

// phase returns what the rules say about a flow.
func (c *capture) phase(b *boundEdge, d *drawn) phase {
	if b.scan {
		key := uint32(d.port)<<1 | uint32(b.proto>>4&1)
		p, ok := c.scans[key]
		if !ok {
			p = c.run.traffic.phaseAt(b.edge, d.port, c.point.log, time.UnixMilli(c.run.from))
			c.scans[key] = p
		}
		return p
	}
	p := b.phases[0]
	for _, q := range b.phases[1:] {
		if d.start >= q.since {
			p = q
		}
	}
	return p
}

func (c *capture) keep(f live) int32 {
	if n := len(c.free); n > 0 {
		i := c.free[n-1]
		c.free = c.free[:n-1]
		c.flows[i] = f
		return i
	}
	c.flows = append(c.flows, f)
	return int32(len(c.flows) - 1)
}

// group returns the number of the log entry of a verdict.
func (c *capture) group(v verdict) uint16 {
	if i, ok := c.index[v]; ok {
		return i
	}
	i := uint16(len(c.groups))
	c.index[v] = i
	c.groups = append(c.groups, group{verdict: v})
	byName := make([]int, len(c.groups))
	for k := range byName {
		byName[k] = k
	}
	slices.SortFunc(byName, func(a, b int) int { return c.groups[a].compare(&c.groups[b]) })
	c.ranks = make([]uint16, len(c.groups))
	for rank, k := range byName {
		c.ranks[k] = uint16(rank)
	}
	return i
}

func (g *group) compare(h *group) int {
	if g.acl != h.acl {
		if g.acl < h.acl {
			return -1
		}
		return 1
	}
	if g.rule < h.rule {
		return -1
	}
	return 1
}

// flush writes the record of the current window and plans what comes next.
func (c *capture) flush(ctx context.Context) error {
	slot := c.window % ringSize
	c.out, c.order = c.out[:0], c.order[:0]
	start := c.base + int64(c.window)*minute
	for i := 0; i < len(c.ring[slot]); i++ { // grows while it is read: a flow may end in the minute of its begin
		c.step(c.ring[slot][i], start)
	}
	c.ring[slot] = c.ring[slot][:0]
	if len(c.out) == 0 {
		return nil
	}
	slices.Sort(c.order)
	return c.record(ctx)
}

// step makes the tuple of a pending entry and plans the flow's next one.
func (c *capture) step(p pending, start int64) {
	f := &c.flows[p.flow]
	o := outTuple{at: p.at, flow: p.flow}
	place := uint64(1)
	over := f.bare
	switch {
	case f.denied:
		o.state = flow.Deny
	case !f.begun:
		o.state, f.begun = flow.Begin, true
	case (f.tick+1)*continueEvery >= f.duration:
		o.state, over = flow.End, true
		o.pf, o.bf = f.delta(f.pf, f.bf, f.overFwd, true)
		o.pb, o.bb = f.delta(f.pb, f.bb, f.overBck, true)
		place = 2
		if f.early {
			place = 0
		}
	default:
		o.state = flow.Continue
		o.pf, o.bf = f.delta(f.pf, f.bf, f.overFwd, false)
		o.pb, o.bb = f.delta(f.pb, f.bb, f.overBck, false)
		f.tick++
	}
	if p.at >= c.point.from {
		c.tally(f, &o)
		c.groups[f.group].used = true
		c.order = append(c.order, uint64(c.ranks[f.group])<<52|uint64(p.at-start)<<36|place<<34|uint64(len(c.out)))
		c.out = append(c.out, o)
	}
	if !over {
		next := f.next()
		if w := int((next - c.base) / minute); w < c.count && c.written(next) {
			c.ring[w%ringSize] = append(c.ring[w%ringSize], pending{next, p.flow})
			return
		}
	}
	c.free = append(c.free, p.flow)
}

// tally counts a tuple, with the time that the log will show.
func (c *capture) tally(f *live, o *outTuple) {
	at := o.at
	if !c.vnet {
		at -= at % 1000
	}
	f.row.count(o, at)
	if f.row.once != nil && !c.point.repeats(at) {
		f.row.once.count(o, at)
	}
	e := EventCounters{PacketsFwd: o.pf, BytesFwd: o.bf, PacketsBack: o.pb, BytesBack: o.bb, Records: 1}
	switch o.state {
	case flow.Begin:
		e.Started = 1
	case flow.Deny:
		e.Denied = 1
	case flow.End:
		e.Ended = 1
	}
	if f.event != nil {
		f.event.add(e)
	}
	t := &c.totals
	t.Tuples++
	t.Started += e.Started
	t.Denied += e.Denied
	t.Ended += e.Ended
	t.PacketsFwd += o.pf
	t.BytesFwd += o.bf
	t.PacketsBack += o.pb
	t.BytesBack += o.bb
	if t.First == 0 || at < t.First {
		t.First = at
	}
	t.Last = max(t.Last, at)
}
