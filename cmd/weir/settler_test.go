package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"weir/internal/knowledge"
	"weir/internal/source"
	"weir/internal/store/duckdb"
)

// abandoned is a source of two objects; who asked gives up at the second.
type abandoned struct{ giveUp context.CancelFunc }

func (a *abandoned) String() string { return "a source" }

func (a *abandoned) List(_ context.Context, yield func(source.Object) error) error {
	const record = `{"records":[{"time":"2025-08-24T19:00:52Z","flowLogVersion":4,"macAddress":"000D3A988200","category":"FlowLogFlowEvent",
		"targetResourceID":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v",
		"flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":["1756062000000,10.0.0.4,10.0.0.5,40000,443,6,O,B,NX,0,0,0,0"]}]}]}}]}`
	err := yield(source.Object{Name: "1", ETag: "1", Size: int64(len(record)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(record)), nil
	}})
	if err != nil {
		return err
	}
	return yield(source.Object{Name: "2", ETag: "1", Size: 1, Open: func(ctx context.Context) (io.ReadCloser, error) {
		a.giveUp()
		return nil, ctx.Err()
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
		settled.follow(serving, slog.New(slog.DiscardHandler))
	}()
	defer func() { stop(); <-done }()

	asking, giveUp := context.WithCancel(t.Context())
	sum, err := newIngester(s, k, settled, 1).run(asking, &abandoned{giveUp}, nil)
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
