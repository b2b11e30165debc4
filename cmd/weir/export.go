package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"weir/internal/insight"
	"weir/internal/terminal"
)

func newExportCommand(a *app) *cobra.Command {
	f := topFlags{format: terminal.CSV, limit: 1}
	var q insight.TableQuestion
	c := &cobra.Command{
		Use:   "export TABLE",
		Short: "Write all rows of a table of traffic to a file",
		Long: `Write all rows of a table that weir top shows the first of, with flows, packets and
bytes, allowed and denied, in and out, and the malicious part of them, while they
are read. Hosts and pairs can be millions. weir flows --all does the same for flows.

TABLE is one of ` + strings.Join(splitNames(), ", ") + `.`,
		Example: `  weir export machines > machines.csv
  weir export pairs --where 'malicious' --from -7d --format parquet > pairs.parquet
  weir export hosts --by bytes --format json > hosts.json`,
		Args:      arguments(1, 1, "give one table"),
		ValidArgs: splitNames(),
		RunE: action(func(cmd *cobra.Command, args []string) error {
			split, ok := insight.SplitNamed(args[0])
			if !ok {
				return usageErrorf("there is no table %q; it can be %s", args[0], strings.Join(splitNames(), ", "))
			}
			if f.format == terminal.Table {
				return usageErrorf("weir export writes a file: give --format csv, json or parquet")
			}
			if err := a.forFile(f.format); err != nil {
				return err
			}
			return a.asking(cmd.Context(), "weir export", func(ctx context.Context, b backend) (err error) {
				if q.Question, err = f.question(ctx, b); err != nil {
					return err
				}
				out := bufio.NewWriter(a.stdout)
				if err := b.Export(ctx, out, string(f.format), split.Name, q); err != nil {
					return fmt.Errorf("cannot write all %s: %w", split.Name, asked(err))
				}
				return out.Flush()
			})
		}),
	}
	flags := c.Flags()
	f.registerRange(a, c, flags)
	flags.Var(terminal.WithParquet(&f.format), "format", "form of the file")
	flags.StringVar(&f.by, "by", "flows", "rows are in the order of `flows|packets|bytes`")
	flags.StringVar(&q.Sort, "sort", "total", "sort by `column`, as weir top does")
	f.registerCompare(c, "totals with those ", "")
	completeChoice(c, "by", "flows", "packets", "bytes")
	completeRowFormat(c)
	return c
}

func splitNames() []string {
	var names []string
	for _, s := range insight.Splits() {
		names = append(names, s.Name)
	}
	return names
}

// completeChoice completes a flag with one of some words.
func completeChoice(c *cobra.Command, flag string, words ...string) {
	_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}
