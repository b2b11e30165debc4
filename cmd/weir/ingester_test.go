package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"weir/internal/pipeline"
	"weir/internal/source"
	"weir/internal/store"
	"weir/internal/store/duckdb"
)

// gate is a source that says when it is listed and waits to be let through.
type gate struct {
	listed, pass chan struct{}
}

func newGate() *gate { return &gate{make(chan struct{}), make(chan struct{})} }

func (g *gate) String() string { return "a gate" }

func (g *gate) List(ctx context.Context, yield func(source.Object) error) error {
	close(g.listed)
	select {
	case <-g.pass:
	case <-ctx.Done():
		return ctx.Err()
	}
	return yield(source.Object{
		Name: "gate", ETag: "1", Size: 14,
		Open: func(context.Context, int64) (source.Content, error) {
			return source.Content{ReadCloser: io.NopCloser(strings.NewReader(`{"records":[]}`))}, nil
		},
	})
}

// Two runs never read at the same time, and one that waits can be given up.
func TestIngesterTakesTurns(t *testing.T) {
	ctx := context.Background()
	s, err := duckdb.Open(ctx, t.TempDir(), duckdb.Options{Command: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	i := newIngester(s, nil, newSettler(s, nil), 1, ingestMemoryMB, store.Retention{})
	if i.current() != nil {
		t.Error("something was read before anything was")
	}
	first, second, never := newGate(), newGate(), newGate()
	type result struct {
		summary pipeline.Summary
		err     error
	}
	run := func(ctx context.Context, g *gate) chan result {
		done := make(chan result, 1)
		go func() {
			s, err := i.run(ctx, g, nil)
			done <- result{s, err}
		}()
		return done
	}
	one := run(ctx, first)
	<-first.listed
	two := run(ctx, second)

	given, giveUp := context.WithCancel(ctx)
	three := run(given, never)
	giveUp()
	if r := <-three; !errors.Is(r.err, context.Canceled) {
		t.Errorf("a run that was given up while it waited: %v", r.err)
	}

	select {
	case <-second.listed:
		t.Error("the second run began before the first was done")
	default:
	}
	close(first.pass)
	if r := <-one; r.err != nil || r.summary.Objects != 1 {
		t.Errorf("first run: %+v, %v", r.summary, r.err)
	}
	<-second.listed
	close(second.pass)
	if r := <-two; r.err != nil || r.summary.Unchanged != 1 {
		t.Errorf("second run: %+v, %v", r.summary, r.err)
	}
	select {
	case <-never.listed:
		t.Error("the run that was given up read nonetheless")
	default:
	}
	if c := i.current(); c == nil || c.Running {
		t.Errorf("state at the end: %+v", c)
	}
}

// A fault that stays is said once, and again when it has changed.
func TestNovelty(t *testing.T) {
	n := newNovelty()
	for i, step := range []struct {
		thing, text string
		want        bool
	}{
		{"", "", false},
		{"a", "torn", true},
		{"a", "torn", false},
		{"b", "torn", true},
		{"a", "gone", true},
		{"a", "torn", true},
		{"", "no disk", true},
		{"", "no disk", false},
		{"", "", true},
	} {
		if got := n.is(step.thing, step.text); got != step.want {
			t.Errorf("step %d: %v", i, got)
		}
	}
}
