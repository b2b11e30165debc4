package importer

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/shared"
	"weir/internal/topology"
)

var day = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// owner writes in one line what an address is, seen from a VNet.
func owner(x *topology.Index, addr string, vnet topology.ID) string {
	o := x.Owner(flow.AddrFrom16(netip.MustParseAddr(addr).As16()), day.UnixMilli(), topology.Capture{Target: string(vnet)})
	var parts []string
	for _, s := range []string{o.Kind.String(), o.VNet, o.LocalGateway, o.Circuit, o.Gateway, o.Connection} {
		if s != "" {
			if i := strings.Index(s, "/"); i > 30 {
				s = s[i+1:] // without the subscription
			}
			parts = append(parts, s)
		}
	}
	return fmt.Sprintf("%s; %s", strings.Join(parts, " "), o.Scope)
}

func TestVirtualWAN(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "virtual-wan.json"))
	if err != nil {
		t.Fatal(err)
	}
	inv, r := imported(t, string(text))
	if got, want := counts(r), "3 connection, 1 expressroute circuit, 1 expressroute peering, 2 local network gateway, 3 peering, 2 virtual hub, 4 virtual network, 3 virtual network gateway"; got != want || len(r.Problems) > 0 {
		t.Errorf("counts %s, want %s; %s", got, want, problems(r))
	}
	x := topology.NewIndex(topology.Snapshot{Time: day, Inventory: inv})
	id := func(name string) topology.ID {
		return topology.NewID("/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/wan/providers/Microsoft.Network/virtualNetworks/" + name)
	}
	// f asks what an address is, seen from a VNet
	f := func(from, addr, want string) {
		t.Helper()
		if got := owner(x, addr, id(from)); got != want {
			t.Errorf("%s from %s: %s, want %s", addr, from, got, want)
		}
	}
	for _, from := range []string{"shop", "bank"} { // connected by a peering that is listed, and by the hub's connection
		f(from, "172.20.1.1", "site (S2S) wan/factory wan/vpn wan/vpn/factory; a site behind a gateway")
		f(from, "172.21.1.1", "site (S2S) wan/depot wan/vpn wan/vpn/depot; a site behind a gateway")
		f(from, "172.31.0.1", "site (S2S) wan/factory wan/vpn wan/vpn/factory; a site behind a gateway")
		f(from, "172.22.0.9", "site (P2S) wan/users; a site behind a gateway")
		f(from, "172.23.0.1", "site (ExpressRoute) wan/mpls wan/er wan/er/mpls; a site behind a gateway")
		f(from, "10.90.0.4", "vnet wan/north; a peered VNet")
	}
	f("shop", "10.22.0.4", "vnet wan/bank; a VNet behind a common hub")
	f("shop", "10.23.0.4", "vnet wan/far; the whole inventory")
	f("lone", "172.20.1.1", "site (S2S) wan/factory wan/vpn wan/vpn/factory; the whole inventory")

	relation := func(a, b, want string) {
		t.Helper()
		r := x.Relation(id(a), id(b), day.UnixMilli())
		if got := fmt.Sprintf("%s %s", r.Kind, strings.ReplaceAll(r.ConnectingVNets(), "00000000-0000-0000-0000-00000000000a/", "")); got != want {
			t.Errorf("%s and %s: %s, want %s", a, b, got, want)
		}
	}
	relation("shop", "bank", "hubs wan/north")
	relation("shop", "far", "hubs wan/north wan/south")
	relation("shop", "lone", "none ")

	// Sites of a WAN say nothing of local network gateways, nor hubs of VNets.
	before, _ := imported(t, `[{"id":"`+network+`localNetworkGateways/l"},{"id":"`+network+`virtualNetworkGateways/g"},{"id":"`+network+`connections/c"}]`)
	inv, r = imported(t, strings.ReplaceAll(string(text), "00000000-0000-0000-0000-00000000000a", "S1"))
	if lost := gone(before, inv, &r, true); len(lost) > 0 {
		t.Errorf("gone: %v", lost)
	}
}

// A virtual WAN of the field, whose peering names a VNet that Azure keeps.
func TestVirtualWANOfField(t *testing.T) {
	inv, r := imported(t, string(shared.Read(t, "data/field/virtual-wan.json")))
	if len(r.Unknown) > 0 || len(r.Problems) > 0 {
		t.Errorf("unknown %v, %s", r.Unknown, problems(r))
	}
	x := topology.NewIndex(topology.Snapshot{Time: day, Inventory: inv})
	spoke := topology.NewID("/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/spoke1")
	if got, want := owner(x, "192.168.10.7", spoke), "site (S2S) rg/site1 rg/gw1 rg/gw1/c1; a site behind a gateway"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// What PowerShell writes gives the inventory that others give.
func TestPowerShell(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "powershell", "*.json"))
	if err != nil || len(files) != 5 {
		t.Fatal(files, err)
	}
	read := func(wide bool) (*topology.Inventory, Report) {
		t.Helper()
		im := New()
		for _, name := range files {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if wide { // as > of Windows PowerShell writes it
				units := utf16.Encode([]rune("\ufeff" + string(b)))
				b = b[:0]
				for _, u := range units {
					b = append(b, byte(u), byte(u>>8))
				}
			}
			if err := im.Read(name, bytes.NewReader(b)); err != nil {
				t.Fatal(err)
			}
		}
		return im.Finish()
	}
	inv, r := read(false)
	if got, want := counts(r), "1 network interface, 1 network security group, 1 peering, 1 public ip, 1 security rule, 1 subnet, 1 virtual machine, 1 virtual network"; got != want || len(r.Problems) > 0 {
		t.Errorf("counts %s, want %s; %s", got, want, problems(r))
	}
	if wide, _ := read(true); cmp.Diff(encoded(t, inv), encoded(t, wide)) != "" {
		t.Error("UTF-16 gives another inventory")
	}
	id := func(of string) topology.ID {
		return topology.NewID("/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/ps/providers/Microsoft.Network/" + of)
	}
	tags := map[string]string{"owner": "web"}
	if diff := cmp.Diff([]topology.Subnet{{
		Head: topology.Head{ID: id("virtualNetworks/office/subnets/web"), Location: "northeurope"}, NSG: id("networkSecurityGroups/guard"),
		Prefixes: []netip.Prefix{netip.MustParsePrefix("10.31.1.0/24")},
	}}, inv.Subnets, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Errorf("subnets (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]topology.NSG{{
		Head: topology.Head{ID: id("networkSecurityGroups/guard"), Location: "northeurope", Tags: tags},
		Rules: []topology.Rule{{
			Name: "https", Priority: 100, Direction: "Inbound", Access: "Allow", Protocol: "Tcp", SourcePrefixes: []string{"Internet"},
			SourcePorts: []string{"*"}, DestPrefixes: []string{"*"}, DestPorts: []string{"443", "8443"},
		}},
	}}, inv.NSGs); diff != "" {
		t.Errorf("NSGs (-want +got):\n%s", diff)
	}
	x := topology.NewIndex(topology.Snapshot{Time: day, Inventory: inv})
	o := x.Owner(flow.AddrFrom16(netip.MustParseAddr("10.31.1.4").As16()), day.UnixMilli(), topology.Capture{MAC: "000D3A310004"})
	if o.VM != "ps/web" || o.Subnet != "ps/office/web" {
		t.Errorf("10.31.1.4 is %+v", o.Endpoint)
	}
}

func TestPowerShellOfField(t *testing.T) {
	inv, r := imported(t, string(shared.Read(t, "data/field/Get-AzVirtualNetwork.json")))
	if got, want := counts(r), "2 subnet, 1 virtual network"; got != want || len(r.Problems) > 0 {
		t.Errorf("counts %s, want %s; %s", got, want, problems(r))
	}
	if got, want := fmt.Sprint(inv.VNets[0].Prefixes, inv.Subnets[0].Prefixes, inv.Subnets[1].Prefixes), "[192.168.0.0/16] [192.168.1.0/24] [192.168.2.64/28]"; got != want {
		t.Errorf("prefixes %s, want %s", got, want)
	}
}

// Exports of tables write objects and lists as texts.
func TestJSONInTexts(t *testing.T) {
	inv, r := imported(t, `[{"id":"`+network+`virtualNetworks/v","type":"microsoft.network/virtualnetworks",
		"properties":"{\"addressSpace\":{\"addressPrefixes\":\"[\\\"10.0.0.0/16\\\"]\"},\"subnets\":[]}","tags":"{\"a\":\"b\"}"}]`)
	if len(r.Problems) > 0 || fmt.Sprint(inv.VNets[0].Prefixes, inv.VNets[0].Tags) != "[10.0.0.0/16] map[a:b]" {
		t.Errorf("%+v; %s", inv.VNets[0], problems(r))
	}
}
