package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"weir/internal/config"
	"weir/internal/store/duckdb"
)

func newServeCommand(a *app) *cobra.Command {
	var allowRemote bool
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the page and the API, and ingest continuously",
		Long: `Serve the page and the API, and read the flow logs that appear in the folders
which the configuration names as sources. While it runs, the other commands on
the same store work through it. Ctrl-C stops it: what is being committed is
finished first.

Who is not on this machine needs a token, which weir token makes. An address that
other machines can reach needs TLS as well, or --allow-remote.`,
		Example: `  weir serve
  weir serve --config weir.yaml
  weir serve --data ./store --listen 127.0.0.1:9000`,
		Args: noArguments,
		RunE: action(func(cmd *cobra.Command, _ []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			if f := cmd.Flags().Lookup("listen"); f.Changed {
				if err := c.Set("listen", f.Value.String(), "--listen"); err != nil {
					return usageErrorf("--%w", err)
				}
			}
			return a.serve(cmd.Context(), c, allowRemote)
		}),
	}
	c.Flags().String("listen", config.Default().Listen, "`address` to serve at")
	c.Flags().BoolVar(&allowRemote, "allow-remote", false, "accept an address that other machines can reach without TLS, where tokens and answers can be read on their way")
	return c
}

func (a *app) serve(ctx context.Context, c *config.Config, allowRemote bool) (err error) {
	if err := checkReach(c, allowRemote); err != nil {
		return err
	}
	if err := c.Verify(a.configFile, config.Checks{SourcesLater: true, Machine: thisMachine(c.Data)}); err != nil {
		return err
	}
	log := a.logger(c)
	b, err := a.openLocal(ctx, c, duckdb.Options{Command: "weir serve", Interval: c.Interval, Say: func(text string) { log.Warn(text) }})
	if err != nil {
		return err
	}
	defer closing(b, &err)
	s, err := newService(ctx, b, c.Listen, false, log)
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, s.address())
	log.Info("serving", "address", s.address(), "data", c.Data, "sources", len(c.Sources), "feeds", len(c.Threat.Feeds))
	if reachable(c.Listen) && c.TLS.Certificate == "" {
		log.Warn("there is no TLS: whoever is on the way to this address can read tokens and answers", "address", s.tcp.Addr().String())
	}
	if len(c.Sources) == 0 {
		log.Info("no sources are configured; weir ingest PATH works while this runs")
	}
	err = s.run(ctx, func(ctx context.Context) error {
		<-ctx.Done()
		return nil
	})
	log.Info("stopped")
	return err
}

// logger writes structured lines to stderr.
func (a *app) logger(c *config.Config) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == config.LogJSON {
		return slog.New(slog.NewJSONHandler(a.stderr, o))
	}
	return slog.New(slog.NewTextHandler(a.stderr, o))
}
