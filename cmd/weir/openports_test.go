package main

import (
	"encoding/json"
	"strings"
	"testing"

	"weir/internal/insight"
	"weir/internal/simulate"
)

// openOf asks weir top open-ports.
func openOf(t *testing.T, data string, more ...string) *insight.OpenAnswer {
	t.Helper()
	var a insight.OpenAnswer
	args := append([]string{"top", "open-ports", "--data", data, "--format", "json", "--limit", "1000"}, more...)
	if err := json.Unmarshal([]byte(weirRun(t, args...)), &a); err != nil {
		t.Fatal(err)
	}
	return &a
}

// checkOpen holds what is open to the internet to what the simulator says.
func checkOpen(t *testing.T, data string, events []*simulate.Event) {
	t.Helper()
	a := openOf(t, data)
	for _, e := range events {
		if e.Kind != simulate.EventBruteForce {
			continue
		}
		var found []insight.ExposedPort
		for _, p := range a.Rows {
			if p.Address == e.Responders[0] && p.Port == int(e.Port) {
				found = append(found, p)
			}
		}
		if e.AtResponder.Started == 0 { // it was denied
			if len(found) > 0 {
				t.Errorf("%s: %+v is open", e.Name, found)
			}
			continue
		}
		if len(found) != 1 {
			t.Errorf("%s: %d ports of it are open", e.Name, len(found))
			continue
		}
		p := found[0]
		if p.State != insight.OpenUsed || p.Malicious.Flows != int64(e.AtResponder.Started) || p.MaliciousSources != int64(len(e.Listed)) {
			t.Errorf("%s: %+v, want %d flows of %d malicious addresses", e.Name, p, e.AtResponder.Started, len(e.Listed))
		}
		if p.Since.After(e.From) || !p.Last.After(e.From) || len(p.Countries) == 0 {
			t.Errorf("%s: since %v, last %v, from %v", e.Name, p.Since, p.Last, p.Countries)
		}
		w := p.Ways[len(p.Ways)-1]
		if w.Kind != "public address" || w.Address == "" || !w.Anyone || w.Rules[0].Rule != "temp-ssh-any" || w.Rules[0].Priority != 110 {
			t.Errorf("%s: the way in is %+v", e.Name, w)
		}
	}
	unused := openOf(t, data, "--show", "unused")
	if len(unused.Rows) != 1 || unused.Rows[0].Port != 3389 || unused.Rows[0].Since != nil || !unused.Rows[0].Logged || unused.Rows[0].Ways[0].Anyone {
		t.Errorf("open and unused: %+v, want port 3389 of the jump host alone", unused.Rows)
	}
	var total int64
	for i, p := range a.Rows {
		total += p.Total.Flows
		switch {
		case p.State == insight.OpenUnused:
			continue
		case p.Sources == 0 || p.Since == nil || p.Last == nil:
			t.Errorf("nobody came to %+v", p)
		case p.State == insight.OpenUnexplained && !strings.HasPrefix(p.Address, "fd5a:"): // which have no public way in the inventory
			t.Errorf("unexplained: %+v", p)
		}
		if i >= 8 {
			continue
		}
		var proof insight.TableAnswer
		if err := json.Unmarshal([]byte(weirRun(t, "top", "types", "--data", data, "--format", "json", "--where", p.Filter)), &proof); err != nil {
			t.Fatal(err)
		}
		if proof.All.Total != p.Total {
			t.Errorf("%s:%d: the filter %s leads to %+v, the row has %+v", p.Address, p.Port, p.Filter, proof.All.Total, p.Total)
		}
	}
	if total != a.Total.Flows || a.Counts.All != int64(len(a.Rows)) || a.Counts.Used < 5 {
		t.Errorf("rows have %d flows, all %d; counted: %+v", total, a.Total.Flows, a.Counts)
	}
	if one := openOf(t, data, "--where", "port = 22"); one.Counts.All != 1 || one.Counts.Unused != 0 {
		t.Errorf("with a filter: %+v", one.Counts)
	}
}
