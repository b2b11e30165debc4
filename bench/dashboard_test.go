package bench

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/kql"
	"weir/internal/shared"
	"weir/internal/store/duckdb"
)

// BenchmarkDashboard asks the queries of Microsoft's dashboard about the current
// tables, of a day of a month of facts. Each is asked twice, and the second counts,
// from the text to the last row. The slowest are told apart.
func BenchmarkDashboard(b *testing.B) {
	files, err := filepath.Glob(filepath.Join(shared.Path(b, "data/kql/dashboard"), "*-all.kql"))
	if err != nil || len(files) == 0 {
		b.Fatal(files, err)
	}
	rows, err := scaleRows()
	if err != nil {
		b.Fatal(err)
	}
	work := scaleStore()
	if work == "" {
		work = b.TempDir()
	}
	if _, err := makeScale(b, work, rows); err != nil {
		b.Fatal(err)
	}
	s, err := duckdb.Open(b.Context(), folderOf(work), duckdb.Options{Command: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	st, err := s.Stats(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	day := st.LastTuple.Truncate(24 * time.Hour)
	dates := strings.NewReplacer("2026-03-01T", day.AddDate(0, 0, -1).Format("2006-01-02T"), "2026-03-02T", day.Format("2006-01-02T"))
	var took, worked []time.Duration
	over := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		if len(text) == 0 || strings.Contains(string(text), "AzureNetworkAnalytics") {
			continue
		}
		var last, work time.Duration
		for range 2 {
			began, busy := time.Now(), processorTime()
			answer, _, err := kql.Ask(b.Context(), s, dates.Replace(string(text)), kql.Options{Now: day})
			if err != nil {
				b.Fatalf("%s: %v", filepath.Base(file), err)
			}
			for answer.Next() {
			}
			if err := errors.Join(answer.Err(), answer.Close()); err != nil {
				b.Fatalf("%s: %v", filepath.Base(file), err)
			}
			last, work = time.Since(began), processorTime()-busy
		}
		took, worked = append(took, last), append(worked, work)
		if last > time.Second {
			over++
			fmt.Fprintf(os.Stderr, "%s: %.2f s, %.2f of processor\n", filepath.Base(file), last.Seconds(), work.Seconds())
		}
	}
	slices.Sort(took)
	slices.Sort(worked)
	b.ReportMetric(float64(len(took)), "texts")
	b.ReportMetric(float64(over), "over-1s")
	for name, part := range map[string]float64{"p50": 0.5, "p95": 0.95, "max": 1} {
		b.ReportMetric(float64(quantile(took, part).Milliseconds()), name+"-ms")
		b.ReportMetric(float64(quantile(worked, part).Milliseconds()), name+"-processor-ms")
	}
	b.ReportMetric(0, "ns/op")
}
