package threat

import (
	"bufio"
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// parseCSV reads a table with a header, which may be the last comment before
// the rows, as abuse.ch writes it. A row is a line: a quote that is not closed
// ends with it.
func (l *Listing) parseCSV(in *bufio.Reader) error {
	var header []byte // the last comment that may be one
	var c columns
	var comma byte
	begun := false
	err := eachLine(in, func(number int, raw []byte, fault error) error {
		text := bytes.TrimSpace(raw)
		if len(text) == 0 || text[0] == '#' {
			if found := headerIn(text); len(found) > 0 && !begun {
				header = slices.Clone(found)
			}
			return nil
		}
		if fault != nil {
			return l.reject(number, string(text), fault)
		}
		if !begun {
			if text[0] == ';' {
				if found := headerIn(text); len(found) > 0 {
					header = slices.Clone(found)
				}
				return nil
			}
			begun, comma = true, delimiter(text)
			row := splitRow(text, comma)
			names := splitRow(header, comma)
			isHeader := isHeader(row)
			if isHeader {
				names = row
			}
			var err error
			if c, err = l.columns(names); err == nil && !c.known() && l.namesColumns() {
				isHeader = true
				c, err = l.columns(row)
			}
			if err != nil {
				return err
			}
			if !c.known() {
				return fmt.Errorf("%w: no column of the table is known to hold addresses, of %.500q; %s", ErrContent, row, columnAdvice(row))
			}
			if isHeader {
				return nil
			}
		}
		return l.row(splitRow(bytes.TrimRight(raw, "\r\n"), comma), &c, number)
	})
	return err
}

// namesColumns tells whether the options name columns as a header does.
func (l *Listing) namesColumns() bool {
	for _, name := range l.options.Columns {
		if _, err := strconv.Atoi(name); err != nil {
			return true
		}
	}
	return false
}

// isHeader tells whether a row has names only.
func isHeader(row []string) bool {
	for _, field := range row {
		field = strings.TrimSpace(field)
		if _, err := parseAddresses(field); err == nil || parseTime(field) != 0 || strings.Contains(field, "://") {
			return false
		}
	}
	return namesAddress(row)
}

// looksLikeHeader tells whether a line names a column of addresses.
func looksLikeHeader(line []byte) bool { return namesAddress(splitRow(line, delimiter(line))) }

func namesAddress(row []string) bool {
	usual := columnNames()["address"]
	return slices.ContainsFunc(row, func(field string) bool {
		return slices.ContainsFunc(usual, func(name string) bool { return sameName(name) == sameName(field) })
	})
}

// columnAdvice says what to do where no column is known to hold addresses.
func columnAdvice(row []string) string {
	holds := slices.IndexFunc(row, func(field string) bool {
		_, err := parseAddresses(field)
		return err == nil
	})
	if holds < 0 {
		return "if one does, name it in columns, by its name or number; if none does, give a list of addresses"
	}
	return fmt.Sprintf("name it in columns, such as address: \"%d\"", holds+1)
}

// splitRow returns the fields of a line, without their quotes.
func splitRow(line []byte, comma byte) []string {
	if len(line) == 0 {
		return nil
	}
	var out []string
	for i := 0; i <= len(line); i++ {
		for i < len(line) && line[i] == ' ' {
			i++
		}
		var field []byte
		if i < len(line) && line[i] == '"' {
			for i++; i < len(line); i++ {
				if line[i] != '"' {
					field = append(field, line[i])
					continue
				}
				rest := bytes.TrimLeft(line[i+1:], " ")
				if len(rest) == 0 || rest[0] == comma {
					i = len(line) - len(rest)
					break
				}
				if rest[0] == '"' && line[i+1] == '"' { // a quote in the text is written twice
					i++
				}
				field = append(field, '"')
			}
		} else {
			end := bytes.IndexByte(line[i:], comma)
			if end < 0 {
				end = len(line) - i
			}
			field = bytes.TrimRight(line[i:i+end], " \r\n")
			i += end
		}
		out = append(out, string(field))
	}
	return out
}

// headerAndFirst returns the last comment before the first row that may be a
// header, without its sign, and the first row.
func headerAndFirst(head []byte) (header, first []byte) {
	for line := range bytes.Lines(head) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && line[0] != ';' {
			return header, line
		}
		if found := headerIn(line); len(found) > 0 {
			header = found
		}
	}
	return header, nil
}

// headerIn returns the text of a comment that has the fields of a header.
func headerIn(comment []byte) []byte {
	if plain := bytes.TrimSpace(bytes.TrimLeft(comment, "#; ")); bytes.ContainsAny(plain, ",;\t|") {
		return plain
	}
	return nil
}

// delimiter returns the sign between the fields of a row.
func delimiter(row []byte) byte {
	best, most := byte(','), 0
	for _, sign := range []byte{',', ';', '\t', '|'} {
		if n := bytes.Count(row, []byte{sign}); n > most {
			best, most = sign, n
		}
	}
	return best
}
