package server_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/server"
)

// ask sends a question as clients of Azure's log search do.
func ask(t *testing.T, url, body string, headers ...string) response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response{res, string(text)}
}

// question is the content of a request.
func question(query, timespan string) string {
	fields := map[string]any{"query": query, "workspaces": nil}
	if timespan != "" {
		fields["timespan"] = timespan
	}
	text, _ := json.Marshal(fields)
	return string(text)
}

// TestLogAnalyticsValues compares each kind of value with how the service writes it.
func TestLogAnalyticsValues(t *testing.T) {
	ts := serve(t, server.Config{Store: filled(t)})
	const query = `print b = true, i = int(7), l = 9223372036854775807, r = 1.5, big = 1e300, nan = real(nan), inf = real(-inf),
		t = datetime(2026-03-01), part = datetime(2026-03-01T01:02:03.120), span = time(1.02:03:04.5), d = dynamic({"a":[1,null]}),
		s = "a \"quoted\" <text> ä", nothing = "", none = int(null), g = guid(11111111-2222-3333-4444-555555555555)`
	const want = `{"tables":[{"name":"PrimaryResult","columns":[{"name":"b","type":"bool"},{"name":"i","type":"int"},{"name":"l","type":"long"},` +
		`{"name":"r","type":"real"},{"name":"big","type":"real"},{"name":"nan","type":"real"},{"name":"inf","type":"real"},{"name":"t","type":"datetime"},` +
		`{"name":"part","type":"datetime"},{"name":"span","type":"timespan"},{"name":"d","type":"dynamic"},{"name":"s","type":"string"},` +
		`{"name":"nothing","type":"string"},{"name":"none","type":"int"},{"name":"g","type":"guid"}],"rows":[[true,7,9223372036854775807,1.5,1e+300,"NaN","-Infinity",` +
		`"2026-03-01T00:00:00Z","2026-03-01T01:02:03.12Z","1.02:03:04.5000000","{\"a\":[1,null]}","a \"quoted\" \u003ctext\u003e ä","",null,"11111111-2222-3333-4444-555555555555"]]}]}`
	res := ask(t, ts.URL+"/v1/workspaces/w/query", question(query, ""))
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Fatalf("%d %s: %s", res.StatusCode, res.Header.Get("Content-Type"), res.body)
	}
	if diff := cmp.Diff(want, res.body); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLogAnalyticsPaths asks the same at every address that clients use.
func TestLogAnalyticsPaths(t *testing.T) {
	ts := serve(t, server.Config{Store: filled(t)})
	const query, want = "print 1", `{"tables":[{"name":"PrimaryResult","columns":[{"name":"print_0","type":"long"}],"rows":[[1]]}]}`
	for _, path := range []string{
		"/v1/workspaces/11111111-2222-3333-4444-555555555555/query", "/v1/workspaces/any%20name/query",
		"/v1/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w/query", "/v1//subscriptions/s/query",
	} {
		if res := ask(t, ts.URL+path, question(query, "P1D")); res.StatusCode != http.StatusOK || res.body != want {
			t.Errorf("POST %s = %d %s, want %s", path, res.StatusCode, res.body, want)
		}
		if res := do(t, "GET", ts.URL+path+"?timespan=PT1H&query="+url.QueryEscape(query)); res.StatusCode != http.StatusOK || res.body != want {
			t.Errorf("GET %s = %d %s, want %s", path, res.StatusCode, res.body, want)
		}
	}
}

// TestLogAnalyticsTimespan bounds the times of tables.
func TestLogAnalyticsTimespan(t *testing.T) {
	ts := serve(t, server.Config{Store: filled(t)})
	const query = "NTANetAnalytics | summarize n = count(), begin = min(TimeGenerated), until = max(TimeGenerated)"
	var counts []float64
	for _, span := range []string{"", "2026-01-02T00:00:00Z/2026-01-02T06:00:00Z", "2026-01-02T06:00:00Z/P2D", "PT1M"} {
		res := ask(t, ts.URL+"/v1/workspaces/w/query", question(query, span))
		var got struct{ Tables []struct{ Rows [][]any } }
		if err := json.Unmarshal([]byte(res.body), &got); err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%q: %d %s: %v", span, res.StatusCode, res.body, err)
		}
		counts = append(counts, got.Tables[0].Rows[0][0].(float64))
	}
	if counts[0] == 0 || counts[1] == 0 || counts[2] == 0 || counts[0] != counts[1]+counts[2] || counts[3] != 0 {
		t.Errorf("rows without a timespan, before six, from six and of the last minute: %v, want two parts of all, and none", counts)
	}
}

// TestLogAnalyticsFaults compares what is wrong with how the service says it.
func TestLogAnalyticsFaults(t *testing.T) {
	ts := serve(t, server.Config{Store: filled(t)})
	const path = "/v1/workspaces/w/query"
	post := func(path, body string, headers ...string) response { return ask(t, ts.URL+path, body, headers...) }
	for _, c := range []struct {
		name   string
		res    response
		status int
		want   string // with * for the id of the answer
	}{
		{"syntax", post(path, question("completely invalid query", "")), 400, `{"error":{"message":"The request had some invalid properties","code":"BadArgumentError","correlationId":"*",` +
			`"innererror":{"message":"A recognition error occurred in the query.","code":"SyntaxError","innererror":{"message":"Query could not be parsed at 'invalid' on line [1,11]: *","code":"SYN0002","line":1,"pos":11,"token":"invalid"}}}}`},
		{"semantic", post(path, question("NTANetAnalytics\n| where X == 1", "")), 400, `{"error":{"message":"The request had some invalid properties","code":"BadArgumentError","correlationId":"*",` +
			`"innererror":{"message":"A semantic error occurred.","code":"SemanticError","innererror":{"message":"*","code":"SEM0100","line":2,"pos":8,"token":"X"}}}}`},
		{"none", post(path, `{"query":" "}`), 400, `{"error":{"message":"The request had some invalid properties","code":"BadArgumentError","correlationId":"*","innererror":{"message":"There is no query: *","code":"MissingQuery"}}}`},
		{"timespan", post(path, question("print 1", "soon")), 400, `{"error":{"message":"The request had some invalid properties","code":"BadArgumentError","correlationId":"*","innererror":{"message":"cannot read the timespan \"soon\": *","code":"InvalidTimespan"}}}`},
		{"json", post(path, "{"), 400, `{"error":{"message":"The request had some invalid properties","code":"BadArgumentError","correlationId":"*","innererror":{"message":"The content cannot be read as JSON: *","code":"InvalidJsonBody"}}}`},
		{"type", post(path, question("print 1", ""), "Content-Type", "text/plain"), 415, `{"error":{"message":"The content is of type \"text/plain\": *","code":"UnsupportedMediaType","correlationId":"*"}}`},
		{"length", post(path, question(strings.Repeat("x", 1<<20), "")), 413, `{"error":{"message":"The content is longer than *","code":"RequestTooLarge","correlationId":"*"}}`},
		{"text", post(path, question("print '"+strings.Repeat("x", 64<<10)+"'", "")), 400, `{"error":{"message":"The request had some invalid properties","code":"BadArgumentError","correlationId":"*",` +
			`"innererror":{"message":"A semantic error occurred.","code":"SemanticError","innererror":{"message":"the query has 65544 bytes*","code":"WEIR002","line":1,"pos":0,"token":"print"}}}}`},
		{"path", post("/v1/workspaces/w/queries", "{}"), 404, `{"error":{"message":"There is nothing at *","code":"PathNotFoundError","correlationId":"*"}}`},
		{"method", do(t, "DELETE", ts.URL+path), 405, `{"error":{"message":"DELETE is not known here: use GET, POST","code":"MethodNotAllowed","correlationId":"*"}}`},
		{"run", post(path, question("range x from 1 to 2 step 1 | extend y = 9223372036854775807 + x", "")), 400, `{"error":{"message":"The request had some invalid properties","code":"BadArgumentError","correlationId":"*","innererror":{"message":"*","code":"ExecutionError"}}}`},
	} {
		if c.res.StatusCode != c.status || !like(c.res.body, c.want) {
			t.Errorf("%s: %d %s, want %d %s", c.name, c.res.StatusCode, c.res.body, c.status, c.want)
		}
	}
}

// like tells whether a text is another in which a * stands for anything.
func like(text, pattern string) bool {
	parts := strings.Split(pattern, "*")
	rest, found := strings.CutPrefix(text, parts[0])
	if len(parts) == 1 {
		return found && rest == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		if !found {
			return false
		}
		_, rest, found = strings.Cut(rest, part)
	}
	return found && strings.HasSuffix(rest, parts[len(parts)-1])
}
