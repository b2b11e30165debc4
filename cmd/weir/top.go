package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/insight"
	"weir/internal/terminal"
)

// topFlags are the flags of weir top.
type topFlags struct {
	from, to, by string
	limit        int
	format       terminal.Format
}

func newTopCommand(a *app) *cobra.Command {
	f := topFlags{format: terminal.Table}
	c := &cobra.Command{
		Use:   "top",
		Short: "Show the top hosts, conversations, ports or rules",
		Long: `Show which hosts, conversations, ports or rules carry the traffic of a range of
time, with flows, packets and bytes side by side: denied flows carry no bytes,
and a list by bytes alone would hide them. Flows are those that started.`,
		Example: `  weir top hosts
  weir top conversations --by bytes --limit 20
  weir top ports --from -6h
  weir top rules --from 2026-11-01 --to 2026-11-02 --format csv`,
		Args: unknownCommand,
		RunE: needCommand,
	}
	flags := c.PersistentFlags()
	flags.StringVar(&f.from, "from", "", "start of the range, inclusive: a `time`, a date, or -6h before the end of the data (default: 24 hours before the end)")
	flags.StringVar(&f.to, "to", "", "end of the range, exclusive: a `time` as for --from (default: the end of the data)")
	flags.StringVar(&f.by, "by", "flows", "rank by `flows|packets|bytes`")
	flags.IntVar(&f.limit, "limit", insight.DefaultLimit, fmt.Sprintf("`number` of rows to show, 1 to %d", insight.MaxLimit))
	flags.Var(&f.format, "format", "form of the answer")
	_ = c.RegisterFlagCompletionFunc("by", cobra.FixedCompletions([]string{"flows", "packets", "bytes"}, cobra.ShellCompDirectiveNoFileComp))
	completeFormat(c)
	c.AddCommand(
		topOf(a, &f, "hosts", "addresses, with what each initiates (out) and answers (in)", backend.Hosts, hostsView()),
		topOf(a, &f, "conversations", "pairs of initiator and responder, with their busiest ports", backend.Conversations, conversationsView()),
		topOf(a, &f, "ports", "ports of responders, with the service that is registered for each", backend.Ports, portsView()),
		topOf(a, &f, "rules", "security rules that allowed or denied", backend.Rules, rulesView()),
	)
	return c
}

// topOf makes one sub-command of weir top from its question and its view.
func topOf[A any](a *app, f *topFlags, name, what string, ask func(backend, context.Context, insight.Question) (*A, error), v view[A]) *cobra.Command {
	return &cobra.Command{
		Use:   name,
		Short: "Show the top " + name,
		Long:  "Show the top " + name + ": " + what + ".",
		Example: fmt.Sprintf(`  weir top %[1]s
  weir top %[1]s --by bytes --from -7d
  weir top %[1]s --format json`, name),
		Args: noArguments,
		RunE: action(func(cmd *cobra.Command, _ []string) (err error) {
			ctx := cmd.Context()
			c, err := a.config()
			if err != nil {
				return err
			}
			b, err := a.reading(ctx, c, "weir top")
			if err != nil {
				return err
			}
			defer closing(b, &err)
			q, err := f.question(ctx, b)
			if err != nil {
				return err
			}
			answer, err := ask(b, ctx, q)
			var bad *insight.AskError
			if errors.As(err, &bad) {
				return usageErrorf("--%s: %s", bad.Field, bad.Text)
			}
			if err != nil {
				return fmt.Errorf("cannot show the top %s: %w", name, err)
			}
			return v.write(a.stdout, f.format, answer)
		}),
	}
}

// question turns the flags into a question.
func (f *topFlags) question(ctx context.Context, b backend) (insight.Question, error) {
	q := insight.Question{By: insight.Measure(f.by), Limit: f.limit}
	if f.limit < 1 || f.limit > insight.MaxLimit {
		return q, usageErrorf("--limit %d is not between 1 and %d", f.limit, insight.MaxLimit)
	}
	switch q.By {
	case insight.Flows, insight.Packets, insight.Bytes:
	default:
		return q, usageErrorf("--by %q is none of flows, packets and bytes", f.by)
	}
	end := func(ctx context.Context) (time.Time, error) { return endOfData(ctx, b) }
	var err error
	if q.From, err = when(ctx, f.from, end); err != nil {
		return q, usageErrorf("--from: %w", err)
	}
	if q.To, err = when(ctx, f.to, end); err != nil {
		return q, usageErrorf("--to: %w", err)
	}
	return q, nil
}

// endOfData returns the time of the last data, or the time where there is none.
func endOfData(ctx context.Context, b backend) (time.Time, error) {
	s, err := b.Status(ctx)
	if err != nil {
		return time.Time{}, err
	}
	if s.LastData == nil {
		return s.Now, nil
	}
	return *s.LastData, nil
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
