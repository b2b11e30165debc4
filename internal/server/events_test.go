package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/insight"
	"weir/internal/query/querytest"
	"weir/internal/server"
	"weir/internal/store"
)

// listener reads events.
type listener struct {
	header http.Header
	lines  *bufio.Scanner
	close  func()
}

func listen(t *testing.T, url string) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", url+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Accept-Encoding", "gzip")
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	end := func() { cancel(); _ = res.Body.Close() }
	t.Cleanup(end)
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("Content-Encoding") != "" {
		t.Fatalf("GET events = %d %v", res.StatusCode, res.Header)
	}
	return &listener{res.Header, bufio.NewScanner(res.Body), end}
}

// next waits for the next event.
func (l *listener) next() (*insight.StatusAnswer, error) {
	kind := ""
	for l.lines.Scan() {
		name, value, _ := strings.Cut(l.lines.Text(), ": ")
		switch name {
		case "event":
			kind = value
		case "data":
			var a insight.StatusAnswer
			if err := json.Unmarshal([]byte(value), &a); err != nil || kind != "status" {
				return nil, fmt.Errorf("event %q %s: %w", kind, value, err)
			}
			return &a, nil
		}
	}
	return nil, errors.Join(io.EOF, l.lines.Err())
}

// until waits for an event that has so many objects.
func (l *listener) until(t *testing.T, objects int64) *insight.StatusAnswer {
	t.Helper()
	for {
		a, err := l.next()
		if err != nil {
			t.Fatalf("no event with %d objects: %v", objects, err)
		}
		if a.Counts.Objects == objects {
			return a
		}
	}
}

func commit(t *testing.T, s store.Store, n int) {
	t.Helper()
	querytest.Commit(t, s, fmt.Sprintf("/logs/%d.json", n), querytest.Random(uint64(n), 10, start)...)
}

// Who listens is told the status at once, and whenever it changes.
func TestEvents(t *testing.T) {
	s := querytest.Open(t)
	ts := serve(t, server.Config{Store: s})
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	l := listen(t, ts.URL)
	l.until(t, 0)
	commit(t, s, 1)
	told := l.until(t, 1)

	var status insight.StatusAnswer
	if err := json.Unmarshal([]byte(do(t, "GET", ts.URL+"/api/v1/status").body), &status); err != nil {
		t.Fatal(err)
	}
	if told.Now.After(status.Now) {
		t.Errorf("an event from %s was told before %s", told.Now, status.Now)
	}
	status.Now = told.Now
	if diff := cmp.Diff(&status, told); diff != "" {
		t.Errorf("the event is not the status (-status +event):\n%s", diff)
	}
	if res := do(t, "HEAD", ts.URL+"/api/v1/events"); res.StatusCode != 200 || res.body != "" {
		t.Errorf("HEAD events = %d %q", res.StatusCode, res.body)
	}
}

// Many can listen, but not all connections are theirs. Who does not read keeps
// nothing from the others, and who goes away is forgotten.
func TestManyListeners(t *testing.T) {
	s := querytest.Open(t)
	ts := serve(t, server.Config{Store: s})
	idle, err := net.Dial("tcp", ts.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	if _, err := fmt.Fprint(idle, "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	listening := func() string {
		_, count, _ := strings.Cut(do(t, "GET", ts.URL+"/metrics").body, "\nweir_event_listeners ")
		count, _, _ = strings.Cut(count, "\n")
		return count
	}
	for listening() != "1" {
	}
	all := make([]*listener, server.MaxListeners-1)
	for i := range all {
		all[i] = listen(t, ts.URL)
	}
	if res := do(t, "GET", ts.URL+"/api/v1/events"); res.StatusCode != 503 || res.Header.Get("Retry-After") == "" {
		t.Errorf("one more = %d %v %s, want 503 with Retry-After", res.StatusCode, res.Header, res.body)
	}
	for n := range 3 {
		commit(t, s, n+1)
		for _, l := range all {
			l.until(t, int64(n+1))
		}
	}
	for _, l := range all {
		l.close()
	}
	_ = idle.Close()
	for listening() != "0" {
	}
	listen(t, ts.URL).until(t, 3)
}

// faulty is a store whose size cannot be told at times.
type faulty struct {
	store.Store
	fail chan error
}

func (f faulty) Stats(ctx context.Context) (store.Stats, error) {
	select {
	case err := <-f.fail:
		return store.Stats{}, err
	default:
		return f.Store.Stats(ctx)
	}
}

// A status that cannot be told ends the events, so that who listens asks why;
// who listens again is told again.
func TestEventsOfAStoreThatFails(t *testing.T) {
	s := faulty{querytest.Open(t), make(chan error, 2)}
	ts := serve(t, server.Config{Store: s})
	l := listen(t, ts.URL)
	l.until(t, 0)
	for range 2 { // it is asked for what the status is of, and for the status
		s.fail <- errors.New("no disk")
	}
	for {
		if _, err := l.next(); err != nil {
			if !errors.Is(err, io.EOF) {
				t.Errorf("the end is %v", err)
			}
			break
		}
	}
	listen(t, ts.URL).until(t, 0)
}

// The server can end while somebody listens: the events end with it.
func TestEventsEndWithTheServer(t *testing.T) {
	h := server.New(server.Config{Store: querytest.Open(t)}).PageServer()
	tcp, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- h.Serve(tcp) }()
	l := listen(t, "http://"+tcp.Addr().String())
	l.until(t, 0)
	end, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := h.Shutdown(end); err != nil {
		t.Errorf("the server waits for who listens: %v", err)
	}
	if _, err := l.next(); !errors.Is(err, io.EOF) {
		t.Errorf("the end is %v", err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}
