package simulate

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"weir/internal/flow"
)

// rowKey tells apart the rows of the truth at one NIC.
type rowKey struct {
	src, dst  flow.Addr
	port      uint16
	group     uint16
	proto     uint8
	outbound  bool
	encrypted bool
}

// tally is a row of the truth being summed up.
type tally struct {
	rowKey
	counters
	edge *edge
	hop  bool
	once *counters // without what another log of the NIC has too; nil: that is all
}

type counters struct{ flow.Counters }

// count adds a tuple, with the time that the log shows.
func (r *counters) count(o *outTuple, at int64) {
	switch o.state {
	case flow.Begin, flow.Deny:
		r.Started++
	case flow.End:
		r.Ended++
	}
	r.PacketsFwd += o.pf
	r.BytesFwd += o.bf
	r.PacketsBack += o.pb
	r.BytesBack += o.bb
	if r.Records == 0 || at < r.First {
		r.First = at
	}
	r.Last = max(r.Last, at)
	r.Records++
}

// row returns the tally of a flow.
func (c *capture) row(b *boundEdge, f *live) *tally {
	k := rowKey{src: f.src, dst: f.dst, port: f.dstPort, group: f.group, proto: f.proto, outbound: f.outbound, encrypted: f.encrypted}
	t := c.rows[k]
	if t == nil {
		t = &tally{rowKey: k, edge: b.edge, hop: b.hop}
		if c.point.doubled() {
			t.once = &counters{}
		}
		c.rows[k] = t
	}
	return t
}

// finish completes the totals and lets go of what only the replay needed.
func (c *capture) finish() {
	c.totals.Objects, c.totals.Bytes = c.write.objects, c.write.bytes
	for _, t := range c.rows {
		if t.Records > 0 {
			c.sorted = append(c.sorted, t)
		}
	}
	slices.SortFunc(c.sorted, func(a, b *tally) int {
		return cmp.Or(a.compareConversation(b), cmp.Compare(c.ranks[a.group], c.ranks[b.group]), cmp.Compare(b2i(a.encrypted), b2i(b.encrypted)))
	})
	c.rows, c.flows, c.free, c.out, c.order, c.edges, c.write.buf = nil, nil, nil, nil, nil, nil, nil
	c.ring = [ringSize][]pending{}
}

// compareConversation orders by conversation, initiators first.
func (t *tally) compareConversation(u *tally) int {
	return cmp.Or(t.src.Compare(u.src), t.dst.Compare(u.dst), cmp.Compare(t.port, u.port), cmp.Compare(t.proto, u.proto), cmp.Compare(b2i(t.outbound), b2i(u.outbound)))
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// conversation names a conversation. The VNets tell apart what two VNets with
// the same addresses say within themselves.
type conversation struct {
	src, dst       flow.Addr
	srcNet, dstNet *VNet
	port           uint16
	proto          uint8
}

// compare orders by addresses, port and protocol, then by the ids of the VNets.
func (k *conversation) compare(m *conversation) int {
	return cmp.Or(k.src.Compare(m.src), k.dst.Compare(m.dst), cmp.Compare(k.port, m.port), cmp.Compare(k.proto, m.proto),
		cmp.Compare(k.srcNet.fullName(), m.srcNet.fullName()), cmp.Compare(k.dstNet.fullName(), m.dstNet.fullName()))
}

// The places at which a conversation is recorded.
const (
	atInitiator = iota
	atResponder
	hopIn
	hopOut
	places
)

// account is what is known of a conversation so far.
type account struct {
	sides [places]side
	nics  []*NIC // that recorded it
	edge  *edge  // one of those that make it
}

// side is what was recorded of a conversation at one place.
type side struct {
	seen, counts           bool // counts: it has continue or end tuples
	started, ended, denied uint64
	pf, bf, pb, bb         uint64
	first, last            int64
}

// add takes a row; what another log of the NIC has too counts in the times only.
func (s *side) add(row *tally, allowed bool) {
	if !s.seen || row.First < s.first {
		s.first = row.First
	}
	s.last = max(s.last, row.Last)
	s.seen = true
	t := &row.counters
	if row.once != nil {
		t = row.once
	}
	if !allowed {
		s.denied += t.Started
		return
	}
	s.counts = s.counts || t.Records > t.Started
	s.started += t.Started
	s.ended += t.Ended
	s.pf += t.PacketsFwd
	s.bf += t.BytesFwd
	s.pb += t.PacketsBack
	s.bb += t.BytesBack
}

// ledger collects the truth, point by point in their order.
type ledger struct {
	run       *run
	truth     *Truth
	atlas     *atlas
	owners    map[flow.Addr]*NIC // logged NICs by address
	rules     map[TruthRule]int
	open      map[conversation]*account // that other points may record too
	endpoints map[endpointKey]*EndpointTruth
	files     [2]*os.File
	captures  *bufio.Writer
	convs     *bufio.Writer
	line      []byte
}

func newLedger(r *run, t *Truth) (*ledger, error) {
	l := &ledger{
		run: r, truth: t, atlas: newAtlas(r), owners: map[flow.Addr]*NIC{}, rules: map[TruthRule]int{},
		open: map[conversation]*account{}, endpoints: map[endpointKey]*EndpointTruth{},
	}
	for _, n := range r.estate.NICs {
		if !n.logged() {
			continue
		}
		l.owners[addrOf(n.Addr)] = n
		if n.Addr6.IsValid() {
			l.owners[addrOf(n.Addr6)] = n
		}
	}
	for i, name := range []string{capturesFile, conversationsFile} {
		f, err := os.Create(filepath.Join(r.out, name))
		if err != nil {
			return nil, fmt.Errorf("cannot write the truth: %w", err)
		}
		l.files[i] = f
	}
	l.captures, l.convs = bufio.NewWriterSize(l.files[0], 1<<18), bufio.NewWriterSize(l.files[1], 1<<18)
	t.Events = r.traffic.events
	return l, nil
}

// add takes the rows of one point.
func (l *ledger) add(c *capture) error {
	family := &l.truth.VNet
	log := TruthLog{Family: flow.VNet.String(), MAC: c.nic.MAC, Target: lower(c.point.log.Target), FlowLog: lower(c.point.log.ID), NIC: lower(c.nic.ID)}
	if !c.vnet {
		family = &l.truth.NSG
		log.Family, log.FlowLog = flow.NSG.String(), ""
	}
	family.add(&c.totals)
	l.truth.Total.add(&c.totals)
	l.truth.Logs = append(l.truth.Logs, log)
	for k, e := range c.events {
		at := &l.truth.Events[k.event].AtResponder
		if k.outbound {
			at = &l.truth.Events[k.event].AtInitiator
		}
		at.add(*e)
	}
	groups := make([]int, len(c.groups))
	for i := range c.groups {
		groups[i] = -1
	}
	for _, t := range c.sorted {
		if groups[t.group] < 0 {
			groups[t.group] = l.rule(&c.groups[t.group])
		}
		l.meet(t.edge.from, t.src)
		l.meet(t.edge.to, t.dst)
		if err := l.writeCapture(c, t, groups[t.group], len(l.truth.Logs)-1); err != nil {
			return err
		}
	}
	for rest := c.sorted; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].compareConversation(rest[0]) == 0 {
			n++
		}
		if err := l.conversation(c, rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

func (l *ledger) rule(g *group) int {
	r := TruthRule{ACL: lower(g.acl), Name: g.rule}
	i, ok := l.rules[r]
	if !ok {
		i = len(l.truth.Rules)
		l.rules[r] = i
		l.truth.Rules = append(l.truth.Rules, r)
	}
	return i
}

// conversation takes the rows of one conversation at one point and writes it
// when nothing else can record it.
func (l *ledger) conversation(c *capture, rows []*tally) error {
	t := rows[0]
	k := conversation{src: t.src, dst: t.dst, srcNet: t.edge.from.vnet(), dstNet: t.edge.to.vnet(), port: t.port, proto: t.proto}
	a := l.open[k]
	if a == nil {
		a = &account{edge: t.edge}
	}
	place, peer := atResponder, l.owners[t.src]
	if t.outbound {
		place, peer = atInitiator, l.owners[t.dst]
	}
	if t.hop {
		place = map[bool]int{false: hopIn, true: hopOut}[t.outbound]
	}
	for _, r := range rows {
		a.sides[place].add(r, c.groups[r.group].allowed)
	}
	if !slices.Contains(a.nics, c.nic) {
		a.nics = append(a.nics, c.nic)
	}
	// What stands aside has several logs, appliances on the way, or an address
	// of which there are more: it is little and waits until the end.
	aside := func(p party) bool { return p.nic != nil && p.nic.Aside }
	if aside(t.edge.from) || aside(t.edge.to) || t.hop || peer != nil && peer.index > c.nic.index {
		l.open[k] = a
		return nil
	}
	delete(l.open, k)
	return l.writeConversation(k, a)
}

// choose returns the first of the places that has what is asked for, an empty
// one if none has.
func (a *account) choose(has func(*side) bool, order ...int) *side {
	for _, p := range order {
		if has(&a.sides[p]) {
			return &a.sides[p]
		}
	}
	return &side{}
}

// totals counts a conversation once, see ConversationTotals.
func (a *account) totals(k conversation) ConversationTotals {
	seen, counts := func(s *side) bool { return s.seen }, func(s *side) bool { return s.counts }
	starts := a.choose(seen, atInitiator, atResponder, hopIn, hopOut)
	forward := a.choose(counts, atInitiator, atResponder, hopIn, hopOut)
	back := a.choose(counts, atResponder, atInitiator, hopOut, hopIn)
	v := ConversationTotals{
		Port: k.port, Protocol: k.proto, Captures: len(a.nics), Started: starts.started, Ended: starts.ended,
		PacketsFwd: forward.pf, BytesFwd: forward.bf, PacketsBack: back.pb, BytesBack: back.bb, First: math.MaxInt64,
	}
	for i := range a.sides {
		if s := &a.sides[i]; s.seen {
			v.Denied += s.denied
			v.First, v.Last = min(v.First, s.first), max(v.Last, s.last)
		}
	}
	return v
}

func (l *ledger) writeConversation(k conversation, a *account) error {
	v := a.totals(k)
	l.truth.Conversations++
	b := appendEndpoints(l.line[:0], k.src, k.dst, k.port, k.proto)
	for _, side := range []struct {
		name string
		net  *VNet
	}{{"initiatorVnet", k.srcNet}, {"responderVnet", k.dstNet}} {
		if side.net != nil {
			b = append(b, `,"`+side.name+`":"`+side.net.fullName()+`"`...)
		}
	}
	b = append(b, `,"flowType":"`+l.flowType(a.edge, k.src, k.dst).String()+`"`...)
	b = appendNumber(b, "captures", uint64(v.Captures))
	b = appendNumber(b, "started", v.Started)
	b = appendNumber(b, "ended", v.Ended)
	b = appendNumber(b, "denied", v.Denied)
	b = appendNumber(b, "packetsForward", v.PacketsFwd)
	b = appendNumber(b, "bytesForward", v.BytesFwd)
	b = appendNumber(b, "packetsBack", v.PacketsBack)
	b = appendNumber(b, "bytesBack", v.BytesBack)
	b = appendNumber(b, "first", uint64(v.First))
	b = appendNumber(b, "last", uint64(v.Last))
	l.line = append(b, "}\n"...)
	return l.put(l.convs)
}

func (l *ledger) writeCapture(c *capture, t *tally, rule, log int) error {
	l.truth.Captures++
	b := appendEndpoints(l.line[:0], t.src, t.dst, t.port, t.proto)
	direction, encryption := flow.Inbound, ""
	if t.outbound {
		direction = flow.Outbound
	}
	if c.vnet {
		e := flow.Unencrypted
		if t.encrypted {
			e = flow.Encrypted
		}
		encryption = `,"encryption":"` + flow.EncryptionCodes[e] + `"`
	}
	if t.hop {
		encryption += `,"atHop":true`
	}
	b = append(b, `,"direction":"`+direction.String()+`","status":"`+statusOf(c.groups[t.group].allowed).String()+`"`+encryption...)
	b = appendNumber(b, "rule", uint64(rule))
	b = appendNumber(b, "log", uint64(log))
	b = appendNumber(b, "started", t.Started)
	b = appendNumber(b, "ended", t.Ended)
	b = appendNumber(b, "packetsForward", t.PacketsFwd)
	b = appendNumber(b, "bytesForward", t.BytesFwd)
	b = appendNumber(b, "packetsBack", t.PacketsBack)
	b = appendNumber(b, "bytesBack", t.BytesBack)
	b = appendNumber(b, "records", t.Records)
	b = appendNumber(b, "first", uint64(t.First))
	b = appendNumber(b, "last", uint64(t.Last))
	l.line = append(b, "}\n"...)
	return l.put(l.captures)
}

func (l *ledger) put(w *bufio.Writer) error {
	if _, err := w.Write(l.line); err != nil {
		return fmt.Errorf("cannot write the truth: %w", err)
	}
	return nil
}

func appendEndpoints(b []byte, src, dst flow.Addr, port uint16, proto uint8) []byte {
	b = append(b, `{"initiator":"`...)
	b = appendAddr(b, src)
	b = append(b, `","responder":"`...)
	b = appendAddr(b, dst)
	b = append(b, '"')
	b = appendNumber(b, "port", uint64(port))
	return appendNumber(b, "protocol", uint64(proto))
}

func appendNumber(b []byte, name string, v uint64) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return strconv.AppendUint(b, v, 10)
}

// close writes the conversations whose other end recorded nothing and ends the files.
func (l *ledger) close() error {
	rest := make([]conversation, 0, len(l.open))
	for k := range l.open {
		rest = append(rest, k)
	}
	slices.SortFunc(rest, func(a, b conversation) int { return a.compare(&b) })
	var errs []error
	for _, k := range rest {
		errs = append(errs, l.writeConversation(k, l.open[k]))
	}
	errs = append(errs, l.captures.Flush(), l.convs.Flush(), l.writeEndpoints())
	for _, f := range l.files {
		errs = append(errs, f.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("cannot write the truth: %w", err)
	}
	return nil
}

// end completes the truth when all is written, or gives up with what went wrong.
func (l *ledger) end(err error) (*Truth, error) {
	if err := errors.Join(err, l.close()); err != nil {
		return nil, err
	}
	l.truth.Complete = true
	if err := l.truth.save(l.run.out); err != nil {
		return nil, err
	}
	return l.truth, nil
}
