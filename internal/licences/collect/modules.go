package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"weir/internal/licences"
)

// module is a Go module as "go list" tells of it.
type module struct {
	Path, Version, Dir string
	Main               bool
	Replace            *module
}

// linkedModules returns the modules of the packages that cmd/weir links.
func linkedModules(root string) ([]module, error) {
	out, err := goCommand(root, "list", "-deps", "-json=Module", "./cmd/weir")
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var list []module
	for d := json.NewDecoder(strings.NewReader(out)); ; {
		var p struct{ Module *module }
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		m := p.Module
		if m == nil || m.Main || seen[m.Path] {
			continue
		}
		seen[m.Path] = true
		if m.Replace != nil {
			m = m.Replace
		}
		list = append(list, *m)
	}
}

// goCommand runs go, which changes nothing of the module.
func goCommand(root string, args ...string) (string, error) {
	c := exec.Command("go", args...)
	c.Dir = root
	c.Env = append(os.Environ(), "GOFLAGS=-mod=readonly")
	out, err := c.Output()
	if err != nil {
		if e := new(exec.ExitError); errors.As(err, &e) {
			err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(e.Stderr)))
		}
		return "", fmt.Errorf("go %s: %w", args[0], err)
	}
	return string(out), nil
}

// ofModules reads the licence of each module.
func ofModules(modules []module) ([]licences.Component, error) {
	var list []licences.Component
	for _, m := range modules {
		text, err := legalText(m.Dir)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", m.Path, m.Version, err)
		}
		list = append(list, licences.Component{
			Name: m.Path, Version: m.Version, Kind: licences.GoModule, Licence: licences.Classify(text),
			PURL: licences.GoPURL(m.Path, m.Version), Text: text,
		})
	}
	return list, nil
}

// legalText returns what the files of a folder say of its licence; notices and
// grants of patents come after the licence itself.
func legalText(folder string) (string, error) {
	var parts []string
	for _, pattern := range []string{"LICEN[CS]E*", "COPYING*", "NOTICE*", "PATENTS*", "ThirdPartyNotices*"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return "", err
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				return "", err
			}
			parts = append(parts, strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
		}
	}
	if len(parts) == 0 {
		return "", fmt.Errorf("no file LICENSE in %s", filepath.Base(folder))
	}
	return strings.Join(parts, "\n\n"), nil
}

// ofGo returns Go's own runtime and library. Some distributions keep its licence
// elsewhere; it is the one of BSD with three clauses.
func ofGo(root string) (licences.Component, error) {
	goroot, err := goCommand(root, "env", "GOROOT")
	if err != nil {
		return licences.Component{}, err
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(goroot), "LICENSE"))
	if err != nil {
		standard, err := standardText(root, "BSD-3-Clause", "Copyright 2009 The Go Authors.")
		if err != nil {
			return licences.Component{}, err
		}
		text = []byte(standard)
	}
	return licences.Go(runtime.Version(), strings.TrimSpace(string(text))), nil
}
