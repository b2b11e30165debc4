package security

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/topology"
)

const (
	pipID   = topology.ID(base + "publicipaddresses/p")
	lbID    = topology.ID(base + "loadbalancers/lb")
	frontID = lbID + "/frontendipconfigurations/f"
	poolID  = lbID + "/backendaddresspools/b"
)

// published gives the interface a public address of a SKU.
func published(inv *topology.Inventory, sku string) *topology.Inventory {
	inv.PublicIPs = []topology.PublicIP{{Head: topology.Head{ID: pipID}, Addr: netip.MustParseAddr("20.9.9.9"), SKU: sku}}
	inv.NICs[0].Configs[0].PublicIP = pipID
	return inv
}

// balanced puts the interface behind a public load balancer.
func balanced(inv *topology.Inventory, sku string, rules []topology.LBRule, nat []topology.NATRule) *topology.Inventory {
	inv.PublicIPs = []topology.PublicIP{{Head: topology.Head{ID: pipID}, Addr: netip.MustParseAddr("20.9.9.9"), SKU: sku}}
	inv.LoadBalancers = []topology.LoadBalancer{{
		Head: topology.Head{ID: lbID}, SKU: sku, Frontends: []topology.Frontend{{ID: frontID, PublicIP: pipID}},
		Pools: []topology.Pool{{ID: poolID}}, Rules: rules, NATRules: nat,
	}}
	inv.NICs[0].Configs[0].Pools = []topology.ID{poolID}
	return inv
}

func TestOpenings(t *testing.T) {
	f := func(name string, inv *topology.Inventory, want ...string) {
		t.Helper()
		var got []string
		for _, o := range New(inv, Known{Tag: tags}).Openings() {
			text := fmt.Sprintf("%s %d/%d-%d from %s", o.Way.Kind, o.Protocol, o.First, o.Last, o.From)
			if o.Anyone {
				text += " (anyone)"
			}
			if o.Way.Front() != 0 {
				text += fmt.Sprintf(" at %d", o.Way.Front())
			}
			for _, s := range o.Steps {
				text += " " + s.Rule.Name
			}
			got = append(got, text)
		}
		if diff := cmp.Diff(strings.Join(want, "\n"), strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	ssh := rules("100 in Allow tcp Internet * > * 22")
	f("no public way", small(ssh, nil))
	f("its own address", published(small(ssh, nil), "Standard"), "public address 6/22-22 from Internet (anyone) r100")
	f("no rule allows", published(small(rules(), nil), "Standard"))
	f("no group at all", published(small(nil, nil), "Standard"))
	f("no group, basic", published(small(nil, nil), "Basic"), "public address 6/0-65535 from any (anyone)", "public address 17/0-65535 from any (anyone)")
	f("a denial before it", published(small(rules("50 in Deny * * * > * *", "100 in Allow tcp * * > * 22"), nil), "Standard"))
	f("a part denied before it", published(small(rules("50 in Deny * 0.0.0.0/1 * > * *", "100 in Allow tcp * * > * 22"), nil), "Standard"),
		"public address 6/22-22 from any r100")
	f("a part of its ports denied", published(small(rules("50 in Deny * * * > * 22-23", "100 in Allow tcp * * > * 20-30"), nil), "Standard"),
		"public address 6/20-21 from any (anyone) r100", "public address 6/24-30 from any (anyone) r100")
	f("two rules", published(small(rules("50 in Allow tcp 203.0.113.0/24 * > * 22", "100 in Allow tcp Internet * > * 22"), nil), "Standard"),
		"public address 6/22-22 from 203.0.113.0/24 r50", "public address 6/22-22 from Internet (anyone) r100")
	f("both levels", published(small(ssh, rules("100 in Allow tcp 203.0.113.7 * > * 20-25")), "Standard"), "public address 6/22-22 from 203.0.113.7 r100 r100")
	f("for others in the subnet", published(small(rules("100 in Allow tcp * * > 10.1.0.9 22"), nil), "Standard"))
	f("from the network alone", published(small(rules("100 in Allow tcp VirtualNetwork * > * 22"), nil), "Standard"))
	web := rules("100 in Allow tcp Internet * > * 22,8080")
	lead := topology.LBRule{Frontend: frontID, Pools: []topology.ID{poolID}, FrontendPort: 80, BackendPort: 8080, Protocol: "Tcp"}
	f("a load balancer", balanced(small(web, nil), "Standard", []topology.LBRule{lead}, nil), "load balancer 6/8080-8080 from Internet (anyone) at 80 r100")
	lead.FloatingIP = true
	f("with a floating address", balanced(small(web, nil), "Standard", []topology.LBRule{lead}, nil))
	lead = topology.LBRule{Frontend: frontID, Pools: []topology.ID{poolID}, Protocol: "All"}
	f("all ports", balanced(small(web, nil), "Standard", []topology.LBRule{lead}, nil), "load balancer 6/22-22 from Internet (anyone) r100", "load balancer 6/8080-8080 from Internet (anyone) r100")
	nat := topology.NATRule{Frontend: frontID, Backend: nicID + "/ipconfigurations/c", FrontendPort: 50022, BackendPort: 22, Protocol: "Tcp"}
	f("a NAT rule", balanced(small(web, nil), "Standard", nil, []topology.NATRule{nat}), "NAT rule 6/22-22 from Internet (anyone) at 50022 r100")
	inner := balanced(small(web, nil), "Standard", []topology.LBRule{{Frontend: frontID, Pools: []topology.ID{poolID}, FrontendPort: 22, Protocol: "Tcp"}}, nil)
	inner.LoadBalancers[0].Frontends[0].PublicIP = ""
	f("an inner load balancer", inner)
}
