package lint

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// banned is what no file of the tree may hold. The words are put together
// here from parts, so that this file passes its own test.
func banned() map[string]*regexp.Regexp {
	join := func(parts ...string) *regexp.Regexp { return regexp.MustCompile(strings.Join(parts, "")) }
	return map[string]*regexp.Regexp{
		"names the host of a package registry; the tools of the user decide where packages come from": join(
			`registry\.npm`, `js|proxy\.go`, `lang|reg`, `istry\.yarn|deb\.deb`, `ian\.org`),
		"names a folder of one machine": join(`(^|[\s"'=(:])/(work|ro`, `ot|home/[a-z]+/go)/[a-z]`),
		"finds the real inputs by itself; internal/shared knows when a test without them is skipped and when it fails": join(
			`"\.\.", "sha`, `red"|"\.\./[./]*sha`, `red/`),
		"is left for later; do it now or describe it in docs": join(`\b(TO`, `DO|FIX`, `ME|XX`, `X)\b`),
	}
}

// maxLines is how long a file may be that people write and read.
const maxLines = 500

func TestText(t *testing.T) {
	base := root(t)
	rules := banned()
	for _, f := range tracked(t, base) {
		text, err := os.ReadFile(filepath.Join(base, f))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(text, 0) >= 0 {
			continue // not text
		}
		if written(f) && !long(f) && bytes.Count(text, []byte("\n")) > maxLines {
			t.Errorf("%s: more than %d lines; split it where a stranger would look for its parts", f, maxLines)
		}
		if !written(f) {
			continue
		}
		number := 0
		for l := range bytes.Lines(text) {
			number++
			for why, rule := range rules {
				if m := rule.Find(l); m != nil {
					t.Errorf("%s:%d: %q %s", f, number, m, why)
				}
			}
		}
	}
}

// written tells whether people write this file; the others are made by tools
// or are input of tests.
func written(f string) bool {
	if strings.Contains(f, "/testdata/") || strings.Contains(f, "/fixture/") {
		return false
	}
	switch filepath.Base(f) {
	case "go.sum", "tools.sum", "LICENSE":
		return false
	}
	return true
}

// long tells whether a file may have any number of lines, since a tool makes it.
func long(f string) bool {
	return filepath.Base(f) == "package-lock.json" || strings.HasPrefix(f, "docs/reference/") || strings.Contains(f, "openapi")
}
