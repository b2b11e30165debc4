package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/kql"
	"weir/internal/kql/syntax"
	"weir/internal/store"
	"weir/internal/terminal"
)

// kqlFlags are what weir kql can be told.
type kqlFlags struct {
	format   terminal.Format
	timespan string
	timeout  time.Duration
	explain  bool
}

func newKQLCommand(a *app) *cobra.Command {
	f := kqlFlags{format: terminal.Table}
	c := &cobra.Command{
		Use:   `kql "NTANetAnalytics | ..." | -`,
		Short: "Ask the store in KQL, as in the log search of Azure",
		Long: `Ask the store in KQL, the query language of Azure's log search, over the views
NTANetAnalytics, NTAIpDetails and NTATopologyDetails and those of weir sql.
Queries of workbooks, alert rules and hunting run as they are, as far as
docs/reference/kql.md says; all else is refused with its place, and nothing is
guessed. A question cannot change anything. With "-" it is read from standard
input.

The timespan bounds TimeGenerated of every table, in addition to what the query
says: PT2H and P1D end now, START/END says both ends.`,
		Example: `  weir kql "NTANetAnalytics | summarize sum(AllowedOutFlows) by FlowType"
  weir kql --timespan P1D "NTANetAnalytics | where FlowStatus == 'Denied' | top 10 by FlowStartTime"
  weir kql --explain "NTANetAnalytics | count"
  weir kql --format csv - < question.kql`,
		Args: arguments(1, 1, `give one query in quotes, or "-" for standard input`),
		RunE: action(func(cmd *cobra.Command, args []string) error {
			return a.kql(cmd.Context(), args[0], f)
		}),
	}
	c.Flags().Var(terminal.WithParquet(&f.format), "format", "form of the answer")
	c.Flags().StringVar(&f.timespan, "timespan", "", "`times` that are asked about, such as PT2H or 2026-03-01/2026-03-02")
	c.Flags().DurationVar(&f.timeout, "timeout", 0, "give up after this `time`, such as 10s (0: never)")
	c.Flags().BoolVar(&f.explain, "explain", false, "show the plan and the SQL of the query instead of asking it")
	completeRowFormat(c)
	return c
}

func (a *app) kql(ctx context.Context, text string, f kqlFlags) (err error) {
	if f.timeout < 0 {
		return usageErrorf("--timeout %s is less than nothing", f.timeout)
	}
	if text == "-" {
		all, err := io.ReadAll(io.LimitReader(a.stdin, syntax.MaxText+1))
		if err != nil {
			return fmt.Errorf("cannot read the query from standard input: %w", err)
		}
		text = string(all)
	}
	if strings.TrimSpace(text) == "" {
		return usageErrorf("the query is empty: begin with a table, such as NTANetAnalytics | take 10")
	}
	o := kql.Options{Now: time.Now()}
	if f.timespan != "" {
		if o.From, o.Until, err = kql.Timespan(f.timespan, o.Now); err != nil {
			return usageErrorf("%v", err)
		}
	}
	looking := o
	looking.Look = func(sql string) (rows [][]string, err error) {
		err = a.asking(ctx, "weir kql", func(ctx context.Context, b backend) error {
			rows, err = kql.Looking(ctx, b.SQL)(sql)
			return err
		})
		return rows, err
	}
	q, err := kql.Compile(text, looking)
	var fault *syntax.Fault
	if errors.As(err, &fault) {
		return fmt.Errorf("cannot run the query: %w", fault)
	}
	if err != nil {
		return err
	}
	if f.explain {
		_, err := fmt.Fprintln(a.stdout, q.Explain())
		return err
	}
	return a.ask(ctx, question{command: "weir kql", format: f.format, timeout: f.timeout, ask: func(ctx context.Context, b backend) (store.Rows, error) {
		return b.KQL(ctx, text, o)
	}})
}
