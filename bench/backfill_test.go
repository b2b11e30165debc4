package bench

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"

	"weir/internal/pipeline"
	"weir/internal/simulate"
	"weir/internal/source"
	"weir/internal/source/dir"
	"weir/internal/store"
	"weir/internal/store/duckdb"
)

// backfill is what reading the logs of several days took.
type backfill struct {
	Rows             int64
	Fetched, Changed int64   // stored rows, to decide what counts
	Processor        float64 // seconds
	peak             int64   // bytes, of the whole process
}

// BenchmarkBackfill reads the logs of ten days in the order of their paths,
// which is all hours of one resource and then all of the next, and hour by hour
// over all resources, as a folder is listed. Counting is what more processor time
// it takes than the same without deciding what counts.
func BenchmarkBackfill(b *testing.B) {
	folders := simulate.LogFolders(written(b, func(c *simulate.Config) { c.Hours, c.VMs, c.Rate = 240, 60, 0.5 }))
	sums := map[string]*backfill{}
	for b.Loop() {
		for _, order := range []string{"path", "hour"} {
			for _, counting := range []string{"counted", "uncounted"} {
				var one backfill
				one.peak = peakOf(runApart(b, "backfill", b.TempDir(), append([]string{order, counting}, folders...), &one))
				sum := sums[order+counting]
				if sum == nil {
					sum = &backfill{}
					sums[order+counting] = sum
				}
				sum.Rows += one.Rows
				sum.Fetched += one.Fetched
				sum.Changed += one.Changed
				sum.Processor += one.Processor
				sum.peak = max(sum.peak, one.peak)
			}
		}
	}
	for _, order := range []string{"path", "hour"} {
		with, without := sums[order+"counted"], sums[order+"uncounted"]
		b.ReportMetric(with.Processor/float64(b.N), order+"-processor-s")
		b.ReportMetric(100*(with.Processor/without.Processor-1), order+"-counting-%")
		b.ReportMetric(float64(with.Fetched)/float64(with.Rows), order+"-fetched/row")
		b.ReportMetric(float64(with.Changed)/float64(with.Rows), order+"-changed/row")
		b.ReportMetric(float64(with.peak)/(1<<20), order+"-peak-MiB")
	}
	b.ReportMetric(0, "ns/op")
}

// readBackfill reads folders in an order, with or without deciding what counts.
func readBackfill(work string, args []string) (o backfill, err error) {
	ctx := context.Background()
	s, err := duckdb.Open(ctx, work, duckdb.Options{Command: "bench", MemoryLimitMB: 168})
	if err != nil {
		return o, err
	}
	from := source.Source(dir.New(args[2:]...))
	if args[0] == "path" {
		from = byPath{from}
	}
	sum, err := pipeline.Run(ctx, pipeline.Config{Store: watched{s, args[1] == "counted", &o}, Source: from, Workers: 2})
	if err != nil {
		return o, err
	}
	if sum.Rejected+sum.Failed+sum.PendingBytes > 0 {
		return o, fmt.Errorf("not all was read: %+v", sum)
	}
	o.Rows, err = sum.Rows, s.Close()
	o.Processor = processorTime().Seconds()
	return o, err
}

// byPath is a source in the order of names.
type byPath struct{ source.Source }

func (s byPath) List(ctx context.Context, yield func(source.Object) error) error {
	var all []source.Object
	err := s.Source.List(ctx, func(o source.Object) error { all = append(all, o); return nil })
	slices.SortFunc(all, func(a, b source.Object) int { return cmp.Compare(a.Name, b.Name) })
	for _, o := range all {
		if err := yield(o); err != nil {
			return err
		}
	}
	return err
}

// watched is a store that notes what deciding takes, where it is to be decided.
type watched struct {
	store.Store
	decide bool
	noted  *backfill
}

func (w watched) Commit(ctx context.Context, d *store.Delta) error {
	seen := *d
	if seen.Count = nil; w.decide && d.Count != nil {
		count := *d.Count
		count.Decide = func(stored []store.CapturedFact) []store.Counted {
			changed := d.Count.Decide(stored)
			w.noted.Fetched += int64(len(stored))
			w.noted.Changed += int64(len(changed))
			return changed
		}
		seen.Count = &count
	}
	return w.Store.Commit(ctx, &seen)
}
