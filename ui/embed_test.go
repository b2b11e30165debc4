package ui

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestBuilt(t *testing.T) {
	f := func(name string, tree fstest.MapFS, want bool) {
		t.Helper()
		page, got := built(tree)
		if got != want {
			t.Errorf("%s: built = %v, want %v", name, got, want)
		}
		if !got {
			if page != nil {
				t.Errorf("%s: a page that is not built must be nil", name)
			}
			return
		}
		if _, err := fs.ReadFile(page, "index.html"); err != nil {
			t.Errorf("%s: cannot read index.html at the top: %v", name, err)
		}
	}

	// A fresh checkout: only the .gitignore that keeps the folder.
	f("not built", fstest.MapFS{"dist/.gitignore": {}}, false)
	// A build that stopped half way.
	f("no index", fstest.MapFS{"dist/app/assets/a.js": {}}, false)
	// A whole build.
	f("built", fstest.MapFS{"dist/app/index.html": {}, "dist/app/assets/a.js": {}}, true)
}

// TestFS holds the page inside this test binary to the folder beside it, in
// whichever of the two states the folder is.
func TestFS(t *testing.T) {
	_, err := os.Stat("dist/app/index.html")
	onDisk := err == nil

	page, embedded := FS()
	if embedded != onDisk {
		t.Fatalf("page embedded = %v, page in dist/app = %v", embedded, onDisk)
	}
	if !embedded {
		return
	}

	want, err := os.ReadFile("dist/app/index.html")
	if err != nil {
		t.Fatal(err)
	}
	got, err := fs.ReadFile(page, "index.html")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("the embedded index.html is not the one in dist/app")
	}
	err = fs.WalkDir(page, ".", func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".map") {
			t.Errorf("%s: source maps do not belong in the binary", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
