package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"weir/internal/enrich"
	"weir/internal/terminal"
)

// pairs are names with texts, written one below the other.
type pairs [][2]string

// add adds a text, unless it is empty.
func (p *pairs) add(name, text string) {
	if text != "" {
		*p = append(*p, [2]string{name, terminal.Printable(text)})
	}
}

// list adds texts under one name.
func (p *pairs) list(name string, texts []string) {
	for _, t := range texts {
		p.add(name, t)
	}
}

// write writes the pairs, on lines of so many columns; 0 breaks no line. A name
// that was just written is left out.
func (p pairs) write(w io.Writer, columns int) {
	width := 0
	for _, pair := range p {
		width = max(width, utf8.RuneCountInString(pair[0]))
	}
	last := ""
	for _, pair := range p {
		name := pair[0]
		if name == last {
			name = ""
		}
		last = pair[0]
		for _, line := range wrap(pair[1], columns-width-2) {
			fmt.Fprintf(w, "%-*s  %s\n", width, name, line)
			name = ""
		}
	}
}

// short returns the pairs with ids in texts as people say them. The lines that
// other commands and tools take as they are keep theirs whole.
func (p pairs) short() pairs {
	out := make(pairs, len(p))
	for i, pair := range p {
		switch pair[0] {
		case "resource", "network", "subscription":
		default:
			pair[1] = enrich.Readable(pair[1])
		}
		out[i] = pair
	}
	return out
}

// wrap breaks a text between words into lines of at most so many columns. What
// is too narrow to read is not broken.
func wrap(text string, columns int) []string {
	const narrow = 20
	if columns < narrow {
		return []string{text}
	}
	var lines []string
	line := ""
	for word := range strings.SplitSeq(text, " ") {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > columns {
			lines = append(lines, line)
			line = word
			continue
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
