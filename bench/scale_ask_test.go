package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"weir/bench/scale"
	"weir/internal/store/duckdb"
)

// ranges are those that are asked about.
var ranges = []struct {
	name  string
	width time.Duration
	grain int64 // of traffic, seconds
}{
	{"1 h", time.Hour, 600},
	{"24 h", 24 * time.Hour, 600},
	{"7 d", 7 * 24 * time.Hour, 7200},
	{"30 d", 30 * 24 * time.Hour, 21600},
}

const (
	coldRuns = 3
	warmRuns = 20
	// patience is how long all cold or all warm runs of a question may take:
	// then there are fewer, but never less than fewRuns that are warm.
	patience = 4 * time.Second
	fewRuns  = 3
	// tooLong is how long one run may take.
	tooLong = 2 * time.Minute
)

// times are what the runs of a question took, and its first answer.
type times struct {
	Cold, Warm []time.Duration
	Processor  time.Duration // of all warm runs together
	Answer     []int64
	Error      string
}

// asker measures the questions about one range, one after the other: those
// with the number in args alone where there is one.
func forEach(args []string, measure func(a asked, to func(run int) time.Time, width time.Duration, grain int64) times) map[string]times {
	at, _ := strconv.Atoi(args[0])
	r := ranges[at]
	out := map[string]times{}
	for _, a := range measured() {
		if a.whole && at != len(ranges)-1 || !strings.Contains(a.name, os.Getenv("WEIR_SCALE_ASK")) {
			continue
		}
		// Each run is about another range, so that none is answered from memory
		// of the one before.
		out[a.name] = measure(a, func(run int) time.Time { return scale.End.Add(-time.Duration(run) * scale.Interval) }, r.width, r.grain)
	}
	return out
}

// runs measures a question until it has runs enough.
func runs(one func(run int) ([]int64, error)) (t times) {
	if t.Answer, t.Error = answer(one, 0); t.Error != "" {
		return t
	}
	begin, used := time.Now(), processorTime()
	for n := 1; n <= warmRuns && (n <= fewRuns || time.Since(begin) < patience); n++ {
		start := time.Now()
		if _, t.Error = answer(one, n); t.Error != "" {
			return t
		}
		t.Warm = append(t.Warm, time.Since(start))
	}
	t.Processor = processorTime() - used
	return t
}

// spread is how long warm runs take.
type spread struct {
	Runs           int
	Best, P50, P95 time.Duration
	Processor      time.Duration // of a run, on average
}

func (t *times) spread() spread {
	n := len(t.Warm)
	return spread{n, quantile(t.Warm, 0), quantile(t.Warm, 0.5), quantile(t.Warm, 0.95), t.Processor / time.Duration(max(1, n))}
}

// processorTime is what this process and those that it waited for used. It
// says more than the clock on a machine that others use too.
func processorTime() (d time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var r syscall.Rusage
		if syscall.Getrusage(who, &r) == nil {
			d += time.Duration(r.Utime.Nano() + r.Stime.Nano())
		}
	}
	return d
}

func answer(one func(run int) ([]int64, error), run int) ([]int64, string) {
	n, err := one(run)
	if err != nil {
		return nil, err.Error()
	}
	return n, ""
}

// askScale measures what Weir takes: cold, where the store was opened anew and
// the system forgot its files, and warm.
func askScale(work string, args []string) (map[string]times, error) {
	folder := folderOf(work)
	var failed error
	out := forEach(args, func(a asked, to func(int) time.Time, width time.Duration, _ int64) times {
		options := scaleOptions
		if a.inside {
			options.Answerer = nil
		}
		one := func(s *duckdb.Store, run int) ([]int64, error) {
			ctx, cancel := context.WithTimeout(context.Background(), tooLong)
			defer cancel()
			return a.ask(ctx, s, to(run).Add(-width), to(run))
		}
		var cold []time.Duration
		begin := time.Now()
		for run := range coldRuns {
			if err := chill(folder); err != nil {
				failed = err
				return times{}
			}
			s, err := duckdb.Open(context.Background(), folder, options)
			if err != nil {
				failed = err
				return times{}
			}
			start := time.Now()
			_, err = one(s, run)
			cold = append(cold, time.Since(start))
			s.Close()
			if err != nil {
				return times{Cold: cold, Error: err.Error()}
			}
			if time.Since(begin) > patience {
				break
			}
		}
		s, err := duckdb.Open(context.Background(), folder, options)
		if err != nil {
			failed = err
			return times{}
		}
		defer s.Close()
		t := runs(func(run int) ([]int64, error) { return one(s, run) })
		t.Cold = cold
		return t
	})
	return out, failed
}

// askScalePlainly measures what DuckDB takes, with as much memory.
func askScalePlainly(work string, args []string) (map[string]times, error) {
	temp, err := os.MkdirTemp(work, "plain-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	db, err := openPlain(filepath.Join(folderOf(work), "store.duckdb"), "access_mode", "READ_ONLY", "threads", "2",
		"memory_limit", fmt.Sprintf("%dMiB", scaleMemoryMB), "temp_directory", temp, "preserve_insertion_order", "false")
	if err != nil {
		return nil, err
	}
	defer db.close()
	return forEach(args, func(a asked, to func(int) time.Time, width time.Duration, grain int64) times {
		if a.plain == "" {
			return times{}
		}
		return runs(func(run int) ([]int64, error) { return db.ask(a.inPlainSQL(to(run).Add(-width), to(run), grain)) })
	}), nil
}

// quantile is the time that a part of the runs kept within; 0 where there are none.
func quantile(runs []time.Duration, part float64) time.Duration {
	if len(runs) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(runs))
	return sorted[max(0, int(float64(len(sorted))*part+0.999999)-1)]
}
