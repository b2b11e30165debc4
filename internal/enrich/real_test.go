package enrich

import (
	"encoding/csv"
	"net/netip"
	"strings"
	"testing"
	"time"

	"weir/internal/enrich/service"
	"weir/internal/flow"
	"weir/internal/shared"
	"weir/internal/topology"
)

// realRow is a row of Traffic Analytics by column.
type realRow map[string]string

func realRows(t *testing.T) []realRow {
	t.Helper()
	all, err := csv.NewReader(shared.Open(t, "data/traffic-analytics-output/azure-sentinel-NTANetAnalytics-20250825.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []realRow
	for _, fields := range all[1:] {
		r := realRow{}
		for i, name := range all[0] {
			r[name] = fields[i]
		}
		out = append(out, r)
	}
	return out
}

// address returns an end of the row; where several public ones were collapsed, the first.
func (r realRow) address(side string) string {
	if r[side+"Ip"] != "" {
		return r[side+"Ip"]
	}
	a, _, _ := strings.Cut(r[side+"PublicIps"], "|")
	return a
}

func (r realRow) log(t *testing.T) flow.Log {
	mac, err := topology.ParseMAC(r["MacAddress"])
	if err != nil {
		t.Fatal(err)
	}
	p := strings.Split(r["TargetResourceId"], "/")
	return flow.Log{
		Family: flow.VNet, MAC: mac,
		Target: "/subscriptions/" + p[0] + "/resourcegroups/" + p[1] + "/providers/microsoft.network/virtualnetworks/" + p[2],
	}
}

// realEstate is the inventory that the rows name: subnets, and NICs with the
// MAC of whoever captured at them.
func realEstate(t *testing.T, rows []realRow) *topology.Inventory {
	inv := &topology.Inventory{}
	for _, r := range rows {
		for _, s := range []struct{ side, captures string }{{"Src", "Outbound"}, {"Dest", "Inbound"}} {
			if r[s.side+"Nic"] == "" {
				continue
			}
			sub := "/subscriptions/" + r[s.side+"Subscription"] + "/resourcegroups/"
			p := strings.Split(r[s.side+"Subnet"], "/")
			vnet := topology.ID(sub + p[0] + "/providers/microsoft.network/virtualnetworks/" + p[1])
			subnet := vnet + "/subnets/" + topology.ID(p[2])
			ip := netip.MustParseAddr(r[s.side+"Ip"])
			wide, _ := ip.Prefix(16)
			inv.VNets = append(inv.VNets, topology.VNet{Head: topology.Head{ID: vnet, Location: r[s.side+"Region"]}, Prefixes: []netip.Prefix{wide}})
			inv.Subnets = append(inv.Subnets, topology.Subnet{Head: topology.Head{ID: subnet}, Prefixes: []netip.Prefix{wide}})
			vm := strings.Split(r[s.side+"Vm"], "/")
			nic := topology.NIC{
				Head:    topology.Head{ID: topology.ID(sub + vm[0] + "/providers/microsoft.network/networkinterfaces/nic-of-" + vm[1])},
				Configs: []topology.IPConfig{{Private: ip, Subnet: subnet, Primary: true}}, Forwarding: true,
			}
			if r["FlowDirection"] == s.captures {
				nic.MAC = r.log(t).MAC
			}
			inv.NICs = append(inv.NICs, nic)
		}
	}
	var macs []topology.NIC // last, so that of a NIC the one with its MAC stays
	for _, n := range inv.NICs {
		if n.MAC != "" {
			macs = append(macs, n)
		}
	}
	inv.NICs = append(inv.NICs, macs...)
	inv.Sort()
	return inv
}

// What Traffic Analytics said of its fifty published rows follows from the
// inventory that they name, Microsoft's service tags and a feed with the
// addresses that they call malicious.
func TestRealRows(t *testing.T) {
	rows := realRows(t)
	const weekly = "ServiceTags_Public_change376_20251117.json"
	tags, err := service.Read(weekly, shared.Open(t, "data/service-tags/"+weekly))
	if err != nil {
		t.Fatal(err)
	}
	v := versions(t, tags)
	var feed strings.Builder
	for _, r := range rows {
		if r["FlowType"] == "MaliciousFlow" {
			feed.WriteString(r.address("Src") + "\n")
		}
	}
	k := New(Sources{
		Topology: topology.NewIndex(topology.Snapshot{Time: time.Date(2025, 8, 25, 0, 0, 0, 0, time.UTC), Inventory: realEstate(t, rows)}),
		Services: v, Threats: threats(t, v, nil, reading{day(1), feed.String()}),
	})
	j := k.NewJudge(hour)
	counts := map[string]int{}
	for i, r := range rows {
		start, err := time.Parse("1/2/2006 3:04:05.000 PM", r["FlowIntervalStartTime"])
		if err != nil {
			t.Fatal(err)
		}
		log := r.log(t)
		d := flow.Inbound
		if r["FlowDirection"] == "Outbound" {
			d = flow.Outbound
		}
		g := j.Flow(addr(r.address("Src")), addr(r.address("Dest")), &log, d, start.Unix())
		got, hop := g.Type, g.AtHop
		if want := r["IsFlowCapturedAtUdrHop"] == "TRUE"; got.String() != r["FlowType"] || hop != want {
			t.Errorf("row %d: %s, at hop %t; want %s, %t", i+1, got, hop, r["FlowType"], want)
		}
		counts[got.String()]++
		if r["AzureRegion"] == "" {
			continue
		}
		a := k.Attribute(addr(r.address("Src")), topology.Capture{Target: log.Target})
		if got := a.Tenures[0].Endpoint.AzureRegion; got != r["AzureRegion"] {
			t.Errorf("row %d: AzureRegion %q, want %q", i+1, got, r["AzureRegion"])
		}
	}
	if len(counts) != 5 || len(rows) != 50 {
		t.Errorf("%d rows, %v: want five kinds in 50 rows", len(rows), counts)
	}
}
