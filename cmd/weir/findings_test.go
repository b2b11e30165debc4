package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/insight"
	"weir/internal/simulate"
)

// The planted events of a simulated network are found where a user looks first,
// with the numbers that the simulator says, and each finding's filter leads to
// its flows.
func TestFindingsAreThePlantedEvents(t *testing.T) {
	_, data, truth := simulated(t)
	var a insight.FindingsAnswer
	if err := json.Unmarshal([]byte(weirRun(t, "findings", "--data", data, "--format", "json")), &a); err != nil {
		t.Fatal(err)
	}
	// of sums the findings of a kind whose titles name both of the words.
	of := func(kind insight.FindingKind, words ...string) (n int, total insight.Measures) {
		for _, f := range a.Rows {
			if f.Kind != kind || slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(f.Title, w) }) {
				continue
			}
			n++
			total.Flows, total.Bytes = total.Flows+f.Total.Flows, total.Bytes+f.Total.Bytes
		}
		return n, total
	}
	for _, e := range truth.Events {
		switch at, from := e.AtResponder, e.AtInitiator; {
		case e.Kind == simulate.EventBruteForce && at.Started > 0:
			if n, total := of(insight.MaliciousAllowed, e.Responders[0]); n != len(e.Initiators) || total.Flows != int64(at.Started) {
				t.Errorf("%s: %d findings with %d flows, want %d with %d", e.Name, n, total.Flows, len(e.Initiators), at.Started)
			}
		case e.Kind == simulate.EventBruteForce: // others try the same port as well
			if n, total := of(insight.Attack, e.Responders[0], "3389"); n != 1 || total.Flows < int64(at.Denied) {
				t.Errorf("%s: %d findings with %d flows, want one with %d or more", e.Name, n, total.Flows, at.Denied)
			}
		case e.Kind == simulate.EventBeacon:
			if n, total := of(insight.MaliciousAllowed, e.Initiators[0], e.Responders[0]); n != 1 || total.Flows != int64(from.Started) || total.Bytes != int64(from.BytesFwd+from.BytesBack) {
				t.Errorf("%s: %d findings with %+v, want one with %+v", e.Name, n, total, from)
			}
		case e.Kind == simulate.EventExfiltration:
			if n, total := of(insight.Upload, e.Initiators[0], e.Responders[0]); n != 1 || total.Bytes != int64(from.BytesFwd+from.BytesBack) {
				t.Errorf("%s: %d findings with %+v, want one with %+v", e.Name, n, total, from)
			}
		case e.Kind == simulate.EventBackup: // others pass through it, too
			n, total := of(insight.GatewayFull, e.Gateway[strings.LastIndexByte(e.Gateway, '/')+1:])
			if n != 1 || total.Bytes < int64(from.BytesFwd+from.BytesBack) {
				t.Errorf("%s: %d findings with %+v, want one with %+v", e.Name, n, total, from)
			}
		case e.Kind == simulate.EventBrokenRule:
			if n, total := of(insight.BlockedMore, e.Rule); n != 1 || total.Flows != int64(at.Denied) {
				t.Errorf("%s: %d findings with %+v, want one with %+v", e.Name, n, total, at)
			}
		}
	}
	checkGateways(t, data, truth.Events)
	checkRules(t, data, truth.Events)
	checkOpen(t, data, truth.Events)
	for _, f := range a.Rows {
		from := a.From
		if f.Kind == insight.BlockedMore {
			from = a.From.Add(a.To.Sub(a.From) / 2)
		}
		split := "types"
		if f.Kind == insight.BlockedMore {
			split = "security-groups" // at each NIC, as rules decide
		}
		var proof insight.TableAnswer
		out := weirRun(t, "top", split, "--data", data, "--format", "json", "--where", f.Filter, "--from", from.Format(time.RFC3339))
		if err := json.Unmarshal([]byte(out), &proof); err != nil {
			t.Fatal(err)
		}
		got := proof.All.Total
		if got != f.Total {
			t.Errorf("%s: the filter %s leads to %+v, the finding has %+v", f.Title, f.Filter, got, f.Total)
		}
	}
}

// simulated returns the folders of a simulated network's logs and of a store that
// read them with all that can be known, and what the simulator says of them.
func simulated(t *testing.T) (logs, data string, truth *simulate.Truth) {
	t.Helper()
	logs, data = filepath.Join(t.TempDir(), "logs"), t.TempDir()
	weirRun(t, "simulate", "--out", logs, "--hours", "24", "--vms", "12", "--seed", "9")
	families, err := filepath.Glob(filepath.Join(logs, "insights-logs-*"))
	if err != nil || len(families) == 0 {
		t.Fatalf("no logs: %v", err)
	}
	weirRun(t, append([]string{"ingest", "--data", data}, families...)...)
	weirRun(t, "topology", "import", "--data", data, filepath.Join(logs, "inventory"))
	weirRun(t, "threat", "import", "--data", data, filepath.Join(logs, "threat-feed.csv"))
	truth, err = simulate.LoadTruth(logs)
	if err != nil {
		t.Fatal(err)
	}
	return logs, data, truth
}

// checkGateways holds how full a gateway was to what the simulator says: the mean
// over the event, which is spread over intervals that it does not begin with.
func checkGateways(t *testing.T, data string, events []*simulate.Event) {
	t.Helper()
	var a insight.GatewaysAnswer
	if err := json.Unmarshal([]byte(weirRun(t, "top", "gateways", "--data", data, "--format", "json")), &a); err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Kind != simulate.EventBackup {
			continue
		}
		g := a.Rows[0]
		if !strings.HasSuffix(e.Gateway, g.Gateway[strings.LastIndexByte(g.Gateway, '/'):]) || g.Capacity != e.CapacityBPS {
			t.Errorf("the fullest gateway is %+v, want %s with %d bit/s", g, e.Gateway, e.CapacityBPS)
		}
		if d := float64(g.Peak)/float64(e.RateBPS) - 1; d < -0.05 || d > 0.05 || g.PeakAt.Before(e.From.Add(-10*time.Minute)) || !g.PeakAt.Before(e.To) {
			t.Errorf("its peak is %d bit/s at %s, want %d from %s to %s", g.Peak, g.PeakAt, e.RateBPS, e.From, e.To)
		}
		if g.TunnelsUsed < 1 || g.TunnelsUsed > g.Tunnels || g.ClientsUsed > g.Clients {
			t.Errorf("it used %d of %d tunnels and has %d of %d clients", g.TunnelsUsed, g.Tunnels, g.ClientsUsed, g.Clients)
		}
		if sum := g.ToAzure + g.FromAzure; sum < int64(e.AtInitiator.BytesFwd+e.AtInitiator.BytesBack) {
			t.Errorf("it carried %d bytes, fewer than the event", sum)
		}
	}
}
