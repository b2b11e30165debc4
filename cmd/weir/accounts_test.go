package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/insight"
	"weir/internal/pipeline"
	"weir/internal/source/azblob"
	"weir/internal/source/azuritetest"
)

// output is what a command wrote so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// waitUntil waits for something that is to happen soon.
func waitUntil(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !happened(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited for a minute: %s", what)
		}
	}
}

// TestServeAccounts serves two storage accounts and a folder at once: what lay
// there, what is written meanwhile, and what a container that does not exist
// says; and the secrets are nowhere.
func TestServeAccounts(t *testing.T) {
	one, other := azuritetest.Start(t), azuritetest.Start(t)
	hour := time.Now().UTC()
	blob := func(at time.Time, nic int) string {
		return fmt.Sprintf("flowLogResourceID=/S_NETWORKWATCHERRG/NETWORKWATCHER_R_F/y=%04d/m=%02d/d=%02d/h=%02d/m=00/macAddress=00224871C2%02X/PT1H.json",
			at.Year(), at.Month(), at.Day(), at.Hour(), nic)
	}
	n := 0
	record := func() string {
		n++
		oneTuple := strings.Replace(oneTuple, "2025-08-24T19:00:52Z", hour.Format(time.RFC3339), 1)
		return strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf(oneTuple, hour.UnixMilli()+int64(n)), `{"records":[`), "]}")
	}
	container := one.Flows(t, azblob.Containers()[1])
	other.Flows(t, azblob.Containers()[1])
	growing := one.Log(t, container, blob(hour, 1))
	growing.Append(t, record())
	one.Log(t, container, blob(hour.Add(-30*time.Hour), 2)).Append(t, record())
	other.Log(t, container, blob(hour, 3)).Append(t, record())

	events := one.Events(t, "events")

	folder, logs := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(logs, "a.json"), []byte(record()), 0o644); err != nil {
		t.Fatal(err)
	}
	configured := filepath.Join(folder, "weir.yaml")
	t.Setenv("WEIR_TEST_KEY", one.Key)
	secret := filepath.Join(folder, "connection")
	if err := os.WriteFile(secret, []byte(other.ConnectionString+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`data: store
listen: 127.0.0.1:0
log-level: debug
poll-interval: 200ms
sources:
  - folder: %s
  - azure: %s
    key: ${WEIR_TEST_KEY}
    look-every: 1s
    queue: %s
  - azure: %s
    connection-string: file:connection
    containers: [insights-logs-flowlogflowevent, nowhere]
    queue: %s/nowhere
`, logs, one.Blob, events.URL, other.Blob, other.Queue)
	if err := os.WriteFile(configured, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr output
	a := newApp(strings.NewReader(""), &stdout, &stderr)
	a.configFile = configured
	c, err := a.config()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- a.serve(ctx, c, false) }()
	defer func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		for _, secret := range []string{one.Key, other.Key, "AccountKey="} {
			if strings.Contains(stdout.String()+stderr.String(), secret) {
				t.Error("a secret is in what was logged")
			}
		}
		if t.Failed() {
			t.Log(stderr.String())
		}
	}()
	waitUntil(t, "it serves", func() bool { return strings.HasPrefix(stdout.String(), "http") })
	address := strings.TrimSpace(stdout.String())
	var all strings.Builder
	tuples := func() int {
		r, err := http.Get(address + "api/v1/status")
		if err != nil {
			return 0
		}
		defer r.Body.Close()
		text, _ := io.ReadAll(r.Body)
		all.Write(text)
		var s struct{ Counts struct{ Tuples int } }
		_ = json.Unmarshal(text, &s)
		return s.Counts.Tuples
	}
	waitUntil(t, "everything that lay there is read", func() bool { return tuples() == 4 })
	for range 3 {
		growing.Append(t, record())
		events.Put(t, events.Created(t, growing))
		begun := time.Now()
		waitUntil(t, "what was written is read", func() bool { return tuples() == n })
		t.Logf("a block could be asked for after %s", time.Since(begun).Round(10*time.Millisecond))
	}
	waitUntil(t, "the missing container is told", func() bool {
		return strings.Contains(stderr.String(), "cannot list a container") && strings.Contains(stderr.String(), "container=nowhere")
	})
	events.Put(t, "no event")
	waitUntil(t, "what is no event is told, and the missing queue", func() bool {
		return strings.Contains(stderr.String(), "is no event, and was deleted") && strings.Contains(stderr.String(), "cannot read the queue of events")
	})
	r, err := http.Get(address + "metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	metrics, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`weir_job_runs_total{job="folders"}`, `weir_job_failing{job="` + one.Name + `: live"} 0`, `weir_job_runs_total{job="forgetting"}`,
		`weir_account_flow_logs{account="` + one.Name + `"} 1`, `weir_account_nics{account="` + one.Name + `"} 1`,
		`weir_account_containers_failing{account="` + other.Name + `"} 1`, `weir_account_lag_most_seconds{account="` + one.Name + `"}`,
		`weir_account_events_total{account="` + one.Name + `"} 3`, `weir_account_events_unreadable_total{account="` + one.Name + `"} 1`,
		`weir_account_queue_failing{account="` + one.Name + `"} 0`, `weir_account_queue_failing{account="` + other.Name + `"} 1`,
	} {
		if !strings.Contains(string(metrics), want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	all.Write(metrics)
	checkSources(t, address, one, other, logs, &all)
	if strings.Contains(all.String(), one.Key) {
		t.Error("a secret is in an answer")
	}
}

// checkSources holds what the API says of the sources of TestServeAccounts.
func checkSources(t *testing.T, address string, one, other *azuritetest.Account, folder string, all *strings.Builder) {
	t.Helper()
	var answer insight.SourcesAnswer
	r, err := http.Get(address + "api/v1/sources")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(text, &answer)
	}
	if err != nil {
		t.Fatal(err)
	}
	all.Write(text)
	if len(answer.Rows) != 3 {
		t.Fatalf("there are %d sources: %s", len(answer.Rows), text)
	}
	if f := answer.Rows[0]; f.Kind != "folder" || f.Name != folder || f.LookedAt == nil || f.LandedAt == nil || f.Fault != nil {
		t.Errorf("the folder stands so: %+v", f)
	}
	first, second := answer.Rows[1], answer.Rows[2]
	blocks := 0 // of three, of which the first may have been written in the second in which we began
	for _, m := range first.Lags {
		blocks += m.Blocks
	}
	if first.Name != one.Name || first.LagHalf == nil || *first.LagHalf > 60 || blocks < 2 || first.FlowLogs != 1 || first.Requests.Lists == 0 {
		t.Errorf("the first account stands so, with %d blocks: %s", blocks, text)
	}
	if h := first.History; h.Days != 2 || h.DaysDone != 2 || h.DoneAt == nil || h.Running || h.Bytes == 0 {
		t.Errorf("its history stands so: %+v", h)
	}
	if q := first.Events; q == nil || q.Received != 3 || q.Foreign != 0 || q.Unreadable != 1 || q.Sample != "no event" || q.NewestAt == nil || q.Fault != nil {
		t.Errorf("its queue stands so: %+v", q)
	}
	if q := second.Events; q == nil || q.Fault == nil || !strings.Contains(q.Fault.Mend, "az storage queue create --name nowhere") {
		t.Errorf("the queue of the second stands so: %+v", q)
	}
	if answer.Rows[0].Events != nil {
		t.Error("a folder has a queue")
	}
	if e := first.Expected; e == nil || e.Bytes <= 0 || e.Rows <= 0 || e.HistoryRows == nil {
		t.Errorf("a day of it brings: %+v", e)
	}
	if c := second.Containers; second.Name != other.Name || len(c) != 2 || c[0].State != "listed" || c[1].State != "failing" || c[1].Fault == nil || c[1].Fault.Mend == "" || second.Fault != nil {
		t.Errorf("the second account stands so: %s", text)
	}
}

// TestLags holds how long blocks took, by minute, of those written since we look.
func TestLags(t *testing.T) {
	start := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	l := lags{since: start}
	land := func(written, landed time.Duration) {
		l.landed([]pipeline.Landed{{Modified: start.Add(written)}}, start.Add(landed))
	}
	land(-time.Hour, time.Second) // it waited for us to begin
	land(70*time.Second, 72*time.Second)
	land(10*time.Second, 73*time.Second) // late
	land(80*time.Second, 84*time.Second)
	land(90*time.Second, 80*time.Second) // by another clock
	var got insight.SourceState
	l.show(&got)
	want := []insight.SourceLag{{At: start, Blocks: 1, Mean: 63, Most: 63}, {At: start.Add(time.Minute), Blocks: 3, Mean: 2, Most: 4}}
	if diff := cmp.Diff(want, got.Lags); diff != "" {
		t.Errorf("lags (-want +got):\n%s", diff)
	}
	if *got.LagHalf != 4 || *got.LagMost != 63 || !got.NewestAt.Equal(start.Add(90*time.Second)) || !got.LandedAt.Equal(start.Add(80*time.Second)) {
		t.Errorf("half %v, most %v, newest %v, landed %v", *got.LagHalf, *got.LagMost, got.NewestAt, got.LandedAt)
	}
	for i := range 2 * maxLagMinutes {
		land(time.Duration(i)*time.Minute, time.Duration(i)*time.Minute)
	}
	if l.show(&got); len(got.Lags) != maxLagMinutes || !got.Lags[0].At.Equal(start.Add(maxLagMinutes*time.Minute)) {
		t.Errorf("%d minutes are kept, from %v", len(got.Lags), got.Lags[0].At)
	}
}

// TestReadUpTo holds when history is read again, and from where on.
func TestReadUpTo(t *testing.T) {
	begun := time.Now()
	for _, test := range []struct{ growing, since, next time.Duration }{
		{0, -historyBack, historyEvery},
		{-5 * time.Hour, -historyBack, growingEvery},
		{-100 * time.Hour, -100 * time.Hour, growingEvery},
	} {
		var a account
		growing := time.Time{}
		if test.growing != 0 {
			growing = begun.Add(test.growing)
		}
		a.readUpTo(begun, growing)
		next := a.historyNext().Sub(begun)
		if got := a.since.Sub(begun); got != test.since || next < test.next || next > test.next+time.Minute {
			t.Errorf("what grows since %s: read from %s on in %s, want %s in %s", test.growing, got, next, test.since, test.next)
		}
	}
}

// TestMissedHours holds that history is read again where nobody looked for hours.
func TestMissedHours(t *testing.T) {
	a := &account{missed: make(chan struct{}, 1)}
	start := time.Now()
	a.since = start.Add(-historyBack)
	for _, test := range []struct {
		at     time.Duration
		missed bool
		since  time.Duration
	}{
		{0, true, -historyBack}, // the first look, after which history is read
		{time.Minute, false, -historyBack},
		{5 * time.Hour, true, -historyBack}, // which reaches far enough
		{5*time.Hour + time.Minute, false, -historyBack},
	} {
		a.looked(pipeline.Summary{}, nil, start.Add(test.at), slog.New(slog.DiscardHandler))
		missed := len(a.missed) == 1
		if missed {
			<-a.missed
		}
		if since := a.since.Sub(start); missed != test.missed || since != test.since {
			t.Errorf("after %s: missed %v, since %s; want %v, %s", test.at, missed, since, test.missed, test.since)
		}
	}
	a.since = start.Add(100 * time.Hour)
	if a.looked(pipeline.Summary{}, nil, start.Add(200*time.Hour), slog.New(slog.DiscardHandler)); len(a.missed) != 1 || a.since.Sub(start) != 4*time.Hour+time.Minute {
		t.Errorf("after a week: since %s", a.since.Sub(start))
	}
}
