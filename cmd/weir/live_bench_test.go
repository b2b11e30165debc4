package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"weir/internal/config"
	"weir/internal/pipeline"
	"weir/internal/service"
	"weir/internal/simulate"
	"weir/internal/source/azuritetest"
	"weir/internal/store/duckdb"
)

// BenchmarkLive measures how long blocks take from their commit in a storage
// account until they can be asked for, while a simulated estate of WEIR_LIVE_VMS
// machines (500) writes at the pace of the clock for WEIR_LIVE_TIME (4m). Blocks
// of the first minute do not count: containers and flow logs that nobody knows
// are looked for more rarely, every ten seconds. With WEIR_LIVE_QUEUE events tell
// of each block.
func BenchmarkLive(b *testing.B) {
	machines, span := 500, 4*time.Minute
	if text := os.Getenv("WEIR_LIVE_VMS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		machines = n
	}
	if text := os.Getenv("WEIR_LIVE_TIME"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			b.Fatal(err)
		}
		span = d
	}
	storage := azuritetest.Start(b)
	b.Setenv("WEIR_TEST_KEY", storage.Key)
	configured := filepath.Join(b.TempDir(), "weir.yaml")
	text := fmt.Appendf(nil, "data: store\nsources:\n  - azure: %s\n    key: ${WEIR_TEST_KEY}\n", storage.Blob)
	var events *azuritetest.Queue
	if os.Getenv("WEIR_LIVE_QUEUE") != "" {
		events = storage.Events(b, "events")
		text = fmt.Appendf(text, "    queue: %s\n", events.URL)
	}
	if err := os.WriteFile(configured, text, 0o644); err != nil {
		b.Fatal(err)
	}
	c, err := config.Load(configured)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		measureLive(b, c, storage, events, machines, span)
	}
}

func measureLive(b *testing.B, c *config.Config, storage *azuritetest.Account, events *azuritetest.Queue, machines int, span time.Duration) {
	a := newApp(strings.NewReader(""), os.Stdout, os.Stderr)
	ctx, stop := context.WithTimeout(b.Context(), span)
	defer stop()
	l, err := a.openLocal(ctx, c, duckdb.Options{Command: "a benchmark", Interval: c.Interval})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	k, err := l.keeper(ctx)
	if err != nil {
		b.Fatal(err)
	}
	accounts, err := l.accounts(newIngester(l.store, k, l.settled, c.Workers, l.engine, retention(c)), new(pipeline.Claims))
	if err != nil {
		b.Fatal(err)
	}

	var mu sync.Mutex
	waiting := map[string][]time.Time{} // when the blocks of an object were committed
	sizes := map[string]int64{}         // of objects
	var lags []time.Duration
	account := accounts[0]
	usual := account.live.tune
	account.live.tune = func(p *pipeline.Config) {
		usual(p)
		landed := p.Landed
		p.Landed = func(objects []pipeline.Landed) {
			landed(objects)
			now := time.Now()
			mu.Lock()
			defer mu.Unlock()
			for _, o := range objects {
				name := strings.TrimPrefix(o.Object, storage.Blob+"/")
				left := waiting[name][:0]
				for _, at := range waiting[name] {
					if at.Before(o.Modified.Add(10 * time.Second)) { // which has whole seconds, and the next is a minute later
						lags = append(lags, now.Sub(at))
					} else {
						left = append(left, at)
					}
				}
				waiting[name] = left
			}
		}
	}
	var jobs service.Runner
	for _, j := range append(account.jobs(slog.New(slog.DiscardHandler)), l.settled.jobs(slog.New(slog.DiscardHandler))...) {
		jobs.Add(j)
	}
	sink, err := simulate.NewAccount(storage.Blob, storage.Key)
	if err != nil {
		b.Fatal(err)
	}
	s := simulate.DefaultConfig()
	s.Out, s.Hours, s.VMs, s.Start = b.TempDir(), 1, machines, time.Now().UTC().Truncate(time.Minute)
	begun := time.Now()
	var both sync.WaitGroup
	both.Go(func() { jobs.Run(ctx) })
	_, err = simulate.Live(ctx, s, simulate.Growth{Sink: sink, Pace: 1, Committed: func(c simulate.Commit) {
		if events != nil {
			mu.Lock()
			sizes[c.Object] += int64(c.Bytes)
			size := sizes[c.Object] + int64(len(`{"records":[]}`))
			mu.Unlock()
			container, name, _ := strings.Cut(c.Object, "/")
			events.Put(b, events.Message(b, container, name, "", size))
		}
		if c.Tuples == 0 || time.Since(begun) < time.Minute {
			return // nobody could ask for anything of it, or nobody knew of it
		}
		mu.Lock()
		defer mu.Unlock()
		waiting[c.Object] = append(waiting[c.Object], c.At)
	}})
	both.Wait()
	if err != nil {
		b.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(lags) == 0 {
		b.Fatal("no block could be asked for")
	}
	slices.Sort(lags)
	old := 0
	for _, blocks := range waiting {
		for _, at := range blocks {
			if time.Since(at) > 20*time.Second {
				old++
			}
		}
	}
	requests := account.azure.State().Requests
	minutes := span.Minutes()
	b.ReportMetric(lags[len(lags)/2].Seconds(), "p50-s")
	b.ReportMetric(lags[len(lags)*99/100].Seconds(), "p99-s")
	b.ReportMetric(lags[len(lags)-1].Seconds(), "most-s")
	b.ReportMetric(float64(len(lags)), "blocks")
	b.ReportMetric(float64(len(waiting)), "blobs")
	b.ReportMetric(float64(old), "unseen")
	b.ReportMetric(float64(requests.Lists)/minutes, "lists/min")
	b.ReportMetric(float64(requests.Reads)/minutes, "reads/min")
	b.ReportMetric(float64(requests.Queue)/minutes, "queue-requests/min")
}
