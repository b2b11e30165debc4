package topology

import (
	"cmp"
	"fmt"
	"math/rand"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// estate draws VNets out of few address spaces, so that many overlap, with
// subnets, interfaces and peerings.
func estate(t *rapid.T, label string) *build {
	b := &build{}
	n := rapid.IntRange(1, 6).Draw(t, label+" vnets")
	var ids []ID
	for i := range n {
		space := rapid.IntRange(0, 2).Draw(t, label+" space")
		bits := rapid.SampledFrom([]int{14, 15, 16, 17}).Draw(t, label+" bits")
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(space), 0, 0}), bits).Masked()
		id := b.vnet(fmt.Sprintf("v%d", i), p.String())
		ids = append(ids, id)
		for j := range rapid.IntRange(0, 2).Draw(t, label+" subnets") {
			s := b.subnet(id, fmt.Sprintf("s%d", j), fmt.Sprintf("10.%d.%d.0/24", space, j))
			for k := range rapid.IntRange(0, 3).Draw(t, label+" nics") {
				name := fmt.Sprintf("n%d-%d-%d", i, j, k)
				b.nic(name, fmt.Sprintf("0000000%d%d%03d", i, j, k), s, fmt.Sprintf("10.%d.%d.%d", space, j, 4+rapid.IntRange(0, 3).Draw(t, label+" host")))
			}
		}
	}
	for i := range ids {
		for j := range i {
			if rapid.IntRange(0, 2).Draw(t, label+" peer") == 0 {
				b.peer(ids[i], ids[j], false)
			}
		}
	}
	return b
}

func drawAddr(t *rapid.T) string {
	return fmt.Sprintf("10.%d.%d.%d", rapid.IntRange(0, 3).Draw(t, "a"), rapid.IntRange(0, 2).Draw(t, "b"), rapid.IntRange(3, 8).Draw(t, "c"))
}

func TestSnapshotOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var snapshots []Snapshot
		for i := range rapid.IntRange(1, 5).Draw(t, "snapshots") {
			s := estate(t, fmt.Sprint(i)).at(rapid.IntRange(1, 4).Draw(t, "day"))
			s.Partial = rapid.Bool().Draw(t, "partial")
			snapshots = append(snapshots, s)
		}
		ordered := NewIndex(snapshots...)
		shuffled := slices.Clone(snapshots)
		rand.New(rand.NewSource(int64(rapid.IntRange(0, 1000).Draw(t, "seed")))).Shuffle(len(shuffled), func(i, j int) {
			shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
		})
		other := NewIndex(shuffled...)
		for range 20 {
			a, day := addr(drawAddr(t)), rapid.IntRange(0, 5).Draw(t, "at")
			from := Capture{Target: string(vnetID(fmt.Sprintf("v%d", rapid.IntRange(0, 6).Draw(t, "from"))))}
			one, two := ordered.Owner(a, ms(day), from), other.Owner(a, ms(day), from)
			if *one.Endpoint != *two.Endpoint || one.Scope != two.Scope || one.Ambiguous != two.Ambiguous || one.BeforeFirstSnapshot != two.BeforeFirstSnapshot {
				t.Fatalf("%s on day %d from %v: %s in one order, %s in another", a, day, from, brief(one), brief(two))
			}
		}
	})
}

func TestUniquePrefixDoesNotDependOnOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		add := func(b *build) *build {
			s := b.subnet(b.vnet("unique", "10.200.0.0/16"), "s", "10.200.1.0/24")
			b.nic("u", "0000000000FF", s, "10.200.1.4")
			return b
		}
		others := add(estate(t, "others"))
		if rapid.Bool().Draw(t, "peered") {
			others.peer(vnetID("unique"), vnetID("v0"), false)
		}
		alone, among := NewIndex(add(&build{}).at(1)), NewIndex(others.at(1))
		for _, a := range []string{"10.200.1.4", "10.200.1.5", "10.200.9.9"} {
			for _, from := range []Capture{{}, mac("0000000000FF")} {
				one, two := alone.Owner(addr(a), ms(1), from), among.Owner(addr(a), ms(1), from)
				if brief(one) != brief(two) {
					t.Fatalf("%s from %v: %s alone, %s among others", a, from, brief(one), brief(two))
				}
			}
			from := Capture{Target: string(vnetID("v0"))}
			if one, two := alone.Owner(addr(a), ms(1), Capture{}), among.Owner(addr(a), ms(1), from); *one.Endpoint != *two.Endpoint || two.Ambiguous {
				t.Fatalf("%s from another VNet: %s alone, %s among others", a, brief(one), brief(two))
			}
		}
	})
}

// slow is the order of resolution written down for VNets without any index:
// the captured VNet, its peers, the peers of its peers, all.
func slow(inv *Inventory, ip netip.Addr, from ID) (owner ID, scope Scope, ambiguous bool) {
	peers := func(of ID) map[ID]bool {
		out := map[ID]bool{}
		for _, p := range inv.Peerings {
			if p.ID.Parent() == of {
				out[p.Remote] = true
			}
		}
		return out
	}
	all := map[ID]bool{}
	for _, v := range inv.VNets {
		all[v.ID] = true
	}
	near := peers(from)
	hubs := map[ID]bool{}
	for p := range near {
		for q := range peers(p) {
			if q != from && !near[q] {
				hubs[q] = true
			}
		}
	}
	type rival struct {
		id    ID // of the owner
		vnet  ID
		bits  int
		scope Scope
		host  bool
		many  bool
	}
	// claim returns what a VNet says of the address
	claim := func(vnet ID, scope Scope) (rival, bool) {
		best := rival{vnet: vnet, bits: -1, scope: scope}
		for _, v := range inv.VNets {
			if v.ID == vnet && v.Prefixes[0].Contains(ip) {
				best.id, best.bits = v.ID, v.Prefixes[0].Bits()
			}
		}
		for _, s := range inv.Subnets {
			if s.ID.Parent() == vnet && s.Prefixes[0].Contains(ip) && s.Prefixes[0].Bits() > best.bits {
				best.id, best.bits = s.ID, s.Prefixes[0].Bits()
			}
		}
		for _, n := range inv.NICs {
			if n.Configs[0].Private != ip || n.Configs[0].Subnet.Parent() != vnet {
				continue
			}
			if best.host {
				best.many = true
				best.id = min(best.id, n.ID)
				continue
			}
			best.host, best.id = true, n.ID
		}
		return best, best.bits >= 0
	}
	if r, ok := claim(from, ScopeCaptured); ok && all[from] {
		return r.id, r.scope, r.many
	}
	for _, scopes := range []map[Scope]map[ID]bool{{ScopePeer: near, ScopeHub: hubs}, {ScopeAll: all}} {
		var rivals []rival
		for s, vnets := range scopes {
			for v := range vnets {
				if r, ok := claim(v, s); ok {
					rivals = append(rivals, r)
				}
			}
		}
		if rivals == nil {
			continue
		}
		slices.SortFunc(rivals, func(a, b rival) int {
			return cmp.Or(cmp.Compare(b.bits, a.bits), cmp.Compare(a.scope, b.scope), cmp.Compare(a.vnet, b.vnet))
		})
		rivals = slices.DeleteFunc(rivals, func(r rival) bool { return r.scope != rivals[0].scope })
		hosts := 0
		best := rivals[0]
		for _, r := range slices.Backward(rivals) {
			if r.host {
				hosts++
				best = r
			}
		}
		return best.id, best.scope, best.many || len(rivals) > 1 && hosts != 1
	}
	return "", ScopeNone, false
}

func TestOwnerAgreesWithTheSlowWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := estate(t, "estate").at(1)
		x := NewIndex(s)
		for range 30 {
			a := drawAddr(t)
			from := vnetID(fmt.Sprintf("v%d", rapid.IntRange(0, 6).Draw(t, "from")))
			got := x.Owner(addr(a), ms(1), Capture{Target: string(from)})
			id, scope, ambiguous := slow(s.Inventory, netip.MustParseAddr(a), from)
			if got.ID != id || got.Scope != scope || got.Ambiguous != ambiguous {
				t.Fatalf("%s from %s: %s; the slow way: %s, %s, ambiguous %t", a, from.Name(), brief(got), id.Full(), scope, ambiguous)
			}
		}
	})
}
