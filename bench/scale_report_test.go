package bench

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// scaleReport is all that was measured of a store.
type scaleReport struct {
	Rows    int64
	Built   built
	AskPeak int64 // bytes, of the process that answers
	Lines   []line
}

// table is the report for a person, in Markdown.
func (r *scaleReport) table() string {
	var b strings.Builder
	m := &r.Built
	fmt.Fprintf(&b, "\n%d rows over a month; %s, %d CPUs, %s\n\n", r.Rows, cpuModel(), runtime.NumCPU(), runtime.Version())
	fmt.Fprintf(&b, "| making it | |\n|---|---|\n")
	fmt.Fprintf(&b, "| committing and counting once | %s, %.0f rows/s |\n", m.Committing, float64(m.Rows)/m.Committing.Seconds)
	fmt.Fprintf(&b, "| of it for a million rows, first and last quarter | %.1f and %.1f s of processor |\n",
		m.First.Processor/float64(m.FirstRows)*1e6, m.Last.Processor/float64(m.LastRows)*1e6)
	fmt.Fprintf(&b, "| judging kinds of flows before | %.0f s |\n", m.Judging)
	for _, s := range m.Stages {
		fmt.Fprintf(&b, "| %s | %s |\n", s.Name, s.spent)
	}
	fmt.Fprintf(&b, "| peak memory, making and asking | %d and %d MiB |\n", m.Peak>>20, r.AskPeak>>20)
	fmt.Fprintf(&b, "| on disk | %d MB, %.1f bytes a row |\n\n", m.StoredBytes/1e6, float64(m.StoredBytes)/float64(m.Rows))

	fmt.Fprintf(&b, "Milliseconds. Cold is the first answer after the store was opened and the system told to forget its files (median and longest of %d); "+
		"warm are up to %d ranges, each an interval earlier; cpu is processor time, which tells more than the clock where others use the machine; "+
		"plain is DuckDB on the facts by id, with as much memory (%d MiB); x is the ratio of both in processor time.\n\n", coldRuns, warmRuns, scaleMemoryMB)
	b.WriteString("| question | range | cold | longest | best | p50 | p95 | cpu | plain best | p50 | p95 | cpu | x | |\n|---|---|" + strings.Repeat("--:|", 11) + "---|\n")
	for _, l := range r.Lines {
		w, p := &l.Warm, &l.Plain
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", l.Question, l.Range, ms(l.Cold), ms(l.ColdMax),
			ms(w.Best), ms(w.P50), ms(w.P95), ms(w.Processor), ms(p.Best), ms(p.P50), ms(p.P95), ms(p.Processor),
			ratio(w.Processor, p.Processor), strings.Join(l.remarks(r.Rows), "; "))
	}
	return b.String()
}

func ms(d time.Duration) string {
	if d == 0 {
		return ""
	}
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.0f", d.Seconds()*1e3)
}

func ratio(a, b time.Duration) string {
	if a == 0 || b == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", a.Seconds()/b.Seconds())
}

// remarks says where a line is not as it should be.
func (l *line) remarks(rows int64) []string {
	var out []string
	if l.Error != "" {
		out = append(out, "ERROR "+l.Error)
	}
	if l.PlainError != "" {
		out = append(out, "plain: "+l.PlainError)
	}
	if l.Differs {
		out = append(out, "another answer than plain")
	}
	warm, cold := l.Class.goal(rows)
	if warm > 0 && l.Warm.P95 > warm {
		out = append(out, "over "+ms(warm))
	}
	if cold > 0 && l.ColdMax > cold {
		out = append(out, "cold over "+ms(cold))
	}
	if l.Error == "" && l.Warm.Runs < warmRuns {
		out = append(out, fmt.Sprintf("%d runs", l.Warm.Runs))
	}
	return out
}

// metrics reports what benchstat can compare: a benchmark for each question.
func (r *scaleReport) metrics(b *testing.B) {
	one := func(name string, metrics map[string]float64) {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			for b.Loop() {
			}
			for unit, v := range metrics {
				b.ReportMetric(v, unit)
			}
			b.ReportMetric(0, "ns/op")
		})
	}
	m := &r.Built
	making := map[string]float64{
		"committed-rows/s": float64(m.Rows) / m.Committing.Seconds, "committing-cpu-s": m.Committing.Processor, "peak-MiB": float64(m.Peak) / (1 << 20), "ask-peak-MiB": float64(r.AskPeak) / (1 << 20),
		"disk-B/row": float64(m.StoredBytes) / float64(m.Rows),
	}
	for _, s := range m.Stages {
		name := strings.ReplaceAll(s.Name, " ", "-")
		making[name+"-s"], making[name+"-cpu-s"] = s.Seconds, s.Processor
	}
	one("making", making)
	for _, l := range r.Lines {
		one(l.Question+"/"+strings.ReplaceAll(l.Range, " ", ""), map[string]float64{
			"p50-ms": l.Warm.P50.Seconds() * 1e3, "p95-ms": l.Warm.P95.Seconds() * 1e3, "cpu-ms": l.Warm.Processor.Seconds() * 1e3,
			"cold-ms": l.Cold.Seconds() * 1e3, "plain-ms": l.Plain.P50.Seconds() * 1e3, "plain-cpu-ms": l.Plain.Processor.Seconds() * 1e3,
		})
		if l.Error != "" {
			b.Errorf("%s in %s: %s", l.Question, l.Range, l.Error)
		}
	}
}
