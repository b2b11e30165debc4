package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"weir/internal/pipeline"
	"weir/internal/terminal"
)

// showSummary writes what an ingest did.
func showSummary(w io.Writer, f terminal.Format, s pipeline.Summary) error {
	switch f {
	case terminal.JSON:
		return writeJSON(w, s)
	case terminal.CSV:
		return summaryCSV(w, s)
	}
	return summaryTable(w, s)
}

// summaryCSV writes the counts as one row; reasons and problems are in the
// views rejects and objects.
func summaryCSV(w io.Writer, s pipeline.Summary) error {
	heads := []string{
		"objects", "bytes", "records", "tuples", "rejected", "rows", "reduction ratio", "seconds", "tuples/s",
		"unchanged", "changed", "failed", "pending_bytes", "ignored_counters",
		"records_before", "rejected_before", "counted_twice", "too_old", "too_old_objects",
	}
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	x := func(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }
	cells := []string{
		n(s.Objects), n(s.Bytes), n(s.Records), n(s.Tuples), n(s.Rejected), n(s.Rows), x(s.ReductionRatio), x(s.Seconds), x(s.TuplesPerSecond),
		n(s.Unchanged), n(s.Changed), n(s.Failed), n(s.PendingBytes), n(s.IgnoredCounters),
		n(s.RecordsBefore), n(s.RejectedBefore), n(s.CountedTwice), n(s.TooOld), n(s.TooOldObjects),
	}
	_, err := fmt.Fprintf(w, "%s\r\n%s\r\n", strings.Join(heads, ","), strings.Join(cells, ","))
	return err
}

func summaryTable(w io.Writer, s pipeline.Summary) error {
	var b strings.Builder
	line := func(name, value, remark string) {
		fmt.Fprintln(&b, strings.TrimRight(fmt.Sprintf("%-16s%14s  %s", name, value, remark), " "))
	}
	line("objects", terminal.Full(s.Objects), objectsRemark(s))
	line("bytes", terminal.Full(s.Bytes), terminal.Bytes(s.Bytes)+" read")
	line("records", terminal.Full(s.Records), "")
	line("tuples", terminal.Full(s.Tuples), "")
	line("rejected", terminal.Full(s.Rejected), rejectedRemark(s))
	line("rows", terminal.Full(s.Rows), "")
	line("reduction ratio", strconv.FormatFloat(s.ReductionRatio, 'f', 1, 64), "tuples to a row")
	line("seconds", strconv.FormatFloat(s.Seconds, 'f', 2, 64), "")
	line("tuples/s", terminal.Full(int64(s.TuplesPerSecond)), "")
	if s.PendingBytes > 0 {
		line("pending", terminal.Full(s.PendingBytes), "bytes that wait for the rest of their record")
	}
	if s.TooOld > 0 {
		line("too old", terminal.Full(s.TooOld), "tuples that are older than what is kept, and are not stored")
	}
	if s.IgnoredCounters > 0 {
		line("ignored", terminal.Full(s.IgnoredCounters), "begin and deny tuples whose bytes or packets count nowhere, as Azure says they are 0")
	}
	if err := writeRejects(&b, s.Rejects); err != nil {
		return err
	}
	if err := writeProblems(&b, s); err != nil {
		return err
	}
	if err := writeCopies(&b, s); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func objectsRemark(s pipeline.Summary) string {
	var parts []string
	for _, p := range []struct {
		n    int64
		word string
	}{{s.Unchanged, "unchanged"}, {s.Changed, "changed"}, {s.Failed, "failed"}, {s.TooOldObjects, "too old"}} {
		if p.n > 0 {
			parts = append(parts, terminal.Full(p.n)+" "+p.word)
		}
	}
	return strings.Join(parts, ", ")
}

func rejectedRemark(s pipeline.Summary) string {
	if s.RejectedBefore == 0 {
		return ""
	}
	return "and " + terminal.Full(s.RejectedBefore) + " in earlier runs"
}

// writeRejects shows each reason with its first example, the most frequent first.
func writeRejects(w io.Writer, rejects []pipeline.RejectSummary) error {
	if len(rejects) == 0 {
		return nil
	}
	rejects = slices.Clone(rejects)
	slices.SortStableFunc(rejects, func(a, b pipeline.RejectSummary) int { return int(b.Count - a.Count) })
	fmt.Fprintln(w, "\nRejected, with the first example of each reason (all: weir sql \"FROM rejects\"):")
	t := terminal.NewTable().Column("reason", terminal.Left).Column("count", terminal.Right).
		Column("object", terminal.Left).Column("offset", terminal.Right).Column("sample", terminal.Left)
	for _, r := range rejects {
		t.Row(r.Reason, terminal.Full(r.Count), r.Object, strconv.FormatInt(r.Offset, 10), shorten(r.Sample, 60))
	}
	return t.Flush(w)
}

func writeProblems(w io.Writer, s pipeline.Summary) error {
	if len(s.Problems) == 0 {
		return nil
	}
	fmt.Fprintln(w, "\nNot read:")
	t := terminal.NewTable().Column("object", terminal.Left).Column("state", terminal.Left).Column("what", terminal.Left)
	for _, p := range s.Problems {
		t.Row(p.Object, p.State, p.Message)
	}
	if err := t.Flush(w); err != nil {
		return err
	}
	if more := s.Changed + s.Failed - int64(len(s.Problems)); more > 0 {
		fmt.Fprintf(w, "and %s more: weir sql \"SELECT * FROM objects WHERE state IN ('changed', 'failed')\"\n", terminal.Full(more))
	}
	return nil
}

// writeCopies shows what is counted twice.
func writeCopies(w io.Writer, s pipeline.Summary) error {
	if s.CountedTwice == 0 {
		return nil
	}
	fmt.Fprintln(w, "\nCounted twice, since the same log was read under two names (to count it once, read one of them into a new store):")
	t := terminal.NewTable().Column("object", terminal.Left).Column("same log as", terminal.Left)
	for _, c := range s.Copies {
		t.Row(c.Object, c.Of)
	}
	if err := t.Flush(w); err != nil {
		return err
	}
	if more := s.CountedTwice - int64(len(s.Copies)); more > 0 {
		fmt.Fprintf(w, "and %s more: weir sql \"SELECT fingerprint, list(name) FROM objects WHERE fingerprint > 0 GROUP BY ALL HAVING count(*) > 1\"\n", terminal.Full(more))
	}
	return nil
}

// shorten keeps the beginning of a text, in whole characters.
func shorten(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-3]) + "..."
}
