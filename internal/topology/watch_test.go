package topology

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weir/internal/flow"
)

// allOwners is History by a look-up in every view.
func allOwners(x *Index, a flow.Addr, from Capture) []string {
	var out []string
	for _, v := range x.views {
		if s := brief(x.resolve(a, v.from, from, nil)); len(out) == 0 || out[len(out)-1] != s {
			out = append(out, s)
		}
	}
	return out
}

// A history is what look-ups at every snapshot say, although it skips those
// in which nothing changed that matters.
func TestHistoryIsOfEverySnapshot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var snapshots []Snapshot
		e := estate(t, "first")
		for i := range rapid.IntRange(1, 6).Draw(t, "snapshots") {
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				e = estate(t, fmt.Sprint(i))
			case 1:
				e.nic(fmt.Sprint("new", i), fmt.Sprintf("0000000%05d", rapid.IntRange(0, 9).Draw(t, "mac")), vnetID("v0")+"/subnets/s0",
					fmt.Sprintf("10.0.0.%d", rapid.IntRange(4, 7).Draw(t, "new host")))
			case 2:
				e.public(fmt.Sprint("p", i), fmt.Sprintf("10.3.0.%d", rapid.IntRange(3, 5).Draw(t, "public")))
			case 3:
				if n := len(e.inv.NICs); n > 0 {
					e.inv.NICs = e.inv.NICs[:n-1]
				}
			}
			s := e.at(1 + i)
			snapshots = append(snapshots, s)
		}
		x := NewIndex(snapshots...)
		for range 10 {
			a := addr(drawAddr(t))
			from := Capture{
				Target: rapid.SampledFrom([]string{"", string(vnetID("v0")), string(vnetID("v1"))}).Draw(t, "target"),
				MAC:    fmt.Sprintf("0000000%05d", rapid.IntRange(0, 9).Draw(t, "capture")),
			}
			var got []string
			for _, h := range x.History(a, from) {
				got = append(got, brief(h.Owner))
			}
			when := ms(rapid.IntRange(0, 7).Draw(t, "day"))
			if one, two := x.Vantage(from, when).Owner(a), x.Owner(a, when, from); one != two {
				t.Fatalf("%s from %v is %s by the vantage, %s by the index", a, from, brief(one), brief(two))
			}
			if d := cmp.Diff(allOwners(x, a, from), got); d != "" {
				t.Fatalf("History(%s) from %v (-want +got):\n%s", a, from, d)
			}
		}
	})
}

func TestEverywhere(t *testing.T) {
	b := hubAndSpokes()
	lone := b.vnet("lone", "10.1.0.0/16")
	b.nic("lone", "", b.subnet(lone, "s", "10.1.1.0/24"), "10.1.1.4")
	b.vnet("wide", "10.0.0.0/8")
	b.inv.Subnets = append(b.inv.Subnets, Subnet{Head: Head{ID: vnetID("mentioned") + "/subnets/s"}})
	x := NewIndex(b.at(1))
	f := func(a string, want ...string) {
		t.Helper()
		var got []string
		for _, e := range x.Everywhere(addr(a), ms(1)) {
			got = append(got, e.Kind.String()+" "+e.ID.Name())
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("Everywhere(%s) (-want +got):\n%s", a, d)
		}
	}
	f("10.1.1.4", "nic lone", "nic web", "vnet wide")
	f("10.1.1.77", "subnet s", "subnet web", "vnet wide")
	f("192.168.1.1", "site (S2S) office")
	f("8.8.8.8")
	if got := NewIndex().Everywhere(addr("10.1.1.4"), ms(1)); got != nil {
		t.Errorf("Everywhere() without a snapshot: %v", got)
	}
	for vnet, want := range map[string]bool{"lone": true, "mentioned": false, "unknown": false} {
		if got := x.KnowsSpace(vnetID(vnet), ms(1)); got != want {
			t.Errorf("KnowsSpace(%s) = %t, want %t", vnet, got, want)
		}
	}
}
