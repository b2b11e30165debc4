package server_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"weir/internal/kql"
	"weir/internal/phrase"
	"weir/internal/server"
)

// TestEveryQuestionInKQL asks for each question of the API how it is asked in KQL:
// there is a query that the store answers, or the list says why there is none.
func TestEveryQuestionInKQL(t *testing.T) {
	s := filled(t)
	ts := serve(t, server.Config{Store: s})
	var doc struct{ Paths map[string]any }
	if err := json.Unmarshal([]byte(do(t, "GET", ts.URL+"/api/v1/openapi.json").body), &doc); err != nil {
		t.Fatal(err)
	}
	reasons := phrase.Reasons()
	for path := range doc.Paths {
		name := strings.TrimPrefix(path, "/api/v1/")
		parts := map[string][]string{"host": phrase.HostParts(), "environment": phrase.EnvironmentParts()}[name]
		if parts == nil {
			parts = []string{""}
		}
		for _, part := range parts {
			of := path + map[string]string{"host": "?host=10.0.0.4"}[name]
			res := do(t, "GET", ts.URL+"/api/v1/kql?"+url.Values{"of": {of}, "part": {part}}.Encode())
			var said struct{ Query, Detail string }
			if err := json.Unmarshal([]byte(res.body), &said); err != nil {
				t.Fatalf("%s: %v in %s", of, err, res.body)
			}
			reason, ok := reasons[name]
			switch {
			case res.StatusCode == 422 && ok && strings.HasSuffix(said.Detail, reason) && reason != "":
			case res.StatusCode != 200 || ok:
				t.Errorf("%s %s: %d %s, and the list of reasons has %q", of, part, res.StatusCode, res.body, reason)
			default:
				q, err := kql.Compile(said.Query, kql.Options{})
				if err != nil {
					t.Errorf("%s %s: %v in\n%s", of, part, err, said.Query)
					continue
				}
				rows, err := s.SQL(t.Context(), q.SQL)
				if err != nil {
					t.Errorf("%s %s: %v in\n%s", of, part, err, said.Query)
					continue
				}
				if err := rows.Close(); err != nil {
					t.Error(err)
				}
			}
		}
		delete(reasons, name)
	}
	for name := range reasons {
		t.Errorf("there is a reason for %s, which is no question of the API", name)
	}
}

// TestQuestionInKQL checks what is told of questions that are wrong, and that parts
// are asked for where there are some.
func TestQuestionInKQL(t *testing.T) {
	ts := serve(t, server.Config{Store: filled(t)})
	f := func(of, part string, status int, has string) {
		t.Helper()
		res := do(t, "GET", ts.URL+"/api/v1/kql?"+url.Values{"of": {of}, "part": {part}}.Encode())
		if res.StatusCode != status || !strings.Contains(res.body, has) {
			t.Errorf("%s %s = %d %s, want %d and %q", of, part, res.StatusCode, res.body, status, has)
		}
	}
	f("/api/v1/top/ports?by=bytes&limit=3&where=port+%3D+443", "", 200, `| where port == 443`)
	f("/api/v1/top/ports?by=octets", "", 422, `The parameter \"by\" cannot be \"octets\"`)
	f("/api/v1/top/ports?where=prot+%3D+1", "", 422, "The filter cannot be read")
	f("/api/v1/table/hosts?sort=key", "", 422, "cannot be sorted by")
	f("/api/v1/top/ports", "partners", 422, "It has no parts")
	f("/api/v1/host?host=10.0.0.4", "news", 422, "What is new of a host")
	f("/api/v1/rules?show=unused", "", 422, "Rules without flows are in the inventory")
	f("/api/v1/findings", "", 422, "comparing with the time before")
	f("/api/v2/findings", "", 422, "There is no question at /api/v2/findings")
	f("https://elsewhere/api/v1/traffic", "", 422, "is no address of this API")
}
