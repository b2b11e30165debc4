// Package azuritetest gives tests storage accounts of a real server: Azurite,
// Microsoft's own, which runs on Node.js and comes with the packages of ui.
package azuritetest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	accounts = 500 // tests that one binary can run; Azurite wants their names at its start
	patience = time.Minute
	// key is that of every account, 64 bytes as in Azure: there is nothing to protect.
	key = "d2VpciB0ZXN0IGtleSB3ZWlyIHRlc3Qga2V5IHdlaXIgdGVzdCBrZXkgd2VpciB0ZXN0IGtleSBfX19fX19fXw=="
	// untilInputEnds makes the server end with the process that holds the other
	// end of its input, whatever way that one goes.
	untilInputEnds = `data:text/javascript,process.stdin.resume().on("end",()=>process.exit())`
)

// Account is a storage account that was empty when the test got it.
type Account struct {
	Name, Key string
	// Blob and Queue are the endpoints, http://127.0.0.1:PORT/NAME.
	Blob, Queue      string
	ConnectionString string
}

// Start returns an empty account that is the test's alone. All accounts of a
// test binary are of one server, which starts with the first and ends with the
// binary. Where there is no Node.js or no Azurite the test is skipped with a
// message, or fails where CI=true.
func Start(t testing.TB) *Account {
	t.Helper()
	s, err := start()
	if err != nil {
		refuse(t, err)
	}
	n := taken.Add(1)
	if n > accounts {
		t.Fatalf("more than %d tests want an account of Azurite: raise the number in internal/source/azuritetest", accounts)
	}
	a := &Account{Name: name(n), Key: key}
	a.Blob, a.Queue = s.blob+"/"+a.Name, s.queue+"/"+a.Name
	a.ConnectionString = "DefaultEndpointsProtocol=http;AccountName=" + a.Name + ";AccountKey=" + key +
		";BlobEndpoint=" + a.Blob + ";QueueEndpoint=" + a.Queue + ";"
	return a
}

// refuse ends a test that has no server.
func refuse(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, errMissing) && os.Getenv("CI") != "true" {
		t.Skip(err)
	} else {
		t.Fatal(err)
	}
}

// server is where Azurite listens. It holds the input open: a forgotten file is closed.
type server struct {
	blob, queue string
	input       io.Closer
}

var (
	errMissing = errors.New("this test needs Azurite, a storage server")
	start      = sync.OnceValues(startServer)
	taken      atomic.Int64
	listening  = regexp.MustCompile(`Azurite (Blob|Queue) service is successfully listening at (http://\S+)`)
)

func name(n int64) string { return fmt.Sprintf("weir%03d", n) }

func startServer() (*server, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, fmt.Errorf("%w: Node.js is not installed", errMissing)
	}
	script, err := find()
	if err != nil {
		return nil, err
	}
	var known strings.Builder
	for n := range int64(accounts) {
		known.WriteString(name(n+1) + ":" + key + ";")
	}
	c := exec.Command(node, "--import", untilInputEnds, script,
		"--blobPort", "0", "--queuePort", "0", "--tablePort", "0", // any that is free
		"--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent")
	c.Env = append(os.Environ(), "AZURITE_ACCOUNTS="+known.String())
	input, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.Stderr = c.Stdout
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("cannot start Azurite: %w", err)
	}
	late := time.AfterFunc(patience, func() { c.Process.Kill() })
	defer late.Stop()
	s := server{input: input}
	var said strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if m := listening.FindStringSubmatch(lines.Text()); m != nil {
			if m[1] == "Blob" {
				s.blob = m[2]
			} else {
				s.queue = m[2]
			}
		}
		if s.blob != "" && s.queue != "" {
			go io.Copy(io.Discard, out)
			return &s, nil
		}
	}
	return nil, fmt.Errorf("cannot start Azurite: %w\n%s", c.Wait(), said.String())
}

// find returns Azurite's script in the packages of ui.
func find() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod above the package under test")
		}
		dir = filepath.Dir(dir)
	}
	script := filepath.Join(dir, "ui", "node_modules", "azurite", "dist", "src", "azurite.js")
	if _, err := os.Stat(script); err != nil {
		return "", fmt.Errorf("%w: it is not in ui/node_modules (npm --prefix ui ci)", errMissing)
	}
	return script, nil
}
