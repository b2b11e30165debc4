package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"weir/internal/simulate"
	"weir/internal/source"
	"weir/internal/source/azblob"
	"weir/internal/source/azuritetest"
	"weir/internal/store/duckdb"
)

// azureChildEnv makes the test binary read a storage account until it is killed,
// instead of testing: the store's folder, the endpoint and the key, by spaces.
const azureChildEnv = "WEIR_TEST_AZURE"

// followAsChild reads what is being written and what was before, beside each
// other, again and again.
func followAsChild(job []string) error {
	ctx := context.Background()
	s, err := duckdb.Open(ctx, job[0], duckdb.Options{Command: "child"})
	if err != nil {
		return err
	}
	azure, err := azblob.New(azblob.Config{Endpoint: job[1], Login: azblob.Login{Key: job[2]}, Every: 20 * time.Millisecond, Retry: 10 * time.Millisecond})
	if err != nil {
		return err
	}
	claims := new(Claims)
	var both errgroup.Group
	for _, from := range []source.Source{azure.Live(), azure.History(time.Time{})} {
		both.Go(func() error {
			for {
				azure.LookNow()
				// Small transactions, so that many of the instants fall into one.
				_, err := Run(ctx, Config{Store: s, Source: from, Follow: true, Ahead: 4, Claims: claims, CommitRows: 500})
				if err != nil && !errors.Is(err, ErrUnlisted) {
					return err
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
	return both.Wait()
}

// TestAzureKilled lets the simulator write both kinds of flow logs into an
// account, four hours of them growing at once, while processes read it through a
// network that refuses, cuts and lags and are ended by SIGKILL at any instant.
// After each the ledger agrees with the facts, and in the end every conversation
// at every NIC is what the simulator says, to the unit.
func TestAzureKilled(t *testing.T) {
	kills, vms := 12, 16
	if testing.Short() {
		kills, vms = 4, 12
	}
	account := azuritetest.Start(t)
	chaos := account.Disturb(t, 3)
	chaos.Share.Store(10)
	sink, err := simulate.NewAccount(account.Blob, account.Key)
	if err != nil {
		t.Fatal(err)
	}
	c := simulate.DefaultConfig()
	c.Out, c.VMs, c.Rate, c.Hours, c.Start = t.TempDir(), vms, 0.3, 4, time.Now().UTC().Truncate(time.Hour).Add(-3*time.Hour)
	var truth *simulate.Truth
	var written atomic.Bool
	var writing errgroup.Group
	writing.Go(func() (err error) {
		defer written.Store(true)
		truth, err = simulate.Live(t.Context(), c, simulate.Growth{Sink: sink})
		return err
	})

	data := t.TempDir()
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	agrees := func() (tuples int64) {
		s := openStore(t, data)
		defer s.Close()
		v := ints(t, s, `SELECT (SELECT coalesce(sum(records), 0) FROM flows), (SELECT coalesce(sum(tuples), 0) FROM objects)`)
		if v[0] != v[1] {
			t.Fatalf("%d tuples in the facts, %d in the ledger", v[0], v[1])
		}
		return v[0]
	}
	meanwhile := 0
	for killed := 0; killed < kills || !written.Load(); killed++ {
		growing := !written.Load()
		followFor(t, data, chaos.URL, account.Key, time.Duration(100+random.IntN(1500))*time.Millisecond)
		if n := agrees(); n > 0 && growing {
			meanwhile++
		}
	}
	if err := writing.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d tuples in %d blobs, %d kills while they grew, %v", truth.Total.Tuples, truth.Total.Objects, meanwhile, chaos.Counts())
	if meanwhile == 0 {
		t.Error("no process was killed while it read what grew")
	}

	chaos.Share.Store(0)
	// Each process has longer than the one before it, as one that must read what was
	// read again gets no further where the machine is busy.
	for wait := 3 * time.Second; agrees() < truth.Total.Tuples; wait *= 2 {
		if wait > 2*time.Minute {
			t.Fatalf("%d tuples of %d after four minutes without disturbance", agrees(), truth.Total.Tuples)
		}
		followFor(t, data, chaos.URL, account.Key, wait)
	}
	s := openStore(t, data)
	if diff := cmp.Diff(trueCaptures(t, truth, c.Out), captures(t, s)); diff != "" {
		t.Fatalf("captures (-truth +got):\n%s", diff[:min(len(diff), 4000)])
	}
}

// followFor reads an account in a process of its own, and kills it after wait.
func followFor(t *testing.T, data, url, key string, wait time.Duration) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %s", azureChildEnv, data, url, key))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(wait, func() { cmd.Process.Kill() })
	defer timer.Stop()
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("the child ended by itself: %v\n%s", err, stderr.String())
	}
}
