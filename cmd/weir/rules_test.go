package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/insight"
	"weir/internal/simulate"
)

// rulesOf asks weir rules.
func rulesOf(t *testing.T, data, show string) *insight.RuleUsesAnswer {
	t.Helper()
	var a insight.RuleUsesAnswer
	if err := json.Unmarshal([]byte(weirRun(t, "rules", "--data", data, "--format", "json", "--limit", "1000", "--show", show)), &a); err != nil {
		t.Fatal(err)
	}
	return &a
}

// checkRules holds how rules are used to what the simulator says.
func checkRules(t *testing.T, data string, events []*simulate.Event) {
	t.Helper()
	find := func(a *insight.RuleUsesAnswer, rule string) (found []insight.RuleUse) {
		for _, u := range a.Rows {
			if u.Rule == rule {
				found = append(found, u)
			}
		}
		return found
	}
	malicious, blocking, all := rulesOf(t, data, "malicious"), rulesOf(t, data, "blocking"), rulesOf(t, data, "all")
	for _, e := range events {
		switch {
		case e.Kind == simulate.EventBruteForce && e.AtResponder.Started > 0:
			if u := malicious.Rows[0]; u.Rule != "temp-ssh-any" || u.Malicious.Flows != int64(e.AtResponder.Started) || u.Text == nil || u.Text.Source != "Internet" {
				t.Errorf("the first rule that let malicious flows pass is %+v, want temp-ssh-any with %d flows", u, e.AtResponder.Started)
			}
		case e.Kind == simulate.EventBrokenRule: // it came after the inventory
			u := find(blocking, strings.TrimPrefix(e.Rule, "UserRule_"))
			if len(u) != 1 || u[0].Denied.Flows != int64(e.AtResponder.Denied) || u[0].ACL != e.ACL || u[0].Text != nil {
				t.Errorf("%s is %+v, want one rule of %s that denied %d and that the inventory does not have", e.Rule, u, e.ACL, e.AtResponder.Denied)
			}
		}
	}
	var table insight.TableAnswer
	if err := json.Unmarshal([]byte(weirRun(t, "top", "security-groups", "--data", data, "--format", "json")), &table); err != nil {
		t.Fatal(err)
	}
	if all.Total != table.All.Total || all.Counts.All != int64(len(all.Rows)) || all.Inventory == nil {
		t.Errorf("all rules have %+v and %+v, security groups %+v; inventory of %v", all.Total, all.Counts, table.All.Total, all.Inventory)
	}
	hit := map[bool]int64{}
	for _, u := range all.Rows {
		hit[u.Hit]++
		switch {
		case u.Text == nil:
		case u.Text.Action == "Deny" && u.Allowed != insight.Measures{}, u.Text.Action != "Deny" && u.Denied != insight.Measures{}:
			t.Errorf("%s of %s is to %s, and allowed %+v, denied %+v", u.Rule, u.ACL, u.Text.Action, u.Allowed, u.Denied)
		case len(u.ShadowedBy) > 0 && u.Hit:
			t.Errorf("%s of %s can never decide, and decided %+v", u.Rule, u.ACL, u.Total)
		}
		if u.Hit != (u.LastHit != nil) {
			t.Errorf("%s of %s: hit %v, last %v", u.Rule, u.ACL, u.Hit, u.LastHit)
		}
	}
	if hit[true] != all.Counts.Hit || hit[true] < 50 || hit[false] < 20 {
		t.Errorf("%d rules are hit, %d are not; counted: %+v", hit[true], hit[false], all.Counts)
	}
	for _, u := range rulesOf(t, data, "unused").Rows {
		if u.Hit || u.Text == nil || u.Text.Default {
			t.Errorf("unused: %+v", u)
		}
	}
	shadowed := rulesOf(t, data, "shadowed").Rows
	if len(shadowed) != 1 || shadowed[0].Rule != "DenyDnsFromManagement" || !shadowed[0].Contradicts || cmp.Diff([]string{"AllowDnsInBound"}, shadowed[0].ShadowedBy) != "" {
		t.Errorf("shadowed rules are %+v", shadowed)
	}
}
