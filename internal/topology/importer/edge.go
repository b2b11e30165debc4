package importer

import (
	"cmp"
	"errors"
	"net/netip"
	"slices"

	"weir/internal/topology"
)

type frontProps struct {
	PrivateIPAddress string
	Subnet           ref
	PublicIPAddress  ref
	PublicIPPrefix   ref
}

type front struct {
	child
	frontProps
	Properties *frontProps
}

// frontends converts frontends or IP configurations.
func (im *Importer) frontends(list ...front) []topology.Frontend {
	var out []topology.Frontend
	for i := range list {
		p := flat(list[i].Properties, &list[i].frontProps)
		out = append(out, topology.Frontend{
			ID: im.id(list[i].ID), Private: im.addr("privateIPAddress", p.PrivateIPAddress), Subnet: im.id(p.Subnet.ID),
			PublicIP: im.id(p.PublicIPAddress.ID), PublicIPPrefix: im.id(p.PublicIPPrefix.ID),
		})
	}
	return out
}

type poolProps struct {
	BackendIPConfigurations []ref
	BackendAddresses        []struct{ IPAddress, FQDN string } // application gateway
	LoadBalancerBackend     []struct {
		target
		Properties *target
	} `json:"loadBalancerBackendAddresses"`
}

type target struct {
	IPAddress                       string
	NetworkInterfaceIPConfiguration ref
}

type pool struct {
	child
	poolProps
	Properties *poolProps
}

func (im *Importer) pools(list []pool) []topology.Pool {
	var out []topology.Pool
	for i := range list {
		p := flat(list[i].Properties, &list[i].poolProps)
		t := topology.Pool{ID: im.id(list[i].ID), Configs: im.ids(p.BackendIPConfigurations)}
		for _, a := range p.BackendAddresses {
			t.Targets = append(t.Targets, cmp.Or(a.IPAddress, a.FQDN))
		}
		for j := range p.LoadBalancerBackend {
			b := flat(p.LoadBalancerBackend[j].Properties, &p.LoadBalancerBackend[j].target)
			if b.IPAddress != "" && b.NetworkInterfaceIPConfiguration.ID == "" {
				t.Targets = append(t.Targets, b.IPAddress)
			}
		}
		out = append(out, t)
	}
	return out
}

type natRuleProps struct {
	FrontendIPConfiguration ref
	BackendIPConfiguration  ref
	FrontendPort            number
	BackendPort             number
	Protocol                string
	EnableFloatingIP        bool
}

type lbRuleProps struct {
	FrontendIPConfiguration ref
	BackendAddressPool      ref
	BackendAddressPools     []ref
	FrontendPort            number
	BackendPort             number
	Protocol                string
	EnableFloatingIP        bool
}

type lbProps struct {
	FrontendIPConfigurations []front
	BackendAddressPools      []pool
	LoadBalancingRules       []struct {
		child
		lbRuleProps
		Properties *lbRuleProps
	}
	InboundNATRules []struct {
		child
		natRuleProps
		Properties *natRuleProps
	}
}

type loadBalancer struct {
	common
	lbProps
	Properties *lbProps
}

func (im *Importer) loadBalancer(b []byte, h *head) error {
	var r loadBalancer
	im.decode(b, &r)
	p := flat(r.Properties, &r.lbProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	out := topology.LoadBalancer{Head: top, SKU: r.SKU.Name, Pools: im.pools(p.BackendAddressPools)}
	out.Frontends = im.frontends(p.FrontendIPConfigurations...)
	for i := range p.LoadBalancingRules {
		l := &p.LoadBalancingRules[i]
		q := flat(l.Properties, &l.lbRuleProps)
		pools := im.ids(append(slices.Clip(q.BackendAddressPools), q.BackendAddressPool))
		slices.Sort(pools)
		out.Rules = append(out.Rules, topology.LBRule{
			ID: im.id(l.ID), Frontend: im.id(q.FrontendIPConfiguration.ID), Pools: slices.Compact(pools),
			FrontendPort: int64(q.FrontendPort), BackendPort: int64(q.BackendPort),
			Protocol: q.Protocol, FloatingIP: q.EnableFloatingIP,
		})
	}
	for i := range p.InboundNATRules {
		n := &p.InboundNATRules[i]
		q := flat(n.Properties, &n.natRuleProps)
		out.NATRules = append(out.NATRules, topology.NATRule{
			ID: im.id(n.ID), Frontend: im.id(q.FrontendIPConfiguration.ID), Backend: im.id(q.BackendIPConfiguration.ID),
			FrontendPort: int64(q.FrontendPort), BackendPort: int64(q.BackendPort),
			Protocol: q.Protocol, FloatingIP: q.EnableFloatingIP,
		})
	}
	im.inv.LoadBalancers = append(im.inv.LoadBalancers, out)
	return nil
}

type listenerProps struct {
	FrontendIPConfiguration ref
	FrontendPort            ref
	Protocol                string
}

type listener struct {
	child
	listenerProps
	Properties *listenerProps
}

type frontPort struct {
	child
	Port       number
	Properties *struct{ Port number }
}

type appGatewayProps struct {
	SKU                      sku
	GatewayIPConfigurations  []front
	FrontendIPConfigurations []front
	FrontendPorts            []frontPort
	BackendAddressPools      []pool
	HTTPListeners            []listener
	Listeners                []listener // of TCP and TLS
}

// listeners joins what application gateways listen to with its ports.
func (im *Importer) listeners(p *appGatewayProps) []topology.Listener {
	ports := map[topology.ID]int64{}
	for i := range p.FrontendPorts {
		port := p.FrontendPorts[i].Port
		if q := p.FrontendPorts[i].Properties; q != nil {
			port = q.Port
		}
		ports[im.id(p.FrontendPorts[i].ID)] = int64(port)
	}
	var out []topology.Listener
	for _, list := range [][]listener{p.HTTPListeners, p.Listeners} {
		for i := range list {
			q := flat(list[i].Properties, &list[i].listenerProps)
			out = append(out, topology.Listener{
				ID: im.id(list[i].ID), Frontend: im.id(q.FrontendIPConfiguration.ID), Port: ports[im.id(q.FrontendPort.ID)], Protocol: q.Protocol,
			})
		}
	}
	return out
}

type appGateway struct {
	common
	SKU sku
	appGatewayProps
	Properties *appGatewayProps
}

func (im *Importer) appGateway(b []byte, h *head) error {
	var r appGateway
	im.decode(b, &r)
	p := flat(r.Properties, &r.appGatewayProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	out := topology.AppGateway{Head: top, SKU: cmp.Or(p.SKU.Name, r.SKU.Name), Pools: im.pools(p.BackendAddressPools)}
	out.Frontends, out.Listeners = im.frontends(p.FrontendIPConfigurations...), im.listeners(p)
	for i := range p.GatewayIPConfigurations {
		c := &p.GatewayIPConfigurations[i]
		if s := im.id(flat(c.Properties, &c.frontProps).Subnet.ID); s != "" {
			out.Subnets = append(out.Subnets, s)
		}
	}
	im.inv.AppGateways = append(im.inv.AppGateways, out)
	return nil
}

type configsProps struct {
	SKU                       sku
	IPConfigurations          []front
	ManagementIPConfiguration *front
	HubIPAddresses            struct {
		PrivateIPAddress string
		PublicIPs        struct{ Addresses []struct{ Address string } }
	}
}

type withConfigs struct {
	common
	SKU sku
	configsProps
	Properties *configsProps
}

func (im *Importer) bastion(b []byte, h *head) error {
	var r withConfigs
	im.decode(b, &r)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	out := topology.Bastion{Head: top, SKU: r.SKU.Name}
	out.Configs = im.frontends(flat(r.Properties, &r.configsProps).IPConfigurations...)
	im.inv.Bastions = append(im.inv.Bastions, out)
	return nil
}

func (im *Importer) firewall(b []byte, h *head) error {
	var r withConfigs
	im.decode(b, &r)
	p := flat(r.Properties, &r.configsProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	out := topology.Firewall{Head: top, SKU: cmp.Or(p.SKU.Tier, r.SKU.Tier)}
	configs := p.IPConfigurations
	if p.ManagementIPConfiguration != nil {
		configs = append(configs, *p.ManagementIPConfiguration)
	}
	out.Configs = im.frontends(configs...)
	for _, a := range p.HubIPAddresses.PublicIPs.Addresses {
		if addr := im.addr("hubIPAddresses.publicIPs.addresses", a.Address); addr.IsValid() {
			out.Public = append(out.Public, addr)
		}
	}
	im.inv.Firewalls = append(im.inv.Firewalls, out)
	return nil
}

type natGatewayProps struct {
	PublicIPAddresses []ref
	PublicIPPrefixes  []ref
	Subnets           []ref
}

type natGateway struct {
	common
	natGatewayProps
	Properties *natGatewayProps
}

func (im *Importer) natGateway(b []byte, h *head) error {
	var r natGateway
	im.decode(b, &r)
	p := flat(r.Properties, &r.natGatewayProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	im.inv.NATGateways = append(im.inv.NATGateways, topology.NATGateway{
		Head: top, PublicIPs: im.ids(p.PublicIPAddresses), PublicIPPrefixes: im.ids(p.PublicIPPrefixes), Subnets: im.ids(p.Subnets),
	})
	return nil
}

type linkProps struct {
	PrivateLinkServiceID              string
	GroupIDs                          texts
	PrivateLinkServiceConnectionState struct{ Status string }
}

type link struct {
	child
	linkProps
	Properties *linkProps
}

type privateEndpointProps struct {
	Subnet                              ref
	NetworkInterfaces                   []ref
	PrivateLinkServiceConnections       []link
	ManualPrivateLinkServiceConnections []link
	CustomDNSConfigs                    []struct{ IPAddresses texts }
	IPConfigurations                    []front
}

type privateEndpoint struct {
	common
	privateEndpointProps
	Properties *privateEndpointProps
}

func (im *Importer) privateEndpoint(b []byte, h *head) error {
	var r privateEndpoint
	im.decode(b, &r)
	p := flat(r.Properties, &r.privateEndpointProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	if p.Subnet.ID == "" {
		return errors.New("the private endpoint has no subnet")
	}
	out := topology.PrivateEndpoint{Head: top, Subnet: im.id(p.Subnet.ID), NICs: im.ids(p.NetworkInterfaces)}
	seen := map[netip.Addr]bool{}
	add := func(key, s string) {
		if a := im.addr(key, s); a.IsValid() && !seen[a] {
			seen[a] = true
			out.Addrs = append(out.Addrs, a)
		}
	}
	for _, c := range p.CustomDNSConfigs {
		for _, s := range c.IPAddresses {
			add("customDnsConfigs.ipAddresses", s)
		}
	}
	for i := range p.IPConfigurations {
		c := &p.IPConfigurations[i]
		add("ipConfigurations.privateIPAddress", flat(c.Properties, &c.frontProps).PrivateIPAddress)
	}
	for _, list := range [][]link{p.PrivateLinkServiceConnections, p.ManualPrivateLinkServiceConnections} {
		for i := range list {
			q := flat(list[i].Properties, &list[i].linkProps)
			out.Links = append(out.Links, topology.PrivateLink{
				Service: im.id(q.PrivateLinkServiceID), Groups: q.GroupIDs, Status: q.PrivateLinkServiceConnectionState.Status,
			})
		}
	}
	im.inv.PrivateEndpoints = append(im.inv.PrivateEndpoints, out)
	return nil
}

func (im *Importer) watcher(b []byte, h *head) error {
	top, err := im.bare(b, h)
	if err != nil {
		return err
	}
	im.inv.Watchers = append(im.inv.Watchers, topology.Watcher{Head: top})
	return nil
}

type flowLogProps struct {
	TargetResourceID           string
	StorageID                  string
	Enabled                    bool
	RetentionPolicy            struct{ Days number }
	Format                     struct{ Version number }
	RecordTypes                string
	EnabledFilteringCriteria   string
	FlowAnalyticsConfiguration struct {
		NetworkWatcherFlowAnalyticsConfiguration struct {
			Enabled                  bool
			WorkspaceResourceID      string
			TrafficAnalyticsInterval number
		}
	}
}

type flowLog struct {
	common
	flowLogProps
	Properties *flowLogProps
}

func (im *Importer) flowLog(b []byte, h *head) error {
	var r flowLog
	im.decode(b, &r)
	p := flat(r.Properties, &r.flowLogProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	a := &p.FlowAnalyticsConfiguration.NetworkWatcherFlowAnalyticsConfiguration
	im.inv.FlowLogs = append(im.inv.FlowLogs, topology.FlowLog{
		Head: top, Target: im.id(p.TargetResourceID), Storage: im.id(p.StorageID), Enabled: p.Enabled,
		Version: int64(p.Format.Version), RetentionDays: int64(p.RetentionPolicy.Days),
		Analytics: a.Enabled, Workspace: im.id(a.WorkspaceResourceID), Interval: int64(a.TrafficAnalyticsInterval),
		RecordTypes: p.RecordTypes, Criteria: p.EnabledFilteringCriteria,
	})
	return nil
}
