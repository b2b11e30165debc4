package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/internal/licences"
)

// Every module that the binary links has a licence that is known and allowed,
// and so has what DuckDB brings along.
func TestWhatIsLinkedMayBe(t *testing.T) {
	list, err := collect(filepath.Join("..", "..", ".."), "", "")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, c := range list {
		names[c.Name] = c.Version
		if strings.Contains(c.Text, "{{") {
			t.Errorf("%s: a placeholder is left in its licence", c.Name)
		}
	}
	for _, want := range []string{"DuckDB", "RE2", "Go", "github.com/spf13/cobra"} {
		if names[want] == "" {
			t.Errorf("%s is not listed", want)
		}
	}
	if len(list) < 30 {
		t.Errorf("only %d components found", len(list))
	}
}

func TestLicencesThatStopTheBuild(t *testing.T) {
	f := func(file, text, want string) {
		t.Helper()
		folder := t.TempDir()
		if file != "" {
			if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		list, err := ofModules([]module{{Path: "example.org/m", Version: "v1.0.0", Dir: folder}})
		if err == nil {
			err = licences.Check(list[0].Licence)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s with %.30q: %v, want %s", file, text, err, want)
		}
	}
	f("", "", "no file LICENSE")
	f("LICENSE", "All rights reserved.", "its licence is not known")
	f("COPYING", "GNU GENERAL PUBLIC LICENSE Version 2", "its licence is GPL")
}

// A library that DuckDB's module links and that nobody has looked at is an error.
func TestALibraryThatIsNew(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"LICENSE":           "Permission is hereby granted, free of charge, to any person obtaining a copy",
		"libduckdb_fmt.a":   "",
		"libduckdb_novel.a": "",
		"prebuilt.go":       "#cgo LDFLAGS: -lduckdb_fmt -lduckdb_novel -lstdc++ -lm",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err := ofDuckDB(filepath.Join("..", "..", ".."), []module{{Path: bindings + "/lib/any", Version: "v0.10506.0", Dir: folder}})
	if err == nil || !strings.Contains(err.Error(), "duckdb_novel") {
		t.Errorf("ofDuckDB() = %v, want an error that names duckdb_novel", err)
	}
}

func TestEngineVersion(t *testing.T) {
	f := func(bindings, want string) {
		t.Helper()
		got, err := engineVersion(bindings)
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("engineVersion(%q) = %q, want %q", bindings, got, want)
		}
	}
	f("v0.10506.0", "v1.5.6")
	f("v0.20000.0", "v2.0.0")
	f("v0.3.1", "error")
	f("v2", "error")
}
