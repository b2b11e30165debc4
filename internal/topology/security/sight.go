package security

import (
	"net/netip"
	"slices"
	"strings"

	"weir/internal/topology"
)

// Tags of rules whose addresses no list has.
const (
	tagNetwork  = "VirtualNetwork"
	tagInternet = "Internet"
	tagBalancer = "AzureLoadBalancer"
	tagDNS      = "AzurePlatformDNS"
	tagIMDS     = "AzurePlatformIMDS"
)

// sight is what the words of rules mean at a place.
type sight struct {
	network  set // VirtualNetwork
	internet set // Internet
	estate   *Estate
}

// public is what can be routed on the internet.
var public = set{allFour, {point{six, 0x2 << 60, 0}, point{six, 0x4<<60 - 1, 1<<64 - 1}}}.minus(prefixes([]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("224.0.0.0/3"),
}))

// where is what a sight depends on.
type where struct{ vnet, routes topology.ID }

// sightAt returns the sight of a subnet.
func (e *Estate) sightAt(w where) *sight {
	if s := e.sights[w]; s != nil {
		return s
	}
	var list []netip.Prefix
	if e.known.Space != nil {
		list = e.known.Space(w.vnet)
	} else if v := e.vnets[w.vnet]; v != nil {
		list = v.Prefixes
	}
	list = append(slices.Clone(list), netip.PrefixFrom(platform, platform.BitLen()))
	if t := e.routes[w.routes]; t != nil {
		for _, r := range t.Routes {
			if p, err := netip.ParsePrefix(r.Prefix); err == nil && p.Bits() > 1 {
				list = append(list, p)
			}
		}
	}
	s := &sight{network: prefixes(list), estate: e}
	s.internet = public.minus(s.network)
	e.sights[w] = s
	return s
}

// symbolic is the sight of nowhere: networks stand for themselves.
func (e *Estate) symbolic() *sight {
	return &sight{network: e.nameSet(tagNetwork), internet: e.nameSet(tagInternet), estate: e}
}

// addresses returns what an end of a rule names; nothing is everything.
func (s *sight) addresses(list []string, groups []topology.ID) set {
	if len(list) == 0 && len(groups) == 0 {
		return anyAddress
	}
	var spans []span
	for _, text := range list {
		switch {
		case text == "*" || strings.EqualFold(text, "any"):
			return anyAddress
		case strings.EqualFold(text, tagNetwork):
			spans = append(spans, s.network...)
		case strings.EqualFold(text, tagInternet):
			spans = append(spans, s.internet...)
		default:
			if part, ok := spansOf(text); ok {
				spans = append(spans, part...)
			} else {
				spans = append(spans, s.estate.tag(text)...)
			}
		}
	}
	for _, g := range groups {
		spans = append(spans, s.estate.members[g]...)
	}
	return setOf(spans...)
}

// tag returns what a service tag holds; where that is not known, its name.
func (e *Estate) tag(name string) set {
	key := strings.ToLower(name)
	if s, ok := e.tags[key]; ok {
		return s
	}
	var s set
	switch {
	case strings.EqualFold(name, tagBalancer), strings.EqualFold(name, tagDNS):
		s = set{{pointOf(platform), pointOf(platform)}}
	case strings.EqualFold(name, tagIMDS):
		s = set{{pointOf(instanceData), pointOf(instanceData)}}
	default:
		list, ok := []netip.Prefix(nil), false
		if e.known.Tag != nil {
			list, ok = e.known.Tag(name)
		}
		if s = e.nameSet(name); ok {
			s = prefixes(list)
		}
	}
	e.tags[key] = s
	return s
}

// nameSet is what stands for a name of which nothing is known: itself, and where
// it is that of all regions, those of its regions.
func (e *Estate) nameSet(name string) set {
	key := strings.ToLower(name)
	var spans []span
	for i, n := range e.names {
		if n == key || strings.HasPrefix(n, key+".") {
			p := point{kind: named, lo: uint64(i)}
			spans = append(spans, span{p, p})
		}
	}
	return setOf(spans...)
}

// collectNames lists the words of all rules that are neither addresses nor ports,
// in order.
func (e *Estate) collectNames() {
	seen := map[string]bool{strings.ToLower(tagNetwork): true, strings.ToLower(tagInternet): true}
	add := func(r *topology.Rule) {
		for _, list := range [][]string{r.SourcePrefixes, r.DestPrefixes} {
			for _, text := range list {
				if _, ok := spansOf(text); !ok && text != "*" {
					seen[strings.ToLower(text)] = true
				}
			}
		}
	}
	for _, g := range e.groups {
		for i := range g.rules {
			add(&g.rules[i])
		}
	}
	for i := range e.admin {
		add(&e.admin[i].rule.Rule)
	}
	for n := range seen {
		e.names = append(e.names, n)
	}
	slices.Sort(e.names)
}
