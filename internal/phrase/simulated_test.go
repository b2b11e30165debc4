package phrase_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"weir/internal/filter"
	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/pipeline"
	"weir/internal/query/querytest"
	"weir/internal/settle"
	"weir/internal/simulate"
	"weir/internal/source/dir"
	"weir/internal/topology/importer"
)

// TestSimulated compares insights with their queries on logs as Azure writes them: of
// networks and of security groups, with what both ends and NICs between recorded.
func TestSimulated(t *testing.T) {
	c := simulate.DefaultConfig()
	c.Out, c.Hours, c.VMs, c.Rate = t.TempDir(), 2, 40, 2
	truth, err := simulate.Write(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	s := querytest.Open(t)
	k, err := knowledge.Open(t.Context(), knowledge.Config{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) []byte {
		content, err := os.ReadFile(filepath.Join(c.Out, name))
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	for _, i := range truth.Inventories {
		if i.Form == "arm" {
			takeInventory(t, k, filepath.Join(c.Out, i.Folder), i.Time)
		}
	}
	for _, feed := range truth.Feeds {
		if _, err := k.ImportThreats(t.Context(), knowledge.ThreatInput{Name: feed, File: feed, At: truth.Start, Content: read(feed)}); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(c.Out, truth.ServiceTags)
	if _, err := k.ImportServiceTags(t.Context(), knowledge.ServiceTagsInput{Name: name, Content: read(truth.ServiceTags)}); err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.Run(t.Context(), pipeline.Config{Store: s, Keeper: k, Source: dir.New(simulate.LogFolders(c.Out)...)}); err != nil {
		t.Fatal(err)
	}
	if _, err := settle.Run(t.Context(), settle.Config{Store: s, Keeper: k}); err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{"", "denied or port in (443, 53)"} {
		where, err := filter.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		q := insight.Question{From: truth.Start, To: truth.Start.Add(2 * time.Hour), By: insight.Bytes, Limit: 20, Where: where}
		if i == 1 {
			q.From, q.To, q.By = truth.Start.Add(33*time.Minute), truth.Start.Add(95*time.Minute), insight.Flows
		}
		for _, f := range []func(string, insight.Question){rankings(t, s), lists(t, s), maps(t, s)} {
			f(fmt.Sprintf("of simulated logs where %s", text), q)
		}
	}
}

// takeInventory hands a simulated inventory over.
func takeInventory(t *testing.T, k *knowledge.Keeper, folder string, at time.Time) {
	t.Helper()
	im := importer.New()
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no inventory in %s: %v", folder, err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(im.Read(name, f), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	inv, report := im.Finish()
	if _, err := k.ImportTopology(t.Context(), knowledge.TopologyInput{Inventory: inv, Report: report, At: at, Source: folder}); err != nil {
		t.Fatal(err)
	}
}
