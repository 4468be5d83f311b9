package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

func newServe() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run everything in one process: edge, control plane and state",
		Long: `Runs a whole throng: the port for chat clients, the port for the API, the internal port, and the state behind them.

With --dev it runs on loopback with public credentials and prints lines to paste. Without it, a configuration is needed.
SIGTERM and SIGINT let the connections go in order and end the process; a second one ends it at once.`,
		Args: cobra.NoArgs,
	}
	flags := addConfigFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := flags.load()
		if err != nil {
			return err
		}
		log := newLog(c.Log, cmd.ErrOrStderr())
		ctx, release := signal.NotifyContext(cmd.Context(), syscall.SIGTERM, os.Interrupt)
		defer release()
		context.AfterFunc(ctx, release) // from the first signal on, the next has its usual effect

		if os.Getenv("GOGC") == "" {
			debug.SetGCPercent(gcPercent)
		}
		go trimMemory(ctx)
		n := newNode(c, log)
		if err := n.start(ctx); err != nil {
			stopErr := n.stop()
			if ctx.Err() != nil {
				return stopErr // told to end while it started
			}
			return err
		}
		if c.Dev {
			fmt.Fprint(cmd.OutOrStdout(), devBanner(c, n.listening()))
		}
		return errors.Join(n.wait(ctx), n.stop())
	}
	return cmd
}
