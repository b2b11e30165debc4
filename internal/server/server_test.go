package server_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"weir/internal/enrich/threat"
	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/server"
	"weir/internal/store"
)

var start = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)

// serve starts a server over TCP on the loopback interface.
func serve(t *testing.T, c server.Config) *httptest.Server {
	t.Helper()
	ts := httptest.NewServer(server.New(c).Handler())
	t.Cleanup(ts.Close)
	return ts
}

// filled returns a store with a day of flows.
func filled(t *testing.T) store.Store {
	t.Helper()
	s := querytest.Open(t)
	d := querytest.Delta("/logs/a.json", querytest.Random(1, 1000, start)...)
	d.Rejects = []store.Reject{{Object: "/logs/a.json", Reason: "bad_time", Count: 2, Samples: []store.RejectSample{{Offset: 7, Length: 3, Text: "x"}}}}
	if err := s.Commit(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	return s
}

type response struct {
	*http.Response
	body string
}

// do sends a request with the given headers, as pairs of name and value.
func do(t *testing.T, method, url string, headers ...string) response {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response{res, string(body)}
}

// checkAnswer compares what the API says with what insight says.
func checkAnswer[T any](t *testing.T, url string, ask func() (*T, error)) {
	t.Helper()
	want, err := ask()
	if err != nil {
		t.Fatal(err)
	}
	res := do(t, "GET", url)
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("GET %s = %d %s: %s", url, res.StatusCode, res.Header.Get("Content-Type"), res.body)
	}
	var got T
	if err := json.Unmarshal([]byte(res.body), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, &got); diff != "" {
		t.Errorf("GET %s (-want +got):\n%s", url, diff)
	}
	// All of the range is kept, and nothing is compared; nothing else may be absent.
	if body := strings.NewReplacer(`"detail":null`, "", `"compared":null`, "", `"before":null`, "").Replace(res.body); strings.Contains(body, ":null") {
		t.Errorf("GET %s has a null: %s", url, res.body)
	}
}

func TestAPI(t *testing.T) {
	s := filled(t)
	api := serve(t, server.Config{Store: s}).URL + "/api/v1/"
	ctx := context.Background()
	q := insight.Question{From: start.Add(time.Hour), To: start.Add(13 * time.Hour), By: insight.Bytes, Limit: 7}
	params := "?from=2026-01-02T01:00:00Z&to=2026-01-02T13:00:00Z&by=bytes&limit=7"
	checkAnswer(t, api+"top/hosts"+params, func() (*insight.HostsAnswer, error) { return insight.Hosts(ctx, s, q) })
	checkAnswer(t, api+"top/hosts", func() (*insight.HostsAnswer, error) { return insight.Hosts(ctx, s, insight.Question{}) })
	checkAnswer(t, api+"top/conversations"+params, func() (*insight.ConversationsAnswer, error) { return insight.Conversations(ctx, s, q) })
	checkAnswer(t, api+"top/ports"+params, func() (*insight.PortsAnswer, error) { return insight.Ports(ctx, s, q) })
	checkAnswer(t, api+"top/rules"+params, func() (*insight.RulesAnswer, error) { return insight.Rules(ctx, s, q) })
	checkAnswer(t, api+"traffic?points=30&to=2026-01-02T13:00:00%2B01:00", func() (*insight.TrafficAnswer, error) {
		return insight.Traffic(ctx, s, time.Time{}, start.Add(12*time.Hour), nil, 30)
	})
	q.Where = query.Or{query.Test{Field: "port", Op: query.Below, Values: []any{int64(1024)}}, query.Test{Field: "rule", Op: query.Has, Values: []any{"e-1"}}}
	params += "&where=" + url.QueryEscape("PORT<1024 or (rule has e-1)")
	checkAnswer(t, api+"top/hosts"+params, func() (*insight.HostsAnswer, error) { return insight.Hosts(ctx, s, q) })
	checkAnswer(t, api+"top/conversations"+params, func() (*insight.ConversationsAnswer, error) { return insight.Conversations(ctx, s, q) })
	checkAnswer(t, api+"top/ports"+params, func() (*insight.PortsAnswer, error) { return insight.Ports(ctx, s, q) })
	checkAnswer(t, api+"top/rules"+params, func() (*insight.RulesAnswer, error) { return insight.Rules(ctx, s, q) })
	checkAnswer(t, api+"traffic?where=denied", func() (*insight.TrafficAnswer, error) {
		return insight.Traffic(ctx, s, time.Time{}, time.Time{}, query.Test{Field: "denied"}, 0)
	})
	checkAnswer(t, api+"objects?state=complete&limit=1", func() (*insight.ObjectsAnswer, error) { return insight.Objects(ctx, s, "complete", 1) })
	checkAnswer(t, api+"values?field=dst.vnet&begin=hu&limit=1&to=2026-01-02T13:00:00Z", func() (*insight.ValuesAnswer, error) {
		return insight.Values(ctx, s, insight.ValuesQuestion{To: start.Add(13 * time.Hour), Field: "dst.vnet", Begin: "hu", Limit: 1})
	})
	checkAnswer(t, api+"rejects", func() (*insight.RejectsAnswer, error) { return insight.Rejects(ctx, s, 0) })
}

// A filter that cannot be read is told with the place of the word at fault and
// what to write instead.
func TestFilterThatCannotBeRead(t *testing.T) {
	ts := serve(t, server.Config{Store: querytest.Open(t)})
	for _, path := range []string{"top/hosts?limit=3&", "traffic?"} {
		res := do(t, "GET", ts.URL+"/api/v1/"+path+"where="+url.QueryEscape("denied and vent = hub"))
		var got struct {
			Detail string
			Errors []struct{ Location, Value string }
		}
		if err := json.Unmarshal([]byte(res.body), &got); err != nil {
			t.Fatal(err)
		}
		const want = `The filter cannot be read: at character 12: there is no field "vent"; the nearest is vnet.`
		if res.StatusCode != 422 || got.Detail != want || len(got.Errors) != 1 || got.Errors[0].Location != "query.where" || got.Errors[0].Value != "denied and vent = hub" {
			t.Errorf("GET %s = %d %s", path, res.StatusCode, res.body)
		}
	}
}

func TestStatus(t *testing.T) {
	ingest := &server.IngestState{Running: true, Objects: 3}
	ts := serve(t, server.Config{
		Store: filled(t), Version: server.VersionInfo{Version: "1.2.3", Commit: "abc", DuckDB: "v9"}, Demo: true,
		IngestState: func() *server.IngestState { return ingest },
	})
	var got insight.StatusAnswer
	if err := json.Unmarshal([]byte(do(t, "GET", ts.URL+"/api/v1/status").body), &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != "1.2.3" || got.Commit != "abc" || got.DuckDBVersion != "v9" || !strings.HasPrefix(got.GoVersion, "go1") ||
		!got.Demo || got.Interval != "10m" || got.Counts.Objects != 1 || got.LastCommit == nil || *got.Ingest != *ingest {
		t.Errorf("status = %+v", got)
	}
	if empty := do(t, "GET", serve(t, server.Config{Store: querytest.Open(t)}).URL+"/api/v1/status").body; !strings.Contains(empty, `"firstData":null,"lastData":null,"lastCommit":null`) ||
		!strings.Contains(empty, `"ingest":null`) {
		t.Errorf("status of an empty store = %s, want nulls", empty)
	}
}

func TestProblems(t *testing.T) {
	api := serve(t, server.Config{Store: querytest.Open(t)}).URL
	f := func(method, path string, status int, detail string) {
		t.Helper()
		res := do(t, method, api+path)
		var p struct {
			Status int
			Detail string
		}
		if err := json.Unmarshal([]byte(res.body), &p); err != nil {
			t.Fatalf("%s %s: %v: %s", method, path, err, res.body)
		}
		if res.StatusCode != status || p.Status != status || res.Header.Get("Content-Type") != "application/problem+json" || p.Detail != detail {
			t.Errorf("%s %s = %d %s %q, want %d with %q", method, path, res.StatusCode, res.Header.Get("Content-Type"), p.Detail, status, detail)
		}
	}
	f("GET", "/api/v1/top/hosts?limit=1001", 422, `The parameter "limit" cannot be "1001": expected number <= 1000.`)
	f("GET", "/api/v1/top/hosts?limit=0", 422, `The parameter "limit" cannot be "0": expected number >= 1.`)
	f("GET", "/api/v1/top/hosts?limit=ten", 422, `The parameter "limit" cannot be "ten": invalid integer.`)
	f("GET", "/api/v1/top/rules?by=octets", 422, `The parameter "by" cannot be "octets": expected value to be one of "flows, packets, bytes".`)
	f("GET", "/api/v1/traffic?from=yesterday", 422, `The parameter "from" cannot be "yesterday": expected a time such as 2026-01-02T15:04:05Z (a + in it must be written %2B).`)
	f("GET", "/api/v1/traffic?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 422, "The range ends at 2026-01-01T00:00:00Z, which is not after its start at 2026-01-02T00:00:00Z.")
	f("GET", "/api/v1/traffic?since=1h", 422, `There is no parameter "since" here.`)
	f("GET", "/api/v1/objects?state=lost", 422, `The parameter "state" cannot be "lost": expected value to be one of "complete, pending, changed, failed".`)
	f("GET", "/api/v1/top/planets", 404, "There is nothing at /api/v1/top/planets; the API is described at /api/v1/openapi.json.")
	f("POST", "/api/v1/status", 405, "/api/v1/status can only be read, with GET.")
	f("DELETE", "/", 405, "/ can only be read, with GET.")
	f("GET", "/control/hello.json", 404, "There is nothing at /control/hello.json.")
}

// The store was closed under the server: the answer is a problem, not a crash.
func TestStoreThatDoesNotAnswer(t *testing.T) {
	s := querytest.Open(t)
	ts := serve(t, server.Config{Store: s})
	if res := do(t, "GET", ts.URL+"/healthz"); res.StatusCode != 200 || res.body != "ok\n" {
		t.Errorf("healthz = %d %q, want 200 ok", res.StatusCode, res.body)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if res := do(t, "GET", ts.URL+"/healthz"); res.StatusCode != 503 {
		t.Errorf("healthz = %d %q, want 503", res.StatusCode, res.body)
	}
	if res := do(t, "GET", ts.URL+"/api/v1/top/hosts"); res.StatusCode != 500 || !strings.Contains(res.body, "could not be answered: ") {
		t.Errorf("hosts = %d %q, want 500", res.StatusCode, res.body)
	}
}

func TestConditional(t *testing.T) {
	s := filled(t)
	k, err := knowledge.Open(t.Context(), knowledge.Config{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	ts := serve(t, server.Config{Store: s, Know: k})
	for _, path := range []string{"/api/v1/top/hosts", "/api/v1/traffic?points=9", "/api/v1/objects", "/api/v1/rejects"} {
		first := do(t, "GET", ts.URL+path)
		tag := first.Header.Get("ETag")
		if first.StatusCode != 200 || tag == "" || first.Header.Get("Cache-Control") != "private, no-cache" {
			t.Fatalf("GET %s = %d, tag %q", path, first.StatusCode, tag)
		}
		again := do(t, "GET", ts.URL+path, "If-None-Match", `"other", `+tag)
		if again.StatusCode != 304 || again.body != "" || again.Header.Get("ETag") != tag {
			t.Errorf("GET %s again = %d with %d bytes, want 304", path, again.StatusCode, len(again.body))
		}
	}
	revision := func() string {
		t.Helper()
		var a insight.StatusAnswer
		if err := json.Unmarshal([]byte(do(t, "GET", ts.URL+"/api/v1/status").body), &a); err != nil || a.Revision == "" {
			t.Fatalf("the status has the revision %q: %v", a.Revision, err)
		}
		return a.Revision
	}
	before := revision()
	changed := func(what string) {
		t.Helper()
		after := revision()
		if (after != before) != (what != "") {
			t.Errorf("after %q the revision is %s, was %s", what, after, before)
		}
		before = after
	}
	changed("")
	tag := do(t, "GET", ts.URL+"/api/v1/top/hosts").Header.Get("ETag")
	if res := do(t, "GET", ts.URL+"/api/v1/top/hosts?limit=3", "If-None-Match", tag); res.StatusCode != 200 {
		t.Errorf("another question with the same tag = %d, want 200", res.StatusCode)
	}
	querytest.Commit(t, s, "/logs/b.json", querytest.Random(2, 10, start)...)
	if res := do(t, "GET", ts.URL+"/api/v1/top/hosts", "If-None-Match", tag); res.StatusCode != 200 || res.Header.Get("ETag") == tag {
		t.Errorf("after a commit = %d with tag %q, want 200 with another tag", res.StatusCode, res.Header.Get("ETag"))
	}
	changed("a commit")
	// What is stored changes without a commit when it is judged anew.
	for what, change := range map[string]func(){
		"learned": func() {
			if _, err := k.Allow(t.Context(), []threat.Allow{{Text: "1.1.1.1", Who: "ann", Why: "a test"}}); err != nil {
				t.Fatal(err)
			}
		},
		"judged": func() { k.SetJudging(knowledge.JudgingState{}, true) },
		"forgotten": func() {
			querytest.Settle(t, s)
			if done, err := s.Forget(t.Context(), store.Horizon{Intervals: start.AddDate(0, 0, 2)}); err != nil || done.Facts == 0 {
				t.Fatalf("Forget() = %+v, %v", done, err)
			}
		},
	} {
		tag = do(t, "GET", ts.URL+"/api/v1/top/hosts").Header.Get("ETag")
		change()
		if res := do(t, "GET", ts.URL+"/api/v1/top/hosts", "If-None-Match", tag); res.StatusCode != 200 {
			t.Errorf("after something was %s = %d, want 200", what, res.StatusCode)
		}
		changed(what)
	}
	if res := do(t, "GET", ts.URL+"/api/v1/top/hosts?limit=0"); res.Header.Get("ETag") != "" {
		t.Errorf("a problem has a tag")
	}
	if res := do(t, "GET", ts.URL+"/api/v1/status"); res.Header.Get("ETag") != "" {
		t.Errorf("the status, which changes by itself, has a tag")
	}
}

func TestOnlyForUs(t *testing.T) {
	s := querytest.Open(t)
	f := func(listen, host string, allowed bool) {
		t.Helper()
		rec := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/healthz", nil)
		r.Host = host
		server.New(server.Config{Store: s, Listen: listen}).Handler().ServeHTTP(rec, r)
		if want := map[bool]int{true: 200, false: 403}[allowed]; rec.Code != want {
			t.Errorf("listening at %q, a request for %q = %d, want %d: %s", listen, host, rec.Code, want, rec.Body)
		}
		if rec.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Error("an answer has a CORS header")
		}
	}
	for _, host := range []string{"localhost", "localhost:8750", "LOCALHOST.:8750", "127.0.0.1:8750", "127.1.2.3", "[::1]:8750", "weir.localhost"} {
		f("127.0.0.1:8750", host, true)
		f("", host, true)
	}
	for _, host := range []string{"evil.example", "evil.example:8750", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.4", "10.0.0.4:8750", "[2001:db8::1]", "", ":8750"} {
		f("127.0.0.1:8750", host, false)
		f("", host, false)
	}
	f("weir.corp:8750", "weir.corp:8750", true)
	f("weir.corp:8750", "WEIR.corp", true)
	f("weir.corp:8750", "other.corp:8750", false)
	f("10.0.0.4:8750", "10.0.0.4:8750", true)
	f("10.0.0.4:8750", "10.0.0.5:8750", false)
	for _, listen := range []string{"0.0.0.0:8750", "[::]:8750", ":8750"} {
		f(listen, "10.0.0.4:8750", true)
		f(listen, "[2001:db8::1]:8750", true)
		f(listen, "evil.example:8750", false)
	}
}

// page is a built page as Vite leaves it.
var page = fstest.MapFS{
	"index.html":          {Data: []byte("<!doctype html><title>Weir</title>" + strings.Repeat(" ", 2000))},
	"favicon.svg":         {Data: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
	"assets/app-1a2b.js":  {Data: []byte(strings.Repeat("console.log(1);", 1000))},
	"assets/app-1a2b.css": {Data: []byte("body{}")},
}

func TestPage(t *testing.T) {
	ts := serve(t, server.Config{Store: querytest.Open(t), Page: page})
	f := func(path string, status int, contentType, cache string) response {
		t.Helper()
		res := do(t, "GET", ts.URL+path)
		if res.StatusCode != status || !strings.HasPrefix(res.Header.Get("Content-Type"), contentType) || res.Header.Get("Cache-Control") != cache {
			t.Errorf("GET %s = %d %q %q, want %d %q %q", path, res.StatusCode, res.Header.Get("Content-Type"), res.Header.Get("Cache-Control"), status, contentType, cache)
		}
		return res
	}
	const forever = "public, max-age=31536000, immutable"
	index := f("/", 200, "text/html", "no-cache")
	for _, view := range []string{"/overview", "/hosts/10.0.0.4-view/x", "/index.html"} {
		if res := f(view, 200, "text/html", "no-cache"); res.body != index.body {
			t.Errorf("GET %s is not the page", view)
		}
	}
	f("/favicon.svg", 200, "image/svg+xml", "no-cache")
	f("/assets/app-1a2b.js", 200, "text/javascript", forever)
	f("/assets/app-1a2b.css", 200, "text/css", forever)
	f("/assets/gone-9z.js", 404, "application/problem+json", "")
	f("/assets/", 200, "text/html", "no-cache")

	if res := do(t, "GET", ts.URL+"/", "If-None-Match", index.Header.Get("ETag")); res.StatusCode != 304 {
		t.Errorf("the page again = %d, want 304", res.StatusCode)
	}
	policy := index.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:", "connect-src 'self'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("policy %q lacks %q", policy, want)
		}
	}
	if strings.Contains(policy, "http") || strings.Contains(policy, "*") || index.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("policy %q lets other hosts in, or types are sniffed", policy)
	}

	packed := do(t, "GET", ts.URL+"/assets/app-1a2b.js", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(strings.NewReader(packed.body))
	if err != nil || packed.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("the script is not compressed: %v %v", packed.Header, err)
	}
	if text, err := io.ReadAll(z); err != nil || string(text) != string(page["assets/app-1a2b.js"].Data) {
		t.Errorf("the script is not what it was: %v", err)
	}
}

func TestPageNotBuilt(t *testing.T) {
	ts := serve(t, server.Config{Store: querytest.Open(t)})
	for _, path := range []string{"/", "/overview"} {
		if res := do(t, "GET", ts.URL+path); res.StatusCode != 200 || !strings.Contains(res.body, "make build") {
			t.Errorf("GET %s = %d %s, want how to build the page", path, res.StatusCode, res.body)
		}
	}
	if res := do(t, "GET", ts.URL+"/assets/app.js"); res.StatusCode != 404 {
		t.Errorf("an asset of a page that is not built = %d, want 404", res.StatusCode)
	}
	if res := do(t, "GET", ts.URL+"/api/v1/status"); res.StatusCode != 200 {
		t.Errorf("the API without a page = %d, want 200", res.StatusCode)
	}
}

func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	ts := serve(t, server.Config{Store: filled(t), Registry: registry, Page: page, Version: server.VersionInfo{Version: "1.2.3"}})
	for _, path := range []string{"/api/v1/top/hosts", "/api/v1/top/hosts?limit=0", "/api/v1/nothing", "/view"} {
		do(t, "GET", ts.URL+path)
	}
	do(t, "GET", ts.URL+"/", "Host", "evil.example")
	body := do(t, "GET", ts.URL+"/metrics").body
	for _, want := range []string{
		`weir_http_requests_total{code="200",route="GET /api/v1/top/hosts"} 1`,
		`weir_http_requests_total{code="422",route="GET /api/v1/top/hosts"} 1`,
		`weir_http_requests_total{code="404",route="/api/"} 1`,
		`weir_http_requests_total{code="200",route="/"} 1`,
		`weir_http_requests_total{code="403",route="refused"} 1`,
		`weir_http_request_duration_seconds_count{route="GET /api/v1/top/hosts"} 2`,
		`weir_store_objects 1`,
		`weir_store_last_commit_timestamp_seconds 1.`,
		`version="1.2.3"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("metrics lack %s:\n%s", want, body)
		}
	}
}

// What one answer says of itself is a question that gives the same answer.
func TestRoundTrip(t *testing.T) {
	ts := serve(t, server.Config{Store: filled(t)})
	first := do(t, "GET", ts.URL+"/api/v1/top/ports").body
	var said insight.PortsAnswer
	if err := json.Unmarshal([]byte(first), &said); err != nil {
		t.Fatal(err)
	}
	v := url.Values{"from": {said.From.Format(time.RFC3339)}, "to": {said.To.Format(time.RFC3339)}, "by": {string(said.By)}}
	if again := do(t, "GET", ts.URL+"/api/v1/top/ports?"+v.Encode()).body; again != first {
		t.Errorf("asked with its own range (-first +again):\n%s", cmp.Diff(first, again))
	}
}

// The licences of what is inside the binary are on the page, whether or not the
// page was built.
func TestLicenceTexts(t *testing.T) {
	ts := serve(t, server.Config{Store: filled(t)})
	res := do(t, http.MethodGet, ts.URL+"/licences.txt")
	switch res.StatusCode {
	case http.StatusOK:
		if got := res.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" || !strings.Contains(res.body, "DuckDB") {
			t.Errorf("/licences.txt is %s: %.200s", got, res.body)
		}
	case http.StatusNotFound:
		if !strings.Contains(res.body, "build with make") {
			t.Errorf("/licences.txt says %s", res.body)
		}
	default:
		t.Errorf("/licences.txt answers %s", res.Status)
	}
}
