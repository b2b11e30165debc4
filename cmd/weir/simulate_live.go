package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/simulate"
	"weir/internal/terminal"
)

// liveFlags say how logs grow instead of being written at once.
type liveFlags struct {
	live  bool
	azure string
	pace  float64
}

// The variables that hold the key of an account: never a flag, which others can see.
const (
	keyVariable        = "AZURE_STORAGE_KEY"
	connectionVariable = "AZURE_STORAGE_CONNECTION_STRING"
)

func (f *liveFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&f.live, "live", false, "let the logs grow by a block a minute, as Azure does, until the hours are over or Ctrl-C")
	c.Flags().StringVar(&f.azure, "azure", "", "with --live, write the logs to the storage account at this `URL`, with the key in $"+keyVariable+" or $"+connectionVariable)
	c.Flags().Float64Var(&f.pace, "pace", 1, "with --live, how many `times` as fast as the clock; 0: as fast as it goes")
}

// check says what is wrong with the flags.
func (f *liveFlags) check(c *cobra.Command) error {
	for _, name := range []string{"azure", "pace"} {
		if !f.live && c.Flags().Changed(name) {
			return usageErrorf("--%s is for logs that grow; add --live", name)
		}
	}
	if !(f.pace >= 0) {
		return usageErrorf("--pace is %v: it must be 0 or more", f.pace)
	}
	return nil
}

// follows tells whether the logs follow the clock.
func (f *liveFlags) follows() bool { return f.live && f.pace == 1 }

// start is when logs that grow begin where it is not said: now at the pace of
// the clock, else so that they end with the last full hour.
func (f *liveFlags) start(hours int) time.Time {
	if f.follows() {
		return time.Now().UTC().Truncate(time.Minute)
	}
	return time.Now().UTC().Truncate(time.Hour).Add(-time.Duration(hours) * time.Hour)
}

// sink is where the logs grow.
func (f *liveFlags) sink(out string) (simulate.Sink, error) {
	if f.azure == "" {
		return simulate.Folder(out), nil
	}
	key := os.Getenv(keyVariable)
	for part := range strings.SplitSeq(os.Getenv(connectionVariable), ";") {
		if name, value, _ := strings.Cut(part, "="); key == "" && strings.EqualFold(strings.TrimSpace(name), "AccountKey") {
			key = strings.TrimSpace(value)
		}
	}
	if key == "" {
		return nil, usageErrorf("--azure needs the key of the account in the environment: set %s or %s", keyVariable, connectionVariable)
	}
	account, err := simulate.NewAccount(f.azure, key)
	if err != nil {
		return nil, usageErrorf("--azure: %w", err)
	}
	return account, nil
}

// grow lets the logs grow until their time is over or a signal comes, after
// which they are as whole as before.
func (a *app) grow(ctx context.Context, s simulate.Config, f *liveFlags) error {
	sink, err := f.sink(s.Out)
	if err != nil {
		return err
	}
	where := quote(s.Out)
	if f.azure != "" {
		where = f.azure
	}
	a.say("flow logs from %s on grow in %s; Ctrl-C ends them", stamp(s.Start), where)
	bar := a.bar()
	began := time.Now()
	s.Progress = func(done, total int64) { bar.ShowPart("simulating", done, total, time.Since(began)) }
	truth, err := simulate.Live(ctx, s, simulate.Growth{Sink: sink, Pace: f.pace})
	bar.Clear()
	if err != nil {
		return err
	}
	if f.azure == "" {
		return a.showTruth(s.Out, truth)
	}
	_, err = fmt.Fprintf(a.stdout, "%s to %s (UTC): %s with %s tuples are in %s; the exact truth is in %s.\n", stamp(truth.Start), stamp(truth.End),
		terminal.Plural(truth.Total.Objects, "blob"), terminal.Full(truth.Total.Tuples), f.azure, filepath.Join(s.Out, "truth.json"))
	return err
}
