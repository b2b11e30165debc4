package security

import (
	"net/netip"
	"slices"
	"strings"

	"weir/internal/topology"
)

// Level is where a rule stands.
type Level string

// The levels.
const (
	LevelAdmin  Level = "admin"
	LevelSubnet Level = "subnet"
	LevelNIC    Level = "interface"
)

// Step is what a level decided.
type Step struct {
	Level    Level
	ACL      topology.ID // security group, or admin configuration
	Rule     *topology.Rule
	Allowed  bool
	Platform bool // no rule was asked: the platform's own address
}

// Flow is the first packet of a flow, as rules see it: the private address of
// a machine, the client behind a load balancer.
type Flow struct {
	Inbound      bool
	Protocol     uint8 // IANA
	Source, Dest netip.Addr
	SourcePort   uint16
	DestPort     uint16
}

func (f *Flow) points() [dimensions]point {
	return [dimensions]point{
		protocol: {lo: uint64(f.Protocol)}, source: pointOf(f.Source), sourcePort: {lo: uint64(f.SourcePort)},
		dest: pointOf(f.Dest), destPort: {lo: uint64(f.DestPort)},
	}
}

func (b *box) has(p *[dimensions]point) bool {
	for d := range b {
		if !b[d].has(p[d]) {
			return false
		}
	}
	return true
}

// Verdict is whether a flow would be let pass. Steps are what the levels
// decided, in order; the last one decided. Without steps no rule stands in its way.
type Verdict struct {
	Allowed bool
	Steps   []Step
}

// level is the rules of a level at a place.
type level struct {
	name Level
	acl  topology.ID
	*table
}

// levels returns the levels of a place in the order in which they are asked; who
// holds e.mu calls it.
func (e *Estate) levels(p *Place, inbound bool) []level {
	var out []level
	add := func(name Level, id topology.ID) {
		if g := e.groupOf[id]; g != nil {
			out = append(out, level{name, id, e.tableOf(g, p.where())})
		}
	}
	if p.subnet != nil {
		add(LevelSubnet, p.subnet.NSG)
	}
	if p.NIC != nil {
		add(LevelNIC, p.NIC.NSG)
	}
	if !inbound {
		slices.Reverse(out)
	}
	if t := e.adminAt(p); len(t.in)+len(t.out) > 0 {
		out = slices.Insert(out, 0, level{LevelAdmin, "", t})
	}
	return out
}

// Decide says whether a flow at a place would be let pass, and by which rules.
func (e *Estate) Decide(p Place, f Flow) Verdict {
	e.mu.Lock()
	levels := e.levels(&p, f.Inbound)
	e.mu.Unlock()
	if !f.Inbound && (f.Dest == platform || f.Dest == instanceData) && !namesPlatform(levels) {
		return Verdict{Allowed: true, Steps: []Step{{Allowed: true, Platform: true}}}
	}
	at := f.points()
	v := Verdict{Allowed: true}
	for _, l := range levels {
		rules := l.rules(f.Inbound)
		i := slices.IndexFunc(rules, func(c compiled) bool { return c.box.has(&at) })
		if i < 0 {
			if l.name == LevelAdmin {
				continue
			}
			return Verdict{Steps: v.Steps} // a group without its default rules
		}
		c := &rules[i]
		v.Steps = append(v.Steps, e.step(l, c))
		if v.Allowed = c.allow; !c.allow || c.final {
			return v
		}
	}
	return v
}

func (e *Estate) step(l level, c *compiled) Step {
	s := Step{Level: l.name, ACL: l.acl, Rule: c.rule, Allowed: c.allow}
	if l.name == LevelAdmin {
		i := slices.IndexFunc(e.admin, func(a adminRule) bool { return &a.rule.Rule == c.rule })
		s.ACL = configOf(e.admin[i].rule.ID)
	}
	return s
}

// configOf is the admin configuration that a rule is part of, which logs name.
func configOf(rule topology.ID) topology.ID {
	if c := rule.Of("securityadminconfigurations"); c != "" {
		return c
	}
	return rule
}

// namesPlatform tells whether a rule is about the addresses of the platform,
// which no rule is asked about otherwise (8.2).
func namesPlatform(levels []level) bool {
	for _, l := range levels {
		for _, c := range l.out {
			for _, text := range c.rule.DestPrefixes {
				if strings.EqualFold(text, tagDNS) || strings.EqualFold(text, tagIMDS) {
					return true
				}
			}
		}
	}
	return false
}
