package settle

import (
	"fmt"
	"testing"

	"weir/internal/flow"
	"weir/internal/store"
)

// BenchmarkDecide decides about the rows of a commit: two of three conversations
// were captured at both ends, over eight intervals, half of it before.
func BenchmarkDecide(b *testing.B) {
	const conversationCount, intervals = 12_000, 8
	c := &Counter{width: 600, sites: sites{}, targets: map[string]string{}}
	var logs []flow.Log
	for i := range 200 {
		logs = append(logs, flow.Log{Family: flow.VNet, MAC: fmt.Sprintf("%012X", i), Target: fmt.Sprint("/v", i%4)})
	}
	var fresh []flow.Row
	var stored []store.CapturedFact
	for n := range conversationCount {
		for at := range int64(intervals) {
			for end := range 2 {
				if n%3 == 0 && end == 1 {
					continue
				}
				r := flow.Row{
					Key: flow.Key{
						Interval: at * 600, Port: 443, Protocol: 6, Direction: flow.Direction(1 - end), Log: uint32((n + end*7) % len(logs)),
					},
					Counters: flow.Counters{Started: 1, Records: 3, First: at*600_000 + 5000, Last: at*600_000 + 500_000},
					From:     flow.Identity{Host: uint64(n+1) * 0x9e3779b97f4a7c15, Endpoint: 1}, To: flow.Identity{Host: uint64(n/10+1) * 0xbf58476d1ce4e5b9, Endpoint: 2},
				}
				if end == 0 || at%2 == 0 {
					fresh = append(fresh, r)
					continue
				}
				stored = append(stored, store.CapturedFact{
					Interval: r.Interval, Initiator: r.From.Host, Responder: r.To.Host, Port: r.Port, Protocol: r.Protocol,
					Direction: r.Direction, Log: store.LogID(logs[r.Log]), Counts: true, First: r.First, Last: r.Last, Marks: flow.NoStarts | flow.NoForward,
				})
			}
		}
	}
	for b.Loop() {
		c.Of(fresh, logs).Decide(stored)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(fresh)+len(stored)), "ns/row")
	b.ReportMetric(float64(len(fresh)), "rows")
	b.ReportMetric(float64(len(stored)), "stored")
}
