package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShortIDs(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if d := cmp.Diff(want, shortIDs(text)); d != "" {
			t.Errorf("shortIDs(%q) (-want +got):\n%s", text, d)
		}
	}
	const sub = "641c5eeb-385d-429c-9926-01d0fa4a535c"
	// an id of a resource, and of a part of one, at the end of a sentence
	f("the nic /subscriptions/"+sub+"/resourcegroups/rg/providers/microsoft.network/networkinterfaces/web-nic has it", "the nic rg/web-nic has it")
	f("in /subscriptions/"+sub+"/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s.", "in rg/v/s.")
	// names with their subscription
	f("in "+sub+"/rg/vnet (the inventory) and "+sub+"/rg/hub.", "in rg/vnet (the inventory) and rg/hub.")
	// what is no id stays
	f("subscription "+sub+" and 10.0.0.0/8, rg/vnet, s1/rg/hub", "subscription "+sub+" and 10.0.0.0/8, rg/vnet, s1/rg/hub")
	f("/subscriptions/"+sub, "/subscriptions/"+sub)
}

func TestWritePairs(t *testing.T) {
	f := func(columns int, want string) {
		t.Helper()
		var p pairs
		p.add("at", "noon")
		p.add("empty", "")
		p.list("how", []string{"The narrowest prefix is éight words long.", "It is so."})
		var b strings.Builder
		p.write(&b, columns)
		if d := cmp.Diff(want, b.String()); d != "" {
			t.Errorf("write to %d columns (-want +got):\n%s", columns, d)
		}
	}
	f(0, "at   noon\nhow  The narrowest prefix is éight words long.\n     It is so.\n")
	f(28, "at   noon\nhow  The narrowest prefix is\n     éight words long.\n     It is so.\n")
	f(10, "at   noon\nhow  The narrowest prefix is éight words long.\n     It is so.\n")
}
