package enrich

import "testing"

func TestReadable(t *testing.T) {
	const guid = "641c5eeb-385d-429c-9926-01d0fa4a535c"
	f := func(sentence, want string) {
		t.Helper()
		if got := readable(sentence); got != want {
			t.Errorf("readable(%q) = %q, want %q", sentence, got, want)
		}
	}
	f("10.0.0.4 is in "+guid+"/rg/vnet.", "10.0.0.4 is in rg/vnet.")
	f("("+guid+"/rg/gw), by "+guid+"/rg/cn;", "(rg/gw), by rg/cn;")
	f("In "+guid+"/rg/hub the nic /subscriptions/"+guid+"/resourcegroups/rg/providers/microsoft.network/networkinterfaces/n1 has it.",
		"In rg/hub the nic rg/n1 has it.")
	f("/subscriptions/ is no id, "+guid+" no name", "/subscriptions/ is no id, "+guid+" no name")
	f("", "")
}
