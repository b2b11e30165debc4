// Package simulatetest fills a store with what the simulator writes, for tests that
// hold answers to its truth.
package simulatetest

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"weir/internal/knowledge"
	"weir/internal/pipeline"
	"weir/internal/settle"
	"weir/internal/simulate"
	"weir/internal/source/dir"
	"weir/internal/store"
	"weir/internal/topology/importer"
)

// Fill writes a simulated network to c.Out, and reads all of it into a store: the
// inventories, the feeds, the service tags and the logs.
func Fill(t testing.TB, s store.Store, c simulate.Config) *simulate.Truth {
	t.Helper()
	truth, err := simulate.Write(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
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
	return truth
}

// takeInventory hands a simulated inventory over.
func takeInventory(t testing.TB, k *knowledge.Keeper, folder string, at time.Time) {
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
