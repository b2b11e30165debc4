package security

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"weir/internal/topology"
)

// Known is what is known beside the inventory.
type Known struct {
	// Space returns what the tag VirtualNetwork holds at a network, but for its
	// routes; nil: each network has its own addresses alone.
	Space func(vnet topology.ID) []netip.Prefix
	// Tag returns what a service tag holds; nil: no tag is known.
	Tag func(name string) ([]netip.Prefix, bool)
}

// Estate is the security rules of an inventory, ready to be asked. It is safe
// for use by many goroutines.
type Estate struct {
	known  Known
	vnets  map[topology.ID]*topology.VNet
	routes map[topology.ID]*topology.RouteTable

	groups  []*group // by id
	groupOf map[topology.ID]*group
	admin   []adminRule // in the order of evaluation
	places  []Place
	placeAt map[addressAt]int
	subnets map[topology.ID]*topology.Subnet
	members map[topology.ID]set // addresses of application security groups
	ways    *ways

	mu     sync.Mutex // of what is made when it is asked for
	names  []string   // in order; a name is told by its place
	tags   map[string]set
	sights map[where]*sight
	tables map[tableKey]*table
	reads  []Rule
}

// group is a security group.
type group struct {
	id    topology.ID
	rules []topology.Rule // own and default ones, by priority
	seen  []where         // from where it is seen: its subnets, and those of its interfaces
	lone  bool            // it stands alone at each of its places
	used  bool            // something is behind it
}

// adminRule is a security admin rule with where it applies.
type adminRule struct {
	rule   *topology.AdminRule
	within []topology.ID // networks and subnets
}

// addressAt is an address in a network.
type addressAt struct {
	vnet    topology.ID
	address netip.Addr
}

// Place is an address of an interface, where rules decide.
type Place struct {
	NIC    *topology.NIC
	Config *topology.IPConfig
	VNet   topology.ID
	subnet *topology.Subnet
}

// New makes the security rules of an inventory ready. The inventory must not
// change any more.
func New(inv *topology.Inventory, known Known) *Estate {
	e := &Estate{
		known: known, vnets: map[topology.ID]*topology.VNet{}, routes: map[topology.ID]*topology.RouteTable{},
		groupOf: map[topology.ID]*group{}, subnets: map[topology.ID]*topology.Subnet{}, members: map[topology.ID]set{},
		placeAt: map[addressAt]int{}, tags: map[string]set{}, sights: map[where]*sight{}, tables: map[tableKey]*table{},
	}
	for i := range inv.VNets {
		e.vnets[inv.VNets[i].ID] = &inv.VNets[i]
	}
	for i := range inv.RouteTables {
		e.routes[inv.RouteTables[i].ID] = &inv.RouteTables[i]
	}
	for i := range inv.Subnets {
		e.subnets[inv.Subnets[i].ID] = &inv.Subnets[i]
	}
	for i := range inv.NSGs {
		e.addGroup(&inv.NSGs[i])
	}
	e.addAdmin(inv)
	e.addPlaces(inv)
	e.collectNames()
	e.ways = waysOf(inv)
	return e
}

func (e *Estate) addGroup(n *topology.NSG) {
	g := &group{id: n.ID, rules: slices.Clone(n.Rules), lone: true}
	if !slices.ContainsFunc(g.rules, func(r topology.Rule) bool { return r.Default }) {
		g.rules = append(g.rules, DefaultRules()...)
	}
	slices.SortStableFunc(g.rules, func(a, b topology.Rule) int { return cmp.Compare(a.Priority, b.Priority) })
	e.groups, e.groupOf[n.ID] = append(e.groups, g), g
}

// addAdmin joins admin rules with the networks that their collections are for.
func (e *Estate) addAdmin(inv *topology.Inventory) {
	members := map[topology.ID][]topology.ID{}
	for i := range inv.GroupMembers {
		m := &inv.GroupMembers[i]
		members[m.ID.Parent()] = append(members[m.ID.Parent()], m.Resource)
	}
	within := map[topology.ID][]topology.ID{}
	for i := range inv.AdminCollections {
		for _, g := range inv.AdminCollections[i].Groups {
			within[inv.AdminCollections[i].ID] = append(within[inv.AdminCollections[i].ID], members[g]...)
		}
	}
	for i := range inv.AdminRules {
		r := &inv.AdminRules[i]
		e.admin = append(e.admin, adminRule{r, within[r.ID.Parent()]})
	}
	slices.SortStableFunc(e.admin, func(a, b adminRule) int { return cmp.Compare(a.rule.Rule.Priority, b.rule.Rule.Priority) })
}

// addPlaces notes where the groups stand.
func (e *Estate) addPlaces(inv *topology.Inventory) {
	spans := map[topology.ID][]span{}
	for i := range inv.NICs {
		n := &inv.NICs[i]
		for j := range n.Configs {
			c := &n.Configs[j]
			p := Place{NIC: n, Config: c, VNet: c.Subnet.Parent(), subnet: e.subnets[c.Subnet]}
			e.placeAt[addressAt{p.VNet, c.Private}] = len(e.places)
			e.places = append(e.places, p)
			levels := p.groups()
			for _, id := range levels {
				if g := e.groupOf[id]; g != nil {
					g.see(p.where())
					g.used, g.lone = true, g.lone && len(levels) == 1
				}
			}
			for _, a := range c.ASGs {
				if c.Private.IsValid() {
					spans[a] = append(spans[a], span{pointOf(c.Private), pointOf(c.Private)})
				}
			}
		}
	}
	for i := range inv.Subnets { // what lives there may have no interfaces that are listed
		if g := e.groupOf[inv.Subnets[i].NSG]; g != nil {
			g.see(where{inv.Subnets[i].ID.Parent(), inv.Subnets[i].RouteTable})
			g.used = true
		}
	}
	for id, s := range spans {
		e.members[id] = setOf(s...)
	}
}

func (g *group) see(w where) {
	if !slices.Contains(g.seen, w) {
		g.seen = append(g.seen, w)
	}
}

// groups are the security groups of a place, that of the subnet first.
func (p *Place) groups() []topology.ID {
	var ids []topology.ID
	if p.subnet != nil && p.subnet.NSG != "" {
		ids = append(ids, p.subnet.NSG)
	}
	if p.NIC != nil && p.NIC.NSG != "" {
		ids = append(ids, p.NIC.NSG)
	}
	return ids
}

func (p *Place) where() where {
	if p.subnet == nil {
		return where{vnet: p.VNet}
	}
	return where{p.VNet, p.subnet.RouteTable}
}

// PlaceOf returns the place of an address in a network; false where the
// inventory has none.
func (e *Estate) PlaceOf(vnet topology.ID, a netip.Addr) (Place, bool) {
	i, ok := e.placeAt[addressAt{vnet, a.Unmap()}]
	if !ok {
		return Place{}, false
	}
	return e.places[i], true
}

// tableKey tells a level as seen from somewhere.
type tableKey struct {
	group topology.ID // empty: admin rules
	at    where
	sub   topology.ID // of admin rules, which may be for a subnet
}

// table is the rules of a level by direction, in the order of evaluation.
type table struct{ in, out []compiled }

func (t *table) rules(inbound bool) []compiled {
	if inbound {
		return t.in
	}
	return t.out
}

func (t *table) add(c compiled) {
	if Inbound(c.rule) {
		t.in = append(t.in, c)
	} else {
		t.out = append(t.out, c)
	}
}

// tableOf returns the rules of a group as seen from a place; who holds e.mu calls it.
func (e *Estate) tableOf(g *group, w where) *table {
	key := tableKey{group: g.id, at: w}
	if t := e.tables[key]; t != nil {
		return t
	}
	t := e.compileAll(g, e.sightAt(w))
	e.tables[key] = t
	return t
}

func (e *Estate) compileAll(g *group, s *sight) *table {
	t := &table{}
	for i := range g.rules {
		t.add(compile(&g.rules[i], s))
	}
	return t
}

// adminAt returns the admin rules of a place; who holds e.mu calls it.
func (e *Estate) adminAt(p *Place) *table {
	key := tableKey{at: p.where()}
	if p.subnet != nil {
		key.sub = p.subnet.ID
	}
	if t := e.tables[key]; t != nil {
		return t
	}
	t, s := &table{}, e.sightAt(key.at)
	for _, a := range e.admin {
		if slices.Contains(a.within, p.VNet) || key.sub != "" && slices.Contains(a.within, key.sub) {
			t.add(compile(&a.rule.Rule, s))
		}
	}
	e.tables[key] = t
	return t
}

// PlainName is the name of a rule without who made it, as logs write it before
// it; byDefault tells that Azure did.
func PlainName(logged string) (name string, byDefault bool) {
	for _, prefix := range []string{"UserRule_", "DefaultRule_"} {
		if len(logged) > len(prefix) && strings.EqualFold(logged[:len(prefix)], prefix) {
			return logged[len(prefix):], prefix == "DefaultRule_"
		}
	}
	return logged, false
}
