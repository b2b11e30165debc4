package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/filter"
	"weir/internal/insight"
	"weir/internal/query"
	"weir/internal/terminal"
)

func newValuesCommand(a *app) *cobra.Command {
	f := topFlags{format: terminal.Table}
	var q insight.ValuesQuestion
	c := &cobra.Command{
		Use:   "values FIELD [BEGIN]",
		Short: "Show which values of a field a filter can have",
		Long: `Show which values of a field are stored, those with the most traffic first, as a
filter takes them: of a path the end alone, where nothing else ends so. Of addresses
the beginning must be given. The same values complete --where in a shell.`,
		Example: `  weir values vnet
  weir values vm web
  weir values dst.country --limit 100 --format csv`,
		Args:              arguments(1, 2, "give one field of a filter, and how its values begin if you like"),
		ValidArgsFunction: completeField,
		RunE: action(func(cmd *cobra.Command, args []string) error {
			q.Field = args[0]
			if len(args) > 1 {
				q.Begin = args[1]
			}
			return a.asking(cmd.Context(), "weir values", func(ctx context.Context, b backend) error {
				f.by = string(insight.Flows)
				top, err := f.question(ctx, b)
				if err != nil {
					return err
				}
				q.From, q.To, q.Limit = top.From, top.To, top.Limit
				answer, err := b.Values(ctx, q)
				if err != nil {
					return asked(err)
				}
				return a.showValues(f.format, answer)
			})
		}),
	}
	flags := c.Flags()
	flags.StringVar(&f.from, "from", "", "start of the range whose traffic tells which come first: a `time`, a date, or -6h before the end of the data (default: 24 hours before the end)")
	flags.StringVar(&f.to, "to", "", "end of the range, exclusive: a `time` as for --from (default: the end of the data)")
	flags.IntVar(&f.limit, "limit", insight.DefaultValues, fmt.Sprintf("`number` of values to show, 1 to %d", insight.MaxLimit))
	flags.Var(&f.format, "format", "form of the answer")
	completeFormat(c)
	return c
}

func (a *app) showValues(f terminal.Format, answer *insight.ValuesAnswer) error {
	if f == terminal.JSON {
		return writeJSON(a.stdout, answer)
	}
	c := &cells{columns: columnsNamed("value", "whole", "name", "flows")}
	for _, v := range answer.Rows {
		c.rows = append(c.rows, []any{v.Text, v.Whole, v.Name, v.Flows})
	}
	if f == terminal.Table && len(c.rows) == 0 {
		_, err := fmt.Fprintf(a.stdout, "No value of %s begins so.\n", answer.Field)
		return err
	}
	if _, err := terminal.WriteRows(a.stdout, f, c); err != nil {
		return err
	}
	if f == terminal.Table && answer.More {
		_, err := fmt.Fprintln(a.stdout, "There are more: write how they begin, or --limit.")
		return err
	}
	return nil
}

// completeField completes the name of a field that has values.
func completeField(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	if len(args) == 0 {
		for _, f := range query.Fields() {
			if f.Kind != query.KindFlag {
				names = append(names, cobra.CompletionWithDesc(f.Name, f.Meaning))
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completionPatience is how long somebody who pressed a key waits for values.
const completionPatience = 2 * time.Second

// stored asks for the values of fields while somebody completes a line: there are
// none where the store cannot say in time, as when another command has it.
func (a *app) stored(ctx context.Context) filter.Stored {
	return func(field, begin string) (values []filter.Value, err error) {
		ctx, cancel := context.WithTimeout(ctx, completionPatience)
		defer cancel()
		err = a.asking(ctx, "completion", func(ctx context.Context, b backend) error {
			answer, err := b.Values(ctx, insight.ValuesQuestion{Field: field, Begin: begin})
			if err == nil {
				values = answer.Suggestions()
			}
			return err
		})
		return values, err
	}
}

// completeWhere completes the last word of a filter.
func (a *app) completeWhere(c *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
	suggestions, err := filter.Complete(text, len(text), a.stored(c.Context()))
	if err != nil {
		cobra.CompDebugln(err.Error(), false)
	}
	var words []string
	for _, s := range suggestions {
		words = append(words, text[:s.Start]+s.Text)
	}
	return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// completeValue completes what is the value of a field alone: as it is stored
// where whole, else as short as can be.
func (a *app) completeValue(whole bool, fields ...string) cobra.CompletionFunc {
	return func(c *cobra.Command, _ []string, begin string) ([]string, cobra.ShellCompDirective) {
		var words []string
		for _, field := range fields {
			values, err := a.stored(c.Context())(field, begin)
			if err != nil {
				cobra.CompDebugln(err.Error(), false)
			}
			for _, v := range values {
				word := v.Text
				if whole && v.Detail != "" {
					word = v.Detail
				}
				words = append(words, word)
			}
		}
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}

// first completes the first argument alone.
func first(complete cobra.CompletionFunc) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, begin string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(c, args, begin)
	}
}
