package duckdb

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"weir/internal/store"
	"weir/internal/store/storetest"
)

// Whatever a store must do, it does with questions answered by processes.
func TestStoreThatAsks(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return newStore(t, t.TempDir(), Options{Answerer: answering}) })
}

// monsters are questions that take memory outside the engine's, or time in one
// function that nothing interrupts.
const (
	memoryMonster = "SELECT list_sum(range(400000000))"
	timeMonster   = "SELECT levenshtein(repeat('a', 2000000), repeat('b', 2000000))"
)

// TestAskMonsters asks monsters. They end with what to do, and with their
// context; meanwhile the store answers the page and takes commits.
func TestAskMonsters(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{Answerer: answering})
	before := residentMemory()
	got := make(chan error, 2)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, err := storetest.Table(s.SQL(t.Context(), memoryMonster))
		got <- err
	}()
	late := make(chan error, 1)
	go func() {
		_, err := storetest.Table(s.SQL(ctx, timeMonster))
		late <- err
	}()
	for n, ended := int64(0), false; !ended; n++ {
		if err := s.Commit(t.Context(), numbered(n)); err != nil {
			t.Fatal(err)
		}
		if got := checkLedger(t, s); got != n+1 {
			t.Fatalf("%d deltas, want %d", got, n+1)
		}
		select {
		case err := <-got:
			ended = true
			if err == nil || !strings.Contains(err.Error(), "the question wanted more than 384 MB of memory: ask for ") {
				t.Errorf("%s: %v", memoryMonster, err)
			}
		default:
		}
	}
	cancel()
	if err := <-late; !errors.Is(err, context.Canceled) {
		t.Errorf("%s: %v, want that it was cancelled", timeMonster, err)
	}
	if now := residentMemory(); now > before+400<<20 {
		t.Errorf("this process has %d MB, before the monsters %d MB", now>>20, before>>20)
	}
	checkNothingLeft(t, s)
}

// TestAskIsBounded looks at what the system lets a process that answers have:
// to look at its memory every now and then is too late for a function that takes
// gigabytes at once.
func TestAskIsBounded(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux bounds the data of a process")
	}
	s := newStore(t, t.TempDir(), Options{Answerer: answering})
	rows, err := s.SQL(t.Context(), "SELECT * FROM range(100000000000)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", rows.(*asked).cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(limits), "Max data size")
	var bound int
	if _, err := fmt.Sscan(rest, &bound); err != nil {
		t.Fatalf("no bound: %v: %.40s", err, rest)
	}
	// It has mapped itself, caches of two allocators and the stacks of its threads.
	if most := s.allowance.mostMB; bound>>20 < most || bound>>20 > most+512 {
		t.Errorf("it may map %d MB, want some more than %d", bound>>20, most)
	}
}

// checkNothingLeft checks that questions that are over leave nothing behind.
func checkNothingLeft(t *testing.T, s *Store) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(s.dir, tempName, "ask-*", "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	s.visitors.mu.Lock()
	defer s.visitors.mu.Unlock()
	if n := len(s.visitors.live); n > 0 || len(s.places) < s.allowance.atOnce {
		t.Errorf("%d processes are left, and %d places free", n, len(s.places))
	}
}

// TestAskWhileCommitting asks questions beside each other while deltas are
// committed and folded into the database, and gives some of them up at any
// moment. Each answer is that of one commit: what the ledger says is there.
func TestAskWhileCommitting(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{Answerer: answering, Threads: 1})
	s.walLimit = 4 << 20
	ctx, stop := context.WithCancel(t.Context())
	var committed atomic.Int64
	over := make(chan error)
	ask := func(worker, i int) error {
		one, cancel := context.WithCancel(ctx)
		defer cancel()
		if i%3 == 2 {
			time.AfterFunc(time.Duration((i+worker)*37%200)*time.Millisecond, cancel)
		}
		least := committed.Load()
		got, err := storetest.Table(s.SQL(one, `SELECT (SELECT coalesce(sum(records), 0) FROM flows), (SELECT coalesce(sum(tuples), 0) FROM objects),
			(SELECT count(*) FROM weir.fact), (SELECT coalesce(sum(rows), 0) FROM objects), (SELECT count(*) FROM objects)`))
		if err != nil {
			if one.Err() != nil {
				return one.Err()
			}
			return err
		}
		if v := got[0]; v[0] != v[1] || v[2] != v[3] || v[4].(int64) < least {
			t.Errorf("answered %v after %v commits", v, least)
		}
		return nil
	}
	var asking sync.WaitGroup
	for w := range 2 {
		asking.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				select {
				case over <- ask(w, i):
				case <-ctx.Done():
				}
			}
		})
	}
	n, answers, given, ended := int64(0), 0, 0, 0
	for ; answers < 6 || given < 2; n++ {
		if err := s.Commit(t.Context(), numbered(n)); err != nil {
			t.Fatal(err)
		}
		committed.Store(n + 1)
		if n%4 != 3 {
			continue
		}
		switch err := <-over; {
		case err == nil:
			answers++
		case errors.Is(err, context.Canceled):
			given++
		case errors.Is(err, errOverrun):
			ended++
		default:
			t.Fatalf("not answered: %v", err)
		}
	}
	stop()
	asking.Wait()
	t.Logf("%d commits, %d answers, %d given up, %d ended for a checkpoint", n, answers, given, ended)
	checkNothingLeft(t, s)
	if got := checkLedger(t, s); got != n {
		t.Errorf("%d deltas, want %d", got, n)
	}
}

// A question that is given up before it has copied the database copies nothing: its
// place is that of the next one.
func TestGivenUpBeforeItCopies(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{Answerer: answering, Threads: 1})
	a := &asked{ctx: t.Context(), store: s, place: <-s.places}
	if err := s.visitors.enter(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	a.finish(context.Canceled)
	if copied, err := a.copyDatabase(); copied || !errors.Is(err, context.Canceled) {
		t.Errorf("copied %v, %v", copied, err)
	}
	checkNothingLeft(t, s)
}

// What questions of users may take follows what the store has.
func TestAllowanceOf(t *testing.T) {
	f := func(memory, spill int, want allowance) {
		t.Helper()
		if got := allowanceOf(memory, spill); got != want {
			t.Errorf("%d MiB and %d to spill: %+v, want %+v", memory, spill, got, want)
		}
	}
	f(512, 10240, allowance{atOnce: 2, mostMB: 384, memoryMB: 192, spillMB: 2560})
	f(1024, 10240, allowance{atOnce: 2, mostMB: 512, memoryMB: 256, spillMB: 2560})
	f(1536, 10240, allowance{atOnce: 4, mostMB: 384, memoryMB: 192, spillMB: 1280})
	f(16384, 10240, allowance{atOnce: 4, mostMB: 4096, memoryMB: 3840, spillMB: 1280})
	f(512, -1, allowance{atOnce: 2, mostMB: 384, memoryMB: 192})
}

// Threads share the memory.
func TestThreadsFor(t *testing.T) {
	f := func(threads, memory, want int) {
		t.Helper()
		if got := threadsFor(threads, memory); got != want {
			t.Errorf("of %d threads with %d MiB: %d, want %d", threads, memory, got, want)
		}
	}
	f(1, 512, 1)
	f(2, 144, 2)
	f(64, 192, 2)
	f(64, 512, 4)
	f(64, 16384, 64)
}

// TestAskGoneParent ends the parent of a process in the middle of a monster:
// the process ends with it.
func TestAskGoneParent(t *testing.T) {
	dir := t.TempDir()
	c := startChild(t, "ask", dir)
	var pid int
	line := <-c.lines
	if _, err := fmt.Sscanf(line, "asked %d", &pid); err != nil {
		t.Fatalf("child says %q", line)
	}
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err != nil || len(text) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("process %d goes on without its parent", pid)
		}
	}
	newStore(t, dir, Options{})
}

// TestAskOtherProgram opens the database file with a program that is not weir
// while the lock is lifted for a question: from then on nothing is written.
func TestAskOtherProgram(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{Answerer: answering})
	var other *child
	err := s.guard.without(func() error {
		other = startChild(t, "hold", filepath.Join(s.dir, fileName))
		other.expect("held")
		return nil
	})
	want := fmt.Sprintf("process %d, which is not weir, has opened", other.cmd.Process.Pid)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the lock is taken again: %v", err)
	}
	if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(0))); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Commit: %v, want %q", err, want)
	}
	if _, err := s.SQL(t.Context(), "SELECT 1"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("SQL: %v, want %q", err, want)
	}
	other.kill()
	if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(0))); err != nil {
		t.Errorf("Commit afterwards: %v", err)
	}
}

// TestAskKeepsTheLock checks that other programs cannot open the database
// after questions were answered, and while one is.
func TestAskKeepsTheLock(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{Answerer: answering})
	rows, err := s.SQL(t.Context(), "SELECT * FROM range(100000000)")
	if err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"while a question is answered", "afterwards"} {
		other := startChild(t, "hold", filepath.Join(s.dir, fileName))
		if line := <-other.lines; !strings.Contains(line, "has the file open") {
			t.Errorf("%s another program opens the file: %s", when, line)
		}
		_ = other.cmd.Process.Kill()
		_ = other.cmd.Wait()
		rows.Close()
	}
}

// TestAskOverrun commits so much while a question is held that the log has to
// be folded: the question ends and says why.
func TestAskOverrun(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{Answerer: answering})
	s.walLimit = 1 << 10
	rows, err := s.SQL(t.Context(), "SELECT * FROM range(100000000000)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for n := range int64(8) {
		if err := s.Commit(t.Context(), numbered(n)); err != nil {
			t.Fatal(err)
		}
	}
	for rows.Next() {
	}
	if err := rows.Err(); !errors.Is(err, errOverrun) {
		t.Errorf("the question ends with %v, want %v", err, errOverrun)
	}
	if _, err := storetest.Table(s.SQL(t.Context(), "FROM flows LIMIT 1")); err != nil {
		t.Error(err)
	}
}

// TestAskLargeRow asks for a value that who reads would have to hold.
func TestAskLargeRow(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{Answerer: answering})
	_, err := storetest.Table(s.SQL(t.Context(), "SELECT repeat('a', 10000000)"))
	if err == nil || !strings.Contains(err.Error(), "a row of the answer has more than 4 MiB: ask for parts of it") {
		t.Errorf("a large value: %v", err)
	}
}

// TestValues sends what store.Rows can return.
func TestValues(t *testing.T) {
	huge, _ := new(big.Int).SetString("-170141183460469231731687303715884105728", 10)
	row := []any{
		nil, true, false, int64(0), int64(math.MinInt64), int64(math.MaxInt64), uint64(math.MaxUint64), huge,
		0.0, -1.5e300, math.NaN(), math.Inf(-1), "", "a\x00é",
		time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC), time.Date(-44, 3, 15, 0, 0, 0, 1, time.UTC),
		[]any{},
		[]any{int64(1), nil, []any{"x", 2.0}},
		map[string]any{},
		map[string]any{"a": map[string]any{"t": nil}, "": []any{uint64(2)}},
	}
	b, err := appendValues(nil, row)
	if err != nil {
		t.Fatal(err)
	}
	r := values{rest: b}
	var got []any
	for range row {
		got = append(got, r.value())
	}
	same := cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 })
	if diff := cmp.Diff(row, got, same, cmpopts.EquateNaNs()); diff != "" || r.err != nil || len(r.rest) > 0 {
		t.Errorf("%v, %d bytes left (-sent +received):\n%s", r.err, len(r.rest), diff)
	}
	// Cut anywhere, it is an error and never a panic.
	for n := range b {
		r := values{rest: b[:n]}
		for range row {
			r.value()
		}
		if r.err == nil {
			t.Errorf("%d of %d bytes are read without an error", n, len(b))
		}
	}
}
