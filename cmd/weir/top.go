package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"weir/internal/filter"
	"weir/internal/insight"
	"weir/internal/terminal"
)

// topFlags are the flags of weir top.
type topFlags struct {
	from, to, by string
	where        string
	limit        int
	compare      insight.Compare
	format       terminal.Format
}

func newTopCommand(a *app) *cobra.Command {
	f := topFlags{format: terminal.Table}
	c := &cobra.Command{
		Use:   "top",
		Short: "Show the top hosts, conversations, ports, rules, networks, countries and more",
		Long: `Show which hosts, conversations, ports, rules, machines, networks or countries
carry the traffic of a range of time, with flows, packets and bytes side by side:
denied flows carry no bytes, and a list by bytes alone would hide them. Flows are
those that started.`,
		Example: `  weir top hosts
  weir top conversations --by bytes --limit 20
  weir top ports --from -6h
  weir top hosts --where 'malicious and port in (22, 3389)'
  weir top ports --compare before
  weir top vnets --sort deniedIn --compare week
  weir top rules --from 2026-11-01 --to 2026-11-02 --format csv`,
		Args: unknownCommand,
		RunE: needCommand,
	}
	flags := c.PersistentFlags()
	f.register(a, c, flags)
	f.registerRanking(c, flags)
	c.AddCommand(
		rankingOf(a, &f, "hosts", "addresses, with what each initiates (out) and answers (in)", backend.Hosts, hostsView()),
		rankingOf(a, &f, "conversations", "pairs of initiator and responder, with their busiest ports", backend.Conversations, conversationsView()),
		rankingOf(a, &f, "ports", "ports of responders, with the service that is registered for each", backend.Ports, portsView()),
		rankingOf(a, &f, "rules", "security rules that allowed or denied", backend.Rules, rulesView()),
		topOf(a, &f, "gateways", "VPN and ExpressRoute gateways, with what they carried and what their SKU can carry, the fullest first", backend.Gateways, gatewaysView()),
		topOf(a, &f, "backends", `back ends of load balancers and application gateways, and how these spread traffic over
them. Logs do not show a load balancer: what is shown is what its back ends answer at the ports of its rules`, backend.Backends, backendsView()),
		topOf(a, &f, "environment", "regions, networks, subnets, load balancers and application gateways: which are deployed, active and logged, and what networks are connected with", backend.Environment, environmentView()),
	)
	c.AddCommand(newOpenPortsCommand(a, &f), newMapCommand(a, &f), newGeographyCommand(a, &f))
	known := map[string]bool{}
	for _, sub := range c.Commands() {
		known[sub.Name()] = true
	}
	for _, split := range insight.Splits() {
		if !known[split.Name] {
			c.AddCommand(newTableCommand(a, &f, split))
		}
	}
	return c
}

// register adds the flags of every question: its range, its filter and the form of
// its answer.
func (f *topFlags) register(a *app, c *cobra.Command, flags *pflag.FlagSet) {
	f.registerRange(a, c, flags)
	flags.Var(&f.format, "format", "form of the answer")
	completeFormat(c)
}

// registerRange adds those of a range and a filter.
func (f *topFlags) registerRange(a *app, c *cobra.Command, flags *pflag.FlagSet) {
	flags.StringVar(&f.from, "from", "", "start of the range, inclusive: a `time`, a date, or -6h before the end of the data (default: 24 hours before the end)")
	flags.StringVar(&f.to, "to", "", "end of the range, exclusive: a `time` as for --from (default: the end of the data)")
	flags.StringVar(&f.where, "where", "", "only flows that a `filter` lets pass, such as \"vnet = hub and not country = us\"")
	_ = c.RegisterFlagCompletionFunc("where", a.completeWhere)
}

// registerRanking adds those of a ranking.
func (f *topFlags) registerRanking(c *cobra.Command, flags *pflag.FlagSet) {
	flags.StringVar(&f.by, "by", "flows", "rank by `flows|packets|bytes`")
	flags.IntVar(&f.limit, "limit", insight.DefaultLimit, fmt.Sprintf("`number` of rows to show, 1 to %d", insight.MaxLimit))
	_ = c.RegisterFlagCompletionFunc("by", cobra.FixedCompletions([]string{"flows", "packets", "bytes"}, cobra.ShellCompDirectiveNoFileComp))
}

// registerCompare adds with what numbers are compared; what is as without the flag.
func (f *topFlags) registerCompare(c *cobra.Command, what string, without insight.Compare) {
	c.Flags().StringVar((*string)(&f.compare), "compare", string(without), "compare "+what+"`before|week`: the range of the same length before, or the same range a week before")
	completeChoice(c, "compare", string(insight.CompareBefore), string(insight.CompareWeek))
}

// rankingOf makes a sub-command of weir top whose rows say what they had before.
func rankingOf[A any](a *app, f *topFlags, name, what string, ask func(backend, context.Context, insight.Question) (*A, error), v view[A]) *cobra.Command {
	c := topOf(a, f, name, what, ask, v)
	f.registerCompare(c, "totals with those ", "")
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
		RunE: action(func(cmd *cobra.Command, _ []string) error {
			answer, err := answered(cmd.Context(), a, f, "weir top", "the top "+name, ask)
			if err != nil {
				return err
			}
			return v.write(a.stdout, f.format, answer)
		}),
	}
}

// answered returns the answer to a question in the words of flags.
func answered[A any](ctx context.Context, a *app, f *topFlags, command, what string, ask func(backend, context.Context, insight.Question) (*A, error)) (answer *A, err error) {
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	b, err := a.reading(ctx, c, command)
	if err != nil {
		return nil, err
	}
	defer closing(b, &err)
	q, err := f.question(ctx, b)
	if err != nil {
		return nil, err
	}
	answer, err = ask(b, ctx, q)
	var bad *insight.AskError
	if errors.As(err, &bad) {
		return nil, usageErrorf("--%s: %s", bad.Field, bad.Text)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot show %s: %w", what, err)
	}
	return answer, nil
}

// question turns the flags into a question.
func (f *topFlags) question(ctx context.Context, b backend) (insight.Question, error) {
	q := insight.Question{By: insight.Measure(f.by), Limit: f.limit, Compare: f.compare}
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
	if q.Where, err = filter.Parse(f.where); err != nil {
		return q, usageErrorf("--where %s: %w", strconv.Quote(f.where), err)
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
