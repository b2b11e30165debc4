package insight_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/query/querytest"
)

func TestTraffic(t *testing.T) {
	flows := querytest.Random(5, 3000, start)
	s := filled(t, flows)
	from, to := start.Add(50*time.Minute), start.Add(20*time.Hour)
	got, err := insight.Traffic(context.Background(), s, from, to, nil, 25)
	if err != nil {
		t.Fatal(err)
	}
	want := &insight.TrafficAnswer{Range: insight.Range{From: from, To: to}, GrainSeconds: 3600}
	for h := range 20 {
		want.Times = append(want.Times, start.Add(time.Duration(h)*time.Hour))
	}
	for _, d := range []insight.Direction{insight.In, insight.Out} {
		for _, st := range []insight.Status{insight.Allowed, insight.Denied} {
			want.Series = append(want.Series, insight.TrafficSeries{
				Direction: d, Status: st,
				Flows: make([]int64, 20), Packets: make([]int64, 20), Bytes: make([]int64, 20),
			})
			want.Totals = append(want.Totals, insight.TrafficTotal{Direction: d, Status: st})
		}
	}
	for _, f := range flows {
		if f.Interval.Before(from) || !f.Interval.Before(to) {
			continue
		}
		i, hour := int(f.Direction)*2+int(f.Status), f.Interval.Hour()
		want.Series[i].Flows[hour] += int64(f.Started)
		want.Series[i].Packets[hour] += int64(f.PacketsFwd + f.PacketsBack)
		want.Series[i].Bytes[hour] += int64(f.BytesFwd + f.BytesBack)
		sum(&want.Totals[i].Measures, f)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Traffic() (-want +got):\n%s", diff)
	}
}

// Points are as fine as possible, never more than asked for, whole intervals,
// and there where nothing happened, too.
func TestTrafficGrain(t *testing.T) {
	s := querytest.Open(t)
	querytest.Commit(t, s, "a", querytest.Flow{Interval: start, Initiator: "10.0.0.4", Responder: "10.0.0.5", Counters: flow.Counters{Started: 1}})
	f := func(from, to time.Time, points int, grain time.Duration, n int) {
		t.Helper()
		a, err := insight.Traffic(context.Background(), s, from, to, nil, points)
		if err != nil {
			t.Fatal(err)
		}
		if got := time.Duration(a.GrainSeconds) * time.Second; got != grain || len(a.Times) != n {
			t.Errorf("%s in at most %d points: %d of %s, want %d of %s", to.Sub(from), points, len(a.Times), got, n, grain)
		}
		for i, at := range a.Times {
			if at.Unix()%a.GrainSeconds != 0 || i > 0 && at.Sub(a.Times[i-1]) != grain {
				t.Errorf("point %d is at %s, not a multiple of %s", i, at, grain)
			}
		}
		for _, series := range a.Series {
			if len(series.Flows) != n || len(series.Packets) != n || len(series.Bytes) != n {
				t.Errorf("a series is not as long as the times")
			}
		}
	}
	day := 24 * time.Hour
	f(start, start.Add(day), 0, 10*time.Minute, 144)
	f(start, start.Add(day), 143, 20*time.Minute, 72)
	f(start, start.Add(day), 1, day, 1)
	f(start.Add(time.Hour), start.Add(day+time.Hour), 1, 3*day, 1)
	f(start, start.Add(time.Minute), 150, 10*time.Minute, 1)
	f(start, start.Add(30*day), 150, 6*time.Hour, 120)
	f(start.Add(10*time.Minute), start.Add(3*time.Hour), 3, time.Hour, 3)
	f(start, start.Add(3650*day), 100, 37*day, 100)
}
