package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

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
  - azure: %s
    connection-string: file:connection
    containers: [insights-logs-flowlogflowevent, nowhere]
`, logs, one.Blob, other.Blob)
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
		begun := time.Now()
		waitUntil(t, "what was written is read", func() bool { return tuples() == n })
		t.Logf("a block could be asked for after %s", time.Since(begun).Round(10*time.Millisecond))
	}
	waitUntil(t, "the missing container is told", func() bool {
		return strings.Contains(stderr.String(), "cannot list a container") && strings.Contains(stderr.String(), "container=nowhere")
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
	} {
		if !strings.Contains(string(metrics), want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	all.Write(metrics)
	if strings.Contains(all.String(), one.Key) {
		t.Error("a secret is in an answer")
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
		{0, false, -historyBack},
		{time.Minute, false, -historyBack},
		{5 * time.Hour, true, -historyBack}, // which reaches far enough
		{5*time.Hour + time.Minute, false, -historyBack},
	} {
		a.looked(start.Add(test.at))
		missed := len(a.missed) == 1
		if missed {
			<-a.missed
		}
		if since := a.since.Sub(start); missed != test.missed || since != test.since {
			t.Errorf("after %s: missed %v, since %s; want %v, %s", test.at, missed, since, test.missed, test.since)
		}
	}
	a.since = start.Add(100 * time.Hour)
	if a.looked(start.Add(200 * time.Hour)); len(a.missed) != 1 || a.since.Sub(start) != 4*time.Hour+time.Minute {
		t.Errorf("after a week: since %s", a.since.Sub(start))
	}
}
