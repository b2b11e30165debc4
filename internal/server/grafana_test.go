package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"weir/internal/server"
)

// TestGrafana sends what Grafana's data source for Azure Monitor sends, and reads
// the answer as it does: the table PrimaryResult, by the types of its columns.
func TestGrafana(t *testing.T) {
	s := serveSecure(t, server.Config{Store: filled(t), Names: []string{"weir.example.org"}})
	client := s.client()
	const span = "2026-01-02T00:00:00Z/2026-01-03T00:00:00Z"
	content, err := json.Marshal(map[string]any{
		"query":                       "NTANetAnalytics | summarize n = count() by bin(FlowIntervalEndTime, 1h), FlowStatus | order by FlowIntervalEndTime asc",
		"timespan":                    span,
		"query_datetimescope_from":    "2026-01-02T00:00:00Z",
		"query_datetimescope_to":      "2026-01-03T00:00:00Z",
		"query_datetimescope_column":  "TimeGenerated",
		"resources":                   []string{resourceID, resourceID + "2"},
		"workspaces":                  []string{resourceID},
		"query_datetimescope_unknown": true,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{resourceID + "/query", "/workspaces/" + workspaceID + "/query"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/v1"+path, strings.NewReader(string(content)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+s.token)
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Tables []struct {
				Name    string
				Columns []struct{ Name, Type string }
				Rows    [][]any
			}
		}
		err = json.NewDecoder(res.Body).Decode(&got)
		if err != nil || res.Body.Close() != nil || res.StatusCode != http.StatusOK || len(got.Tables) != 1 || got.Tables[0].Name != "PrimaryResult" || len(got.Tables[0].Rows) == 0 {
			t.Fatalf("POST %s = %d %+v: %v", path, res.StatusCode, got, err)
		}
		if columns := fmt.Sprint(got.Tables[0].Columns); columns != "[{FlowIntervalEndTime datetime} {FlowStatus string} {n long}]" {
			t.Errorf("the columns are %s", columns)
		}
		last := ""
		for _, row := range got.Tables[0].Rows {
			at, ok := row[0].(string)
			if _, number := row[2].(float64); !ok || !number || at < last {
				t.Errorf("%v stands behind %s", row, last)
			}
			last = at
		}
	}
	for path, want := range map[string]int{
		"/v1" + resourceID + "/metadata":                http.StatusOK,
		"/v1/workspaces/" + workspaceID + "/metadata":   http.StatusOK,
		"/v1/workspaces/w/query?query=print+1":          http.StatusOK,
		"/subscriptions?api-version=2020-01-01":         http.StatusOK, // the page, as every path without a dot
		"/v1/subscriptions/s/providers/metrics?query=1": http.StatusNotFound,
	} {
		if code, text := s.get(t, client, path, s.token); code != want {
			t.Errorf("GET %s = %d %.300s, want %d", path, code, text, want)
		}
	}
}
