package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/insight"
	"weir/internal/terminal"
)

func newCoverageCommand(a *app) *cobra.Command {
	format := terminal.Table
	var limit, offset int
	c := &cobra.Command{
		Use:   "coverage",
		Short: "Show what is read, and which NICs send no logs and why",
		Long: `Show why one may see nothing: what is read by place and kind of log, with the last
object, its lag, tuples, rejects and tuples to a row, and which NICs of the
inventory send no logs, with why that may be: no flow log is configured, it is
disabled or not read, the NIC is attached to nothing, its machine never ran, or it
has been silent since some time. As CSV it is a row for each such NIC.`,
		Example: `  weir coverage
  weir coverage --limit 20 --format csv
  weir coverage --format json`,
		Args: noArguments,
		RunE: action(func(cmd *cobra.Command, _ []string) error {
			return a.asking(cmd.Context(), "weir coverage", func(ctx context.Context, b backend) error {
				answer, err := b.Coverage(ctx, limit, offset)
				var bad *insight.AskError
				if errors.As(err, &bad) {
					return usageErrorf("--%s: %s", bad.Field, bad.Text)
				}
				if err != nil {
					return fmt.Errorf("cannot show what is missing: %w", err)
				}
				return showCoverage(a.stdout, format, a.columns(), answer)
			})
		}),
	}
	c.Flags().IntVar(&limit, "limit", insight.DefaultListLimit, fmt.Sprintf("`number` of NICs to show, 1 to %d", insight.MaxLimit))
	c.Flags().IntVar(&offset, "offset", 0, "`number` of NICs before the first that is shown")
	c.Flags().Var(&format, "format", "form of the answer")
	completeFormat(c)
	return c
}

func showCoverage(w io.Writer, f terminal.Format, columns int, a *insight.CoverageAnswer) error {
	switch f {
	case terminal.JSON:
		return writeJSON(w, a)
	case terminal.CSV:
		c := &cells{columns: columnsNamed("nic", "mac", "machine", "subnet", "region", "fault", "last", "flow_log", "storage")}
		for _, r := range a.Rows {
			c.rows = append(c.rows, []any{r.NIC, r.MAC, r.Machine, r.Subnet, r.Region, string(r.Fault), orNull(r.Last), r.FlowLog, r.Storage})
		}
		_, err := terminal.WriteRows(w, terminal.CSV, c)
		return err
	}
	b := bufio.NewWriter(w)
	var p pairs
	p.list("why", a.Words)
	if a.End != nil {
		p.add("data until", a.End.Format("2006-01-02 15:04:05")+" UTC")
		p.add("in a day", fmt.Sprintf("%s of log objects; %s of what NICs recorded counts, the rest was recorded at another NIC, too",
			terminal.Bytes(a.DayBytes), terminal.Share(a.CountedOnce)))
	}
	if a.Inventory != nil {
		p.add("NICs", fmt.Sprintf("%d of %s sent logs in the last six hours of data; inventory of %s", a.Sending,
			terminal.Plural(int64(a.NICs), "NIC"), a.Inventory.Format(time.DateTime)))
	}
	for _, r := range a.Reasons {
		p.add(string(r.Fault), fmt.Sprintf("%s. %s", terminal.Plural(int64(r.NICs), "NIC"), r.Words))
	}
	p.write(b, columns)
	if err := sourcesTable(b, a); err != nil {
		return err
	}
	if len(a.Rows) > 0 {
		fmt.Fprintln(b)
		t := terminal.NewTable()
		for _, head := range []string{"nic", "machine", "subnet", "region", "fault", "last", "flow log", "storage"} {
			t.Column(head, terminal.Left)
		}
		for _, r := range a.Rows {
			last := ""
			if r.Last != nil {
				last = stamp(*r.Last)
			}
			t.Row(r.NIC, r.Machine, r.Subnet, r.Region, string(r.Fault), last, groupName(r.FlowLog), groupName(r.Storage))
		}
		if err := t.Flush(b); err != nil {
			return err
		}
		if rest := a.Distinct - a.Offset - len(a.Rows); rest > 0 {
			fmt.Fprintf(b, "\nnot shown: %s\n", terminal.Plural(int64(rest), "NIC"))
		}
	}
	return b.Flush()
}

func sourcesTable(b io.Writer, a *insight.CoverageAnswer) error {
	if len(a.Sources) == 0 {
		return nil
	}
	fmt.Fprintln(b)
	t := terminal.NewTable()
	t.Column("source", terminal.Left)
	t.Column("kind", terminal.Left)
	t.Column("last tuple", terminal.Left)
	for _, head := range []string{"objects", "failed", "size", "in a day", "tuples", "rejected", "rows", "tuples/row"} {
		t.Column(head, terminal.Right)
	}
	for _, s := range a.Sources {
		last := ""
		if s.LastTuple != nil {
			last = stamp(*s.LastTuple)
		}
		t.Row(terminal.Printable(s.Place), s.Family, last, terminal.Count(s.Objects), terminal.Count(s.Failed), terminal.Bytes(s.Size), terminal.Bytes(s.DayBytes),
			terminal.Count(s.Tuples), terminal.Count(s.Rejected), terminal.Count(s.Rows), fmt.Sprintf("%.1f", s.Reduction))
	}
	return t.Flush(b)
}
