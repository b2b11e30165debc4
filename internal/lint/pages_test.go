package lint

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// outside matches what cites a page that people outside the project do not have,
// put together from parts so that this file passes its own test.
func outside() *regexp.Regexp {
	return regexp.MustCompile(`\b(sp` + `ec|des` + `ign)(,? section|\.md| [0-9]+\.[0-9]| section)\b|\((sp` + `ec|des` + `ign)$|\.\./sha` + `red/spec`)
}

// Comments and pages name pages of this tree, sections among them, that are
// there: docs/reference/traffic-analytics.md 3.5.
func TestCitations(t *testing.T) {
	base := root(t)
	page := regexp.MustCompile(`\bdocs/[A-Za-z0-9/_-]+\.md(?:,? ([0-9]+\.[0-9]+))?`)
	sections := map[string]string{}
	cited := 0
	for _, f := range tracked(t, base) {
		if !written(f) || strings.HasPrefix(f, "ui/package") {
			continue
		}
		text := read(t, base, f)
		number := 0
		for l := range strings.Lines(text) {
			number++
			if m := outside().FindString(strings.TrimRight(l, "\n")); m != "" {
				t.Errorf("%s:%d: %q is a page that is not in the tree; say the rule, or name a page below docs", f, number, m)
			}
			for _, m := range page.FindAllStringSubmatch(l, -1) {
				cited++
				name, _, _ := strings.Cut(strings.TrimSuffix(m[0], m[1]), ".md")
				name += ".md"
				if sections[name] == "" {
					if _, err := os.Stat(filepath.Join(base, name)); err != nil {
						t.Errorf("%s:%d: there is no page %s", f, number, name)
						continue
					}
					sections[name] = "\n" + read(t, base, name)
				}
				if m[1] != "" && !strings.Contains(sections[name], "\n### "+m[1]+" ") {
					t.Errorf("%s:%d: %s has no section %s", f, number, name, m[1])
				}
			}
		}
	}
	if cited < 10 {
		t.Errorf("only %d citations found; the search is broken", cited)
	}
}

// What a page links to in this tree is there, heading included.
func TestLinks(t *testing.T) {
	base := root(t)
	link := regexp.MustCompile(`\]\(([^)#\s]*)(#[^)\s]*)?\)`)
	anchors := map[string]map[string]bool{}
	found := 0
	for _, f := range tracked(t, base) {
		if !strings.HasSuffix(f, ".md") || !written(f) {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(withoutCode(read(t, base, f)), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			found++
			target := path.Join(path.Dir(f), m[1])
			if m[1] == "" {
				target = f
			}
			if _, err := os.Stat(filepath.Join(base, target)); err != nil {
				t.Errorf("%s links to %s, which is not there", f, m[1])
				continue
			}
			if m[2] == "" || !strings.HasSuffix(target, ".md") {
				continue
			}
			if anchors[target] == nil {
				anchors[target] = headings(read(t, base, target))
			}
			if !anchors[target][m[2]] {
				t.Errorf("%s links to %s%s, and that page has no such heading", f, m[1], m[2])
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d links found; the search is broken", found)
	}
}

// headings returns the anchors of a page, as those who render Markdown make them.
func headings(page string) map[string]bool {
	out := map[string]bool{}
	for l := range strings.Lines(withoutCode(page)) {
		title, ok := strings.CutPrefix(strings.TrimLeft(l, "#"), " ")
		if !ok || !strings.HasPrefix(l, "#") {
			continue
		}
		anchor := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
		out["#"+strings.ReplaceAll(anchor, " ", "-")] = true
	}
	return out
}

// withoutCode leaves the blocks of code of a page out.
func withoutCode(page string) string {
	return regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(page, "")
}

func read(t *testing.T, base, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(base, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
