package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"weir/internal/config"
	"weir/internal/enrich/geo"
	"weir/internal/enrich/threat"
	"weir/internal/plaintext"
	"weir/internal/server/access"
	"weir/internal/terminal"
)

func newConfigCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Check or show the configuration",
		Long: `A configuration file is optional: it names the store, the folders that weir serve
reads, the threat feeds that it keeps fresh, and how. Flags go before it. Keys that Weir does not know are errors.`,
		Example: `  weir config check --config weir.yaml
  weir config show --config weir.yaml`,
		Args: unknownCommand,
		RunE: needCommand,
	}
	c.AddCommand(newConfigCheckCommand(a), newConfigShowCommand(a))
	return c
}

func newConfigCheckCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Check a configuration file and say all its faults at once",
		Long: `Check a configuration file: its syntax, its keys, its values, that the folders it
names as sources are there, that databases and threat feeds in files can be read,
and that the environment variables it names are set. Feeds at URLs are not
fetched. All faults are printed, one a line, each with its place.`,
		Example: "  weir config check --config weir.yaml",
		Args:    noArguments,
		RunE:    action(func(*cobra.Command, []string) error { return a.checkConfig() }),
	}
}

func (a *app) checkConfig() error {
	if a.configFile == "" {
		return usageErrorf("there is nothing to check: name the file with --config FILE")
	}
	c, err := a.config()
	if err == nil {
		err = c.Verify(a.configFile, config.Checks{Database: checkDatabase, Feed: checkFeed, Certificate: checkCertificate, Machine: thisMachine(c.Data)})
	}
	var bad *config.Error
	if errors.As(err, &bad) {
		for _, f := range bad.Faults {
			fmt.Fprintln(a.stdout, f)
		}
		return fmt.Errorf("cannot use %s: it has %s; correct what is listed", a.configFile, terminal.Plural(int64(len(bad.Faults)), "fault"))
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%s: no faults\n", a.configFile)
	return err
}

// checkDatabase reads a database of countries and owners.
func checkDatabase(path string) error {
	_, err := geo.Load(path)
	return err
}

// checkCertificate loads what would be served with.
func checkCertificate(t config.TLS) error {
	_, err := access.LoadCertificate(t.Certificate, t.Key, nil)
	return err
}

// checkFeed reads a feed that is a file.
func checkFeed(f config.Feed) error {
	if strings.Contains(f.Location, "://") {
		return nil
	}
	file, err := plaintext.OpenFile(f.Location)
	if err != nil {
		return fmt.Errorf("cannot read the feed %s: %w", f.Name, err)
	}
	defer file.Close()
	s, err := sourceOfFeed(f)
	if err != nil {
		return err
	}
	if _, err := threat.Parse(file, s.Options); err != nil {
		return fmt.Errorf("cannot read the feed %s in %s: %w", f.Name, f.Location, err)
	}
	return nil
}

func newConfigShowCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "show",
		Short: "Print the effective configuration",
		Long: `Print the configuration that holds after defaults, file and flags are put
together, each key with where its value came from. The output is itself a
configuration file; values of headers that are not taken from the environment
are hidden.`,
		Example: `  weir config show
  weir config show --config weir.yaml > full.yaml`,
		Args: noArguments,
		RunE: action(func(*cobra.Command, []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			return c.Show(a.stdout, thisMachine(c.Data))
		}),
	}
}
