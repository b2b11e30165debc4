package simulate

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/source"
	"weir/internal/source/dir"
)

func readFile(t *testing.T, parts ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// treeHash is the hash of every name and byte below a folder.
func treeHash(t *testing.T, root string) string {
	t.Helper()
	h := sha256.New()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		fmt.Fprintf(h, "%s\x00%d\x00", filepath.ToSlash(name), len(b))
		h.Write(b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// The same configuration gives the same bytes, on one CPU or four, and into a
// folder that held another simulation; another seed gives others.
func TestSameConfigSameBytes(t *testing.T) {
	f := func(seed uint64, cpus int, out string) string {
		t.Helper()
		c := small(seed)
		c.Out = out
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cpus))
		if _, err := Write(context.Background(), c); err != nil {
			t.Fatal(err)
		}
		return treeHash(t, out)
	}
	used := t.TempDir()
	want := f(1, 1, used)
	if got := f(1, 4, t.TempDir()); got != want {
		t.Error("four CPUs write other bytes than one")
	}
	other := f(2, 2, used)
	if other == want {
		t.Error("another seed writes the same bytes")
	}
	if got := f(1, 2, used); got != want {
		t.Error("a folder that held another simulation ends with other bytes")
	}
}

// The bytes are the same on every machine and in every release until they are
// meant to change; then this hash is renewed and the changelog says so.
func TestKnownBytes(t *testing.T) {
	c := small(1)
	c.Hours = 1
	c.Out = t.TempDir()
	if _, err := Write(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	const want = "da5ae35ac0c2249910f096ced0230835bbfa92a9ba8ad803f4e982f1f0995aa1"
	if got := treeHash(t, c.Out); got != want {
		t.Errorf("hash of the output %s, want %s", got, want)
	}
}

func TestWriteRefusesAForeignFolder(t *testing.T) {
	c := small(1)
	c.Out = t.TempDir()
	precious := filepath.Join(c.Out, "precious.txt")
	if err := os.WriteFile(precious, []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Write(context.Background(), c)
	if err == nil || !strings.Contains(err.Error(), "holds no earlier simulation") || !strings.Contains(err.Error(), c.Out) {
		t.Errorf("Write() error %v; want one that names the folder and the reason", err)
	}
	if readFile(t, precious) != "keep" {
		t.Error("the file in the folder was touched")
	}
}

// The whole output folder may be ingested: what is no log is left out.
func TestOnlyLogsAreListed(t *testing.T) {
	s := write(t, small(1))
	src := dir.New(s.dir)
	root, err := filepath.EvalSymlinks(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	err = src.List(context.Background(), func(o source.Object) error {
		name, err := filepath.Rel(root, o.Name)
		got[name] = true
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for name := range s.objects {
		want[name] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

// A simulation that was stopped says so, and may be written over.
func TestCancelled(t *testing.T) {
	c := small(1)
	c.Out = t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	c.Progress = func(done, _ int64) {
		if done == 3 {
			cancel()
		}
	}
	if _, err := Write(ctx, c); !errors.Is(err, context.Canceled) {
		t.Fatalf("Write() error %v, want context canceled", err)
	}
	if _, err := LoadTruth(c.Out); !errors.Is(err, ErrIncomplete) {
		t.Errorf("LoadTruth() error %v, want ErrIncomplete", err)
	}
	c.Progress = nil
	if _, err := Write(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	load(t, c.Out).checkTotals(t, "after a stop")
}

// Progress counts to its total, one step at a time.
func TestProgress(t *testing.T) {
	c := small(1)
	c.Out = t.TempDir()
	var last, of int64
	c.Progress = func(done, total int64) {
		if done != last+1 {
			t.Errorf("progress goes from %d to %d", last, done)
		}
		last, of = done, total
	}
	truth, err := Write(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(len(truth.Logs) * c.Hours); last != want || of != want {
		t.Errorf("progress ends at %d of %d, want %d", last, of, want)
	}
}

func TestValidate(t *testing.T) {
	good := small(1)
	good.Out = "somewhere"
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	bad := Config{Start: time.Date(2026, 1, 1, 0, 30, 1, 0, time.UTC), VMs: 3, Rate: -1}
	err := bad.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"no output folder", "2026-01-01T00:30:01Z is not a full minute", "hours is 0", "vms is 3", "rate is -1"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q:\n%v", part, err)
		}
	}
	if _, err := Write(context.Background(), bad); err == nil || !strings.HasPrefix(err.Error(), "cannot simulate: ") {
		t.Errorf("Write() error %v", err)
	}
}
