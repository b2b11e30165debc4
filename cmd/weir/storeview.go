package main

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"weir/internal/insight"
	"weir/internal/store"
	"weir/internal/terminal"
)

// showStore writes what uses the disk. As CSV it is a row for each table, and
// for each day of those that are kept by time.
func showStore(w io.Writer, f terminal.Format, columns int, s *insight.StoreAnswer) error {
	switch f {
	case terminal.JSON:
		return writeJSON(w, s)
	case terminal.CSV:
		c := &cells{columns: columnsNamed("table", "day", "rows", "bytes")}
		for _, t := range s.Tables {
			c.rows = append(c.rows, []any{t.Name, nil, t.Rows, t.Bytes})
		}
		for _, d := range s.Days {
			c.rows = append(c.rows, []any{d.Table, d.Day.Format(time.DateOnly), d.Rows, d.Bytes})
		}
		_, err := terminal.WriteRows(w, terminal.CSV, c)
		return err
	}
	b := bufio.NewWriter(w)
	var p pairs
	p.add("on disk", diskText(s))
	if s.Disk.Size > 0 {
		p.add("disk", fmt.Sprintf("%s of %s are free", terminal.Bytes(s.Disk.Available), terminal.Bytes(s.Disk.Size)))
	}
	p.add("detail", detailText(&s.Detail))
	p.add("retention", retentionText(&s.Retention))
	p.add("growth", growthText(s))
	p.add("warning", s.Warning)
	p.add("add this line", s.Advice)
	p.write(b, columns)
	if err := tablesTable(b, s); err != nil {
		return err
	}
	if err := daysTable(b, s.Days); err != nil {
		return err
	}
	return b.Flush()
}

func diskText(s *insight.StoreAnswer) string {
	text := fmt.Sprintf("%s: %s in use, %s free inside the file, %s of log", terminal.Bytes(s.Bytes),
		terminal.Bytes(s.File-s.Free), terminal.Bytes(s.Free), terminal.Bytes(s.Log))
	if s.Spill > 0 {
		text += fmt.Sprintf(", %s put aside by questions", terminal.Bytes(s.Spill))
	}
	return text
}

func detailText(d *insight.Detail) string {
	text := ""
	for _, part := range []struct {
		what string
		from *time.Time
	}{{"intervals", d.Intervals}, {"hours", d.Hours}, {"days", d.Days}} {
		if part.from == nil {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%s from %s", part.what, part.from.Format(time.DateOnly))
	}
	if text == "" {
		return "none: the store is empty"
	}
	return text
}

func retentionText(r *insight.RetentionSetting) string {
	kept := func(span string) string {
		if span == "0" {
			return "for ever"
		}
		return "for " + span
	}
	if r.Intervals == "0" && r.Hours == "0" && r.Days == "0" {
		return "everything is kept for ever"
	}
	return fmt.Sprintf("intervals are kept %s, sums by hour %s, sums by day %s", kept(r.Intervals), kept(r.Hours), kept(r.Days))
}

func growthText(s *insight.StoreAnswer) string {
	g := &s.Growth
	if g.From == nil {
		return ""
	}
	text := fmt.Sprintf("%s rows and %s a day; %s on disk in 30 days", terminal.Count(g.Rows), terminal.Bytes(g.Bytes), terminal.Bytes(g.In30Days))
	switch {
	case g.Full != nil:
		text += fmt.Sprintf("; full on %s", g.Full.Format(time.DateOnly))
	case s.Disk.Size > 0:
		text += "; not full within ten years"
	}
	return text
}

func tablesTable(b io.Writer, s *insight.StoreAnswer) error {
	fmt.Fprintln(b)
	t := terminal.NewTable()
	t.Column("table", terminal.Left)
	for _, head := range []string{"rows", "size", "share"} {
		t.Column(head, terminal.Right)
	}
	t.Column("from", terminal.Left)
	t.Column("to", terminal.Left)
	var sum int64
	for _, row := range s.Tables {
		sum += row.Bytes
	}
	for _, row := range s.Tables {
		share := 0.0
		if sum > 0 {
			share = float64(row.Bytes) / float64(sum)
		}
		size := terminal.Bytes(row.Bytes)
		if row.Rows > 0 && row.Bytes == 0 {
			size = "in the log" // it has no blocks of its own yet
		}
		t.Row(row.Name, terminal.Count(row.Rows), size, terminal.Share(share), dateOf(row.First), dateOf(row.Last))
	}
	return t.Flush(b)
}

func dateOf(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

// fewDays is up to how many days are shown one by one; more are by month.
const fewDays = 31

// daysTable shows what each day has, or each month where there are many.
func daysTable(b io.Writer, days []insight.StoreDay) error {
	if len(days) == 0 {
		return nil
	}
	form := time.DateOnly
	all := map[time.Time]bool{}
	for _, d := range days {
		all[d.Day] = true
	}
	if len(all) > fewDays {
		form = "2006-01"
	}
	type sum struct {
		rows  int64
		bytes map[string]int64
	}
	sums := map[string]*sum{}
	for _, d := range days {
		period := d.Day.Format(form)
		if sums[period] == nil {
			sums[period] = &sum{bytes: map[string]int64{}}
		}
		if d.Table == string(store.TableFacts) {
			sums[period].rows += d.Rows
		}
		sums[period].bytes[d.Table] += d.Bytes
	}
	fmt.Fprintln(b)
	t := terminal.NewTable()
	t.Column("period", terminal.Left)
	for _, head := range []string{"facts", "size", "hours", "days"} {
		t.Column(head, terminal.Right)
	}
	for _, period := range slices.Sorted(maps.Keys(sums)) {
		row := sums[period]
		cells := []string{period, terminal.Count(row.rows)}
		for _, table := range []store.Table{store.TableFacts, store.TableHours, store.TableDays} {
			cells = append(cells, terminal.Bytes(row.bytes[string(table)]))
		}
		t.Row(cells...)
	}
	return t.Flush(b)
}
