package config

import (
	"os"
	"strings"
	"testing"
)

// The words that a feed may have are those of its reader; where they are
// written out, every one of them is there.
func TestWordsOfFeeds(t *testing.T) {
	holds := func(path, begin, end string, words []string) {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, part, found := strings.Cut(string(text), begin)
		part, _, ended := strings.Cut(part, end)
		if !found || !ended {
			t.Fatalf("%s: nothing between %q and %q", path, begin, end)
		}
		for _, w := range words {
			if !strings.Contains(part, w) {
				t.Errorf("%s: the words behind %q lack %s", path, begin, w)
			}
		}
	}
	quoted := func(words []string) (out []string) {
		for _, w := range words {
			out = append(out, "`"+w+"`")
		}
		return out
	}
	holds("config.go", "// Format is the form of the list", "Format string", quoted(Formats()))
	holds("config.go", "// Category is what the addresses are", "Category string", quoted(Categories()))
	holds("../../docs/reference/formats.md", "## Threat feeds", "Columns are found", quoted(Formats()))
	holds("../../docs/reference/formats.md", "Categories are the words", "and what feeds usually write", quoted(Categories()))
	holds("../store/duckdb/views/7_verdicts.sql", "COLUMN verdicts.category", ";", Categories())
}
