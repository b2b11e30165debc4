package main

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"weir/internal/licences"
)

//go:embed duckdb.tsv
var brought string

//go:embed templates
var templates embed.FS

const bindings = "github.com/duckdb/duckdb-go-bindings"

// ofDuckDB returns DuckDB and what it brings along. The Go module has DuckDB's
// own licence alone, so the others get the standard text of their licence, with
// the holder, and say where their own text lies.
func ofDuckDB(root string, modules []module) ([]licences.Component, error) {
	var platform *module
	for i, m := range modules {
		if strings.HasPrefix(m.Path, bindings+"/lib/") {
			platform = &modules[i]
		}
	}
	if platform == nil {
		return nil, fmt.Errorf("no module below %s is linked; where does DuckDB come from now?", bindings)
	}
	version, err := engineVersion(platform.Version)
	if err != nil {
		return nil, err
	}
	own, err := legalText(platform.Dir)
	if err != nil {
		return nil, fmt.Errorf("DuckDB: %w", err)
	}
	linked, err := linkedAs(platform.Dir)
	if err != nil {
		return nil, err
	}
	list := []licences.Component{{
		Name: "DuckDB", Version: version, Kind: licences.Library, Licence: licences.Classify(own),
		PURL: "pkg:github/duckdb/duckdb@" + version, Text: own,
	}}
	for line := range strings.Lines(brought) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") || len(f) != 5 {
			continue
		}
		name := f[0]
		used := name == "inside" || linked[name]
		delete(linked, name)
		if !used || f[2] == "" {
			continue
		}
		text, err := standardText(root, f[2], f[3])
		if err != nil {
			return nil, err
		}
		list = append(list, licences.Component{
			Name: f[1], Version: "of DuckDB " + version, Kind: licences.Library, Licence: f[2],
			PURL: "pkg:github/duckdb/duckdb@" + version + "#" + f[4],
			Text: fmt.Sprintf("Linked as a part of DuckDB %s, whose Go module has no text of this licence (%s).\n"+
				"The text of its own: https://github.com/duckdb/duckdb/tree/%s/%s\n\n%s", version, f[2], version, f[4], text),
		})
	}
	for name := range linked {
		return nil, fmt.Errorf("DuckDB links %s, which duckdb.tsv does not name: add it there with its licence", name)
	}
	return list, nil
}

// linkedAs returns the libraries of DuckDB that its Go module links; those of
// the compiler, such as stdc++ and m, are the machine's own.
func linkedAs(folder string) (map[string]bool, error) {
	text, err := os.ReadFile(filepath.Join(folder, "prebuilt.go"))
	if err != nil {
		return nil, fmt.Errorf("DuckDB: %w", err)
	}
	out := map[string]bool{}
	for _, m := range regexp.MustCompile(`-l([a-z0-9_]+)`).FindAllStringSubmatch(string(text), -1) {
		if _, err := os.Stat(filepath.Join(folder, "lib"+m[1]+".a")); err == nil {
			out[m[1]] = true
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("DuckDB: no library is linked in %s", filepath.Base(folder))
	}
	return out, nil
}

// engineVersion reads the version of DuckDB out of that of its bindings:
// v0.10506.0 is v1.5.6.
func engineVersion(bindings string) (string, error) {
	parts := strings.Split(bindings, ".")
	if len(parts) != 3 {
		return "", fmt.Errorf("version %s of DuckDB's bindings is of another form", bindings)
	}
	n, err := strconv.Atoi(parts[1])
	if err != nil || n < 10000 {
		return "", fmt.Errorf("version %s of DuckDB's bindings is of another form", bindings)
	}
	return fmt.Sprintf("v%d.%d.%d", n/10000, n/100%100, n%100), nil
}

// standardText returns the text that a licence has for everybody, with the
// holder put in; where we have none, the holder alone.
func standardText(root, licence, holder string) (string, error) {
	if licence == "Apache-2.0" {
		text, err := os.ReadFile(filepath.Join(root, "LICENSE"))
		return holder + "\n\n" + string(text), err
	}
	first, _, _ := strings.Cut(licence, " AND ")
	text, err := templates.ReadFile("templates/" + first + ".txt")
	if err != nil {
		return holder, nil
	}
	return strings.ReplaceAll(string(text), "{{copyright}}", holder), nil
}
