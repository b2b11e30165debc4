package service

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestJobs runs jobs by a clock that is not waited for.
func TestJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at []time.Duration
		broken := errors.New("broken")
		var r Runner
		var told []string
		r.Failed = func(job string, err error, _ time.Time) { told = append(told, job+": "+err.Error()) }
		r.Recovered = func(job string) { told = append(told, job+" works") }
		r.Add(Job{Name: "often", Every: time.Minute, Again: 10 * time.Second, AgainAtMost: 30 * time.Second, Run: func(context.Context) (string, error) {
			at = append(at, time.Since(start).Round(time.Second))
			if n := len(at); n > 1 && n < 5 {
				return "", broken
			}
			return "worked", nil
		}})
		wake := make(chan struct{})
		woken := 0
		r.Add(Job{Name: "woken", Wake: wake, Run: func(context.Context) (string, error) { woken++; return "", nil }})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { r.Run(ctx); close(done) }()
		time.Sleep(3*time.Minute + 30*time.Second) // the sixth run is at three minutes, more or less
		wake <- struct{}{}
		synctest.Wait()
		states := r.States()
		stop()
		<-done

		if woken != 2 || states[1].Runs != 2 || !states[1].Next.IsZero() {
			t.Errorf("the job that is woken ran %d times: %+v", woken, states[1])
		}
		if len(at) != 6 || at[1] != time.Minute {
			t.Fatalf("it ran at %v", at)
		}
		for i, want := range []time.Duration{10 * time.Second, 20 * time.Second, 30 * time.Second} {
			if got := at[i+2] - at[i+1]; got < want-want/10-time.Second || got > want+want/10+time.Second {
				t.Errorf("failure %d was tried again after %s, want about %s", i+1, got, want)
			}
		}
		if diff := cmp.Diff([]string{"often: broken", "often works"}, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		if s := states[0]; s.Runs != 6 || s.Failed != 3 || s.Failures != 0 || s.Error != "" || s.Did != "worked" || s.Running {
			t.Errorf("the state is %+v", s)
		}
	})
}

// TestStop ends a job that is under way, and tells nobody that it failed.
func TestStop(t *testing.T) {
	var r Runner
	r.Failed = func(job string, err error, _ time.Time) { t.Errorf("%s failed: %v", job, err) }
	var begun, ended atomic.Int64
	r.Add(Job{Name: "long", Every: time.Hour, Run: func(ctx context.Context) (string, error) {
		begun.Add(1)
		<-ctx.Done()
		ended.Add(1)
		return "", ctx.Err()
	}})
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		for begun.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		if s := r.States()[0]; !s.Running || s.Since.IsZero() {
			t.Errorf("the state is %+v", s)
		}
		stop()
	}()
	r.Run(ctx)
	if ended.Load() != 1 {
		t.Errorf("it ended %d times", ended.Load())
	}
}
