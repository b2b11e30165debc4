package insight_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/query/querytest"
	"weir/internal/store"
	"weir/internal/topology"
	"weir/internal/topology/security"
)

const ruleGroup = "/subscriptions/s/nsg-0"

// ruleState is an inventory with a group of rules.
func ruleState(names ...string) knowledge.SecurityState {
	g := topology.NSG{Head: topology.Head{ID: ruleGroup}}
	for i, name := range names {
		g.Rules = append(g.Rules, topology.Rule{
			Name: name, Priority: int64(100 + i), Direction: "Inbound", Access: "Allow", Protocol: "Tcp",
			SourcePrefixes: []string{"10.0.0.0/8"}, DestPorts: []string{"22"},
		})
	}
	return knowledge.SecurityState{Estate: security.New(&topology.Inventory{NSGs: []topology.NSG{g}}, security.Known{}), Snapshot: start}
}

func ruleUses(t *testing.T, s store.Store, q insight.RuleQuestion, known knowledge.SecurityState) *insight.RuleUsesAnswer {
	t.Helper()
	if q.From.IsZero() {
		q.From, q.To = start, start.AddDate(0, 0, 1)
	}
	q.Limit = insight.MaxLimit
	a, err := insight.RuleUses(t.Context(), s, q, known)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// What rules decided is what a loop over all flows finds, whatever the spelling
// of a rule; when they were last hit too.
func TestRuleUses(t *testing.T) {
	flows := querytest.Random(33, 3000, start)
	for i := range flows {
		flows[i].Rule.Name = []string{"UserRule_", "userrule_", "DefaultRule_", ""}[i%4] + flows[i].Rule.Name
	}
	s := filled(t, flows)
	type use struct {
		Total, Allowed, Denied, Malicious insight.Measures
		Last                              time.Time
	}
	want := map[string]use{}
	for _, f := range flows {
		plain, byDefault := security.PlainName(f.Rule.Name)
		key := fmt.Sprint(f.Rule.ACL, " ", plain, byDefault)
		u := want[key]
		sum(&u.Total, f)
		switch {
		case f.Status == flow.Denied:
			sum(&u.Denied, f)
		case f.Type == flow.MaliciousFlow:
			sum(&u.Malicious, f)
			fallthrough
		default:
			sum(&u.Allowed, f)
		}
		if f.Interval.After(u.Last) {
			u.Last = f.Interval
		}
		want[key] = u
	}
	got := map[string]use{}
	a := ruleUses(t, s, insight.RuleQuestion{}, knowledge.SecurityState{})
	for _, u := range a.Rows {
		byDefault := got[fmt.Sprint(u.ACL, " ", u.Rule, false)] != use{} // both are there, in any order
		key := fmt.Sprint(u.ACL, " ", u.Rule, byDefault)
		got[key] = use{u.Total, u.Allowed, u.Denied, u.Malicious, *u.LastHit}
		if other := strings.TrimSuffix(key, "true") + "false"; byDefault && cmp.Diff(want[key], got[key]) != "" {
			got[key], got[other] = got[other], got[key]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("uses (-want +got):\n%s", diff)
	}
	if a.Inventory != nil || !a.HeldSince.Equal(firstTuple(flows)) {
		t.Errorf("inventory %v, held since %v", a.Inventory, a.HeldSince)
	}
}

func firstTuple(flows []querytest.Flow) time.Time {
	first := slices.MinFunc(flows, func(a, b querytest.Flow) int { return int(a.First - b.First) })
	return time.UnixMilli(first.First).UTC()
}

func TestRuleUsesBesideInventory(t *testing.T) {
	flows := querytest.Random(34, 200, start)
	for i := range flows {
		f := &flows[i]
		f.Rule = flow.Rule{ACL: ruleGroup, Name: "UserRule_used"}
		switch {
		case i == 0: // the day before
			f.Interval, f.Rule.Name = start.Add(-20*time.Hour), "UserRule_former"
			f.First, f.Last = f.Interval.UnixMilli(), f.Interval.UnixMilli()
		case i%2 == 0:
			f.Rule.Name = "UserRule_gone"
		}
	}
	s := filled(t, flows)
	state := ruleState("USED", "former", "idle", "again")
	// of lists the rules of a group that are shown, without those that Azure makes.
	of := func(q insight.RuleQuestion) (names []string) {
		for _, u := range ruleUses(t, s, q, state).Rows {
			if u.Text == nil || !u.Text.Default {
				names = append(names, u.Rule)
			}
		}
		return names
	}
	for show, want := range map[insight.RuleShow][]string{
		"":                    {"USED", "gone", "former", "idle", "again"},
		insight.HitRules:      {"USED", "gone"},
		insight.UnusedRules:   {"idle", "again", "former"}, // never first
		insight.ShadowedRules: {"former", "idle", "again"},
	} {
		got := of(insight.RuleQuestion{Show: show})
		if show == "" {
			slices.Sort(got)
			slices.Sort(want)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q rules (-want +got):\n%s", show, diff)
		}
	}
	a := ruleUses(t, s, insight.RuleQuestion{Sort: "key"}, state)
	for _, u := range a.Rows {
		switch u.Rule {
		case "former":
			if u.LastHit == nil || !u.LastHit.Equal(start.AddDate(0, 0, -1)) || u.Hit || !u.Logged {
				t.Errorf("former: last hit %v, hit %v, logged %v", u.LastHit, u.Hit, u.Logged)
			}
		case "idle":
			if u.LastHit != nil || u.Attached || cmp.Diff([]string{"USED"}, u.ShadowedBy) != "" || u.Text.Ports != "22" || u.Text.Source != "10.0.0.0/8" {
				t.Errorf("idle: %+v, %+v", u, u.Text)
			}
		case "gone":
			if u.Text != nil || !u.Hit {
				t.Errorf("gone: %+v", u)
			}
		}
	}
	none, err := filter.Parse("port = 1 and port = 2")
	if err != nil {
		t.Fatal(err)
	}
	if a := ruleUses(t, s, insight.RuleQuestion{Question: insight.Question{Where: none}}, state); a.Counts.Hit != 0 || !a.Rows[0].Logged {
		t.Errorf("no flow passes, and %d rules are hit; the group is logged: %v", a.Counts.Hit, a.Rows[0].Logged)
	}
	var ask *insight.AskError
	for field, q := range map[string]insight.RuleQuestion{"show": {Show: "some"}, "sort": {Sort: "age"}, "offset": {Offset: -1}} {
		if _, err := insight.RuleUses(t.Context(), s, q, state); !errors.As(err, &ask) || ask.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	empty := querytest.Open(t)
	if a := ruleUses(t, empty, insight.RuleQuestion{}, state); a.Counts.Unused != 4 || a.HeldSince != nil {
		t.Errorf("nothing stored: %+v, held since %v", a.Counts, a.HeldSince)
	}
}
