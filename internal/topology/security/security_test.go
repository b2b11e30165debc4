package security

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weir/internal/topology"
)

func tags(name string) ([]netip.Prefix, bool) {
	list := map[string][]netip.Prefix{
		"storage": {netip.MustParsePrefix("20.0.0.0/8")}, "storage.westeurope": {netip.MustParsePrefix("20.1.0.0/16")},
	}[strings.ToLower(name)]
	return list, list != nil
}

func TestDecide(t *testing.T) {
	f := func(name string, inv *topology.Inventory, flow, want string) {
		t.Helper()
		e := New(inv, Known{Tag: tags})
		p, ok := e.PlaceOf(netID, netip.MustParseAddr("10.1.0.4"))
		if !ok {
			t.Fatal("the place is not known")
		}
		v := e.Decide(p, flowOf(t, flow))
		got := map[bool]string{true: "allowed", false: "denied"}[v.Allowed]
		for _, s := range v.Steps {
			if s.Platform {
				got += " platform"
				continue
			}
			got += fmt.Sprintf(" %s:%s", s.Level, s.Rule.Name)
		}
		if got != want {
			t.Errorf("%s: %s is %s, want %s", name, flow, got, want)
		}
	}
	const ssh = "in tcp 203.0.113.1:5000 > 10.1.0.4:22"
	f("no group", small(nil, nil), ssh, "allowed")
	f("default rules", small(rules(), nil), ssh, "denied subnet:DenyAllInBound")
	f("from the network", small(rules(), nil), "in tcp 10.1.7.7:5000 > 10.1.0.4:22", "allowed subnet:AllowVnetInBound")
	f("probes", small(rules(), nil), "in tcp 168.63.129.16:5000 > 10.1.0.4:22", "allowed subnet:AllowVnetInBound") // the tag holds it
	f("first by priority", small(rules("200 in Deny * * * > * *", "100 in Allow tcp Internet * > * 22"), nil), ssh, "allowed subnet:r100")
	f("both levels", small(rules("100 in Allow tcp * * > * 22"), rules("100 in Deny tcp * * > * 22")), ssh, "denied subnet:r100 interface:r100")
	f("one level is not enough", small(rules("100 in Allow tcp * * > * 22"), rules()), ssh, "denied subnet:r100 interface:DenyAllInBound")
	f("outbound the other way round", small(rules(), rules()), "out tcp 10.1.0.4:5000 > 203.0.113.1:443", "allowed interface:AllowInternetOutBound subnet:AllowInternetOutBound")
	f("port ranges", small(rules("100 in Allow tcp * * > * 20-21,23"), nil), ssh, "denied subnet:DenyAllInBound")
	f("protocol", small(rules("100 in Allow udp * * > * 22"), nil), ssh, "denied subnet:DenyAllInBound")
	f("application security group", small(rules("100 in Allow tcp * * > asg:web 22"), nil), ssh, "allowed subnet:r100")
	f("one of which it is no member", small(rules("100 in Allow tcp * * > asg:db 22"), nil), ssh, "denied subnet:DenyAllInBound")
	f("service tag", small(rules("100 out Deny tcp * * > Storage.WestEurope *"), nil), "out tcp 10.1.0.4:5000 > 20.1.2.3:443", "denied subnet:r100")
	f("another region's", small(rules("100 out Deny tcp * * > Storage.WestEurope *"), nil), "out tcp 10.1.0.4:5000 > 20.2.2.3:443", "allowed subnet:AllowInternetOutBound")
	f("private is not the internet", small(rules("100 in Allow tcp Internet * > * 22"), nil), "in tcp 192.168.1.1:5000 > 10.1.0.4:22", "denied subnet:DenyAllInBound")
	f("the platform", small(rules("100 out Deny * * * > * *"), nil), "out udp 10.1.0.4:5000 > 168.63.129.16:53", "allowed platform")
	f("the platform, named", small(rules("100 out Deny * * * > AzurePlatformDNS 53"), nil), "out udp 10.1.0.4:5000 > 168.63.129.16:53", "denied subnet:r100")
	f("what has no ports", small(rules("100 in Allow * * * > * 22", "200 in Allow icmp * * > * *"), nil), "in icmp 203.0.113.1:0 > 10.1.0.4:0", "allowed subnet:r200")

	managed := func(access string) *topology.Inventory {
		const manager = base + "networkmanagers/m"
		inv := small(rules(), nil)
		r := rule("5 in " + access + " tcp Internet * > * 22")
		inv.AdminRules = []topology.AdminRule{{Head: topology.Head{ID: manager + "/securityadminconfigurations/c/rulecollections/rc/rules/r5"}, Rule: r}}
		inv.AdminCollections = []topology.AdminCollection{{Head: topology.Head{ID: manager + "/securityadminconfigurations/c/rulecollections/rc"}, Groups: []topology.ID{manager + "/networkgroups/g"}}}
		inv.GroupMembers = []topology.GroupMember{{Head: topology.Head{ID: manager + "/networkgroups/g/staticmembers/v"}, Resource: netID}}
		return inv
	}
	f("admin rules deny first", managed("Deny"), ssh, "denied admin:r5")
	f("allow leaves it to the groups", managed("Allow"), ssh, "denied admin:r5 subnet:DenyAllInBound")
	f("always allow does not", managed("AlwaysAllow"), ssh, "allowed admin:r5")
	other := managed("Deny")
	other.GroupMembers[0].Resource = netID + "x"
	f("of another network", other, ssh, "denied subnet:DenyAllInBound")
}

func TestShadow(t *testing.T) {
	f := func(name, want string, list ...string) {
		t.Helper()
		e := New(small(rules(list...), nil), Known{Tag: tags})
		var got []string
		for _, r := range e.Rules() {
			if len(r.Shadow) == 0 {
				continue
			}
			text := r.Rule.Name + " by"
			for _, by := range r.Shadow {
				text += " " + by.Name
			}
			if r.Contradicts {
				text += ", contradicted"
			}
			got = append(got, text)
		}
		if diff := cmp.Diff(want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	f("nothing", "", "100 in Allow tcp * * > * 22", "200 in Allow tcp * * > * 23")
	f("the same", "r200 by r100", "100 in Allow tcp * * > * 22", "200 in Allow tcp * * > * 22")
	f("within", "r200 by r100, contradicted", "100 in Deny * 10.0.0.0/8 * > * *", "200 in Allow tcp 10.1.0.0/16 * > * 22")
	f("around", "", "100 in Deny tcp 10.1.0.0/16 * > * 22", "200 in Allow * 10.0.0.0/8 * > * *")
	f("by two together", "r300 by r100 r200", "100 in Allow tcp * * > * 0-99", "200 in Allow tcp * * > * 100-65535", "300 in Allow tcp * * > * 50-150")
	f("but for one port", "", "100 in Allow tcp * * > * 0-99", "200 in Allow tcp * * > * 101-65535", "300 in Allow tcp * * > * 50-150")
	f("by a grid", "r500 by r100 r200 r300 r400", "100 in Allow tcp 0.0.0.0/1 * > * 0-99", "200 in Allow tcp 0.0.0.0/1 * > * 100-65535",
		"300 in Allow tcp 128.0.0.0/1 * > * 0-50000", "400 in Allow tcp 128.0.0.0/1 * > * 50001-65535", "500 in Allow tcp 0.0.0.0/0 * > * *")
	f("not in the other direction", "", "100 in Deny * * * > * *", "200 out Allow tcp * * > * 22")
	f("both families", "r200 by r100", "100 in Allow tcp * * > 0.0.0.0/0,::/0 22", "200 in Allow tcp 10.0.0.0/8 * > 10.1.0.0/16 22")
	f("one family is enough for it", "r200 by r100", "100 in Allow tcp * * > 0.0.0.0/0 22", "200 in Allow tcp 10.0.0.0/8 * > * 22")
	f("the network is not the internet", "", "100 in Deny tcp VirtualNetwork * > * 22", "200 in Allow tcp Internet * > * 22")
	f("both are", "r300 by r100 r200, contradicted", "100 in Deny tcp VirtualNetwork * > * 22", "200 in Allow tcp Internet * > * 22", "300 in Allow tcp 20.0.0.0/8,10.1.3.0/24 * > * 22")
	f("a tag of one region", "r200 by r100", "100 out Allow tcp * * > Storage 443", "200 out Allow tcp * * > Storage.WestEurope 443")
	f("not the other way", "", "100 out Allow tcp * * > Storage.WestEurope 443", "200 out Allow tcp * * > Storage 443")
	f("unknown tags of one region", "r200 by r100", "100 out Allow tcp * * > Sql 1433", "200 out Allow tcp * * > Sql.NorthEurope 1433")
	f("unknown tags are not each other", "", "100 out Allow tcp * * > Sql 1433", "200 out Allow tcp * * > EventHub 1433")
	f("any has unknown tags", "r200 by r100, contradicted", "100 out Deny tcp * * > * *", "200 out Allow tcp * * > Sql 1433")
	f("a whole range is not any", "", "100 out Deny tcp * * > 0.0.0.0/0 *", "200 out Allow tcp * * > Sql 1433")
	f("a group by its members", "r200 by r100, contradicted", "100 in Deny tcp * * > 10.1.0.0/24 *", "200 in Allow tcp * * > asg:web 22")
	f("ports say nothing of other protocols", "r300 by r100 r200", "100 in Allow tcp * * > * 22", "200 in Allow udp * * > * 22", "300 in Allow * * * > * 22")
	f("any port of any protocol", "", "100 in Allow tcp * * > * *", "200 in Allow udp * * > * *", "300 in Allow * * * > * *")
}

// A group that is nowhere is looked at with what its words say, wherever they lead.
func TestShadowOfUnusedGroup(t *testing.T) {
	inv := small(nil, nil)
	inv.NSGs = []topology.NSG{{Head: topology.Head{ID: nsgSub}, Rules: rules(
		"100 in Deny tcp VirtualNetwork * > * 22", "200 in Allow tcp VirtualNetwork * > * 22", "300 in Allow tcp 10.1.0.0/24 * > * 22")}}
	for _, r := range New(inv, Known{}).Rules() {
		if got, want := len(r.Shadow) > 0, r.Rule.Name == "r200"; got != want || r.Used {
			t.Errorf("%s: shadowed %v, want %v; used %v", r.Rule.Name, got, want, r.Used)
		}
	}
}

// For every flow the sets decide as reading the rules one by one does, and a
// rule that is said to be shadowed decides none; one that is not, some.
func TestSetsAgreeWithRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := drawRules(t, "rules")
		e := New(small(list, nil), Known{})
		p, _ := e.PlaceOf(netID, netip.MustParseAddr("10.1.0.4"))
		shadowed := map[string]bool{}
		for _, r := range e.Rules() {
			shadowed[r.Rule.Name] = len(r.Shadow) > 0
		}
		for range 20 {
			f := drawFlow(t)
			v := e.Decide(p, f)
			i := slices.IndexFunc(list, func(r topology.Rule) bool { return naive(&r, f) })
			switch {
			case len(v.Steps) == 1 && v.Steps[0].Platform:
			case i < 0:
				if len(v.Steps) > 0 && !v.Steps[0].Rule.Default {
					t.Fatalf("%+v: %s decides, want a default rule", f, v.Steps[0].Rule.Name)
				}
			case len(v.Steps) != 1 || v.Steps[0].Rule.Name != list[i].Name || v.Allowed != (list[i].Access == "Allow"):
				t.Fatalf("%+v: %+v, want %s", f, v, list[i].Name)
			case shadowed[list[i].Name]:
				t.Fatalf("%+v: %s decides, which is said to be shadowed", f, list[i].Name)
			}
		}
	})
}

// A rule that is not shadowed has a flow that it decides: some corner of what is
// left of it.
func TestUnshadowedRulesDecide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := drawRules(t, "rules")
		e := New(small(list, nil), Known{})
		for _, r := range e.Rules() {
			if r.Rule.Default || len(r.Shadow) > 0 {
				continue
			}
			c := compile(r.Rule, e.sightAt(where{vnet: netID}))
			if len(c.box.families()) == 0 {
				continue
			}
			found, some := Flow{}, false
			var before []compiled
			for i := range list {
				if list[i].Priority < r.Rule.Priority && Inbound(&list[i]) == Inbound(r.Rule) {
					before = append(before, compile(&list[i], e.sightAt(where{vnet: netID})))
				}
			}
			for _, b := range c.box.families() {
				w := walk{rules: before}
				w.each(b, func(part *box, n int) bool {
					if n < 0 {
						found, some = corner(part, Inbound(r.Rule)), true
					}
					return n >= 0
				})
			}
			i := slices.IndexFunc(list, func(o topology.Rule) bool { return some && naive(&o, found) })
			if i < 0 || list[i].Name != r.Rule.Name {
				t.Fatalf("%s is not said to be shadowed, and %+v is decided by number %d", r.Rule.Name, found, i)
			}
		}
	})
}

// corner is the flow with the first value of each dimension.
func corner(b *box, inbound bool) Flow {
	address := func(p point) netip.Addr {
		if p.kind == four {
			return netip.AddrFrom4([4]byte{byte(p.lo >> 24), byte(p.lo >> 16), byte(p.lo >> 8), byte(p.lo)})
		}
		var a [16]byte
		for i := range 8 {
			a[i], a[8+i] = byte(p.hi>>(56-8*i)), byte(p.lo>>(56-8*i))
		}
		return netip.AddrFrom16(a)
	}
	return Flow{
		Inbound: inbound, Protocol: uint8(b[protocol][0].first.lo), Source: address(b[source][0].first), SourcePort: uint16(b[sourcePort][0].first.lo),
		Dest: address(b[dest][0].first), DestPort: uint16(b[destPort][0].first.lo),
	}
}
