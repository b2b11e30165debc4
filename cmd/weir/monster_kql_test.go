package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"weir/internal/pipeline"
	"weir/internal/simulate"
)

// monstersInKQL want all the memory and all the time: rows with each other, lists
// of lists, a pattern over long texts.
var monstersInKQL = []string{
	"range a from 1 to 1000000 step 1 | extend k = 1 | join kind=inner (range b from 1 to 1000000 step 1 | extend k = 1) on k | summarize dcount(strcat(a, '-', b))",
	"range a from 1 to 1000000 step 1 | summarize l = make_list(a) | mv-expand x = l | summarize m = make_list(strcat(x, strrep('y', 1000)))",
	"range a from 1 to 1000000 step 1 | extend k = 1 | join kind=inner (range b from 1 to 1000 step 1 | extend k = 1) on k | extend s = strcat(a, strrep('ab', 1000), b) | where s matches regex '(a|b|ab){1,500}c$' | count",
}

// TestMonstersInKQL asks monsters in KQL of a weir serve with little memory, as
// clients of Azure do, while the page is loaded and logs are read. Each monster ends with a
// sentence; the page and the ingest do not notice.
func TestMonstersInKQL(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this simulates logs and fills memory")
	}
	logs, data := t.TempDir(), t.TempDir()
	c := simulate.DefaultConfig()
	c.Out, c.Hours, c.VMs = logs, 1, 40
	if _, err := simulate.Write(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "weir.yaml")
	if err := os.WriteFile(config, []byte("data: "+data+"\nmemory: 512MB\nlisten: 127.0.0.1:0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	page := serveChild(t, config)
	ctx, enough := context.WithCancel(t.Context())
	var monstrous sync.WaitGroup
	for _, monster := range monstersInKQL {
		monstrous.Go(func() {
			for first := true; first || ctx.Err() == nil; first = false {
				status, text, err := askKQL(t.Context(), page, monster, "wait=10")
				if err != nil || status != http.StatusGatewayTimeout && (status != http.StatusBadRequest || !strings.Contains(text, "MemoryLimit")) {
					t.Errorf("%s: %d %.500s: %v, want that it wanted too much memory, or time", monster, status, text, err)
					return
				}
			}
		})
	}
	var others sync.WaitGroup
	others.Go(func() { // the ingest
		out, err := weirChild(t.Context(), append([]string{"ingest", "--config", config, "--format", "json"}, simulate.LogFolders(logs)...)...)
		var s pipeline.Summary
		if err == nil {
			err = json.Unmarshal(out, &s)
		}
		if err != nil || s.Failed > 0 || s.Tuples == 0 {
			t.Errorf("ingest: %v: %s", err, out)
		}
	})
	for _, path := range []string{"status", "traffic", "top/hosts", "store"} {
		others.Go(func() { // the page
			for range 5 {
				if err := fetchOK(t.Context(), page+"api/v1/"+path); err != nil {
					t.Error(err)
				}
			}
		})
	}
	others.Wait()
	enough()
	monstrous.Wait()
	if status, text, err := askKQL(t.Context(), page, "NTANetAnalytics | count", ""); err != nil || status != http.StatusOK || strings.Contains(text, `"rows":[[0]]`) {
		t.Errorf("afterwards: %d %s: %v, want the rows that were read", status, text, err)
	}
}

// askKQL asks as clients of Azure do.
func askKQL(ctx context.Context, page, query, prefer string) (int, string, error) {
	content, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return 0, "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, page+"v1/workspaces/w/query", bytes.NewReader(content))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Prefer", prefer)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", fmt.Errorf("cannot ask: %w", err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), err
}
