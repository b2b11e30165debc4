package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// scaleRows is how many rows the store has: WEIR_SCALE_ROWS, as 10M or 500000.
func scaleRows() (int64, error) {
	text := os.Getenv("WEIR_SCALE_ROWS")
	if text == "" {
		return 10_000_000, nil
	}
	digits, by := text, int64(1)
	for suffix, n := range map[string]int64{"k": 1000, "M": 1_000_000} {
		if rest, ok := strings.CutSuffix(text, suffix); ok {
			digits, by = rest, n
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("cannot make %q rows: WEIR_SCALE_ROWS is a number such as 10M", text)
	}
	return n * by, nil
}

// line is what is known of a question about a range.
type line struct {
	Question, Range string
	Class           class         `json:"-"`
	Cold, ColdMax   time.Duration // median and longest
	Warm, Plain     spread
	Error           string `json:",omitempty"`
	PlainError      string `json:",omitempty"`
	Differs         bool   `json:",omitempty"` // from the answer of plain DuckDB
}

// BenchmarkScale makes the store of a large estate and measures what its
// answers take, beside the same questions in DuckDB's SQL on the facts. They
// take turns by range, so that both meet the same machine.
func BenchmarkScale(b *testing.B) {
	rows, err := scaleRows()
	if err != nil {
		b.Fatal(err)
	}
	work := scaleStore()
	if work == "" {
		work = b.TempDir()
	}
	made, err := makeScale(b, work, rows)
	if err != nil {
		b.Fatal(err)
	}
	var lines []line
	peak := int64(0)
	for at, r := range ranges {
		var ours, theirs map[string]times
		peak = max(peak, peakOf(runApart(b, "scale-ask", work, []string{strconv.Itoa(at)}, &ours)))
		runApart(b, "scale-plain", work, []string{strconv.Itoa(at)}, &theirs)
		fmt.Fprintf(os.Stderr, "asked %s\n", r.name)
		for _, a := range measured() {
			t, p := ours[a.name], theirs[a.name]
			if t.Cold == nil {
				continue
			}
			lines = append(lines, line{
				Question: a.name, Range: r.name, Class: a.class,
				Cold: quantile(t.Cold, 0.5), ColdMax: quantile(t.Cold, 1), Warm: t.spread(), Plain: p.spread(),
				Error:      t.Error,
				PlainError: p.Error, Differs: !a.apart && t.Error == "" && !slices.Equal(positive(t.Answer), positive(p.Answer)),
			})
		}
	}
	report := scaleReport{Rows: made.Rows, Built: made, AskPeak: peak, Lines: lines}
	fmt.Print(report.table())
	if name := os.Getenv("WEIR_SCALE_JSON"); name != "" {
		body, err := json.MarshalIndent(report, "", "\t")
		if err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, append(body, '\n'), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	report.metrics(b)
}

// positive is the numbers without those that say nothing.
func positive(numbers []int64) []int64 {
	return slices.DeleteFunc(slices.Clone(numbers), func(n int64) bool { return n == 0 })
}

// makeScale makes the store, unless the folder has it.
func makeScale(b *testing.B, work string, rows int64) (made built, err error) {
	kept := filepath.Join(work, builtFile)
	body, err := os.ReadFile(kept)
	if err == nil {
		if err := json.Unmarshal(body, &made); err != nil {
			return made, err
		}
		if made.Asked != rows {
			return made, fmt.Errorf("%s has a store of %d rows, not %d: name another folder in WEIR_SCALE_STORE", work, made.Asked, rows)
		}
		return made, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return made, err
	}
	if err := os.MkdirAll(folderOf(work), 0o700); err != nil {
		return made, err
	}
	made.Peak = peakOf(runApart(b, "scale-build", folderOf(work), []string{strconv.FormatInt(rows, 10)}, &made))
	if body, err = json.Marshal(made); err != nil {
		return made, err
	}
	return made, os.WriteFile(kept, body, 0o644)
}
