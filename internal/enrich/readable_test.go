package enrich

import "testing"

func TestReadable(t *testing.T) {
	const guid = "641c5eeb-385d-429c-9926-01d0fa4a535c"
	f := func(sentence, want string) {
		t.Helper()
		if got := Readable(sentence); got != want {
			t.Errorf("Readable(%q) = %q, want %q", sentence, got, want)
		}
	}
	f("10.0.0.4 is in "+guid+"/rg/vnet.", "10.0.0.4 is in rg/vnet.")
	f("("+guid+"/rg/gw), by "+guid+"/rg/cn;", "(rg/gw), by rg/cn;")
	f("In "+guid+"/rg/hub the nic /subscriptions/"+guid+"/resourcegroups/rg/providers/microsoft.network/networkinterfaces/n1 has it.",
		"In rg/hub the nic rg/n1 has it.")
	f("/subscriptions/ is no id, "+guid+" no name", "/subscriptions/ is no id, "+guid+" no name")
	f("", "")
	// an id of a resource, and of a part of one, at the end of a sentence
	f("the nic /subscriptions/"+guid+"/resourcegroups/rg/providers/microsoft.network/networkinterfaces/web-nic has it", "the nic rg/web-nic has it")
	f("in /subscriptions/"+guid+"/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s.", "in rg/v/s.")
	// names with their subscription
	f("in "+guid+"/rg/vnet (the inventory) and "+guid+"/rg/hub.", "in rg/vnet (the inventory) and rg/hub.")
	// what is no id stays
	f("subscription "+guid+" and 10.0.0.0/8, rg/vnet, s1/rg/hub", "subscription "+guid+" and 10.0.0.0/8, rg/vnet, s1/rg/hub")
	f("/subscriptions/"+guid, "/subscriptions/"+guid)
}
