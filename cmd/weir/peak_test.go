package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"weir/internal/simulate"
)

// peakBound is what an ingest may take of a machine at any time, in KiB
// (docs/explanation/speed.md).
const peakBound = 512 << 10

// How much is known, beside the simulated estate.
const (
	peakNICs       = 50_000
	peakTags       = 3_000
	peakIndicators = 1_000_000
)

// peakFile is the environment variable that makes this test binary a child: weir,
// which writes to that file what it took of memory at most. Only a process
// itself can say so when it ends: what its parent is told begins with the
// parent's own peak.
const peakFile = "WEIR_TEST_PEAK"

func TestIngestStaysWithin512MiB(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the peak of a process is read from /proc, which is Linux's")
	}
	if testing.Short() {
		t.Skip("-short: this reads 682 MB of logs")
	}
	logs, known, empty := t.TempDir(), t.TempDir(), t.TempDir()
	c := simulate.DefaultConfig()
	c.Out, c.Hours, c.VMs, c.Rate = logs, 8, 200, 2.5
	if _, err := simulate.Write(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	write := func(name string, content func(io.Writer)) string {
		t.Helper()
		f, err := os.Create(filepath.Join(t.TempDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		b := bufio.NewWriter(f)
		content(b)
		if err := b.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		return f.Name()
	}
	weirPeak(t, "topology", "import", "--data", known, "--at", "2026-01-01T00:00:00Z", filepath.Join(logs, "inventory"), write("estate.json", manyNICs))
	weirPeak(t, "service-tags", "import", "--data", known, write("ServiceTags_Public_20251117.json", manyTags))
	weirPeak(t, "threat", "import", "--data", known, write("feed.txt", manyIndicators))

	within := func(what, data string, tuples int64, paths ...string) {
		t.Helper()
		summary, peak := weirPeak(t, append([]string{"ingest", "--data", data, "--workers", "2", "--format", "json"}, paths...)...)
		var s struct{ Tuples int64 }
		if err := json.Unmarshal(summary, &s); err != nil || s.Tuples < tuples {
			t.Errorf("%s: %d tuples were read (%v), want %d or more", what, s.Tuples, err, tuples)
		}
		t.Logf("%s: %d MiB at most", what, peak>>10)
		if peak > peakBound {
			t.Errorf("%s took %d MiB of memory, want %d or less", what, peak>>10, peakBound>>10)
		}
	}
	within("682 MB of logs where much is known", known, 8_000_000, simulate.LogFolders(logs)...)
	within("two records of 31 MiB", empty, 2*giantTuples, write("giant0.json", giantRecord(0)), write("giant1.json", giantRecord(1)))
}

// weirPeak runs weir in a process of its own, as on a machine with two
// processors, and returns its standard output and its peak memory in KiB.
func weirPeak(t *testing.T, args ...string) (stdout []byte, peak int64) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	into := filepath.Join(t.TempDir(), "peak")
	c := exec.CommandContext(t.Context(), self, args...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	c.Env = append(os.Environ(), peakFile+"="+into, "GOMAXPROCS=2", "GOGC=", "GOMEMLIMIT=")
	stdout, err = c.Output()
	if err != nil {
		t.Fatalf("weir %s: %v: %s", strings.Join(args, " "), err, stderr.String())
	}
	text, err := os.ReadFile(into)
	if err != nil {
		t.Fatal(err)
	}
	peak, err = strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return stdout, peak
}

// childPeak is weir, which writes its peak memory in KiB to a file in the end.
func childPeak(into string) int {
	boundMemory(ingestMemoryMB) // as main does
	code := run(context.Background(), newApp(os.Stdin, os.Stdout, os.Stderr), os.Args[1:])
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		_, rest, _ := strings.Cut(string(status), "VmHWM:")
		kib, _, _ := strings.Cut(rest, "kB")
		err = os.WriteFile(into, []byte(strings.TrimSpace(kib)), 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitFailed
	}
	return code
}

// manyNICs is an inventory of networks with 250 interfaces each, unconnected
// with those that are simulated.
func manyNICs(w io.Writer) {
	const perNet = 250
	const head = "/subscriptions/00000000-0000-0000-0000-00000000beef/resourceGroups/rg/providers/Microsoft.Network/"
	separator := `{"value":[`
	for n := range peakNICs / perNet {
		vnet := fmt.Sprintf("%svirtualNetworks/v%d", head, n)
		fmt.Fprintf(w, `%s{"id":%q,"name":"v%d","type":"Microsoft.Network/virtualNetworks","location":"westeurope","properties":{"addressSpace":{"addressPrefixes":["10.%d.0.0/16"]},`+
			`"subnets":[{"id":"%s/subnets/default","name":"default","properties":{"addressPrefix":"10.%d.0.0/16"}}]}}`, separator, vnet, n, n, vnet, n)
		separator = ",\n"
		for i := range perNet {
			fmt.Fprintf(w, `,{"id":"%snetworkInterfaces/n%d-%d","name":"n%d-%d","type":"Microsoft.Network/networkInterfaces","location":"westeurope","properties":{"macAddress":"60-45-BD-%02X-%02X-%02X",`+
				`"ipConfigurations":[{"name":"ipconfig1","properties":{"primary":true,"privateIPAddress":"10.%d.1.%d","subnet":{"id":"%s/subnets/default"}}}]}}`,
				head, n, i, n, i, (n*perNet+i)>>16, (n*perNet+i)>>8&0xff, (n*perNet+i)&0xff, n, i, vnet)
		}
	}
	fmt.Fprintln(w, "]}")
}

// manyTags is a weekly file of service tags.
func manyTags(w io.Writer) {
	r := rand.New(rand.NewPCG(1, 1))
	separator := `{"changeNumber":1,"cloud":"Public","values":[`
	for i := range peakTags {
		fmt.Fprintf(w, `%s{"name":"Service%d.WestEurope","id":"Service%d.WestEurope","properties":{"region":"westeurope","systemService":"Service%d","addressPrefixes":[`, separator, i, i, i)
		separator = ",\n"
		for p := range 15 {
			if p > 0 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprintf(w, `"%d.%d.%d.0/24"`, 20+r.IntN(30), r.IntN(256), r.IntN(256))
		}
		fmt.Fprint(w, "]}}")
	}
	fmt.Fprintln(w, "]}")
}

// manyIndicators is a list of addresses, few of them twice.
func manyIndicators(w io.Writer) {
	r := rand.New(rand.NewPCG(2, 2))
	for range peakIndicators {
		fmt.Fprintf(w, "%d.%d.%d.%d\n", 1+r.IntN(222), r.IntN(256), r.IntN(256), r.IntN(256))
	}
}

// giantTuples is how many tuples make a record of 31 MiB, just below what a
// record may have.
const giantTuples = 390_000

// giantRecord is a log of one record, each of its tuples of another conversation.
func giantRecord(seed uint64) func(io.Writer) {
	return func(w io.Writer) {
		r := rand.New(rand.NewPCG(3, seed))
		fmt.Fprintf(w, `{"records":[{"time":"2026-11-02T21:00:30Z","flowLogVersion":4,"macAddress":"000A0A00AA0%d","flowLogResourceID":"/F","targetResourceID":"/V","flowRecords":{"flows":[{"aclID":"/A","flowGroups":[{"rule":"R","flowTuples":[`, seed)
		for i := range giantTuples {
			if i > 0 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprintf(w, `"%d,10.%d.%d.%d,52.%03d.%03d.%03d,%05d,443,6,O,E,NX,%02d,%05d,%02d,%05d"`, 1793653200000+i, seed, i>>8&0xff, i&0xff,
				100+r.IntN(100), 100+r.IntN(100), 100+r.IntN(100), 10_000+r.IntN(50_000), 10+r.IntN(90), 10_000+r.IntN(90_000), 10+r.IntN(90), 10_000+r.IntN(90_000))
		}
		fmt.Fprintln(w, "]}]}]}}]}")
	}
}
