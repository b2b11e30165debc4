package topology

import (
	"encoding/json"
	"iter"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// DetailsSchema is the SchemaVersion of the rows of Details, that of the
// current tables of Traffic Analytics.
const DetailsSchema = "3"

// DetailRow is a row of NTATopologyDetails
// (docs/reference/traffic-analytics.md 3.11): only the columns that apply, in
// the order in which they are explained there.
type DetailRow struct {
	Type    string // AzureResourceType; empty for a status row
	ID      ID     // not a column, but what the row is about
	Columns []Column
}

// Column is the value of a column: a string, bool, int64 or time.Time by the
// column's type string, bool, int or long, datetime.
type Column struct {
	Name  string
	Value any
}

// Details yields the rows of a snapshot: one for each resource, and at the end
// for each subscription and region a status row that says that its topology
// is complete, by which Traffic Analytics' own queries find the latest one.
func Details(s Snapshot) iter.Seq[DetailRow] {
	return func(yield func(DetailRow) bool) {
		d := &details{inv: s.Inventory, time: s.Time.UTC().Truncate(time.Millisecond), yield: yield}
		d.prepare()
		for _, rows := range []func(){
			d.networks, d.interfaces, d.machines, d.groups, d.routes, d.balancers, d.appGateways,
			d.gateways, d.connections, d.circuits, d.privateEndpoints, d.flowLogs, d.status,
		} {
			if d.stopped {
				return
			}
			rows()
		}
	}
}

type details struct {
	inv     *Inventory
	time    time.Time
	yield   func(DetailRow) bool
	stopped bool

	names    map[string]string // of subscriptions
	places   map[[2]string]bool
	regions  map[ID]string // of VNets
	publicIP map[ID]string
	logs     map[ID]*FlowLog // by target
	configs  map[ID]place    // by IP configuration
	hops     map[string]bool // addresses of appliances to which routes lead
}

// place is the subnet and address of an IP configuration.
type place struct {
	subnet ID
	addr   netip.Addr
}

func (d *details) prepare() {
	d.names, d.places, d.regions = map[string]string{}, map[[2]string]bool{}, map[ID]string{}
	d.publicIP, d.logs, d.configs, d.hops = map[ID]string{}, map[ID]*FlowLog{}, map[ID]place{}, map[string]bool{}
	for _, s := range d.inv.Subscriptions {
		d.names[s.ID.Subscription()] = s.Name
	}
	for i := range d.inv.VNets {
		d.regions[d.inv.VNets[i].ID] = d.inv.VNets[i].Location
	}
	for _, p := range d.inv.PublicIPs {
		if p.Addr.IsValid() {
			d.publicIP[p.ID] = p.Addr.String()
		}
	}
	for i := range d.inv.FlowLogs {
		l := &d.inv.FlowLogs[i]
		if old := d.logs[l.Target]; old == nil || !old.Enabled {
			d.logs[l.Target] = l
		}
	}
	for i := range d.inv.NICs {
		n := &d.inv.NICs[i]
		for _, c := range n.Configs {
			d.configs[n.ID+"/ipconfigurations/"+NewID(c.Name)] = place{c.Subnet, c.Private}
		}
	}
	for _, t := range d.inv.RouteTables {
		for _, r := range t.Routes {
			if strings.EqualFold(r.NextHopType, "VirtualAppliance") {
				d.hops[r.NextHopIP] = true
			}
		}
	}
}

// row yields a row with the common columns and those given as pairs of name
// and value. Empty texts, lists and zero numbers of optional columns are left out.
func (d *details) row(kind, name string, h *Head, pairs ...any) {
	if d.stopped {
		return
	}
	sub, region := h.ID.Subscription(), h.Location
	d.places[[2]string{sub, region}] = true
	r := DetailRow{Type: kind, ID: h.ID}
	put := func(name string, value any) {
		switch v := value.(type) {
		case string:
			if v == "" {
				return
			}
		case ID:
			if v == "" {
				return
			}
			value = v.Short()
		case []string:
			if len(v) == 0 {
				return
			}
			value = strings.Join(v, " ")
		case []netip.Prefix:
			if len(v) == 0 {
				return
			}
			value = strings.Join(written(v), " ")
		}
		r.Columns = append(r.Columns, Column{name, value})
	}
	put("SubType", "Topology")
	put("AzureResourceType", kind)
	put("Name", name)
	put("Subscription", sub)
	put("SubscriptionName", d.names[sub])
	put("Region", region)
	put("DiscoveryRegion", region)
	put("TimeProcessed", d.time)
	put("TimeGenerated", d.time)
	put("SchemaVersion", DetailsSchema)
	put("TopologyVersion", d.time.Format(time.RFC3339))
	put("Tags", writeTags(h.Tags))
	put("Zones", h.Zones)
	for i := 0; i < len(pairs); i += 2 {
		put(pairs[i].(string), pairs[i+1])
	}
	d.stopped = !d.yield(r)
}

func written[T interface{ String() string }](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = v.String()
	}
	return out
}

func writeTags(tags map[string]string) string {
	if len(tags) == 0 {
		return ""
	}
	b, err := json.Marshal(tags)
	if err != nil {
		return "" // texts can always be written
	}
	return string(b)
}

// status yields the status rows.
func (d *details) status() {
	for _, p := range slices.SortedFunc(maps.Keys(d.places), func(a, b [2]string) int {
		return slices.Compare(a[:], b[:])
	}) {
		if d.stopped {
			return
		}
		r := DetailRow{Columns: []Column{
			{"SubType", "StatusMessage"},
			{"ComponentType", "Topology"},
			{"Status", "Completed"},
			{"Subscription", p[0]},
			{"DiscoveryRegion", p[1]},
			{"TimeProcessed", d.time},
			{"TimeGenerated", d.time},
			{"SchemaVersion", DetailsSchema},
		}}
		d.stopped = !d.yield(r)
	}
}

// addresses returns the public addresses of frontends.
func (d *details) addresses(fronts []Frontend) (private, public []string) {
	for _, f := range fronts {
		if f.Private.IsValid() {
			private = append(private, f.Private.String())
		}
		if a := d.publicIP[f.PublicIP]; a != "" {
			public = append(public, a)
		}
	}
	return private, public
}

// subnetsOf returns the subnets of frontends by name, each once.
func subnetsOf(fronts []Frontend) []string {
	var out []string
	for _, f := range fronts {
		if f.Subnet != "" && !slices.Contains(out, f.Subnet.Short()) {
			out = append(out, f.Subnet.Short())
		}
	}
	return out
}

// backends returns the names of pools, and the subnets in which their targets are.
func (d *details) backends(pools []Pool) (names, subnets []string) {
	for _, p := range pools {
		names = append(names, p.ID.Name())
		for _, c := range p.Configs {
			if s := d.configs[c].subnet.Short(); s != "" && !slices.Contains(subnets, s) {
				subnets = append(subnets, s)
			}
		}
	}
	return names, subnets
}
