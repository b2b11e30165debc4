package dir

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weir/internal/source"
)

// tree makes files with these names in a new folder.
func tree(t testing.TB, names ...string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// below lists what a source of paths in root lists, by names in root, and calls
// each, if there is one, with every name when it is listed.
func below(t testing.TB, root string, each func(name string), paths ...string) []string {
	t.Helper()
	in := make([]string, len(paths))
	for i, path := range paths {
		in[i] = filepath.Join(root, path)
	}
	names := []string{}
	err := New(in...).List(context.Background(), func(o source.Object) error {
		name, err := filepath.Rel(root, o.Name)
		names = append(names, filepath.ToSlash(name))
		if each != nil {
			each(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestHourByHour holds the order over resources, containers and paths.
func TestHourByHour(t *testing.T) {
	const nsg, vnet = "nsg/resourceId=/A/", "vnet/flowLogResourceID=/B/"
	root := tree(t,
		nsg+"y=2025/m=12/d=31/h=23/m=00/macAddress=1/PT1H.json",
		nsg+"y=2026/m=01/d=01/h=00/m=00/macAddress=1/PT1H.json",
		nsg+"y=2026/m=01/d=01/h=00/m=00/macAddress=2/PT1H.json",
		nsg+"y=2026/m=01/d=10/h=09/m=00/macAddress=1/PT1H.json",
		nsg+"y=2026/m=01/d=10/h=10/m=00/macAddress=1/PT1H.json",
		nsg+"notes.json",
		vnet+"y=2026/m=01/d=01/h=00/m=00/macAddress=1/PT1H.json",
		vnet+"y=2026/m=1/d=2/h=3/m=00/macAddress=1/PT1H.json",
		vnet+"y=2026/m=01/d=10/h=10/m=00/macAddress=1/PT1H.json",
		vnet+"y=2026/m=01/d=10/h=09/m=00/macAddress=1/PT1H.json",
		// Names that tell no time come with the folder that they lie in.
		vnet+"y=2026/m=13/d=01/h=01/PT1H.json",
		vnet+"y=2026/m=01/d=10/h=24/PT1H.json",
		vnet+"y=2026/m=01/d=10/copy.json",
		vnet+"y=20x6/m=01/d=01/h=00/PT1H.json",
		"zone/moved/h=00/PT1H.json",
	)
	want := []string{
		nsg + "notes.json",
		vnet + "y=20x6/m=01/d=01/h=00/PT1H.json",
		"zone/moved/h=00/PT1H.json",
		nsg + "y=2025/m=12/d=31/h=23/m=00/macAddress=1/PT1H.json",
		vnet + "y=2026/m=13/d=01/h=01/PT1H.json",
		nsg + "y=2026/m=01/d=01/h=00/m=00/macAddress=1/PT1H.json",
		nsg + "y=2026/m=01/d=01/h=00/m=00/macAddress=2/PT1H.json",
		vnet + "y=2026/m=01/d=01/h=00/m=00/macAddress=1/PT1H.json",
		vnet + "y=2026/m=1/d=2/h=3/m=00/macAddress=1/PT1H.json",
		vnet + "y=2026/m=01/d=10/copy.json",
		vnet + "y=2026/m=01/d=10/h=24/PT1H.json",
		nsg + "y=2026/m=01/d=10/h=09/m=00/macAddress=1/PT1H.json",
		vnet + "y=2026/m=01/d=10/h=09/m=00/macAddress=1/PT1H.json",
		nsg + "y=2026/m=01/d=10/h=10/m=00/macAddress=1/PT1H.json",
		vnet + "y=2026/m=01/d=10/h=10/m=00/macAddress=1/PT1H.json",
	}
	f := func(want []string, paths ...string) {
		t.Helper()
		if diff := cmp.Diff(want, below(t, root, nil, paths...)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", paths, diff)
		}
	}
	f(want, ".")
	f(want, "nsg", "vnet", "zone")
	// Paths that lie in the layout themselves, and in each other, in any order.
	f([]string{want[4], want[5], want[6], want[7], want[9], want[10], want[11], want[12], want[14]},
		want[14], want[11], vnet+"y=2026/m=01/d=10/h=09", want[12], vnet+"y=2026/m=01/d=10", vnet+"y=2026/m=13",
		nsg+"y=2026/m=01/d=01", want[7])
}

// TestNothingIsLostOrDoubled holds what is listed to a plain walk over the same
// paths, for random trees with names that look like times and do not.
func TestNothingIsLostOrDoubled(t *testing.T) {
	dated := regexp.MustCompile(`^(?:.*/)?y=(\d{4})/m=(0[1-9]|1[0-2])/d=(0[1-9]|[12]\d|30|31)/h=([01]\d|2[0-3])/x\.json$`)
	names := rapid.SampledFrom([]string{
		"y=2025", "y=2026", "y=2026", "y=20x6", "y=99999", "y=", "m=01", "m=1", "m=11", "m=13", "m=00", "d=02", "d=31", "d=32",
		"h=00", "h=23", "h=24", "resourceId=", "a",
	})
	full := rapid.SampledFrom([]string{"", "a/", "b/", "a/y=2026/m=01/d=02/h=03/", "y=2026/"})
	file := rapid.SampledFrom([]string{"x.json", "x.json", "y.ndjson.gz", "notes.txt", "y=2026"})
	day := rapid.SampledFrom([]string{"d=02", "d=31"})
	at := rapid.SampledFrom([]string{"h=00", "h=09", "h=23"})
	name := rapid.Custom(func(t *rapid.T) string {
		if rapid.Bool().Draw(t, "dated") {
			year := rapid.SampledFrom([]string{"y=2025/m=12/", "y=2026/m=01/", "y=2026/m=11/"}).Draw(t, "year")
			return full.Draw(t, "in") + year + day.Draw(t, "day") + "/" + at.Draw(t, "hour") + "/x.json"
		}
		return full.Draw(t, "in") + strings.Join(append(rapid.SliceOfN(names, 0, 6).Draw(t, "folders"), file.Draw(t, "file")), "/")
	})
	rapid.Check(t, func(rt *rapid.T) {
		root := filepath.Join(t.TempDir(), "tree")
		defer os.RemoveAll(root)
		var folders []string
		for _, name := range rapid.SliceOfN(name, 1, 12).Draw(rt, "names") {
			path := filepath.Join(root, name)
			// What is a file already can be no folder, and the reverse.
			if os.MkdirAll(filepath.Dir(path), 0o755) == nil && os.WriteFile(path, nil, 0o600) == nil {
				folders = append(folders, filepath.Dir(path))
			}
		}
		paths := []string{root}
		for range rapid.IntRange(0, 3).Draw(rt, "paths") {
			paths = append(paths, rapid.SampledFrom(folders).Draw(rt, "path"))
		}
		if rapid.Bool().Draw(rt, "without root") && len(paths) > 1 {
			paths = paths[1:]
		}
		want := map[string]int{}
		for _, path := range paths {
			err := filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
				if err == nil && d.Type().IsRegular() && source.IsLog(path) {
					want[path] = 1
				}
				return err
			})
			if err != nil {
				rt.Fatal(err)
			}
		}
		got := map[string]int{}
		last := ""
		err := New(paths...).List(context.Background(), func(o source.Object) error {
			got[o.Name]++
			// Below one folder of a time alone: others may lie in one that is out of the order.
			if m := dated.FindStringSubmatch(strings.TrimPrefix(o.Name, root)); m != nil && strings.Count(o.Name, "y=") == 1 {
				if now := strings.Join(m[1:], " "); now < last {
					rt.Errorf("%s comes after what is of %s", o.Name, last)
				} else {
					last = now
				}
			}
			return nil
		})
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Errorf("%v (-want +got):\n%s", paths, diff)
		}
	})
}

// TestFoldersAloneAreKept holds that of a long time over many resources no list
// of objects is in memory.
func TestFoldersAloneAreKept(t *testing.T) {
	const resources, days = 6, 8
	var names []string
	long := strings.Repeat("RESOURCEGROUPS-", 15)
	for r := range resources {
		for d := range days {
			for h := range 24 {
				names = append(names, fmt.Sprintf("%s%d/y=2026/m=11/d=%02d/h=%02d/PT1H.json", long, r, d+1, h))
			}
		}
	}
	root := tree(t, names...)
	names = nil
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	w := walk{source: New(), ctx: t.Context(), named: map[string]bool{}, ignored: ignores{}}
	listed, most, before, after := 0, 0, heap(), int64(0)
	w.yield = func(source.Object) error {
		most = max(most, len(w.turns.waiting))
		if listed++; listed == resources*days*24 {
			after = heap()
		}
		return nil
	}
	if err := w.all([]string{root}); err != nil || listed != resources*days*24 {
		t.Fatalf("%d objects are listed: %v", listed, err)
	}
	if bound := resources * (days + 24); most > bound {
		t.Errorf("%d folders wait for their turn, want at most %d: the days of a month and the hours of a day", most, bound)
	}
	if after-before > 200<<10 {
		t.Errorf("after %d objects with names of %d bytes the heap is %d KB larger", listed, len(long), (after-before)>>10)
	}
}

// TestWhatBecomesOfWaitingFolders changes folders between the time when they
// were found and their turn.
func TestWhatBecomesOfWaitingFolders(t *testing.T) {
	object := func(resource, hour string) string { return resource + "/y=2026/m=01/" + hour + "/m=00/PT1H.json" }
	all := []string{
		object("a", "d=01/h=00"), object("b", "d=01/h=00"), object("a", "d=01/h=01"), object("b", "d=01/h=01"),
		object("a", "d=01/h=02"), object("a", "d=02/h=00"), object("b", "d=03/h=00"),
	}
	root := tree(t, all...)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	replace := func(name string, by func(path string) error) {
		t.Helper()
		path := filepath.Join(root, name)
		must(os.RemoveAll(path))
		must(by(path))
	}
	got := below(t, root, func(name string) {
		if name != filepath.FromSlash(all[0]) {
			return
		}
		replace("a/y=2026/m=01/d=01/h=01", func(string) error { return nil })
		replace("b/y=2026/m=01/d=01/h=01", func(path string) error { return os.Symlink(root, path) })
		replace("a/y=2026/m=01/d=01/h=02", func(path string) error { return os.WriteFile(path, nil, 0o600) })
		replace("a/y=2026/m=01/d=02", func(string) error { return nil })
		must(os.MkdirAll(filepath.Join(root, "b/y=2026/m=01/d=03/h=01"), 0o755)) // it grows meanwhile
		must(os.WriteFile(filepath.Join(root, "b/y=2026/m=01/d=03/h=01/PT1H.json"), nil, 0o600))
	}, ".")
	want := []string{all[0], all[1], all[6], "b/y=2026/m=01/d=03/h=01/PT1H.json"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("List() (-want +got):\n%s", diff)
	}
}

// TestFaultsOfWaitingFolders holds that a fault in a folder of a day is told by
// its name, and hides nothing of other days.
func TestFaultsOfWaitingFolders(t *testing.T) {
	root := tree(t, "a/y=2026/m=01/d=01/h=00/x.json", "a/y=2026/m=01/d=02/h=00/x.json", "b/y=2026/m=01/d=01/h=01/x.json")
	shut := filepath.Join(root, "a/y=2026/m=01/d=01", ignoreFile)
	if err := os.WriteFile(shut, []byte("[a-"), 0o600); err != nil {
		t.Fatal(err)
	}
	var names []string
	err := New(root).List(t.Context(), func(o source.Object) error { names = append(names, o.Name); return nil })
	if err == nil || !strings.Contains(err.Error(), shut) || len(names) != 2 {
		t.Errorf("%d objects, error %v", len(names), err)
	}
}

// TestIgnoreFilesOfTimes holds that an ignore file speaks for what waits, too.
func TestIgnoreFilesOfTimes(t *testing.T) {
	root := tree(t, "a/y=2026/m=01/d=01/h=00/x.json", "a/y=2026/m=02/d=01/h=00/x.json", "a/y=2025/m=02/d=01/h=00/x.json")
	for folder, content := range map[string]string{"a": "y=2025\n", "a/y=2026": "m=01\n"} {
		if err := os.WriteFile(filepath.Join(root, folder, ignoreFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := below(t, root, nil, "."); !slices.Equal(got, []string{"a/y=2026/m=02/d=01/h=00/x.json"}) {
		t.Errorf("listed %v", got)
	}
	if got := below(t, root, nil, ".", "a/y=2025"); len(got) != 2 {
		t.Errorf("a folder that is named itself is ignored: %v", got)
	}
}

// BenchmarkList compares a listing with a plain walk that looks at every file.
func BenchmarkList(b *testing.B) {
	var names []string
	for r := range 40 {
		for d := range 10 {
			for h := range 24 {
				names = append(names, fmt.Sprintf("resource-%d/y=2026/m=11/d=%02d/h=%02d/m=00/macAddress=1/PT1H.json", r, d+1, h))
			}
		}
	}
	root := tree(b, names...)
	b.Run("walk", func(b *testing.B) {
		for b.Loop() {
			err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
				if err == nil && d.Type().IsRegular() {
					_, err = d.Info()
				}
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			if n := len(below(b, root, nil, ".")); n != len(names) {
				b.Fatalf("%d objects", n)
			}
		}
	})
}
