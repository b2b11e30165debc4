package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"weir/internal/insight"
	"weir/internal/terminal"
)

func newFindingsCommand(a *app) *cobra.Command {
	f := topFlags{format: terminal.Table, by: string(insight.Flows), limit: insight.DefaultLimit}
	c := &cobra.Command{
		Use:   "findings",
		Short: "Show what deserves a look",
		Long: `Show what deserves a look in a range of time: malicious addresses that were let
pass, uploads to new places, ports that answered the internet, attacks that were
denied, rules that deny far more than before, machines that are new, and machines and
ports whose traffic rose or fell most. What is
new is told by the time of the same length before the range, where there is data
of it. Each finding has the filter that leads to its flows.`,
		Example: `  weir findings
  weir findings --from -7d --where 'vnet = hub'
  weir findings --format json`,
		Args: noArguments,
		RunE: action(func(cmd *cobra.Command, _ []string) error {
			answer, err := answered(cmd.Context(), a, &f, "weir findings", "findings", backend.Findings)
			if err != nil {
				return err
			}
			return showFindings(a.stdout, f.format, answer)
		}),
	}
	f.register(a, c, c.Flags())
	return c
}

// showFindings writes what deserves a look, each finding with its proof.
func showFindings(w io.Writer, f terminal.Format, a *insight.FindingsAnswer) error {
	switch f {
	case terminal.JSON:
		return writeJSON(w, a)
	case terminal.CSV:
		c := &cells{columns: columnsNamed("kind", "title", "flows", "packets", "bytes", "before_flows", "before_packets", "before_bytes", "filter")}
		for _, row := range a.Rows {
			before := []any{nil, nil, nil}
			if row.Before != nil {
				before = []any{row.Before.Flows, row.Before.Packets, row.Before.Bytes}
			}
			c.rows = append(c.rows, join([]any{string(row.Kind), row.Title, row.Total.Flows, row.Total.Packets, row.Total.Bytes}, before, []any{row.Filter}))
		}
		_, err := terminal.WriteRows(w, terminal.CSV, c)
		return err
	}
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s to %s (UTC): %s\n", stamp(a.From), stamp(a.To), terminal.Plural(int64(len(a.Rows)), "finding"))
	for _, row := range a.Rows {
		fmt.Fprintf(b, "\n%s\n  %s", row.Title, measuresText(row.Total))
		if row.Before != nil {
			fmt.Fprintf(b, "; before: %s", measuresText(*row.Before))
		}
		fmt.Fprintf(b, "\n  weir top conversations --where %s\n", shellQuoted(row.Filter))
	}
	switch {
	case a.Compared == nil:
		fmt.Fprintln(b, "\nThere is no data of all of the time of the same length before, so nothing is told as new.")
	case len(a.Rows) == 0:
		fmt.Fprintln(b, "\nNothing deserves a look.")
	}
	if a.Where != "" {
		fmt.Fprintf(b, "\nOnly flows of: %s\n", a.Where)
	}
	return b.Flush()
}

// shellQuoted writes a text as one word of a shell.
func shellQuoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
