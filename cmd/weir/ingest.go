package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/config"
	"weir/internal/decode"
	"weir/internal/pipeline"
	"weir/internal/source"
	"weir/internal/source/dir"
	"weir/internal/store/duckdb"
	"weir/internal/terminal"
)

// ingestFlags are the flags of weir ingest.
type ingestFlags struct {
	format   terminal.Format
	interval string
	workers  int
	strict   bool
}

func newIngestCommand(a *app) *cobra.Command {
	f := ingestFlags{format: terminal.Table}
	c := &cobra.Command{
		Use:   "ingest PATH...",
		Short: "Read flow logs into the store",
		Long: `Read flow logs of Azure virtual networks and network security groups into the
store. A path is a file, or a folder that is searched for files that end in
.json, .ndjson or .jsonl, also with .gz; what a file holds is told by its
content. What was read before is not read again, a file that has grown is read
from where it was left, and nothing is counted twice however often the command
is run or stopped. What cannot be decoded is counted, with its place and a
sample, and never drops its neighbours.`,
		Example: `  weir ingest ~/flowlogs
  weir ingest --data ./store --interval 1m PT1H.json
  weir ingest --strict --format json ~/flowlogs > summary.json`,
		Args: arguments(1, math.MaxInt, "give the files or folders to read"),
		RunE: action(func(cmd *cobra.Command, args []string) error {
			return a.ingest(cmd, args, f)
		}),
	}
	c.Flags().Var(&f.format, "format", "form of the summary")
	c.Flags().StringVar(&f.interval, "interval", "", "`width` of reduction of a new store: 1m, 10m or 60m (default 10m)")
	c.Flags().IntVar(&f.workers, "workers", 0, "`number` of objects read at the same time (0: one for each processor)")
	c.Flags().BoolVar(&f.strict, "strict", false, "exit with 3 if any input was rejected or has changed")
	completeFormat(c)
	_ = c.RegisterFlagCompletionFunc("interval", cobra.FixedCompletions([]string{"1m", "10m", "60m"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) ingest(cmd *cobra.Command, args []string, f ingestFlags) (err error) {
	ctx := cmd.Context()
	c, err := a.config()
	if err != nil {
		return err
	}
	for _, name := range []string{"interval", "workers"} {
		if flag := cmd.Flags().Lookup(name); flag.Changed {
			if err := c.Set(name, flag.Value.String(), "--"+name); err != nil {
				return usageErrorf("--%w", err)
			}
		}
	}
	paths, err := absolute(args)
	if err != nil {
		return err
	}
	b, err := a.writing(ctx, c, cmd.Flags().Changed("workers"))
	if err != nil {
		return err
	}
	defer closing(b, &err)
	bar := a.bar()
	var last pipeline.Progress
	s, err := b.Ingest(ctx, paths, func(p pipeline.Progress) { last = p; bar.Show(p) })
	bar.Clear()
	stopped := ctx.Err() != nil
	if !stopped && errors.Is(err, context.Canceled) {
		return errors.New("cannot read to the end: weir serve, which holds the store, was stopped; what it had read is committed and stays: run the same command again to read the rest")
	}
	if err != nil && !stopped && !(errors.Is(err, pipeline.ErrUnlisted) && s.Objects > 0) {
		return err
	}
	if s.Objects == 0 && !stopped {
		return nothingFound(ctx, args, paths)
	}
	if err := showSummary(a.stdout, f.format, s); err != nil {
		return err
	}
	if stopped {
		return fmt.Errorf("stopped by a signal: %s of %s and %s are committed and stay; run the same command again to read the rest",
			terminal.Full(last.ObjectsDone), terminal.Plural(last.Objects, "object"), terminal.Plural(s.Rows, "row"))
	}
	if err != nil {
		return err
	}
	return judge(s, f.strict)
}

// writing opens what ingests: the server that holds the store, or the store,
// which is made if need be.
func (a *app) writing(ctx context.Context, c *config.Config, workers bool) (backend, error) {
	b, err := connect(ctx, c.Data)
	if err != nil {
		return nil, err
	}
	if b == nil {
		return a.openLocal(ctx, c, duckdb.Options{Command: "weir ingest", Interval: c.Interval, MemoryLimitMB: ingestMemoryMB, Threads: runtime.GOMAXPROCS(0)})
	}
	if workers {
		a.say("weir serve holds the store and reads with as many workers as it was started with; --workers has no effect")
	}
	if c.Interval != 0 {
		status, err := b.Status(ctx)
		if err == nil && status.Interval != intervalText(c.Interval) {
			err = fmt.Errorf("cannot ingest into the store in %s with an interval of %s: it was made with %s and keeps it; leave the interval out, or ingest into another folder",
				c.Data, intervalText(c.Interval), status.Interval)
		}
		if err != nil {
			return nil, errors.Join(err, b.Close())
		}
	}
	return b, nil
}

func intervalText(d time.Duration) string { return fmt.Sprintf("%dm", int(d.Minutes())) }

// nothingFound says why there was nothing to read.
func nothingFound(ctx context.Context, args, paths []string) error {
	found := dir.New(paths...)
	if err := found.List(ctx, func(source.Object) error { return nil }); err != nil {
		return err
	}
	skipped := "nothing is there"
	if n := int64(found.Skipped()); n > 0 {
		skipped = terminal.Plural(n, "file") + " of other names left out"
	}
	return fmt.Errorf("cannot find a flow log in %s: in folders files are read that end in .json, .ndjson or .jsonl, also with .gz (%s); name another folder, or the files themselves",
		strings.Join(args, ", "), skipped)
}

// judge decides how an ingest ends that read all it could.
func judge(s pipeline.Summary, strict bool) error {
	switch {
	case s.Failed > 0:
		p := problem(s, "failed")
		return fmt.Errorf("cannot read %s to the end: %s: %s; mend what is named and run the same command again",
			terminal.Plural(s.Failed, "object"), p.Object, p.Message)
	case strict && s.Rejected > 0:
		r := s.Rejects[0]
		return &exitError{exitRejected, fmt.Errorf("rejected %s of the input, for example %s at byte %d of %s; weir sql \"FROM rejects\" shows more",
			terminal.Plural(s.Rejected, "piece"), r.Reason, r.Offset, r.Object)}
	case strict && s.RejectedBefore > 0:
		return &exitError{exitRejected, fmt.Errorf("rejected %s of the input in earlier runs, and nothing new; weir sql \"FROM rejects\" shows it",
			terminal.Plural(s.RejectedBefore, "piece"))}
	case strict && s.Changed > 0:
		p := problem(s, "changed")
		return &exitError{exitRejected, fmt.Errorf("did not read %s: %s: %s", terminal.Plural(s.Changed, "object"), p.Object, p.Message)}
	case s.Records+s.RecordsBefore == 0 && s.Rejected+s.RejectedBefore > 0:
		return noRecords(s)
	}
	return nil
}

// noRecords says what was found where no record of a flow log is.
func noRecords(s pipeline.Summary) error {
	const advice = "give NSG or VNet flow logs as Azure writes them, or the JSON of a collector that holds them; weir sql \"FROM rejects\" shows what was found"
	if len(s.Rejects) == 0 {
		return fmt.Errorf("cannot find a flow log in %s, and did not in earlier runs: %s", terminal.Plural(s.Objects, "object"), advice)
	}
	r := s.Rejects[0]
	for _, other := range s.Rejects {
		if other.Reason == string(decode.NotARecord) {
			r = other
		}
	}
	return fmt.Errorf("cannot find a flow log in %s: %s begins, at byte %d, with %s (%s); %s",
		terminal.Plural(s.Objects, "object"), r.Object, r.Offset, seems(r.Sample), r.Reason, advice)
}

// seems says what the beginning of something looks like.
func seems(sample string) string {
	keys := []string{}
	d := json.NewDecoder(strings.NewReader(sample))
	for depth, key := 0, false; ; {
		token, err := d.Token()
		if err != nil {
			break
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
			} else {
				depth--
			}
			key = depth == 1
		case string:
			if depth == 1 && key {
				keys = append(keys, strconv.Quote(t))
			}
			key = depth == 1 && !key
		default:
			key = depth == 1
		}
	}
	switch {
	case !strings.HasPrefix(sample, "{"):
		return "what is no JSON object: " + strconv.Quote(shorten(sample, 40))
	case len(keys) == 0:
		return "a JSON object"
	case len(keys) == 1:
		return "a JSON object that has the key " + keys[0]
	}
	return "a JSON object that has the keys " + strings.Join(keys, ", ")
}

// problem returns the first problem of a kind.
func problem(s pipeline.Summary, state string) pipeline.Problem {
	for _, p := range s.Problems {
		if p.State == state {
			return p
		}
	}
	return pipeline.Problem{Object: "see", Message: `weir sql "SELECT * FROM objects WHERE state = '` + state + `'"`}
}
