package main

import (
	"github.com/spf13/cobra"

	"weir/internal/store/duckdb"
)

// answering is how the store starts this program to answer a question in SQL.
var answering = []string{"weir", "answer"}

// newAnswerCommand answers one question for its parent, which can end it.
func newAnswerCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:    "answer",
		Short:  "Answer one question in SQL; the store starts it",
		Hidden: true,
		Args:   noArguments,
		RunE: action(func(*cobra.Command, []string) error {
			return duckdb.Answer(a.stdin, a.stdout)
		}),
	}
}
