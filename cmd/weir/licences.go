package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/licences"
	"weir/internal/terminal"
)

// licenceFormat is the form of the list of licences: those of every answer, and
// two of its own.
type licenceFormat string

const (
	licenceText licenceFormat = "text"
	licenceSPDX licenceFormat = "spdx"
)

func licenceFormats() []string {
	return append(terminal.Formats(), string(licenceText), string(licenceSPDX))
}

func (f *licenceFormat) String() string { return string(*f) }
func (f *licenceFormat) Type() string   { return strings.Join(licenceFormats(), "|") }

func (f *licenceFormat) Set(s string) error {
	if !slices.Contains(licenceFormats(), s) {
		return fmt.Errorf("%q is none of %s", s, strings.Join(licenceFormats(), ", "))
	}
	*f = licenceFormat(s)
	return nil
}

func newLicencesCommand(a *app) *cobra.Command {
	format := licenceFormat(terminal.Table)
	c := &cobra.Command{
		Use:     "licences",
		Aliases: []string{"licenses"},
		Short:   "List what is inside this binary, and under which licences",
		Long: `List what of other people is inside this binary, with versions and licences: the
Go modules it links, DuckDB with what DuckDB brings along, the packages inside
the page, and the country data. --format text has every licence in full, spdx is
a bill of materials (SPDX 2.3, JSON) for programs that check one. The page has
the same texts at /licences.txt.`,
		Example: `  weir licences
  weir licences --format text | less
  weir licences --format spdx > weir.spdx.json`,
		Args: noArguments,
		RunE: action(func(*cobra.Command, []string) error {
			list, err := licences.OfThisBinary()
			if err != nil {
				return fmt.Errorf("cannot list licences: %w", err)
			}
			return showLicences(a.stdout, format, list)
		}),
	}
	c.Flags().Var(&format, "format", "form of the answer")
	// It fails only where the flag is absent.
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(licenceFormats(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func showLicences(w io.Writer, f licenceFormat, list []licences.Component) error {
	switch f {
	case licenceText:
		return licences.WriteTexts(w, list)
	case licenceSPDX:
		return licences.WriteSPDX(w, thisProduct(), list)
	case licenceFormat(terminal.JSON):
		return writeJSON(w, list)
	}
	c := &cells{columns: columnsNamed("kind", "name", "version", "licence")}
	for _, l := range list {
		c.rows = append(c.rows, []any{string(l.Kind), l.Name, l.Version, l.Licence})
	}
	_, err := terminal.WriteRows(w, terminal.Format(f), c)
	return err
}

// thisProduct says what the bill of materials is of. Without the time of its
// commit it is dated now.
func thisProduct() licences.Product {
	b := thisBuild()
	p := licences.Product{Version: b.Version, Commit: b.Commit, Target: runtime.GOOS + "/" + runtime.GOARCH, Built: time.Now()}
	if t, err := time.Parse(time.RFC3339, date); err == nil {
		p.Built = t
	}
	return p
}
