package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"weir/internal/knowledge"
	"weir/internal/terminal"
)

// showThreatReports writes what readings of feeds brought.
func showThreatReports(w io.Writer, f terminal.Format, reports []*knowledge.ThreatReport) error {
	switch f {
	case terminal.JSON:
		return writeJSON(w, reports)
	case terminal.CSV:
		c := &cells{columns: columnsNamed("feed", "indicators", "added", "gone", "kept", "lost", "rejected", "addresses")}
		for _, r := range reports {
			c.rows = append(c.rows, []any{r.Name, int64(r.Indicators), int64(r.Added), int64(r.Gone), int64(r.Kept), int64(sum(r.Lost)), int64(r.Rejected), r.Addresses})
		}
		_, err := terminal.WriteRows(w, terminal.CSV, c)
		return err
	}
	b := bufio.NewWriter(w)
	for i, r := range reports {
		if i > 0 {
			fmt.Fprintln(b)
		}
		fmt.Fprintf(b, "%s: %s listed, %s (%s added, %s gone, %s kept)\n", terminal.Printable(r.Name), terminal.Plural(int64(r.Indicators), "indicator"), covered(r),
			terminal.Full(int64(r.Added)), terminal.Full(int64(r.Gone)), terminal.Full(int64(r.Kept)))
		reasons(b, "as", r.Categories)
		reasons(b, "never count", r.Lost)
		if r.Cut > 0 {
			fmt.Fprintf(b, "  count in part: %s\n", terminal.Plural(int64(r.Cut), "network"))
		}
		reasons(b, "left out", r.Skipped)
		if r.Rejected > 0 {
			fmt.Fprintf(b, "  rejected: %s\n", terminal.Full(int64(r.Rejected)))
			for _, s := range r.Samples {
				fmt.Fprintln(b, "    "+terminal.Printable(s))
			}
		}
	}
	return b.Flush()
}

// covered says how many addresses a reading lists.
func covered(r *knowledge.ThreatReport) string {
	text := plural(r.Addresses, "address", "addresses")
	if r.Networks6 == 0 {
		return text
	}
	return text + " and " + terminal.Plural(int64(r.Networks6), "IPv6 network")
}

func plural(n int64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return terminal.Full(n) + " " + more
}

// reasons writes a line of what there is most of first.
func reasons(w io.Writer, what string, counts map[string]int) {
	if len(counts) == 0 {
		return
	}
	var parts []string
	for _, name := range byCount(counts) {
		parts = append(parts, fmt.Sprintf("%s %s", terminal.Full(int64(counts[name])), name))
	}
	fmt.Fprintf(w, "  %s: %s\n", what, terminal.Printable(strings.Join(parts, ", ")))
}

func sum(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

func showAllowReport(w io.Writer, f terminal.Format, r *knowledge.AllowReport) error {
	switch f {
	case terminal.JSON:
		return writeJSON(w, r)
	case terminal.CSV:
		c := &cells{columns: columnsNamed("added", "replaced", "removed", "entries")}
		c.rows = [][]any{{int64(r.Added), int64(r.Replaced), int64(r.Removed), int64(r.Entries)}}
		_, err := terminal.WriteRows(w, terminal.CSV, c)
		return err
	}
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{r.Added, "added"}, {r.Replaced, "replaced"}, {r.Removed, "removed"}} {
		if p.n > 0 {
			parts = append(parts, terminal.Full(int64(p.n))+" "+p.word)
		}
	}
	_, err := fmt.Fprintf(w, "Allow-list: %s; it has %s.\n", strings.Join(parts, ", "), entries(r.Entries))
	return err
}

func entries(n int) string {
	return plural(int64(n), "entry", "entries")
}

// showThreats writes the feeds and the allow-list.
func showThreats(w io.Writer, f terminal.Format, s *knowledge.State) error {
	switch f {
	case terminal.JSON:
		return writeJSON(w, struct {
			Feeds []knowledge.FeedState  `json:"feeds"`
			Allow []knowledge.AllowState `json:"allow"`
		}{s.Feeds, s.Allow})
	case terminal.CSV:
		return threatsCSV(w, s)
	}
	b := bufio.NewWriter(w)
	if err := feedTable(b, s.Feeds); err != nil {
		return err
	}
	fmt.Fprintln(b)
	if err := allowTable(b, s.Allow); err != nil {
		return err
	}
	return b.Flush()
}

func threatsCSV(w io.Writer, s *knowledge.State) error {
	c := &cells{columns: columnsNamed("what", "name", "location", "indicators", "past", "lost", "rejected", "good", "failures", "error", "who", "why", "until")}
	for _, f := range s.Feeds {
		c.rows = append(c.rows, []any{
			"feed", f.Name, f.Location, int64(f.Indicators), int64(f.Past), int64(f.Lost), int64(f.Rejected), orNull(f.Good), int64(f.Failures), f.Error, nil, nil, nil,
		})
	}
	for _, e := range s.Allow {
		c.rows = append(c.rows, []any{"allow", e.Address, nil, nil, nil, nil, nil, nil, nil, nil, e.Who, e.Why, orNull(e.Until)})
	}
	_, err := terminal.WriteRows(w, terminal.CSV, c)
	return err
}

// orNull keeps a time that is not known from becoming a value.
func orNull(t *time.Time) any {
	if t == nil {
		return nil
	}
	return *t
}

func feedTable(w io.Writer, feeds []knowledge.FeedState) error {
	if len(feeds) == 0 {
		_, err := fmt.Fprintln(w, "There is no threat feed: weir threat import reads one from a file, the configuration of weir serve names those to keep fresh.")
		return err
	}
	t := terminal.NewTable().Column("feed", terminal.Left)
	for _, name := range []string{"listed", "past", "never count", "rejected"} {
		t.Column(name, terminal.Right)
	}
	t.Column("good (UTC)", terminal.Left).Column("from", terminal.Left)
	for _, f := range feeds {
		from := f.Location
		if from == "" {
			from = "imported by hand"
		}
		t.Row(f.Name, terminal.Full(int64(f.Indicators)), terminal.Full(int64(f.Past)), terminal.Full(int64(f.Lost)), terminal.Full(int64(f.Rejected)), orNever(f.Good), from)
	}
	if err := t.Flush(w); err != nil {
		return err
	}
	for _, f := range feeds {
		if f.Error != "" {
			what := "fails, what it held stays in use"
			if f.Aside != nil {
				what = "would shrink, what it held stays in use"
			} else if f.Good == nil {
				what = "could never be read"
			}
			fmt.Fprintf(w, "\n%s %s: %s\n", terminal.Printable(f.Name), what, oneLine(f.Error))
			if f.NextTry != nil {
				fmt.Fprintf(w, "  failures in a row: %d; next try: %s UTC\n", f.Failures, orNever(f.NextTry))
			}
		}
	}
	return nil
}

func allowTable(w io.Writer, list []knowledge.AllowState) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "The allow-list is empty.")
		return err
	}
	const most = 50
	t := terminal.NewTable().Column("allowed", terminal.Left).Column("until (UTC)", terminal.Left).Column("who", terminal.Left).Column("why", terminal.Left)
	for _, e := range list[:min(len(list), most)] {
		until := "for ever"
		if e.Until != nil {
			until = moment(*e.Until)
		}
		t.Row(e.Address, until, shorten(e.Who, 40), shorten(e.Why, 60))
	}
	if err := t.Flush(w); err != nil {
		return err
	}
	if more := len(list) - most; more > 0 {
		fmt.Fprintf(w, "and %s more; --format csv shows all\n", terminal.Full(int64(more)))
	}
	return nil
}

func orNever(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return moment(*t)
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }
