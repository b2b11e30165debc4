package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pages returns the pages of the documentation, by their path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..")
	texts := map[string]string{}
	read := func(path string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(text)
	}
	read(filepath.Join(root, "README.md"))
	read(filepath.Join(root, "CHANGELOG.md"))
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".md") {
			read(path)
		}
		return err
	})
	if err != nil || len(texts) < 10 {
		t.Fatalf("only %d pages found (%v)", len(texts), err)
	}
	return texts
}

// Every weir command that a page shows in a shell block has the command, the
// flags and the number of arguments that there are.
func TestCommandsOfPages(t *testing.T) {
	block := regexp.MustCompile("(?s)```sh\n(.*?)```")
	found := 0
	for path, text := range pages(t) {
		for _, b := range block.FindAllStringSubmatch(text, -1) {
			for line := range strings.Lines(b[1]) {
				words := shellWords(line)
				if len(words) == 0 || filepath.Base(words[0]) != "weir" {
					continue
				}
				found++
				cmd, args, err := newRootCommand(newApp(nil, io.Discard, io.Discard)).Find(words[1:])
				if err == nil {
					err = cmd.ParseFlags(args)
				}
				if err == nil && cmd.Name() != "weir" { // else it is a built-in such as completion
					err = cmd.ValidateArgs(cmd.Flags().Args())
				}
				if err != nil {
					t.Errorf("%s: %s: %v", path, strings.TrimSpace(line), err)
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d commands found; the search is broken", found)
	}
}

// shellWords splits a line as a shell does: quotes keep words together, a
// comment, a pipe or a redirection ends the command.
func shellWords(line string) []string {
	var words []string
	var word strings.Builder
	inWord, quote := false, rune(0)
	end := func() {
		if inWord {
			words = append(words, word.String())
		}
		word.Reset()
		inWord = false
	}
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case r == ' ' || r == '\t' || r == '\n':
			end()
		case !inWord && strings.ContainsRune("#|><&;", r):
			return words
		default:
			inWord = true
			word.WriteRune(r)
		}
	}
	end()
	return words
}
