package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/knowledge"
	"weir/internal/terminal"
	"weir/internal/topology/azure"
)

func newTopologyCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "topology",
		Short: "Say what the cloud estate looks like",
		Long: `Say what the cloud estate looks like: networks, interfaces, gateways and the
rest. Weir then names addresses, tells inside from outside, and knows what kind
of flow each flow is. Without an inventory addresses are named by themselves and
by the interface that logged them.

Each inventory is a snapshot with a time. A flow is explained by the estate at
its own time, so addresses that were given to another machine keep their past;
flows older than the first snapshot use the first. What the store shows already
is brought up to date at once, without reading logs again.`,
		Example: `  weir topology import vnets.json nics.json
  weir topology sync
  weir topology list`,
		Args: unknownCommand,
		RunE: needCommand,
	}
	c.AddCommand(newTopologyImportCommand(a), newTopologySyncCommand(a), newTopologyListCommand(a))
	return c
}

// topologyFlags are the flags of weir topology import and sync.
type topologyFlags struct {
	format                 terminal.Format
	at                     string
	complete, strict       bool
	tenants, subscriptions []string
}

func newTopologyImportCommand(a *app) *cobra.Command {
	f := topologyFlags{format: terminal.Table}
	c := &cobra.Command{
		Use:   "import FILE... | -",
		Short: "Take an inventory from files",
		Long: `Take an inventory from files that Azure's own tools write: answers of Resource
Manager, az ... list or show with --output json, and az graph query. A file may
hold several kinds, and several documents one after the other. A folder is
searched for files that end in .json, also with .gz; "-" is standard input.

All files together are one snapshot. A list speaks for the kinds and
subscriptions of which it shows something: a virtual machine that is not in a
list of virtual machines is gone, and a load balancer that is in no file stays
as it was known. A resource that stands for itself, as az ... show and lines of
NDJSON write it, says nothing of the others. With --complete what the files do
not show is gone, whatever its kind.

What could not be read is not gone. A key that cannot be used is left out alone,
with its place. A resource that cannot be read, and the rest of a list of which a
page is missing, stay as they were known; the exit code is then 1. A file that
breaks off is refused. What is not understood is listed by its type.`,
		Example: `  az network vnet list > vnets.json; az network nic list > nics.json
  weir topology import vnets.json nics.json

  az graph query -q "resources | where type startswith 'microsoft.network/'" --first 1000 | weir topology import -
  weir topology import --at 2026-11-01 --complete ~/estate`,
		Args: arguments(1, math.MaxInt, `give the files or folders to import, or "-" for standard input`),
		RunE: action(func(cmd *cobra.Command, args []string) error {
			return a.topologyImport(cmd.Context(), args, &f)
		}),
	}
	c.Flags().StringVar(&f.at, "at", "", "`time` at which the estate looked so: 2026-11-02T15:04:05Z, 2026-11-02, or -6h (default: now)")
	c.Flags().BoolVar(&f.complete, "complete", false, "the files hold the whole estate: what they do not show is gone")
	c.Flags().BoolVar(&f.strict, "strict", false, "exit with 3 if anything was not understood or rejected")
	c.Flags().Var(&f.format, "format", "form of the report")
	completeFormat(c)
	return c
}

func newTopologySyncCommand(a *app) *cobra.Command {
	f := topologyFlags{format: terminal.Table}
	c := &cobra.Command{
		Use:   "sync",
		Short: "Take an inventory from Azure itself",
		Long: `Take an inventory from Azure itself, through Azure Resource Graph. Nothing is
changed in Azure; the role Reader is all that is needed, on each subscription or
on a management group above them.

Who asks is found as the Azure SDK finds it: a service principal in
AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, a managed identity, or
who is signed in with az login.

All subscriptions that can be seen are read, and what they do not show is gone.
With --subscription only those are read and the others stay as they were known.
Several tenants that share a store are named together. What cannot be read is
named, its part stays as it was known, and the exit code is 1.`,
		Example: `  weir topology sync
  weir topology sync --subscription Production --subscription Test
  weir topology sync --tenant contoso.onmicrosoft.com --tenant fabrikam.onmicrosoft.com`,
		Args: noArguments,
		RunE: action(func(cmd *cobra.Command, _ []string) error {
			return a.topologySync(cmd.Context(), &f, azure.Options{})
		}),
	}
	c.Flags().StringArrayVar(&f.tenants, "tenant", nil, "`id` or domain of a tenant; may be given again (default: that of the credential)")
	c.Flags().StringArrayVar(&f.subscriptions, "subscription", nil, "`id` or name of a subscription; may be given again (default: all that can be seen)")
	c.Flags().BoolVar(&f.strict, "strict", false, "exit with 3 if anything was not understood or rejected")
	c.Flags().Var(&f.format, "format", "form of the report")
	completeFormat(c)
	return c
}

func newTopologyListCommand(a *app) *cobra.Command {
	format := terminal.Table
	c := &cobra.Command{
		Use:   "list",
		Short: "List the snapshots of the estate",
		Long: `List the snapshots of the estate that are kept, the oldest first: when the estate
looked so, where that is from, and how many resources it shows.`,
		Example: `  weir topology list
  weir topology list --format json`,
		Args: noArguments,
		RunE: action(func(cmd *cobra.Command, _ []string) error {
			return a.topologyList(cmd.Context(), format)
		}),
	}
	c.Flags().Var(&format, "format", "form of the list")
	completeFormat(c)
	return c
}

func (a *app) topologyImport(ctx context.Context, args []string, f *topologyFlags) error {
	at, err := f.time(ctx)
	if err != nil {
		return err
	}
	c, err := a.config()
	if err != nil {
		return err
	}
	inv, report, err := a.readInventory(args)
	if err != nil {
		return err
	}
	in := knowledge.TopologyInput{Inventory: inv, Report: report, At: at, Partial: !f.complete, Source: sourceOf(args)}
	if f.complete && report.Unfinished {
		return fmt.Errorf("cannot import %s as the whole estate: %s%s; nothing was imported: mend it, or leave out --complete",
			in.Source, report.FirstLost(), andMore(report.Lost-1))
	}
	if len(report.Kinds) == 0 {
		return nothingUnderstood(in.Source, &report)
	}
	b, err := a.changing(ctx, c, "weir topology import")
	if err != nil {
		return err
	}
	return a.takeInventory(ctx, b, in, f)
}

func (a *app) topologySync(ctx context.Context, f *topologyFlags, o azure.Options) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	// First, because reading may take minutes and be in vain if the store is held.
	b, err := a.changing(ctx, c, "weir topology sync")
	if err != nil {
		return err
	}
	o.Tenants, o.Subscriptions = f.tenants, f.subscriptions
	bar := a.bar()
	o.Progress = func(p azure.Progress) {
		bar.ShowPart(fmt.Sprintf("%s, %s", terminal.Plural(p.Resources, "resource"), terminal.Plural(int64(p.Subscriptions), "subscription")),
			int64(p.SubscriptionsDone), int64(p.Subscriptions), p.Elapsed)
	}
	e, err := azure.Read(ctx, o)
	bar.Clear()
	if err != nil {
		return errors.Join(err, b.Close())
	}
	return a.takeInventory(ctx, b, knowledge.TopologyInput{
		Inventory: e.Inventory, Report: e.Report, At: e.Time, Partial: e.Partial, Source: f.source(),
	}, f)
}

// takeInventory gives an inventory to the store, shows what became of it and
// closes the backend.
func (a *app) takeInventory(ctx context.Context, b backend, in knowledge.TopologyInput, f *topologyFlags) (err error) {
	defer closing(b, &err)
	bar := a.bar()
	report, err := b.ImportTopology(ctx, in, settling(bar))
	bar.Clear()
	if report == nil {
		return err
	}
	if e := showTopology(a.stdout, f.format, report); e != nil {
		return e
	}
	if err != nil {
		return fmt.Errorf("the inventory is kept, but what the store shows is not yet up to date with it: %w; run weir ingest, weir serve or this command again", err)
	}
	if n := len(report.Problems) + len(report.Unknown); f.strict && n > 0 {
		return &exitError{exitRejected, strictError(report)}
	}
	if lost := in.Report.Lost; lost > 0 {
		return fmt.Errorf("cannot read all of the estate: %s%s; what was read is imported, the rest stays as it was known",
			in.Report.FirstLost(), andMore(lost-1))
	}
	return nil
}

// strictError says what --strict does not let pass.
func strictError(r *knowledge.TopologyReport) error {
	if len(r.Problems) > 0 {
		return fmt.Errorf("left out or missing: %s%s", r.Problems[0], andMore(len(r.Problems)-1))
	}
	return fmt.Errorf("not understood: %s", unknownText(r.Unknown))
}

// time reads --at.
func (f *topologyFlags) time(ctx context.Context) (time.Time, error) {
	if f.at == "" {
		return time.Now(), nil
	}
	at, err := when(ctx, f.at, func(context.Context) (time.Time, error) { return time.Now(), nil })
	if err != nil {
		return at, usageErrorf("--at: %q is no time such as 2026-11-02T15:04:05Z or 2026-11-02, nor one before now such as -6h", f.at)
	}
	if at.After(time.Now()) {
		return at, usageErrorf("--at: %s is yet to come", f.at)
	}
	return at, nil
}

// source names where a sync reads.
func (f *topologyFlags) source() string {
	text := "Azure Resource Graph"
	if len(f.tenants) > 0 {
		text += ", tenant " + strings.Join(f.tenants, ", ")
	}
	if len(f.subscriptions) > 0 {
		text += ", subscription " + strings.Join(f.subscriptions, ", ")
	}
	return text
}

func (a *app) topologyList(ctx context.Context, format terminal.Format) error {
	return a.asking(ctx, "weir topology list", func(ctx context.Context, b backend) error {
		snapshots, err := b.Snapshots(ctx)
		if err != nil {
			return fmt.Errorf("cannot list the snapshots: %w", err)
		}
		return showSnapshots(a.stdout, format, snapshots)
	})
}
