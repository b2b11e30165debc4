package enrich

import (
	"fmt"
	"strings"
	"time"

	"weir/internal/enrich/app"
	"weir/internal/flow"
	"weir/internal/topology"
)

// Explain says what kind of flow a flow is, in the interval of this width that
// the time lies in, and why. It decides as a Judge does.
func (k *Knowledge) Explain(q FlowQuestion, interval time.Duration) Explanation {
	c := k.weigh(q, interval)
	x := Explanation{
		Initiator: k.facts(q.Initiator, c.start, c.initiator.maliciousAt, q.From),
		Responder: k.facts(q.Responder, c.start, c.responder.maliciousAt, q.From),
		FlowType:  typeOf(c.rule).String(), Rule: c.rule, AtHop: c.atHop, Application: app.Unknown,
		Reason: c.reason(), Steps: c.steps(), Gateways: []string{},
	}
	if k.Apps != nil {
		x.Application = k.Apps.Name(q.Port, q.Protocol)
	}
	for _, f := range []*AddressFacts{&x.Initiator, &x.Responder} {
		if c.rule == ruleMalicious && f.Malicious {
			x.Reason += " " + f.Address + " counts as malicious: " + verdictText(&f.Verdicts[0]) + "."
		}
	}
	k.connect(&x, c)
	if way := x.way(); way != "" {
		x.Reason += " " + way
	}
	x.Reason, x.Steps = Readable(x.Reason), readableAll(x.Steps)
	return x
}

// weighed is a flow with all that decides what kind it is.
type weighed struct {
	start                time.Time // of the interval
	initiator, responder end
	rule                 int
	atHop                bool
	capture              capture
	from                 topology.Capture
	near                 *end // at which the capture was made; nil where nothing tells
}

// end is one end of a flow.
type end struct {
	side
	role        string
	addr        flow.Addr
	sight       sight
	maliciousAt time.Time // an instant of the interval at which it counts as malicious, if there is any
}

// weigh decides about one flow.
func (k *Knowledge) weigh(q FlowQuestion, interval time.Duration) *weighed {
	width := max(int64(interval/time.Second), 1)
	at := q.At.Unix()
	start := at - ((at%width)+width)%width
	c := &weighed{start: time.Unix(start, 0).UTC(), from: q.From}
	c.initiator = end{role: "initiator", addr: q.Initiator}
	c.responder = end{role: "responder", addr: q.Responder}
	e := &k.epochs[k.epochAt(start*1000)]
	for _, s := range []*end{&c.initiator, &c.responder} {
		s.sight = k.see(s.addr, e, q.From)
		s.side, s.maliciousAt = s.sight.side(), c.start
		if s.class != External {
			continue
		}
		for _, m := range k.maliciousSpans(s.addr) {
			if touch([]span{m}, start*1000, (start+width)*1000) {
				s.malicious = true
				s.maliciousAt = timeOf(max(start*1000, m.from))
				break
			}
		}
	}
	c.capture = k.captureAt(q.From, e)
	c.near = c.nearest(q.Direction)
	if c.near != nil {
		malicious := c.near.malicious
		c.near.side, c.atHop = c.capture.own(&c.near.sight)
		c.near.malicious = malicious && c.near.class == External
	}
	c.rule = decide(c.initiator.side, c.responder.side)
	return c
}

// is says what an end is, in words that follow its address.
func (s *end) is() string {
	switch {
	case s.class == VNet && s.vnet != "":
		return "is in the virtual network " + s.vnet.Full()
	case s.class == VNet && s.sight.class == VNet:
		return "is a public address of the customer in no virtual network"
	case s.class == VNet:
		return "is in a virtual network that nothing names"
	case s.class == P2S:
		return "is a point-to-site client of the gateway " + s.sight.owner.Gateway
	case s.class == S2S:
		return "is at the site " + resourceName(s.sight.owner)
	case s.class == External && s.malicious:
		return "is a public address that counts as malicious"
	}
	return "is " + []string{
		NoClass: "unknown", Private: "private or reserved and in nothing that the inventory shows",
		Azure: "Azure's own", External: "a public address of somebody else",
	}[s.class]
}

func (s *end) String() string { return s.addr.String() + ", the " + s.role + "," }

// reason says in words why the rule that decided holds.
func (c *weighed) reason() string {
	text := fmt.Sprintf("%s %s; %s %s.", &c.initiator, c.initiator.is(), &c.responder, c.responder.is())
	switch {
	case c.rule == ruleIntraVNet:
		text = fmt.Sprintf("%s and %s are both in the virtual network %s.", c.initiator.addr, c.responder.addr, c.initiator.vnet.Full())
	case c.rule == ruleUnknown:
		text += " Neither is in a virtual network."
	}
	return text + " " + c.where()
}

// where says what the capture tells of the flow.
func (c *weighed) where() string {
	nic := c.capture.nic
	switch {
	case c.near == nil:
		return "The question does not say where it was captured, and nothing tells that either address is in a virtual network."
	case c.atHop && nic != nil && nic.Forwards:
		return fmt.Sprintf("It was captured on its way: %s is none of the addresses of the capture NIC %s, which forwards.", c.near.addr, nic.NIC)
	case c.atHop && nic != nil:
		return fmt.Sprintf("It was captured on its way: %s is none of the addresses that the inventory has of the capture NIC %s.", c.near.addr, nic.NIC)
	case c.atHop:
		return fmt.Sprintf("It was captured on its way, at a NIC that the inventory does not know: %s is not in the captured network %s.", c.near.addr, c.capture.net.Full())
	case nic != nil:
		return fmt.Sprintf("It was captured at the NIC %s of %s.", nic.NIC, c.near.addr)
	case c.capture.closed:
		return fmt.Sprintf("The inventory does not know the capture NIC, but the captured network %s.", c.capture.net.Full())
	case !c.capture.said:
		return fmt.Sprintf("The question does not say where it was captured: a NIC of %s in a virtual network is assumed.", c.near.addr)
	}
	return fmt.Sprintf("The inventory knows neither the capture NIC nor its network; what was captured at a NIC of %s is in a virtual network.", c.near.addr)
}

// steps says of each rule before the one that decided why it does not hold.
func (c *weighed) steps() []string {
	a, b := &c.initiator, &c.responder
	out := []string{}
	for rule := ruleIntraVNet; rule < c.rule; rule++ {
		out = append(out, fmt.Sprintf("Rule %d (%s) does not hold: %s.", rule, typeOf(rule), c.whyNot(rule, a, b)))
	}
	return out
}

func (c *weighed) whyNot(rule int, a, b *end) string {
	if a.class != VNet && b.class != VNet {
		return "neither address is in a virtual network"
	}
	far := a
	if a.class == VNet {
		far = b
	}
	switch rule {
	case ruleIntraVNet, ruleInterVNet:
		if far.class != VNet {
			return far.addr.String() + " is not in a virtual network"
		}
		if a.vnet == "" || b.vnet == "" {
			return "not both are in a virtual network that is known"
		}
		return "the virtual networks are two"
	case ruleP2S:
		return far.addr.String() + " is in the client pool of no gateway"
	case ruleS2S:
		return far.addr.String() + " is at no site behind a gateway"
	case ruleAzure:
		return far.addr.String() + " is not Azure's own"
	case ruleMalicious:
		if far.class != External {
			return far.addr.String() + " is not public"
		}
		return "no verdict on " + far.addr.String() + " counts in the interval"
	}
	return far.addr.String() + " is not public" // rule 7
}

// connect says by what the ends are connected.
func (k *Knowledge) connect(x *Explanation, c *weighed) {
	ms := c.start.UnixMilli()
	switch c.rule {
	case ruleInterVNet:
		r := k.Topology.Relation(c.initiator.vnet, c.responder.vnet, ms)
		x.ConnectionType, x.ConnectionName, x.ConnectingVNets = r.ConnectionType, r.Connection, r.ConnectingVNets()
		x.Gateways = append(x.Gateways, r.Gateways...)
	case ruleP2S, ruleS2S:
		near, far := &c.initiator, &c.responder
		if near.class != VNet {
			near, far = far, near
		}
		o := far.sight.owner
		x.ConnectionType, x.ConnectionName = o.ConnectionType, o.Connection
		if c.rule == ruleP2S {
			x.ConnectionName = topology.P2SConnection(o.Gateway, far.addr.String())
		}
		if o.Gateway == "" {
			return
		}
		x.Gateways = append(x.Gateways, o.Gateway)
		for _, g := range k.Topology.Gateways(near.vnet, ms) {
			if g.Name == o.Gateway {
				x.ConnectingVNets = g.Hub
			}
		}
	}
}

// way says by what the ends are connected, in a sentence.
func (x *Explanation) way() string {
	if x.ConnectionType == "" {
		if x.Rule == ruleInterVNet {
			return "The inventory shows nothing that connects the two."
		}
		return ""
	}
	text := "They are connected by " + x.ConnectionType
	for _, part := range []struct{ label, value string }{
		{" by the connection ", x.ConnectionName},
		{" by way of ", x.ConnectingVNets},
		{" through ", strings.Join(x.Gateways, " and ")},
	} {
		if part.value != "" {
			text += "," + part.label + part.value
		}
	}
	return text + "."
}
