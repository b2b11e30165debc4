package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/internal/insight"
	"weir/internal/topology"
)

// Which NICs send no logs is what the simulator recorded, to the NIC.
func TestCoverageIsWhatWasRecorded(t *testing.T) {
	logs, data := filepath.Join(t.TempDir(), "logs"), t.TempDir()
	weirRun(t, "simulate", "--out", logs, "--hours", "24", "--vms", "12", "--seed", "9")
	families, err := filepath.Glob(filepath.Join(logs, "insights-logs-*"))
	if err != nil || len(families) == 0 {
		t.Fatalf("no logs: %v", err)
	}
	weirRun(t, append([]string{"ingest", "--data", data}, families...)...)
	weirRun(t, "topology", "import", "--data", data, filepath.Join(logs, "inventory"))
	text, err := os.ReadFile(filepath.Join(logs, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var truth struct {
		Logs []struct{ Family, NIC string }
	}
	if err := json.Unmarshal(text, &truth); err != nil || len(truth.Logs) == 0 {
		t.Fatalf("no logs in the truth: %v", err)
	}
	recorded := map[string]map[string]time.Time{} // by NIC and family: the last interval
	file, err := os.Open(filepath.Join(logs, "truth-captures.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var c struct {
			Log  int
			Last int64
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		log, at := truth.Logs[c.Log], time.UnixMilli(c.Last).UTC().Truncate(10*time.Minute)
		nic := topology.NewID(log.NIC).Short()
		if recorded[nic] == nil {
			recorded[nic] = map[string]time.Time{}
		}
		if at.After(recorded[nic][log.Family]) {
			recorded[nic][log.Family] = at
		}
	}
	var a insight.CoverageAnswer
	if err := json.Unmarshal([]byte(weirRun(t, "coverage", "--data", data, "--format", "json")), &a); err != nil {
		t.Fatal(err)
	}
	late := func(nic string) (last time.Time) {
		for _, at := range recorded[nic] {
			if at.After(last) {
				last = at
			}
		}
		return last
	}
	faults := map[insight.Fault]int{}
	for _, r := range a.Rows {
		faults[r.Fault]++
		last := late(r.NIC)
		switch r.Fault {
		case insight.FaultSilent:
			if r.Last == nil || !r.Last.Equal(last) || last.After(a.End.Add(-6*time.Hour)) {
				t.Errorf("%s is silent since %v, the truth is %s", r.NIC, r.Last, last)
			}
		case insight.FaultOneKind:
			if len(recorded[r.NIC]) != 1 {
				t.Errorf("%s sends %v", r.NIC, recorded[r.NIC])
			}
		default:
			if !last.IsZero() {
				t.Errorf("%s is %s, and was recorded at %s", r.NIC, r.Fault, last)
			}
		}
	}
	if faults[insight.FaultNoFlowLog] == 0 || faults[insight.FaultSilent] == 0 || faults[insight.FaultPrivateEndpoint] == 0 {
		t.Errorf("faults %v, so little is tested", faults)
	}
	if a.Sending+a.Distinct-faults[insight.FaultOneKind] < a.NICs {
		t.Errorf("of %d NICs %d send and %d are told not to", a.NICs, a.Sending, a.Distinct)
	}

	// What is not read is told by the flow log that nothing comes of.
	some := t.TempDir()
	for _, family := range families {
		if strings.Contains(family, "networksecuritygroup") {
			weirRun(t, "ingest", "--data", some, family)
		}
	}
	weirRun(t, "topology", "import", "--data", some, filepath.Join(logs, "inventory"))
	if err := json.Unmarshal([]byte(weirRun(t, "coverage", "--data", some, "--format", "json")), &a); err != nil {
		t.Fatal(err)
	}
	unread := 0
	for _, r := range a.Rows {
		if r.Fault == insight.FaultNotRead {
			unread++
			if _, vnet := recorded[r.NIC]["vnet"]; !vnet || len(recorded[r.NIC]) != 1 || r.FlowLog == "" || r.Storage == "" {
				t.Errorf("%+v is said not to be read, and has %v", r, recorded[r.NIC])
			}
		}
	}
	if unread == 0 {
		t.Error("no flow log is said not to be read")
	}
}
