package simulate

import (
	"time"

	"weir/internal/flow"
)

// Networks of which the estate knows nothing: one that somebody asks for, and
// two of containers behind machines that forward for them.
const (
	strangerPrefix = "10.200.7.0/24"
	podsPrefix     = "10.244.1.0/24"
	podsPrefix2    = "10.244.2.0/24"
)

// aside makes the traffic of what stands aside.
func (t *traffic) aside(scanners *pool) {
	hub, spokes := t.e.hub(), t.e.spokes()
	t.byAppliance(hub, spokes)
	t.tools(spokes[1])
	t.ops(spokes[2])
	t.endpoint(spokes)
	for _, v := range t.e.VNets {
		if v.Island {
			t.lab(v, scanners)
		}
	}
}

// visits is an edge of short connections between two parties.
func (t *traffic) visits(from, to party, port uint16, perMinute float64, size *profile) edge {
	return edge{from: from, to: to, port: port, proto: tcp, rate: t.perMinute(perMinute), size: size}
}

// byAppliance makes what the appliance passes on.
func (t *traffic) byAppliance(hub *VNet, spokes []*VNet) {
	p := profiles()
	nva := t.e.tier(hub, TierAppliance)[0]
	data, app := t.e.tier(spokes[2], TierData)[0], t.e.tier(spokes[0], TierApp)[0]
	hosts := party{pool: t.outside("circuit", 12, circuitPrefix)}
	web := party{pool: t.outside("api", 8, apiPrefix)}
	through := func(name string, e edge, ids ...uint64) {
		e.hop = nva
		t.add(name, e, ids...)
	}
	for i, n := range append(t.e.tier(spokes[1], TierBatch), t.e.tier(spokes[1], TierQuiet)...) {
		self, id := party{nic: n}, uint64(i)
		through("batch-data", t.visits(self, party{nic: data}, 5022, 0.5, &p.sql), id)
		through("batch-app", t.visits(self, party{nic: app}, 8443, 0.03, &p.api), id) // refused
		through("batch-site", t.visits(self, hosts, 445, 0.3, &p.batch), id)
		t.translated("batch-web", t.visits(self, web, 443, 0.4, &p.api), nva, id)
		if i == 0 {
			through("stranger", t.visits(self, party{pool: t.outside("stranger", 2, strangerPrefix)}, 445, 0.05, &p.probe))
		}
	}
	pods, others := t.outside("pods", 4, podsPrefix), t.outside("pods 2", 4, podsPrefix2)
	through("pods", t.visits(party{pool: pods}, party{pool: others}, 8080, 0.3, &p.api))
}

// translated adds an edge to the internet that the appliance ends and opens
// anew from its own address: two connections of the same size at the same time.
func (t *traffic) translated(name string, e edge, nva *NIC, id uint64) {
	e.hop, e.translates = nva, true
	first := t.add(name, e, id)
	again := e
	again.from, again.hop, again.translates = party{nic: nva}, nil, false
	t.add(name+" translated", again, id).key = first.key
}

func (t *traffic) tools(v *VNet) {
	p := profiles()
	list := t.e.tier(v, TierTools)
	twice, both := party{nic: list[0]}, party{nic: list[1]}
	app, web := party{nic: t.e.tier(v, TierApp)[0]}, party{nic: t.e.tier(v, TierWeb)[0]}
	monitor := party{pool: t.outside("monitor "+v.Region.Name, t.many(5, 120), v.Region.azure.monitor...)}
	for i, n := range []party{twice, both} {
		id := uint64(i)
		t.add("tools", t.visits(app, n, toolsPort, 0.7, &p.api), id)
		t.add("tools-second", t.visits(app, n, toolsPort2, 0.2, &p.api), id) // the NIC's group refuses
		t.add("tools-web", t.visits(web, n, toolsPort, 0.1, &p.api), id)     // the subnet's group refuses
		t.add("tools-monitor", t.visits(n, monitor, 443, 0.5, &p.cloud), id)
		t.add("tools-mail", t.visits(n, party{pool: t.outside("mail", 5, mailPrefix)}, 25, 0.05, &p.scan), id)
		session := t.visits(n, monitor, 443, 0, &p.session)
		session.slots = 1
		t.add("tools-agent", session, id)
	}
	t.add("tools-tools", t.visits(both, twice, toolsPort, 0.3, &p.api))
}

// quietBefore is how long a machine says nothing before it is deleted, longer
// than what its peers and their clocks may lag.
const quietBefore = 5 * time.Minute

func (t *traffic) ops(v *VNet) {
	p := profiles()
	list := t.e.tier(v, TierOps)
	monitor := party{pool: t.outside("monitor "+v.Region.Name, t.many(5, 120), v.Region.azure.monitor...)}
	one, two := party{nic: list[0]}, party{nic: list[1]}
	t.add("ops", t.visits(one, two, 8080, 0.6, &p.api))
	t.add("ops-back", t.visits(two, one, 8080, 0.6, &p.api))
	t.add("ops-monitor", t.visits(one, monitor, 443, 0.6, &p.cloud))
	session := t.visits(one, two, 8080, 0, &p.session)
	session.slots = 1
	t.add("ops-session", session)
	for i, n := range list[2:] {
		self, id := party{nic: n}, uint64(i)
		for k, e := range []edge{
			t.visits(self, two, 8080, 0.8, &p.api), t.visits(two, self, 8080, 0.8, &p.api), t.visits(self, monitor, 443, 0.4, &p.api),
		} {
			if e.since = millis(n.Since); e.since > 0 {
				e.since += minute
			}
			if !n.Until.IsZero() {
				e.until = millis(n.Until.Add(-quietBefore))
			}
			t.add("ops-owner", e, id, uint64(k))
		}
	}
}

// endpoint lets applications of two networks use the private endpoint.
func (t *traffic) endpoint(spokes []*VNet) {
	p := profiles()
	to := party{nic: t.e.Endpoints[0].NIC}
	for i, v := range []*VNet{spokes[0], spokes[2]} {
		t.add("private-endpoint", t.visits(party{nic: t.e.tier(v, TierApp)[0]}, to, 443, 0.5, &p.cloud), uint64(i))
	}
}

func (t *traffic) lab(v *VNet, scanners *pool) {
	p := profiles()
	list := t.e.tier(v, TierLab)
	platform := &pool{addrs: []flow.Addr{addrOf(platformAddr)}}
	for i, n := range list {
		self, id := party{nic: n}, uint64(n.index)
		next := party{nic: list[(i+1)%len(list)]}
		t.add("lab", t.visits(self, next, 5432, 0.5, &p.sql), id)
		t.add("lab-mail", t.visits(next, party{pool: t.outside("mail", 5, mailPrefix)}, 443, 0.1, &p.api), id)
		t.add("lab-updates", t.visits(self, party{pool: t.outside("updates", 6, updatePrefix)}, 80, 0.1, &p.cloud), id)
		resolve := t.visits(self, party{pool: platform}, 53, 0.5, &p.dns)
		resolve.proto = udp
		t.add("lab-resolve", resolve, id)
		t.scan(n, scanners, 0.2, id)
	}
}
