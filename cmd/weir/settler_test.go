package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"weir/internal/knowledge"
	"weir/internal/service"
	"weir/internal/source"
	"weir/internal/store"
	"weir/internal/store/duckdb"
)

// oneTuple is a record of one tuple, whose time is to be filled in.
const oneTuple = `{"records":[{"time":"2025-08-24T19:00:52Z","flowLogVersion":4,"macAddress":"000D3A988200","category":"FlowLogFlowEvent",
	"targetResourceID":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v",
	"flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":["%d,10.0.0.4,10.0.0.5,40000,443,6,O,B,NX,0,0,0,0"]}]}]}}]}`

// abandoned is a source of two objects; who asked gives up at the second.
type abandoned struct{ giveUp context.CancelFunc }

func (a *abandoned) String() string { return "a source" }

func (a *abandoned) List(_ context.Context, yield func(source.Object) error) error {
	record := fmt.Sprintf(oneTuple, 1756062000000)
	err := yield(source.Object{Name: "1", ETag: "1", Size: int64(len(record)), Open: func(context.Context, int64) (source.Content, error) {
		return source.Content{ReadCloser: io.NopCloser(strings.NewReader(record))}, nil
	}})
	if err != nil {
		return err
	}
	return yield(source.Object{Name: "2", ETag: "1", Size: 1, Open: func(ctx context.Context, _ int64) (source.Content, error) {
		a.giveUp()
		return source.Content{}, ctx.Err()
	}})
}

// What was stored is settled also where who asked for it has gone.
func TestSettledWithoutWhoAsked(t *testing.T) {
	s, err := duckdb.Open(t.Context(), t.TempDir(), duckdb.Options{Command: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	k, err := knowledge.Open(t.Context(), knowledge.Config{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	settled := newSettler(s, k)
	serving, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		runJobs(serving, settled.jobs(slog.New(slog.DiscardHandler)))
	}()
	defer func() { stop(); <-done }()

	asking, giveUp := context.WithCancel(t.Context())
	sum, err := newIngester(s, k, settled, 1, ingestMemoryMB, store.Retention{}).run(asking, &abandoned{giveUp}, nil)
	if !errors.Is(err, context.Canceled) || sum.Rows != 1 {
		t.Fatalf("%d rows, %v; want one row and a run that was given up", sum.Rows, err)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		list, err := s.Unsettled(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(list.Intervals) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatal("what was stored is not settled, and nobody will see to it")
		}
	}
}

// slow is a store in which the walk over rows that are to be judged anew waits.
type slow struct {
	store.Store
	begun, pass chan struct{}
	once        sync.Once
}

func (s *slow) FactsOf(ctx context.Context, parties, logs []uint64, yield func([]store.StoredFact) error) error {
	return s.Store.FactsOf(ctx, parties, logs, func(rows []store.StoredFact) error {
		s.once.Do(func() { close(s.begun) })
		select {
		case <-s.pass:
			return yield(rows)
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// A log that grows is read and counted while stored rows are judged anew,
// however long that takes, also where what is known changes meanwhile.
func TestReadingDoesNotWaitForJudging(t *testing.T) {
	base, err := duckdb.Open(t.Context(), t.TempDir(), duckdb.Options{Command: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer base.Close()
	s := &slow{Store: base, begun: make(chan struct{}), pass: make(chan struct{})}
	k, err := knowledge.Open(t.Context(), knowledge.Config{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	settled := newSettler(s, k)
	log := &grown{}
	i := newIngester(s, k, settled, 1, ingestMemoryMB, store.Retention{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // only where it fails
	defer cancel()
	read := func(rows int64) {
		t.Helper()
		log.tuples++
		if sum, err := i.run(ctx, log, nil); err != nil || sum.Rows != 1 {
			t.Fatalf("%d rows, %v", sum.Rows, err)
		}
		list, err := s.Unsettled(ctx)
		if err != nil || len(list.Intervals) > 0 {
			t.Fatalf("%d intervals are not counted: %v", len(list.Intervals), err)
		}
		stats, err := s.Stats(ctx)
		if err != nil || stats.Rows != rows {
			t.Fatalf("%d rows are stored, want %d: %v", stats.Rows, rows, err)
		}
	}
	know := func(address string) {
		t.Helper()
		if _, err := k.ImportThreats(ctx, knowledge.ThreatInput{Name: address, File: "list.txt", Content: []byte(address)}); err != nil {
			t.Fatal(err)
		}
	}
	read(1)
	serving, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	know(outside)
	go func() {
		defer close(done)
		runJobs(serving, settled.jobs(slog.New(slog.DiscardHandler)))
	}()
	defer func() { stop(); <-done }()
	select {
	case <-s.begun:
	case <-ctx.Done():
		t.Fatal("nothing is judged anew")
	}
	read(2)
	know("203.0.113.9")
	read(3)
	if state, err := k.State(ctx); err != nil || !state.Judging.Running {
		t.Fatalf("judging ended: %+v, %v", state.Judging, err)
	}
	close(s.pass)
	for typed := ""; typed != "MaliciousFlow 3"; time.Sleep(10 * time.Millisecond) {
		rows, err := s.SQL(ctx, "SELECT flow_type || ' ' || sum(records) FROM flows GROUP BY flow_type")
		if err != nil {
			t.Fatalf("flows are %s: %v", typed, err)
		}
		typed = ""
		for rows.Next() {
			typed += rows.Values()[0].(string)
		}
		rows.Close()
	}
}

// outside is a public address in the objects of grown.
const outside = "45.83.64.7"

// grown is a source of one object for each tuple, which all talk to one address.
type grown struct{ tuples int }

func (g *grown) String() string { return "a log" }

func (g *grown) List(_ context.Context, yield func(source.Object) error) error {
	for n := range g.tuples {
		record := strings.Replace(fmt.Sprintf(oneTuple, 1756062000000+n), "10.0.0.5", outside, 1)
		err := yield(source.Object{Name: strconv.Itoa(n), ETag: "1", Size: int64(len(record)), Open: func(context.Context, int64) (source.Content, error) {
			return source.Content{ReadCloser: io.NopCloser(strings.NewReader(record))}, nil
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

// What was committed of a flow in parts is merged by who serves the store, once
// nothing was written to the interval for a while, and by a command at its end.
func TestMerges(t *testing.T) {
	dir := t.TempDir()
	open := func() (store.Store, *settler) {
		t.Helper()
		s, err := duckdb.Open(t.Context(), dir, duckdb.Options{Command: "test"})
		if err != nil {
			t.Fatal(err)
		}
		k, err := knowledge.Open(t.Context(), knowledge.Config{Store: s})
		if err != nil {
			t.Fatal(err)
		}
		return s, newSettler(s, k)
	}
	rows := func(s store.Store) int64 {
		t.Helper()
		stats, err := s.Stats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return stats.Rows
	}
	s, settled := open()
	log := &grown{}
	for log.tuples < 3 {
		log.tuples++
		if _, err := newIngester(s, settled.keeper, settled, 1, ingestMemoryMB, store.Retention{}).run(t.Context(), log, nil); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := settled.merge(t.Context(), quiet, nil); err != nil || m.Waiting != 1 || rows(s) != 3 {
		t.Errorf("written to just now: %+v, %d rows, %v", m, rows(s), err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s, settled = open()
	defer func() { s.Close() }()
	serving, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		runJobs(serving, settled.jobs(slog.New(slog.DiscardHandler)))
	}()
	for end := time.Now().Add(10 * time.Second); rows(s) != 1; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d rows are stored of one flow", rows(s))
		}
	}
	stop()
	<-done

	log.tuples++
	if _, err := newIngester(s, settled.keeper, settled, 1, ingestMemoryMB, store.Retention{}).run(t.Context(), log, nil); err != nil {
		t.Fatal(err)
	}
	if err := settled.run(t.Context(), nil); err != nil || rows(s) != 1 {
		t.Errorf("after a command: %d rows, %v", rows(s), err)
	}
}

// runJobs runs jobs until ctx ends.
func runJobs(ctx context.Context, jobs []service.Job) {
	var r service.Runner
	for _, j := range jobs {
		r.Add(j)
	}
	r.Run(ctx)
}
