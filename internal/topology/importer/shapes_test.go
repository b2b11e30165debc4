package importer

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"weir/internal/topology"
)

const network = "/subscriptions/S1/resourceGroups/RG/providers/Microsoft.Network/"

func TestReport(t *testing.T) {
	// f imports the text and compares counts and problems
	f := func(what, text, wantCounts string, wantProblems ...string) {
		t.Helper()
		_, r := imported(t, text)
		if got := counts(r); got != wantCounts {
			t.Errorf("%s: counts %q, want %q", what, got, wantCounts)
		}
		var got []string
		for _, p := range r.Problems {
			got = append(got, p.String())
		}
		if diff := cmp.Diff(got, wantProblems); diff != "" {
			t.Errorf("%s: problems (-got +want):\n%s", what, diff)
		}
	}
	vnet := `{"id":"` + network + `virtualNetworks/v","type":"Microsoft.Network/virtualNetworks","addressSpace":{"addressPrefixes":["10.0.0.0/16"]}}`
	nic := func(name, addr, mac string) string {
		return fmt.Sprintf(`{"id":"%snetworkInterfaces/%s","macAddress":%q,"ipConfigurations":[{"name":"c","privateIpAddress":%q}]}`, network, name, mac, addr)
	}
	f("several kinds in one file", `[`+vnet+`,`+nic("n", "10.0.0.4", "00-0D-3A-00-00-01")+`]`, "1 network interface, 1 virtual network")
	f("documents one after the other", vnet+"\n"+`{"value":[`+nic("n", "10.0.0.4", "")+`]}`, "1 network interface, 1 virtual network")
	f("the same again in other case", vnet+strings.ToUpper(vnet), "1 virtual network, 1 repeated")
	f("an unknown type", `[{"id":"`+network+`frontDoors/f"},{"id":"`+network+`frontDoors/g"}]`, "2 unknown microsoft.network/frontdoors")
	f("a type without an id", `[{"type":"Microsoft.Web/sites","name":"x"}]`, "1 unknown microsoft.web/sites")
	f("not objects", `[1,"a",null]`, "3 unknown (not an object)")
	f("a bad element alone", "["+nic("a", "10.0.0.4", "")+",\n"+nic("b", "10.0.0.444", "")+",\n"+nic("c", "10.0.0.6", "")+"]",
		"3 network interface", `input:2 /subscriptions/S1/resourceGroups/RG/providers/Microsoft.Network/networkInterfaces/b: key "ipConfigurations.privateIPAddress" is left out: cannot use "10.0.0.444" as an address`)
	f("a bad MAC", nic("a", "10.0.0.4", "00-0D-3A"), "1 network interface", `input:1 `+network+`networkInterfaces/a: key "macAddress" is left out: cannot use "00-0D-3A" as a MAC address`)
	f("a key of the wrong type", `{"id":"`+network+`virtualNetworks/v","properties":{"addressSpace":7}}`, "1 virtual network",
		`input:1 `+network+`virtualNetworks/v: key "properties.addressSpace" is left out: it holds a number where it should not`)
	f("one key of many", `[{"id":"`+network+`virtualNetworks/v","location":5,"tags":[1]},{"id":"`+network+`virtualNetworks/w","location":6}]`, "2 virtual network",
		`input:1 `+network+`virtualNetworks/v: key "location" is left out: it holds a number where it should not; and 1 more of this key`,
		`input:1 `+network+`virtualNetworks/v: key "tags" is left out: it holds a list where it should not`)
	f("what PowerShell cut off", `{"Id":"`+network+`virtualNetworks/v","AddressSpace":"Microsoft.Azure.Commands.Network.Models.PSAddressSpace"}`, "1 virtual network",
		`input:1 `+network+`virtualNetworks/v: key "AddressSpace" is left out: PowerShell cut it off: write it with ConvertTo-Json -Depth 20`)
	f("a syntax error inside an element", "["+vnet+`,{"id":"`+network+`networkInterfaces/a" "x":1},`+nic("c", "10.0.0.6", "")+"]",
		"1 network interface, 1 virtual network", `input:1 `+network+"networkInterfaces/a: not JSON: invalid character '\"' after object key:value pair")
	f("no id", `{"type":"Microsoft.Network/virtualNetworks","name":"v","properties":{}}`, "", "input:1 v: the resource has no id")
	f("an id out of its parts", `{"type":"microsoft.network/virtualnetworks","name":"v","subscriptionId":"S1","resourceGroup":"RG"}`, "1 virtual network")
	f("a bad id", `{"type":"Microsoft.Network/virtualNetworks","id":"v"}`, "",
		`input:1 v: cannot use "v" as a resource id: it does not have the form /subscriptions/S/.../providers/NAMESPACE/TYPE/NAME`)
	f("a page of several", `{"value":[`+vnet+`],"nextLink":"https://example"}`, "1 virtual network",
		"input:1: the answer says that more pages follow: join the rows of all pages in one list, as with jq -s '[.[].value[]]', and import that; nothing of its kinds counts as gone")
	f("fewer records than counted", `{"data":[`+vnet+`],"total_records":3}`, "1 virtual network",
		"input:1: the answer says that it has 3 records, and the files hold 1: import the other pages with it; nothing of its kinds counts as gone")
	f("a bad subnet of a good VNet", `{"id":"`+network+`virtualNetworks/v","subnets":[{"name":"a","addressPrefix":"10.0.0.0/33"},{"name":"b","addressPrefix":"10.0.1.0/24"}]}`,
		"2 subnet, 1 virtual network", `input:1 /subscriptions/s1/resourcegroups/rg/providers/microsoft.network/virtualnetworks/v/subnets/a: key "addressPrefix" is left out: cannot use "10.0.0.0/33" as an address prefix`)
	f("a subnet that is none", `{"id":"`+network+`virtualNetworks/v","subnets":[{"id":"`+network+`networkInterfaces/n"}],"virtualNetworkPeerings":[{"id":"`+network+`x/y/z/a"}]}`,
		"1 virtual network", `input:1 `+network+`networkInterfaces/n: its id is not that of a subnet of a VNet`,
		`input:1 `+network+`x/y/z/a: its id is not that of a peering of a VNet`)
	f("a row that is too short", `{"data":{"columns":[{"name":"id"},{"name":"type"}],"rows":[["x"]]}}`, "",
		"input:1 row 1: the row does not have the 2 columns of the table")
	f("lists in lists", strings.Repeat("[", 20)+strings.Repeat("]", 20), "", "input:1: lists lie too deep in each other")
	f("subscriptions of all writers", `[
		{"id":"/subscriptions/AA","subscriptionId":"AA","displayName":"Prod","state":"Enabled","tenantId":"T"},
		{"id":"BB","name":"Test","state":"Enabled","tenantId":"T","isDefault":true},
		{"id":"/subscriptions/CC","type":"microsoft.resources/subscriptions","name":"Lab","subscriptionId":"CC","properties":{"state":"Enabled"}}]`,
		"3 subscription")
	f("routes that nobody owns", `{"value":[{"network":"10.9.0.0/16","nextHop":"10.0.0.1","sourcePeer":"10.0.0.1","origin":"EBgp","asPath":"65001","weight":32768}]}`, "",
		`input: 1 learned routes were left out: of 0 gateways or circuits nothing says which learned them (wrap the list as {"id": "<gateway or circuit>", "learnedRoutes": [...]})`)
}

func TestRefusesWhatIsNoJSON(t *testing.T) {
	for text, want := range map[string]string{
		"":              "cannot import input: it is empty",
		" \n":           "cannot import input: it is empty",
		"Name  Address": "cannot import input: it is not JSON (write it with --output json, or with ConvertTo-Json in PowerShell)",
	} {
		_, _, err := Import("input", strings.NewReader(text))
		if err == nil || err.Error() != want {
			t.Errorf("Import(%q): %v, want %s", text, err, want)
		}
	}
}

func TestNames(t *testing.T) {
	inv, _ := imported(t, `[
		{"id":"/subscriptions/AA","subscriptionId":"AA","displayName":"Prod","state":"Enabled","tenantId":"T"},
		{"id":"BB","name":"Test","state":"Enabled","tenantId":"T","isDefault":true},
		{"id":"/subscriptions/aa/locations/westeurope","name":"westeurope","displayName":"West Europe",
		 "metadata":{"latitude":"52.3667","longitude":"4.9","geography":"Netherlands","pairedRegion":[{"name":"northeurope"}]}}]`)
	if diff := cmp.Diff(inv.Subscriptions, []topology.Subscription{
		{Head: topology.Head{ID: "/subscriptions/aa"}, Name: "Prod", Tenant: "T"},
		{Head: topology.Head{ID: "/subscriptions/bb"}, Name: "Test", Tenant: "T"},
	}); diff != "" {
		t.Errorf("subscriptions (-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(inv.Locations, []topology.Location{{
		Head:        topology.Head{ID: "/subscriptions/aa/locations/westeurope", Location: "westeurope"},
		DisplayName: "West Europe", Geography: "Netherlands", Paired: "northeurope", Latitude: 52.3667, Longitude: 4.9,
	}}); diff != "" {
		t.Errorf("locations (-got +want):\n%s", diff)
	}
}

// Windows PowerShell writes UTF-16 when output is redirected.
func TestUTF16(t *testing.T) {
	text := `[{"id":"` + network + `virtualNetworks/größe","addressSpace":{"addressPrefixes":["10.0.0.0/16"]}}]`
	want, _ := imported(t, text)
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		var b []byte
		for _, u := range utf16.Encode([]rune("\ufeff" + text)) {
			b = order.AppendUint16(b, u)
		}
		inv, _, err := Import("input", bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(encoded(t, inv), encoded(t, want)); diff != "" {
			t.Errorf("%v (-got +want):\n%s", order, diff)
		}
	}
}

func TestScaleSetInstances(t *testing.T) {
	set := "/subscriptions/S1/resourceGroups/RG/providers/Microsoft.Compute/virtualMachineScaleSets/pool"
	inv, _ := imported(t, `[
		{"id":"`+set+`/virtualMachines/7","instanceId":"7","type":"Microsoft.Compute/virtualMachines","sku":{"name":"Standard_D2s_v5"},
		 "networkProfile":{"networkInterfaces":[{"id":"`+set+`/virtualMachines/7/networkInterfaces/nic"}]}},
		{"id":"`+set+`/virtualMachines/7/networkInterfaces/nic","type":"Microsoft.Network/networkInterfaces","macAddress":"00:0d:3a:98:82:ce",
		 "ipConfigurations":[{"privateIPAddress":"10.0.0.9","primary":true}]},
		{"id":"`+set+`/virtualMachines/7/networkInterfaces/nic/ipConfigurations/c/publicIPAddresses/p","ipAddress":"20.1.2.3"}]`)
	if diff := cmp.Diff(counts(Report{Kinds: inv.Counts()}), "1 network interface, 1 public ip, 1 virtual machine"); diff != "" {
		t.Error(diff)
	}
	vm, nic := inv.VMs[0], inv.NICs[0]
	if got, want := []string{vm.ID.Short(), vm.ScaleSet.Short(), vm.Size, nic.ID.Short(), nic.MAC}, []string{"rg/pool_7", "rg/pool", "Standard_D2s_v5", "rg/pool", "000D3A9882CE"}; cmp.Diff(got, want) != "" {
		t.Errorf("names %q, want %q", got, want)
	}
}

func TestLearnedRoutes(t *testing.T) {
	er := `{"id":"` + network + `virtualNetworkGateways/er","gatewayType":"ExpressRoute"}`
	circuit := `{"id":"` + network + `expressRouteCircuits/c"}`
	ofGateway := `{"value":[{"localAddress":"10.0.0.12","network":"10.9.0.0/16","nextHop":"10.0.0.4","sourcePeer":"10.0.0.4","origin":"EBgp","asPath":"12076-65001","weight":32769}]}`
	ofCircuit := `{"value":[{"network":"10.8.0.0/16","nextHop":"192.168.0.1","locPrf":"","weight":0,"path":"65001"}]}`
	f := func(what, text string, wantGateway, wantCircuit int, wantProblem string) {
		t.Helper()
		inv, r := imported(t, text)
		gateway, circuit := len(inv.Gateways[0].Learned), len(inv.Circuits[0].Learned)
		if gateway != wantGateway || circuit != wantCircuit || !strings.Contains(problems(r), wantProblem) {
			t.Errorf("%s: %d and %d learned routes, want %d and %d; problems %q", what, gateway, circuit, wantGateway, wantCircuit, problems(r))
		}
	}
	f("of the only gateway and the only circuit", er+circuit+ofGateway+ofCircuit, 1, 1, "")
	f("wrapped", er+circuit+`{"id":"`+network+`EXPRESSROUTECIRCUITS/c","learnedRoutes":`+ofGateway+`}`, 0, 1, "")
	f("wrapped, of nobody", er+circuit+`{"id":"`+network+`virtualNetworkGateways/x","learnedRoutes":[{"network":"10.9.0.0/16"}]}`, 0, 0, "is not in this import")
	f("of one of two circuits", er+circuit+strings.Replace(circuit, "/c\"", "/d\"", 1)+ofCircuit, 0, 0, "of 2 gateways or circuits")
}

// Wrong types that some writer uses and that say the same.
func TestLenientValues(t *testing.T) {
	inv, r := imported(t, `{"id":"`+network+`networkSecurityGroups/g","tags":{"a":"1","b":{"c":2}},"zones":"1","securityRules":[
		{"name":"r","priority":"100","direction":"Inbound","access":"Allow","sourceAddressPrefixes":"10.0.0.0/8","destinationPortRanges":null}]}`)
	if len(r.Problems) > 0 {
		t.Fatal(r.Problems)
	}
	if diff := cmp.Diff(inv.NSGs, []topology.NSG{{
		Head: topology.Head{
			ID:   "/subscriptions/s1/resourcegroups/rg/providers/microsoft.network/networksecuritygroups/g",
			Tags: map[string]string{"a": "1", "b": `{"c":2}`}, Zones: []string{"1"},
		},
		Rules: []topology.Rule{{Name: "r", Priority: 100, Direction: "Inbound", Access: "Allow", SourcePrefixes: []string{"10.0.0.0/8"}}},
	}}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}
