package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/config"
	"weir/internal/server/access"
	"weir/internal/terminal"
)

func newTokenCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "token",
		Short: "Let others read what weir serve shows",
		Long: `Let others read what weir serve shows: the page, the API, metrics, and queries as
clients of Azure send them. A token is for a person or a program, named so that it
can be told from others and revoked. It reads, and changes nothing. The store keeps
a hash of it, so it is shown once. A running weir serve knows of it at once.`,
		Example: `  weir token create grafana
  weir token list
  weir token revoke grafana`,
		Args: unknownCommand,
		RunE: needCommand,
	}
	c.AddCommand(newTokenCreateCommand(a), newTokenListCommand(a), newTokenRevokeCommand(a))
	return c
}

func newTokenCreateCommand(a *app) *cobra.Command {
	var expires string
	c := &cobra.Command{
		Use:   "create NAME",
		Short: "Make a token and print it, once",
		Long: `Make a token and print it. It is not shown again: keep it where secrets are kept.
Who has it reads everything in the store until it is revoked or is over.`,
		Example: `  weir token create grafana
  weir token create anna --expires 90d`,
		Args: arguments(1, 1, "give one name, of who will use it"),
		RunE: action(func(_ *cobra.Command, args []string) error { return a.createToken(args[0], expires) }),
	}
	c.Flags().StringVar(&expires, "expires", "0", "`span` after which it no longer counts, such as 90d, 12w or 36h (0: never)")
	return c
}

func (a *app) createToken(name, expires string) error {
	span, err := config.ReadSpan(expires)
	if err != nil {
		return usageErrorf("--expires: %q %w", expires, err)
	}
	c, err := a.config()
	if err != nil {
		return err
	}
	now := time.Now()
	var end time.Time
	if span > 0 {
		end = now.Add(time.Duration(span))
	}
	token, err := access.Create(c.Data, name, now, end)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(a.stdout, token); err != nil {
		return err
	}
	a.say("This is the token %s. It is not shown again.", name)
	return nil
}

func newTokenListCommand(a *app) *cobra.Command {
	format := terminal.Table
	c := &cobra.Command{
		Use:     "list",
		Short:   "Show the tokens of the store, without what they are",
		Long:    "Show the tokens of the store: their names, when each was made, last used and is over.",
		Example: "  weir token list",
		Args:    noArguments,
		RunE:    action(func(*cobra.Command, []string) error { return a.listTokens(format) }),
	}
	c.Flags().Var(&format, "format", "form of the answer")
	completeFormat(c)
	return c
}

// tokenLine is a token as it is shown.
type tokenLine struct {
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Used    time.Time `json:"used,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
	Expired bool      `json:"expired"`
}

func (a *app) listTokens(format terminal.Format) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	all, err := access.List(c.Data)
	if err != nil {
		return err
	}
	now := time.Now()
	lines := make([]tokenLine, len(all))
	out := &cells{columns: columnsNamed("name", "created", "used", "expires")}
	for i, t := range all {
		lines[i] = tokenLine{t.Name, t.Created, t.Used, t.Expires, t.Expired(now)}
		out.rows = append(out.rows, []any{t.Name, timeCell(t.Created), timeCell(t.Used), timeCell(t.Expires)})
	}
	if format == terminal.JSON {
		return writeJSON(a.stdout, lines)
	}
	if format == terminal.Table && len(all) == 0 {
		_, err := fmt.Fprintln(a.stdout, "no tokens; weir token create NAME makes one")
		return err
	}
	_, err = terminal.WriteRows(a.stdout, format, out)
	return err
}

// timeCell is a time as a cell, empty where there is none.
func timeCell(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

func newTokenRevokeCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke NAME",
		Short: "End a token",
		Long: `End a token: the next request that shows it is refused, and what is being answered
to it ends within seconds.`,
		Example: "  weir token revoke grafana",
		Args:    arguments(1, 1, "give the name of one token; weir token list shows them"),
		RunE: action(func(_ *cobra.Command, args []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			if err := access.Revoke(c.Data, args[0]); errors.Is(err, access.ErrNoToken) {
				return fmt.Errorf("%w; weir token list shows those that there are", err)
			} else if err != nil {
				return err
			}
			a.say("The token %s is revoked.", args[0])
			return nil
		}),
	}
}
