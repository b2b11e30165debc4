package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/server"
	"weir/internal/terminal"
)

func newExplainCommand(a *app) *cobra.Command {
	var f seenFlags
	format, direction := terminal.Table, ""
	c := &cobra.Command{
		Use:   "explain INITIATOR RESPONDER [PORT[/PROTOCOL]]",
		Short: "Explain what kind of flow a flow is, and why",
		Long: `Explain what kind of flow a flow from INITIATOR to RESPONDER is: which rule
decided, on which facts about both addresses, and why the rules before it did
not. The rules are tested in one order, and the first that holds decides:
inside a network, between networks, point-to-site, site-to-site, Azure's own,
malicious, external, private.

A flow that is stored is explained as it was captured. For another one say from
where it is seen; else it is taken to be captured at the address that is in a
virtual network or, where neither is known to be, at a private one.`,
		Example: `  weir explain 10.0.0.4 10.1.0.5 1433
  weir explain 10.0.0.4 203.0.113.7 443/tcp --at 2026-03-02T12:00:00Z
  weir explain 192.168.7.9 10.0.0.4 3389 --direction in --mac 00-0D-3A-98-82-CE`,
		Args: arguments(2, 3, "give the addresses of initiator and responder, and the port of the responder"),
		RunE: action(func(cmd *cobra.Command, args []string) error {
			q, err := flowQuestion(args, direction)
			if err != nil {
				return err
			}
			if q.From, err = f.from.Capture(); err != nil {
				return asked(err)
			}
			return a.asking(cmd.Context(), "weir explain", func(ctx context.Context, b backend) error {
				if q.At, err = f.time(ctx, b); err != nil {
					return err
				}
				e, err := b.Explain(ctx, q)
				if err != nil {
					return fmt.Errorf("cannot explain the flow: %w", asked(err))
				}
				return showExplanation(a.stdout, format, a.columns(), e)
			})
		}),
	}
	f.add(a, c)
	c.Flags().StringVar(&direction, "direction", direction, "`in|out`: in where the logging interface is the responder's, out where it is the initiator's (default: that of the stored flow, else what the addresses tell)")
	c.Flags().Var(&format, "format", "form of the answer")
	completeFormat(c)
	_ = c.RegisterFlagCompletionFunc("direction", cobra.FixedCompletions([]string{"in", "out"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// flowQuestion reads the arguments.
func flowQuestion(args []string, direction string) (q enrich.FlowQuestion, err error) {
	if q.Initiator, err = parseAddress(args[0]); err != nil {
		return q, err
	}
	if q.Responder, err = parseAddress(args[1]); err != nil {
		return q, err
	}
	switch direction {
	case "":
	case "out":
		q.Direction = new(flow.Outbound)
	case "in":
		q.Direction = new(flow.Inbound)
	default:
		return q, usageErrorf("--direction %q is neither in nor out", direction)
	}
	if len(args) == 2 {
		return q, nil
	}
	port, protocol, given := strings.Cut(args[2], "/")
	if !given {
		protocol = "tcp"
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return q, usageErrorf("%q is not a port from 0 to 65535, with /udp behind it where it is not of TCP", args[2])
	}
	q.Port = uint16(n)
	if q.Protocol, err = server.ParseProtocol(protocol); err != nil {
		return q, usageErrorf("%s", strings.TrimSuffix(err.Error(), "."))
	}
	return q, nil
}

func showExplanation(w io.Writer, f terminal.Format, columns int, e *enrich.Explanation) error {
	if f == terminal.JSON {
		return writeJSON(w, e)
	}
	var p pairs
	p.add("flow type", e.FlowType)
	p.add("rule", fmt.Sprintf("%d: %s", e.Rule, e.Reason))
	p.list("not before", e.Steps)
	if e.AtHop {
		p.add("captured", "at an interface that forwards and is neither end")
	}
	p.add("application", e.Application)
	p.add("connection", join2(" ", e.ConnectionType, e.ConnectionName))
	p.add("by hubs", e.ConnectingVNets)
	p.list("gateways", e.Gateways)
	if f == terminal.CSV {
		for _, side := range []struct {
			name  string
			facts *enrich.AddressFacts
		}{{"initiator", &e.Initiator}, {"responder", &e.Responder}} {
			for _, pair := range factPairs(side.facts) {
				p.add(side.name+" "+pair[0], pair[1])
			}
		}
		return p.csv(w)
	}
	b := bufio.NewWriter(w)
	p.short().write(b, columns)
	fmt.Fprintln(b, "\nInitiator")
	factPairs(&e.Initiator).short().write(b, columns)
	fmt.Fprintln(b, "\nResponder")
	factPairs(&e.Responder).short().write(b, columns)
	return b.Flush()
}
