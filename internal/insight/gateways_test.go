package insight_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/query/querytest"
	"weir/internal/store"
	"weir/internal/store/duckdb"
)

// told makes a store of the tuples of flows to a site that begin at a time and send at a
// rate for a time, as a log has them: what was sent in five minutes at their end.
func told(t *testing.T, interval time.Duration, flows ...sending) store.Store {
	t.Helper()
	s, err := duckdb.Open(t.Context(), t.TempDir(), duckdb.Options{Interval: interval, Command: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	var rows []querytest.Flow
	for i, f := range flows {
		byInterval := map[time.Time]*querytest.Flow{}
		tuple := func(at time.Time, bytes uint64, started uint64) {
			in := at.Truncate(interval)
			row := byInterval[in]
			if row == nil {
				row = &querytest.Flow{
					Interval: in, Initiator: "10.0.0.4", Responder: "2001:db8::5", Port: uint16(i), Protocol: 6, Direction: flow.Outbound,
					Log: flow.Log{Family: flow.VNet, MAC: "00224871C201"}, Counters: flow.Counters{First: at.UnixMilli()},
				}
				byInterval[in] = row
			}
			row.BytesFwd, row.Started, row.Records, row.Last = row.BytesFwd+bytes, row.Started+started, row.Records+1, at.UnixMilli()
		}
		tuple(f.from, 0, 1)
		for done := time.Duration(0); done < f.lasts; {
			step := min(5*time.Minute, f.lasts-done)
			done += step
			tuple(f.from.Add(done), uint64(f.bps/8*int64(step/time.Second)), 0)
		}
		for _, row := range byInterval {
			rows = append(rows, *row)
		}
	}
	querytest.Commit(t, s, "/a", rows...)
	return s
}

// sending is a flow that sends evenly.
type sending struct {
	from  time.Time
	lasts time.Duration
	bps   int64
}

// A gateway is as full as what is sent through it, in every interval, whenever the log
// says so.
func TestGatewayRates(t *testing.T) {
	const rate = 600_000_000
	for _, interval := range []time.Duration{time.Minute, 10 * time.Minute} {
		from := start.Add(2*time.Hour + 18*time.Minute + 37*time.Second)
		s := told(t, interval, sending{from, 90 * time.Minute, rate})
		a, err := insight.Gateways(t.Context(), s, insight.Question{From: start, To: start.Add(6 * time.Hour)}, insight.MaxPoints, nil)
		if err != nil {
			t.Fatal(err)
		}
		g := a.Rows[0]
		if d := float64(g.Peak)/rate - 1; d < -0.01 || d > 0.01 || g.P95 > rate*101/100 || g.P95 < rate*99/100 {
			t.Errorf("%s: peak %d, 95th percentile %d, want %d", interval, g.Peak, g.P95, rate)
		}
		for i, r := range g.Rates {
			at := a.Times[i]
			whole := !at.Before(from) && !at.Add(interval).After(from.Add(90*time.Minute))
			outside := !at.Add(interval).After(from) || !at.Before(from.Add(90*time.Minute))
			if whole && (r < rate*99/100 || r > rate*101/100) || outside && r > rate/100 {
				t.Errorf("%s: %d bit/s from %s, want %d or nothing", interval, r, at, rate)
			}
		}
	}
}

// Spread over the time in which they were sent the bytes are as many as before, for
// whatever flows, and part ranges have the parts of the whole.
func TestGatewayBytesAreConserved(t *testing.T) {
	draw := rand.New(rand.NewPCG(3, 4))
	for _, interval := range []time.Duration{time.Minute, 10 * time.Minute} {
		var flows []sending
		for range 60 {
			flows = append(flows, sending{
				start.Add(time.Hour + time.Duration(draw.Int64N(int64(2*time.Hour)))).Truncate(time.Second), time.Second * time.Duration(1+draw.IntN(3000)), 8 * draw.Int64N(10_000_000),
			})
		}
		s := told(t, interval, flows...)
		sum := func(from, to time.Time) (sent float64, all int64) {
			t.Helper()
			a, err := insight.Gateways(t.Context(), s, insight.Question{From: from, To: to}, insight.MaxPoints, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range a.Rows {
				for _, r := range g.Rates {
					sent += float64(r) / 8 * interval.Seconds()
				}
				all += g.ToAzure + g.FromAzure
			}
			return sent, all
		}
		sent, all := sum(start, start.Add(6*time.Hour))
		if d := sent/float64(all) - 1; all == 0 || d > 1e-6 || d < -1e-6 {
			t.Errorf("%s: %v bytes in the course, %d in all", interval, sent, all)
		}
		parts := float64(0)
		for i := range 6 {
			part, _ := sum(start.Add(time.Duration(i)*time.Hour), start.Add(time.Duration(i+1)*time.Hour))
			parts += part
		}
		if d := parts/sent - 1; d > 1e-6 || d < -1e-6 {
			t.Errorf("%s: hours have %v bytes, all of them %v", interval, parts, sent)
		}
	}
}
