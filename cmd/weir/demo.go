package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/config"
	"weir/internal/knowledge"
	"weir/internal/simulate"
	"weir/internal/store/duckdb"
	"weir/internal/terminal"
)

// demoFlags are the flags of weir demo.
type demoFlags struct {
	simulation  simulate.Config
	dir, listen string
	anyPort     bool // the address was not asked for, so another port will do
	open        bool
}

func newDemoCommand(a *app) *cobra.Command {
	f := demoFlags{simulation: simulate.DefaultConfig()}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show a simulated network on the page",
		Long: `Simulate a network in a temporary folder, read its flow logs as any others, and
serve the page. The page is up at once and fills while the logs are read. Ctrl-C
ends it and removes the folder.`,
		Example: `  weir demo --open
  weir demo --hours 72 --vms 200 --listen 127.0.0.1:0
  weir demo --dir ./demo   # keep the logs and the store`,
		Args: noArguments,
		RunE: action(func(cmd *cobra.Command, _ []string) error {
			if a.data != "" || a.configFile != "" {
				return usageErrorf("the demo has a store of its own and no configuration; keep it with --dir DIR")
			}
			c := config.Default()
			if err := c.Set("listen", f.listen, "--listen"); err != nil {
				return usageErrorf("--%w", err)
			}
			f.anyPort = !cmd.Flags().Changed("listen")
			return a.demo(cmd.Context(), c, f)
		}),
	}
	flags := c.Flags()
	flags.StringVar(&f.dir, "dir", "", "`folder` for the logs and the store, kept at the end (default: a temporary one)")
	flags.StringVar(&f.listen, "listen", config.Default().Listen, "`address` to serve at")
	flags.BoolVar(&f.open, "open", false, "open the page in the browser")
	simulationFlags(c, &f.simulation)
	return c
}

func (a *app) demo(ctx context.Context, c *config.Config, f demoFlags) (err error) {
	if reachable(c.Listen) {
		return fmt.Errorf("cannot listen at %s: other machines could reach it; the demo is for this machine, weir serve is for others", c.Listen)
	}
	s := f.simulation
	// The data ends now, so that the page shows it as fresh.
	s.Start = time.Now().UTC().Truncate(time.Hour).Add(-time.Duration(s.Hours) * time.Hour)
	if f.dir == "" {
		if f.dir, err = os.MkdirTemp("", "weir-demo-"); err != nil {
			return fmt.Errorf("cannot make a folder for the demo: %w; name one with --dir", err)
		}
		defer os.RemoveAll(f.dir)
	}
	s.Out = filepath.Join(f.dir, "logs")
	c.Data = filepath.Join(f.dir, "store")
	if err := s.Validate(); err != nil {
		return usageErrorf("%s", oneLine(err.Error()))
	}
	b, err := a.openLocal(ctx, c, duckdb.Options{Command: "weir demo"})
	if err != nil {
		return err
	}
	defer closing(b, &err)
	log := slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	served, err := newService(ctx, b, c.Listen, true, log)
	if errors.Is(err, errInUse) && f.anyPort {
		served, err = newService(ctx, b, "127.0.0.1:0", true, log)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, served.address())
	return served.run(ctx, func(ctx context.Context) error {
		if f.open {
			a.openBrowser(served.address())
		}
		if err := a.fill(ctx, b, served.ingest, s); err != nil && ctx.Err() == nil {
			return err
		}
		if ctx.Err() == nil {
			a.say("The page is at %s\nAsk in another terminal: weir top conversations --data %s\nCtrl-C ends the demo.", served.address(), quote(c.Data))
		}
		<-ctx.Done()
		return nil
	})
}

// fill simulates the logs and reads them, after what is to be known of the
// network: then no row needs to be judged twice.
func (a *app) fill(ctx context.Context, l *local, i *ingester, s simulate.Config) error {
	i.prepare()
	truth, err := a.simulate(ctx, s)
	if err != nil {
		return err
	}
	if err := a.teach(ctx, l, s.Out, truth); err != nil {
		return err
	}
	bar := a.bar()
	summary, err := i.paths(ctx, []string{s.Out}, bar.Show)
	bar.Clear()
	if err != nil {
		return err
	}
	a.say("%s of flow logs with %s tuples were read in %.1f seconds into %s rows; %d events are planted in them.",
		terminal.Bytes(summary.Bytes), terminal.Full(summary.Tuples), summary.Seconds, terminal.Full(summary.Rows), len(truth.Events))
	return nil
}

// teach imports what a simulation says of its network.
func (a *app) teach(ctx context.Context, l *local, out string, truth *simulate.Truth) error {
	seen := map[time.Time]bool{} // folders of one time hold the same
	for _, inventory := range truth.Inventories {
		if seen[inventory.Time] {
			continue
		}
		seen[inventory.Time] = true
		inv, report, err := a.readInventory([]string{filepath.Join(out, inventory.Folder)})
		if err != nil {
			return err
		}
		in := knowledge.TopologyInput{Inventory: inv, Report: report, At: inventory.Time, Source: "simulation"}
		if _, err := l.ImportTopology(ctx, in, nil); err != nil {
			return err
		}
	}
	tags := filepath.Join(out, filepath.FromSlash(truth.ServiceTags))
	content, err := a.content(tags)
	if err != nil {
		return err
	}
	if _, err := l.ImportServiceTags(ctx, knowledge.ServiceTagsInput{Name: filepath.Base(tags), Content: content}, nil); err != nil {
		return err
	}
	for _, feed := range truth.Feeds {
		if filepath.Ext(feed) != ".csv" {
			continue // the list says less of the same addresses
		}
		if content, err = a.content(filepath.Join(out, feed)); err != nil {
			return err
		}
		if _, err := l.ImportThreats(ctx, knowledge.ThreatInput{Name: "simulated", File: feed, Content: content}, nil); err != nil {
			return err
		}
	}
	return nil
}

// openBrowser opens an address with what the system has for it.
func (a *app) openBrowser(address string) {
	var c *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		c = exec.Command("open", address)
	case "windows":
		c = exec.Command("rundll32", "url.dll,FileProtocolHandler", address)
	default:
		c = exec.Command("xdg-open", address)
	}
	if err := c.Start(); err != nil {
		a.say("cannot open a browser (%v); open %s yourself", err, address)
		return
	}
	go func() { _ = c.Wait() }() // its end means nothing to us
}
