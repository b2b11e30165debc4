package shared

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// recorder is a test that remembers how it ended.
type recorder struct {
	testing.TB
	end string
}

func (r *recorder) Helper() {}

func (r *recorder) Skipf(format string, args ...any) {
	r.end = "skipped: " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.end = "failed: " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// A clone without the folder skips and says what is missing; only where the
// folder is required does its absence fail, CI or not.
func TestPathOfWhatIsAbsent(t *testing.T) {
	tree := filepath.Join(t.TempDir(), "tree")
	below := filepath.Join(tree, "internal", "room")
	if err := os.MkdirAll(below, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(tree, "go.mod"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(below)
	f := func(required, ci, name, want string) {
		t.Helper()
		t.Setenv("WEIR_SHARED", required)
		t.Setenv("CI", ci)
		r := &recorder{TB: t}
		done := make(chan string)
		go func() {
			path := "Goexit"
			defer func() { done <- path }()
			path = Path(r, name)
		}()
		if path := <-done; r.end == "" {
			r.end = "found " + path
		}
		if !strings.HasPrefix(r.end, want) {
			t.Errorf("Path(%q) with WEIR_SHARED=%q CI=%q: %s, want %s", name, required, ci, r.end, want)
		}
	}
	const message = "this test needs ../shared/data/azure-nsg, which is not part of the tree"
	f("", "", "data/azure-nsg", "skipped: "+message)
	f("", "true", "data/azure-nsg", "skipped: "+message)
	f("required", "", "data/azure-nsg", "failed: "+message)

	real := filepath.Join(filepath.Dir(tree), "shared", "data", "azure-nsg")
	if err := os.MkdirAll(real, 0o755); err != nil {
		t.Fatal(err)
	}
	f("required", "true", "data/azure-nsg", "found "+real)
	f("", "", "data/azure-nsg", "found "+real)
}
