package main

import "testing"

func TestGroupName(t *testing.T) {
	f := func(acl, want string) {
		t.Helper()
		if got := groupName(acl); got != want {
			t.Errorf("groupName(%q) = %q, want %q", acl, got, want)
		}
	}
	f("/subscriptions/s/resourcegroups/rg/providers/microsoft.network/networksecuritygroups/nsg-web", "nsg-web")
	f("baseline", "baseline")
	// rules of the platform
	f("00000000-0000-0000-0000-000000000000", "")
	f("", "")
}
