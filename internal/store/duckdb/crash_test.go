package duckdb

import (
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/store"
	"weir/internal/store/storetest"
)

// TestKill kills a process with SIGKILL while it opens a store and commits to
// it, again and again. What it said to be committed must be there, and of
// everything else all or nothing. WEIR_KILLS is how often; the default is 6.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	before := int64(0)
	for i := range killsOf(t) {
		c := startChild(t, "commit", dir)
		wait := time.Duration(rand.IntN(1000)) * time.Millisecond
		time.Sleep(wait)
		last := c.kill()
		s, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatalf("after %s: %v", wait, err)
		}
		after := checkLedger(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if after < before || after < last+1 || last >= 0 && after > last+2 {
			t.Fatalf("killed after %s: %d deltas, then %d, but the last said to be committed is number %d", wait, before, after, last)
		}
		t.Logf("kill %d after %s: %d deltas", i+1, wait, after)
		before = after
	}
}

// TestKillForget kills a process with SIGKILL while it forgets one day after
// the other, again and again. In the end the store is as if nobody had.
func TestKillForget(t *testing.T) {
	dir, undisturbed := t.TempDir(), t.TempDir()
	until := storetest.Start.Add(20 * 24 * time.Hour).Truncate(24 * time.Hour)
	fill := func(dir string) *Store {
		s := newStore(t, dir, Options{})
		fillDays(t, s, 22, 6000)
		list, err := s.Unsettled(t.Context())
		if err == nil {
			err = s.Recount(t.Context(), nil, list)
		}
		if err == nil {
			_, err = s.RollUp(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	whole := fill(undisturbed)
	want := store.Horizon{Intervals: until, Hours: until.AddDate(0, 0, -2)}
	if done, err := whole.Forget(t.Context(), want); err != nil || done.Facts == 0 || done.Sums == 0 || done.Horizon != want {
		t.Fatalf("%+v, %v", done, err)
	}
	if err := fill(dir).Close(); err != nil {
		t.Fatal(err)
	}
	ended := false
	for i := 0; i < 30 && !ended; i++ {
		c := startChild(t, "forget", dir)
		wait := 200*time.Millisecond + time.Duration(rand.IntN(400))*time.Millisecond
		time.Sleep(wait)
		ended = c.kill() == 0
	}
	s := newStore(t, dir, Options{})
	if _, err := s.Forget(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	got, expect := content(t, s), content(t, whole)
	for _, table := range []string{"meta", "object", "period"} { // times and numbers
		delete(got, table)
		delete(expect, table)
	}
	if diff := cmp.Diff(expect, got); diff != "" {
		t.Errorf("tables (-undisturbed +killed):\n%s", diff)
	}
	periods, err := s.Periods(t.Context(), time.Time{}, time.Time{})
	if expect, err2 := whole.Periods(t.Context(), time.Time{}, time.Time{}); err != nil || err2 != nil || len(periods) != len(expect) {
		t.Errorf("%d periods stand, want %d; %v, %v", len(periods), len(expect), err, err2)
	}
}

// killsOf is how often a test kills.
func killsOf(t *testing.T) int {
	t.Helper()
	v := os.Getenv("WEIR_KILLS")
	if v == "" {
		return 6
	}
	kills, err := strconv.Atoi(v)
	if err != nil {
		t.Fatal(err)
	}
	return kills
}

// TestDiskFull fills the disk of a store. The message is clear, what was
// committed is kept, and with more space it goes on.
func TestDiskFull(t *testing.T) {
	dir := mountTmpfs(t, "12m")
	s, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { s.Close() }()
	s.walLimit = 1 << 20
	reopen := func() {
		t.Helper()
		_ = s.Close()
		if s, err = Open(t.Context(), dir, Options{}); err != nil {
			t.Fatal(err)
		}
		s.walLimit = 1 << 20
	}
	n := int64(0)
	for ; err == nil; n++ {
		if n == 1000 {
			t.Fatal("the disk does not become full")
		}
		err = s.Commit(t.Context(), numbered(n))
	}
	n-- // this one failed
	t.Log(n, err)
	stopped := errors.Is(err, errInvalidated)
	if !errors.Is(err, errFull) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "restart weir") != stopped {
		t.Errorf("Commit: %v", err)
	}
	// Space comes back; the store may need to be opened again for it.
	remountSize(t, dir, "400m")
	if err := s.Commit(t.Context(), numbered(n)); err == nil {
		n++
	} else {
		t.Log(err)
		if !stopped || !errors.Is(err, errInvalidated) || !strings.Contains(err.Error(), "restart weir") {
			t.Errorf("Commit with space: %v", err)
		}
	}
	reopen()
	if got := checkLedger(t, s); got != n {
		t.Errorf("%d deltas, want %d", got, n)
	}
	if err := s.Commit(t.Context(), numbered(n)); err != nil {
		t.Error(err)
	}
	if got := checkLedger(t, s); got != n+1 {
		t.Errorf("%d deltas, want %d", got, n+1)
	}
}

// TestOpenDiskFull opens a new store where there is no space for one.
func TestOpenDiskFull(t *testing.T) {
	dir := mountTmpfs(t, "16k")
	err := fails(t, dir, Options{}, dir, "no space left", "free some space")
	if !errors.Is(err, errFull) {
		t.Error(err)
	}
	remountSize(t, dir, "64m")
	s := newStore(t, dir, Options{})
	if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(0))); err != nil {
		t.Error(err)
	}
}

func remountSize(t *testing.T, dir, size string) {
	t.Helper()
	if err := syscall.Mount("weir-test", dir, "tmpfs", syscall.MS_REMOUNT, "size="+size); err != nil {
		t.Fatal(err)
	}
}
