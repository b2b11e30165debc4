package topology_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/topology"
)

func TestLoggings(t *testing.T) {
	const root = "/subscriptions/s/resourcegroups/rg/providers/microsoft.network/"
	id := func(name string) topology.ID { return topology.ID(root + name) }
	head := func(name string) topology.Head { return topology.Head{ID: id(name)} }
	log := func(name, target string, on bool) topology.FlowLog {
		return topology.FlowLog{Head: head("networkwatchers/w/flowlogs/" + name), Target: id(target), Enabled: on}
	}
	nic := func(name, subnet, nsg string) topology.NIC {
		n := topology.NIC{Head: head("networkinterfaces/" + name), Configs: []topology.IPConfig{{Subnet: id(subnet)}, {Subnet: id(subnet)}}}
		if nsg != "" {
			n.NSG = id(nsg)
		}
		return n
	}
	const a, b = "virtualnetworks/a", "virtualnetworks/b"
	inv := &topology.Inventory{
		Subnets: []topology.Subnet{{Head: head(a + "/subnets/x"), NSG: id("networksecuritygroups/g")}, {Head: head(b + "/subnets/y")}},
		NICs: []topology.NIC{
			nic("1", a+"/subnets/x", ""), nic("2", b+"/subnets/y", ""), nic("3", b+"/subnets/y", "networksecuritygroups/h"), nic("4", "virtualnetworks/c/subnets/z", ""),
		},
		FlowLogs: []topology.FlowLog{
			log("net", a, true), log("group", "networksecuritygroups/g", false), log("subnet", b+"/subnets/y", true), log("own", "networkinterfaces/3", true),
			log("h", "networksecuritygroups/h", true),
		},
	}
	var got []string
	for _, l := range inv.Loggings() {
		line := l.NIC.ID.Name() + ":"
		for _, f := range l.On {
			line += " " + f.ID.Name()
			if f.OfNSG() {
				line += "(nsg)"
			}
		}
		for _, f := range l.Off {
			line += " -" + f.ID.Name()
		}
		got = append(got, line)
	}
	want := []string{"1: net -group", "2: subnet", "3: own h(nsg) subnet", "4:"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Loggings() (-want +got):\n%s", diff)
	}
	if n := len((&topology.Inventory{}).Loggings()); n != 0 || strings.Contains(got[0], "h(nsg)") {
		t.Errorf("%d NICs of none", n)
	}
}
