package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"weir/internal/knowledge"
	"weir/internal/simulate"
	"weir/internal/store/duckdb"
)

// jobEnv makes the test binary do one job in a process of its own, so that
// its peak memory is its own: the name of the job and its folders.
const jobEnv = "WEIR_BENCH_JOB"

// outcome is what a job reports.
type outcome struct {
	Tuples, Rows, StoredBytes int64
	Seconds                   float64 // without Opening and Settling
	Opening, Settling         float64 // seconds
	Processor                 float64 // seconds of processor time, of all of it
	peak                      int64   // bytes, of the whole process
}

var jobs = map[string]func(work string, args []string) (any, error){
	"weir":      func(work string, folders []string) (any, error) { return ingest(work, folders) },
	"learn":     func(work string, folders []string) (any, error) { return learn(work, folders) },
	"known":     func(work string, folders []string) (any, error) { return ingestKnown(work, folders) },
	"again":     func(work string, folders []string) (any, error) { return ingestAgain(work, folders) },
	"backfill":  func(work string, args []string) (any, error) { return readBackfill(work, args) },
	"sql":       func(work string, folders []string) (any, error) { return reduceInSQL(work, folders, false) },
	"sql-tuned": func(work string, folders []string) (any, error) { return reduceInSQL(work, folders, true) },

	"scale-build": func(work string, args []string) (any, error) { return buildScale(work, args) },
	"scale-ask":   func(work string, args []string) (any, error) { return askScale(work, args) },
	"scale-plain": func(work string, args []string) (any, error) { return askScalePlainly(work, args) },
}

// answering is how a store starts this test binary to answer a question.
var answering = []string{"bench", "answer"}

func TestMain(m *testing.M) {
	if slices.Equal(os.Args, answering) {
		if err := duckdb.Answer(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if spec := os.Getenv(jobEnv); spec != "" {
		debug.SetGCPercent(25) // as the command does
		parts := filepath.SplitList(spec)
		o, err := jobs[parts[0]](parts[1], parts[2:])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		json.NewEncoder(os.Stdout).Encode(o)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// input writes the logs of some hours; another number is other traffic of the
// same hours.
func input(b *testing.B, number uint64) (dir string) {
	b.Helper()
	return written(b, func(c *simulate.Config) {
		c.Hours, c.VMs, c.Rate = 8, 200, 2.5
		c.Seed += number
	})
}

// written writes the logs of a network and says of which.
func written(b *testing.B, of func(*simulate.Config)) (dir string) {
	b.Helper()
	c := simulate.DefaultConfig()
	c.Out = b.TempDir()
	of(&c)
	truth, err := simulate.Write(context.Background(), c)
	if err != nil {
		b.Fatal(err)
	}
	fmt.Printf("input: weir simulate --hours %d --vms %d --rate %g --seed %d: %d objects, %d MB, %d tuples\n",
		c.Hours, c.VMs, c.Rate, c.Seed, truth.Total.Objects, truth.Total.Bytes/1e6, truth.Total.Tuples)
	fmt.Printf("machine: %s, %d CPUs, %s\n", cpuModel(), runtime.NumCPU(), runtime.Version())
	return c.Out
}

func cpuModel() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if name, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// BenchmarkFilesToRows takes the same log files to reduced rows: by Weir into
// a store with ledger and dimensions, and by one SQL statement of DuckDB into
// a table, on two threads each: once as one writes it, and once tuned, with
// the shape of both kinds of log spelled out and the order of rows given up.
// They take turns, so that all meet the same machine; x is how many times as
// many tuples a second Weir takes.
func BenchmarkFilesToRows(b *testing.B) {
	folders := simulate.LogFolders(input(b, 0))
	// In a process of its own, since a child's peak begins with its parent's.
	run(b, "learn", folders)
	var weir, known, sql, tuned outcome
	for b.Loop() {
		for job, sum := range map[string]*outcome{"weir": &weir, "known": &known, "sql": &sql, "sql-tuned": &tuned} {
			add(sum, run(b, job, folders))
		}
		if weir.Tuples != sql.Tuples || weir.Tuples != tuned.Tuples {
			b.Fatalf("weir took %d tuples, the statements %d and %d", weir.Tuples, sql.Tuples, tuned.Tuples)
		}
	}
	b.ReportMetric(rate(weir), "Mtuples/s")
	b.ReportMetric(rate(sql), "sql-Mtuples/s")
	b.ReportMetric(rate(tuned), "tuned-sql-Mtuples/s")
	b.ReportMetric(rate(weir)/rate(sql), "x")
	b.ReportMetric(rate(known), "known-Mtuples/s")
	b.ReportMetric(100*(1-rate(known)/rate(weir)), "known-fall-%")
	b.ReportMetric(known.Settling/known.Seconds, "settling/ingesting")
	b.ReportMetric(float64(known.peak)/(1<<20), "known-peak-MiB")
	b.ReportMetric(rate(weir)/rate(tuned), "tuned-x")
	b.ReportMetric(toTheEnd(weir), "counted-Mtuples/s")
	b.ReportMetric(toTheEnd(weir)/rate(sql), "counted-x")
	b.ReportMetric(float64(weir.Tuples)/weir.Processor/1e6, "Mtuples/cpu-s")
	b.ReportMetric(sql.Processor/weir.Processor, "cpu-x")
	b.ReportMetric(tuned.Processor/weir.Processor, "tuned-cpu-x")
	b.ReportMetric(float64(weir.peak)/(1<<20), "peak-MiB")
	b.ReportMetric(float64(tuned.peak)/(1<<20), "tuned-sql-peak-MiB")
	b.ReportMetric(float64(weir.StoredBytes)/float64(weir.Tuples), "stored-B/tuple")
	b.ReportMetric(float64(weir.Tuples)/float64(weir.Rows), "tuples/row")
	b.ReportMetric(0, "ns/op")
}

func add(sum *outcome, o outcome) {
	sum.Tuples += o.Tuples
	sum.Rows += o.Rows
	sum.StoredBytes += o.StoredBytes
	sum.Seconds += o.Seconds
	sum.Opening += o.Opening
	sum.Settling += o.Settling
	sum.Processor += o.Processor
	sum.peak = max(sum.peak, o.peak)
}

func rate(o outcome) float64 { return float64(o.Tuples) / o.Seconds / 1e6 }

// toTheEnd is the rate up to where each conversation counts once.
func toTheEnd(o outcome) float64 { return float64(o.Tuples) / (o.Seconds + o.Settling) / 1e6 }

// run does a job in a process of its own.
func run(b *testing.B, job string, folders []string) (o outcome) {
	b.Helper()
	state := runApart(b, job, b.TempDir(), folders, &o)
	o.peak, o.Processor = peakOf(state), (state.UserTime() + state.SystemTime()).Seconds()
	return o
}

// runApart does a job in a process of its own and reads what it reports.
func runApart(b *testing.B, job, work string, args []string, report any) *os.ProcessState {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), jobEnv+"="+strings.Join(append([]string{job, work}, args...), string(filepath.ListSeparator)))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		b.Fatalf("%s: %v", job, err)
	}
	if err := json.Unmarshal(out, report); err != nil {
		b.Fatalf("%s: %v in %q", job, err, out)
	}
	return cmd.ProcessState
}

// peakOf returns the peak memory of a process in bytes.
func peakOf(state *os.ProcessState) int64 { return state.SysUsage().(*syscall.Rusage).Maxrss << 10 }

// ingest is what weir ingest does where nothing is known about addresses.
func ingest(work string, folders []string) (outcome, error) {
	return ingestBy(work, folders, func(*duckdb.Store) (*knowledge.Keeper, error) { return nil, nil })
}

func folderSize(dir string) (size int64, err error) {
	files, err := os.ReadDir(dir)
	for _, f := range files {
		if info, e := f.Info(); e == nil {
			size += info.Size()
		}
	}
	return size, err
}

// reduceInSQL does the same reduction as one statement.
func reduceInSQL(work string, folders []string, tuned bool) (outcome, error) {
	start := time.Now()
	db, err := openPlain(filepath.Join(work, "reduced.duckdb"))
	if err != nil {
		return outcome{}, err
	}
	var o outcome
	for _, step := range []struct {
		sql  string
		into *int64
	}{
		{"SET threads = 2", nil},
		{fmt.Sprintf("SET preserve_insertion_order = %t", !tuned), nil},
		{reduceStatement(folders, tuned), nil},
		{"SELECT sum(records)::BIGINT FROM reduced", &o.Tuples},
		{"SELECT count(*)::BIGINT FROM reduced", &o.Rows},
		{"CHECKPOINT", nil},
	} {
		numbers, err := db.ask(step.sql)
		if err != nil {
			return o, err
		}
		if step.into != nil && len(numbers) > 0 {
			*step.into = numbers[0]
		}
	}
	db.close()
	o.Seconds = time.Since(start).Seconds()
	o.StoredBytes, err = folderSize(work)
	return o, err
}
