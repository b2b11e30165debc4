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
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

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
	peak                      int64   // bytes, of the whole process
}

var jobs = map[string]func(work string, folders []string) (outcome, error){
	"weir":      ingest,
	"learn":     learn,
	"known":     ingestKnown,
	"sql":       func(work string, folders []string) (outcome, error) { return reduceInSQL(work, folders, false) },
	"sql-tuned": func(work string, folders []string) (outcome, error) { return reduceInSQL(work, folders, true) },
}

func TestMain(m *testing.M) {
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

// input is written once for all benchmarks of a run.
var input = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "weir-bench-")
	if err != nil {
		return "", err
	}
	c := simulate.DefaultConfig()
	c.Out, c.Hours, c.VMs, c.Rate = dir, 8, 200, 2.5
	truth, err := simulate.Write(context.Background(), c)
	if err != nil {
		return "", err
	}
	fmt.Printf("input: weir simulate --hours %d --vms %d --rate %g --seed %d: %d objects, %d MB, %d tuples\n",
		c.Hours, c.VMs, c.Rate, c.Seed, truth.Total.Objects, truth.Total.Bytes/1e6, truth.Total.Tuples)
	fmt.Printf("machine: %s, %d CPUs, %s\n", cpuModel(), runtime.NumCPU(), runtime.Version())
	return dir, nil
})

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
	root, err := input()
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(root)
	folders := simulate.LogFolders(root)
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
	sum.peak = max(sum.peak, o.peak)
}

func rate(o outcome) float64 { return float64(o.Tuples) / o.Seconds / 1e6 }

// run does a job in a process of its own.
func run(b *testing.B, job string, folders []string) outcome {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), jobEnv+"="+strings.Join(append([]string{job, b.TempDir()}, folders...), string(filepath.ListSeparator)))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		b.Fatalf("%s: %v", job, err)
	}
	var o outcome
	if err := json.Unmarshal(out, &o); err != nil {
		b.Fatalf("%s: %v in %q", job, err, out)
	}
	o.peak = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
	return o
}

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

// firstNumber returns the first value of an answer whose first column holds
// 64-bit numbers, 0 where there is none.
func firstNumber(res duck.Result) int64 {
	chunk := duck.FetchChunk(res)
	if chunk.Ptr == nil {
		return 0
	}
	defer duck.DestroyDataChunk(&chunk)
	if duck.DataChunkGetSize(chunk) == 0 {
		return 0
	}
	return *(*int64)(duck.VectorGetData(duck.DataChunkGetVector(chunk, 0)))
}

// reduceInSQL does the same reduction as one statement.
func reduceInSQL(work string, folders []string, tuned bool) (outcome, error) {
	start := time.Now()
	var db duck.Database
	if duck.Open(filepath.Join(work, "reduced.duckdb"), &db) == duck.StateError {
		return outcome{}, fmt.Errorf("cannot open DuckDB in %s", work)
	}
	var conn duck.Connection
	if duck.Connect(db, &conn) == duck.StateError {
		return outcome{}, fmt.Errorf("cannot connect to DuckDB in %s", work)
	}
	query := func(sql string, into *int64) error {
		var res duck.Result
		defer duck.DestroyResult(&res)
		if duck.Query(conn, sql, &res) == duck.StateError {
			return fmt.Errorf("cannot run %.60s...: %s", sql, duck.ResultError(&res))
		}
		if into != nil {
			*into = firstNumber(res)
		}
		return nil
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
		if err := query(step.sql, step.into); err != nil {
			return o, err
		}
	}
	duck.Disconnect(&conn)
	duck.Close(&db)
	o.Seconds = time.Since(start).Seconds()
	var err error
	o.StoredBytes, err = folderSize(work)
	return o, err
}
