package server_test

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"weir/internal/insight"
	"weir/internal/query/querytest"
	"weir/internal/server"
)

// A file has all rows, compressed or not, and what cannot be answered is a
// problem and no file.
func TestFlowsExport(t *testing.T) {
	s := filled(t)
	ts := serve(t, server.Config{Store: s})
	const span = "from=2026-01-02T00:00:00Z&to=2026-01-03T00:00:00Z"
	all, err := insight.FlowList(t.Context(), s, insight.FlowsQuestion{From: start, To: start.AddDate(0, 0, 1), Count: true})
	if err != nil {
		t.Fatal(err)
	}
	res := do(t, "GET", ts.URL+"/api/v1/flows/export?"+span)
	rows, err := csv.NewReader(strings.NewReader(res.body)).ReadAll()
	if err != nil || res.StatusCode != 200 || int64(len(rows)) != *all.Count+1 {
		t.Errorf("%d with %d lines, want %d and a header: %v", res.StatusCode, len(rows), *all.Count, err)
	}
	if kind, name := res.Header.Get("Content-Type"), res.Header.Get("Content-Disposition"); kind != "text/csv; charset=utf-8" || name != `attachment; filename="weir-flows-2026-01-03-0000.csv"` {
		t.Errorf("it is a %q, %q", kind, name)
	}
	packed := do(t, "GET", ts.URL+"/api/v1/flows/export?"+span, "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(strings.NewReader(packed.body))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(z); err != nil || string(text) != res.body || len(packed.body) > len(text)/2 {
		t.Errorf("compressed it is another: %d bytes of %d: %v", len(packed.body), len(text), err)
	}
	var objects []map[string]any
	res = do(t, "GET", ts.URL+"/api/v1/flows/export?format=json&where=denied&"+span)
	if err := json.Unmarshal([]byte(res.body), &objects); err != nil || len(objects) == 0 {
		t.Errorf("JSON of %d: %v", len(objects), err)
	}
	for _, o := range objects {
		if o["status"] != "denied" {
			t.Errorf("a flow that does not pass: %v", o)
		}
	}
	for query, want := range map[string]int{"where=vent%3D1": 422, "from=2026-01-03T00:00:00Z&to=2026-01-02T00:00:00Z": 422, "format=xml": 422} {
		if res := do(t, "GET", ts.URL+"/api/v1/flows/export?"+query); res.StatusCode != want || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s = %d %s", query, res.StatusCode, res.body)
		}
	}
	if res := do(t, "HEAD", ts.URL+"/api/v1/flows/export?"+span); res.StatusCode != 200 || res.body != "" {
		t.Errorf("HEAD = %d %q", res.StatusCode, res.body)
	}
	empty := serve(t, server.Config{Store: querytest.Open(t)})
	if res := do(t, "GET", empty.URL+"/api/v1/flows/export"); res.StatusCode != 200 || strings.Count(res.body, "\n") != 1 {
		t.Errorf("of an empty store = %d %q", res.StatusCode, res.body)
	}
}
