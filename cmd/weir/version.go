package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"weir/internal/store/duckdb"
)

// Set by the linker (-X main.version=... -X main.commit=...); the only way in
// which a build can tell its program what it was built from.
var (
	version = ""
	commit  = ""
	date    = "" // of the commit, as RFC 3339 has it
)

// build says what this binary was made from.
type build struct {
	Version string
	Commit  string // empty where it is not known
	Go      string
	DuckDB  string
}

func thisBuild() build {
	b := build{Version: version, Commit: commit, Go: runtime.Version(), DuckDB: duckdb.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		if b.Version == "" && info.Main.Version != "" && info.Main.Version != "(devel)" {
			b.Version = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && b.Commit == "" {
				b.Commit = s.Value
			}
		}
	}
	if b.Version == "" {
		b.Version = "devel"
	}
	return b
}

func (b build) line() string {
	commit := b.Commit
	if commit == "" {
		commit = "unknown"
	}
	return fmt.Sprintf("weir %s, commit %s, %s, DuckDB %s, %s/%s", b.Version, commit, b.Go, b.DuckDB, runtime.GOOS, runtime.GOARCH)
}

func newVersionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the versions of Weir, its source, Go and DuckDB",
		Long:    "Print in one line the version of Weir, the commit it was built from, and the\nversions of Go and DuckDB inside it. `weir --version` does the same.",
		Example: "  weir version",
		Args:    noArguments,
		RunE: action(func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.stdout, thisBuild().line())
			return err
		}),
	}
}
