package insight_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/query/querytest"
)

// What rose and fell by far against the period before is told, with both numbers
// and the filter that leads to its flows; what changed by little or has little is not.
func TestWhatRoseAndFell(t *testing.T) {
	at := func(hours int, from, to string, port uint16, mega uint64) querytest.Flow {
		f := querytest.Random(1, 1, start)[0]
		f.Interval, f.Initiator, f.Responder, f.Port, f.Protocol, f.Status = start.Add(time.Duration(hours)*time.Hour), from, to, port, 6, flow.Allowed
		f.Started, f.BytesFwd, f.BytesBack, f.First, f.Last = 1, mega<<20, 0, f.Interval.UnixMilli(), f.Interval.UnixMilli()
		return f
	}
	const a, b, c, d = "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.7" // machines
	s := filled(t, []querytest.Flow{
		at(0, a, b, 443, 200), at(13, a, b, 443, 1000), // rose
		at(1, c, b, 1433, 900), at(14, c, b, 1433, 20), // fell, as does the machine
		at(2, a, b, 8080, 500), at(15, a, b, 8080, 600), // little more
		at(3, b, a, 25, 1), at(16, b, a, 25, 8), // far more of little
		at(17, a, d, 2222, 400), // new
	})
	find := func(from, to int) map[string]insight.Finding {
		t.Helper()
		a, err := insight.Findings(t.Context(), s, insight.Question{From: start.Add(time.Duration(from) * time.Hour), To: start.Add(time.Duration(to) * time.Hour)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]insight.Finding{}
		for _, f := range a.Rows {
			if f.Kind == insight.Rose || f.Kind == insight.Fell || f.Kind == insight.NewMachine {
				found[string(f.Kind)+": "+f.Title] = f
			}
		}
		return found
	}
	got := find(12, 24)
	want := map[string][2]int64{ // MB, and before
		"rose: Port 443/TCP has far more traffic than before":       {1000, 200},
		"rose: Port 2222/TCP has far more traffic than before":      {400, 0},
		"fell: Port 1433/TCP has far less traffic than before":      {20, 900},
		"fell: web-6 has far less traffic than before":              {20, 900},
		"new-machine: rg-hub/web-7 has traffic and had none before": {400, 0},
	}
	megas := map[string][2]int64{}
	for title, f := range got {
		megas[title] = [2]int64{f.Total.Bytes >> 20, f.Before.Bytes >> 20}
		where, err := filter.Parse(f.Filter)
		if err != nil {
			t.Fatalf("%s: %v", f.Filter, err)
		}
		q := insight.TableQuestion{Question: insight.Question{From: start.Add(12 * time.Hour), To: start.Add(24 * time.Hour), Where: where}}
		if proof := table(t, s, "types", q); proof.All.Total != f.Total {
			t.Errorf("%s: %s leads to %+v, want %+v", title, f.Filter, proof.All.Total, f.Total)
		}
	}
	if diff := cmp.Diff(want, megas); diff != "" {
		t.Errorf("what changed, MB now and before (-want +got):\n%s", diff)
	}
	if early := find(0, 12); len(early) > 0 {
		t.Errorf("without data of the time before: %v", early)
	}
}
