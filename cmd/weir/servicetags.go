package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/knowledge"
	"weir/internal/settle"
	"weir/internal/terminal"
)

func newServiceTagsCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "service-tags",
		Short: "Say which addresses are Azure's own",
		Long: `Say which addresses are Azure's own, and of which service and region, by the file
of service tags that Microsoft publishes every week. A flow is explained by the
file of its own time, flows older than the first file by the first.`,
		Example: `  weir service-tags import ServiceTags_Public_20260302.json
  weir service-tags list`,
		Args: unknownCommand,
		RunE: needCommand,
	}
	c.AddCommand(newServiceTagsImportCommand(a), newServiceTagsListCommand(a), newServiceTagsRemoveCommand(a))
	return c
}

func newServiceTagsImportCommand(a *app) *cobra.Command {
	format, date := terminal.Table, ""
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Take a file of service tags",
		Long: `Take a weekly file of service tags, or the answer of az network list-service-tags.
Its date is in the name, as in ServiceTags_Public_20260302.json, unless --date
gives it: the date from which the file holds. A file that says what another one
says is taken once, and holds from the earlier date; so files can be taken in any
order, and again. What the store shows already is brought up to date at once.`,
		Example: `  weir service-tags import ServiceTags_Public_20260302.json
  az network list-service-tags --location westeurope > tags.json
  weir service-tags import tags.json --date 2026-03-02`,
		Args: arguments(1, 1, "give one file of service tags"),
		RunE: action(func(cmd *cobra.Command, args []string) error {
			return a.serviceTagsImport(cmd.Context(), args[0], date, format)
		}),
	}
	c.Flags().StringVar(&date, "date", "", "`date` from which the file holds, such as 2026-03-02 (default: that in the file's name)")
	c.Flags().Var(&format, "format", "form of the report")
	completeFormat(c)
	return c
}

func (a *app) serviceTagsImport(ctx context.Context, file, date string, format terminal.Format) (err error) {
	in := knowledge.ServiceTagsInput{Name: filepath.Base(file)}
	if date != "" {
		if in.Date, err = when(ctx, date, nil); err != nil || strings.HasPrefix(date, "-") {
			return usageErrorf("--date: %q is no date such as 2026-03-02", date)
		}
	}
	if in.Content, err = a.content(file); err != nil {
		return err
	}
	var r *knowledge.ServiceTagsReport
	err = a.change(ctx, "weir service-tags import", func(b backend, progress func(settle.Progress)) (err error) {
		r, err = b.ImportServiceTags(ctx, in, progress)
		return err
	})
	if r == nil {
		return err
	}
	if err != nil {
		return behind("the file of service tags", err)
	}
	return showServiceTags(a.stdout, format, r)
}

func showServiceTags(w io.Writer, f terminal.Format, r *knowledge.ServiceTagsReport) error {
	switch f {
	case terminal.JSON:
		return writeJSON(w, r)
	case terminal.CSV:
		c := &cells{columns: columnsNamed("date", "change_number", "cloud", "tags", "prefixes", "rejected", "new")}
		c.rows = [][]any{{r.Date, int64(r.ChangeNumber), r.Cloud, int64(r.Tags), int64(r.Prefixes), int64(r.RejectedCount), r.New}}
		_, err := terminal.WriteRows(w, terminal.CSV, c)
		return err
	}
	b := bufio.NewWriter(w)
	became := "known already"
	switch {
	case r.New:
		became = "a new version"
	case r.Earlier:
		became = "known already, and now from this earlier date"
	}
	fmt.Fprintf(b, "Service tags of the cloud %s of %s, change %d: %s, %s; %s.\n", r.Cloud, r.Date.Format(time.DateOnly), r.ChangeNumber,
		terminal.Plural(int64(r.Tags), "tag"), prefixes(r.Prefixes), became)
	if n := r.RejectedCount; n > 0 {
		some := r.Rejected[:min(len(r.Rejected), fewProblems)]
		fmt.Fprintf(b, "%s cannot be used and left out: %s%s\n", terminal.Plural(int64(n), "part"), terminal.Printable(strings.Join(some, "; ")), andMore(n-len(some)))
	}
	return b.Flush()
}

func newServiceTagsListCommand(a *app) *cobra.Command {
	format := terminal.Table
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the files of service tags",
		Long:    `List the files of service tags that are kept, the oldest first.`,
		Example: `  weir service-tags list`,
		Args:    noArguments,
		RunE: action(func(cmd *cobra.Command, _ []string) error {
			return a.asking(cmd.Context(), "weir service-tags list", func(ctx context.Context, b backend) error {
				versions, err := b.ServiceTags(ctx)
				if err != nil {
					return fmt.Errorf("cannot list the service tags: %w", err)
				}
				return showTagVersions(a.stdout, format, versions)
			})
		}),
	}
	c.Flags().Var(&format, "format", "form of the list")
	completeFormat(c)
	return c
}

func showTagVersions(w io.Writer, f terminal.Format, versions []knowledge.ServiceTagsVersion) error {
	switch f {
	case terminal.JSON:
		if versions == nil {
			versions = []knowledge.ServiceTagsVersion{}
		}
		return writeJSON(w, versions)
	case terminal.CSV:
		c := &cells{columns: columnsNamed("date", "change_number", "cloud", "tags", "prefixes")}
		for _, v := range versions {
			c.rows = append(c.rows, []any{v.Date, int64(v.ChangeNumber), v.Cloud, int64(v.Tags), int64(v.Prefixes)})
		}
		_, err := terminal.WriteRows(w, terminal.CSV, c)
		return err
	}
	if len(versions) == 0 {
		_, err := fmt.Fprintln(w, "There are no service tags: take the weekly file with weir service-tags import.")
		return err
	}
	t := terminal.NewTable().Column("date", terminal.Left).Column("change", terminal.Right).Column("cloud", terminal.Left).
		Column("tags", terminal.Right).Column("prefixes", terminal.Right)
	for _, v := range versions {
		t.Row(v.Date.Format(time.DateOnly), fmt.Sprint(v.ChangeNumber), v.Cloud, terminal.Full(int64(v.Tags)), terminal.Full(int64(v.Prefixes)))
	}
	return t.Flush(w)
}

func newServiceTagsRemoveCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "remove DATE",
		Short: "Forget the files of service tags of a date",
		Long: `Forget the files of service tags that hold from a date, as weir service-tags list
shows it. To correct a wrong date, remove the file and import it again. What the
store shows already is brought up to date at once.`,
		Example: `  weir service-tags remove 2026-03-02`,
		Args:    arguments(1, 1, "give one date, such as 2026-03-02"),
		RunE: action(func(cmd *cobra.Command, args []string) error {
			day, err := time.Parse(time.DateOnly, args[0])
			if err != nil {
				return usageErrorf("%q is no date such as 2026-03-02", args[0])
			}
			if err := a.change(cmd.Context(), "weir service-tags remove", func(b backend, progress func(settle.Progress)) error {
				return b.ForgetServiceTags(cmd.Context(), day, progress)
			}); err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "The service tags of %s are forgotten.\n", args[0])
			return err
		}),
	}
}
