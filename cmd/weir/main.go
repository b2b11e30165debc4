// Command weir reads the flow logs of a cloud network, reduces them, keeps
// them in an embedded store, and answers questions about them in a web page,
// on the command line and over HTTP.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	boundMemory(ingestMemoryMB) // more where a store gets more
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once: the first one asked politely.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, newApp(os.Stdin, os.Stdout, os.Stderr), os.Args[1:]))
}

// run carries out one command line and returns the exit code.
func run(ctx context.Context, a *app, args []string) int {
	root := newRootCommand(a)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	return a.report(cmd, err)
}

// newRootCommand puts the sub-commands together.
func newRootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "weir",
		Short: "Traffic analytics for cloud networks, on your own machine",
		Long: `Weir reads the flow logs that Azure writes for virtual networks and network
security groups, merges them into reduced flows, keeps these in a store in one
folder, and answers who talks to whom, how much, and what was denied: on a web
page, in this terminal, in SQL and over HTTP. Your data stays on this machine.`,
		Example: `  weir demo                          # a simulated network with a page to look at
  weir ingest ~/flowlogs             # read a folder of flow logs into the store
  weir top conversations --by bytes  # who talks to whom
  weir serve                         # the page, on the store`,
		Args:          unknownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Version:       thisBuild().line(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetVersionTemplate("{{.Version}}\n")
	root.PersistentFlags().Var((*pathFlag)(&a.data), "data", "`folder` of the store (default: the user's folder for data)")
	root.PersistentFlags().Var((*pathFlag)(&a.configFile), "config", "configuration `file` (YAML)")
	root.AddCommand(
		newDemoCommand(a),
		newSimulateCommand(a),
		newIngestCommand(a),
		newSQLCommand(a),
		newKQLCommand(a),
		newTopCommand(a),
		newHostCommand(a),
		newFindingsCommand(a),
		newRulesCommand(a),
		newFlowsCommand(a),
		newExportCommand(a),
		newValuesCommand(a),
		newTopologyCommand(a),
		newThreatCommand(a),
		newServiceTagsCommand(a),
		newLookupCommand(a),
		newExplainCommand(a),
		newKnowledgeCommand(a),
		newStoreCommand(a),
		newCoverageCommand(a),
		newServeCommand(a),
		newTokenCommand(a),
		newSourceCommand(a),
		newConfigCommand(a),
		newLicencesCommand(a),
		newVersionCommand(a),
		newAnswerCommand(a),
	)
	return root
}
