package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/store"
	"weir/internal/terminal"
)

func newSQLCommand(a *app) *cobra.Command {
	format := terminal.Table
	var timeout time.Duration
	c := &cobra.Command{
		Use:   `sql "SELECT ..." | -`,
		Short: "Ask the store in SQL",
		Long: `Ask the store in the SQL of DuckDB, over the public views: flows, endpoints,
objects and rejects, and NTANetAnalytics, NTAIpDetails and NTATopologyDetails
with the columns of Azure Traffic Analytics. A question cannot change anything.
With "-" it is read from standard input.

Times are UTC. In JSON a number has all its digits and a NULL is null; in CSV a
NULL is an empty field and an empty text is "".`,
		Example: `  weir sql "DESCRIBE flows"
  weir sql "SELECT status, sum(started) AS flows FROM flows GROUP BY ALL"
  weir sql --format csv "FROM rejects" > rejects.csv
  weir sql --timeout 10s - < question.sql`,
		Args: arguments(1, 1, `give one question in quotes, or "-" for standard input`),
		RunE: action(func(cmd *cobra.Command, args []string) error {
			return a.sql(cmd.Context(), args[0], format, timeout)
		}),
	}
	c.Flags().Var(terminal.WithParquet(&format), "format", "form of the answer")
	c.Flags().DurationVar(&timeout, "timeout", 0, "give up after this `time`, such as 10s (0: never)")
	completeRowFormat(c)
	return c
}

func (a *app) sql(ctx context.Context, query string, format terminal.Format, timeout time.Duration) error {
	if timeout < 0 {
		return usageErrorf("--timeout %s is less than nothing", timeout)
	}
	if query == "-" {
		text, err := io.ReadAll(a.stdin)
		if err != nil {
			return fmt.Errorf("cannot read the question from standard input: %w", err)
		}
		query = string(text)
	}
	if strings.TrimSpace(query) == "" {
		return usageErrorf("the question is empty: give a SELECT statement")
	}
	return a.ask(ctx, question{command: "weir sql", format: format, timeout: timeout, ask: func(ctx context.Context, b backend) (store.Rows, error) {
		return b.SQL(ctx, query)
	}})
}

// question is one of which the answer is rows, and how that is wanted.
type question struct {
	command string
	ask     func(context.Context, backend) (store.Rows, error)
	format  terminal.Format
	timeout time.Duration // 0: none
}

// ask writes the answer of a question.
func (a *app) ask(ctx context.Context, q question) (err error) {
	if err := a.forFile(q.format); err != nil {
		return err
	}
	c, err := a.config()
	if err != nil {
		return err
	}
	b, err := a.reading(ctx, c, q.command)
	if err != nil {
		return err
	}
	defer closing(b, &err)
	if q.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, q.timeout)
		defer cancel()
	}
	rows, err := q.ask(ctx, b)
	if err != nil {
		return explainSQL(ctx, err, q.timeout)
	}
	defer rows.Close()
	n, err := terminal.WriteRows(a.stdout, q.format, rows)
	if err != nil {
		return explainSQL(ctx, err, q.timeout)
	}
	if q.format == terminal.Table {
		a.say("%s", terminal.Plural(n, "row"))
	}
	return nil
}

func overdue(timeout time.Duration) string {
	return fmt.Sprintf("cannot answer within %s; ask for less, or give more time with --timeout", timeout)
}

// explainSQL says what to do about a question that was not answered.
func explainSQL(ctx context.Context, err error, timeout time.Duration) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return errors.New(overdue(timeout))
	case ctx.Err() != nil:
		return errors.New("the question was stopped by a signal")
	case errors.Is(err, context.Canceled): // not by us
		return errors.New("cannot answer the question: weir serve, which holds the store, was stopped; ask again")
	case errors.Is(err, store.ErrReadOnlySQL):
		return fmt.Errorf("cannot run the statement: %w", err)
	}
	// The engine repeats the statement with a mark under it, which is of no
	// use in one line.
	text, _, _ := strings.Cut(err.Error(), "\nLINE ")
	return fmt.Errorf("cannot answer the question: %s", text)
}

// completeFormat offers the forms of an answer to the shell.
func completeFormat(c *cobra.Command) {
	// It fails only where the flag is absent.
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(terminal.Formats(), cobra.ShellCompDirectiveNoFileComp))
}

// completeRowFormat is completeFormat for answers that are rows.
func completeRowFormat(c *cobra.Command) {
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(terminal.RowFormats(), cobra.ShellCompDirectiveNoFileComp))
}
