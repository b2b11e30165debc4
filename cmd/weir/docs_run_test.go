package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fence is a block of code on a page.
type fence struct {
	line     int // of its first fence, from 1
	language string
	text     string
	notRun   string // why it is not run, from the comment above it
	from, to int    // where its text lies in the page
}

// fences returns the blocks of code of a page.
func fences(page string) []fence {
	block := regexp.MustCompile("(?ms)^(?:<!-- not run: ([^\n]*?) -->\n)?```([a-z]*)\n(.*?)^```$")
	var out []fence
	for _, m := range block.FindAllStringSubmatchIndex(page, -1) {
		f := fence{language: page[m[4]:m[5]], text: page[m[6]:m[7]], from: m[6], to: m[7], line: 1 + strings.Count(page[:m[4]], "\n")}
		if m[2] >= 0 {
			f.notRun = page[m[2]:m[3]]
		}
		out = append(out, f)
	}
	return out
}

// Every command that a page shows is run, on a store of a simulated network, and
// answers what the page says: a block "text" directly behind a block "sh" is the
// answer; -rewrite writes it anew. A block "yaml" is the configuration weir.yaml
// of the blocks behind it. What cannot be run says why in a comment above it,
// <!-- not run: ... -->. Blocks "console" are commands of other programs. The
// generated page of the command line has the examples of the help instead.
func TestExamplesOfPages(t *testing.T) {
	base := t.TempDir()
	world(t, base)
	run := 0
	for path, text := range pages(t) {
		if filepath.Base(path) == "command-line.md" || !strings.Contains(text, "```sh") {
			continue
		}
		blocks := fences(text)
		for _, b := range blocks {
			if b.language == "sh" && b.notRun == "" {
				run++
			}
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			folder := t.TempDir()
			if err := os.CopyFS(folder, os.DirFS(base)); err != nil {
				t.Fatal(err)
			}
			got, moved := text, 0
			for i, b := range blocks {
				switch {
				case b.notRun != "":
				case b.language == "yaml":
					if err := os.WriteFile(filepath.Join(folder, "weir.yaml"), []byte(b.text), 0o644); err != nil {
						t.Fatal(err)
					}
				case b.language == "sh":
					answer, err := shell(folder, b.text)
					if err != nil {
						t.Errorf("%s:%d: %v; mend it, or say above it why it is not run\n%s", path, b.line, err, b.text)
						continue
					}
					if i+1 < len(blocks) && blocks[i+1].language == "text" && strings.TrimSpace(text[b.to+3:blocks[i+1].from-len("```text\n")]) == "" {
						next := blocks[i+1]
						got = got[:next.from+moved] + answer + got[next.to+moved:]
						moved += len(answer) - len(next.text)
					}
				}
			}
			if *rewrite && got != text {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(text, got); diff != "" {
				t.Errorf("%s says other answers than the commands give; make generate writes them anew (-page +commands):\n%s", path, diff)
			}
		})
	}
	if run < 15 {
		t.Errorf("only %d blocks are run; the search is broken", run)
	}
}

// world fills a folder with what the pages speak of: logs of a simulated network
// in ~/flowlogs, a store that knows them, and files as their publishers name them.
func world(t *testing.T, folder string) {
	t.Helper()
	script := `
mkdir -p home bin
weir simulate --out home/flowlogs --hours 6
weir ingest home/flowlogs
weir topology import --at 2026-11-01T23:00:00Z home/flowlogs/inventory
weir topology import --at 2026-11-02T03:00:00Z home/flowlogs/inventory-2
weir service-tags import home/flowlogs/service-tags/ServiceTags_Public_20261026.json
weir threat import home/flowlogs/threat-feed.csv
cp home/flowlogs/service-tags/ServiceTags_Public_20261026.json .
echo 'SELECT count(*) AS rows FROM rejects' > question.sql
mkdir -p misp-warninglists/lists/microsoft-azure
echo '{"name": "Azure", "description": "Ranges of Azure", "version": 1, "type": "cidr", "list": ["20.33.0.0/16"]}' > misp-warninglists/lists/microsoft-azure/list.json
`
	if _, err := shell(folder, script); err != nil {
		t.Fatal(err)
	}
}

// shell runs a block as a user would in a folder, with weir on the path and a
// home of its own, and returns what it writes to standard output.
func shell(folder, script string) (string, error) {
	// A binary that was built in the tree is bin/weir on the pages; DIR is the
	// folder that weir demo prints.
	script = strings.NewReplacer("bin/weir", "weir", "--data DIR", "--data home/.local/share/weir").Replace(script)
	c := exec.Command("sh", "-eu", "-c", script)
	c.Dir = folder
	c.Env = append(os.Environ(), "HOME="+filepath.Join(folder, "home"), "XDG_DATA_HOME=", "TZ=UTC")
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return string(out), err
}

// The unit files that pages show are units to systemd.
func TestUnitFilesOfPages(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skipf("this test asks systemd: %v", err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for path, text := range pages(t) {
		folder := t.TempDir()
		var units []string
		for _, b := range fences(text) {
			if b.language != "ini" {
				continue
			}
			name := "weir.service"
			if m := regexp.MustCompile(`^# \S*/([a-z-]+\.[a-z]+)\n`).FindStringSubmatch(b.text); m != nil {
				name = m[1]
			}
			unit := filepath.Join(folder, name)
			// systemd wants the program to be there.
			if err := os.WriteFile(unit, []byte(strings.ReplaceAll(b.text, "/usr/local/bin/weir", program)), 0o644); err != nil {
				t.Fatal(err)
			}
			units = append(units, unit)
		}
		if len(units) == 0 {
			continue
		}
		found += len(units)
		c := exec.Command(analyze, append([]string{"verify", "--man=no"}, units...)...)
		if out, err := c.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: systemd-analyze verify: %v\n%s", path, err, out)
		}
	}
	if found < 3 {
		t.Errorf("only %d units found", found)
	}
}
