package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"weir/internal/plaintext"
	"weir/internal/terminal"
	"weir/internal/topology"
	"weir/internal/topology/importer"
)

// readInventory reads the files, folders or standard input. A file that
// cannot be read fails all: without it the snapshot would say that what it
// holds is gone.
func (a *app) readInventory(args []string) (*topology.Inventory, importer.Report, error) {
	im := importer.New()
	var bad []error
	for _, arg := range args {
		if arg == "-" {
			bad = append(bad, im.Read("standard input", a.stdin))
			continue
		}
		files, err := inventoryFiles(arg)
		bad = append(bad, err)
		for _, name := range files {
			bad = append(bad, readInventoryFile(im, name))
		}
	}
	if err := errors.Join(bad...); err != nil {
		return nil, importer.Report{}, fmt.Errorf("%w; nothing was imported", err)
	}
	inv, report := im.Finish()
	return inv, report, nil
}

// inventoryFiles returns the files that a path names: itself, or what a folder
// holds.
func inventoryFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot import %s: %w; name a file or folder that is there", path, cause(err))
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var files []string
	err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("cannot import %s: %w", name, cause(err))
		}
		if !d.IsDir() && strings.HasSuffix(strings.TrimSuffix(strings.ToLower(name), ".gz"), ".json") {
			files = append(files, name)
		}
		return nil
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("cannot import %s: the folder holds no file that ends in .json or .json.gz; name the files themselves", path)
	}
	return files, err
}

func readInventoryFile(im *importer.Importer, name string) error {
	f, err := plaintext.OpenFile(name)
	if err != nil {
		return fmt.Errorf("cannot import %s: %w", name, cause(err))
	}
	defer f.Close()
	return im.Read(name, f)
}

// longSource is how long the name of a source may be.
const longSource = 200

// sourceOf names where an inventory is from.
func sourceOf(args []string) string {
	names := make([]string, len(args))
	for i, arg := range args {
		names[i] = filepath.Base(arg)
		if arg == "-" {
			names[i] = "standard input"
		}
	}
	text := strings.Join(names, ", ")
	if len(text) > longSource {
		text = fmt.Sprintf("%s and %s", shorten(names[0], longSource), terminal.Plural(int64(len(names)-1), "other file"))
	}
	return text
}

// nothingUnderstood is the error of files that hold no inventory.
func nothingUnderstood(source string, r *importer.Report) error {
	why := "it holds no resource"
	switch {
	case len(r.Problems) > 0:
		why = r.Problems[0].String() + andMore(len(r.Problems)-1)
	case len(r.Unknown) > 0:
		why = "not understood: " + unknownText(r.Unknown)
	}
	return fmt.Errorf("cannot import %s: %s; give what az network vnet list, az network nic list, az vm list or az graph query write", source, why)
}

// unknownText lists types that were not understood, the most frequent first.
func unknownText(unknown map[string]int) string {
	var parts []string
	for _, kind := range byCount(unknown) {
		parts = append(parts, fmt.Sprintf("%s %s", terminal.Full(int64(unknown[kind])), kind))
	}
	if more := len(parts) - fewProblems; more > 0 {
		return strings.Join(parts[:fewProblems], ", ") + andMore(more)
	}
	return strings.Join(parts, ", ")
}

// byCount returns the keys, those with the highest numbers first.
func byCount(counts map[string]int) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		if d := counts[b] - counts[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}

func andMore(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" and %s more", terminal.Full(int64(n)))
}
