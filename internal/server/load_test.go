package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weir/internal/query/querytest"
	"weir/internal/server"
	"weir/internal/store"
)

// watched is a store that counts the statements it answers at once.
type watched struct {
	store.Store
	now, most atomic.Int64
}

type watchedRows struct {
	store.Rows
	end func()
}

func (r watchedRows) Close() error {
	r.end()
	return r.Rows.Close()
}

func (w *watched) Query(ctx context.Context, query string, args ...any) (store.Rows, error) {
	n := w.now.Add(1)
	for most := w.most.Load(); n > most && !w.most.CompareAndSwap(most, n); most = w.most.Load() {
	}
	rows, err := w.Store.Query(ctx, query, args...)
	end := sync.OnceFunc(func() { w.now.Add(-1) })
	if err != nil {
		end()
		return nil, err
	}
	return watchedRows{rows, end}, nil
}

// Hundreds who ask at once, some the same, get an answer or are sent away;
// the store has a few questions at a time, and health answers meanwhile.
func TestManyQuestions(t *testing.T) {
	s := &watched{Store: querytest.Open(t)}
	querytest.Commit(t, s.Store, "/logs/a.json", querytest.Random(1, 9000, start)...)
	ts := serve(t, server.Config{Store: s})
	var lock sync.Mutex
	codes, bodies := map[int]int{}, map[string]string{}
	one := func(path string) error {
		res, err := http.Get(ts.URL + path)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			return err
		}
		lock.Lock()
		defer lock.Unlock()
		codes[res.StatusCode]++
		switch res.StatusCode {
		case 200:
			if before, ok := bodies[path]; ok && before != string(body) {
				return fmt.Errorf("GET %s has two answers", path)
			}
			bodies[path] = string(body)
		case 503:
			if res.Header.Get("Retry-After") == "" || res.Header.Get("Content-Type") != "application/problem+json" {
				return fmt.Errorf("GET %s = 503 without Retry-After or problem: %v %s", path, res.Header, body)
			}
		default:
			return fmt.Errorf("GET %s = %d %s", path, res.StatusCode, body)
		}
		return nil
	}
	var asked sync.WaitGroup
	for i := range 300 {
		path := "/api/v1/top/hosts"
		if i%3 != 0 { // two of three differ
			path = fmt.Sprintf("/api/v1/top/%s?limit=%d", []string{"hosts", "conversations", "ports"}[i%3], 1+i)
		}
		asked.Go(func() {
			if err := one(path); err != nil {
				t.Error(err)
			}
		})
	}
	for range 20 {
		if res := do(t, "GET", ts.URL+"/healthz"); res.StatusCode != 200 {
			t.Errorf("healthz = %d %s", res.StatusCode, res.body)
		}
	}
	asked.Wait()
	metrics := do(t, "GET", ts.URL+"/metrics").body
	refused := 0 // equal questions share a refusal, too
	_, count, _ := strings.Cut(metrics, "\nweir_questions_refused_total ")
	_, _ = fmt.Sscan(count, &refused)
	if codes[200] == 0 || codes[503] == 0 || refused == 0 || refused > codes[503] {
		t.Errorf("%d refused, codes %v; metrics:\n%s", refused, codes, metrics)
	}
	if strings.Contains(metrics, "weir_questions_shared_total 0\n") {
		t.Error("equal questions shared no answer")
	}
	const turns, statements = 4, 2 // conversations ask for ports beside what their ends were
	if n := s.most.Load(); n > turns*statements {
		t.Errorf("the store had %d statements at once, want at most %d", n, turns*statements)
	}
	t.Logf("answers by code: %v", codes)
}

// crowded is a store whose memory is enough for one question at a time. It is
// asked several at once first.
type crowded struct {
	store.Store
	first   sync.WaitGroup
	asked   atomic.Int64
	now     atomic.Int64
	crowded atomic.Int64 // how many found too little
}

func (c *crowded) Query(ctx context.Context, query string, args ...any) (store.Rows, error) {
	defer c.now.Add(-1)
	n := c.now.Add(1)
	if c.asked.Add(1) <= atOnce {
		c.first.Done()
		c.first.Wait()
		n = atOnce
	}
	if n > 1 {
		c.crowded.Add(1)
		return nil, fmt.Errorf("cannot ask: %w", store.ErrMemory)
	}
	rows, err := c.Store.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	c.now.Add(1)
	return watchedRows{rows, sync.OnceFunc(func() { c.now.Add(-1) })}, nil
}

const atOnce = 3

// Questions that find too little memory beside each other are answered one after
// the other.
func TestQuestionsThatNeedAllMemory(t *testing.T) {
	s := &crowded{Store: querytest.Open(t)}
	s.first.Add(atOnce)
	querytest.Commit(t, s.Store, "/logs/a.json", querytest.Random(1, 900, start)...)
	ts := serve(t, server.Config{Store: s})
	var asked sync.WaitGroup
	for _, path := range []string{"traffic", "top/hosts", "top/ports"} {
		asked.Go(func() {
			if res := do(t, "GET", ts.URL+"/api/v1/"+path); res.StatusCode != 200 {
				t.Errorf("%s = %d %s", path, res.StatusCode, res.body)
			}
		})
	}
	asked.Wait()
	if n := s.crowded.Load(); n < atOnce {
		t.Errorf("%d questions found too little memory, want %d or more", n, atOnce)
	}
}

// stuck is a store that answers nothing before it is let go.
type stuck struct {
	store.Store
	let chan struct{}
}

func (s stuck) Ping(ctx context.Context) error {
	select {
	case <-s.let:
	case <-ctx.Done():
		return ctx.Err()
	}
	return s.Store.Ping(ctx)
}

func (s stuck) Stats(ctx context.Context) (store.Stats, error) {
	select {
	case <-s.let:
	case <-ctx.Done():
		return store.Stats{}, ctx.Err()
	}
	return s.Store.Stats(ctx)
}

// Health and metrics answer while the store answers nothing at all.
func TestHealthNeverWaits(t *testing.T) {
	s := stuck{filled(t), make(chan struct{})}
	defer close(s.let)
	ts := serve(t, server.Config{Store: s})
	if res := do(t, "GET", ts.URL+"/healthz"); res.StatusCode != 200 || res.body != "ok\n" {
		t.Errorf("healthz = %d %s", res.StatusCode, res.body)
	}
	if res := do(t, "GET", ts.URL+"/metrics"); res.StatusCode != 200 || !strings.Contains(res.body, "weir_questions_running") {
		t.Errorf("metrics = %d %s", res.StatusCode, res.body)
	}
}

// late is a store whose questions wait; what is known of it does not.
type late struct {
	store.Store
	asked, let chan struct{}
}

func (s late) Query(ctx context.Context, query string, args ...any) (store.Rows, error) {
	s.asked <- struct{}{}
	<-s.let
	return s.Store.Query(ctx, query, args...)
}

// Who asks after a commit does not share the answer of who asked before it.
func TestSharedAnswerIsNotOld(t *testing.T) {
	s := late{filled(t), make(chan struct{}, 100), make(chan struct{})}
	ts := serve(t, server.Config{Store: s})
	var asked sync.WaitGroup
	ask := func() {
		asked.Go(func() { do(t, "GET", ts.URL+"/api/v1/top/hosts") })
		<-s.asked
	}
	ask()
	querytest.Commit(t, s.Store, "/logs/b.json", querytest.Random(2, 10, start)...)
	ask() // and asks the store, too
	close(s.let)
	asked.Wait()
}

// A request with content is refused before the content is read.
func TestContent(t *testing.T) {
	ts := serve(t, server.Config{Store: querytest.Open(t)})
	endless, end := io.Pipe()
	defer end.Close()
	r, err := http.NewRequest("GET", ts.URL+"/api/v1/status", endless)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a request with content = %d, want 413", res.StatusCode)
	}
}

// Who announces content, and sends none of it, gets its refusal and loses its
// connection.
func TestContentThatNeverComes(t *testing.T) {
	ts := serve(t, server.Config{Store: querytest.Open(t)})
	for _, announced := range []string{"Transfer-Encoding: chunked", "Content-Length: 100", "Content-Length: 1000000"} {
		c, err := net.Dial("tcp", ts.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := fmt.Fprintf(c, "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n", announced); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Second)) // for who holds it for ever
		answer, err := io.ReadAll(c)
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 413 ") {
			t.Errorf("%s: %q, %v, want 413 and the end of the connection", announced, answer, err)
		}
	}
}

// For one connection too many an idle one is closed; where none is, it is told
// so, and still gets health. One more than that is closed.
func TestSurplus(t *testing.T) {
	l, err := server.ListenBounded("127.0.0.1:0", 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	srv := server.New(server.Config{Store: querytest.Open(t)}).PageServer()
	states, note := make(chan http.ConnState, 100), srv.ConnState
	srv.ConnState = func(c net.Conn, state http.ConnState) {
		note(c, state)
		states <- state
	}
	until := func(state http.ConnState) {
		for <-states != state {
		}
	}
	ts := &httptest.Server{Listener: l, Config: srv}
	ts.Start()
	defer ts.Close()
	connect := func() net.Conn {
		t.Helper()
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	ask := func(c net.Conn, path string) int {
		t.Helper()
		if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path); err != nil {
			return 0
		}
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			return 0
		}
		_, _ = io.Copy(io.Discard, res.Body)
		return res.StatusCode
	}
	want := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s = %d, want %d", what, got, want)
		}
	}
	first := connect()
	want("the first", ask(first, "/api/v1/status"), 200)
	until(http.StateIdle)
	second := connect()
	want("the next, for which the first is closed", ask(second, "/api/v1/status"), 200)
	want("the first", ask(first, "/api/v1/status"), 0)
	until(http.StateIdle)
	busy := connect() // takes the place of the second, and says nothing
	until(http.StateNew)
	want("the second", ask(second, "/api/v1/status"), 0)
	want("one too many", ask(connect(), "/api/v1/status"), 503)
	until(http.StateClosed)
	want("health over one too many", ask(connect(), "/healthz"), 200)
	until(http.StateClosed)
	connect() // one too many, which says nothing either
	want("two too many", ask(connect(), "/healthz"), 0)
	_ = busy.Close()
}

// What is listened at is what was said.
func TestListen(t *testing.T) {
	f := func(address string, v4, v6 bool) {
		t.Helper()
		l, err := server.Listen(address)
		if err != nil {
			t.Skipf("cannot listen at %s here: %v", address, err)
		}
		defer l.Close()
		_, port, _ := strings.Cut(strings.TrimPrefix(l.Addr().String(), "[::]"), ":")
		port = port[strings.LastIndex(port, ":")+1:]
		for host, want := range map[string]bool{"127.0.0.1": v4, "[::1]": v6} {
			if got := dials(host + ":" + port); got != want {
				t.Errorf("listening at %s, %s is reached: %v, want %v", address, host, got, want)
			}
		}
	}
	f("127.0.0.1:0", true, false)
	f("0.0.0.0:0", true, false)
	f("[::]:0", false, true)
	f(":0", true, true)
}

// A row of the year 2099 moves nothing, and is said.
func TestBeyond(t *testing.T) {
	s := filled(t)
	far := querytest.Random(3, 1, time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC))
	querytest.Commit(t, s, "/logs/far.json", far...)
	ts := serve(t, server.Config{Store: s})
	for path, want := range map[string]string{
		"/api/v1/top/hosts": `"to":"2026-01-03T00:00:00Z"`, "/api/v1/status": `"beyond":1,`, "/metrics": "weir_store_rows_beyond 1\n",
		"/api/v1/top/hosts?from=2099-01-01T00:00:00Z&to=2100-01-01T00:00:00Z": `"distinct":2,`,
	} {
		if res := do(t, "GET", ts.URL+path); !strings.Contains(res.body, want) {
			t.Errorf("GET %s lacks %s: %s", path, want, res.body)
		}
	}
	if res := do(t, "GET", ts.URL+"/api/v1/status"); strings.Contains(res.body, `"lastData":"2099`) {
		t.Errorf("the data ends in 2099: %s", res.body)
	}
}

func dials(address string) bool {
	c, err := net.Dial("tcp", address)
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}
