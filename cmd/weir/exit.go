package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"weir/internal/terminal"
)

// The exit codes of every command (docs/reference/command-line.md).
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitRejected = 3 // with --strict: some input was rejected
)

// exitError is an error that a command ended with once it had begun; every
// other error is a mistake in the command line.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// usageErrorf says that the command line makes no sense.
func usageErrorf(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// action wraps the work of a command, so that its errors are told from those
// that cobra finds in the command line.
func action(work func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		err := work(cmd, args)
		var exit *exitError
		if err == nil || errors.As(err, &exit) {
			return err
		}
		return &exitError{exitFailed, err}
	}
}

// report writes the error as one line to stderr and returns the exit code.
func (a *app) report(cmd *cobra.Command, err error) int {
	if err == nil {
		return exitDone
	}
	code := exitUsage
	var exit *exitError
	if errors.As(err, &exit) {
		code = exit.code
	}
	line := "weir: " + oneLine(err.Error())
	if code == exitUsage {
		line += fmt.Sprintf("; see %s --help", cmd.CommandPath())
	}
	fmt.Fprintln(a.stderr, line)
	return code
}

// oneLine joins the lines of a message, as engines and systems write several.
func oneLine(s string) string {
	var parts []string
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			parts = append(parts, l)
		}
	}
	return terminal.Printable(strings.Join(parts, "; "))
}

// unknownCommand rejects arguments of a command that only has sub-commands,
// and says which of them was probably meant.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("unknown command %q", args[0])
	if cmd.HasParent() {
		text = fmt.Sprintf("unknown command %q of %s", args[0], cmd.CommandPath())
	}
	cmd.SuggestionsMinimumDistance = 2
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		text += fmt.Sprintf("; did you mean %s?", strings.Join(similar, " or "))
	}
	return errors.New(text)
}

// needCommand is the work of a command that does nothing without a sub-command.
func needCommand(cmd *cobra.Command, _ []string) error {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return usageErrorf("%s needs one of %s", cmd.CommandPath(), strings.Join(names, ", "))
}

// noArguments rejects arguments of a command that has none.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no arguments, but there is %q", cmd.CommandPath(), args[0])
	}
	return nil
}

// arguments says what is missing, or too many, in words of the command.
func arguments(least, most int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return fmt.Errorf("%s, not %s", what, terminal.Plural(int64(len(args)), "argument"))
		}
		return nil
	}
}
