package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"weir/internal/insight"
	"weir/internal/simulate"
)

// The host at which an event of a simulated network begins shows the event where
// an engineer looks: among its partners, as new since the time before, to the
// flow and the byte that the simulator says.
func TestHostShowsThePlantedEvent(t *testing.T) {
	logs, data := filepath.Join(t.TempDir(), "logs"), t.TempDir()
	weirRun(t, "simulate", "--out", logs, "--hours", "48", "--vms", "12", "--seed", "9")
	families, err := filepath.Glob(filepath.Join(logs, "insights-logs-*"))
	if err != nil || len(families) == 0 {
		t.Fatalf("no logs: %v", err)
	}
	weirRun(t, append([]string{"ingest", "--data", data}, families...)...)
	weirRun(t, "topology", "import", "--data", data, filepath.Join(logs, "inventory"))
	weirRun(t, "threat", "import", "--data", data, filepath.Join(logs, "threat-feed.csv"))
	text, err := os.ReadFile(filepath.Join(logs, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var truth struct{ Events []simulate.Event }
	if err := json.Unmarshal(text, &truth); err != nil {
		t.Fatal(err)
	}
	for _, e := range truth.Events {
		if e.Kind != simulate.EventExfiltration {
			continue
		}
		var a insight.HostAnswer
		from := e.From.Truncate(time.Hour)
		out := weirRun(t, "host", e.Initiators[0], "--data", data, "--by", "bytes", "--format", "json",
			"--from", from.Format(time.RFC3339), "--to", from.Add(6*time.Hour).Format(time.RFC3339))
		if err := json.Unmarshal([]byte(out), &a); err != nil {
			t.Fatal(err)
		}
		is := func(p insight.Partner) bool { return p.Address == e.Responders[0] }
		if !slices.ContainsFunc(a.News.Partners.Rows, is) {
			t.Errorf("%s: %s is not among the new partners %+v", e.Name, e.Responders[0], a.News.Partners.Rows)
		}
		p := a.Partners.Rows[0]
		at := e.AtInitiator
		want := insight.Partner{
			Address: e.Responders[0], Sent: insight.Volume{Packets: int64(at.PacketsFwd), Bytes: int64(at.BytesFwd)},
			Received: insight.Volume{Packets: int64(at.PacketsBack), Bytes: int64(at.BytesBack)},
		}
		if p.Address != want.Address || p.Sent != want.Sent || p.Received != want.Received || p.AllowedOut.Flows != int64(at.Started) || p.AllowedOut != p.Total {
			t.Errorf("%s: the first partner is %+v, want %+v with %d flows", e.Name, p, want, at.Started)
		}
		if len(p.Ports) != 1 || p.Ports[0].Port != int(e.Port) || a.Uses.Rows[0].Port != int(e.Port) {
			t.Errorf("%s: ports are %+v, and of all %+v, want %d", e.Name, p.Ports, a.Uses.Rows, e.Port)
		}
		if a.Traffic.Ratio == nil || *a.Traffic.Ratio < 2*float64(a.Before.Sent.Bytes)/float64(a.Before.Received.Bytes) {
			t.Errorf("%s: sent to received is %v, before %+v", e.Name, a.Traffic.Ratio, a.Before)
		}
		return
	}
	t.Error("there is no upload among the events")
}
