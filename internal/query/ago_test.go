package query_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/store/duckdb"
)

// sentIn is what of a row was sent in the n-th interval before its own, by going
// through its seconds one by one.
func sentIn(f querytest.Flow, width time.Duration, n int) float64 {
	if f.Started > 0 {
		return 0
	}
	first, last := f.First/1000-int64(query.DeltaSpan/time.Second), f.Last/1000
	within := 0
	for at := first; at < last; at++ {
		start := f.Interval.Unix() - int64(n)*int64(width/time.Second)
		if at >= start && at < start+int64(width/time.Second) {
			within++
		}
	}
	each := func(bytes uint64) float64 { return float64(bytes/uint64(last-first)) * float64(within) }
	return each(f.BytesFwd) + each(f.BytesBack)
}

// What was sent before an interval is what a loop over all seconds finds, and never
// more than there is.
func TestBytesAgo(t *testing.T) {
	for _, width := range []time.Duration{time.Minute, 10 * time.Minute} {
		s, err := duckdb.Open(t.Context(), t.TempDir(), duckdb.Options{Interval: width, Command: "test"})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		draw := rand.New(rand.NewPCG(5, uint64(width)))
		var flows []querytest.Flow
		for port := range uint16(400) {
			f := querytest.Flow{
				Interval: start.Add(time.Duration(draw.IntN(30)) * width), Initiator: "10.0.0.4", Responder: "10.0.0.5", Port: port, Protocol: 6,
				Log: flow.Log{Family: flow.VNet, MAC: "00224871C201"},
			}
			bytes := []uint64{0, 1, 299, 5000, 1 << 30, 1 << 61}
			first := draw.Int64N(width.Milliseconds())
			last := first + draw.Int64N(width.Milliseconds()-first)
			f.Counters = flow.Counters{
				Started: draw.Uint64N(2), BytesFwd: bytes[draw.IntN(len(bytes))], BytesBack: bytes[draw.IntN(len(bytes))],
				First: f.Interval.UnixMilli() + first, Last: f.Interval.UnixMilli() + last,
			}
			flows = append(flows, f)
		}
		querytest.Commit(t, s, "/a", flows...)
		q := query.Question{
			From: start, To: start.Add(24 * time.Hour), Grain: width, Dimensions: []query.Dimension{query.Time, query.Port},
			Measures: []query.Measure{{Name: "all", Of: query.Bytes}}, Order: []query.Order{{Dimension: query.Port}},
		}
		reach := int((query.DeltaSpan + width - 1) / width)
		for n := 1; n <= reach; n++ {
			q.Measures = append(q.Measures, query.Measure{Name: fmt.Sprint("ago_", n), Of: query.BytesAgo(n)})
		}
		res, err := query.Ask(t.Context(), s, q)
		if err != nil || len(res.Rows) != len(flows) {
			t.Fatalf("%d rows of %d: %v", len(res.Rows), len(flows), err)
		}
		some := 0
		for i, f := range flows {
			before := float64(0)
			for n := 1; n <= reach; n++ {
				got, want := float64(res.Rows[i].Values[fmt.Sprint("ago_", n)]), sentIn(f, width, n)
				before += got
				if diff := got - want; diff > 1e-9*want || diff < -1e-9*want {
					t.Errorf("%s, %+v: %v bytes were sent %d intervals ago, want %v", width, f.Counters, got, n, want)
				}
			}
			if before > 0 {
				some++
			}
			if all := float64(res.Rows[i].Values["all"]); before > all*(1+1e-9) {
				t.Errorf("%s, %+v: %v bytes of %v were sent before", width, f.Counters, before, all)
			}
		}
		if some < 50 {
			t.Errorf("of %d rows something was sent before, so little is tested", some)
		}
	}
}

func TestSharedSQLOfBytesAgo(t *testing.T) {
	q := query.Question{Grain: time.Minute, Dimensions: []query.Dimension{query.Time, query.Of(query.HostEnd, query.Gateway)}, Measures: []query.Measure{{Name: "ago", Of: query.BytesAgo(2)}}}
	statements, err := query.Build(bare{}, q)
	if err != nil {
		t.Fatal(err)
	}
	checkShared(t, "bytes ago", statements.Rows.SQL)
	q.Dimensions = q.Dimensions[1:]
	if _, err := query.Build(bare{}, q); err == nil {
		t.Error("bytes of the intervals before were asked for without a time")
	}
}
