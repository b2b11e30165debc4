package client_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"weir/internal/insight"
	"weir/internal/pipeline"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/server"
	"weir/internal/server/client"
	"weir/internal/source/dir"
	"weir/internal/store"
	"weir/internal/terminal"
)

var start = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)

// served is a server on the control socket of a folder.
type served struct {
	dir    string
	store  store.Store
	active *atomic.Int32 // requests being answered
}

// serve starts a server as weir serve does. Without an ingest of its own it
// reads with the real pipeline.
func serve(t *testing.T, dataDir string, c server.Config) served {
	t.Helper()
	if c.Store == nil {
		c.Store = querytest.Open(t)
	}
	if c.Ingest == nil {
		c.Ingest = func(ctx context.Context, paths []string, progress func(pipeline.Progress)) (pipeline.Summary, error) {
			return pipeline.Run(ctx, pipeline.Config{Store: c.Store, Source: dir.New(paths...), Progress: progress})
		}
	}
	l, err := server.ListenControl(dataDir)
	if err != nil {
		t.Fatal(err)
	}
	s := served{dir: dataDir, store: c.Store, active: new(atomic.Int32)}
	handler := server.New(c).ControlHandler()
	ts := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.active.Add(1)
		defer s.active.Add(-1)
		handler.ServeHTTP(w, r)
	}))
	_ = ts.Listener.Close()
	ts.Listener = l
	ts.Start()
	t.Cleanup(func() {
		ts.CloseClientConnections()
		ts.Close()
	})
	return s
}

func connect(t *testing.T, dataDir string) *client.Client {
	t.Helper()
	c, err := client.Connect(context.Background(), dataDir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// becomesIdle waits until the server answers no request any more.
func (s served) becomesIdle(t *testing.T) {
	t.Helper()
	for range 500 {
		if s.active.Load() == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("the server still answers %d requests", s.active.Load())
}

func longFolder(t *testing.T) string {
	long := filepath.Join(t.TempDir(), strings.Repeat("folder/", 40))
	if err := os.MkdirAll(long, 0o755); err != nil {
		t.Fatal(err)
	}
	return long
}

func same[T any](t *testing.T, what string, got func() (*T, error), want func() (*T, error), ignore ...cmp.Option) {
	t.Helper()
	w, err := want()
	if err != nil {
		t.Fatal(err)
	}
	g, err := got()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if diff := cmp.Diff(w, g, ignore...); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// The client gives the answers that the store gives.
func TestAnswers(t *testing.T) {
	for name, folder := range map[string]string{"short path": t.TempDir(), "long path": longFolder(t)} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, folder, server.Config{Version: server.VersionInfo{Version: "1.2.3"}}).store
			d := querytest.Delta("/logs/a.json", querytest.Random(1, 1000, start)...)
			d.Rejects = []store.Reject{{Object: "/logs/a.json", Reason: "bad_time", Count: 2}}
			if err := s.Commit(context.Background(), d); err != nil {
				t.Fatal(err)
			}
			c := connect(t, folder)
			ctx := context.Background()
			for _, q := range []insight.Question{{}, {From: start.Add(time.Hour), To: start.Add(7*time.Hour + time.Nanosecond), By: insight.Packets, Limit: 1000}, {Where: query.Not{Condition: query.Test{Field: "vnet", Op: query.StartsWith, Values: []any{`a "b" `}}}}} {
				same(t, "Hosts()", func() (*insight.HostsAnswer, error) { return c.Hosts(ctx, q) }, func() (*insight.HostsAnswer, error) { return insight.Hosts(ctx, s, q) })
				same(t, "Conversations()", func() (*insight.ConversationsAnswer, error) { return c.Conversations(ctx, q) }, func() (*insight.ConversationsAnswer, error) { return insight.Conversations(ctx, s, q) })
				same(t, "Ports()", func() (*insight.PortsAnswer, error) { return c.Ports(ctx, q) }, func() (*insight.PortsAnswer, error) { return insight.Ports(ctx, s, q) })
				same(t, "Rules()", func() (*insight.RulesAnswer, error) { return c.Rules(ctx, q) }, func() (*insight.RulesAnswer, error) { return insight.Rules(ctx, s, q) })
				same(t, "Traffic()", func() (*insight.TrafficAnswer, error) { return c.Traffic(ctx, q.From, q.To, q.Where, 7) }, func() (*insight.TrafficAnswer, error) { return insight.Traffic(ctx, s, q.From, q.To, q.Where, 7) })
			}
			same(t, "Objects()", func() (*insight.ObjectsAnswer, error) { return c.Objects(ctx, "complete", 0) }, func() (*insight.ObjectsAnswer, error) { return insight.Objects(ctx, s, "complete", 0) })
			q := insight.TableQuestion{Question: insight.Question{From: start, By: insight.Bytes, Limit: 3, Compare: insight.CompareBefore}, Sort: "denied"}
			rows, err := insight.TableRows("machines", q, func(q insight.TableQuestion) (*insight.TableAnswer, error) {
				return insight.Table(ctx, s, "machines", q)
			})
			if err != nil {
				t.Fatal(err)
			}
			var want, got strings.Builder
			if _, err := terminal.WriteRows(&want, terminal.CSV, rows); err != nil {
				t.Fatal(err)
			}
			if err := c.Export(ctx, &got, "csv", "machines", q); err != nil || want.String() != got.String() || strings.Count(got.String(), "\n") < 5 {
				t.Errorf("Export() = %v (-want +got):\n%s", err, cmp.Diff(want.String(), got.String()))
			}
			values := insight.ValuesQuestion{From: start, Field: "src.vnet", Begin: "h", Limit: 1}
			same(t, "Values()", func() (*insight.ValuesAnswer, error) { return c.Values(ctx, values) }, func() (*insight.ValuesAnswer, error) { return insight.Values(ctx, s, values) })
			same(t, "Rejects()", func() (*insight.RejectsAnswer, error) { return c.Rejects(ctx, 5) }, func() (*insight.RejectsAnswer, error) { return insight.Rejects(ctx, s, 5) })
			same(t, "Status()", func() (*insight.StatusAnswer, error) { return c.Status(ctx) }, func() (*insight.StatusAnswer, error) { return insight.StoreStatus(ctx, s) },
				cmpopts.IgnoreFields(insight.StatusAnswer{}, "Now", "GoVersion", "Version", "Revision")) // of the process
			if c.ServerVersion() != "1.2.3" {
				t.Errorf("the server says it is %q", c.ServerVersion())
			}
		})
	}
}

// A question that cannot be answered fails as it does without a server.
func TestQuestionsThatCannotBeAnswered(t *testing.T) {
	s := serve(t, t.TempDir(), server.Config{})
	c := connect(t, s.dir)
	f := func(field string, q insight.Question) {
		t.Helper()
		_, err := c.Hosts(context.Background(), q)
		var ask *insight.AskError
		if !errors.As(err, &ask) || ask.Field != field || ask.Text == "" {
			t.Errorf("Hosts(%+v) = %v, want an AskError about %s", q, err, field)
		}
	}
	f("limit", insight.Question{Limit: 2000})
	f("limit", insight.Question{Limit: -2})
	f("by", insight.Question{By: "octets"})
	f("from", insight.Question{From: start, To: start})
}

func TestNotServing(t *testing.T) {
	for _, folder := range []string{t.TempDir(), longFolder(t), "/does/not/exist", filepath.Join(longFolder(t), "none")} {
		if _, err := client.Connect(context.Background(), folder); !errors.Is(err, client.ErrNotServing) {
			t.Errorf("Connect(%s) = %v, want ErrNotServing", folder, err)
		}
	}
}

// A server of another version is told apart from one that is not there.
func TestAnotherProtocol(t *testing.T) {
	folder := t.TempDir()
	l, err := server.ListenControl(folder)
	if err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"protocol":99,"version":"9.0.0","pid":7}`)
	}))
	_ = ts.Listener.Close()
	ts.Listener = l
	ts.Start()
	defer ts.Close()
	if _, err := client.Connect(context.Background(), folder); err == nil || !strings.Contains(err.Error(), "weir 9.0.0 (process 7)") {
		t.Errorf("Connect() = %v, want that weir 9.0.0 speaks another protocol", err)
	}
}

// all reads an answer to its end.
func all(r store.Rows, err error) (columns []store.Column, rows [][]any, _ error) {
	if err != nil {
		return nil, nil, err
	}
	for r.Next() {
		rows = append(rows, append([]any{}, r.Values()...))
	}
	return r.Columns(), rows, errors.Join(r.Err(), r.Close())
}

// SQL gives the same columns, types and values as the store itself.
func TestSQL(t *testing.T) {
	s := serve(t, t.TempDir(), server.Config{})
	querytest.Commit(t, s.store, "/logs/a.json", querytest.Random(1, 500, start)...)
	c := connect(t, s.dir)
	for _, query := range []string{
		`SELECT NULL AS n, true AS b, 1 AS i, 18446744073709551615::UBIGINT AS u, '-170141183460469231731687303715884105728'::HUGEINT AS h,
			1.0::DOUBLE AS f, 'NaN'::DOUBLE AS nan, 'é"<' AS s, TIMESTAMP '2026-01-02 03:04:05.678901' AS t, DATE '0044-03-15' AS d,
			[1, NULL, 3] AS l, {'a': 1, 'b': ['x']} AS m, MAP {'k': 1.5::DOUBLE} AS k, 1.25 AS dec, INTERVAL 1 DAY AS iv, 'x'::BLOB AS bl`,
		"SELECT * FROM flows ORDER BY ALL",
		"SELECT * FROM objects",
		"SELECT i, repeat('x', (i % 3000)::INT) AS s FROM range(20000) r(i)",
		"SELECT 1 AS one WHERE false",
	} {
		wantColumns, wantRows, err := all(s.store.SQL(context.Background(), query))
		if err != nil {
			t.Fatal(err)
		}
		columns, rows, err := all(c.SQL(context.Background(), query))
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		big := cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 })
		if diff := cmp.Diff(wantColumns, columns); diff != "" {
			t.Errorf("%s: columns (-want +got):\n%s", query, diff)
		}
		if diff := cmp.Diff(wantRows, rows, big, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s: rows (-want +got):\n%s", query, diff)
		}
	}
}

func TestSQLErrors(t *testing.T) {
	s := serve(t, t.TempDir(), server.Config{})
	c := connect(t, s.dir)
	for _, query := range []string{
		"SELEKT 1", "DROP TABLE weir.fact", "SELECT 1; SELECT 2", "",
		// It fails after many rows have been sent.
		"SELECT CASE WHEN i < 100000 THEN i ELSE error('too far') END AS i FROM range(200000) r(i)",
	} {
		_, wantRows, want := all(s.store.SQL(context.Background(), query))
		_, rows, got := all(c.SQL(context.Background(), query))
		if want == nil || got == nil || got.Error() != want.Error() || errors.Is(got, store.ErrReadOnlySQL) != errors.Is(want, store.ErrReadOnlySQL) {
			t.Errorf("SQL(%q) = %v, want %v", query, got, want)
		}
		if len(rows) != len(wantRows) {
			t.Errorf("SQL(%q) has %d rows before it fails, want %d", query, len(rows), len(wantRows))
		}
	}
	s.becomesIdle(t)
}

// Two ways to run for ever: with rows and without.
const (
	endlessRows = "SELECT i FROM range(1000000000000) r(i)"
	endlessWork = "SELECT count(*) FROM range(10000000) a(i), range(10000000) b(j) WHERE (a.i + b.j) % 7 = 3"
)

// The server gives up an answer that nobody waits for.
func TestSQLGivenUp(t *testing.T) {
	s := serve(t, t.TempDir(), server.Config{})
	c := connect(t, s.dir)

	rows, err := c.SQL(context.Background(), endlessRows)
	if err != nil || !rows.Next() {
		t.Fatalf("SQL() = %v, want rows", err)
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	s.becomesIdle(t)

	for _, query := range []string{endlessRows, endlessWork} {
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		if _, _, err := all(c.SQL(ctx, query)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("SQL() with a timeout = %v, want that the deadline is exceeded", err)
		}
		cancel()
		s.becomesIdle(t)
	}
}

// asClient makes this test binary a client that asks an endless question.
const asClient = "WEIR_TEST_CLIENT"

func TestMain(m *testing.M) {
	if folder, query, ok := strings.Cut(os.Getenv(asClient), "|"); ok {
		c, err := client.Connect(context.Background(), folder)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println("connected")
		rows, err := c.SQL(context.Background(), query)
		for err == nil && rows.Next() {
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// Neither does it wait for a client that was killed, nor does that harm others.
func TestKilledClient(t *testing.T) {
	s := serve(t, t.TempDir(), server.Config{})
	for _, query := range []string{endlessRows, endlessWork} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), asClient+"="+s.dir+"|"+query)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); line != "connected\n" {
			t.Fatalf("the client says %q (%v)", line, err)
		}
		for range 500 {
			if s.active.Load() > 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		s.becomesIdle(t)
	}
	if _, rows, err := all(connect(t, s.dir).SQL(context.Background(), "SELECT 42")); err != nil || rows[0][0] != int64(42) {
		t.Errorf("after that, another client gets %v, %v", rows, err)
	}
}
