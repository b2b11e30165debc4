package simulate

import (
	"fmt"
	"time"
)

// spoke builds the i-th spoke with n machines: a scale set of web servers,
// then application and data VMs.
func (b *builder) spoke(hub *VNet, i, n int, p spokePlan) {
	sub, region := b.e.Subscriptions[p.sub], b.region(p.region)
	prefixes := []string{fmt.Sprintf("10.%d.0.0/16", i+1)}
	six := func(int) string { return "" }
	if p.six {
		prefixes = append(prefixes, fmt.Sprintf("fd5a:c0de:%x::/48", i+1))
		six = func(net int) string { return fmt.Sprintf("fd5a:c0de:%x:%x::/64", i+1, net) }
	}
	v := b.vnet(sub, "rg-"+p.name, "vnet-"+p.name, region, prefixes...)
	v.Encrypted, v.Managed, v.FlowTimeout = p.encrypted, p.managed, p.timeout
	cidr := func(net, bits int) string { return fmt.Sprintf("10.%d.%d.0/%d", i+1, net, bits) }
	web := b.subnet(v, TierWeb, "snet-web", cidr(4, 22), six(1))
	app := b.subnet(v, TierApp, "snet-app", cidr(8, 22), six(2))
	data := b.subnet(v, TierData, "snet-data", cidr(12, 22), "")
	var front *Subnet
	if p.appGateway {
		front = b.subnet(v, TierAppGateway, "snet-appgw", cidr(1, 24), "")
		front.NSG = b.nsg(v, "nsg-appgw-"+p.name, appGatewayRules()...)
	}
	web.NSG = b.nsg(v, "nsg-web-"+p.name, webRules(web, front, hub)...)
	app.NSG = b.nsg(v, "nsg-app-"+p.name, appRules(web, app, hub)...)
	data.NSG = b.nsg(v, "nsg-data-"+p.name, dataRules(app, hub)...)

	logs := map[*Subnet]*FlowLog{}
	if p.kind == LogNSG {
		for _, s := range []*Subnet{web, app, data} {
			logs[s] = b.nsgLog(v, s.NSG)
		}
	} else {
		all := b.flowLog(LogVNet, v, v.ID, v.Name, p.shortPath)
		for _, s := range v.Subnets {
			logs[s] = all
		}
	}

	dataCount := max(1, n/5)
	appCount := max(1, (n-dataCount)/2)
	set := &ScaleSet{ID: armID(sub, v.ResourceGroup, "Microsoft.Compute/virtualMachineScaleSets", "vmss-web-"+p.name), Name: "vmss-web-" + p.name, Size: "Standard_D2s_v5"}
	for k := range max(1, n-dataCount-appCount) {
		owner := fmt.Sprintf("%s/virtualMachines/%d", set.ID, k)
		instance := b.nic(web, owner+"/networkInterfaces/vmss-web-"+p.name+"-nic", owner, logs[web])
		instance.Zone = nextZone(web, k)
		set.Instances = append(set.Instances, instance)
	}
	b.e.ScaleSets = append(b.e.ScaleSets, set)
	var apps []*NIC
	for k := range appCount {
		apps = append(apps, b.vm(app, fmt.Sprintf("vm-app-%s-%02d", p.name, k+1), "Standard_D4s_v5", "Windows", logs[app]))
	}
	for k := range dataCount {
		log := logs[data]
		name := fmt.Sprintf("vm-data-%s-%02d", p.name, k+1)
		if p.perNIC {
			id := armID(sub, v.ResourceGroup, "Microsoft.Network/networkInterfaces", name+"-nic")
			log = b.flowLog(LogVNet, v, id, name+"-nic", p.shortPath)
		}
		b.vm(data, name, "Standard_E8s_v5", "Linux", log)
	}
	if p.appGateway {
		b.appGateway(v, front, set.Instances, logs[front])
	} else {
		lb := b.loadBalancer(v, "lb-public-"+p.name, true, []uint16{80, 443}, set.Instances)
		lb.Frontend = b.publicIP(v, "pip-"+lb.Name, lb.ID, publicRange(p.region)).Addr
	}
	b.loadBalancer(v, "lb-internal-"+p.name, false, []uint16{8080, 8443}, apps).Frontend = addToPrefix(app.Prefix, 250)
}

func (b *builder) loadBalancer(v *VNet, name string, public bool, list []uint16, backends []*NIC) *LoadBalancer {
	lb := &LoadBalancer{ID: armID(v.Subscription, v.ResourceGroup, "Microsoft.Network/loadBalancers", name), Name: name, Public: public, Ports: list, Backends: backends}
	b.e.LoadBalancers = append(b.e.LoadBalancers, lb)
	return lb
}

func (b *builder) appGateway(v *VNet, s *Subnet, backends []*NIC, log *FlowLog) {
	name := "agw-" + v.Name[len("vnet-"):]
	g := &AppGateway{ID: armID(v.Subscription, v.ResourceGroup, "Microsoft.Network/applicationGateways", name), Name: name, Backends: backends}
	g.Public = b.publicIP(v, "pip-"+name, g.ID, publicRange(v.Region.Name))
	for k := range 2 {
		g.Instances = append(g.Instances, b.nic(s, fmt.Sprintf("%s/instances/%d/networkInterfaces/nic", g.ID, k), g.ID, log))
	}
	b.e.AppGateways = append(b.e.AppGateways, g)
}

func inbound(name string, priority int, access Access, source []string, list ...uint16) Rule {
	return Rule{Name: name, Priority: priority, Inbound: true, Access: access, Protocol: tcp, Source: source, Destination: []string{TagAny}, Ports: ports(list...)}
}

// commonRules are those of every spoke subnet: administration, health probes,
// no other neighbours, no outgoing mail.
func commonRules(hub *VNet) []Rule {
	return []Rule{
		inbound("AllowSshFromManagement", 200, Allow, texts(hub.subnet(TierManagement).Prefix), 22),
		{Name: "AllowHealthProbes", Priority: 300, Inbound: true, Access: Allow, Source: []string{TagLoadBalancer}, Destination: []string{TagAny}},
		{Name: "DenyOtherVnetInBound", Priority: 4000, Inbound: true, Access: Deny, Source: []string{TagVNet}, Destination: []string{TagAny}},
		{Name: "DenySmtpOutBound", Priority: 4000, Access: Deny, Protocol: tcp, Source: []string{TagAny}, Destination: []string{TagInternet}, Ports: ports(25)},
	}
}

func webRules(web, front *Subnet, hub *VNet) []Rule {
	if front != nil {
		return append([]Rule{inbound("AllowAppGateway", 100, Allow, texts(front.Prefix), 80, 443)}, commonRules(hub)...)
	}
	return append([]Rule{inbound("AllowHttpFromInternet", 100, Allow, []string{TagInternet}, 80, 443)}, commonRules(hub)...)
}

func appRules(web, app *Subnet, hub *VNet) []Rule {
	return append([]Rule{
		inbound("AllowWebToApp", 100, Allow, texts(web.Prefix, web.Prefix6), 8080, 8443),
		inbound("AllowSitesToApp", 110, Allow, texts(onPremisesPrefixes()...), 8443),
	}, commonRules(hub)...)
}

func dataRules(app *Subnet, hub *VNet) []Rule {
	return append([]Rule{
		inbound("AllowAppToData", 100, Allow, texts(app.Prefix), 1433, 5432, 6379),
		inbound("AllowReplication", 120, Allow, []string{"10.0.0.0/8"}, 5022),
		inbound("AllowCircuitToSql", 130, Allow, []string{circuitPrefix}, 1433),
	}, commonRules(hub)...)
}

func appGatewayRules() []Rule {
	return []Rule{
		inbound("AllowHttpFromInternet", 100, Allow, []string{TagInternet}, 80, 443),
		{Name: "AllowGatewayManager", Priority: 110, Inbound: true, Access: Allow, Protocol: tcp, Source: []string{TagGateway}, Destination: []string{TagAny}, Ports: []PortRange{{65200, 65535}}},
		{Name: "AllowHealthProbes", Priority: 300, Inbound: true, Access: Allow, Source: []string{TagLoadBalancer}, Destination: []string{TagAny}},
	}
}

// brokenRuleName is the rule that somebody adds by mistake at a known minute.
const brokenRuleName = "DenyLegacySql"

// brokenRule adds the rule to the data NSG of the spoke that suffers from it.
func (b *builder) brokenRule(since time.Time) {
	v := b.e.brokenSpoke()
	r := inbound(brokenRuleName, 90, Deny, texts(v.subnet(TierApp).Prefix), 1433)
	r.Since = since
	g := v.subnet(TierData).NSG
	g.Rules = append([]Rule{r}, g.Rules...)
}

// brokenSpoke is the spoke whose application the broken rule hits: the first
// under an NSG flow log.
func (e *Estate) brokenSpoke() *VNet { return e.spokes()[1] }

// listenPort is the port of the n-th data server of a spoke: the first is
// always SQL Server.
func listenPort(n int) uint16 { return []uint16{1433, 5432, 6379}[n%3] }
