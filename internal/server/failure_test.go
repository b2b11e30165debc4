package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"weir/internal/pipeline"
	"weir/internal/query/querytest"
	"weir/internal/server/wire"
)

func request(method, url string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, url, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// A panic, wherever it happens, is answered with an id that is in the log
// with the place, and is counted.
func TestPanics(t *testing.T) {
	var logged bytes.Buffer
	s := New(Config{
		Store: querytest.Open(t), Log: slog.New(slog.NewJSONHandler(&logged, nil)),
		Ingest: func(_ context.Context, _ []string, progress func(pipeline.Progress)) (pipeline.Summary, error) {
			progress(pipeline.Progress{})
			panic("in a streamed answer")
		},
		IngestState: func() *IngestState { panic("in an answer") },
	})
	n := 0.0
	said := func(where, body string) {
		t.Helper()
		n++
		id := regexp.MustCompile(`\(([0-9a-f]{12})\)`).FindStringSubmatch(body)
		if id == nil {
			t.Fatalf("%s has no id: %s", where, body)
		}
		var line struct{ Level, ID, Panic, Stack string }
		if err := json.Unmarshal(logged.Bytes(), &line); err != nil {
			t.Fatalf("%s: %v: %s", where, err, logged.Bytes())
		}
		logged.Reset()
		if line.Level != "ERROR" || line.ID != id[1] || line.Panic != where || !strings.Contains(line.Stack, "failure_test.go") {
			t.Errorf("%s: the log says %+v, want the id %s and the place", where, line, id[1])
		}
		if got := testutil.ToFloat64(s.metrics.panics); got != n {
			t.Errorf("%s: %v panics were counted, want %v", where, got, n)
		}
	}
	ts := httptest.NewServer(s.Handler())
	defer ts.Close()
	res, err := http.Get(ts.URL + "/api/v1/status")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if res.StatusCode != 500 || res.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a panic = %d %s, want 500 and a problem", res.StatusCode, body)
	}
	said("in an answer", string(body))

	rec := httptest.NewRecorder()
	s.ControlHandler().ServeHTTP(rec, httptest.NewRequest("POST", wire.IngestPath, strings.NewReader("{}")))
	lines := strings.Split(strings.TrimSpace(rec.Body.String()), "\n")
	var last wire.IngestLine
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatal(err)
	}
	if !last.End || last.Error == nil {
		t.Fatalf("the stream ends with %s, want an error", lines[len(lines)-1])
	}
	said("in a streamed answer", last.Error.Text)

	// Where the answer has begun and has no form for errors, it is cut off.
	cut := httptest.NewServer(s.counted(s.caught(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("begun"))
		_ = http.NewResponseController(w).Flush()
		panic("after the beginning")
	}))))
	defer cut.Close()
	res, err = http.Get(cut.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err == nil {
		t.Errorf("an answer that broke off looks whole: %q", body)
	}
	n++
	if !strings.Contains(logged.String(), "after the beginning") || testutil.ToFloat64(s.metrics.panics) != n {
		t.Errorf("the log says %s", &logged)
	}
	logged.Reset()

	_, err = looking(s, "a look", func(context.Context) (int, error) { panic("in the background") })()
	if !errors.As(err, new(*failure)) {
		t.Fatalf("a look that panics = %v, want a failure", err)
	}
	said("in the background", err.Error())
}

// deadlines is a connection that only notes until when it may be written to.
type deadlines struct {
	httptest.ResponseRecorder
	set int
}

func (d *deadlines) SetWriteDeadline(at time.Time) error {
	if time.Until(at) > 0 {
		d.set++
	}
	return nil
}

// Every piece of an answer has a time limit of its own.
func TestSlowReader(t *testing.T) {
	d := &deadlines{ResponseRecorder: *httptest.NewRecorder()}
	bounded(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n, err := w.Write(make([]byte, 3*writePiece+1)); n != 3*writePiece+1 || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
	})).ServeHTTP(d, request("GET", "/"))
	if d.set != 4 || d.Body.Len() != 3*writePiece+1 {
		t.Errorf("%d time limits for %d bytes, want 4", d.set, d.Body.Len())
	}
}
