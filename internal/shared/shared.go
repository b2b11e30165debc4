// Package shared finds the real inputs for tests: published flow logs, recorded
// answers of Azure, feeds, schemas. They are not part of this tree; who has them
// keeps them in the folder "shared" beside it.
package shared

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// required is the value of WEIR_SHARED with which a missing input is a failure.
// The automatic check sets it where it has the folder, so that no test is left
// out there in silence; any other clone of the tree passes without the folder.
const required = "required"

// Path returns the path of a file or folder below ../shared, which is named with
// slashes: "data/azure-nsg". Where it is absent the test is skipped with a
// message, or fails where WEIR_SHARED=required.
func Path(t testing.TB, name string) string {
	t.Helper()
	root, err := treeRoot()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(filepath.Dir(root), "shared", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		const message = "this test needs ../shared/%s, which is not part of the tree: %v"
		if os.Getenv("WEIR_SHARED") == required {
			t.Fatalf(message, name, err)
		}
		t.Skipf(message, name, err)
	}
	return path
}

// Read returns what a file below ../shared holds; where it is absent, see [Path].
func Read(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Open opens a file below ../shared until the test ends; where it is absent, see
// [Path].
func Open(t testing.TB, name string) *os.File {
	t.Helper()
	file, err := os.Open(Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// treeRoot returns the folder of go.mod above the package under test.
func treeRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod above the package under test")
		}
		dir = filepath.Dir(dir)
	}
}
