package loganalytics

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/query/querytest"
	"weir/internal/store"
)

// endless is a query that runs until it is ended.
const endless = "range a from 1 to 1000000 step 1 | extend k = 1 | join kind=inner (range b from 1 to 1000000 step 1 | extend k = 1) on k | where hash(a * b) == 7 | count"

// watched counts the questions that a store answers at the moment.
type watched struct {
	store.Store
	mu            sync.Mutex
	running, most int
	ended         chan struct{} // gets one for each that ended
}

func newWatched(s store.Store) *watched { return &watched{Store: s, ended: make(chan struct{}, 1000)} }

// ReadOnly implements store.Store.
func (s *watched) ReadOnly(ctx context.Context, sql string) (store.Rows, error) {
	s.mu.Lock()
	s.running++
	s.most = max(s.most, s.running)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.running--
		s.mu.Unlock()
		s.ended <- struct{}{}
	}()
	return s.Store.ReadOnly(ctx, sql)
}

func (s *watched) now() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running
}

// post asks a question and returns the status, the answer and its headers.
func post(ctx context.Context, url, content string, headers ...string) (int, string, http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(content))
	if err != nil {
		return 0, "", nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), res.Header, err
}

func asked(query string) string {
	text, _ := json.Marshal(map[string]string{"query": query})
	return string(text)
}

// answered is what clients read of an answer.
type answered struct {
	Tables []struct{ Rows [][]any }
	Error  struct {
		Code    string
		Details []struct {
			Code       string
			InnerError struct{ Code, Message, SeverityName string }
		}
	}
}

// TestPartial reaches the bounds of an answer: what fits is sent, with what is wrong.
func TestPartial(t *testing.T) {
	s := querytest.Open(t)
	const some = -1 // rows
	f := func(name string, change func(*Handler), query string, rows int) {
		t.Helper()
		h := New(Config{Store: s})
		change(h)
		ts := httptest.NewServer(h)
		defer ts.Close()
		status, text, _, err := post(t.Context(), ts.URL+"/v1/workspaces/w/query", asked(query), "Prefer", "include-statistics=true")
		var got answered
		if err == nil {
			err = json.Unmarshal([]byte(text), &got)
		}
		if err != nil || status != http.StatusOK || got.Error.Code != "PartialError" || len(got.Error.Details) != 1 ||
			got.Error.Details[0].InnerError.SeverityName != "Error" || len(got.Tables[0].Rows) != rows && (rows != some || len(got.Tables[0].Rows) == 0) {
			t.Errorf("%s: %d %.400s: %v, want %d rows and a PartialError", name, status, text, err, rows)
		}
	}
	f("rows", func(h *Handler) { h.maxRows = 100 }, "range x from 1 to 1000 step 1", 100)
	f("bytes", func(h *Handler) { h.maxBytes = 1000 }, "range x from 10 to 99 step 1 | extend y = strrep('a', 95)", 9) // of 103 bytes, and a comma between
	// What fails when something was sent already.
	f("on the way", func(*Handler) {}, "range x from 1 to 400000 step 1 | serialize | extend y = iff(x < 400000, x, 9223372036854775807 + x)", some)
}

// TestWait has a question that takes too long end with 504.
func TestWait(t *testing.T) {
	s := newWatched(querytest.Open(t))
	ts := httptest.NewServer(New(Config{Store: s}))
	defer ts.Close()
	status, text, _, err := post(t.Context(), ts.URL+"/v1/workspaces/w/query", asked(endless), "Prefer", "wait=1")
	if err != nil || status != http.StatusGatewayTimeout || !strings.Contains(text, "The query was not answered within 1s") {
		t.Errorf("%d %s: %v, want 504", status, text, err)
	}
	if n := s.now(); n != 0 {
		t.Errorf("%d questions are still answered", n)
	}
}

// TestClientGoes has a question end when who asks goes away.
func TestClientGoes(t *testing.T) {
	s := newWatched(querytest.Open(t))
	ts := httptest.NewServer(New(Config{Store: s}))
	defer ts.Close()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	if status, text, _, err := post(ctx, ts.URL+"/v1/workspaces/w/query", asked(endless)); err == nil {
		t.Fatalf("%d %s, want none", status, text)
	}
	select {
	case <-s.ended:
	case <-time.After(10 * time.Second):
		t.Error("the question goes on, and nobody waits for it")
	}
}

// TestTurns has a client ask more than may be asked at once: some wait, the rest
// is sent away, and another client is answered.
func TestTurns(t *testing.T) {
	s := newWatched(querytest.Open(t))
	h := New(Config{Store: s, Client: func(r *http.Request) string { return r.Header.Get("X-Client") }})
	ts := httptest.NewServer(h)
	defer ts.Close()
	ctx, enough := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for range atOnce + waiting {
		all.Go(func() { _, _, _, _ = post(ctx, ts.URL+"/v1/workspaces/w/query", asked(endless), "X-Client", "a") })
	}
	users := func() int {
		h.queues.mu.Lock()
		defer h.queues.mu.Unlock()
		if q := h.queues.byName["a"]; q != nil {
			return q.users
		}
		return 0
	}
	for deadline := time.Now().Add(20 * time.Second); users() < atOnce+waiting || s.now() < atOnce; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d ask, %d are answered", users(), s.now())
		}
	}
	soon, late := context.WithTimeout(t.Context(), 10*time.Second)
	defer late()
	status, text, header, err := post(soon, ts.URL+"/v1/workspaces/w/query", asked("print 1"), "X-Client", "a")
	if seconds, _ := strconv.Atoi(header.Get("Retry-After")); err != nil || status != http.StatusTooManyRequests || seconds < 1 {
		t.Errorf("%d %s, Retry-After %q: %v, want 429", status, text, header.Get("Retry-After"), err)
	}
	if status, text, _, err := post(t.Context(), ts.URL+"/v1/workspaces/w/query", asked("print 1"), "X-Client", "b"); err != nil || status != http.StatusOK {
		t.Errorf("another client: %d %s: %v", status, text, err)
	}
	enough()
	all.Wait()
	if s.most > atOnce+1 {
		t.Errorf("%d questions were answered at once, want %d of one client and 1 of another", s.most, atOnce)
	}
	for deadline := time.Now().Add(20 * time.Second); users() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d still ask, and all went away", users())
		}
	}
}

// TestBatch asks several questions at once; one that is wrong takes nothing from
// the others.
func TestBatch(t *testing.T) {
	ts := httptest.NewServer(New(Config{Store: querytest.Open(t)}))
	defer ts.Close()
	request := func(id, method, path, query string) string {
		return fmt.Sprintf(`{"id":%q,"method":%q,"path":%q,"workspace":"w","headers":{"prefer":"include-render=true"},"body":%s}`, id, method, path, asked(query))
	}
	content := `{"requests":[` + strings.Join([]string{
		request("1", "POST", "/query", "print a = 1"), request("2", "POST", "/query", "no such query"), request("3", "GET", "/query", "print 1"), request("4", "POST", "/query", "range x from 1 to 2 step 1 | render barchart"), request("5", "POST", "/query", " "),
	}, ",") + `]}`
	status, text, _, err := post(t.Context(), ts.URL+"/v1/$batch", content)
	var got struct {
		Responses []struct {
			ID     string
			Status int
			Body   struct {
				answered
				Render struct{ Visualization string }
			}
		}
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &got)
	}
	if err != nil || status != http.StatusOK {
		t.Fatalf("%d %s: %v", status, text, err)
	}
	var short []string
	for _, r := range got.Responses {
		line := fmt.Sprintf("%s %d %s %s", r.ID, r.Status, r.Body.Error.Code, r.Body.Render.Visualization)
		for _, table := range r.Body.Tables {
			line += fmt.Sprint(table.Rows)
		}
		short = append(short, line)
	}
	want := []string{"1 200  [[1]]", "2 400 BadArgumentError ", "3 400 BadArgumentError ", "4 200  barchart[[1] [2]]", "5 400 BadArgumentError "}
	if diff := cmp.Diff(want, short); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, bad := range []string{`{"requests":[]}`, `{"requests":[` + strings.Repeat(request("1", "POST", "/query", "print 1")+",", 100) + request("2", "POST", "/query", "print 1") + `]}`} {
		if status, text, _, err := post(t.Context(), ts.URL+"/v1/$batch", bad); err != nil || status != http.StatusBadRequest {
			t.Errorf("a batch of too few or too many = %d %s: %v, want 400", status, text, err)
		}
	}
}

// TestPrefer has statistics and drawing only where they are asked for.
func TestPrefer(t *testing.T) {
	ts := httptest.NewServer(New(Config{Store: querytest.Open(t)}))
	defer ts.Close()
	const query = "range x from 1 to 3 step 1 | render timechart with (title='of \"x\"', ycolumns=x, y, ymin=-1.5, accumulate=true)"
	f := func(prefer string, keys ...string) map[string]json.RawMessage {
		t.Helper()
		status, text, _, err := post(t.Context(), ts.URL+"/v1/workspaces/w/query", asked(query), "Prefer", prefer)
		var got map[string]json.RawMessage
		if err == nil {
			err = json.Unmarshal([]byte(text), &got)
		}
		for _, key := range keys {
			if got[key] == nil {
				t.Errorf("with %q there is no %s: %s", prefer, key, text)
			}
		}
		if err != nil || status != http.StatusOK || len(got) != len(keys) {
			t.Errorf("with %q %d %s: %v, want %v", prefer, status, text, err, keys)
		}
		return got
	}
	f("", "tables")
	f("include-statistics=false,include-render=false", "tables")
	f("include-render=true", "tables", "render")
	got := f("wait=600, include-statistics=true; include-render=true", "tables", "render", "statistics")
	const want = `{"visualization":"timechart","title":"of \"x\"","accumulate":true,"isQuerySorted":false,"kind":null,"legend":null,"series":null,"yMin":"-1.5","yMax":"NaN",` +
		`"xAxis":null,"xColumn":null,"xTitle":null,"yAxis":null,"yColumns":["x","y"],"ySplit":null,"yTitle":null,"anomalyColumns":null}`
	if diff := cmp.Diff(want, string(got["render"])); diff != "" {
		t.Errorf("render (-want +got):\n%s", diff)
	}
	var s struct {
		Query struct {
			ExecutionTime     float64
			DatasetStatistics []struct {
				Rows int `json:"table_row_count"`
				Size int `json:"table_size"`
			}
		}
	}
	if err := json.Unmarshal(got["statistics"], &s); err != nil || s.Query.ExecutionTime <= 0 || s.Query.DatasetStatistics[0].Rows != 3 || s.Query.DatasetStatistics[0].Size == 0 {
		t.Errorf("statistics are %s: %v", got["statistics"], err)
	}
}

// TestMetadata describes the tables in the shape of the service.
func TestMetadata(t *testing.T) {
	ts := httptest.NewServer(New(Config{Store: querytest.Open(t)}))
	defer ts.Close()
	for path, workspace := range map[string]workspaceOut{
		"/v1/workspaces/abc/metadata": {ID: "abc"},
		"/v1/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/abc/metadata": {ID: "abc", ResourceID: "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/abc"},
	} {
		res, err := http.Get(ts.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		var got metadata
		err = json.NewDecoder(res.Body).Decode(&got)
		if err != nil || res.Body.Close() != nil || len(got.Workspaces) != 1 || got.Workspaces[0].ID != workspace.ID || got.Workspaces[0].ResourceID != workspace.ResourceID {
			t.Fatalf("GET %s = %+v: %v", path, got.Workspaces, err)
		}
		found := false
		for _, table := range got.Tables {
			if table.Name == "NTANetAnalytics" {
				found = table.ID == "t/NTANetAnalytics" && table.TimespanColumn == "TimeGenerated" && len(table.Columns) == 93 && table.Columns[0].Type != ""
			}
		}
		if !found {
			t.Errorf("GET %s has no NTANetAnalytics, or not all of it: %+v", path, got.Tables)
		}
	}
}
