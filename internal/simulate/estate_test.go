package simulate

import (
	"net/netip"
	"regexp"
	"testing"
	"time"
)

// An estate of any size has what the smallest needs, and no address, MAC or id twice.
func TestEstate(t *testing.T) {
	for _, vms := range []int{minVMs, 16, 60, 200, 1500} {
		c := DefaultConfig()
		c.VMs = vms
		e := NewEstate(c)
		machines := len(e.VMs)
		for _, m := range e.VMs {
			if m.NIC.Aside {
				machines--
			}
		}
		for _, s := range e.ScaleSets {
			machines += len(s.Instances)
		}
		if machines != vms {
			t.Errorf("%d vms: the estate has %d machines", vms, machines)
		}
		addrs, macs, ids := map[netip.Addr]bool{}, map[string]bool{}, map[string]bool{}
		arm := regexp.MustCompile(`^/subscriptions/` + guid + `/resourceGroups/[-a-zA-Z0-9]+/providers/Microsoft\.(Network|Compute)/`)
		regions, kinds := map[string]bool{}, map[LogKind]bool{}
		for _, n := range e.NICs {
			if n.Aside {
				continue
			}
			if addrs[n.Addr] || macs[n.MAC] || ids[n.ID] {
				// Instances of a scale set share a name, never an id.
				t.Errorf("%d vms: %s (%s, %s) is there twice", vms, n.ID, n.Addr, n.MAC)
			}
			addrs[n.Addr], macs[n.MAC], ids[n.ID] = true, true, true
			if !n.Subnet.Prefix.Contains(n.Addr) || n.Addr6.IsValid() && !n.Subnet.Prefix6.Contains(n.Addr6) {
				t.Errorf("%d vms: %s has an address outside %s", vms, n.ID, n.Subnet.ID)
			}
			if !arm.MatchString(n.ID) {
				t.Errorf("%d vms: id %s", vms, n.ID)
			}
			regions[n.vnet().Region.Name] = true
			for _, l := range n.Logs {
				kinds[l.Kind] = true
			}
		}
		if len(regions) < 3 || !kinds[LogNSG] || !kinds[LogVNet] {
			t.Errorf("%d vms: regions %v, logs %v", vms, regions, kinds)
		}
		if len(e.Sites) != 4 || e.VPNGateway == nil || e.ERGateway == nil || len(e.AppGateways) == 0 || len(e.LoadBalancers) == 0 {
			t.Errorf("%d vms: sites, gateways or load balancers are missing", vms)
		}
		for _, v := range e.VNets {
			if !v.Hub && v.Island != (len(v.peers) == 0) {
				t.Errorf("%d vms: %s is peered, or not, against what it is", vms, v.Name)
			}
		}
	}
}

// The rules decide in the order of docs/reference/traffic-analytics.md 8.2.
func TestDecide(t *testing.T) {
	c := DefaultConfig()
	e := NewEstate(c)
	spokes := e.spokes()
	shop, plain := spokes[0], spokes[1]
	broken := newCalendar(c.Start, time.Duration(c.Hours)*time.Hour).broken
	f := func(n *NIC, in bool, src, dst string, port uint16, proto uint8, at time.Time, rule string, allowed bool) {
		t.Helper()
		v := e.decide(n, n.Logs[0].FlowLog, in, packetHeader{netip.MustParseAddr(src), netip.MustParseAddr(dst), port, proto}, at)
		if v.rule != rule || v.allowed != allowed {
			t.Errorf("%s -> %s:%d inbound %v: %s %v, want %s %v", src, dst, port, in, v.rule, v.allowed, rule, allowed)
		}
	}
	web, app, data := e.tier(shop, TierWeb)[0], e.tier(shop, TierApp)[0], e.tier(shop, TierData)[0]
	webAddr, appAddr, dataAddr := web.Addr.String(), app.Addr.String(), data.Addr.String()
	// Users of the internet reach the web tier only.
	f(web, true, "84.130.1.1", webAddr, 443, tcp, c.Start, "UserRule_AllowHttpFromInternet", true)
	f(app, true, "84.130.1.1", appAddr, 8080, tcp, c.Start, "DefaultRule_DenyAllInBound", false)
	// An admin rule comes before the NSG.
	f(web, true, "84.130.1.1", webAddr, 23, tcp, c.Start, "BlockHighRiskTCPPortsFromInternet", false)
	f(web, false, webAddr, "10.0.1.4", 53, udp, c.Start, "AlwaysAllowHubDns", true)
	// A neighbour tier may, another may not, by priority.
	f(app, true, webAddr, appAddr, 8080, tcp, c.Start, "UserRule_AllowWebToApp", true)
	f(data, true, webAddr, dataAddr, 1433, tcp, c.Start, "UserRule_DenyOtherVnetInBound", false)
	f(data, true, appAddr, dataAddr, 1433, tcp, c.Start, "UserRule_AllowAppToData", true)
	// Outbound.
	f(app, false, appAddr, dataAddr, 1433, tcp, c.Start, "DefaultRule_AllowVnetOutBound", true)
	f(app, false, appAddr, "13.95.240.70", 443, tcp, c.Start, "DefaultRule_AllowInternetOutBound", true)
	f(app, false, appAddr, "142.250.102.3", 25, tcp, c.Start, "UserRule_DenySmtpOutBound", false)
	// Sites come through the gateway of the hub.
	f(app, true, "192.168.10.7", appAddr, 8443, tcp, c.Start, "UserRule_AllowSitesToApp", true)
	f(data, false, dataAddr, "192.168.10.250", 8400, tcp, c.Start, "DefaultRule_AllowVnetOutBound", true)
	// The platform has its own entry in VNet logs; NSG logs show the NSG's rule.
	f(web, true, "168.63.129.16", webAddr, 443, tcp, c.Start, platformRule, true)
	nsgWeb := e.tier(plain, TierWeb)[0]
	f(nsgWeb, true, "168.63.129.16", nsgWeb.Addr.String(), 443, tcp, c.Start, "UserRule_AllowHealthProbes", true)
	// The broken rule exists from its minute on.
	nsgApp, nsgData := e.tier(plain, TierApp)[0].Addr.String(), e.tier(plain, TierData)[0]
	f(nsgData, true, nsgApp, nsgData.Addr.String(), 1433, tcp, broken.Add(-time.Millisecond), "UserRule_AllowAppToData", true)
	f(nsgData, true, nsgApp, nsgData.Addr.String(), 1433, tcp, broken, "UserRule_"+brokenRuleName, false)
}
