package terminal

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"weir/internal/store"
)

// WriteRows writes an answer and returns how many rows it had. JSON is an
// array of objects, CSV follows RFC 4180 with a header, Parquet has a typed column
// for each; a NULL is null in JSON and Parquet, an empty field in CSV, and NULL in
// a table. With an error a file of Parquet lacks its end, without which nothing
// reads it.
func WriteRows(w io.Writer, f Format, rows store.Rows) (int64, error) {
	b := bufio.NewWriter(w)
	var n int64
	var err error
	switch f {
	case JSON:
		n, err = writeJSON(b, rows)
	case CSV:
		n, err = writeCSV(b, rows)
	case Parquet:
		n, err = writeParquet(b, rows)
	default:
		n, err = writeTable(b, rows)
	}
	if err != nil {
		return n, err
	}
	if err := b.Flush(); err != nil {
		return n, fmt.Errorf("cannot write the answer: %w", err)
	}
	return n, nil
}

func writeJSON(w *bufio.Writer, rows store.Rows) (n int64, err error) {
	columns := rows.Columns()
	names := make([][]byte, len(columns))
	for i, name := range uniqueNames(columns) {
		names[i] = append(appendJSONString(nil, name), ':')
	}
	w.WriteByte('[')
	var line []byte
	for rows.Next() {
		line = line[:0]
		if n > 0 {
			line = append(line, ',')
		}
		line = append(line, '\n', '{')
		for i, v := range rows.Values() {
			if i > 0 {
				line = append(line, ',')
			}
			line = append(line, names[i]...)
			if s, ok := v.(string); ok && columns[i].Type == "JSON" && json.Valid([]byte(s)) {
				line = append(line, s...)
				continue
			}
			line = appendJSON(line, v)
		}
		n++
		if _, err := w.Write(append(line, '}')); err != nil {
			return n, fmt.Errorf("cannot write the answer: %w", err)
		}
	}
	if n > 0 {
		w.WriteByte('\n')
	}
	w.WriteString("]\n")
	return n, rows.Err()
}

func writeCSV(w *bufio.Writer, rows store.Rows) (n int64, err error) {
	columns := rows.Columns()
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = csvCell(c.Name)
	}
	w.WriteString(strings.Join(cells, ",") + "\r\n")
	for rows.Next() {
		for i, v := range rows.Values() {
			cells[i] = csvCell(v)
		}
		n++
		if _, err := w.WriteString(strings.Join(cells, ",") + "\r\n"); err != nil {
			return n, fmt.Errorf("cannot write the answer: %w", err)
		}
	}
	return n, rows.Err()
}

// csvCell is a value as a field. An empty text is quoted, so that it differs
// from NULL. Text comes from logs, that is, from outside: a spreadsheet must
// not take it for a formula, nor a terminal for a command, so it gets an
// apostrophe before it, as in what the page exports, or \\x1b for an escape.
func csvCell(v any) string {
	s := plainText(v)
	if _, isText := v.(string); isText {
		s = inert(s)
	}
	if v == "" || strings.ContainsAny(s, "\",\r\n") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

func inert(s string) string {
	if s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0 {
		s = "'" + s
	}
	return noEscapes(s)
}

// widthRows is how many rows are looked at to find the widths of the columns;
// the memory of a long answer stays bounded.
const widthRows = 2000

func writeTable(w *bufio.Writer, rows store.Rows) (n int64, err error) {
	columns := rows.Columns()
	t := NewTable()
	for _, c := range columns {
		align := Left
		if c.Type == "int" || c.Type == "float" {
			align = Right
		}
		t.Column(c.Name, align)
	}
	for rows.Next() {
		values := rows.Values()
		cells := make([]string, len(values))
		for i, v := range values {
			if cells[i] = plainText(v); v == nil {
				cells[i] = "NULL"
			}
		}
		t.Row(cells...)
		n++
		if n%widthRows == 0 {
			if err := t.Flush(w); err != nil {
				return n, err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	return n, t.Flush(w)
}

// uniqueNames gives columns of the same name a number, since a JSON object
// holds a name once.
func uniqueNames(columns []store.Column) []string {
	names := make([]string, len(columns))
	seen := map[string]bool{}
	for i, c := range columns {
		name := c.Name
		for k := 1; seen[name]; k++ {
			name = fmt.Sprintf("%s_%d", c.Name, k)
		}
		seen[name] = true
		names[i] = name
	}
	return names
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
