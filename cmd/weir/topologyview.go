package main

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"weir/internal/knowledge"
	"weir/internal/store"
	"weir/internal/terminal"
)

// fewProblems is how many problems a report shows to people.
const fewProblems = 10

// showTopology writes what became of an inventory.
func showTopology(w io.Writer, f terminal.Format, r *knowledge.TopologyReport) error {
	switch f {
	case terminal.JSON:
		return writeJSON(w, r)
	case terminal.CSV:
		_, err := terminal.WriteRows(w, terminal.CSV, topologyCells(r))
		return err
	}
	b := bufio.NewWriter(w)
	whole := "the whole estate"
	if r.Partial {
		whole = "the kinds and subscriptions that it shows"
	}
	fmt.Fprintf(b, "Snapshot of %s UTC, of %s\n\n", r.Time.UTC().Format("2006-01-02 15:04:05"), whole)
	if err := topologyTable(b, r); err != nil {
		return err
	}
	if r.Identical {
		fmt.Fprintln(b, "\nIt says nothing that was not known.")
	}
	if r.Open > 0 {
		fmt.Fprintf(b, "\nOf %s not all is shown (single resources, or a page of several); the rest stays as it was known.\n",
			terminal.Plural(int64(r.Open), "kind in a subscription or resource"))
	}
	if r.Repeated > 0 {
		fmt.Fprintf(b, "\n%s replaced by a later one with the same id.\n", terminal.Plural(int64(r.Repeated), "resource"))
	}
	if err := unknownTable(b, r.Unknown); err != nil {
		return err
	}
	if len(r.Problems) > 0 {
		fmt.Fprintln(b, "\nLeft out or missing:")
		for _, p := range r.Problems[:min(len(r.Problems), fewProblems)] {
			fmt.Fprintln(b, "  "+terminal.Printable(p))
		}
		if more := len(r.Problems) - fewProblems; more > 0 {
			fmt.Fprintf(b, "  and %s more; --format json shows all\n", terminal.Full(int64(more)))
		}
	}
	return b.Flush()
}

// topologyKinds returns the kinds that a report speaks of.
func topologyKinds(r *knowledge.TopologyReport) []string {
	kinds := maps.Clone(r.Kinds)
	for kind := range r.Changes {
		kinds[kind] += 0
	}
	return slices.Sorted(maps.Keys(kinds))
}

func topologyTable(w io.Writer, r *knowledge.TopologyReport) error {
	t := terminal.NewTable().Column("kind", terminal.Left)
	for _, name := range []string{"resources", "appeared", "changed", "gone"} {
		t.Column(name, terminal.Right)
	}
	for _, kind := range topologyKinds(r) {
		c := r.Changes[kind]
		row := []string{kind}
		for _, n := range []int{r.Kinds[kind], c.Appeared, c.Changed, c.Gone} {
			row = append(row, terminal.Full(int64(n)))
		}
		t.Row(row...)
	}
	return t.Flush(w)
}

func unknownTable(w io.Writer, unknown map[string]int) error {
	if len(unknown) == 0 {
		return nil
	}
	fmt.Fprintln(w, "\nNot understood, and left out:")
	t := terminal.NewTable().Column("type", terminal.Left).Column("resources", terminal.Right)
	for _, kind := range byCount(unknown) {
		t.Row(kind, terminal.Full(int64(unknown[kind])))
	}
	return t.Flush(w)
}

// topologyCells are the rows of CSV; problems have no place in them.
func topologyCells(r *knowledge.TopologyReport) *cells {
	c := &cells{columns: columnsNamed("kind", "understood", "resources", "appeared", "changed", "gone")}
	for _, kind := range topologyKinds(r) {
		n := r.Changes[kind]
		c.rows = append(c.rows, []any{kind, true, int64(r.Kinds[kind]), int64(n.Appeared), int64(n.Changed), int64(n.Gone)})
	}
	for _, kind := range byCount(r.Unknown) {
		c.rows = append(c.rows, []any{kind, false, int64(r.Unknown[kind]), nil, nil, nil})
	}
	return c
}

func columnsNamed(names ...string) []store.Column {
	out := make([]store.Column, len(names))
	for i, name := range names {
		out[i] = store.Column{Name: name}
	}
	return out
}

// showSnapshots writes the list of snapshots.
func showSnapshots(w io.Writer, f terminal.Format, snapshots []knowledge.SnapshotState) error {
	switch f {
	case terminal.JSON:
		if snapshots == nil {
			snapshots = []knowledge.SnapshotState{}
		}
		return writeJSON(w, snapshots)
	case terminal.CSV:
		c := &cells{columns: columnsNamed("time", "source", "partial", "kind", "resources")}
		for _, s := range snapshots {
			for _, kind := range slices.Sorted(maps.Keys(s.Counts)) {
				c.rows = append(c.rows, []any{s.Time.UTC(), s.Source, s.Partial, kind, int64(s.Counts[kind])})
			}
		}
		_, err := terminal.WriteRows(w, terminal.CSV, c)
		return err
	}
	if len(snapshots) == 0 {
		_, err := fmt.Fprintln(w, "There is no snapshot: take one with weir topology import or weir topology sync.")
		return err
	}
	t := terminal.NewTable().Column("time (UTC)", terminal.Left).Column("shows", terminal.Left).
		Column("resources", terminal.Right).Column("source", terminal.Left).Column("most", terminal.Left)
	for _, s := range snapshots {
		total := 0
		for _, n := range s.Counts {
			total += n
		}
		shows := "whole"
		if s.Partial {
			shows = "part"
		}
		t.Row(s.Time.UTC().Format("2006-01-02 15:04:05"), shows, terminal.Full(int64(total)), shorten(s.Source, 60), most(s.Counts))
	}
	return t.Flush(w)
}

// kinds writes a number with the kind that it counts.
func kinds(n int64, kind string) string {
	if n != 1 && strings.HasSuffix(kind, "x") {
		kind += "e" // prefixes
	}
	return terminal.Plural(n, kind)
}

// most names the kinds of which there is most.
func most(counts map[string]int) string {
	const few = 3
	var parts []string
	for _, kind := range byCount(counts) {
		if len(parts) == few {
			return strings.Join(parts, ", ") + ", ..."
		}
		parts = append(parts, kinds(int64(counts[kind]), kind))
	}
	return strings.Join(parts, ", ")
}
