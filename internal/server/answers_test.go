package server

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func counter() prometheus.Counter { return prometheus.NewCounter(prometheus.CounterOpts{Name: "x"}) }

// The first who asks goes away: the others get the answer that was begun for
// it. When all are gone, the work ends.
func TestSharedAnswer(t *testing.T) { synctest.Test(t, testSharedAnswer) }

func testSharedAnswer(t *testing.T) {
	a := newAnswers(1<<20, counter(), counter())
	begun, let, ended := make(chan struct{}, 2), make(chan struct{}), make(chan error, 2)
	work := func(ctx context.Context) *answerDoc {
		begun <- struct{}{}
		select {
		case <-let:
		case <-ctx.Done():
		}
		ended <- ctx.Err()
		return docOf(200, nil, []byte("x"))
	}
	type got struct {
		doc *answerDoc
		err error
	}
	ask := func(ctx context.Context) chan got {
		c := make(chan got, 1)
		go func() {
			doc, sent, err := a.get(ctx, "k", work)
			if err == nil {
				defer sent()
			}
			c <- got{doc, err}
		}()
		synctest.Wait() // until it waits
		return c
	}
	first, leave := context.WithCancel(t.Context())
	one := ask(first)
	<-begun
	two := ask(t.Context())
	leave()
	if g := <-one; !errors.Is(g.err, context.Canceled) {
		t.Errorf("who went away got %v, %v", g.doc, g.err)
	}
	close(let)
	if g := <-two; g.err != nil || string(g.doc.body) != "x" {
		t.Errorf("who stayed got %v, %v", g.doc, g.err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the work was ended though one waited: %v", err)
	}
	if n := testutil.ToFloat64(a.shared); n != 1 || len(begun) != 0 {
		t.Errorf("%v shared an answer, %d more were made; want 1 and none", n, len(begun))
	}

	let = make(chan struct{})
	first, leave = context.WithCancel(t.Context())
	one = ask(first)
	<-begun
	leave()
	<-one
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the work that nobody waits for ended with %v, want canceled", err)
	}
}

// What waits for slow readers is bounded, and given back.
func TestUnsentAnswers(t *testing.T) {
	a := newAnswers(10, counter(), counter())
	get := func(key string, size int) (int, func()) {
		t.Helper()
		doc, sent, err := a.get(t.Context(), key, func(context.Context) *answerDoc { return docOf(200, nil, make([]byte, size)) })
		if err != nil {
			t.Fatal(err)
		}
		return doc.status, sent
	}
	_, sent := get("a", 8)
	status, busy := get("b", 3)
	if status != 503 || testutil.ToFloat64(a.refused) != 1 {
		t.Errorf("an answer beyond the bound = %d, want 503", status)
	}
	busy()
	sent()
	if status, sent := get("b", 3); status != 200 {
		t.Errorf("after the first was sent = %d, want 200", status)
	} else {
		sent()
	}
	if a.unsent != 0 || len(a.making) != 0 {
		t.Errorf("%d bytes of %d answers are kept, want none", a.unsent, len(a.making))
	}
}

// A turn is given when one is given back; beyond the queue nobody waits.
func TestTurns(t *testing.T) { synctest.Test(t, testTurns) }

func testTurns(t *testing.T) {
	turns := newTurns(1, 1, time.Hour, counter())
	if err := turns.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := make(chan error)
	go func() { second <- turns.take(t.Context()) }()
	synctest.Wait()
	if err := turns.take(t.Context()); !errors.Is(err, errBusy) {
		t.Errorf("a third got %v, want %v", err, errBusy)
	}
	turns.give()
	if err := <-second; err != nil {
		t.Errorf("the second got %v, want its turn", err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := turns.take(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("who went away got %v", err)
	}
	if err := turns.take(t.Context()); !errors.Is(err, errBusy) { // the clock of this test does not need the hour
		t.Errorf("who waited too long got %v, want %v", err, errBusy)
	}
	if len(turns.waiting) != 0 {
		t.Errorf("%d still wait", len(turns.waiting))
	}
}

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "br, gzip;q=0.5": true, "gzip;q=0": false, "*": true, "deflate, x-gzip": false, "gzip; q=0.0": false, "GZIP": false,
	} {
		if got := acceptsGzip(request("GET", "/", "Accept-Encoding", header)); got != want {
			t.Errorf("Accept-Encoding %q: %v, want %v", header, got, want)
		}
	}
	if !strings.Contains(string(pack([]byte(strings.Repeat("a", 5000)), gzip.DefaultCompression)), "\x1f\x8b") {
		t.Error("what was packed is no gzip")
	}
}

func TestAtOnce(t *testing.T) {
	for memoryMB, want := range map[int]int{0: 4, 144: 1, 512: 2, 1023: 3, 65536: 4} {
		if got := atOnce(memoryMB); got != want {
			t.Errorf("%d MiB: %d questions at once, want %d", memoryMB, got, want)
		}
	}
}

// Two who want to be alone are, one after the other, and then have their turns again.
func TestAlone(t *testing.T) {
	turns := newTurns(3, 1, time.Hour, counter())
	var most, now atomic.Int64
	var both sync.WaitGroup
	for range 2 {
		if err := turns.take(t.Context()); err != nil {
			t.Fatal(err)
		}
		both.Go(func() {
			err := turns.alone(t.Context(), func() {
				most.Store(max(most.Load(), now.Add(1)))
				now.Add(-1)
				if n := len(turns.running); n != 3 {
					t.Errorf("%d turns are taken, want all", n)
				}
			})
			if err != nil {
				t.Error(err)
			}
			turns.give()
		})
	}
	both.Wait()
	if n := len(turns.running); n != 0 || most.Load() != 1 {
		t.Errorf("%d turns are taken, want none; %d were alone at once", n, most.Load())
	}
	if err := turns.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := turns.alone(gone, func() { t.Error("works for one who went away") }); !errors.Is(err, context.Canceled) {
		t.Errorf("gone: %v", err)
	}
	if n := len(turns.running); n != 1 {
		t.Errorf("%d turns are taken, want the one of who went away", n)
	}
}
