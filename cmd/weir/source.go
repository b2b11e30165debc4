package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/config"
	"weir/internal/decode"
	"weir/internal/source"
	"weir/internal/source/azblob"
	"weir/internal/source/dir"
	"weir/internal/terminal"
)

func newSourceCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "source",
		Short: "See how sources stand, and why one has no data",
		Long: `Sources are the folders and storage accounts from which weir serve reads flow
logs; the configuration names them.`,
		Example: `  weir source check --config weir.yaml
  weir source list --config weir.yaml`,
		Args: unknownCommand,
		RunE: needCommand,
	}
	c.AddCommand(newSourceCheckCommand(a), newSourceListCommand(a))
	return c
}

func newSourceCheckCommand(a *app) *cobra.Command {
	format := terminal.Table
	c := &cobra.Command{
		Use:   "check [NAME]...",
		Short: "Look whether sources can be read, step by step",
		Long: `Look whether the sources of the configuration can be read, or those that are
named: whether the name of an account resolves, who asks, whether each container
may be listed, which blob was written last and when, and whether it may be read
and is a flow log. What does not hold is told with its cause and what mends it,
and the command fails. Nothing is stored.`,
		Example: `  weir source check --config weir.yaml
  weir source check prodlogs --config weir.yaml --format json`,
		RunE: action(func(cmd *cobra.Command, names []string) error {
			return a.checkSources(cmd.Context(), names, format)
		}),
	}
	c.Flags().Var(&format, "format", "form of the answer")
	completeFormat(c)
	return c
}

// check is one thing that was looked at in a source.
type check struct {
	source, place, what, found, cause, mend string
	state                                   string // ok, failed, or absent: not there, and no fault
}

func (a *app) checkSources(ctx context.Context, names []string, format terminal.Format) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	if len(c.Sources) == 0 {
		return usageErrorf("there is nothing to check: name a configuration with sources, with --config FILE")
	}
	var known []string
	for _, s := range c.Sources {
		known = append(known, s.Label())
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return usageErrorf("there is no source %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	var checks []check
	failed := 0
	for _, s := range c.Sources {
		if len(names) > 0 && !slices.Contains(names, s.Label()) {
			continue
		}
		bad := false
		for _, one := range checkSource(ctx, s) {
			one.source = s.Label()
			bad = bad || one.state == "failed"
			checks = append(checks, one)
		}
		if bad {
			failed++
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if err := a.showChecks(checks, format); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("cannot read %s of %d; do what is said above", terminal.Plural(int64(failed), "source"), len(c.Sources))
	}
	return nil
}

// showChecks writes what was found.
func (a *app) showChecks(checks []check, format terminal.Format) error {
	if format != terminal.Table {
		c := &cells{columns: columnsNamed("source", "place", "check", "state", "found", "cause", "mend")}
		for _, one := range checks {
			c.rows = append(c.rows, []any{one.source, one.place, one.what, one.state, one.found, one.cause, one.mend})
		}
		_, err := terminal.WriteRows(a.stdout, format, c)
		return err
	}
	var b strings.Builder
	last := ""
	for _, one := range checks {
		if one.source != last {
			if last != "" {
				b.WriteString("\n")
			}
			last = one.source
			fmt.Fprintln(&b, terminal.Printable(one.source))
		}
		what := one.what
		if one.place != "" {
			what = one.place + ": " + what
		}
		fmt.Fprintf(&b, "  %-6s  %s: %s\n", one.state, terminal.Printable(what), terminal.Printable(one.found+one.cause))
		if one.mend != "" {
			fmt.Fprintf(&b, "          %s\n", terminal.Printable(one.mend))
		}
	}
	_, err := io.WriteString(a.stdout, b.String())
	return err
}

// checkSource looks at one source.
func checkSource(ctx context.Context, s config.Source) []check {
	if s.Folder != "" {
		return checkFolder(ctx, s.Folder)
	}
	account, err := openAccount(s, time.Time{})
	if err != nil {
		return []check{failedCheck("", "the configuration", err)}
	}
	var out []check
	account.Check(ctx, func(step azblob.Step) {
		switch {
		case step.Missing:
			out = append(out, check{place: step.Container, what: step.What, state: "absent", found: "it is not there; Azure makes it for the first flow log of its kind"})
		case step.Fault != nil:
			out = append(out, failedCheck(step.Container, step.What, step.Fault))
		default:
			out = append(out, check{place: step.Container, what: step.What, state: "ok", found: step.Found})
		}
		if step.Newest.Name != "" {
			out = append(out, checkObject(ctx, step.Container, step.Newest))
		}
		if step.HourBlobs > 0 {
			out = append(out, check{
				place: step.Container, what: "a day", state: "ok",
				found: fmt.Sprintf("about %s in %s, as of the last whole hour", terminal.Bytes(24*step.HourBytes), terminal.Plural(24*int64(step.HourBlobs), "blob")),
			})
		}
	})
	if !slices.ContainsFunc(out, func(c check) bool { return c.state == "failed" || c.what == "read" }) {
		out = append(out, check{
			what: "flow logs", state: "failed", cause: "none of the containers is there",
			mend: "see whether a flow log is on that writes into this account: az network watcher flow-log list --location REGION",
		})
	}
	return out
}

// failedCheck is a check of what does not hold.
func failedCheck(place, what string, err error) check {
	c := check{place: place, what: what, state: "failed", cause: oneLine(err.Error())}
	var fault *azblob.Fault
	if errors.As(err, &fault) {
		c.cause, c.mend = fault.Cause, fault.Mend
	}
	return c
}

// checkFolder looks at a folder that is a source.
func checkFolder(ctx context.Context, folder string) []check {
	files := 0
	var newest source.Object
	err := dir.New(folder).List(ctx, func(o source.Object) error {
		if files++; o.Modified.After(newest.Modified) {
			newest = o
		}
		return nil
	})
	switch {
	case err != nil:
		return []check{failedCheck("", "list", err)}
	case files == 0:
		return []check{{what: "list", state: "failed", cause: "there is no file in it that can be a flow log", mend: "what is read ends in .json, .ndjson or .jsonl, and these with .gz"}}
	}
	return []check{
		{what: "list", state: "ok", found: terminal.Plural(int64(files), "file")},
		checkObject(ctx, "", newest),
	}
}

// checkObject reads the first record of the object that was written last.
func checkObject(ctx context.Context, place string, o source.Object) check {
	written := fmt.Sprintf("%s, written at %s (UTC), %s ago", o.Name, stamp(o.Modified.UTC()), time.Since(o.Modified).Round(time.Second))
	content, err := o.Open(ctx, 0)
	if err != nil {
		return failedCheck(place, "read", err)
	}
	defer content.Close()
	r := decode.NewReader()
	err = r.Reset(content, decode.Mark{})
	for err == nil {
		var record *decode.Record
		if record, err = r.Next(); err != nil {
			break
		}
		if record.Records > 0 {
			return check{place: place, what: "read", state: "ok", found: fmt.Sprintf("a flow log of the kind %s: %s", record.Family, written)}
		}
		if len(record.Rejects) > 0 {
			return check{
				place: place, what: "read", state: "failed", cause: "it is no flow log (" + string(record.Rejects[0].Reason) + "): " + written,
				mend: "name the container, or the prefix, of flow logs of NSGs or virtual networks",
			}
		}
	}
	if err != io.EOF {
		return failedCheck(place, "read", err)
	}
	return check{place: place, what: "read", state: "ok", found: "it has no record yet: " + written}
}
