package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/simulate"
	"weir/internal/terminal"
)

func newSimulateCommand(a *app) *cobra.Command {
	s := simulate.DefaultConfig()
	var start string
	var grows liveFlags
	c := &cobra.Command{
		Use:   "simulate --out DIR",
		Short: "Write the flow logs of a simulated network",
		Long: `Write what a network in Azure would write: the flow logs of a hub and its spokes
in Azure's own folder layout (insights-logs-*), its inventory as Azure Resource
Manager and as az list it (inventory, inventory-az; inventory-2 after a change),
Azure's ranges (service-tags), lists of threats (threat-feed.txt and .csv), and
the exact truth about the traffic (truth.json and truth-*.ndjson). The traffic
has its day and night, its background noise, and a few things that deserve a
look. The same flags give the same bytes.

With --live the logs grow as in Azure: each NIC's by a block a minute, at its own
second, in the folder or in a storage account (--azure), such as one of Azurite.
They begin now and follow the clock, or with --pace another pace from --start on.
At the end, and after Ctrl-C, the truth is that of what was written.`,
		Example: `  weir simulate --out ./logs
  weir simulate --out ./logs --hours 6 --vms 200 --seed 7 --rate 0.5
  weir simulate --live --out ./estate --azure http://127.0.0.1:10000/devstoreaccount1`,
		Args: noArguments,
		RunE: action(func(cmd *cobra.Command, _ []string) (err error) {
			if s.Out == "" {
				return usageErrorf("--out DIR is missing: name the folder to write to")
			}
			if err := grows.check(cmd); err != nil {
				return err
			}
			if grows.live {
				s.Start = grows.start(s.Hours)
			}
			if start != "" {
				if s.Start, err = when(cmd.Context(), start, nowHour); err != nil {
					return usageErrorf("--start: %w", err)
				}
			}
			if err := s.Validate(); err != nil {
				return usageErrorf("%s", oneLine(err.Error()))
			}
			if end := s.Start.Add(time.Duration(s.Hours) * time.Hour); !grows.follows() && end.After(time.Now().Add(24*time.Hour)) {
				a.say("these logs end in the future, at %s: weir ingest rejects what lies more than a day ahead", stamp(end))
			}
			if grows.live {
				return a.grow(cmd.Context(), s, &grows)
			}
			truth, err := a.simulate(cmd.Context(), s)
			if err != nil {
				return err
			}
			return a.showTruth(s.Out, truth)
		}),
	}
	f := c.Flags()
	f.StringVar(&s.Out, "out", "", "`folder` to write to: new, empty, or of an earlier simulation")
	f.StringVar(&start, "start", "", "when the logs begin, a full minute: a `time`, a date, or -24h before this hour (default "+s.Start.Format(time.RFC3339)+"; with --live now, or with another --pace so that they end with the last full hour)")
	simulationFlags(c, &s)
	grows.add(c)
	f.Float64Var(&s.Rate, "rate", s.Rate, "`factor` on the usual number of flows")
	return c
}

// simulationFlags are those that simulate and demo have in common.
func simulationFlags(c *cobra.Command, s *simulate.Config) {
	c.Flags().IntVar(&s.Hours, "hours", s.Hours, "`number` of hours that the logs cover")
	c.Flags().IntVar(&s.VMs, "vms", s.VMs, "`number` of machines")
	c.Flags().Uint64Var(&s.Seed, "seed", s.Seed, "`number` that chooses the network and its traffic")
}

// nowHour is the end of the last full hour.
func nowHour(context.Context) (time.Time, error) { return time.Now().UTC().Truncate(time.Hour), nil }

// simulate writes the logs and shows how far it has come.
func (a *app) simulate(ctx context.Context, s simulate.Config) (*simulate.Truth, error) {
	bar := a.bar()
	defer bar.Clear()
	began := time.Now()
	s.Progress = func(done, total int64) { bar.ShowPart("simulating", done, total, time.Since(began)) }
	truth, err := simulate.Write(ctx, s)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("stopped by a signal: what lies in %s is not complete; run the command again to write it anew", s.Out)
	}
	return truth, err
}

// showTruth writes what a simulation holds.
func (a *app) showTruth(out string, t *simulate.Truth) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s to %s (UTC), %d machines, seed %d\n\n", stamp(t.Start), stamp(t.End), t.VMs, t.Seed)
	table := terminal.NewTable().Column("", terminal.Left).Column("nsg", terminal.Right).Column("vnet", terminal.Right).Column("both", terminal.Right)
	row := func(name string, of func(simulate.FamilyTotals) int64) {
		table.Row(name, terminal.Full(of(t.NSG)), terminal.Full(of(t.VNet)), terminal.Full(of(t.Total)))
	}
	row("objects", func(f simulate.FamilyTotals) int64 { return f.Objects })
	row("bytes of logs", func(f simulate.FamilyTotals) int64 { return f.Bytes })
	row("records", func(f simulate.FamilyTotals) int64 { return f.Records })
	row("tuples", func(f simulate.FamilyTotals) int64 { return f.Tuples })
	row("flows started", func(f simulate.FamilyTotals) int64 { return int64(f.Started) })
	row("flows denied", func(f simulate.FamilyTotals) int64 { return int64(f.Denied) })
	row("flows ended", func(f simulate.FamilyTotals) int64 { return int64(f.Ended) })
	row("packets forward", func(f simulate.FamilyTotals) int64 { return int64(f.PacketsFwd) })
	row("packets back", func(f simulate.FamilyTotals) int64 { return int64(f.PacketsBack) })
	row("bytes forward", func(f simulate.FamilyTotals) int64 { return int64(f.BytesFwd) })
	row("bytes back", func(f simulate.FamilyTotals) int64 { return int64(f.BytesBack) })
	if err := table.Flush(&b); err != nil {
		return err
	}
	fmt.Fprintf(&b, "\nPlanted events: %d; the exact truth is in %s.\n", len(t.Events), filepath.Join(out, "truth.json"))
	fmt.Fprintf(&b, "Read the logs with:\n  weir ingest %s\n", quote(out))
	fmt.Fprintln(&b, "Say what their addresses are with:")
	known := map[time.Time]bool{} // folders of one time hold the same
	for _, inventory := range t.Inventories {
		if !known[inventory.Time] {
			known[inventory.Time] = true
			fmt.Fprintf(&b, "  weir topology import --at %s %s\n", inventory.Time.UTC().Format(time.RFC3339), quote(filepath.Join(out, inventory.Folder)))
		}
	}
	fmt.Fprintf(&b, "  weir service-tags import %s\n", quote(filepath.Join(out, filepath.FromSlash(t.ServiceTags))))
	for _, feed := range t.Feeds {
		if filepath.Ext(feed) == ".csv" { // the list says less of the same addresses
			fmt.Fprintf(&b, "  weir threat import %s\n", quote(filepath.Join(out, feed)))
		}
	}
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}

// quote makes a path safe to paste into a shell.
func quote(path string) string {
	if !strings.ContainsAny(path, " \t'\"$&|;<>()*?[]#~`\\") {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
