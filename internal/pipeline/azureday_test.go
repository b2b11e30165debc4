package pipeline

import (
	"errors"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"weir/internal/simulate"
	"weir/internal/source"
	"weir/internal/source/azblob"
	"weir/internal/source/azuritetest"
)

// TestAzureDay follows an account for a day of its clock, in which the simulator
// writes. What is held in memory and the open files are in the last hours what
// they were in the first, and every conversation is what the simulator says.
func TestAzureDay(t *testing.T) {
	hours := 24
	if testing.Short() {
		hours = 6
	}
	account := azuritetest.Start(t)
	sink, err := simulate.NewAccount(account.Blob, account.Key)
	if err != nil {
		t.Fatal(err)
	}
	c := simulate.DefaultConfig()
	c.Out, c.VMs, c.Rate, c.Hours = t.TempDir(), 12, 0.2, hours
	c.Start = time.Now().UTC().Truncate(time.Hour).Add(-time.Duration(hours) * time.Hour)
	var clock atomic.Int64 // of the account, in nanoseconds since 1970
	clock.Store(c.Start.UnixNano())
	now := func() time.Time { return time.Unix(0, clock.Load()).UTC() }
	var truth *simulate.Truth
	written := make(chan struct{})
	var writing errgroup.Group
	writing.Go(func() (err error) {
		defer close(written)
		truth, err = simulate.Live(t.Context(), c, simulate.Growth{Sink: sink, Committed: func(b simulate.Commit) {
			clock.Store(max(clock.Load(), b.Record.UnixNano()))
		}})
		return err
	})

	azure, err := azblob.New(azblob.Config{Endpoint: account.At(t, now), Login: azblob.Login{Key: account.Key}, Every: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s := openStore(t, t.TempDir())
	claims := new(Claims)
	look := func(from source.Source) {
		azure.LookNow()
		if _, err := Run(t.Context(), Config{Store: s, Source: from, Follow: true, Ahead: 4, Claims: claims}); err != nil && !errors.Is(err, ErrUnlisted) {
			t.Fatal(err)
		}
	}
	type use struct{ heapKB, files, nics int }
	var used []use // at the end of each hour
	for hour := now().Truncate(time.Hour); ; {
		look(azure.Live())
		if next := now().Truncate(time.Hour); next.After(hour) {
			hour = next
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			used = append(used, use{int(m.HeapAlloc >> 10), openFiles(t), azure.State().Containers[1].NICs})
		}
		select {
		case <-written:
		default:
			continue
		}
		break
	}
	if err := writing.Wait(); err != nil {
		t.Fatal(err)
	}
	look(azure.Live())
	behind := truth.Total.Tuples - ints(t, s, `SELECT coalesce(sum(tuples), 0) FROM objects`)[0]
	look(azure.History(time.Time{}))
	t.Logf("%d tuples in %d blobs, %d of them read as history; at the end of each hour %v; %+v", truth.Total.Tuples, truth.Total.Objects, behind, used, azure.State().Requests)
	if diff := cmp.Diff(trueCaptures(t, truth, c.Out), captures(t, s)); diff != "" {
		t.Fatalf("captures (-truth +got):\n%s", diff[:min(len(diff), 4000)])
	}
	early, last := used[len(used)/4], used[len(used)-1]
	if last.heapKB > early.heapKB+8<<10 || last.files > early.files+8 || last.nics > early.nics+2 {
		t.Errorf("it grows: early in the day %+v, at its end %+v", early, last)
	}
}

// openFiles counts the open files of this process, 0 where that cannot be told.
func openFiles(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(files)
}
