package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/server"
	"weir/internal/terminal"
)

func newHostCommand(a *app) *cobra.Command {
	f := topFlags{format: terminal.Table}
	var q insight.HostQuestion
	c := &cobra.Command{
		Use:   "host ADDRESS|NAME",
		Short: "Show all about one host",
		Long: `Show all about one host, which is an address or the name of a machine of the
inventory: what it was, its traffic and what changed, with whom it spoke, the ports
that it serves and those that it uses at others, the rules that decided about it,
its malicious partners, and what it had not before the range. In is what it
answers, out what it initiates.`,
		Example: `  weir host 10.0.0.4
  weir host web-1 --by bytes --from -6h
  weir host 10.0.0.4 --vnet hub --where 'denied' --format json`,
		Args:              arguments(1, 1, "give one address or the name of one machine"),
		ValidArgsFunction: first(a.completeValue(false, "vm", "ip")),
		RunE: action(func(cmd *cobra.Command, args []string) error {
			q.Host = args[0]
			var facts []*enrich.AddressFacts
			answer, err := answered(cmd.Context(), a, &f, "weir host", args[0], func(b backend, ctx context.Context, top insight.Question) (*insight.HostAnswer, error) {
				q.Question = top
				answer, err := b.Host(ctx, q)
				if err == nil && f.format == terminal.Table {
					facts, err = factsOf(ctx, b, answer)
				}
				return answer, err
			})
			if err != nil {
				return err
			}
			return showHost(a.stdout, f.format, a.columns(), answer, facts)
		}),
	}
	flags := c.Flags()
	flags.StringVar(&f.from, "from", "", "start of the range, inclusive: a `time`, a date, or -6h before the end of the data (default: 24 hours before the end)")
	flags.StringVar(&f.to, "to", "", "end of the range, exclusive: a `time` as for --from (default: the end of the data)")
	flags.StringVar(&f.by, "by", "flows", "rank by `flows|packets|bytes`")
	flags.StringVar(&f.where, "where", "", "only flows that a `filter` lets pass, such as "+strconv.Quote("denied and port < 1024"))
	flags.IntVar(&f.limit, "limit", insight.DefaultLimit, fmt.Sprintf("`number` of rows to show of each list, 1 to %d", insight.MaxLimit))
	flags.StringVar(&q.VNet, "vnet", "", "virtual `network` that it is in, of whose name the end is enough: decides where address spaces overlap")
	f.registerCompare(c, "with ", insight.CompareBefore)
	flags.Var(&f.format, "format", "form of the answer")
	_ = c.RegisterFlagCompletionFunc("by", cobra.FixedCompletions([]string{"flows", "packets", "bytes"}, cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("where", a.completeWhere)
	_ = c.RegisterFlagCompletionFunc("vnet", a.completeValue(false, "vnet"))
	completeFormat(c)
	return c
}

// explained is of how many owners of an address, or addresses of a machine, all
// is said that is known.
const explained = 3

// factsOf looks up what is known of the first owners at the end of the range.
func factsOf(ctx context.Context, b backend, a *insight.HostAnswer) ([]*enrich.AddressFacts, error) {
	var all []*enrich.AddressFacts
	for _, o := range a.Owners[:min(len(a.Owners), explained)] {
		address, err := flow.ParseAddr(o.Address)
		if err != nil {
			return nil, fmt.Errorf("cannot look up %s: %w", o.Address, err)
		}
		seen := server.LookupInput{VNet: o.Side.VNet}
		from, err := seen.Capture()
		if err != nil {
			return nil, fmt.Errorf("cannot look up %s: %w", o.Address, err)
		}
		facts, err := b.Lookup(ctx, address, a.To.Add(-time.Millisecond), from)
		if err != nil {
			return nil, fmt.Errorf("cannot look up %s: %w", o.Address, err)
		}
		all = append(all, facts)
	}
	return all, nil
}
