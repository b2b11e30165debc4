package simulate

import (
	"fmt"
	"math"
	"net/netip"
	"time"

	"weir/internal/flow"
)

// party is one side of an edge: a NIC, or a pool of addresses outside the estate.
type party struct {
	nic  *NIC
	six  bool // the NIC's IPv6 address
	pool *pool
}

// edge is who talks to whom, on which port, how often and how much. Its
// random stream belongs to it alone: the captures at both ends replay the same
// stream and so see the same flows.
type edge struct {
	key        uint64
	from, to   party
	port       uint16
	proto      uint8
	rate       uint64 // visits per minute in 1/65536 where the curve is 256
	burst      uint64 // a visit opens 1 to burst connections
	curve      *curve // nil: the same at all hours
	size       *profile
	slots      int        // long sessions kept running side by side, instead of visits
	script     []scripted // exact flows in order of start, instead of visits
	scan       bool       // the port of each flow is that of a scanner
	encrypted  bool
	event      int   // index into the planted events, -1 for none
	eventSince int64 // from when its flows belong to the event, ms
	phases     []phase
	// hop is the NIC of an appliance on the way, nil where there is none. It
	// records the flow as it comes in and, unless it translates the address,
	// as it goes out.
	hop        *NIC
	translates bool
	// since and until are the time in which all of a flow of the edge lies, ms;
	// 0 where open.
	since, until int64
}

// phase is what the rules at both ends decide from a time on.
type phase struct {
	since         int64
	out, in       verdict
	hopIn, hopOut verdict
}

// scripted is a flow that a planted event states exactly. Counters are those
// at the sending NIC.
type scripted struct {
	start, duration        int64
	client                 uint32
	packetsFwd, bytesFwd   uint64
	packetsBack, bytesBack uint64
}

// profile is the size and length of the flows of an edge.
type profile struct {
	duration  spread    // ms
	packets   spread    // forward
	backRatio [2]uint64 // packets back per packet forward, in 1/256
	sizeFwd   [2]uint64 // mean bytes per packet
	sizeBack  [2]uint64
}

func profiles() (p struct{ web, api, sql, session, dns, ntp, cloud, probe, scan, ssh, batch profile }) {
	p.web = profile{spread{40, 300, 1500, 15000, 120000}, spread{6, 10, 16, 30, 220}, [2]uint64{260, 900}, [2]uint64{90, 340}, [2]uint64{500, 1380}}
	p.api = profile{spread{8, 40, 120, 900, 30000}, spread{6, 9, 12, 18, 60}, [2]uint64{220, 400}, [2]uint64{140, 620}, [2]uint64{200, 1200}}
	p.sql = profile{spread{4, 20, 90, 1200, 45000}, spread{7, 10, 15, 25, 160}, [2]uint64{230, 600}, [2]uint64{110, 420}, [2]uint64{180, 1300}}
	p.session = profile{spread{700000, 2400000, 5400000, 10800000, 28800000}, spread{4000, 12000, 30000, 80000, 300000}, [2]uint64{230, 420}, [2]uint64{90, 380}, [2]uint64{120, 900}}
	p.dns = profile{spread{1, 3, 8, 25, 180}, spread{1, 1, 1, 1, 2}, [2]uint64{256, 256}, [2]uint64{68, 96}, [2]uint64{90, 320}}
	p.ntp = profile{spread{10, 20, 40, 80, 200}, spread{1, 1, 1, 1, 3}, [2]uint64{256, 256}, [2]uint64{76, 90}, [2]uint64{76, 90}}
	p.cloud = profile{spread{60, 400, 3000, 60000, 420000}, spread{8, 12, 20, 60, 900}, [2]uint64{200, 420}, [2]uint64{240, 1100}, [2]uint64{120, 800}}
	p.probe = profile{spread{1, 2, 4, 10, 60}, spread{4, 5, 5, 6, 6}, [2]uint64{200, 256}, [2]uint64{52, 90}, [2]uint64{60, 110}}
	p.scan = profile{spread{20, 80, 200, 900, 5000}, spread{1, 2, 3, 4, 6}, [2]uint64{180, 256}, [2]uint64{40, 74}, [2]uint64{44, 90}}
	p.ssh = profile{spread{8000, 60000, 240000, 900000, 3000000}, spread{40, 200, 700, 2500, 9000}, [2]uint64{200, 330}, [2]uint64{70, 120}, [2]uint64{80, 260}}
	p.batch = profile{spread{60000, 180000, 400000, 900000, 1500000}, spread{2000, 8000, 20000, 60000, 150000}, [2]uint64{60, 200}, [2]uint64{300, 1100}, [2]uint64{60, 900}}
	return p
}

// curve is how busy an edge is through the local day, hour by hour, in 1/256.
type curve struct {
	hours   [24]uint64
	weekend uint64 // factor on Saturday and Sunday, in 1/256
	offset  int64  // of local time from UTC, minutes
}

// at returns the weight of a minute (since 1970, UTC), even between hours.
func (c *curve) at(minute int64) uint64 {
	local := minute + c.offset
	h, m := local/60%24, uint64(local%60)
	w := (c.hours[h]*(60-m) + c.hours[(h+1)%24]*m) / 60
	if day := (local/1440 + 4) % 7; day == 0 || day == 6 { // 1970-01-01 was a Thursday
		w = w * c.weekend >> 8
	}
	return w
}

func consumer(offset time.Duration) *curve {
	return &curve{offset: int64(offset / time.Minute), weekend: 290, hours: [24]uint64{
		110, 70, 48, 40, 40, 56, 100, 170, 240, 280, 300, 320, 340, 330, 310, 310, 320, 350, 390, 430, 440, 390, 290, 190,
	}}
}

func office(offset time.Duration) *curve {
	return &curve{offset: int64(offset / time.Minute), weekend: 70, hours: [24]uint64{
		50, 44, 40, 40, 44, 60, 130, 300, 520, 600, 610, 580, 480, 560, 600, 580, 520, 360, 190, 120, 90, 80, 70, 60,
	}}
}

// traffic builds the edges of an estate.
type traffic struct {
	e      *Estate
	seed   uint64
	rate   float64
	from   int64 // of the simulation, ms
	to     int64
	edges  []*edge
	events []*Event
	pools  map[string]*pool
}

// perMinute turns a number of visits per minute into the edge's unit.
func (t *traffic) perMinute(n float64) uint64 { return uint64(math.Round(n * t.rate * 65536)) }

// add binds an edge to the rules at both ends and keeps it if anybody logs it.
func (t *traffic) add(name string, e edge, ids ...uint64) *edge {
	if len(e.recorders()) == 0 || e.from.nic != nil && e.from.nic == e.to.nic {
		return nil
	}
	e.key = keyOf(name, ids...)
	e.event--
	if e.burst == 0 {
		e.burst = 1
	}
	if a, b := e.from.nic, e.to.nic; a != nil && b != nil {
		e.encrypted = a.vnet().Encrypted && b.vnet().Encrypted
	}
	if !e.scan {
		e.phases = t.phasesOf(&e, e.port, nil)
	}
	t.edges = append(t.edges, &e)
	return &e
}

// recorders lists the logged NICs that see the edge.
func (e *edge) recorders() []*NIC {
	var out []*NIC
	for _, n := range []*NIC{e.from.nic, e.to.nic, e.hop} {
		if n != nil && n.logged() {
			out = append(out, n)
		}
	}
	return out
}

// phasesOf evaluates the rules of an edge for each time at which anything about
// rules changes, see phaseAt.
func (t *traffic) phasesOf(e *edge, port uint16, log *FlowLog) []phase {
	first := t.phaseAt(e, port, log, time.UnixMilli(t.from))
	if e.hop != nil && (!first.hopIn.allowed || !e.translates && !first.hopOut.allowed) {
		panic("BUG: the appliance does not let through " + e.from.sample().String() + " -> " + e.to.sample().String())
	}
	first.since = math.MinInt64
	out := []phase{first}
	for _, when := range t.e.when.changes() {
		next, last := t.phaseAt(e, port, log, when), out[len(out)-1]
		if next.in != last.in || next.out != last.out {
			out = append(out, next)
		}
	}
	return out
}

// phaseAt evaluates the rules at both ends and on the way, as a flow log shows
// them; without a log each NIC's first does.
func (t *traffic) phaseAt(e *edge, port uint16, log *FlowLog, when time.Time) phase {
	h := packetHeader{src: e.from.sample(), dst: e.to.sample(), port: port, proto: e.proto}
	decide := func(n *NIC, inbound bool) verdict {
		if n == nil {
			return verdict{allowed: true}
		}
		shown := log
		if shown == nil && n.logged() {
			shown = n.Logs[0].FlowLog
		}
		return t.e.decide(n, shown, inbound, h, when)
	}
	return phase{
		since: when.UnixMilli(), out: decide(e.from.nic, false), in: decide(e.to.nic, true),
		hopIn: decide(e.hop, true), hopOut: decide(e.hop, false),
	}
}

// sample returns an address of the party that stands for all of them.
func (p party) sample() netip.Addr {
	switch {
	case p.pool != nil:
		return p.pool.addrs[0].Netip()
	case p.six:
		return p.nic.Addr6
	}
	return p.nic.Addr
}

// addr returns the party's address; pick chooses from a pool.
func (p party) addr(pick uint64) flow.Addr {
	switch {
	case p.pool != nil:
		return p.pool.addrs[pick]
	case p.six:
		return addrOf(p.nic.Addr6)
	}
	return addrOf(p.nic.Addr)
}

// build makes the traffic of the whole estate.
func (t *traffic) build() {
	p := profiles()
	scanners := t.outside("scanners", scannerCount, scannerRanges()...)
	dns := t.e.tier(t.e.hub(), TierShared)
	jump := t.e.tier(t.e.hub(), TierManagement)[0]
	for _, v := range t.e.spokes() {
		t.spoke(v, jump)
	}
	t.replication()
	platform := &pool{addrs: []flow.Addr{addrOf(platformAddr)}}
	clock := t.outside("clock", 1, timeServer+"/32")
	entra := t.outside("entra", t.many(12, 200), entraPrefix)
	updates := t.outside("updates", 6, updatePrefix)
	for i, n := range t.e.NICs {
		id := uint64(i)
		if n.Aside {
			continue
		}
		r := n.vnet().Region
		if n.Subnet.Tier == TierAppGateway {
			t.scan(n, scanners, 0.5, id)
			continue
		}
		if n.Subnet.Tier != TierShared {
			t.add("dns", edge{from: party{nic: n}, to: party{nic: dns[i%len(dns)]}, port: 53, proto: udp, rate: t.perMinute(0.9), burst: 3, size: &p.dns}, id)
		} else {
			t.add("resolve", edge{from: party{nic: n}, to: party{pool: platform}, port: 53, proto: udp, rate: t.perMinute(2), burst: 4, size: &p.dns}, id)
		}
		t.add("ntp", edge{from: party{nic: n}, to: party{pool: clock}, port: 123, proto: udp, rate: t.perMinute(0.06), size: &p.ntp}, id)
		t.add("monitor", edge{from: party{nic: n}, to: party{pool: t.outside("monitor "+r.Name, t.many(5, 120), r.azure.monitor...)}, port: 443, proto: tcp, rate: t.perMinute(0.8), size: &p.cloud}, id)
		t.add("storage", edge{from: party{nic: n}, to: party{pool: t.outside("storage "+r.Name, t.many(6, 160), r.azure.storage...)}, port: 443, proto: tcp, rate: t.perMinute(0.4), burst: 2, size: &p.cloud}, id)
		t.add("entra", edge{from: party{nic: n}, to: party{pool: entra}, port: 443, proto: tcp, rate: t.perMinute(0.1), size: &p.api}, id)
		t.add("registry", edge{from: party{nic: n}, to: party{pool: t.outside("registry "+r.Name, t.many(4, 60), r.azure.registry...)}, port: 443, proto: tcp, rate: t.perMinute(0.03), size: &p.cloud}, id)
		t.add("updates", edge{from: party{nic: n}, to: party{pool: updates}, port: 80, proto: tcp, rate: t.perMinute(0.04), size: &p.cloud}, id)
		t.add("agent", edge{from: party{nic: n}, to: party{pool: t.outside("monitor "+r.Name, t.many(5, 120), r.azure.monitor...)}, port: 443, proto: tcp, slots: 1, size: &p.session}, id, 1)
		if n.Subnet.Tier == TierWeb || n.Subnet.Tier == TierApp {
			port := uint16(443)
			if n.Subnet.Tier == TierApp {
				port = 8080
			}
			t.add("probe", edge{from: party{pool: platform}, to: party{nic: n}, port: port, proto: tcp, rate: t.perMinute(1.5), size: &p.probe}, id)
			t.scan(n, scanners, 0.35, id)
		} else {
			t.scan(n, scanners, 0.05, id)
		}
		if n != jump && n.Subnet.Tier != TierShared {
			t.add("admin", edge{from: party{nic: jump}, to: party{nic: n}, port: 22, proto: tcp, rate: t.perMinute(0.004), curve: office(time.Hour), size: &p.ssh}, id)
		}
	}
	t.aside(scanners)
	t.add("admins", edge{from: party{pool: t.outside("office", 6, clientOffice)}, to: party{nic: jump}, port: 22, proto: tcp, rate: t.perMinute(0.05), curve: office(time.Hour), size: &p.ssh})
	t.plant()
}

// scan lets scanners try the ports of a NIC.
func (t *traffic) scan(n *NIC, scanners *pool, perMinute float64, id uint64) {
	p := profiles().scan
	t.add("scan", edge{from: party{pool: scanners}, to: party{nic: n}, proto: tcp, rate: t.perMinute(perMinute), burst: 2, scan: true, size: &p}, id)
}

// scannerCount is how many scanners there are.
const scannerCount = 240

// fan is how many servers of the next tier one server talks to.
const fan = 12

// spoke makes what the tiers of a spoke say to each other and to their users.
func (t *traffic) spoke(v *VNet, jump *NIC) {
	p := profiles()
	webs, apps, datas, fronts := t.e.tier(v, TierWeb), t.e.tier(v, TierApp), t.e.tier(v, TierData), t.e.tier(v, TierAppGateway)
	day, work := consumer(v.Region.UTCOffset), office(v.Region.UTCOffset)
	clients, clients6 := t.clients(v.Region.Name, 6000, false), t.clients(v.Region.Name, 1500, true)
	nid := func(n *NIC) uint64 { return uint64(n.index) }
	visit := func(n *NIC, perMinute float64) {
		own := clients.part(keyOf("part", nid(n)), t.many(120, 3000))
		t.add("https", edge{from: party{pool: own}, to: party{nic: n}, port: 443, proto: tcp, rate: t.perMinute(perMinute / 4), burst: 6, curve: day, size: &p.web}, nid(n))
		t.add("http", edge{from: party{pool: own}, to: party{nic: n}, port: 80, proto: tcp, rate: t.perMinute(perMinute / 16), burst: 2, curve: day, size: &p.api}, nid(n))
		if n.Addr6.IsValid() {
			own6 := clients6.part(keyOf("part6", nid(n)), t.many(30, 700))
			t.add("https6", edge{from: party{pool: own6}, to: party{nic: n, six: true}, port: 443, proto: tcp, rate: t.perMinute(perMinute / 20), burst: 6, curve: day, size: &p.web}, nid(n))
		}
	}
	for _, f := range fronts {
		visit(f, 5*float64(len(webs))/float64(len(fronts)))
		for _, w := range webs {
			t.add("backend", edge{from: party{nic: f}, to: party{nic: w}, port: 443, proto: tcp, rate: t.perMinute(4 / float64(len(fronts))), curve: day, size: &p.api}, nid(f), nid(w))
		}
	}
	for i, w := range webs {
		if len(fronts) == 0 {
			visit(w, 6)
		}
		n := min(fan, len(apps))
		for k := range n {
			a := apps[(i+k)%len(apps)]
			port := uint16(8080)
			if (i+k)%3 == 0 {
				port = 8443
			}
			t.add("web-app", edge{from: party{nic: w}, to: party{nic: a}, port: port, proto: tcp, rate: t.perMinute(4.5 / float64(n)), burst: 2, curve: day, size: &p.api}, nid(w), nid(a))
			if w.Addr6.IsValid() && a.Addr6.IsValid() && k == 0 {
				t.add("web-app6", edge{from: party{nic: w, six: true}, to: party{nic: a, six: true}, port: port, proto: tcp, rate: t.perMinute(0.3), curve: day, size: &p.api}, nid(w), nid(a))
			}
		}
		// A forgotten job asks the database directly and is refused every time.
		t.add("shortcut", edge{from: party{nic: w}, to: party{nic: datas[0]}, port: 1433, proto: tcp, rate: t.perMinute(0.01), size: &p.sql}, nid(w))
	}
	api := t.outside("api", 8, apiPrefix)
	mail := t.outside("mail", 5, mailPrefix)
	for i, a := range apps {
		n := min(fan, len(datas))
		for k := range n {
			j := (i + k) % len(datas)
			ends := edge{from: party{nic: a}, to: party{nic: datas[j]}, port: listenPort(j), proto: tcp}
			short, long := ends, ends
			short.rate, short.burst, short.curve, short.size = t.perMinute(3.6/float64(n)), 2, day, &p.sql
			t.add("app-data", short, nid(a), nid(datas[j]))
			if k < 3 {
				long.slots, long.size = 1, &p.session
				t.add("pool", long, nid(a), nid(datas[j]))
			}
		}
		t.add("api", edge{from: party{nic: a}, to: party{pool: api}, port: 443, proto: tcp, rate: t.perMinute(0.6), curve: day, size: &p.api}, nid(a))
		t.add("mail", edge{from: party{nic: a}, to: party{pool: mail}, port: 25, proto: tcp, rate: t.perMinute(0.02), size: &p.scan}, nid(a))
		for s, site := range t.e.Sites {
			users := t.outside("users "+site.Name, t.many(40, 200), texts(site.Prefixes...)...)
			t.add("users", edge{from: party{pool: users}, to: party{nic: a}, port: 8443, proto: tcp, rate: t.perMinute(0.12), burst: 3, curve: office(site.UTCOffset), size: &p.api}, nid(a), uint64(s))
		}
	}
	for j, d := range datas {
		if len(datas) > 1 && j > 0 {
			t.add("replica", edge{from: party{nic: datas[0]}, to: party{nic: d}, port: 5022, proto: tcp, slots: 1, size: &p.session}, nid(d))
		}
		if listenPort(j) == 1433 {
			hosts := t.outside("circuit", 12, circuitPrefix)
			t.add("circuit", edge{from: party{pool: hosts}, to: party{nic: d}, port: 1433, proto: tcp, rate: t.perMinute(0.05), curve: work, size: &p.batch}, nid(d))
		}
	}
}

// many is how many addresses stand behind something: n at the rate 1, more at
// a higher one, as more flows come from more people and services.
func (t *traffic) many(n, most int) int {
	return min(max(int(math.Round(float64(n)*t.rate)), n/4, 1), most)
}

// outside is poolOf, drawn once for all edges that name it.
func (t *traffic) outside(name string, n int, prefixes ...string) *pool {
	return t.once(name, func() *pool { return poolOf(t.seed, name, n, prefixes...) })
}

// clients is clientPool, drawn once for all spokes of a region.
func (t *traffic) clients(region string, n int, six bool) *pool {
	return t.once(fmt.Sprintf("clients %s %v", region, six), func() *pool { return clientPool(t.seed, region, n, six) })
}

func (t *traffic) once(name string, draw func() *pool) *pool {
	if t.pools == nil {
		t.pools = map[string]*pool{}
	}
	if t.pools[name] == nil {
		t.pools[name] = draw()
	}
	return t.pools[name]
}

// replication joins the databases of the shops across regions.
func (t *traffic) replication() {
	p := profiles()
	spokes := t.e.spokes()
	primary := t.e.tier(spokes[0], TierData)[0]
	for i := 1; i < min(3, len(spokes)); i++ {
		t.add("geo-replica", edge{from: party{nic: primary}, to: party{nic: t.e.tier(spokes[i], TierData)[0]}, port: 5022, proto: tcp, slots: 2, size: &p.session}, uint64(i))
	}
}

// part returns n addresses of the pool that follow a place given by key.
func (p *pool) part(key uint64, n int) *pool {
	n = min(n, len(p.addrs))
	at := int(key % uint64(len(p.addrs)-n+1))
	return &pool{addrs: p.addrs[at : at+n]}
}
