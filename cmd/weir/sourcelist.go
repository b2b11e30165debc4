package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/insight"
	"weir/internal/server/client"
	"weir/internal/terminal"
)

func newSourceListCommand(a *app) *cobra.Command {
	format := terminal.Table
	c := &cobra.Command{
		Use:   "list",
		Short: "Show how the sources of the running weir serve stand",
		Long: `Show how the sources of the weir serve that holds the store stand: whether they
can be read, and if not, why and what mends it; when the newest block was written
and when something of it last landed; how long half and 99 of 100 of the last
blocks took until they could be asked for; how far history is read and how long
that takes yet; and what a day brings. As CSV it is a row for each source.`,
		Example: `  weir source list
  weir source list --config weir.yaml --format csv`,
		Args: noArguments,
		RunE: action(func(cmd *cobra.Command, _ []string) error {
			return a.listSources(cmd.Context(), format)
		}),
	}
	c.Flags().Var(&format, "format", "form of the answer")
	completeFormat(c)
	return c
}

func (a *app) listSources(ctx context.Context, format terminal.Format) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	served, err := client.Connect(ctx, c.Data)
	if errors.Is(err, client.ErrNotServing) {
		return fmt.Errorf("cannot show the sources of %s: nothing reads them while weir serve does not run; start it, "+
			"or look whether they can be read with weir source check", c.Data)
	}
	if err != nil {
		return err
	}
	defer served.Close()
	answer, err := served.Sources(ctx)
	if err != nil {
		return fmt.Errorf("cannot show the sources: %w", err)
	}
	return showSources(a.stdout, format, answer)
}

func showSources(w io.Writer, f terminal.Format, a *insight.SourcesAnswer) error {
	switch f {
	case terminal.JSON:
		return writeJSON(w, a)
	case terminal.CSV:
		c := &cells{columns: columnsNamed("source", "kind", "place", "state", "cause", "mend", "looked", "newest", "landed",
			"lag_half", "lag_most", "days", "days_done", "seconds_left", "bytes_a_day", "rows_a_day", "dollars_a_month")}
		for _, s := range a.Rows {
			c.rows = append(c.rows, sourceCells(s))
		}
		_, err := terminal.WriteRows(w, terminal.CSV, c)
		return err
	}
	b := bufio.NewWriter(w)
	if len(a.Rows) == 0 {
		fmt.Fprintln(b, "no sources; name folders and storage accounts under sources in the configuration of weir serve")
		return b.Flush()
	}
	t := terminal.NewTable()
	for _, head := range []string{"source", "state", "last look", "newest", "landed", "lag of half", "of 99 in 100", "history", "a day brings"} {
		t.Column(head, terminal.Left)
	}
	var faults pairs
	for _, s := range a.Rows {
		t.Row(terminal.Printable(s.Name), sourceState(s), ago(s.LookedAt, a.Now), ago(s.NewestAt, a.Now), ago(s.LandedAt, a.Now),
			lagText(s.LagHalf), lagText(s.LagMost), historyText(s.History), expectedText(s.Expected))
		for _, fault := range sourceFaults(s) {
			faults.add(s.Name, fault)
		}
	}
	if err := t.Flush(b); err != nil {
		return err
	}
	if len(faults) > 0 {
		fmt.Fprintln(b)
		faults.write(b, 0)
	}
	return b.Flush()
}

// sourceState is how a source stands, in a word.
func sourceState(s insight.SourceState) string {
	failing := 0
	for _, c := range s.Containers {
		if c.State == "failing" {
			failing++
		}
	}
	switch {
	case s.Fault != nil:
		return "failing"
	case failing > 0:
		return fmt.Sprintf("%d of %d failing", failing, len(s.Containers))
	case s.LookedAt == nil:
		return "first look"
	case s.NewestAt == nil:
		return "empty"
	}
	return "ok"
}

// sourceFaults are why something of a source cannot be read, each with what
// mends it; what all of it has is told once.
func sourceFaults(s insight.SourceState) (out []string) {
	say := func(where string, f *insight.SourceFault) {
		text := where + f.Cause
		if f.Mend != "" {
			text += "; to mend it: " + f.Mend
		}
		out = append(out, text)
	}
	if s.Fault != nil {
		say("", s.Fault)
	}
	for _, c := range s.Containers {
		if c.Fault != nil && (s.Fault == nil || c.Fault.Cause != s.Fault.Cause) {
			say(c.Name+": ", c.Fault)
		}
		if c.Archived > 0 {
			out = append(out, fmt.Sprintf("%s: archived, and cannot be read: %s, such as %s; to bring one back: az storage blob set-tier --tier Hot",
				c.Name, terminal.Plural(c.Archived, "blob"), c.Sample))
		}
		if c.Deleted > 0 {
			out = append(out, fmt.Sprintf("%s: deleted, and can still be brought back: %s, such as %s; to bring one back: az storage blob undelete",
				c.Name, terminal.Plural(c.Deleted, "blob"), c.DeletedSample))
		}
	}
	return out
}

func sourceCells(s insight.SourceState) []any {
	var fault insight.SourceFault
	if s.Fault != nil {
		fault = *s.Fault
	}
	row := []any{
		s.Name, s.Kind, s.Place, sourceState(s), fault.Cause, fault.Mend, orNull(s.LookedAt), orNull(s.NewestAt), orNull(s.LandedAt),
		orNothing(s.LagHalf), orNothing(s.LagMost),
	}
	if h := s.History; h != nil {
		row = append(row, int64(h.Days), int64(h.DaysDone), orNothing(h.SecondsLeft))
	} else {
		row = append(row, nil, nil, nil)
	}
	if e := s.Expected; e != nil {
		row = append(row, int64(e.Bytes), int64(e.Rows))
	} else {
		row = append(row, nil, nil)
	}
	if s.Requests != nil {
		return append(row, orNothing(s.Requests.DollarsMonth))
	}
	return append(row, nil)
}

func orNothing(n *float64) any {
	if n == nil {
		return nil
	}
	return *n
}

// ago is how long before now a moment was, empty where there is none.
func ago(t *time.Time, now time.Time) string {
	if t == nil {
		return ""
	}
	return max(now.Sub(*t), 0).Round(time.Second).String() + " ago"
}

func lagText(seconds *float64) string {
	if seconds == nil {
		return ""
	}
	return time.Duration(*seconds * float64(time.Second)).Round(100 * time.Millisecond).String()
}

func historyText(h *insight.SourceHistory) string {
	switch {
	case h == nil:
		return ""
	case !h.Running && h.DoneAt != nil:
		return "read"
	case !h.Running:
		return "not begun"
	}
	text := fmt.Sprintf("%d of %d days", h.DaysDone, h.Days)
	if h.SecondsLeft != nil {
		text += ", " + time.Duration(*h.SecondsLeft*float64(time.Second)).Round(time.Second).String() + " left"
	}
	return text
}

func expectedText(e *insight.SourceExpected) string {
	if e == nil {
		return ""
	}
	return fmt.Sprintf("%s, %s rows", terminal.Bytes(int64(e.Bytes)), terminal.Count(int64(e.Rows)))
}
