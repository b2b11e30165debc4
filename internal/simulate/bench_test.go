package simulate

import (
	"context"
	"testing"
)

// BenchmarkWrite writes four hours of the demo's estate.
func BenchmarkWrite(b *testing.B) {
	c := DefaultConfig()
	c.Hours, c.Out = 4, b.TempDir()
	var tuples, bytes int64
	for b.Loop() {
		truth, err := Write(context.Background(), c)
		if err != nil {
			b.Fatal(err)
		}
		tuples += truth.Total.Tuples
		bytes = truth.Total.Bytes
	}
	b.SetBytes(bytes)
	b.ReportMetric(float64(tuples)/b.Elapsed().Seconds(), "tuples/s")
}
