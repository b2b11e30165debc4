package insight_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/insight"
	"weir/internal/query/querytest"
	"weir/internal/store"
)

// Of a time whose flows are forgotten, the course has what its sums have: in
// whole hours or days, whatever range and however many points are asked for.
func TestTrafficOfForgottenTime(t *testing.T) {
	s := querytest.Open(t)
	for day := range 3 {
		querytest.Commit(t, s, string(rune('a'+day)), querytest.Random(uint64(day), 2000, start.AddDate(0, 0, day))...)
	}
	querytest.Settle(t, s)
	if _, err := s.RollUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	from, to := start.Add(7*time.Hour+40*time.Minute), start.Add(61*time.Hour+10*time.Minute)
	totals := func(from, to time.Time) *insight.TrafficAnswer {
		t.Helper()
		a, err := insight.Traffic(t.Context(), s, from, to, nil, 1000)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, c := range []struct {
		name     string
		horizon  store.Horizon
		from, to time.Time // of what is covered
		grain    time.Duration
	}{
		{"nothing", store.Horizon{}, from, to, 10 * time.Minute},
		{"flows of a day", store.Horizon{Intervals: start.AddDate(0, 0, 1)}, start.Add(7 * time.Hour), to, time.Hour},
		{"all flows", store.Horizon{Intervals: start.AddDate(0, 0, 3)}, start.Add(7 * time.Hour), start.Add(62 * time.Hour), time.Hour},
		{"hours of a day", store.Horizon{Intervals: start.AddDate(0, 0, 3), Hours: start.AddDate(0, 0, 1)}, start, start.Add(62 * time.Hour), 24 * time.Hour},
		{"all hours", store.Horizon{Intervals: start.AddDate(0, 0, 3), Hours: start.AddDate(0, 0, 3)}, start, start.AddDate(0, 0, 3), 24 * time.Hour},
	} {
		want := totals(c.from, c.to).Totals
		if c.horizon != (store.Horizon{}) {
			done, err := s.Forget(t.Context(), c.horizon)
			if err != nil || done.Horizon != c.horizon {
				t.Fatalf("%s: Forget() = %+v, %v", c.name, done, err)
			}
		}
		got := totals(from, to)
		if !got.From.Equal(c.from) || !got.To.Equal(c.to) || got.GrainSeconds != int64(c.grain/time.Second) {
			t.Errorf("%s forgotten: the answer is about %s to %s by %d s, want %s to %s by %s", c.name, got.From, got.To, got.GrainSeconds, c.from, c.to, c.grain)
		}
		if diff := cmp.Diff(want, got.Totals); diff != "" {
			t.Errorf("%s forgotten (-before +after):\n%s", c.name, diff)
		}
	}
}
