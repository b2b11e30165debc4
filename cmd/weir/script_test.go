package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	if into := os.Getenv(peakFile); into != "" {
		os.Exit(childPeak(into))
	}
	testscript.Main(m, map[string]func(){"weir": main})
}

// TestScript runs every command as a user would: testdata/script/*.txtar.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("XDG_DATA_HOME", "")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":        exits,
			"unprivileged": unprivileged,
			"background":   background,
			"waitfor":      waitFor,
			"interrupt":    interrupt,
			"fetch":        fetch,
			"lines":        lines,
			"grow":         grow,
			"pack":         pack,
		},
	})
}

// environment returns the variables of a script that matter to us.
func environment(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "XDG_DATA_HOME", "TMPDIR", "WORK", "GOCOVERDIR"} {
		if v := ts.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}

func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	c := exec.Command("/proc/self/exe")
	if args[0] != "weir" {
		ts.Fatalf("only weir can be run, not %s", args[0])
	}
	// The test binary is weir where it is started under that name.
	if path, err := exec.LookPath("weir"); err == nil {
		c = exec.Command(path)
	}
	c.Args = args
	c.Dir = ts.MkAbs(".")
	c.Env = environment(ts)
	return c
}

// exits CODE weir ARG... runs weir, which must end with that exit code and,
// where that is not 0, with exactly one line on stderr.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE weir ARG...")
	}
	runExits(ts, command(ts, args[1:]), args[0])
}

func runExits(ts *testscript.TestScript, c *exec.Cmd, code string) {
	var stderr bytes.Buffer
	c.Stdout, c.Stderr = ts.Stdout(), io.MultiWriter(ts.Stderr(), &stderr)
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	if got := strconv.Itoa(c.ProcessState.ExitCode()); got != code {
		ts.Fatalf("exit code %s, want %s\n%s", got, code, stderr.String())
	}
	if text := stderr.String(); code != "0" && (strings.Count(text, "weir: ") != 1 || !strings.HasPrefix(text[strings.LastIndex(strings.TrimSpace(text), "\n")+1:], "weir: ")) {
		ts.Fatalf("stderr does not end with one line of the error:\n%s", text)
	}
}

// unprivileged CODE weir ARG... is exits, as a user whom permissions bind,
// also where the tests run as root.
func unprivileged(ts *testscript.TestScript, neg bool, args []string) {
	c := command(ts, args[1:])
	if os.Getuid() == 0 {
		const nobody = 65534
		for dir := ts.MkAbs("."); dir != filepath.Dir(os.TempDir()) && dir != "/"; dir = filepath.Dir(dir) {
			info, err := os.Stat(dir)
			ts.Check(err)
			if dir != os.TempDir() {
				ts.Check(os.Chmod(dir, info.Mode()|0o055))
			}
		}
		c.Path = "/proc/self/exe" // the folder of the binary is closed to others
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	runExits(ts, c, args[0])
}

// background NAME weir ARG... starts weir; its output goes to NAME.out and NAME.err.
func background(ts *testscript.TestScript, neg bool, args []string) {
	c := command(ts, args[1:])
	out, err := os.Create(ts.MkAbs(args[0] + ".out"))
	ts.Check(err)
	errs, err := os.Create(ts.MkAbs(args[0] + ".err"))
	ts.Check(err)
	c.Stdout, c.Stderr = out, errs
	ts.Check(c.Start())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".pid"), []byte(strconv.Itoa(c.Process.Pid)), 0o644))
	ended := make(chan struct{})
	go func() {
		_ = c.Wait()
		_ = os.WriteFile(out.Name()+".code", []byte(strconv.Itoa(c.ProcessState.ExitCode())), 0o644)
		close(ended)
	}()
	ts.Defer(func() {
		_ = c.Process.Kill()
		<-ended
		ts.Check(errors.Join(out.Close(), errs.Close()))
	})
}

// patience is how long a script waits for what must happen.
const patience = 90 * time.Second

// waitFor FILE REGEXP waits until the file holds a match.
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	want := regexp.MustCompile("(?m)" + args[1])
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && want.Match(text) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s never matched %q: %s", args[0], args[1], text)
		}
	}
}

// interrupt NAME CODE sends SIGINT to what was started in the background; it must
// end with that exit code.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	pid, err := strconv.Atoi(ts.ReadFile(args[0] + ".pid"))
	ts.Check(err)
	ts.Check(syscall.Kill(pid, syscall.SIGINT))
	waitFor(ts, false, []string{args[0] + ".out.code", "^-?[0-9]+$"})
	if got := ts.ReadFile(args[0] + ".out.code"); got != args[1] {
		ts.Fatalf("exit code %s, want %s\n%s", got, args[1], ts.ReadFile(args[0]+".err"))
	}
}

// fetch NAME PATH gets a path from the address that NAME printed first.
func fetch(ts *testscript.TestScript, neg bool, args []string) {
	waitFor(ts, false, []string{args[0] + ".out", "^http://.*/\n"})
	base, _, _ := strings.Cut(ts.ReadFile(args[0]+".out"), "\n")
	res, err := http.Get(base + strings.TrimPrefix(args[1], "/"))
	ts.Check(err)
	defer res.Body.Close()
	_, err = io.Copy(ts.Stdout(), res.Body)
	ts.Check(err)
	if (res.StatusCode != http.StatusOK) != neg {
		ts.Fatalf("%s: %s", args[1], res.Status)
	}
}

// lines FILE N checks the number of lines; FILE may be stdout or stderr.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if got := strconv.Itoa(strings.Count(ts.ReadFile(args[0]), "\n")); got != args[1] {
		ts.Fatalf("%s has %s lines, want %s", args[0], got, args[1])
	}
}

// grow FILE BYTES makes a file that long with zeros that take no space.
func grow(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), nil, 0o644))
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// pack FILE INTO CUT compresses a file with gzip and leaves the last CUT bytes out.
func pack(ts *testscript.TestScript, neg bool, args []string) {
	cut, err := strconv.Atoi(args[2])
	ts.Check(err)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err = io.WriteString(z, ts.ReadFile(args[0]))
	ts.Check(errors.Join(err, z.Close()))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b.Bytes()[:b.Len()-cut], 0o644))
}
