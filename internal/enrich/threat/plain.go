package threat

import (
	"bytes"
	"strings"
)

// parsePlain reads one address, CIDR or range a line. What follows a # or a ;
// is a comment; behind an indicator it is its detail, as in the lists of
// Spamhaus. What follows a space, tab or comma is not looked at, such as the
// number of lists that hold the address. The lines of ipset ("add NAME ENTRY")
// are understood too.
func (l *Listing) parsePlain(text []byte) {
	number := 0
	for raw := range bytes.Lines(text) {
		number++
		line, comment := string(raw), ""
		if i := strings.IndexAny(line, "#;"); i >= 0 {
			line, comment = line[:i], strings.TrimSpace(line[i+1:])
		}
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "//") || strings.HasPrefix(line, "create ") || strings.HasPrefix(line, "-") {
			continue
		}
		if fields := strings.Fields(line); len(fields) >= 3 && fields[0] == "add" {
			line = fields[2]
		}
		field := firstField(line)
		if before, after, ok := strings.Cut(line, " - "); ok { // a range with spaces
			field = before + "-" + firstField(after)
		}
		if err := l.add(statement{text: field, confidence: -1, detail: comment}); err != nil {
			l.reject(number, line, err)
		}
	}
}

// firstField returns what stands before the first space, tab, comma, semicolon or bar,
// without quotes.
func firstField(line string) string {
	line = strings.TrimSpace(line)
	if i := strings.IndexAny(line, " \t,;|"); i >= 0 {
		line = line[:i]
	}
	return strings.Trim(line, `"'`)
}
