package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/terminal"
)

// flowsFlags are the flags of weir flows beside those of weir top.
type flowsFlags struct {
	topFlags
	sort    string
	after   string
	all     bool
	objects bool
}

func newFlowsCommand(a *app) *cobra.Command {
	f := flowsFlags{topFlags: topFlags{format: terminal.Table, by: string(insight.Flows)}}
	c := &cobra.Command{
		Use:   "flows",
		Short: "Show the reduced flows behind any number",
		Long: `Show the reduced flows in a range of time: the rows that every number is the sum
of, as each NIC recorded them. A conversation that was recorded at several NICs
has a row of each; the last column says what of a row counts. The filter of a
finding, or of a row of weir top, leads to its flows. --all writes all rows, the
newest first, as CSV, JSON or Parquet while they are read; else the line below the table,
or next in JSON, is where --after goes on.`,
		Example: `  weir flows
  weir flows --where 'malicious and allowed' --from -7d
  weir flows --sort bytes --limit 20
  weir flows --limit 3 --objects
  weir flows --where 'vm = web-1' --all --format csv > flows.csv
  weir flows --from -30d --all --format parquet > flows.parquet`,
		Args: noArguments,
		RunE: action(func(cmd *cobra.Command, _ []string) error { return a.flows(cmd.Context(), &f) }),
	}
	flags := c.Flags()
	flags.StringVar(&f.from, "from", "", "start of the range, inclusive: a `time`, a date, or -6h before the end of the data (default: 24 hours before the end)")
	flags.StringVar(&f.to, "to", "", "end of the range, exclusive: a `time` as for --from (default: the end of the data)")
	flags.StringVar(&f.where, "where", "", "only flows that a `filter` lets pass, such as "+strconv.Quote("vnet = hub and not country = us"))
	flags.StringVar(&f.sort, "sort", "time", "sort by `"+strings.Join(insight.FlowSorts(), "|")+"`, newest or highest first")
	flags.IntVar(&f.limit, "limit", 50, fmt.Sprintf("`number` of rows to show, 1 to %d", insight.MaxFlows))
	flags.StringVar(&f.after, "after", "", "go on behind a `place` that was shown")
	flags.BoolVar(&f.all, "all", false, "write all rows as CSV, JSON or Parquet")
	flags.BoolVar(&f.objects, "objects", false, "show the log objects that each row came from")
	flags.Var(terminal.WithParquet(&f.format), "format", "form of the answer")
	_ = c.RegisterFlagCompletionFunc("where", a.completeWhere)
	_ = c.RegisterFlagCompletionFunc("sort", cobra.FixedCompletions(insight.FlowSorts(), cobra.ShellCompDirectiveNoFileComp))
	completeRowFormat(c)
	return c
}

func (a *app) flows(ctx context.Context, f *flowsFlags) error {
	limit := f.limit
	if limit < 1 || limit > insight.MaxFlows {
		return usageErrorf("--limit %d is not between 1 and %d", limit, insight.MaxFlows)
	}
	if f.all && f.format == terminal.Table {
		return usageErrorf("--all writes a file: give --format csv, json or parquet")
	}
	if err := a.forFile(f.format); err != nil {
		return err
	}
	if f.objects && (f.all || f.format != terminal.Table) {
		return usageErrorf("--objects goes with a table")
	}
	return a.asking(ctx, "weir flows", func(ctx context.Context, b backend) error {
		f.limit = 1 // that of a ranking is another
		top, err := f.question(ctx, b)
		if err != nil {
			return err
		}
		q := insight.FlowsQuestion{
			From: top.From, To: top.To, Where: top.Where, Sort: f.sort, Limit: limit, After: f.after, Count: f.format == terminal.Table && f.after == "",
		}
		ask := func(q insight.FlowsQuestion) (*insight.FlowsAnswer, error) { return b.Flows(ctx, q) }
		var bad *insight.AskError
		if f.all {
			_, err = terminal.WriteRows(a.stdout, f.format, insight.AllFlows(q, ask))
		} else {
			var answer *insight.FlowsAnswer
			if answer, err = ask(q); err == nil {
				return a.showFlows(ctx, b, f, answer)
			}
		}
		if errors.As(err, &bad) {
			return usageErrorf("--%s: %s", bad.Field, bad.Text)
		}
		if err != nil {
			return fmt.Errorf("cannot show flows: %w", err)
		}
		return nil
	})
}

// showFlows writes a page of flows.
func (a *app) showFlows(ctx context.Context, b backend, f *flowsFlags, answer *insight.FlowsAnswer) error {
	switch f.format {
	case terminal.JSON:
		return writeJSON(a.stdout, answer)
	case terminal.CSV, terminal.Parquet:
		_, err := terminal.WriteRows(a.stdout, f.format, insight.FlowRows(answer.Rows))
		return err
	}
	w := bufio.NewWriter(a.stdout)
	fmt.Fprintf(w, "%s to %s (UTC)", stamp(answer.From), stamp(answer.To))
	if answer.Count != nil {
		fmt.Fprintf(w, ", %s of %s", terminal.Count(int64(len(answer.Rows))), terminal.Plural(*answer.Count, "reduced flow"))
	}
	fmt.Fprintf(w, " by %s\n\n", answer.Sort)
	if len(answer.Rows) == 0 {
		fmt.Fprintln(w, "No reduced flow of this range passes.")
	} else if err := flowsTable(w, answer.Rows); err != nil {
		return err
	}
	if answer.Detail != nil {
		fmt.Fprintf(w, "\nFlows are kept from %s on; before, there are only sums.\n", answer.Detail.Format("2006-01-02"))
	}
	if f.objects {
		if err := objectsOfFlows(ctx, w, b, answer.Rows); err != nil {
			return err
		}
	}
	if answer.Next != "" {
		fmt.Fprintf(w, "\nmore: --after %s\n", answer.Next)
	}
	return w.Flush()
}

func flowsTable(w io.Writer, rows []insight.Flow) error {
	t := terminal.NewTable()
	for _, head := range []string{"interval", "initiator", "responder", "port", "type", "way", "status", "rule", "nic"} {
		t.Column(head, terminal.Left)
	}
	for _, head := range []string{"flows", "packets", "sent", "received", "tuples"} {
		t.Column(head, terminal.Right)
	}
	t.Column("counts", terminal.Left)
	for i := range rows {
		f := &rows[i]
		nic := path.Base(f.NIC)
		if f.NIC == "" {
			nic = f.MAC
		}
		if f.AtHop {
			nic += " (hop)"
		}
		t.Row(
			stamp(f.Interval), endText(f.Initiator, f.From), endText(f.Responder, f.To),
			portText(insight.PortKey{Port: f.Port, Through: f.Port, Protocol: f.Protocol, Application: f.Application}),
			f.Type, string(f.Direction), string(f.Status), terminal.Printable(f.Rule), terminal.Printable(nic),
			terminal.Count(f.Started), terminal.Count(f.Forward.Packets+f.Back.Packets), terminal.Bytes(f.Forward.Bytes), terminal.Bytes(f.Back.Bytes),
			terminal.Count(f.Tuples), f.Counted.Text(),
		)
	}
	return t.Flush(w)
}

// endText is an address with what it was.
func endText(address string, s insight.Side) string {
	if text := sideText(s); text != "" {
		return address + " " + terminal.Printable(text)
	}
	return address
}

// objectsOfFlows writes which log objects rows came from, once for all rows of one
// log and one hour, which an object of Azure has.
func objectsOfFlows(ctx context.Context, w io.Writer, b backend, rows []insight.Flow) error {
	type hour struct {
		log flow.Log
		at  time.Time
	}
	questions := map[hour]*insight.FlowObjectsQuestion{}
	var order []hour
	for i := range rows {
		f := &rows[i]
		h := hour{flow.Log{MAC: f.MAC, Target: f.Target, FlowLog: f.FlowLog}, f.Interval.Truncate(time.Hour)}
		if f.Family == flow.VNet.String() {
			h.log.Family = flow.VNet
		}
		q := questions[h]
		if q == nil {
			q = &insight.FlowObjectsQuestion{Log: h.log, First: f.First, Last: f.Last}
			questions[h] = q
			order = append(order, h)
		}
		if f.First.Before(q.First) {
			q.First = f.First
		}
		if f.Last.After(q.Last) {
			q.Last = f.Last
		}
	}
	for _, h := range order {
		q := questions[h]
		a, err := b.FlowObjects(ctx, *q)
		if err != nil {
			return fmt.Errorf("cannot find the log objects: %w", err)
		}
		fmt.Fprintf(w, "\n%s to %s by %s: %s\n", q.First.Format("2006-01-02 15:04:05"), q.Last.Format("15:04:05"), terminal.Printable(q.Log.MAC), a.Words)
		for _, o := range a.Rows {
			fmt.Fprintf(w, "  %s\n", terminal.Printable(o.Name))
		}
	}
	return nil
}
