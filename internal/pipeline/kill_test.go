package pipeline

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/source/dir"
	"weir/internal/store/duckdb"
)

// childEnv makes the test binary ingest instead of testing: the store's
// folder and the paths to read, separated as in PATH.
const childEnv = "WEIR_TEST_INGEST"

func TestMain(m *testing.M) {
	var err error
	switch job, account := os.Getenv(childEnv), os.Getenv(azureChildEnv); {
	case job != "":
		err = ingestAsChild(filepath.SplitList(job))
	case account != "":
		err = followAsChild(strings.Fields(account))
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func ingestAsChild(job []string) error {
	ctx := context.Background()
	s, err := duckdb.Open(ctx, job[0], duckdb.Options{Command: "child"})
	if err != nil {
		return err
	}
	defer s.Close()
	// Small transactions, so that many of the instants fall into one.
	_, err = Run(ctx, Config{Store: s, Source: dir.New(job[1:]...), CommitRows: 15_000})
	return err
}

// TestKilledAtAnyInstant ends ingesting processes with SIGKILL at random
// instants and runs them again until nothing is left to read: the ledger
// always agrees with the facts, and the totals at the end are those of an
// undisturbed run.
func TestKilledAtAnyInstant(t *testing.T) {
	kills, hours := 40, 5
	if testing.Short() {
		kills, hours = 10, 2
	}
	folders, truth, out := simulated(t, hours, 60, 2)
	want := trueCaptures(t, truth, out)
	t.Logf("%d tuples in %d objects", truth.Total.Tuples, truth.Total.Objects)

	undisturbed := time.Now()
	if _, ended := runChild(t, t.TempDir(), folders, time.Hour); !ended {
		t.Fatal("the undisturbed run did not end")
	}
	whole := time.Since(undisturbed)

	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	inTime := 0
	for killed := 0; killed < kills; {
		data := t.TempDir()
		for round := 0; ; round++ {
			// The instants spread over a whole run, start and end included.
			wait := time.Duration(rng.Int64N(int64(whole)))
			if round > 30 {
				wait = time.Hour
			}
			died, ended := runChild(t, data, folders, wait)
			if ended {
				break
			}
			killed++
			if died {
				inTime++
			}
			s := openStore(t, data)
			v := ints(t, s, `SELECT (SELECT coalesce(sum(records), 0) FROM flows), (SELECT coalesce(sum(tuples), 0) FROM objects)`)
			s.Close()
			if v[0] != v[1] {
				t.Fatalf("after a kill at %v: %d tuples in the facts, %d in the ledger", wait, v[0], v[1])
			}
		}
		s := openStore(t, data)
		if diff := cmp.Diff(want, captures(t, s)); diff != "" {
			t.Fatalf("captures (-truth +got):\n%s", diff[:min(len(diff), 4000)])
		}
		s.Close()
		os.RemoveAll(data)
	}
	t.Logf("%d of %d kills hit a running process, a whole run takes %v", inTime, kills, whole)
	if inTime < kills/2 {
		t.Errorf("only %d of %d kills hit a running process", inTime, kills)
	}
}

// runChild ingests in a process of its own and kills it after wait. It tells
// whether the process was killed, or ended by itself before that.
func runChild(t *testing.T, data string, folders []string, wait time.Duration) (killed, ended bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+strings.Join(append([]string{data}, folders...), string(filepath.ListSeparator)))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(wait, func() { cmd.Process.Kill() })
	err := cmd.Wait()
	timer.Stop()
	switch {
	case err == nil:
		return false, true
	case cmd.ProcessState.ExitCode() == -1:
		return true, false
	}
	t.Fatalf("the child failed: %v\n%s", err, stderr.String())
	return false, false
}
