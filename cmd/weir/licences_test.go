package main

import (
	"debug/buildinfo"
	"debug/elf"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"weir/internal/licences"
	"weir/internal/store/duckdb"
)

// builtBinary returns what make build left; without it a test is skipped, but
// not where everything must be there.
func builtBinary(t *testing.T) string {
	t.Helper()
	path := filepath.Join("..", "..", "bin", "weir")
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("make build has not run: %v", err)
		}
		t.Skipf("make build has not run: %v", err)
	}
	return path
}

// The binary can be loaded at any address.
func TestBinaryIsPositionIndependent(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skipf("%s is not linked as ELF", runtime.GOOS)
	}
	file, err := elf.Open(builtBinary(t))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if file.Type != elf.ET_DYN {
		t.Errorf("bin/weir is %s, want %s: build it with -buildmode=pie", file.Type, elf.ET_DYN)
	}
}

// Of everything inside the binary the licence is known and its text is there.
func TestLicencesOfTheBinary(t *testing.T) {
	list, err := licences.Embedded()
	if errors.Is(err, licences.ErrNotEmbedded) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(builtBinary(t))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[licences.Kind]int{}
	for _, c := range licences.Of(info, list) {
		kinds[c.Kind]++
		if err := licences.Check(c.Licence); err != nil {
			t.Errorf("%s %s: %v", c.Name, c.Version, err)
		}
		if strings.TrimSpace(c.Text) == "" || c.PURL == "" {
			t.Errorf("%s %s: text of %d bytes, purl %q", c.Name, c.Version, len(c.Text), c.PURL)
		}
		if c.Name == "DuckDB" && c.Version != duckdb.Version() {
			t.Errorf("DuckDB is listed as %s and is %s", c.Version, duckdb.Version())
		}
	}
	if kinds[licences.GoModule] < 20 || kinds[licences.Library] < 10 {
		t.Errorf("kinds of components: %v", kinds)
	}
}

// Each form of the list is what it says it is.
func TestLicenceForms(t *testing.T) {
	if _, err := licences.Embedded(); errors.Is(err, licences.ErrNotEmbedded) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	f := func(format, want string) string {
		t.Helper()
		got := weirRun(t, "licences", "--format", format)
		if !strings.Contains(got, want) {
			t.Errorf("weir licences --format %s lacks %q:\n%.300s", format, want, got)
		}
		return got
	}
	f("table", "DuckDB")
	f("csv", "kind,name,version,licence\r\n")
	f("text", "THE SOFTWARE IS PROVIDED \"AS IS\"")
	for _, format := range []string{"json", "spdx"} {
		if text := f(format, "pkg:github/duckdb/duckdb@"); !json.Valid([]byte(text)) {
			t.Errorf("weir licences --format %s is not JSON", format)
		}
	}
}
