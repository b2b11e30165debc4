package duckdb

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/store/storetest"
	"weir/internal/topology"
)

// childMode is the environment variable that makes this test binary a child:
// another process that works on a store until it is killed.
const childMode = "WEIR_TEST_CHILD"

func TestMain(m *testing.M) {
	mode, path, _ := strings.Cut(os.Getenv(childMode), " ")
	var err error
	switch mode {
	case "":
		if slices.Equal(os.Args, answering) {
			err = Answer(os.Stdin, os.Stdout)
			break
		}
		os.Exit(m.Run())
	case "hold":
		err = childHold(path)
	case "commit":
		err = childCommit(path)
	case "forget":
		err = childForget(path)
	case "compact":
		err = childCompact(path)
	case "merge":
		err = childMerge(path)
	case "ask":
		err = childAsk(path)
	case "open":
		err = childOpen(path)
	}
	if err == nil {
		os.Exit(0)
	}
	fmt.Println("failed:", err)
	os.Exit(1)
}

// answering is how a store starts this test binary to answer a question.
var answering = []string{"test", "answer"}

// childHold opens a database file as a program would that is not weir.
func childHold(path string) error {
	if _, err := openDatabase(path, nil); err != nil {
		return err
	}
	fmt.Println("held")
	select {}
}

// childAsk asks a question that takes long and says which process answers.
func childAsk(path string) error {
	os.Unsetenv(childMode) // not for the process that answers
	s, err := Open(context.Background(), path, Options{Answerer: answering})
	if err != nil {
		return err
	}
	go func() {
		for {
			s.visitors.mu.Lock()
			for a := range s.visitors.live {
				a.mu.Lock()
				if a.cmd != nil && a.columns == nil {
					fmt.Println("asked", a.cmd.Process.Pid)
				}
				a.mu.Unlock()
			}
			s.visitors.mu.Unlock()
			time.Sleep(time.Millisecond)
		}
	}()
	_, err = storetest.Table(s.SQL(context.Background(), timeMonster))
	return err
}

// childOpen opens a store and says what is said to its owner.
func childOpen(path string) error {
	s, err := Open(context.Background(), path, Options{Say: func(text string) { fmt.Println("said:", text) }})
	if err != nil {
		return err
	}
	fmt.Println("opened")
	return s.Close()
}

// childCommit commits numbered deltas, of all sizes, and says each number
// once it is committed.
func childCommit(dir string) error {
	ctx := context.Background()
	s, err := Open(ctx, dir, Options{Command: "test"})
	if err != nil {
		return err
	}
	s.walLimit = 4 << 20 // checkpoint every now and then
	table, err := storetest.Table(s.Query(ctx, "SELECT count(*) FROM weir.object"))
	if err != nil {
		return err
	}
	for n := table[0][0].(int64); ; n++ {
		if err := s.Commit(ctx, numbered(n)); err != nil {
			return err
		}
		fmt.Println("committed", n)
	}
}

// childForget forgets a day after the other.
func childForget(dir string) error {
	ctx := context.Background()
	s, err := Open(ctx, dir, Options{Command: "test"})
	if err != nil {
		return err
	}
	first := storetest.Start.Truncate(24 * time.Hour)
	for day := range 20 {
		until := first.AddDate(0, 0, day+1)
		if _, err := s.Forget(ctx, store.Horizon{Intervals: until, Hours: until.AddDate(0, 0, -2)}); err != nil {
			return err
		}
	}
	fmt.Println("committed", 0)
	return s.Close()
}

// childCompact does as childCommit, and compacts between.
func childCompact(dir string) error {
	ctx := context.Background()
	s, err := Open(ctx, dir, Options{Command: "test"})
	if err != nil {
		return err
	}
	table, err := storetest.Table(s.Query(ctx, "SELECT count(*) FROM weir.object"))
	if err != nil {
		return err
	}
	for n := table[0][0].(int64); ; n++ {
		if err := s.Commit(ctx, numbered(n)); err != nil {
			return err
		}
		fmt.Println("committed", n)
		if _, err := s.Compact(ctx, nil); err != nil {
			return err
		}
	}
}

// numbered returns the n-th delta of childCommit: object n says what is in it.
func numbered(n int64) *store.Delta {
	rng := rand.New(rand.NewPCG(uint64(n), 1))
	d := storetest.Delta()
	count := []int{0, 1, 100, 3000, 30_000, 140_000}[rng.IntN(6)]
	o := storetest.Object(fmt.Sprintf("/%08d", n))
	o.Tuples, o.Rejected, o.Rows = 0, 0, int64(count)
	for range count {
		r := storetest.Row(rng.IntN(100_000))
		r.Port = uint16(rng.IntN(65536))
		r.Records = uint64(rng.IntN(1000))
		o.Tuples += int64(r.Records)
		d.Rows = append(d.Rows, r)
	}
	if n%3 == 0 {
		o.Rejected = 3
		d.Rejects = []store.Reject{{Object: o.Name, Reason: "time", Count: 3, Samples: []store.RejectSample{{Offset: n, Text: "x"}}}}
	}
	d.Objects = []store.Object{o}
	d.Attribute = func(a flow.Addr, _ topology.Capture) enrich.Attribution {
		return storetest.Attribution([]uint64{a.Lo | 1, a.Lo + 1}[:1+a.Lo%2], storetest.Start) // the last host is even where there are two
	}
	return d
}

// checkLedger checks that the store has the numbered deltas 0 to n-1, each
// wholly, and returns n.
func checkLedger(t *testing.T, s *Store) int64 {
	t.Helper()
	table, err := storetest.Table(s.Query(t.Context(), `SELECT
		(SELECT count(*) FROM weir.object), (SELECT count(*) FROM weir.object WHERE name < format('/{:08d}', (SELECT count(*) FROM weir.object))),
		(SELECT coalesce(sum(rows_written), 0) FROM weir.object), (SELECT count(*) FROM weir.fact),
		(SELECT coalesce(sum(tuples), 0) FROM weir.object), (SELECT coalesce(sum(records), 0) FROM weir.fact),
		(SELECT coalesce(sum(rejected), 0) FROM weir.object), (SELECT coalesce(sum(count), 0) FROM weir.reject),
		(SELECT count(*) FROM weir.object WHERE rejected > 0), (SELECT count(*) FROM weir.reject_sample),
		(SELECT count(*) FROM weir.party), (SELECT count(DISTINCT id) FROM weir.party),
		(SELECT count(*) FROM weir.party), (SELECT count(*) FROM weir.party p JOIN weir.endpoint e ON e.id = p.endpoint JOIN weir.scope s ON s.id = p.scope),
		(SELECT 2 * count(*) FROM weir.party WHERE host % 2 = 0), (SELECT count(*) FROM weir.tenure),
		(SELECT count(DISTINCT interval_start) FROM weir.fact), (SELECT count(*) FROM weir.unsettled),
		(SELECT count(*) FROM weir.fact), (SELECT count(*) FROM weir.fact f JOIN weir.party i ON i.id = f.initiator
			JOIN weir.party r ON r.id = f.responder JOIN weir.rule u ON u.id = f.rule JOIN weir.log l ON l.id = f.log)`))
	if err != nil {
		t.Fatal(err)
	}
	row := table[0]
	for i, what := range []string{"objects", "rows", "tuples", "rejects", "samples", "parties", "endpoints", "tenures", "intervals", "facts with all dimensions"} {
		if row[2*i] != row[2*i+1] {
			t.Fatalf("%s: ledger %v, stored %v", what, row[2*i], row[2*i+1])
		}
	}
	return row[0].(int64)
}

type child struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan string
}

// startChild starts this test binary as a child of a mode.
func startChild(t *testing.T, mode, path string) *child {
	t.Helper()
	c := &child{t: t, cmd: exec.Command(os.Args[0]), lines: make(chan string, 10_000)}
	c.cmd.Env = append(os.Environ(), childMode+"="+mode+" "+path)
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.cmd.Stderr = os.Stderr
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(c.lines)
		for scan := bufio.NewScanner(out); scan.Scan(); {
			c.lines <- scan.Text()
		}
	}()
	return c
}

// expect waits for a line that begins with a word.
func (c *child) expect(word string) {
	c.t.Helper()
	select {
	case line, ok := <-c.lines:
		if !ok || !strings.HasPrefix(line, word) {
			c.t.Fatalf("child says %q, want %s", line, word)
		}
	case <-time.After(time.Minute):
		c.t.Fatalf("child does not say %s", word)
	}
}

// kill kills the child and returns the number of the last delta that it said
// to be committed; -1 for none.
func (c *child) kill() int64 {
	c.t.Helper()
	_ = c.cmd.Process.Kill()
	last := int64(-1)
	for line := range c.lines { // before Wait, which closes the pipe
		number, ok := strings.CutPrefix(line, "committed ")
		if !ok {
			c.t.Errorf("child says %q", line)
		}
		last, _ = strconv.ParseInt(number, 10, 64)
	}
	_ = c.cmd.Wait()
	return last
}
