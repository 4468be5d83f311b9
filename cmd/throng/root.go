package main

import "github.com/spf13/cobra"

// newRoot returns the whole command line. Errors are for main to print; the help text belongs to asking for help.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "throng",
		Short: "A self-hosted Amazon IVS Chat",
		Long: `throng is a self-hosted, wire-compatible Amazon IVS Chat: chat rooms beside a live stream.
Apps keep their chat SDK, backends keep their AWS SDK; only the endpoint changes.

To try it: throng serve --dev`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(newServe(), newEdgeProcess(), newToken(), newConfig(), newHealthcheck(), newVersion())
	return root
}
