package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"weir/internal/insight"
	"weir/internal/store"
	"weir/internal/terminal"
)

// view shows an answer of weir top: as it is in JSON, as columns else.
type view[A any] struct {
	ranking func(*A) insight.Ranking
	what    string // what a row is, for the line above the table
	columns []column
	rows    func(*A) [][]any // int64 is a count, bytes a number of bytes, share a part, string a text
	order   func(*A) string  // what rows are in the order of; nil: the measure of the ranking
	bare    bool             // without the line of totals
	none    string           // what to say where there are no rows; empty: that there is no data
}

// column is a column of a view.
type column struct {
	name string
	in   place
}

// place is where a column is shown: a table has no room for all of them.
type place uint8

const (
	everywhere place = iota
	csvOnly
	tableOnly
	ifAny // in tables of which a row has a text there
)

// shown tells whether a column is in a table of rows.
func (c column) shown(rows [][]any, at int) bool {
	return c.in != csvOnly && (c.in != ifAny || slices.ContainsFunc(rows, func(r []any) bool { return r[at] != "" }))
}

// inFiles tells whether a column is in CSV.
func (c column) inFiles() bool { return c.in == everywhere || c.in == csvOnly }

// Kinds of cells besides int64 and string.
type (
	byteCount int64
	share     float64
)

func (v view[A]) write(w io.Writer, f terminal.Format, answer *A) error {
	switch f {
	case terminal.JSON:
		return writeJSON(w, answer)
	case terminal.CSV:
		_, err := terminal.WriteRows(w, terminal.CSV, v.cells(v.rows(answer)))
		return err
	}
	b := bufio.NewWriter(w)
	r := v.ranking(answer)
	rows := v.rows(answer)
	of := terminal.Plural(r.Distinct, v.what)
	if r.AtLeast {
		of = "at least " + of
	}
	by := string(r.By)
	if v.order != nil {
		by = v.order(answer)
	}
	fmt.Fprintf(b, "%s to %s (UTC), top %d of %s by %s\n\n", stamp(r.From), stamp(r.To), len(rows), of, by)
	if r.Distinct == 0 && v.none != "" {
		fmt.Fprintln(b, v.none)
		return b.Flush()
	}
	if r.Distinct == 0 {
		fmt.Fprintln(b, "There is no data in this range. weir sql \"SELECT min(first_seen), max(last_seen) FROM flows\" shows which there is.")
		return b.Flush()
	}
	if err := v.table(b, rows); err != nil {
		return err
	}
	if !v.bare {
		fmt.Fprintf(b, "\ntotal: %s; not shown: %s\n", measuresText(r.Total), measuresText(r.Other))
	}
	if r.Detail != nil {
		fmt.Fprintf(b, "Before %s only sums by hour and day are kept: what they do not have is missing.\n", r.Detail.Format(time.DateOnly))
	}
	if !r.Deduplicated {
		fmt.Fprintln(b, "Still settling: a conversation logged at both of its ends may be counted at both until weir ingest or weir serve has settled it.")
	}
	return b.Flush()
}

func (v view[A]) table(w io.Writer, rows [][]any) error {
	t := terminal.NewTable()
	for i, c := range v.columns {
		if !c.shown(rows, i) {
			continue
		}
		align := terminal.Right
		if len(rows) > 0 {
			if _, text := rows[0][i].(string); text {
				align = terminal.Left
			}
		}
		t.Column(strings.ReplaceAll(c.name, "_", " "), align)
	}
	for _, r := range rows {
		var texts []string
		for i, c := range r {
			if v.columns[i].shown(rows, i) {
				texts = append(texts, cellText(c))
			}
		}
		t.Row(texts...)
	}
	return t.Flush(w)
}

func cellText(c any) string {
	switch c := c.(type) {
	case int64:
		return terminal.Count(c)
	case byteCount:
		return terminal.Bytes(int64(c))
	case share:
		return terminal.Share(float64(c))
	}
	return fmt.Sprint(c)
}

// stamp writes a time to the minute, the grain of a range.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

func measuresText(m insight.Measures) string {
	return fmt.Sprintf("%s, %s, %s", words(m.Flows, "flow"), words(m.Packets, "packet"), terminal.Bytes(m.Bytes))
}

func words(n int64, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return terminal.Count(n) + " " + word + "s"
}

// cells are rows held in memory, with raw numbers.
type cells struct {
	columns []store.Column
	rows    [][]any
	at      int
}

// cells returns the rows without the columns that are for tables only.
func (v view[A]) cells(rows [][]any) *cells {
	c := &cells{}
	for _, column := range v.columns {
		if column.inFiles() {
			c.columns = append(c.columns, store.Column{Name: column.name})
		}
	}
	for _, r := range rows {
		var out []any
		for i, cell := range r {
			if !v.columns[i].inFiles() {
				continue
			}
			switch n := cell.(type) {
			case byteCount:
				cell = int64(n)
			case share:
				cell = float64(n)
			}
			out = append(out, cell)
		}
		c.rows = append(c.rows, out)
	}
	return c
}

func (c *cells) Columns() []store.Column { return c.columns }
func (c *cells) Next() bool              { c.at++; return c.at <= len(c.rows) }
func (c *cells) Values() []any           { return c.rows[c.at-1] }
func (c *cells) Err() error              { return nil }
func (c *cells) Close() error            { return nil }
