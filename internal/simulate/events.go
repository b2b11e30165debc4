package simulate

import (
	"net/netip"
	"slices"
	"time"

	"weir/internal/flow"
)

// Event is a planted event with its exact traffic. A counter counts what is
// in the log objects, so what happened in the last minute of the simulation,
// which no record holds any more, is not in it.
type Event struct {
	Name       string    `json:"name"`
	Kind       string    `json:"kind"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	Initiators []string  `json:"initiators"`
	Responders []string  `json:"responders"`
	Port       uint16    `json:"port"`
	Protocol   uint8     `json:"protocol"`
	// Listed addresses are in the threat feed.
	Listed []string `json:"listed,omitempty"`
	// PeriodSeconds is the time between two flows of a beacon, JitterMillis how far each may be off.
	PeriodSeconds int `json:"periodSeconds,omitempty"`
	JitterMillis  int `json:"jitterMillis,omitempty"`
	// Rule and ACL name the rule that is broken; the ACL is in lower case.
	Rule string `json:"rule,omitempty"`
	ACL  string `json:"acl,omitempty"`
	// Gateway, CapacityBPS and RateBPS say how full the gateway is: the mean
	// rate of both directions over the event, as the sending NIC counts.
	Gateway     string `json:"gateway,omitempty"`
	CapacityBPS int64  `json:"capacityBps,omitempty"`
	RateBPS     int64  `json:"rateBps,omitempty"`
	// AtInitiator and AtResponder sum the captures at each side; a side
	// without a logged NIC has none.
	AtInitiator EventCounters `json:"atInitiator"`
	AtResponder EventCounters `json:"atResponder"`
}

// EventCounters sums the tuples of an event at one side.
type EventCounters struct {
	Started     uint64 `json:"started"`
	Ended       uint64 `json:"ended"`
	Denied      uint64 `json:"denied"`
	PacketsFwd  uint64 `json:"packetsForward"`
	BytesFwd    uint64 `json:"bytesForward"`
	PacketsBack uint64 `json:"packetsBack"`
	BytesBack   uint64 `json:"bytesBack"`
	Records     uint64 `json:"records"`
}

func (c *EventCounters) add(o EventCounters) {
	c.Started += o.Started
	c.Ended += o.Ended
	c.Denied += o.Denied
	c.PacketsFwd += o.PacketsFwd
	c.BytesFwd += o.BytesFwd
	c.PacketsBack += o.PacketsBack
	c.BytesBack += o.BytesBack
	c.Records += o.Records
}

// The kinds of planted events.
const (
	EventBruteForce   = "brute force"
	EventBeacon       = "beacon"
	EventExfiltration = "exfiltration"
	EventBrokenRule   = "broken rule"
	EventBackup       = "gateway nearly full"
)

// Addresses that only planted events use.
const (
	beaconHost = "45.148.10.240"
	exfilHost  = "194.26.192.77"
)

func sshAttackers() []string { return []string{"218.92.0.185", "218.92.0.101", "92.255.57.60"} }

// at returns the minute at a share of the simulated time, in percent.
func (t *traffic) at(percent int64) time.Time {
	return time.UnixMilli(t.from + (t.to-t.from)*percent/100).UTC().Truncate(time.Minute)
}

// calendar is when what changes about the estate changes.
type calendar struct {
	start, broken time.Time // broken: the broken rule appears
	moved         time.Time // allow records move from one group to the other
	// In the time from narrowed to widened a NIC is recorded by the flow log of
	// its subnet and by its own. Both are multiples of ten minutes.
	narrowed, widened time.Time
	reused            time.Time // an address gets another owner, a full hour; zero: not in so short a time
}

func newCalendar(start time.Time, span time.Duration) calendar {
	c := calendar{start: start, broken: start.Add(span * 62 / 100).Truncate(time.Minute)}
	c.moved = start.Add(span * 40 / 100).Truncate(time.Minute)
	c.narrowed = start.Add(span / 2).Truncate(10 * time.Minute)
	c.widened = c.narrowed.Add(10 * time.Minute)
	if span >= 2*time.Hour {
		c.reused = start.Add(span / 2).Truncate(time.Hour)
	}
	return c
}

// changes lists the times at which anything about rules changes, in order.
func (c *calendar) changes() []time.Time { return []time.Time{c.moved, c.broken} }

// event keeps a planted event and returns its number for edge.event, which
// counts from 1 so that an edge without one is zero until add.
func (t *traffic) event(e Event) int {
	t.events = append(t.events, &e)
	return len(t.events)
}

func addrsOf(list ...string) *pool {
	p := &pool{}
	for _, s := range list {
		p.addrs = append(p.addrs, flow.MustParseAddr(s))
	}
	return p
}

func (p *pool) texts() []string {
	var out []string
	for _, a := range p.addrs {
		out = append(out, a.String())
	}
	return out
}

// plant adds the planted events.
func (t *traffic) plant() {
	spokes := t.e.spokes()
	t.bruteForceSSH()
	t.bruteForceRDP(t.e.tier(spokes[1], TierWeb)[0])
	t.beacon(t.e.tier(spokes[0], TierApp)[0])
	t.exfiltration(t.e.tier(spokes[2], TierData)[0])
	t.backup(t.e.tier(spokes[0], TierData)[0])
	t.brokenRule()
}

// attempts scripts n flows a minute from any of the clients.
func (t *traffic) attempts(name string, from, to time.Time, perMinute, clients uint64) []scripted {
	s := newStream(t.seed, "event "+name)
	var out []scripted
	for m := from; m.Before(to); m = m.Add(time.Minute) {
		step := uint64(60000) / perMinute
		for i := range perMinute {
			pf := s.between(9, 14)
			pb := s.between(8, 12)
			out = append(out, scripted{
				start: m.UnixMilli() + int64(i*step+s.below(step)), duration: int64(s.between(900, 3800)), client: uint32(s.below(clients)),
				packetsFwd: pf, bytesFwd: pf * s.between(88, 130), packetsBack: pb, bytesBack: pb * s.between(90, 170),
			})
		}
	}
	return out
}

func (t *traffic) bruteForceSSH() {
	jump := t.e.tier(t.e.hub(), TierManagement)[0]
	from, to := t.at(20), t.at(30)
	who := addrsOf(sshAttackers()...)
	ev := t.event(Event{
		Name: "brute force on SSH, let in by a forgotten rule", Kind: EventBruteForce, From: from, To: to,
		Initiators: who.texts(), Responders: []string{jump.Addr.String()}, Port: 22, Protocol: tcp, Listed: who.texts(),
	})
	t.add("brute-ssh", edge{from: party{pool: who}, to: party{nic: jump}, port: 22, proto: tcp, event: ev, script: t.attempts("ssh", from, to, 24, uint64(len(who.addrs)))})
}

func (t *traffic) bruteForceRDP(target *NIC) {
	from, to := t.at(35), t.at(45)
	who := poolOf(t.seed, "rdp attackers", 40, "95.24.0.0/13", "14.160.0.0/11", "177.32.0.0/12", "78.160.0.0/11")
	ev := t.event(Event{
		Name: "brute force on RDP from many addresses, denied", Kind: EventBruteForce, From: from, To: to,
		Initiators: who.texts(), Responders: []string{target.Addr.String()}, Port: 3389, Protocol: tcp, Listed: who.texts()[:10],
	})
	t.add("brute-rdp", edge{from: party{pool: who}, to: party{nic: target}, port: 3389, proto: tcp, event: ev, script: t.attempts("rdp", from, to, 12, uint64(len(who.addrs)))})
}

// beaconPeriod is the beat of the beacon and beaconJitter how far a beat may be off, in ms.
const (
	beaconPeriod = 90 * time.Second
	beaconJitter = 1500
)

func (t *traffic) beacon(source *NIC) {
	from, to := t.at(2), t.at(100)
	ev := t.event(Event{
		Name: "beacon to a listed address", Kind: EventBeacon, From: from, To: to, PeriodSeconds: int(beaconPeriod / time.Second), JitterMillis: beaconJitter,
		Initiators: []string{source.Addr.String()}, Responders: []string{beaconHost}, Port: 443, Protocol: tcp, Listed: []string{beaconHost},
	})
	s := newStream(t.seed, "event beacon")
	var flows []scripted
	for at := from; at.Before(to); at = at.Add(beaconPeriod) {
		flows = append(flows, scripted{
			start: at.UnixMilli() + int64(s.below(beaconJitter)), duration: int64(s.between(280, 420)),
			packetsFwd: 9, bytesFwd: 1180 + s.below(24), packetsBack: 8, bytesBack: 3920 + s.below(16),
		})
	}
	t.add("beacon", edge{from: party{nic: source}, to: party{pool: addrsOf(beaconHost)}, port: 443, proto: tcp, event: ev, script: flows})
}

func (t *traffic) exfiltration(source *NIC) {
	from, to := t.at(55), t.at(60)
	ev := t.event(Event{
		Name: "exfiltration from a database server", Kind: EventExfiltration, From: from, To: to,
		Initiators: []string{source.Addr.String()}, Responders: []string{exfilHost}, Port: 443, Protocol: tcp,
	})
	s := newStream(t.seed, "event exfiltration")
	length := to.Sub(from).Milliseconds()
	var flows []scripted
	for i := range int64(3) {
		start := from.UnixMilli() + i*length/12
		d := to.UnixMilli() - start - int64(s.between(1000, 9000))
		packets := uint64(d) * s.between(1500, 2100) / 1000 // about 2.5 MB/s each
		flows = append(flows, scripted{start: start, duration: d, packetsFwd: packets, bytesFwd: packets * 1420, packetsBack: packets / 12, bytesBack: packets / 12 * 66})
	}
	t.add("exfiltration", edge{from: party{nic: source}, to: party{pool: addrsOf(exfilHost)}, port: 443, proto: tcp, event: ev, script: flows})
}

func (t *traffic) backup(source *NIC) {
	from := t.at(5)
	to := from.Add(min(30*time.Minute, t.at(17).Sub(from)))
	gw := t.e.VPNGateway
	site := t.e.Sites[0]
	target := addToPrefix(site.Prefixes[0], 250).String()
	// Four streams share 92 % of the gateway, acknowledgements included.
	length := to.Sub(from)
	const streams = 4
	total := uint64(gw.CapacityBPS) / 8 * 92 / 100 * uint64(length/time.Second)
	ev := t.event(Event{
		Name: "backup over the VPN gateway", Kind: EventBackup, From: from, To: to, Initiators: []string{source.Addr.String()},
		Responders: []string{target}, Port: 8400, Protocol: tcp, Gateway: lower(gw.ID), CapacityBPS: gw.CapacityBPS,
	})
	var flows []scripted
	var bytes uint64
	for range streams {
		packets := total / streams / 1433 // 1400 forward, and half an acknowledgement of 66 back
		f := scripted{start: from.UnixMilli(), duration: length.Milliseconds(), packetsFwd: packets, bytesFwd: packets * 1400, packetsBack: packets / 2, bytesBack: packets / 2 * 66}
		bytes += f.bytesFwd + f.bytesBack
		flows = append(flows, f)
	}
	t.events[ev-1].RateBPS = int64(bytes * 8 / uint64(length/time.Second))
	t.add("backup", edge{from: party{nic: source}, to: party{pool: addrsOf(target)}, port: 8400, proto: tcp, event: ev, script: flows})
}

// brokenRule marks the edges that the broken rule blocks; the rule itself is
// in the estate and its effect follows from evaluating it.
func (t *traffic) brokenRule() {
	v := t.e.brokenSpoke()
	e := Event{
		Name: "a new rule blocks the application from its database", Kind: EventBrokenRule, From: t.e.when.broken, To: time.UnixMilli(t.to).UTC(),
		Port: 1433, Protocol: tcp, Rule: "UserRule_" + brokenRuleName, ACL: lower(v.subnet(TierData).NSG.ID),
	}
	seen := map[netip.Addr]bool{}
	n := t.event(e)
	ev := t.events[n-1]
	for _, x := range t.edges {
		if x.event >= 0 || !slices.ContainsFunc(x.phases, func(p phase) bool { return p.in.rule == e.Rule }) {
			continue
		}
		x.event, x.eventSince = n-1, t.e.when.broken.UnixMilli()
		for _, side := range []struct {
			a    netip.Addr
			list *[]string
		}{{x.from.nic.Addr, &ev.Initiators}, {x.to.nic.Addr, &ev.Responders}} {
			if !seen[side.a] {
				seen[side.a] = true
				*side.list = append(*side.list, side.a.String())
			}
		}
	}
}
