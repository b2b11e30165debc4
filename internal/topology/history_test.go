package topology

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A network in which an address was used by three machines, one after the
// other, with a day between the first two.
func reused() (one, nobody, two, moved *build) {
	day := func(name string) *build {
		b := &build{}
		s := b.subnet(b.vnet("v", "10.0.0.0/16"), "s", "10.0.0.0/24")
		b.nic("fixed", "0000000000FF", s, "10.0.0.9")
		if name != "" {
			b.nic(name, "0000000000A1", s, "10.0.0.4")
		}
		return b
	}
	return day("one"), day(""), day("two"), day("three")
}

func TestReusedAddress(t *testing.T) {
	one, nobody, two, three := reused()
	snapshots := []Snapshot{two.at(5), one.at(2), three.at(7), nobody.at(4), one.at(3)}
	x := NewIndex(snapshots...)
	f := func(day int, want string) {
		t.Helper()
		ask(t, x, day, mac("0000000000FF"), "10.0.0.4", want)
	}
	f(1, "nic s1/rg/one, the captured VNet, before the first snapshot")
	f(2, "nic s1/rg/one, the captured VNet")
	f(3, "nic s1/rg/one, the captured VNet")
	f(4, "subnet s1/rg/v/s, the captured VNet")
	f(5, "nic s1/rg/two, the captured VNet")
	f(6, "nic s1/rg/two, the captured VNet")
	f(7, "nic s1/rg/three, the captured VNet")
	f(28, "nic s1/rg/three, the captured VNet")
	last := x.Owner(addr("10.0.0.4"), ms(7)-1, mac("0000000000FF"))
	if last.NIC != "rg/two" {
		t.Errorf("one millisecond before the last snapshot: %s", brief(last))
	}

	var got []string
	for _, h := range x.History(addr("10.0.0.4"), mac("0000000000FF")) {
		until := "now"
		if !h.Until.IsZero() {
			until = h.Until.Format("2")
		}
		got = append(got, fmt.Sprintf("%s to %s: %s", h.From.Format("2"), until, brief(h.Owner)))
	}
	if diff := cmp.Diff(got, []string{
		"2 to 4: nic s1/rg/one, the captured VNet", "4 to 5: subnet s1/rg/v/s, the captured VNet",
		"5 to 7: nic s1/rg/two, the captured VNet", "7 to now: nic s1/rg/three, the captured VNet",
	}); diff != "" {
		t.Errorf("History() (-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(len(x.Times()), 5); diff != "" {
		t.Error(diff)
	}
}

// What does not change is held once.
func TestViewsShare(t *testing.T) {
	one, nobody, two, _ := reused()
	for _, b := range []*build{one, nobody, two} {
		other := b.vnet("other", "10.9.0.0/16")
		b.nic("x", "0000000000EE", b.subnet(other, "s", "10.9.0.0/24"), "10.9.0.4")
	}
	x := NewIndex(one.at(1), nobody.at(2), two.at(3))
	a, b := x.views[0], x.views[2]
	if a.nets[0].id.Name() != "other" || a.nets[0] != b.nets[0] {
		t.Error("the VNet in which nothing changed is held twice")
	}
	if a.nets[1] == b.nets[1] {
		t.Error("the VNet in which an address changed its owner is held once")
	}
	if a.graph != b.graph {
		t.Error("the connections did not change and are held twice")
	}
}

func TestPartialSnapshots(t *testing.T) {
	all := hubAndSpokes()
	partial := func(s Snapshot) Snapshot { s.Partial = true; return s }
	f := func(what string, newer *build, address, want string) {
		t.Helper()
		x := NewIndex(all.at(1), partial(newer.at(5)))
		if got := brief(x.Owner(addr(address), ms(6), Capture{Target: string(rid("virtualnetworks", "one"))})); got != want {
			t.Errorf("%s: Owner(%s)\n got %s\nwant %s", what, address, got, want)
		}
	}
	none := &build{}
	f("nothing", none, "10.1.1.4", "nic s1/rg/web, the captured VNet")

	nics := &build{}
	nics.nic("new", "0000000000C1", rid("virtualnetworks", "one")+"/subnets/web", "10.1.1.4")
	f("only interfaces", nics, "10.1.1.4", "nic s1/rg/new, the captured VNet")
	f("an interface that it does not show is gone", nics, "10.1.1.5", "subnet s1/rg/one/web, the captured VNet")
	f("other subscriptions stay", nics, "10.2.1.9", "subnet s1/rg/two/app, a VNet behind a common hub")
	f("other kinds stay", nics, "192.168.3.4", "site (S2S) s1/rg/office, a site behind a gateway")

	subnets := &build{}
	subnets.subnet(rid("virtualnetworks", "one"), "other", "10.1.7.0/24")
	f("the subnets of one VNet", subnets, "10.1.7.1", "subnet s1/rg/one/other, the captured VNet")
	f("speak for the VNet", subnets, "10.1.1.200", "vnet s1/rg/one, the captured VNet")
	f("and for no other", subnets, "10.0.1.77", "subnet s1/rg/hub/shared, a peered VNet")

	vnets := &build{}
	vnets.vnet("one", "10.1.0.0/16")
	f("the subnets of a VNet that went go too", vnets, "10.0.1.77", "none, nowhere")

	// a whole snapshot forgets
	x := NewIndex(all.at(1), nics.at(5))
	ask(t, x, 6, Capture{}, "192.168.3.4", "none, nowhere")
	// of one time, the whole one comes first
	x = NewIndex(partial(nics.at(5)), all.at(5))
	ask(t, x, 6, Capture{}, "10.1.1.4", "nic s1/rg/new, the whole inventory")
	ask(t, x, 6, Capture{}, "192.168.3.4", "site (S2S) s1/rg/office, the whole inventory")
	if len(x.Times()) != 1 {
		t.Errorf("two snapshots of one time became %d", len(x.Times()))
	}
}

func TestDiff(t *testing.T) {
	older, newer := hubAndSpokes(), hubAndSpokes()
	newer.inv.NICs = slices.DeleteFunc(newer.inv.NICs, func(n NIC) bool { return n.ID.Name() == "app" })
	for i := range newer.inv.NICs {
		if newer.inv.NICs[i].ID.Name() == "web" {
			newer.inv.NICs[i].MAC = "0000000000C1"
			newer.inv.NICs[i].Location = "northeurope"
		}
	}
	newer.vnet("new", "10.7.0.0/16")
	a, b := older.at(1).Inventory, newer.at(2).Inventory
	if diff := cmp.Diff(Diff(a, b), []Change{
		{Kind: KindVNet, ID: rid("virtualnetworks", "new"), What: Appeared},
		{Kind: KindNIC, ID: rid("networkinterfaces", "app"), What: Gone},
		{Kind: KindNIC, ID: rid("networkinterfaces", "web"), What: Changed, Fields: []string{"location", "mac"}},
	}); diff != "" {
		t.Errorf("Diff() (-got +want):\n%s", diff)
	}
	if changes := Diff(a, older.at(3).Inventory); changes != nil {
		t.Errorf("Diff() of equal inventories: %v", changes)
	}
}

func TestCodec(t *testing.T) {
	inv := hubAndSpokes().at(1).Inventory
	b, err := inv.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if changes := Diff(inv, again); changes != nil {
		t.Errorf("Decode(Encode()) differs: %v", changes)
	}
	for text, want := range map[string]string{
		`{"version":2,"inventory":{}}`:   "cannot decode an inventory of version 2: this Weir knows versions 1 to 1",
		`{"inventory":{}}`:               "cannot decode an inventory of version 0: this Weir knows versions 1 to 1",
		`{"version":1,"inventory":null}`: "cannot decode an inventory of version 1: this Weir knows versions 1 to 1",
		`{`:                              "cannot decode the inventory: unexpected end of JSON input",
	} {
		if _, err := Decode([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("Decode(%s): %v, want %s", text, err, want)
		}
	}
}
