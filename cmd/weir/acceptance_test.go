package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/shared"
)

// weirRun runs a command line in this process and returns its standard output.
func weirRun(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), newApp(strings.NewReader(""), &stdout, &stderr), args); code != exitDone {
		t.Fatalf("weir %s: exit code %d: %s", strings.Join(args, " "), code, stderr.String())
	}
	return stdout.String()
}

// realLogs returns the folders of published flow logs.
func realLogs(t *testing.T) []string {
	t.Helper()
	return []string{shared.Path(t, "data/azure-nsg"), shared.Path(t, "data/azure-vnet")}
}

// totals are the sums over all tuples of one decision.
type totals struct {
	Status      string `json:"status"`
	Started     int64  `json:"started"`
	Ended       int64  `json:"ended"`
	Records     int64  `json:"records"`
	PacketsFwd  int64  `json:"packets_fwd"`
	BytesFwd    int64  `json:"bytes_fwd"`
	PacketsBack int64  `json:"packets_back"`
	BytesBack   int64  `json:"bytes_back"`
}

// countByHand counts the tuples of the files with nothing but a regular
// expression and commas: whatever looks like a tuple in quotes is one.
func countByHand(t *testing.T, folders []string) []totals {
	t.Helper()
	tuple := regexp.MustCompile(`"(\d{10}(?:\d{3})?,[^"]*)"`)
	allowed, denied := totals{Status: "Allowed"}, totals{Status: "Denied"}
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no .json files in %s (%v)", folder, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range tuple.FindAllStringSubmatch(string(text), -1) {
				addByHand(t, &allowed, &denied, strings.Split(m[1], ","))
			}
		}
	}
	return []totals{allowed, denied}
}

// addByHand adds one tuple. NSG logs name the protocol by a letter and the
// decision before the state; VNet logs have a state only, of which D is denied.
func addByHand(t *testing.T, allowed, denied *totals, f []string) {
	t.Helper()
	decision, state := f[7], f[7]
	if nsg := f[5] == "T" || f[5] == "U"; nsg {
		state = "B" // version 1 has no state: each tuple is a flow
		if len(f) > 8 {
			state = f[8]
		}
	} else if decision != "D" {
		decision = "A"
	}
	sum := allowed
	if decision == "D" {
		sum = denied
	}
	sum.Records++
	switch state {
	case "B", "D":
		sum.Started++
		return // what is counted on these is part of no sum
	case "E":
		sum.Ended++
	}
	for i, into := range []*int64{&sum.PacketsFwd, &sum.BytesFwd, &sum.PacketsBack, &sum.BytesBack} {
		if text := f[9+i]; text != "" {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				t.Fatalf("tuple %v: %v", f, err)
			}
			*into += n
		}
	}
}

// The published flow logs give the totals that an independent count of them gives.
func TestRealLogsGiveTheTotalsOfAnIndependentCount(t *testing.T) {
	folders := realLogs(t)
	want := countByHand(t, folders)
	if want[0].Records+want[1].Records < 300 {
		t.Fatalf("only %d tuples were counted; the count is broken", want[0].Records+want[1].Records)
	}
	data := t.TempDir()
	ask := func() (got []totals) {
		t.Helper()
		const question = `SELECT status, sum(started) AS started, sum(ended) AS ended, sum(records) AS records,
			sum(packets_fwd) AS packets_fwd, sum(bytes_fwd) AS bytes_fwd, sum(packets_back) AS packets_back, sum(bytes_back) AS bytes_back
			FROM flows GROUP BY status ORDER BY status`
		if err := json.Unmarshal([]byte(weirRun(t, "sql", "--data", data, "--format", "json", question)), &got); err != nil {
			t.Fatal(err)
		}
		return got
	}

	summary := weirRun(t, append([]string{"ingest", "--data", data, "--format", "json"}, folders...)...)
	if diff := cmp.Diff(want, ask()); diff != "" {
		t.Errorf("totals (-counted by hand +store):\n%s", diff)
	}
	var s struct{ Tuples int64 }
	if err := json.Unmarshal([]byte(summary), &s); err != nil || s.Tuples != want[0].Records+want[1].Records {
		t.Errorf("the summary says %d tuples (%v), counted by hand are %d", s.Tuples, err, want[0].Records+want[1].Records)
	}

	weirRun(t, append([]string{"ingest", "--data", data}, folders...)...)
	if diff := cmp.Diff(want, ask()); diff != "" {
		t.Errorf("totals after the same objects were read again (-counted by hand +store):\n%s", diff)
	}
}
