package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/config"
	"weir/internal/enrich/threat"
	"weir/internal/knowledge"
	"weir/internal/plaintext"
	"weir/internal/settle"
	"weir/internal/terminal"
)

func newThreatCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "threat",
		Short: "Say which addresses are malicious, and which are not",
		Long: `Say which addresses are malicious, by whose word, and which are harmless all the
same. A list of addresses is a feed with a name: what it holds counts from the
time it was first listed until it no longer is, and what it held at its first
reading counts for all time before too. The allow-list wins over every feed.

Private and reserved addresses and Azure's own are never malicious. What the
store shows already is judged anew at once, without reading logs again. Feeds
that are to be kept fresh belong in the configuration of weir serve.`,
		Example: `  weir threat import blocklist.txt --category Botnet
  weir threat list
  weir threat allow 8.8.8.8 --why "our resolver"`,
		Args: unknownCommand,
		RunE: needCommand,
	}
	c.AddCommand(newThreatImportCommand(a), newThreatListCommand(a), newThreatAllowCommand(a), newThreatDisallowCommand(a), newThreatConfirmCommand(a), newThreatRemoveCommand(a))
	return c
}

// threatFlags are the flags of weir threat import.
type threatFlags struct {
	format     terminal.Format
	name       string
	formatOf   string
	category   string
	confidence int
	columns    map[string]string
	strict     bool
	confirm    bool
}

func newThreatImportCommand(a *app) *cobra.Command {
	f := threatFlags{format: terminal.Table}
	c := &cobra.Command{
		Use:   "import FILE... | -",
		Short: "Take lists of malicious addresses from files",
		Long: `Take lists of malicious addresses from files, also with gzip or in UTF-16: an
address, CIDR or range a line (netset and ipset too), CSV with a header such as
those of abuse.ch, JSON lists and JSON lines, STIX 2.0 and 2.1 bundles, MISP
events. "-" is standard input.

Each file is a feed, called after the file unless --name says otherwise. The same
name again is a later reading of the feed: what it does not hold any more is no
longer listed from now on. What cannot be understood is counted, with a sample.

A reading that would drop half of a feed, and more than ten addresses or networks,
is kept aside: import it again or with --confirm, if it is right (threat.shrink in
the configuration).`,
		Example: `  weir threat import tor-exit-nodes.txt --category DarkNet
  weir threat import feodo.csv --name feodo --category C2 --columns address=dst_ip,first=first_seen
  weir threat import bundle.stix.json event.misp.json
  curl -s https://example.org/list.netset | weir threat import - --name example`,
		Args: arguments(1, math.MaxInt, `give the files to import, or "-" for standard input`),
		RunE: action(func(cmd *cobra.Command, args []string) error {
			return a.threatImport(cmd.Context(), args, &f)
		}),
	}
	flags := c.Flags()
	flags.StringVar(&f.name, "name", "", "`name` of the feed (default: that of the file, without what follows the first dot)")
	flags.StringVar(&f.formatOf, "format-of", "", "form of the file: `"+strings.Join(config.Formats(), "|")+"` (default: told by the content)")
	flags.StringVar(&f.category, "category", "", "`category` of addresses without one of their own: "+strings.Join(config.Categories(), ", ")+" (default WatchList)")
	flags.IntVar(&f.confidence, "confidence", 0, "`percent` of confidence in addresses without one of their own (default 50)")
	flags.StringToStringVar(&f.columns, "columns", nil, "`column` of a CSV by what it holds, such as address=dst_ip or first=1: address, category, confidence, first, until, detail")
	flags.BoolVar(&f.confirm, "confirm", false, "take the reading however much of the feed it drops")
	flags.BoolVar(&f.strict, "strict", false, "exit with 3 if anything was rejected")
	flags.Var(&f.format, "format", "form of the report")
	completeFormat(c)
	_ = c.RegisterFlagCompletionFunc("format-of", cobra.FixedCompletions(config.Formats(), cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("category", cobra.FixedCompletions(config.Categories(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) threatImport(ctx context.Context, args []string, f *threatFlags) (err error) {
	if f.name != "" && len(args) > 1 {
		return usageErrorf("--name names one feed, but there are %d files", len(args))
	}
	c, err := a.config()
	if err != nil {
		return err
	}
	var inputs []knowledge.ThreatInput
	for _, arg := range args {
		in := knowledge.ThreatInput{Name: f.name, File: arg, Format: f.formatOf, Category: f.category, Confidence: f.confidence, Columns: f.columns, Confirm: f.confirm}
		if in.Name == "" {
			in.Name, _, _ = strings.Cut(filepath.Base(arg), ".")
		}
		if arg == "-" && f.name == "" {
			return usageErrorf("standard input has no name: give the feed one with --name")
		}
		if in.Content, err = a.content(arg); err != nil {
			return err
		}
		inputs = append(inputs, in)
	}
	b, err := a.changing(ctx, c, "weir threat import")
	if err != nil {
		return err
	}
	defer closing(b, &err)
	var reports []*knowledge.ThreatReport
	rejected := 0
	for _, in := range inputs {
		bar := a.bar()
		r, err := b.ImportThreats(ctx, in, settling(bar))
		bar.Clear()
		if r == nil {
			return err
		}
		if err != nil {
			return behind("the feed "+r.Name, err)
		}
		reports = append(reports, r)
		rejected += r.Rejected
	}
	if err := showThreatReports(a.stdout, f.format, reports); err != nil {
		return err
	}
	if f.strict && rejected > 0 {
		return &exitError{exitRejected, fmt.Errorf("rejected: %s; leave --strict out to accept that", entries(rejected))}
	}
	return nil
}

// content reads a file, or standard input, whole.
func (a *app) content(arg string) ([]byte, error) {
	if arg == "-" {
		text, err := io.ReadAll(plaintext.Limit(a.stdin, threat.MaxBytes))
		if err != nil {
			return nil, fmt.Errorf("cannot read standard input: %w", err)
		}
		return text, nil
	}
	open := plaintext.OpenFile
	if isDescriptor(arg) {
		open = os.Open
	}
	f, err := open(arg)
	if err != nil {
		return nil, fmt.Errorf("cannot import %s: %w; name a file that is there", arg, cause(err))
	}
	defer f.Close()
	text, err := io.ReadAll(plaintext.Limit(f, threat.MaxBytes))
	if err != nil {
		return nil, fmt.Errorf("cannot import %s: %w", arg, cause(err))
	}
	return text, nil
}

// isDescriptor tells whether a name stands for what the shell opened, such as
// the pipe of <(...), which is meant to be waited for.
func isDescriptor(name string) bool {
	return name == "/dev/stdin" || strings.HasPrefix(name, "/dev/fd/") || strings.HasPrefix(name, "/proc/self/fd/")
}

// behind says that a change was made, and what follows from it was not yet.
func behind(what string, err error) error {
	return fmt.Errorf("%s is kept, but what the store shows is not yet up to date with it: %w; weir ingest or weir serve goes on with that", what, err)
}

func newThreatListCommand(a *app) *cobra.Command {
	format := terminal.Table
	c := &cobra.Command{
		Use:   "list",
		Short: "List the feeds and the allow-list",
		Long: `List the feeds, how many addresses and networks each lists, how fresh it is and
what is wrong with it, and the allow-list.`,
		Example: `  weir threat list
  weir threat list --format json`,
		Args: noArguments,
		RunE: action(func(cmd *cobra.Command, _ []string) error {
			return a.asking(cmd.Context(), "weir threat list", func(ctx context.Context, b backend) error {
				s, err := b.Knowledge(ctx)
				if err != nil {
					return fmt.Errorf("cannot list the feeds: %w", err)
				}
				return showThreats(a.stdout, format, s)
			})
		}),
	}
	c.Flags().Var(&format, "format", "form of the list")
	completeFormat(c)
	return c
}

// allowFlags are the flags of weir threat allow.
type allowFlags struct {
	format          terminal.Format
	who, why, until string
	warningList     string
}

func newThreatAllowCommand(a *app) *cobra.Command {
	f := allowFlags{format: terminal.Table}
	c := &cobra.Command{
		Use:   "allow ADDRESS...",
		Short: "Say that addresses are harmless, whatever feeds say",
		Long: `Say that addresses, CIDRs or ranges are harmless, whatever feeds say, with who says
so and why: both are shown wherever a verdict does not count. Flows of the past
are judged anew. With --until only flows before that time are harmless. A second
entry of the same address takes the place of the first.

With --warning-list the entries of a MISP warning list are taken, with its name
as who and its description as why.`,
		Example: `  weir threat allow 8.8.8.8 8.8.4.4 --why "our resolvers"
  weir threat allow 203.0.113.0/24 --why "pentest by Example Ltd" --until 2026-12-01
  weir threat allow --warning-list lists/microsoft-azure/list.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if (len(args) == 0) == (f.warningList == "") {
				return fmt.Errorf("give either addresses, CIDRs or ranges, or a file with --warning-list")
			}
			return nil
		},
		RunE: action(func(cmd *cobra.Command, args []string) error {
			entries, err := a.allows(cmd.Context(), args, &f)
			if err != nil {
				return err
			}
			return a.changeAllows(cmd.Context(), f.format, func(b backend, progress func(settle.Progress)) (*knowledge.AllowReport, error) {
				return b.Allow(cmd.Context(), entries, progress)
			})
		}),
	}
	flags := c.Flags()
	flags.StringVar(&f.who, "who", "", "`name` of who says so (default: that of the user)")
	flags.StringVar(&f.why, "why", "", "the `reason`; required with addresses")
	flags.StringVar(&f.until, "until", "", "`time` until which flows are harmless: 2026-12-01T08:00:00Z or 2026-12-01 (default: for ever)")
	flags.StringVar(&f.warningList, "warning-list", "", "`file` of a MISP warning list")
	flags.Var(&f.format, "format", "form of the report")
	completeFormat(c)
	return c
}

// allows returns what is to be put on the allow-list.
func (a *app) allows(ctx context.Context, args []string, f *allowFlags) ([]threat.Allow, error) {
	var until time.Time
	if f.until != "" {
		var err error
		if until, err = when(ctx, f.until, nil); err != nil || strings.HasPrefix(f.until, "-") {
			return nil, usageErrorf("--until: %q is no time such as 2026-12-01T08:00:00Z or 2026-12-01", f.until)
		}
	}
	if f.warningList != "" {
		text, err := a.content(f.warningList)
		if err != nil {
			return nil, err
		}
		list, skipped, err := threat.ParseWarningList(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("%w: %s", err, f.warningList)
		}
		if skipped > 0 {
			a.say("Left out of %s: %s, because they are no addresses.", f.warningList, entries(skipped))
		}
		for i := range list {
			list[i].Until = until
		}
		return list, nil
	}
	if strings.TrimSpace(f.why) == "" {
		return nil, usageErrorf("say why with --why: it is shown wherever a verdict does not count")
	}
	if f.who == "" {
		u, err := user.Current()
		if err != nil {
			return nil, usageErrorf("say who says so with --who, since the name of the user cannot be found: %w", err)
		}
		f.who = u.Username
	}
	var entries []threat.Allow
	for _, text := range args {
		entries = append(entries, threat.Allow{Text: text, Who: f.who, Why: f.why, Until: until})
	}
	return entries, nil
}

func newThreatDisallowCommand(a *app) *cobra.Command {
	format := terminal.Table
	c := &cobra.Command{
		Use:   "disallow ADDRESS...",
		Short: "Take entries off the allow-list",
		Long: `Take entries off the allow-list, written as they were added. What feeds say of them
counts again, for the past too.`,
		Example: `  weir threat disallow 8.8.8.8
  weir threat disallow 203.0.113.0/24`,
		Args: arguments(1, math.MaxInt, "give the addresses, CIDRs or ranges to take off"),
		RunE: action(func(cmd *cobra.Command, args []string) error {
			return a.changeAllows(cmd.Context(), format, func(b backend, progress func(settle.Progress)) (*knowledge.AllowReport, error) {
				return b.Disallow(cmd.Context(), args, progress)
			})
		}),
	}
	c.Flags().Var(&format, "format", "form of the report")
	completeFormat(c)
	return c
}

func (a *app) changeAllows(ctx context.Context, format terminal.Format, work func(backend, func(settle.Progress)) (*knowledge.AllowReport, error)) error {
	var r *knowledge.AllowReport
	err := a.change(ctx, "weir threat", func(b backend, progress func(settle.Progress)) (err error) {
		r, err = work(b, progress)
		return err
	})
	if r == nil {
		return err
	}
	if err != nil {
		return behind("the allow-list", err)
	}
	return showAllowReport(a.stdout, format, r)
}

func newThreatConfirmCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "confirm NAME",
		Short: "Take a reading that is kept aside",
		Long: `Take the reading of a feed that is kept aside because it drops most of what the
feed holds. Without this it is taken when the next reading says the same. What
is kept aside is told by weir threat list, weir knowledge and the page.`,
		Example: `  weir threat list
  weir threat confirm blocklist`,
		Args: arguments(1, 1, "give the name of one feed"),
		RunE: action(func(cmd *cobra.Command, args []string) error {
			if err := a.change(cmd.Context(), "weir threat confirm", func(b backend, progress func(settle.Progress)) error {
				return b.ConfirmFeed(cmd.Context(), args[0], progress)
			}); err != nil {
				return err
			}
			_, err := fmt.Fprintf(a.stdout, "The reading of the threat feed %s that was kept aside is taken.\n", terminal.Printable(args[0]))
			return err
		}),
	}
}

func newThreatRemoveCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Forget a feed and all that it ever listed",
		Long: `Forget a feed and all that it ever listed, as if it had never been read. To have a
feed end today, import an empty reading of it instead, with --confirm: its past
verdicts stay.`,
		Example: `  weir threat remove blocklist`,
		Args:    arguments(1, 1, "give the name of one feed"),
		RunE: action(func(cmd *cobra.Command, args []string) error {
			if err := a.change(cmd.Context(), "weir threat remove", func(b backend, progress func(settle.Progress)) error {
				return b.ForgetFeed(cmd.Context(), args[0], progress)
			}); err != nil {
				return err
			}
			_, err := fmt.Fprintf(a.stdout, "The threat feed %s is forgotten, with all that it listed.\n", terminal.Printable(args[0]))
			return err
		}),
	}
}
