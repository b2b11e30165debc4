package enrich

import (
	"math/bits"
	"time"

	"weir/internal/flow"
	"weir/internal/topology"
)

// Judge decides the flow types of many rows. It remembers what it saw, without
// bound on how long but in a bounded place, and is for one goroutine.
type Judge struct {
	k         *Knowledge
	width     int64 // of an interval, seconds
	seen      []seen
	nets      map[topology.ID]uint32 // numbers of captured VNets, from 1
	malicious map[flow.Addr][]span   // of listed addresses
	captures  []judged               // by log of the rows at hand
	pairs     map[pair]struct{}      // since the last call of Relations
	last      pair
	known     map[pair][]Relation
}

// judged is a capture in an epoch.
type judged struct {
	capture
	number  uint32 // of its VNet; 0: none
	epoch   int32  // -1: not looked at yet
	vantage topology.Vantage
	scope   topology.Vantage // of the parties in it: ScopeOf
}

// seen is a line of the memory: what an address was in an epoch, seen from a
// captured VNet.
type seen struct {
	addr   flow.Addr
	net    uint32
	epoch  int32
	sight  sight
	was    flow.Identity
	listed bool
	shared bool // the same from every VNet
}

// lines is how many addresses a Judge remembers, a power of two: 3 MB that
// stay near the processor.
const (
	lines    = 1 << lineBits
	lineBits = 15
)

// maxListed bounds how many listed addresses a Judge remembers the times of.
const maxListed = 1 << 16

// pair is two VNets, that of the initiator first.
type pair struct{ initiator, responder topology.ID }

// NewJudge returns a judge of rows whose intervals have this width.
func (k *Knowledge) NewJudge(interval time.Duration) *Judge {
	j := &Judge{
		k: k, width: int64(interval / time.Second), seen: make([]seen, lines), nets: map[topology.ID]uint32{},
		malicious: map[flow.Addr][]span{}, pairs: map[pair]struct{}{}, known: map[pair][]Relation{},
	}
	for i := range j.seen {
		j.seen[i].epoch = -1
	}
	return j
}

// Rows sets the type of every row, and the mark AtHop where its capture was at
// a hop. Rows name their log by its position in logs.
func (j *Judge) Rows(rows []flow.Row, logs []flow.Log) {
	if cap(j.captures) < len(logs) {
		j.captures = make([]judged, len(logs))
	}
	j.captures = j.captures[:len(logs)]
	for i := range j.captures {
		j.captures[i].epoch = -1
	}
	last, epoch := int64(-1), 0
	for i := range rows {
		r := &rows[i]
		if r.Interval != last {
			last, epoch = r.Interval, j.k.epochAt(r.Interval*1000)
		}
		g := j.judge(&j.captures[r.Log], &logs[r.Log], r.Initiator, r.Responder, r.Direction, r.Interval, epoch)
		r.Type, r.From, r.To = g.Type, g.From, g.To
		r.Marks &^= flow.AtHop
		if g.AtHop {
			r.Marks |= flow.AtHop
		}
	}
}

// Judgement is what a flow is, and its two ends were at the start of its interval.
type Judgement struct {
	Type     flow.Type
	AtHop    bool // its capture was at a hop
	From, To flow.Identity
}

// Flow judges one flow in the interval that starts at a time (seconds since 1970).
func (j *Judge) Flow(initiator, responder flow.Addr, log *flow.Log, d flow.Direction, intervalStart int64) Judgement {
	at := judged{epoch: -1}
	return j.judge(&at, log, initiator, responder, d, intervalStart, j.k.epochAt(intervalStart*1000))
}

func (j *Judge) judge(at *judged, log *flow.Log, initiator, responder flow.Addr, d flow.Direction, start int64, epoch int) Judgement {
	if at.epoch != int32(epoch) {
		j.look(at, log, epoch)
	}
	own, far := responder, initiator
	if d == flow.Outbound {
		own, far = initiator, responder
	}
	s := j.see(own, at)
	here := s.was // the next look may take the place
	near, atHop := at.own(&s.sight)
	s = j.see(far, at)
	there, other := s.was, j.side(s, start)
	if atHop && near.class == External {
		near = j.side(j.see(own, at), start)
	}
	rule := decide(near, other)
	if rule == ruleInterVNet && near.vnet != "" && other.vnet != "" {
		if d == flow.Outbound {
			j.met(pair{near.vnet, other.vnet})
		} else {
			j.met(pair{other.vnet, near.vnet})
		}
	}
	if at.scope != at.vantage {
		here, there = j.identity(own, at), j.identity(far, at)
	}
	g := Judgement{Type: typeOf(rule), AtHop: atHop, From: there, To: here}
	if d == flow.Outbound {
		g.From, g.To = here, there
	}
	return g
}

// look finds out where a log was recorded.
func (j *Judge) look(at *judged, log *flow.Log, epoch int) {
	from := topology.Capture{MAC: log.MAC, Target: log.Target}
	e := &j.k.epochs[epoch]
	at.capture, at.vantage = j.k.captureAt(from, e), j.k.Topology.Vantage(from, e.from)
	at.scope = at.vantage
	if scope := ScopeOf(log); scope != from {
		at.scope = j.k.Topology.Vantage(scope, e.from)
	}
	at.epoch, at.number = int32(epoch), 0
	if at.net == "" {
		return
	}
	n, ok := j.nets[at.net]
	if !ok {
		n = uint32(len(j.nets)) + 1
		j.nets[at.net] = n
	}
	at.number = n
}

// see returns what an address was, from memory where that has it. What nobody
// of the inventory has is the same from everywhere and remembered once; it is
// looked for first where the address is public, last where it is private.
func (j *Judge) see(a flow.Addr, at *judged) *seen {
	h := (a.Lo ^ bits.RotateLeft64(a.Hi, 32) ^ uint64(at.epoch)<<40) * 0x9e3779b97f4a7c15
	everywhere, here := &j.seen[h>>(64-lineBits)], &j.seen[(h^uint64(at.number)*0xd6e8feb86659fd93)>>(64-lineBits)]
	first, second := here, everywhere
	if !usuallyPrivate(a) {
		first, second = everywhere, here
	}
	if first.holds(a, at) {
		return first
	}
	if second.holds(a, at) {
		return second
	}
	o := at.vantage.Owner(a)
	s := here
	if o.Kind == topology.EndpointNone {
		s = everywhere
	}
	*s = seen{
		addr: a, net: at.number, epoch: at.epoch, shared: o.Kind == topology.EndpointNone,
		sight: j.k.sight(a, o, j.k.epochs[at.epoch].tags),
	}
	s.was = j.k.identity(a, o, j.k.epochs[at.epoch].tags)
	s.listed = s.sight.class == External && j.k.listed(a)
	return s
}

// identity returns what an address was, seen from the scope of the log where
// its capture sees more: identities are those of Attribute.
func (j *Judge) identity(a flow.Addr, at *judged) flow.Identity {
	return j.k.identity(a, at.scope.Owner(a), j.k.epochs[at.epoch].tags)
}

// holds tells whether the line is about the address as seen by a capture.
func (s *seen) holds(a flow.Addr, at *judged) bool {
	return s.addr == a && s.epoch == at.epoch && (s.net == at.number || s.shared)
}

// usuallyPrivate guesses from the first byte alone; a wrong guess costs time only.
func usuallyPrivate(a flow.Addr) bool {
	if !a.Is4() {
		return a.Hi>>57 == 0xfc>>1
	}
	first := byte(a.Lo >> 24)
	return first == 10 || first == 172 || first == 192
}

// side returns what an address is in the decision.
func (j *Judge) side(s *seen, start int64) side {
	out := s.sight.side()
	if s.listed {
		out.malicious = touch(j.maliciousSpans(s.addr), start*1000, (start+j.width)*1000)
	}
	return out
}

func (j *Judge) maliciousSpans(a flow.Addr) []span {
	spans, ok := j.malicious[a]
	if !ok {
		if len(j.malicious) == maxListed {
			clear(j.malicious)
		}
		spans = j.k.maliciousSpans(a)
		j.malicious[a] = spans
	}
	return spans
}

func (j *Judge) met(p pair) {
	if p == j.last {
		return
	}
	j.last = p
	j.pairs[p] = struct{}{}
}

// Relations returns how the VNets were connected that InterVNet flows were
// between since the last call, each pair once.
func (j *Judge) Relations() []Relation {
	var out []Relation
	for p := range j.pairs {
		r, ok := j.known[p]
		if !ok {
			r = j.k.RelationsOf(p.initiator, p.responder)
			j.known[p] = r
		}
		out = append(out, r...)
	}
	clear(j.pairs)
	j.last = pair{}
	return out
}
