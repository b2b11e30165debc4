package dir

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/source"
)

func list(t *testing.T, s *Source) []string {
	t.Helper()
	names := []string{}
	err := s.List(context.Background(), func(o source.Object) error {
		if r, err := o.Open(context.Background(), 0); err != nil {
			t.Error(err)
		} else {
			r.Close()
		}
		names = append(names, filepath.Base(filepath.Dir(o.Name))+"/"+filepath.Base(o.Name))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestList(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"m=03/m=00/PT1H.json", "b/x.JSON.gz", "b/notes.txt", "b/y.ndjson", "c/extra.log"} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("{}"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(root, filepath.Join(root, "b", "loop.json")); err != nil {
		t.Fatal(err)
	}
	s := New(root, filepath.Join(root, "c", "extra.log"), filepath.Join(root, "b"))
	want := []string{"m=00/PT1H.json", "c/extra.log", "b/x.JSON.gz", "b/y.ndjson"}
	if diff := cmp.Diff(want, list(t, s)); diff != "" {
		t.Errorf("List() (-want +got):\n%s", diff)
	}
	if s.Skipped() != 2 {
		t.Errorf("skipped %d files, want 2: notes.txt and the link, each once", s.Skipped())
	}
}

// TestLinksAreNotFollowed holds that a file is read once, however many links
// lead to it, and that links which lead nowhere or in circles hurt nobody.
func TestLinksAreNotFollowed(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "b.json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"a.json": "b.json", "loop.json": "loop.json", "nowhere.json": "nothing", "z": "."} {
		if err := os.Symlink(to, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{filepath.Base(root) + "/b.json"}
	if diff := cmp.Diff(want, list(t, New(root, filepath.Join(root, "a.json"), filepath.Join(root, "z")))); diff != "" {
		t.Errorf("List() (-want +got):\n%s", diff)
	}
}

// TestFaultsDoNotHideTheRest lists what can be listed, and says at the end
// what could not.
func TestFaultsDoNotHideTheRest(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{"a/.weirignore": "[a-", "a/a.json": "", "b/b.json": ""} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	err := New(filepath.Join(root, "missing"), os.DevNull, root).List(context.Background(), func(o source.Object) error {
		names = append(names, filepath.Base(o.Name))
		return nil
	})
	if diff := cmp.Diff([]string{"b.json"}, names); diff != "" {
		t.Errorf("List() (-want +got):\n%s", diff)
	}
	for _, fault := range []string{"missing", "[a-", os.DevNull} {
		if err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("error %v does not name %s", err, fault)
		}
	}
}

// TestPipesAreRefused holds that what is no file is told by its kind, and that
// nobody waits for a pipe to which nobody writes: named itself, in a folder,
// through a link, as the ignore file, and where it took the place of a file
// after that was listed.
func TestPipesAreRefused(t *testing.T) {
	root := t.TempDir()
	pipe := func(name string) string {
		path := filepath.Join(root, name)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	in := pipe("in.json")
	for name, to := range map[string]string{"a.json": in, "zero": "/dev/zero"} {
		if err := os.Symlink(to, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "b.json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var found []source.Object
	collect := func(o source.Object) error { found = append(found, o); return nil }
	for path, kind := range map[string]string{in: "a named pipe", filepath.Join(root, "a.json"): "a named pipe", filepath.Join(root, "zero"): "a device"} {
		err := New(path).List(t.Context(), collect)
		if err == nil || !strings.Contains(err.Error(), kind) || len(found) > 0 {
			t.Errorf("%s: error %v, %d objects", path, err, len(found))
		}
	}
	if err := New(root).List(t.Context(), collect); err != nil || len(found) != 1 {
		t.Fatalf("the folder: error %v, %d objects", err, len(found))
	}
	if err := os.Remove(found[0].Name); err != nil {
		t.Fatal(err)
	}
	pipe("b.json")
	if _, err := found[0].Open(t.Context(), 0); err == nil || !strings.Contains(err.Error(), "a named pipe") {
		t.Errorf("a file that became a pipe: error %v", err)
	}
	pipe(".weirignore")
	if err := New(root).List(t.Context(), collect); err == nil || !strings.Contains(err.Error(), "a named pipe") {
		t.Errorf("an ignore file that is a pipe: error %v", err)
	}
}

func TestIgnoreFile(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{
		".weirignore": "# not logs\ntruth*\n\ninventory\n", "truth.json": "", "a.json": "",
		"inventory/x.json": "", "sub/truth.json": "",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := New(root)
	want := []string{filepath.Base(root) + "/a.json", "sub/truth.json"}
	if diff := cmp.Diff(want, list(t, s)); diff != "" {
		t.Errorf("List() (-want +got):\n%s", diff)
	}
	named := New(filepath.Join(root, "truth.json"))
	if got := list(t, named); len(got) != 1 {
		t.Errorf("a file that is named itself is ignored: %v", got)
	}
	if err := os.WriteFile(filepath.Join(root, ".weirignore"), []byte("[a-"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := New(root).List(context.Background(), func(source.Object) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "[a-") {
		t.Errorf("a bad pattern: %v", err)
	}
}

func TestListMissing(t *testing.T) {
	err := New(filepath.Join(t.TempDir(), "nowhere")).List(context.Background(), func(source.Object) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "nowhere") || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("List of a missing folder: %v", err)
	}
}

func TestETagChangesWithContent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	tag := func(content string) string {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		var tag string
		if err := New(path).List(context.Background(), func(o source.Object) error { tag = o.ETag; return nil }); err != nil {
			t.Fatal(err)
		}
		return tag
	}
	if a, b := tag("{}"), tag("{}\n"); a == b {
		t.Errorf("the same ETag %s for different content", a)
	}
}
