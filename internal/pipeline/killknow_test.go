package pipeline

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/knowledge"
	"weir/internal/settle"
	"weir/internal/simulate"
	"weir/internal/source/dir"
	"weir/internal/store"
)

// knowingEnv makes TestKilledWhileLearning be the process that it kills, on the
// folder of a store with the simulation of another, separated as in PATH.
const knowingEnv = "WEIR_TEST_KNOW"

// knowAsChild reads logs, learns what there is to know, for a while also
// something wrong, and brings all up to it. Run again it does only what is left
// to do.
func knowAsChild(t *testing.T, folders []string) {
	t.Helper()
	truth, err := simulate.LoadTruth(folders[1])
	if err != nil {
		t.Fatal(err)
	}
	s := openStore(t, folders[0])
	k := openKeeper(t, s)
	objects := objectsIn(t, simulate.LogFolders(folders[1]))
	wrong := malicious(t, truth, folders[1])
	if state, err := k.State(t.Context()); err == nil && len(state.Allow) > 0 && rand.IntN(2) == 0 {
		disallow(t, k, wrong) // before all was brought up to it
	}
	settleSmall(t, s, k)
	read(t, s, k, objects[:len(objects)/2])
	for _, part := range []int{2, 0, 1} {
		if !knows(t, k, truth, part) {
			knowAll(t, k, truth, folders[1], part)
		}
		settleSmall(t, s, k)
	}
	allow(t, k, wrong)
	settleSmall(t, s, k)
	read(t, s, k, objects)
	disallow(t, k, wrong)
	settleSmall(t, s, k)
}

func read(t testing.TB, s store.Store, k *knowledge.Keeper, objects []string) {
	t.Helper()
	if _, err := Run(context.Background(), Config{Store: s, Source: dir.New(objects...), Keeper: k, CommitRows: 2000}); err != nil {
		t.Fatal(err)
	}
}

func settleSmall(t testing.TB, s store.Store, k *knowledge.Keeper) {
	t.Helper()
	said := ""
	_, err := settle.Run(context.Background(), settle.Config{Store: s, Keeper: k, Progress: func(p settle.Progress) {
		if p.What != said {
			said = p.What
			fmt.Println(said)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// knows tells whether a part of what there is to know was kept in full.
func knows(t testing.TB, k *knowledge.Keeper, truth *simulate.Truth, part int) bool {
	t.Helper()
	state, err := k.State(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	switch part {
	case 0:
		return state.Topology.Last != nil && !state.Topology.Last.Before(truth.Inventories[len(truth.Inventories)-1].Time)
	case 1:
		return state.ServiceTags.Versions > 0
	}
	return len(state.Feeds) == len(truth.Feeds)
}

// TestKilledWhileLearning ends processes that read, learn and settle with
// SIGKILL, at random instants and where a part of the work begins: at the end
// all is what it is in truth.
func TestKilledWhileLearning(t *testing.T) {
	if job := os.Getenv(knowingEnv); job != "" {
		knowAsChild(t, filepath.SplitList(job))
		return
	}
	kills := 20
	if testing.Short() {
		kills = 6
	}
	_, truth, out := simulated(t, 2, 24, 0.5)
	want := trueTyped(t, truth, out)
	begun := time.Now()
	lines, ended := runKnowing(t, t.TempDir(), out, time.Hour, math.MaxInt)
	if !ended || lines < 10 {
		t.Fatalf("the undisturbed run ended: %v, after %d parts of the work", ended, lines)
	}
	whole := time.Since(begun)
	rng := rand.New(rand.NewPCG(uint64(begun.UnixNano()), 0))
	for killed := 0; killed < kills; {
		data := t.TempDir()
		for round := 0; ; round++ {
			wait, line := time.Hour, math.MaxInt
			switch {
			case round > 8:
			case rng.IntN(2) == 0:
				wait = time.Duration(rng.Int64N(int64(whole)))
			default:
				line = 1 + rng.IntN(lines)
			}
			if _, ended := runKnowing(t, data, out, wait, line); ended {
				break
			}
			killed++
		}
		s := openStore(t, data)
		checkTyped(t, s, want)
		if t.Failed() {
			t.FailNow()
		}
		s.Close()
		os.RemoveAll(data)
	}
	t.Logf("%d kills, a whole run takes %v and %d parts", kills, whole, lines)
}

// runKnowing kills the process after a time or when it says that it begins the
// part of that number. It returns how many it began and whether it ended by
// itself.
func runKnowing(t *testing.T, data, out string, wait time.Duration, line int) (lines int, ended bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWhileLearning$")
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, knowingEnv) }),
		knowingEnv+"="+data+string(filepath.ListSeparator)+out)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(wait, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	var output strings.Builder
	for said := bufio.NewScanner(stdout); said.Scan(); {
		fmt.Fprintln(&output, said.Text())
		if lines++; lines == line {
			_ = cmd.Process.Kill()
		}
	}
	err = cmd.Wait()
	if err != nil && cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("the process failed: %v\n%s", err, output.String())
	}
	return lines, err == nil
}
