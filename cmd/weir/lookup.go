package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/server"
	"weir/internal/terminal"
)

// seenFlags say when and from where an address is seen.
type seenFlags struct {
	at   string
	from server.LookupInput
}

func (f *seenFlags) add(a *app, c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.at, "at", "", "`time` to answer for: 2026-03-02T15:04:05Z, 2026-03-02, or -6h before the end of the data (default: the end of the data)")
	flags.StringVar(&f.from.VNet, "vnet", "", "virtual `network` from which it is seen, as subscription/group/network, which the line network of an answer has: decides where address spaces overlap")
	flags.StringVar(&f.from.Target, "target", "", "resource `id` of the logged network, subnet, interface or security group, instead of --vnet")
	flags.StringVar(&f.from.MAC, "mac", "", "hardware `address` of the interface that logged it")
	for _, name := range []string{"vnet", "target", "mac"} { // each a field as well
		_ = c.RegisterFlagCompletionFunc(name, a.completeValue(true, name))
	}
}

// time reads --at.
func (f *seenFlags) time(ctx context.Context, b backend) (time.Time, error) {
	at, err := when(ctx, f.at, func(ctx context.Context) (time.Time, error) { return endOfData(ctx, b) })
	if err != nil {
		return at, usageErrorf("--at: %w", err)
	}
	return at, nil
}

// asked turns a mistake in a question into one in the command line.
func asked(err error) error {
	var bad *insight.AskError
	if errors.As(err, &bad) {
		text := strings.TrimSuffix(bad.Text, ".")
		return usageErrorf("--%s: %s", bad.Field, strings.ToLower(text[:1])+text[1:])
	}
	return err
}

// parseAddress reads an address of the command line.
func parseAddress(text string) (flow.Addr, error) {
	a, err := flow.ParseAddr(text)
	if err != nil {
		return a, usageErrorf("%q is no address such as 10.0.0.4 or 2001:db8::4", text)
	}
	return a, nil
}

func newLookupCommand(a *app) *cobra.Command {
	var f seenFlags
	format := terminal.Table
	c := &cobra.Command{
		Use:   "lookup ADDRESS",
		Short: "Explain everything known about an address",
		Long: `Explain everything known about an address at a time: who owned it and how that was
found, its network, country and operator, the Azure service it belongs to, its
owners over time, and every verdict on it with the reason why it counts or not.`,
		Example: `  weir lookup 10.0.0.4
  weir lookup 10.0.0.4 --vnet 00000000-0000-0000-0000-000000000001/hub/hub-vnet
  weir lookup 203.0.113.7 --at 2026-03-02T12:00:00Z --format json`,
		Args:              arguments(1, 1, "give one address"),
		ValidArgsFunction: first(a.completeValue(false, "ip")),
		RunE: action(func(cmd *cobra.Command, args []string) error {
			address, err := parseAddress(args[0])
			if err != nil {
				return err
			}
			from, err := f.from.Capture()
			if err != nil {
				return asked(err)
			}
			return a.asking(cmd.Context(), "weir lookup", func(ctx context.Context, b backend) error {
				at, err := f.time(ctx, b)
				if err != nil {
					return err
				}
				facts, err := b.Lookup(ctx, address, at, from)
				if err != nil {
					return fmt.Errorf("cannot look up %s: %w", args[0], asked(err))
				}
				return showFacts(a.stdout, format, a.columns(), facts)
			})
		}),
	}
	f.add(a, c)
	c.Flags().Var(&format, "format", "form of the answer")
	completeFormat(c)
	return c
}

func showFacts(w io.Writer, f terminal.Format, columns int, facts *enrich.AddressFacts) error {
	if f == terminal.JSON {
		return writeJSON(w, facts)
	}
	p := factPairs(facts)
	if f == terminal.CSV {
		return p.csv(w)
	}
	b := bufio.NewWriter(w)
	p.short().write(b, columns)
	return b.Flush()
}

// csv writes the pairs as a table of two columns.
func (p pairs) csv(w io.Writer) error {
	c := &cells{columns: columnsNamed("fact", "value")}
	for _, pair := range p {
		c.rows = append(c.rows, []any{pair[0], pair[1]})
	}
	_, err := terminal.WriteRows(w, terminal.CSV, c)
	return err
}

// classWords says to people what a class is.
func classWords(class string) string {
	switch class {
	case "vnet":
		return "in a virtual network"
	case "p2s":
		return "point-to-site client"
	case "s2s":
		return "on-premises site"
	case "private":
		return "private, in no inventory"
	case "azure":
		return "Azure's own"
	case "external":
		return "on the internet"
	}
	return class
}

func factPairs(f *enrich.AddressFacts) pairs {
	var p pairs
	p.add("address", f.Address)
	p.add("at", moment(f.At)+" UTC"+assumed(f.Assumed))
	p.add("name", f.Name)
	p.add("is", join2(", ", classWords(f.Class), f.Kind))
	p.add("resource", f.Resource)
	p.add("subscription", f.Subscription)
	p.add("region", f.Region)
	p.add("network", f.VNet)
	p.add("subnet", f.Subnet)
	p.add("interface", f.NIC)
	p.add("machine", f.VM)
	for _, r := range f.Related {
		p.add(r.What, r.Name)
	}
	p.add("country", country(f))
	if f.ASN != 0 {
		p.add("operator", strings.TrimSpace(fmt.Sprintf("AS%d %s", f.ASN, f.Organisation)))
	} else {
		p.add("operator", f.Organisation)
	}
	p.add("service", f.Service)
	p.add("service tags", strings.Join(f.ServiceTags, " "))
	p.add("tags as of", f.TagVersion)
	if f.Malicious {
		p.add("verdict", "malicious: "+f.Category)
	}
	for _, v := range f.Verdicts {
		p.add("feeds", verdictLine(v))
	}
	if f.Ambiguous {
		p.add("ambiguous", "other owners are as likely; say from where it is seen with --vnet")
	}
	for _, e := range f.Elsewhere {
		p.add("elsewhere", e.Name+" ("+e.What+")")
	}
	for _, o := range f.Owners {
		p.add("owners", ownerLine(o))
	}
	p.list("how", f.Steps)
	p.list("attribution", f.Attribution)
	return p
}

func assumed(yes bool) string {
	if yes {
		return ", before the first inventory, which is used"
	}
	return ""
}

func country(f *enrich.AddressFacts) string {
	code := strings.ToUpper(f.Country)
	if f.CountryName == "" || code == "" {
		return f.CountryName + code
	}
	return f.CountryName + " (" + code + ")"
}

// join2 joins what is not empty.
func join2(sep, a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + sep + b
}

func verdictLine(v enrich.VerdictFact) string {
	text := fmt.Sprintf("%s: %s as %s, confidence %d %%", v.Feed, v.Indicator, v.Category, v.Confidence)
	if v.FirstListed != nil && v.LastListed != nil {
		text += fmt.Sprintf(", listed %s to %s UTC", moment(*v.FirstListed), moment(*v.LastListed))
	}
	switch {
	case !v.Counts:
		text += "; does not count: " + v.Why
	case v.Why != "":
		text += "; " + v.Why
	}
	return join2("; ", text, v.Detail)
}

func ownerLine(o enrich.OwnerFact) string {
	from, until := "always", "still"
	if o.From != nil {
		from = moment(*o.From)
	}
	if o.Until != nil {
		until = moment(*o.Until)
	}
	return fmt.Sprintf("%s to %s: %s", from, until, join2(", ", o.Name, o.Kind))
}
