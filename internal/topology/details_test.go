package topology

import (
	"bytes"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/shared"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(got, "\n"), strings.Split(string(want), "\n")); diff != "" {
		t.Errorf("%s (-got +want):\n%s", file, diff)
	}
}

// schema returns the columns of NTATopologyDetails with their types.
func schema(t *testing.T) map[string]string {
	t.Helper()
	columns := map[string]string{}
	for line := range bytes.Lines(shared.Read(t, "spec/nta-schemas.tsv")) {
		if f := strings.Fields(string(line)); len(f) == 3 && f[0] == "NTATopologyDetails" {
			columns[f[1]] = f[2]
		}
	}
	return columns
}

// whole is an estate that has something of every kind.
func whole() *build {
	b := services()
	h := hubAndSpokes()
	b.inv.VNets = append(b.inv.VNets, h.inv.VNets...)
	b.inv.Subnets = append(b.inv.Subnets, h.inv.Subnets...)
	b.inv.Peerings, b.inv.Gateways = h.inv.Peerings, h.inv.Gateways
	b.inv.Connections, b.inv.LocalGateways = h.inv.Connections, h.inv.LocalGateways
	b.public("vpn-pip", "20.9.9.9")
	b.inv.VNets[0].Tags, b.inv.VNets[0].Zones = map[string]string{"team": "net", "cost": "7"}, []string{"1", "2"}
	b.inv.VNets[0].Encrypted, b.inv.VNets[0].Enforcement = true, "AllowUnencrypted"
	b.inv.Subscriptions = []Subscription{{Head: Head{ID: "/subscriptions/s1"}, Name: "Production"}}
	b.inv.VMs = []VM{{Head: Head{ID: rid("virtualmachines", "n-vm"), Location: "westeurope"}}, {
		Head: Head{ID: rid("virtualmachinescalesets", "pool") + "/virtualmachines/88"}, ScaleSet: rid("virtualmachinescalesets", "pool"),
	}}
	nsg, asg := rid("networksecuritygroups", "g"), rid("applicationsecuritygroups", "a")
	b.inv.NSGs = []NSG{{Head: Head{ID: nsg, Location: "westeurope", Tags: map[string]string{"a": "b"}}, Rules: []Rule{
		{
			Name: "Allow-Web", Priority: 100, Direction: "Inbound", Access: "Allow", Protocol: "Tcp", Description: "the shop",
			SourcePrefixes: []string{"10.0.0.0/8", "Internet"}, SourcePorts: []string{"*"}, DestASGs: []ID{asg}, DestPorts: []string{"80", "443"},
		},
		{
			Name: "DenyAllInBound", Default: true, Priority: 65500, Direction: "Inbound", Access: "Deny", Protocol: "*",
			SourcePrefixes: []string{"*"}, SourcePorts: []string{"*"}, DestPrefixes: []string{"*"}, DestPorts: []string{"*"},
		},
	}}}
	b.inv.Subnets[0].NSG, b.inv.Subnets[0].RouteTable = nsg, rid("routetables", "rt")
	b.inv.RouteTables = []RouteTable{{Head: Head{ID: rid("routetables", "rt")}, Routes: []Route{
		{Name: "Default", Prefix: "0.0.0.0/0", NextHopType: "VirtualAppliance", NextHopIP: "10.0.1.4"},
	}}}
	lb := &b.inv.LoadBalancers[0]
	lb.Frontends[0].ID = lb.ID + "/frontendipconfigurations/f"
	lb.Pools = []Pool{{ID: lb.ID + "/backendaddresspools/web", Configs: []ID{rid("networkinterfaces", "n") + "/ipconfigurations/c0"}}}
	lb.NATRules = []NATRule{{ID: lb.ID + "/inboundnatrules/ssh", Frontend: lb.Frontends[0].ID, Backend: lb.Pools[0].Configs[0], FrontendPort: 50022, BackendPort: 22, Protocol: "Tcp"}}
	b.inv.Connections[0].Egress, b.inv.Connections[0].Ingress, b.inv.Connections[0].Status = 12, 34, "Connected"
	b.inv.Circuits = []Circuit{{
		Head: Head{ID: rid("expressroutecircuits", "c")}, Provider: "Equinix", Bandwidth: 200, Place: "Amsterdam", SKU: "Standard_MeteredData", Tier: "Standard", Family: "MeteredData",
		State: "Enabled", ProviderState: "Provisioned", Learned: []LearnedRoute{{Network: netip.MustParsePrefix("10.8.0.0/16"), NextHop: "172.31.0.1", Path: "65001"}},
		Peerings: []CircuitPeering{{
			Name: "AzurePrivatePeering", Type: "AzurePrivatePeering", State: "Enabled", AzureASN: 12076, PeerASN: 65001, VLAN: 200,
			Primary: netip.MustParsePrefix("172.31.0.0/30"), Secondary: netip.MustParsePrefix("172.31.0.4/30"), Stats: &CircuitStats{1, 2, 3, 4},
		}},
	}}
	b.inv.FlowLogs = []FlowLog{
		{Head: Head{ID: rid("networkwatchers", "nw_we") + "/flowlogs/g-log", Location: "westeurope"}, Target: nsg, Enabled: true, Storage: rid("storageaccounts", "logs")},
	}
	return b
}

func TestDetails(t *testing.T) {
	columns := schema(t)
	var out strings.Builder
	resources := 0
	for r := range Details(whole().at(1)) {
		fmt.Fprintf(&out, "%s %s\n", r.Type, r.ID)
		if r.Type != "" {
			resources++
		}
		seen := map[string]bool{}
		for _, c := range r.Columns {
			fmt.Fprintf(&out, "  %s = %v\n", c.Name, c.Value)
			kind := map[string]string{"string": "string", "bool": "bool", "int64": "int or long", "time.Time": "datetime"}[fmt.Sprintf("%T", c.Value)]
			if columns[c.Name] == "" || !strings.Contains(kind, columns[c.Name]) {
				t.Errorf("%s %s: column %s holds a %T, the schema says %q", r.Type, r.ID, c.Name, c.Value, columns[c.Name])
			}
			if seen[c.Name] {
				t.Errorf("%s %s: column %s twice", r.Type, r.ID, c.Name)
			}
			seen[c.Name] = true
		}
	}
	golden(t, "details.golden", out.String())
	if resources < 40 {
		t.Errorf("only %d rows of resources", resources)
	}
}

func TestDetailsStops(t *testing.T) {
	n := 0
	for range Details(whole().at(1)) {
		if n++; n == 3 {
			break
		}
	}
}

func TestExplain(t *testing.T) {
	var out strings.Builder
	x := NewIndex(hubAndSpokes().at(1))
	say := func(x *Index, day int, from Capture, address string) {
		o, steps := x.Explain(addr(address), ms(day), from)
		fmt.Fprintf(&out, "%s on day %d seen from %v\n", address, day, from)
		for _, s := range steps {
			fmt.Fprintf(&out, "  - %s\n", s)
		}
		fmt.Fprintf(&out, "  = %s\n", brief(o))
	}
	one := mac("0000000000A1")
	for _, a := range []string{"10.1.1.4", "10.1.1.77", "10.0.1.4", "10.2.1.4", "192.168.3.4", "172.20.0.9", "10.244.0.9"} {
		say(x, 2, one, a)
	}
	say(x, 0, Capture{Target: string(vnetID("s2/island"))}, "192.168.77.1")
	say(x, 2, Capture{MAC: "FFFFFFFFFFFF", Target: "/elsewhere"}, "10.2.7.1")
	say(NewIndex(services().at(1)), 1, Capture{}, "20.1.1.6")
	say(NewIndex(services().at(1)), 1, Capture{}, "20.3.0.1")
	say(NewIndex(), 1, Capture{}, "20.3.0.1")
	golden(t, "explain.golden", out.String())
}

func TestNames(t *testing.T) {
	f := func(id, kind, short, full string) {
		t.Helper()
		got := []string{NewID(id).Type(), NewID(id).Short(), NewID(id).Full()}
		if diff := cmp.Diff(got, []string{kind, short, full}); diff != "" {
			t.Errorf("%s (-got +want):\n%s", id, diff)
		}
	}
	const net = "/subscriptions/S1/resourceGroups/RG/providers/Microsoft.Network/"
	const set = "/subscriptions/s1/resourceGroups/mc_rg/providers/Microsoft.Compute/virtualMachineScaleSets/AKS-pool-vmss"
	f(net+"networkInterfaces/VM-Nic/", "microsoft.network/networkinterfaces", "rg/vm-nic", "s1/rg/vm-nic")
	f(net+"virtualNetworks/V/subnets/S", "microsoft.network/virtualnetworks/subnets", "rg/v/s", "s1/rg/v/s")
	f(net+"networkWatchers/NetworkWatcher_eastus/flowLogs/L", "microsoft.network/networkwatchers/flowlogs", "rg/networkwatcher_eastus/l", "s1/rg/networkwatcher_eastus/l")
	f(set, "microsoft.compute/virtualmachinescalesets", "mc_rg/aks-pool-vmss", "s1/mc_rg/aks-pool-vmss")
	f(set+"/virtualMachines/88", "microsoft.compute/virtualmachinescalesets/virtualmachines", "mc_rg/aks-pool-vmss_88", "s1/mc_rg/aks-pool-vmss_88")
	f(set+"/virtualMachines/88/networkInterfaces/nic", "microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces", "mc_rg/aks-pool-vmss", "s1/mc_rg/aks-pool-vmss")
	f("", "", "", "")
	f("/subscriptions/s1", "", "", "s1/")
	for _, bad := range []string{"", "x", "/subscriptions/s1", net + "virtualNetworks", net + "virtualNetworks/v/subnets"} {
		if id, err := ParseID(bad); err == nil {
			t.Errorf("ParseID(%q) = %q, want an error", bad, id)
		}
	}
	if got := DashedMAC("000D3A9882CE"); got != "00-0D-3A-98-82-CE" {
		t.Errorf("DashedMAC() = %s", got)
	}
	if got := Region(" West US 2"); got != "westus2" {
		t.Errorf("Region() = %s", got)
	}
	if got := time.UnixMilli(ms(1)).UTC(); got != onDay(1) {
		t.Errorf("day 1 is %s", got)
	}
}
