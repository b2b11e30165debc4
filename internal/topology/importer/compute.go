package importer

import (
	"cmp"
	"strings"

	"weir/internal/topology"
)

type nicProps struct {
	IPConfigurations     []ipConfig
	MACAddress           string
	EnableIPForwarding   bool
	VirtualMachine       ref
	NetworkSecurityGroup ref
	PrivateEndpoint      ref
}

type nic struct {
	common
	nicProps
	Properties *nicProps
}

type ipConfigProps struct {
	PrivateIPAddress                      string
	Primary                               bool
	Subnet                                ref
	PublicIPAddress                       ref
	ApplicationSecurityGroups             []ref
	LoadBalancerBackendAddressPools       []ref
	ApplicationGatewayBackendAddressPools []ref
}

type ipConfig struct {
	child
	ipConfigProps
	Properties *ipConfigProps
}

func (im *Importer) nic(b []byte, h *head) error {
	var r nic
	im.decode(b, &r)
	p := flat(r.Properties, &r.nicProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	out := topology.NIC{
		Head: top, VM: im.id(p.VirtualMachine.ID), NSG: im.id(p.NetworkSecurityGroup.ID),
		PrivateEndpoint: im.id(p.PrivateEndpoint.ID), Forwarding: p.EnableIPForwarding,
	}
	if p.MACAddress != "" {
		if out.MAC, err = topology.ParseMAC(p.MACAddress); err != nil {
			im.odd("macAddress", err)
		}
	}
	for i := range p.IPConfigurations {
		c := &p.IPConfigurations[i]
		q := flat(c.Properties, &c.ipConfigProps)
		out.Configs = append(out.Configs, topology.IPConfig{
			Name: c.Name, Primary: q.Primary, Private: im.addr("ipConfigurations.privateIPAddress", q.PrivateIPAddress), Subnet: im.id(q.Subnet.ID),
			PublicIP: im.id(q.PublicIPAddress.ID), ASGs: im.ids(q.ApplicationSecurityGroups),
			Pools: append(im.ids(q.LoadBalancerBackendAddressPools), im.ids(q.ApplicationGatewayBackendAddressPools)...),
		})
	}
	im.inv.NICs = append(im.inv.NICs, out)
	return nil
}

type vmProps struct {
	NetworkProfile         struct{ NetworkInterfaces []ref }
	HardwareProfile        struct{ VMSize string }
	StorageProfile         struct{ OSDisk struct{ OSType string } }
	VirtualMachineScaleSet ref
}

type vm struct {
	common
	vmProps
	Properties *vmProps
}

func (im *Importer) vm(b []byte, h *head) error {
	var r vm
	im.decode(b, &r)
	p := flat(r.Properties, &r.vmProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	set := im.id(p.VirtualMachineScaleSet.ID)
	if set == "" {
		set = top.ID.Of("virtualmachinescalesets")
	}
	size := p.HardwareProfile.VMSize
	if size == "" { // of an instance of a scale set
		size = r.SKU.Name
	}
	im.inv.VMs = append(im.inv.VMs, topology.VM{
		Head: top, NICs: im.ids(p.NetworkProfile.NetworkInterfaces), Size: size,
		OS: p.StorageProfile.OSDisk.OSType, ScaleSet: set,
	})
	return nil
}

type setProps struct {
	VirtualMachineProfile struct {
		NetworkProfile struct{ NetworkInterfaceConfigurations []nic }
	}
}

type scaleSet struct {
	common
	SKU struct {
		Name     string
		Capacity number
	}
	setProps
	Properties *setProps
}

func (im *Importer) scaleSet(b []byte, h *head) error {
	var r scaleSet
	im.decode(b, &r)
	p := flat(r.Properties, &r.setProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	out := topology.ScaleSet{Head: top, Size: r.SKU.Name, Capacity: int64(r.SKU.Capacity)}
	nics := p.VirtualMachineProfile.NetworkProfile.NetworkInterfaceConfigurations
	seen := map[topology.ID]bool{}
	for i := range nics {
		configs := flat(nics[i].Properties, &nics[i].nicProps).IPConfigurations
		for j := range configs {
			s := im.id(flat(configs[j].Properties, &configs[j].ipConfigProps).Subnet.ID)
			if s != "" && !seen[s] {
				seen[s] = true
				out.Subnets = append(out.Subnets, s)
			}
		}
	}
	im.inv.ScaleSets = append(im.inv.ScaleSets, out)
	return nil
}

type publicIPProps struct {
	IPAddress                string
	IPConfiguration          ref
	NATGateway               ref
	PublicIPPrefix           ref
	PublicIPAllocationMethod string
	DNSSettings              struct{ FQDN string }
}

type publicIP struct {
	common
	publicIPProps
	Properties *publicIPProps
}

func (im *Importer) publicIP(b []byte, h *head) error {
	var r publicIP
	im.decode(b, &r)
	p := flat(r.Properties, &r.publicIPProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	im.inv.PublicIPs = append(im.inv.PublicIPs, topology.PublicIP{
		Head: top, Addr: im.addr("ipAddress", p.IPAddress), Config: im.id(p.IPConfiguration.ID), NATGateway: im.id(p.NATGateway.ID),
		Prefix: im.id(p.PublicIPPrefix.ID), FQDN: p.DNSSettings.FQDN,
		Allocation: p.PublicIPAllocationMethod, SKU: r.SKU.Name,
	})
	return nil
}

type publicPrefixProps struct {
	IPPrefix                            string
	NATGateway                          ref
	LoadBalancerFrontendIPConfiguration ref
}

type publicPrefix struct {
	common
	publicPrefixProps
	Properties *publicPrefixProps
}

func (im *Importer) publicPrefix(b []byte, h *head) error {
	var r publicPrefix
	im.decode(b, &r)
	p := flat(r.Properties, &r.publicPrefixProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	im.inv.PublicIPPrefixes = append(im.inv.PublicIPPrefixes, topology.PublicIPPrefix{
		Head: top, Prefix: im.prefix("ipPrefix", p.IPPrefix), NATGateway: im.id(p.NATGateway.ID),
		Frontend: im.id(p.LoadBalancerFrontendIPConfiguration.ID),
	})
	return nil
}

// subscription takes a subscription as Resource Manager, az and Resource Graph
// write it: the name that people gave is displayName or, where there is none, name.
func (im *Importer) subscription(b []byte, h *head) error {
	var r struct {
		common
		DisplayName, TenantID, SubscriptionID string
	}
	im.decode(b, &r)
	guid := strings.ToLower(cmp.Or(r.SubscriptionID, strings.TrimPrefix(strings.ToLower(h.id), "/subscriptions/")))
	id := topology.ID("/subscriptions/" + guid)
	im.show(id)
	im.inv.Subscriptions = append(im.inv.Subscriptions, topology.Subscription{
		Head: topology.Head{ID: id, Tags: r.Tags}, Name: cmp.Or(r.DisplayName, h.name), Tenant: r.TenantID,
	})
	return nil
}

// location takes a region. Latitude and longitude are texts where there are any.
func (im *Importer) location(b []byte, h *head) error {
	type metadata struct {
		Geography           string
		Latitude, Longitude degrees
		PairedRegion        []struct{ Name string }
	}
	var r struct {
		DisplayName string
		metadata
		Metadata *metadata
	}
	im.decode(b, &r)
	m := flat(r.Metadata, &r.metadata)
	id := im.id(h.id)
	im.show(id)
	l := topology.Location{
		Head: topology.Head{ID: id, Location: id.Name()}, DisplayName: r.DisplayName, Geography: m.Geography,
		Latitude: float64(m.Latitude), Longitude: float64(m.Longitude),
	}
	if len(m.PairedRegion) > 0 {
		l.Paired = topology.Region(m.PairedRegion[0].Name)
	}
	im.inv.Locations = append(im.inv.Locations, l)
	return nil
}
