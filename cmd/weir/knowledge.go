package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/config"
	"weir/internal/knowledge"
	"weir/internal/settle"
	"weir/internal/store/duckdb"
	"weir/internal/terminal"
)

func newKnowledgeCommand(a *app) *cobra.Command {
	format := terminal.Table
	c := &cobra.Command{
		Use:   "knowledge",
		Short: "Show what is known about addresses, and how fresh it is",
		Long: `Show what is known about addresses, from where, and how fresh it is: inventories
of the estate, service tags of Azure, databases of countries and owners, threat
feeds with their faults, the allow-list, and whether what is stored is up to it.`,
		Example: `  weir knowledge
  weir knowledge --format json`,
		Args: noArguments,
		RunE: action(func(cmd *cobra.Command, _ []string) error {
			return a.asking(cmd.Context(), "weir knowledge", func(ctx context.Context, b backend) error {
				s, err := b.Knowledge(ctx)
				if err != nil {
					return fmt.Errorf("cannot show what is known: %w", err)
				}
				return showKnowledge(a.stdout, format, a.columns(), s)
			})
		}),
	}
	c.Flags().Var(&format, "format", "form of the answer")
	completeFormat(c)
	return c
}

// asking opens what answers a question, and closes it after the question.
func (a *app) asking(ctx context.Context, command string, ask func(context.Context, backend) error) (err error) {
	c, err := a.config()
	if err != nil {
		return err
	}
	b, err := a.reading(ctx, c, command)
	if err != nil {
		return err
	}
	defer closing(b, &err)
	return ask(ctx, b)
}

// changing opens what takes new knowledge: the server that holds the store, or
// the store, which is made if need be.
func (a *app) changing(ctx context.Context, c *config.Config, command string) (backend, error) {
	if b, err := connect(ctx, c.Data); b != nil || err != nil {
		return b, err
	}
	return a.openLocal(ctx, c, duckdb.Options{Command: command, Interval: c.Interval})
}

// change opens what takes new knowledge for one change, shows how far what is
// stored was brought up to it, and closes it again.
func (a *app) change(ctx context.Context, command string, work func(backend, func(settle.Progress)) error) (err error) {
	c, err := a.config()
	if err != nil {
		return err
	}
	b, err := a.changing(ctx, c, command)
	if err != nil {
		return err
	}
	defer closing(b, &err)
	bar := a.bar()
	defer bar.Clear()
	return work(b, settling(bar))
}

// settling shows on a bar how far what is stored was brought up to a change.
func settling(bar *terminal.Bar) func(settle.Progress) {
	part, began := "", time.Now()
	return func(p settle.Progress) {
		if p.What != part {
			part, began = p.What, time.Now()
		}
		bar.ShowPart(p.What, p.Done, p.Total, time.Since(began))
	}
}

func showKnowledge(w io.Writer, f terminal.Format, columns int, s *knowledge.State) error {
	switch f {
	case terminal.JSON:
		return writeJSON(w, s)
	case terminal.CSV:
		c := &cells{columns: columnsNamed("what", "name", "entries", "time", "error")}
		c.rows = append(c.rows,
			[]any{"topology", "snapshots", int64(s.Topology.Snapshots), orNull(s.Topology.Last), nil},
			[]any{"service tags", s.ServiceTags.Cloud, int64(s.ServiceTags.Prefixes), orNull(s.ServiceTags.Date), nil})
		for _, g := range s.Geo {
			c.rows = append(c.rows, []any{"database", g.Name, int64(g.Networks), orNull(g.Built), g.Error})
		}
		for _, f := range s.Feeds {
			c.rows = append(c.rows, []any{"feed", f.Name, int64(f.Indicators), orNull(f.Good), f.Error})
		}
		c.rows = append(c.rows, []any{"allow-list", "", int64(len(s.Allow)), nil, nil},
			[]any{"unsettled intervals", "", int64(s.Judging.Unsettled), orNull(s.Judging.Since), s.Judging.Error})
		_, err := terminal.WriteRows(w, terminal.CSV, c)
		return err
	}
	b := bufio.NewWriter(w)
	var p pairs
	p.add("topology", topologyText(&s.Topology))
	p.add("service tags", tagsText(&s.ServiceTags))
	for i := range s.Geo {
		p.add("database", geoText(&s.Geo[i]))
	}
	if len(s.Geo) == 0 {
		p.add("database", "none: countries are not known; build with make, or name one in the configuration")
	}
	p.add("threat feeds", fmt.Sprint(len(s.Feeds)))
	p.add("allow-list", entries(len(s.Allow)))
	p.add("stored flows", judgingText(&s.Judging))
	for _, line := range s.Attribution {
		p.add("attribution", line)
	}
	p.write(b, columns)
	if len(s.Feeds) > 0 {
		fmt.Fprintln(b)
		if err := feedTable(b, s.Feeds); err != nil {
			return err
		}
	}
	return b.Flush()
}

func topologyText(t *knowledge.TopologyState) string {
	if t.Snapshots == 0 {
		return "none: addresses have no names; weir topology import or weir topology sync reads one"
	}
	text := fmt.Sprintf("%s, last seen %s UTC", terminal.Plural(int64(t.Snapshots), "snapshot"), moment(*t.Last))
	if len(t.Counts) > 0 {
		text += ": " + most(t.Counts)
	}
	return text
}

func tagsText(t *knowledge.ServiceTagsState) string {
	if t.Versions == 0 {
		return "none: addresses of Azure are not told from others; weir service-tags import reads the weekly file"
	}
	return fmt.Sprintf("%s of the cloud %s, the newest of %s (change %d): %s, %s", terminal.Plural(int64(t.Versions), "version"), t.Cloud,
		t.Date.Format(time.DateOnly), t.ChangeNumber, terminal.Plural(int64(t.Tags), "tag"), prefixes(t.Prefixes))
}

func geoText(g *knowledge.GeoState) string {
	var parts []string
	if g.Networks > 0 {
		var gives []string
		if g.Country {
			gives = append(gives, "countries")
		}
		if g.ASN {
			gives = append(gives, "autonomous systems")
		}
		parts = append(parts, fmt.Sprintf("%s: %s, %s", g.Name, strings.Join(gives, " and "), terminal.Plural(int64(g.Networks), "network")))
		if g.Built != nil {
			parts = append(parts, "built "+g.Built.Format(time.DateOnly))
		}
	} else {
		parts = append(parts, g.Name)
	}
	if g.Error != "" {
		parts = append(parts, "the file cannot be used: "+oneLine(g.Error))
	}
	return strings.Join(parts, "; ")
}

func judgingText(j *knowledge.JudgingState) string {
	switch {
	case j.Error != "":
		return "not up to date: " + oneLine(j.Error)
	case j.Running:
		return fmt.Sprintf("%s, %s of %s", j.What, terminal.Full(j.Done), terminal.Full(j.Total))
	case j.Unsettled > 0:
		return fmt.Sprintf("%s in which a conversation may be counted twice; weir ingest or weir serve settles them", terminal.Plural(int64(j.Unsettled), "interval"))
	}
	return "up to date"
}

func prefixes(n int) string {
	if n == 1 {
		return "1 prefix"
	}
	return terminal.Full(int64(n)) + " prefixes"
}
