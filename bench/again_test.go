package bench

import (
	"context"
	"fmt"
	"testing"
	"time"

	"weir/internal/pipeline"
	"weir/internal/settle"
	"weir/internal/simulate"
	"weir/internal/source/dir"
	"weir/internal/store/duckdb"
)

// ingests is how many inputs of the same hours are read one after the other.
const ingests = 3

// BenchmarkIngestsOfTheSameHours reads logs of the same hours one after the
// other into one store, each of which adds rows to the intervals of those
// before. Each conversation counts once when its rows are committed, which is
// part of reading; counting is what is left to do after it. Each ingest is to
// take as long as the one before, whatever is stored already.
func BenchmarkIngestsOfTheSameHours(b *testing.B) {
	var roots []string
	for n := range uint64(ingests) {
		roots = append(roots, input(b, n))
	}
	var sum, all [ingests]outcome
	peak := int64(0)
	for b.Loop() {
		peak = max(peak, peakOf(runApart(b, "again", b.TempDir(), roots, &all)))
		for i := range all {
			add(&sum[i], all[i])
		}
	}
	for i, o := range sum {
		b.ReportMetric(o.Seconds/float64(b.N), fmt.Sprintf("reading-%d-s", i+1))
		b.ReportMetric(o.Settling/float64(b.N), fmt.Sprintf("counting-%d-s", i+1))
		b.ReportMetric(100*o.Settling/o.Seconds, fmt.Sprintf("counting-%d-%%-of-reading", i+1))
		b.ReportMetric(o.Processor/float64(b.N), fmt.Sprintf("cpu-%d-s", i+1))
		b.ReportMetric(toTheEnd(o), fmt.Sprintf("counted-%d-Mtuples/s", i+1))
	}
	b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
	b.ReportMetric(0, "ns/op")
}

// ingestAgain reads the logs of each root into one store.
func ingestAgain(work string, roots []string) (all [ingests]outcome, err error) {
	ctx := context.Background()
	s, err := duckdb.Open(ctx, work, duckdb.Options{Command: "bench"})
	if err != nil {
		return all, err
	}
	for i, root := range roots {
		start, used := time.Now(), processorTime()
		sum, err := pipeline.Run(ctx, pipeline.Config{Store: s, Source: dir.New(simulate.LogFolders(root)...), Workers: 2})
		if err != nil {
			return all, err
		}
		if sum.Rejected+sum.Failed+sum.PendingBytes > 0 {
			return all, fmt.Errorf("not all was read: %+v", sum)
		}
		o := outcome{Tuples: sum.Tuples, Rows: sum.Rows, Seconds: time.Since(start).Seconds()}
		start = time.Now()
		if _, err := settle.Run(ctx, settle.Config{Store: s}); err != nil {
			return all, err
		}
		o.Settling, o.Processor = time.Since(start).Seconds(), (processorTime() - used).Seconds()
		all[i] = o
	}
	return all, s.Close()
}
