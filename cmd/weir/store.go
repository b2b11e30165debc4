package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"weir/internal/terminal"
)

func newStoreCommand(a *app) *cobra.Command {
	format := terminal.Table
	c := &cobra.Command{
		Use:   "store",
		Short: "Show what uses the disk, and for how long there is room",
		Long: `Show what uses the disk, by table and day, from when on what detail exists, what
is free inside the file, how long what is kept, and what the disk will hold in
30 days if each day is like the last one of the data.`,
		Example: `  weir store
  weir store --format json
  weir store --format csv > days.csv`,
		Args: unknownCommand,
		RunE: action(func(cmd *cobra.Command, _ []string) error {
			return a.asking(cmd.Context(), "weir store", func(ctx context.Context, b backend) error {
				s, err := b.Disk(ctx)
				if err != nil {
					return fmt.Errorf("cannot show what uses the disk: %w", err)
				}
				return showStore(a.stdout, format, a.columns(), s)
			})
		}),
	}
	c.Flags().Var(&format, "format", "form of the answer")
	completeFormat(c)
	c.AddCommand(newCompactCommand(a))
	return c
}

func newCompactCommand(a *app) *cobra.Command {
	format := terminal.Table
	c := &cobra.Command{
		Use:   "compact",
		Short: "Give what is free inside the store back to the disk",
		Long: `Give what is free inside the store back to the disk. Where things were forgotten
the file stays as large as it was, and has room for what comes next; that is
enough where as much comes as goes. What is in use is copied into a new file
beside the old one, which needs room for both, and then takes its place: stopped
or killed at any instant, the store is as it was. Through weir serve reading logs
waits meanwhile, and questions are answered.`,
		Example: `  weir store compact
  weir store compact --data ./store`,
		Args: noArguments,
		RunE: action(func(cmd *cobra.Command, _ []string) error {
			return a.compact(cmd.Context(), format)
		}),
	}
	c.Flags().Var(&format, "format", "form of the answer")
	completeFormat(c)
	return c
}

func (a *app) compact(ctx context.Context, format terminal.Format) (err error) {
	c, err := a.config()
	if err != nil {
		return err
	}
	b, err := a.reading(ctx, c, "weir store compact")
	if err != nil {
		return err
	}
	defer closing(b, &err)
	bar := a.bar()
	done, err := b.Compact(ctx, settling(bar))
	bar.Clear()
	switch {
	case ctx.Err() != nil:
		return errors.New("stopped by a signal: the store is as it was")
	case errors.Is(err, context.Canceled):
		return errors.New("cannot compact the store: weir serve, which holds it, was stopped; the store is as it was")
	case err != nil:
		return err
	}
	switch format {
	case terminal.JSON:
		return writeJSON(a.stdout, done)
	case terminal.CSV:
		_, err := terminal.WriteRows(a.stdout, terminal.CSV, &cells{columns: columnsNamed("before", "after"), rows: [][]any{{done.Before, done.After}}})
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%s on disk, before %s\n", terminal.Bytes(done.After), terminal.Bytes(done.Before))
	return err
}
