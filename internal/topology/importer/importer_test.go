package importer

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/topology"
)

var update = flag.Bool("update", false, "write the golden files")

// counts writes what a report says on one line, kinds before what is unknown.
func counts(r Report) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(r.Kinds)) {
		out = append(out, fmt.Sprintf("%d %s", r.Kinds[k], k))
	}
	for _, k := range slices.Sorted(maps.Keys(r.Unknown)) {
		out = append(out, fmt.Sprintf("%d unknown %s", r.Unknown[k], k))
	}
	if r.Repeated > 0 {
		out = append(out, fmt.Sprintf("%d repeated", r.Repeated))
	}
	return strings.Join(out, ", ")
}

func problems(r Report) string {
	var out []string
	for _, p := range r.Problems {
		out = append(out, p.String())
	}
	return strings.Join(out, "\n")
}

// The counts are those that one reads in the files.
func TestRealInputs(t *testing.T) {
	want := map[string]string{
		"ApplicationGatewayGet":                   "1 application gateway",
		"ApplicationGatewayListAll":               "", // its element has no id
		"ApplicationSecurityGroupListAll":         "2 application security group",
		"AzureFirewallListBySubscription":         "1 firewall",
		"DefaultSecurityRuleList":                 "1 network security group, 6 security rule",
		"ExpressRouteCircuitGet":                  "1 expressroute circuit",
		"ExpressRouteCircuitListBySubscription":   "2 expressroute circuit",
		"ExpressRouteCircuitPeeringList":          "1 expressroute circuit, 2 expressroute peering",
		"ExpressRouteGatewayListBySubscription":   "1 connection, 1 virtual network gateway",
		"LoadBalancerListAll":                     "2 load balancer",
		"LocalNetworkGatewayList":                 "2 local network gateway",
		"NetworkInterfaceEffectiveNSGList":        "1 unknown (no type) {networkSecurityGroup, association, effectiveSecurityRules}",
		"NetworkInterfaceEffectiveRouteTableList": "6 unknown (no type) {source, state, addressPrefix, ...}",
		"NetworkInterfaceGet":                     "1 network interface",
		"NetworkInterfaceListAll":                 "2 network interface",
		"NetworkInterfaceLoadBalancerList":        "1 load balancer",
		"NetworkSecurityGroupGet":                 "1 network security group, 7 security rule",
		"NetworkSecurityGroupListAll":             "2 network security group, 12 security rule",
		"NetworkWatcherFlowLogGet":                "1 flow log",
		"NetworkWatcherFlowLogList":               "2 flow log",
		"NetworkWatcherFlowLogStatusQuery":        "1 unknown (no type) {targetResourceId, properties}",
		"NetworkWatcherListAll":                   "2 network watcher",
		"NetworkWatcherSecurityGroupViewGet":      "1 unknown (no type) {networkInterfaces}",
		"NetworkWatcherTopologyGet":               "1 unknown (no type) {id, createdDateTime, lastModified, ...}",
		"PrivateEndpointListAll":                  "3 private endpoint",
		"PublicIpAddressListAll":                  "2 public ip",
		"PublicIpPrefixListAll":                   "3 public ip prefix",
		"RouteTableListAll":                       "1 route, 2 route table",
		"ServiceTagsList":                         "1 unknown microsoft.network/servicetags",
		"SubnetList":                              "2 subnet",
		"VirtualNetworkGatewayConnectionGet":      "1 connection",
		"VirtualNetworkGatewayConnectionsList":    "2 connection",
		"VirtualNetworkGatewayGet":                "1 virtual network gateway",
		"VirtualNetworkGatewayList":               "2 virtual network gateway",
		"VirtualNetworkGatewaysListConnections":   "1 connection",
		"VirtualNetworkGet":                       "1 subnet, 1 virtual network",
		"VirtualNetworkGetWithSubnetDelegation":   "1 subnet, 1 virtual network",
		"VirtualNetworkListAll":                   "1 subnet, 2 virtual network",
		"VirtualNetworkPeeringList":               "2 peering",
		"VpnConnectionList":                       "1 connection",
		"VpnGatewayList":                          "2 connection, 2 virtual network gateway",

		"ApplicationGatewayTest.test_find_by_name.00.GET.Microsoft.Network_applicationGateways":                               "1 application gateway",
		"BastionHostTest.test_find_by_name.00.GET.Microsoft.Network_bastionHosts":                                             "1 bastion",
		"LoadBalancerTest.test_find_by_frontend_ip.00.GET.Microsoft.Network_loadBalancers":                                    "2 load balancer",
		"LoadBalancerTest.test_find_by_frontend_ip.02.GET.publicIPAddresses_cctestloadbalancer_public_ip":                     "1 public ip",
		"NetworkInterfaceTest.test_find_by_name.00.GET.Microsoft.Network_networkInterfaces":                                   "6 network interface",
		"NetworkSecurityGroupFlowLogsFilterTest.test_flow_log_filter_all.00.GET.Microsoft.Network_networkSecurityGroups":      "1 network security group, 12 security rule",
		"NetworkSecurityGroupFlowLogsFilterTest.test_flow_log_filter_all.01.GET.flowLogs_b90898c96b6945298b451436":            "1 flow log",
		"NetworkSecurityGroupTest.test_find_by_name.00.GET.Microsoft.Network_networkSecurityGroups":                           "2 network security group, 20 security rule",
		"NetworkWatcherTest.test_find_by_name.00.GET.Microsoft.Network_networkWatchers":                                       "7 network watcher",
		"PublicIpAddressTest.test_find_by_name.00.GET.Microsoft.Network_publicIPAddresses":                                    "4 public ip",
		"ResourceGraphSource.test_resource_graph_and_arm_sources_vm_are_equivalent.00.GET.Microsoft.Compute_virtualMachines":  "1 virtual machine",
		"ResourceGraphSource.test_resource_graph_and_arm_sources_vm_are_equivalent.01.POST.Microsoft.ResourceGraph_resources": "1 virtual machine",
		"RouteTableTest.test_find_route_table_by_name.00.GET.Microsoft.Network_routeTables":                                   "4 route, 2 route table",
		"VMSSTest.test_find_by_name.00.GET.Microsoft.Compute_virtualMachineScaleSets":                                         "1 scale set",
		"VMTest.virtual_machine_interface.00.GET.Microsoft.Compute_virtualMachines":                                           "1 virtual machine",
		"VMTest.virtual_machine_interface.02.GET.networkInterfaces_myVMNic":                                                   "1 network interface",
		"VMTest.virtual_machine_interface.03.GET.Microsoft.Compute_virtualMachines":                                           "3 virtual machine",
	}
	wantProblems := map[string]string{
		"ApplicationGatewayListAll": "the resource has no id",
		"ServiceTagsList":           "",
		"ResourceGraphSource.test_resource_graph_and_arm_sources_vm_are_equivalent.01.POST.Microsoft.ResourceGraph_resources": "it has 2 records, and the files hold 1",
	}
	got := map[string]string{}
	for name, b := range realInputs(t) {
		inv, r, err := Import(name, bytes.NewReader(b))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got[name] = counts(r)
		why := problems(r)
		if expect := wantProblems[name]; expect == "" && why != "" || !strings.Contains(why, expect) {
			t.Errorf("%s: problems %q, want %q", name, why, expect)
		}
		// what the store keeps is what was read
		again, err := topology.Decode([]byte(encoded(t, inv)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(encoded(t, inv), encoded(t, again)); diff != "" || len(topology.Diff(inv, again)) > 0 {
			t.Errorf("%s: Decode(Encode()) (-got +want):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("Import() (-got +want):\n%s", diff)
	}
}

// All that one estate shows, in the form in which the store keeps it.
func TestGolden(t *testing.T) {
	im := New()
	inputs := realInputs(t)
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		if err := im.Read(name, bytes.NewReader(inputs[name])); err != nil {
			t.Fatal(err)
		}
	}
	inv, r := im.Finish()
	golden := filepath.Join("testdata", "real.golden.json")
	got := encoded(t, inv)
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(got, "\n"), strings.Split(string(want), "\n")); diff != "" {
		t.Errorf("%s (-got +want):\n%s", golden, diff)
	}
	if r.Repeated == 0 {
		t.Error("the inputs show several resources twice, the report does not")
	}
}

// Whoever writes it, the same estate gives the same inventory.
func TestForms(t *testing.T) {
	for name, b := range realInputs(t) {
		if name == "DefaultSecurityRuleList" || strings.HasPrefix(name, "ResourceGraphSource") {
			continue // checked by themselves
		}
		arm, _ := imported(t, string(b))
		want := encoded(t, arm)
		list := values(t, b)
		forms := map[string]string{
			"az":             marshal(t, flatten(list)),
			"az, one by one": lines(t, flatten(list).([]any)),
			"resource graph": fmt.Sprintf(`{"count":%d,"total_records":%d,"skip_token":null,"data":%s}`, len(list), len(list), marshal(t, list)),
			"array":          marshal(t, list),
			"NDJSON":         lines(t, list),
			"pages":          fmt.Sprintf(`[{"value":%s},{"value":[]}]`, marshal(t, list)),
			"pretty":         indent(t, b),
			"BOM":            "\ufeff" + string(b),
		}
		if table := asTable(t, list); table != "" {
			forms["resource graph, table"] = table
		}
		for form, text := range forms {
			inv, _ := imported(t, text)
			if diff := cmp.Diff(encoded(t, inv), want); diff != "" {
				t.Errorf("%s as %s (-got +want):\n%s", name, form, diff)
			}
		}
	}
}

func lines(t *testing.T, list []any) string {
	var out []string
	for _, v := range list {
		out = append(out, marshal(t, v))
	}
	return strings.Join(out, "\n")
}

func indent(t *testing.T, b []byte) string {
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "\t"); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// asTable writes resources as the older answers of Resource Graph do.
func asTable(t *testing.T, list []any) string {
	keys := map[string]bool{}
	for _, v := range list {
		o, ok := v.(map[string]any)
		if !ok || o["id"] == nil {
			return ""
		}
		for k := range o {
			keys[k] = true
		}
	}
	var columns []map[string]string
	order := slices.Sorted(maps.Keys(keys))
	for _, k := range order {
		columns = append(columns, map[string]string{"name": k})
	}
	rows := [][]any{}
	for _, v := range list {
		var row []any
		for _, k := range order {
			row = append(row, v.(map[string]any)[k])
		}
		rows = append(rows, row)
	}
	return marshal(t, map[string]any{"data": map[string]any{"columns": columns, "rows": rows}})
}

func TestResourceGraphEqualsResourceManager(t *testing.T) {
	in := realInputs(t)
	const name = "ResourceGraphSource.test_resource_graph_and_arm_sources_vm_are_equivalent."
	arm, _ := imported(t, string(in[name+"00.GET.Microsoft.Compute_virtualMachines"]))
	graph, _ := imported(t, string(in[name+"01.POST.Microsoft.ResourceGraph_resources"]))
	if diff := cmp.Diff(encoded(t, graph), encoded(t, arm)); diff != "" {
		t.Errorf("(-graph +manager):\n%s", diff)
	}
}

// Rules that are listed apart from their NSG stand in the order of evaluation,
// whatever the order of the list.
func TestRulesListedApart(t *testing.T) {
	rule := func(name string, priority int) string {
		return fmt.Sprintf(`{"id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/g/securityRules/%s", "name": %q,
			"properties": {"priority": %d, "direction": "Inbound", "access": "Allow", "protocol": "*"}}`, name, name, priority)
	}
	inv, report := imported(t, "["+rule("late", 300)+","+rule("first", 100)+","+rule("second", 200)+"]")
	if len(inv.NSGs) != 1 || len(report.Problems) > 0 {
		t.Fatalf("%d groups, problems %v; want one group", len(inv.NSGs), report.Problems)
	}
	var got []string
	for _, r := range inv.NSGs[0].Rules {
		got = append(got, r.Name)
	}
	if diff := cmp.Diff([]string{"first", "second", "late"}, got); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}
