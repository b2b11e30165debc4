package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"weir/internal/pipeline"
	"weir/internal/simulate"
)

// monsters want more memory than there is: in the engine, beside it, at once and
// little by little.
var monsters = []string{
	"SELECT list(range) FROM range(500000000)",
	"SELECT list_sum(range(400000000))",
	"SELECT histogram(range::VARCHAR) FROM range(50000000)",
}

// TestMonstersAlone asks monsters in SQL of a weir serve with little memory, while
// the page is loaded and logs are read. The monsters are stopped and say what to
// do; the page and the ingest do not notice.
func TestMonstersAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this simulates logs and fills memory")
	}
	logs, data := t.TempDir(), t.TempDir()
	c := simulate.DefaultConfig()
	c.Out, c.Hours, c.VMs = logs, 2, 60
	if _, err := simulate.Write(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "weir.yaml")
	if err := os.WriteFile(config, []byte("data: "+data+"\nmemory: 512MB\nlisten: 127.0.0.1:0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	page := serveChild(t, config)

	ctx, enough := context.WithCancel(t.Context())
	var monstrous sync.WaitGroup
	for _, monster := range monsters {
		monstrous.Go(func() {
			for first := true; first || ctx.Err() == nil; first = false {
				_, err := weirChild(t.Context(), "sql", "--config", config, monster)
				const want = "the question wanted more than 384 MB of memory: ask for a shorter time range, fewer columns or shorter lists, or give the store more with memory and spill in the configuration"
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%s: %v, want %q", monster, err, want)
				}
			}
		})
	}
	var others sync.WaitGroup
	others.Go(func() { // the ingest
		out, err := weirChild(t.Context(), append([]string{"ingest", "--config", config, "--format", "json"}, simulate.LogFolders(logs)...)...)
		var s pipeline.Summary
		if err == nil {
			err = json.Unmarshal(out, &s)
		}
		if err != nil || s.Failed > 0 || s.Tuples == 0 {
			t.Errorf("ingest: %v: %s", err, out)
		}
	})
	for _, path := range []string{"status", "traffic", "top/hosts", "top/conversations", "top/ports", "top/rules", "objects", "rejects", "store"} {
		others.Go(func() { // the page
			for range 10 {
				if err := fetchOK(t.Context(), page+"api/v1/"+path); err != nil {
					t.Error(err)
				}
			}
		})
	}
	others.Wait()
	enough()
	monstrous.Wait()
	if out, err := weirChild(t.Context(), "sql", "--config", config, "--format", "csv", "SELECT sum(tuples) - (SELECT sum(records) FROM flows) FROM objects"); err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), "\n0") {
		t.Errorf("what was read and what is stored differ: %s, %v", out, err)
	}
}

// weirChild runs weir in a process of its own and returns its standard output.
func weirChild(ctx context.Context, args ...string) ([]byte, error) {
	c := exec.CommandContext(ctx, "/proc/self/exe")
	c.Args = append([]string{"weir"}, args...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		err = fmt.Errorf("weir %s: %w: %s", args[0], err, stderr.String())
	}
	return out, err
}

// serveChild starts weir serve and returns where its page is; it ends with the
// test, which fails where it ended before.
func serveChild(t *testing.T, config string) string {
	t.Helper()
	c := exec.Command("/proc/self/exe")
	c.Args = []string{"weir", "serve", "--config", config}
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		logMemory(t, c.Process.Pid)
		_ = c.Process.Signal(os.Interrupt)
		if err := c.Wait(); err != nil {
			t.Errorf("weir serve: %v: %s", err, stderr.String())
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("weir serve says no address: %v: %s", err, stderr.String())
	}
	return strings.TrimSpace(line)
}

// logMemory notes the most memory that a process had.
func logMemory(t *testing.T, pid int) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	peak, _, _ = strings.Cut(peak, "\n")
	t.Logf("weir serve had at most %s of memory", strings.TrimSpace(peak))
}

// fetchOK fetches what must be there.
func fetchOK(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	start := time.Now()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s = %d after %v: %v: %s", url, res.StatusCode, time.Since(start), err, body)
	}
	return nil
}
