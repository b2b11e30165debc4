package simulate

import (
	"bufio"
	"cmp"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"weir/internal/flow"
)

// EndpointTruth is what an address of the logs was: a line of
// truth-endpoints.ndjson. Names are in lower case and in the formats of
// docs/reference/traffic-analytics.md 3.7; what does not apply is empty.
type EndpointTruth struct {
	Address string `json:"address"`
	// SeenFrom is the VNet from within which this is so, as subscription/rg/name;
	// empty where it is so from everywhere.
	SeenFrom string `json:"seenFrom,omitempty"`
	// From and Until are ms since 1970, 0 where open: an address may have two
	// owners, one after the other.
	From  int64 `json:"from,omitempty"`
	Until int64 `json:"until,omitempty"`

	Class string `json:"class"`          // vnet, p2s, s2s, private, azure or external (docs/reference/traffic-analytics.md 3.5)
	Kind  string `json:"kind,omitempty"` // nic, application gateway, private endpoint, site (S2S), site (P2S) or site (ExpressRoute)

	Subscription string `json:"subscription,omitempty"` // GUID
	Region       string `json:"region,omitempty"`       // compact, of what is in a VNet
	Zone         string `json:"zone,omitempty"`         // region/1, of a machine that is in one
	VNet         string `json:"vnet,omitempty"`         // subscription/rg/name
	Subnet       string `json:"subnet,omitempty"`       // rg/vnet/subnet
	NIC          string `json:"nic,omitempty"`          // rg/name, rg/scaleset of an instance
	MAC          string `json:"mac,omitempty"`          // twelve upper-case digits
	VM           string `json:"vm,omitempty"`           // rg/name, rg/scaleset_7 of an instance
	ScaleSet     string `json:"scaleSet,omitempty"`     // rg/name
	Forwards     bool   `json:"forwards,omitempty"`     // an appliance

	ApplicationGateway string `json:"applicationGateway,omitempty"` // subscription/rg/name, as the following
	Gateway            string `json:"gateway,omitempty"`            // that leads to the site
	Connection         string `json:"connection,omitempty"`         // of a point-to-site client gateway_address
	LocalGateway       string `json:"localNetworkGateway,omitempty"`
	Circuit            string `json:"expressRouteCircuit,omitempty"`
	ConnectionType     string `json:"connectionType,omitempty"` // VpnGateway or ExpressRoute
	PeeringType        string `json:"peeringType,omitempty"`
	PrivateEndpoint    string `json:"privateEndpoint,omitempty"` // rg/name
	PrivateLink        string `json:"privateLink,omitempty"`     // rg/type/name of the service behind it

	// Country is ISO alpha-2 of an external address, where the simulator drew
	// the address for its country.
	Country     string `json:"country,omitempty"`
	AzureRegion string `json:"azureRegion,omitempty"` // of an address of Azure: compact, or Global
	Service     string `json:"service,omitempty"`     // of an address of Azure: AzureStorage
	// Malicious tells that a feed lists the address and that it counts: it is
	// neither private nor Azure's own.
	Malicious bool `json:"malicious,omitempty"`

	net *VNet
}

// endpointKey names an endpoint: an address may be that of several NICs.
type endpointKey struct {
	addr flow.Addr
	nic  *NIC
}

// meet returns what an address at one side of an edge is and remembers it.
func (l *ledger) meet(p party, a flow.Addr) *EndpointTruth {
	k := endpointKey{a, p.nic}
	e := l.endpoints[k]
	if e == nil {
		if p.nic != nil {
			e = l.atlas.inside(p.nic)
		} else {
			e = l.atlas.outside(a.Netip())
		}
		e.Address = a.String()
		l.endpoints[k] = e
	}
	return e
}

// flowType decides as docs/reference/traffic-analytics.md 3.5 does.
func (l *ledger) flowType(e *edge, src, dst flow.Addr) flow.Type {
	a, b := l.meet(e.from, src), l.meet(e.to, dst)
	other := b
	switch {
	case a.net != nil && a.net == b.net:
		return flow.IntraVNet
	case a.net != nil && b.net != nil:
		return flow.InterVNet
	case a.net == nil && b.net == nil:
		return flow.TypeUnknown
	case a.net == nil:
		other = a
	}
	switch {
	case other.Class == "p2s":
		return flow.P2S
	case other.Class == "s2s":
		return flow.S2S
	case other.Class == "azure":
		return flow.AzurePublic
	case other.Malicious:
		return flow.MaliciousFlow
	case other.Class == "external":
		return flow.ExternalPublic
	}
	return flow.UnknownPrivate
}

// writeEndpoints writes what every address of the logs was, by address.
func (l *ledger) writeEndpoints() error {
	keys := make([]endpointKey, 0, len(l.endpoints))
	for k := range l.endpoints {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b endpointKey) int {
		return cmp.Or(a.addr.Compare(b.addr), cmp.Compare(a.nic.order(), b.nic.order()))
	})
	f, err := os.Create(filepath.Join(l.run.out, endpointsFile))
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	encoder := json.NewEncoder(w)
	for _, k := range keys {
		if err := encoder.Encode(l.endpoints[k]); err != nil {
			f.Close()
			return err
		}
	}
	l.truth.Endpoints = int64(len(keys))
	if err := w.Flush(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// order is the NIC's place among all, -1 for none.
func (n *NIC) order() int {
	if n == nil {
		return -1
	}
	return n.index
}

// atlas tells what an address outside of the NICs is, from what the generator
// drew it for.
type atlas struct {
	e         *Estate
	tags      []tag
	countries []countryPrefix
	listed    map[netip.Addr]bool
}

type countryPrefix struct {
	prefix  netip.Prefix
	country string
}

func newAtlas(r *run) *atlas {
	a := &atlas{e: r.estate, tags: serviceTags(r.estate), listed: map[netip.Addr]bool{}}
	for _, c := range countryRanges() {
		for _, p := range c.prefixes {
			a.countries = append(a.countries, countryPrefix{netip.MustParsePrefix(p), c.country})
		}
	}
	for _, l := range r.feed {
		a.listed[l.addr] = true
	}
	return a
}

// inside returns what the addresses of a NIC are.
func (a *atlas) inside(n *NIC) *EndpointTruth {
	s, v := n.Subnet, n.vnet()
	group := lower(v.ResourceGroup) + "/"
	e := &EndpointTruth{
		Class: "vnet", Kind: "nic", Subscription: v.Subscription.ID, Region: v.Region.Name, VNet: v.fullName(),
		Subnet: group + lower(v.Name+"/"+s.Name), From: millis(n.Since), Until: millis(n.Until), net: v,
	}
	if v.Island {
		e.SeenFrom = v.fullName()
	}
	if s.Tier == TierAppGateway { // its instances have no NICs that Azure shows
		e.Kind, e.ApplicationGateway = "application gateway", fullName(n.Owner)
		return e
	}
	e.NIC, e.MAC, e.Forwards = group+lower(n.Name), n.MAC, n.Forwards
	if n.Zone != "" {
		e.Zone = v.Region.Name + "/" + n.Zone
	}
	for _, pe := range a.e.Endpoints {
		if pe.NIC == n {
			e.Kind, e.MAC, e.PrivateEndpoint = "private endpoint", "", group+lower(pe.Name)
			e.PrivateLink = lower(segment(pe.Service, "resourceGroups") + "/storageAccounts/" + segment(pe.Service, "storageAccounts"))
			return e
		}
	}
	if set := segment(n.Owner, "virtualMachineScaleSets"); set != "" {
		e.ScaleSet = group + lower(set)
		e.NIC, e.VM = e.ScaleSet, e.ScaleSet+"_"+segment(n.Owner, "virtualMachines")
		return e
	}
	e.VM = group + lower(segment(n.Owner, "virtualMachines"))
	return e
}

// outside returns what an address is that belongs to no NIC.
func (a *atlas) outside(ip netip.Addr) *EndpointTruth {
	for _, s := range a.e.Sites {
		if slices.ContainsFunc(s.Prefixes, func(p netip.Prefix) bool { return p.Contains(ip) }) {
			return a.site(s, ip)
		}
	}
	if ip.IsPrivate() {
		return &EndpointTruth{Class: "private"}
	}
	if ip == platformAddr {
		return &EndpointTruth{Class: "azure", AzureRegion: "Global", Service: "Microsoft Virtual Public IP"}
	}
	if e := a.azure(ip); e != nil {
		return e
	}
	e := &EndpointTruth{Class: "external", Malicious: a.listed[ip]}
	for _, c := range a.countries {
		if c.prefix.Contains(ip) {
			e.Country = c.country
		}
	}
	return e
}

func (a *atlas) site(s *Site, ip netip.Addr) *EndpointTruth {
	vpn, er := a.e.VPNGateway, a.e.ERGateway
	e := &EndpointTruth{Class: "s2s", ConnectionType: "VpnGateway", Gateway: fullName(vpn.ID)}
	switch s.Kind {
	case PointToSite:
		e.Class, e.Kind = "p2s", "site (P2S)"
		e.Connection = e.Gateway + "_" + ip.String()
	case SiteToSite:
		e.Kind, e.LocalGateway = "site (S2S)", fullName(s.ID)
		for _, c := range vpn.Connections {
			if strings.HasSuffix(c, "/cn-"+s.Name) {
				e.Connection = fullName(c)
			}
		}
	case SiteCircuit:
		e.Kind, e.Circuit, e.PeeringType = "site (ExpressRoute)", fullName(er.CircuitID), er.Peering
		e.ConnectionType, e.Gateway, e.Connection = "ExpressRoute", fullName(er.ID), fullName(er.Connection)
	}
	return e
}

// azure returns what the narrowest of Azure's ranges with the address says,
// nil where none holds it.
func (a *atlas) azure(ip netip.Addr) *EndpointTruth {
	var e *EndpointTruth
	for _, t := range a.tags {
		if !slices.ContainsFunc(t.prefixes, func(p netip.Prefix) bool { return p.Contains(ip) }) {
			continue
		}
		if e == nil {
			e = &EndpointTruth{Class: "azure"}
		}
		e.Service = cmp.Or(e.Service, t.service)
		e.AzureRegion = cmp.Or(e.AzureRegion, t.region)
	}
	if e != nil {
		e.AzureRegion = cmp.Or(e.AzureRegion, "Global")
	}
	return e
}

// segment returns what follows a type in a resource id, empty where it has none.
func segment(id, kind string) string {
	_, rest, ok := strings.Cut(id, "/"+kind+"/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// fullName writes the id of a resource that stands alone as subscription/rg/name.
func fullName(id string) string {
	return lower(segment(id, "subscriptions") + "/" + segment(id, "resourceGroups") + id[strings.LastIndexByte(id, '/'):])
}

// fullName is subscription/rg/name, empty for no VNet.
func (v *VNet) fullName() string {
	if v == nil {
		return ""
	}
	return fullName(v.ID)
}

// vnet returns the VNet of the party, nil outside.
func (p party) vnet() *VNet {
	if p.nic == nil {
		return nil
	}
	return p.nic.vnet()
}
