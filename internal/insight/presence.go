package insight

import "weir/internal/topology"

// Presence is how a part of the estate stands in a range of time: tables, maps
// and topologies show the same.
type Presence struct {
	Deployed  bool     `json:"deployed" doc:"Whether the inventory has it; false: the traffic alone tells of it"`
	Active    bool     `json:"active" doc:"Whether it had traffic in the range"`
	Malicious bool     `json:"malicious" doc:"Whether a part of that had a malicious end"`
	Logged    LoggedBy `json:"logged" enum:",all,some,none" doc:"How many of its NICs have a flow log that is on, as the inventory says: all, some or none; empty where it has no NICs or there is no inventory"`
}

// LoggedBy is how many of the NICs of a part of the estate are logged.
type LoggedBy string

// How many.
const (
	LoggedUnknown LoggedBy = "" // it has no NICs, or there is no inventory
	LoggedAll     LoggedBy = "all"
	LoggedSome    LoggedBy = "some"
	LoggedNone    LoggedBy = "none"
)

// loggedBy says how many of some NICs are logged.
func loggedBy(logs, nics int) LoggedBy {
	switch {
	case nics == 0:
		return LoggedUnknown
	case logs == nics:
		return LoggedAll
	case logs > 0:
		return LoggedSome
	}
	return LoggedNone
}

// Place is a part of the estate with its traffic in a range.
type Place struct {
	Name string `json:"name" doc:"As the filter language has it"`
	Presence
	Region         string   `json:"region" doc:"Where the inventory has it; empty where it does not"`
	NICs           int      `json:"nics" doc:"NICs in it"`
	Logs           int      `json:"loggedNICs" doc:"NICs in it that have a flow log that is on"`
	Total          Measures `json:"total" doc:"Traffic of its ends; a flow within it counts for both of them"`
	MaliciousTotal Measures `json:"maliciousTotal" doc:"Its part that is malicious"`
	Filter         string   `json:"filter" doc:"The filter that lets its flows pass"`
}

// places are the parts of one kind, by name.
type places struct {
	split Split
	of    map[string]*Place
}

func newPlaces(split string) *places {
	s, _ := SplitNamed(split)
	return &places{split: s, of: map[string]*Place{}}
}

// named returns a part, which is made where it is not there yet.
func (p *places) named(name string) *Place {
	at := p.of[name]
	if at == nil {
		at = &Place{Name: name, Filter: p.split.filter([]any{name})}
		p.of[name] = at
	}
	return at
}

// deploy notes a part that the inventory has.
func (p *places) deploy(name, region string) {
	if name != "" {
		at := p.named(name)
		at.Deployed, at.Region = true, region
	}
}

// hold notes that a NIC is in a part that is there.
func (p *places) hold(name string, logged bool) {
	at := p.of[name]
	if at == nil {
		return
	}
	at.NICs++
	if logged {
		at.Logs++
	}
}

// busy adds traffic of the parts with a name; an empty one is none.
func (p *places) busy(name string, m Measures, malicious bool) {
	if name == "" {
		return
	}
	at := p.named(name)
	at.Total = at.Total.plus(m)
	at.Active = at.Total != (Measures{})
	if malicious {
		at.MaliciousTotal = at.MaliciousTotal.plus(m)
		at.Malicious = at.MaliciousTotal != (Measures{})
	}
}

// list returns the parts, the busiest first and then by name.
func (p *places) list(by Measure) []Place {
	rows := make([]Place, 0, len(p.of))
	for _, at := range p.of {
		at.Logged = loggedBy(at.Logs, at.NICs)
		rows = append(rows, *at)
	}
	sortPlaces(rows, by, func(p *Place) *Place { return p })
	return rows
}

// locations returns where each resource of an inventory with NICs is: the names of its
// parts as filters have them.
func locations(n *topology.NIC) (region, vnet, subnet string) {
	region = n.Location
	if len(n.Configs) > 0 {
		s := n.Configs[0].Subnet
		vnet, subnet = s.Parent().Full(), s.Short()
	}
	return region, vnet, subnet
}
