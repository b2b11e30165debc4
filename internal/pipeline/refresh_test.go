package pipeline

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"weir/internal/enrich/threat"
	"weir/internal/knowledge"
	"weir/internal/settle"
)

// Feeds are read every hour: as long as they say nothing new there is nothing
// to do, and what changes later concerns nobody whom it does not.
func TestFeedsReadAgain(t *testing.T) {
	folders, truth, dir := simulated(t, 4, 24, 0.5)
	s := openStore(t, t.TempDir())
	k := openKeeper(t, s)
	knowAll(t, k, truth, dir, 0, 1, 2)
	ingest(t, s, Config{Keeper: k}, folders...)
	broughtUp(t, s, k)
	malicious(t, truth, dir) // fails where nothing is, which would test nothing
	for hour := 1; hour <= 2; hour++ {
		for _, feed := range truth.Feeds {
			in := knowledge.ThreatInput{Name: feed, At: truth.Start.Add(time.Duration(hour) * time.Hour), Content: content(t, filepath.Join(dir, feed))}
			if r, err := k.ImportThreats(context.Background(), in); err != nil || r.Added+r.Gone > 0 || r.Kept == 0 {
				t.Fatalf("%+v, %v", r, err)
			}
		}
		_, err := settle.Run(context.Background(), settle.Config{Store: s, Keeper: k, Progress: func(p settle.Progress) {
			t.Errorf("hour %d: there is work: %+v", hour, p)
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	allow(t, k, []threat.Allow{{Text: "203.0.113.77", Who: "test", Why: "nobody"}})
	if sum := broughtUp(t, s, openKeeper(t, s)); sum.Parties+sum.Rejudged+sum.Marked > 0 {
		t.Errorf("%+v: what did not change was changed", sum)
	}
	checkTyped(t, s, trueTyped(t, truth, dir))
}
