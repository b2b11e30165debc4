package simulate

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"weir/internal/topology"
	"weir/internal/topology/importer"
)

// imported reads a folder of an inventory.
func (s *simulation) imported(t *testing.T, folder string) *topology.Inventory {
	t.Helper()
	im := importer.New()
	files, err := filepath.Glob(filepath.Join(s.dir, folder, "*.json"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files in %s, %v; want several", len(files), folder, err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := im.Read(name, f); err != nil {
			t.Error(err)
		}
		f.Close()
	}
	inv, report := im.Finish()
	if len(report.Unknown) > 0 || len(report.Problems) > 0 || report.Repeated > 0 {
		t.Errorf("%s: unknown %v, problems %v, %d repeated", folder, report.Unknown, report.Problems, report.Repeated)
	}
	return inv
}

// Both forms of the inventory import to the same, and all of the estate is in it.
func TestInventory(t *testing.T) {
	c := small(1)
	c.VMs, c.Hours, c.Rate = 60, 1, 0.02
	s := write(t, c)
	arm, az := s.imported(t, inventoryFolder), s.imported(t, inventoryAzFolder)
	if changes := topology.Diff(arm, az); len(changes) > 0 {
		t.Errorf("the two forms differ: %v", changes)
	}
	if diff := cmp.Diff(arm, az, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
		t.Errorf("the two forms differ (-arm +az):\n%.2000s", diff)
	}
	e := NewEstate(c)
	shown, machines := 0, 0
	for _, n := range e.NICs {
		if n.Subnet.Tier != TierAppGateway {
			shown++
		}
	}
	subnets, rules, routes, managed := 0, 0, 0, 0
	for _, v := range e.VNets {
		subnets += len(v.Subnets)
		if v.Managed {
			managed++
		}
	}
	for _, g := range e.NSGs {
		rules += len(g.Rules) + 6
	}
	for _, r := range e.RouteTables {
		routes += len(r.Routes)
	}
	for _, x := range e.ScaleSets {
		machines += len(x.Instances)
	}
	want := map[topology.Kind]int{
		topology.KindSubscription: 3, topology.KindLocation: 3, topology.KindVNet: len(e.VNets), topology.KindSubnet: subnets,
		topology.KindPeering: len(e.Peerings), topology.KindNIC: shown, topology.KindVM: len(e.VMs) + machines,
		topology.KindScaleSet: len(e.ScaleSets), topology.KindPublicIP: len(e.PublicIPs), topology.KindNSG: len(e.NSGs),
		topology.KindRule:       rules - 1, // the broken one comes later
		topology.KindRouteTable: len(e.RouteTables), topology.KindRoute: routes, topology.KindLoadBalancer: len(e.LoadBalancers),
		topology.KindAppGateway: len(e.AppGateways), topology.KindGateway: 2, topology.KindConnection: 3, topology.KindLocalGateway: 2,
		topology.KindCircuit: 1, topology.KindCircuitPeering: 1, topology.KindLearnedRoute: 2, topology.KindPrivateEndpoint: 1,
		topology.KindFlowLog: len(e.FlowLogs), topology.KindAdminCollection: 1, topology.KindAdminRule: len(e.NetworkManager.Rules), topology.KindGroupMember: managed,
	}
	got := arm.Counts()
	if got[topology.KindWatcher] < 3 {
		t.Errorf("%d network watchers", got[topology.KindWatcher])
	}
	delete(got, topology.KindWatcher)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("resources of the inventory (-estate +imported):\n%s", diff)
	}
}
