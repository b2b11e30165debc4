package config

import (
	"errors"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var rewrite = flag.Bool("rewrite", false, "write what the golden tests got as what they expect")

// golden compares got with the file beside the input.
func golden(t *testing.T, input, got string) {
	t.Helper()
	file := strings.TrimSuffix(input, ".yaml") + ".expected"
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(list) == 0 {
		t.Fatalf("no files %s (%v)", pattern, err)
	}
	return list
}

// machine is one of 8 GB.
var machine = Machine{Memory: 8 << 30, Free: 100 << 30}

func TestGood(t *testing.T) {
	for _, file := range files(t, "*.good.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			c, err := Load(file)
			if err != nil {
				t.Fatal(err)
			}
			if c.Data == "" {
				c.Data = "/home/u/.local/share/weir"
			}
			var b strings.Builder
			if err := c.Show(&b, machine); err != nil {
				t.Fatal(err)
			}
			golden(t, file, b.String())

			// What Show writes means the same when it is read.
			again := Default()
			if err := again.parse(file, []byte(b.String())); err != nil {
				t.Fatal(err)
			}
			var second strings.Builder
			if err := again.Show(&second, machine); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(values(b.String()), values(second.String())); diff != "" {
				t.Errorf("shown, read and shown again (-first +second):\n%s", diff)
			}
		})
	}
}

// values drops the comments, which say where a value came from.
func values(shown string) string {
	var lines []string
	for l := range strings.Lines(shown) {
		before, _, _ := strings.Cut(l, " # ")
		lines = append(lines, strings.TrimSpace(before))
	}
	return strings.Join(lines, "\n")
}

func TestBad(t *testing.T) {
	for _, file := range files(t, "*.bad.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			_, err := Load(file)
			var bad *Error
			if !errors.As(err, &bad) {
				t.Fatalf("Load(%s) = %v, not an *Error", file, err)
			}
			var b strings.Builder
			for _, f := range bad.Faults {
				b.WriteString(filepath.ToSlash(f.String()) + "\n")
			}
			golden(t, file, b.String())
		})
	}
}

func TestSet(t *testing.T) {
	good := func(key, value string, get func(*Config) any, want any) {
		t.Helper()
		c := Default()
		if err := c.Set(key, value, "--"+key); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want, get(c)); diff != "" {
			t.Errorf("%s=%s (-want +got):\n%s", key, value, diff)
		}
		if got, want := c.Origin(key), "--"+key; got != want {
			t.Errorf("Origin(%s) = %s, want %s", key, got, want)
		}
	}
	good("interval", "60m", func(c *Config) any { return c.Interval }, time.Hour)
	good("listen", "[::1]:0", func(c *Config) any { return c.Listen }, "[::1]:0")
	good("log-level", "warn", func(c *Config) any { return c.LogLevel }, slog.LevelWarn)
	good("workers", "2", func(c *Config) any { return c.Workers }, 2)

	bad := func(key, value, want string) {
		t.Helper()
		err := Default().Set(key, value, "--"+key)
		if err == nil || err.Error() != want {
			t.Errorf("Set(%s, %s) = %v, want %s", key, value, err, want)
		}
	}
	bad("interval", "7m", `interval: "7m" is none of 1m, 10m and 60m`)
	bad("listen", "nowhere", `listen: "nowhere" is not HOST:PORT such as 127.0.0.1:8750`)
	bad("poll-interval", "1ms", `poll-interval: "1ms" is not between 100ms and 24h`)
	bad("workers", "-1", `workers: "-1" is not a whole number from 0 to 256`)
}

func TestRelativePathsStartAtTheFile(t *testing.T) {
	folder := t.TempDir()
	home := t.TempDir()
	t.Setenv("HOME", home)
	file := filepath.Join(folder, "weir.yaml")
	text := "data: store\nsources:\n  - folder: ../logs\n  - folder: ~/more\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	got := append([]string{c.Data}, c.Folders()...)
	want := []string{filepath.Join(folder, "store"), filepath.Join(filepath.Dir(folder), "logs"), filepath.Join(home, "more")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}

	err = c.Verify(file, Checks{})
	var bad *Error
	if !errors.As(err, &bad) || len(bad.Faults) != 2 || bad.Faults[0].Line != 3 || bad.Faults[1].Line != 4 {
		t.Errorf("Verify names not the two missing folders in lines 3 and 4: %v", err)
	}
}

func TestMissingFile(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "absent.yaml"))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Load of an absent file: %v", err)
	}
}

func TestDataFolder(t *testing.T) {
	f := func(goos string, env map[string]string, want string) {
		t.Helper()
		got, err := dataFolder(goos, func(k string) string { return env[k] })
		if err != nil {
			got = "error"
		}
		if filepath.ToSlash(got) != want {
			t.Errorf("dataFolder(%s, %v) = %s, want %s", goos, env, got, want)
		}
	}
	f("linux", map[string]string{"HOME": "/home/u"}, "/home/u/.local/share/weir")
	f("linux", map[string]string{"HOME": "/home/u", "XDG_DATA_HOME": "/data"}, "/data/weir")
	// The XDG specification says that a relative path is to be ignored.
	f("linux", map[string]string{"HOME": "/home/u", "XDG_DATA_HOME": "data"}, "/home/u/.local/share/weir")
	f("darwin", map[string]string{"HOME": "/Users/u"}, "/Users/u/Library/Application Support/weir")
	f("windows", map[string]string{"LOCALAPPDATA": "/L"}, "/L/weir")
	f("linux", nil, "error")
}

// Secrets come from the environment, and one that is missing is said.
func TestHeader(t *testing.T) {
	t.Setenv("WEIR_TEST_KEY", "swordfish")
	t.Setenv("WEIR_TEST_EMPTY", "")
	f := Feed{Name: "one", Headers: map[string]string{"Auth-Key": "Bearer ${WEIR_TEST_KEY}", "Accept": "$5"}}
	got, err := f.Header()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"Auth-Key": "Bearer swordfish", "Accept": "$5"}, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	f.Headers["X-Other"] = "${WEIR_TEST_EMPTY}"
	c := Default()
	c.Threat.Feeds = []Feed{f}
	err = c.Verify("weir.yaml", Checks{})
	if err == nil || !strings.Contains(err.Error(), "the header X-Other of the feed one needs the environment variable WEIR_TEST_EMPTY, which is not set") {
		t.Errorf("a variable that is empty: %v", err)
	}
}

// Files that no configuration is end at once, with a word for what they are.
func TestMonsters(t *testing.T) {
	dir := t.TempDir()
	f := func(name string, make func(path string) error, want string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := make(path); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %q and the path", name, err, want)
		}
	}
	text := func(text string) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte(text), 0o600) }
	}
	f("brackets", text(strings.Repeat("[", 100_000)), ":1: it is nested more than 64 levels deep")
	f("braces", text("data:\n"+strings.Repeat("{a: ", 100_000)), ":2: it is nested more than 64 levels deep")
	f("lists", text(strings.Repeat("- ", 100_000)), ":1: it is nested more than 64 levels deep")
	f("keys", text(strings.Repeat("? ", 100_000)), ":1: it is nested more than 64 levels deep")
	f("large", text(strings.Repeat("# nothing\n", 200_000)), "it is larger than 1 MiB")
	f("aliases", text("data: &a [x, x]\nsources: [*a, *a, *a]\n"), "uses an anchor, an alias or a tag")
	f("archive", text("PK\x03\x04 and so on"), "this is a zip archive")
	f("pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }, "it is a named pipe: give a regular file")
	f("folder", func(path string) error { return os.Mkdir(path, 0o700) }, "it is a folder: give a regular file")
	f("device", func(path string) error { return os.Symlink("/dev/zero", path) }, "it is a device: give a regular file")
}
