package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/throngchat/throng/edge"
	"github.com/throngchat/throng/internal/config"
	"github.com/throngchat/throng/internal/ledger"
)

func newServe() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run everything: edge, control plane and state",
		Long: `Runs a whole throng: the port for chat clients, the port for the API, the internal port, and the state behind them.
Where a process may not open as many files as there may be connections, several processes hold these (edge.processes).

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
		ctx, cancel := context.WithCancel(cmd.Context())
		defer cancel()
		signals := make(chan os.Signal, 2)
		signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
		go obey(signals, cancel)

		tuneRuntime(ctx, c)
		n, err := wholeNode(c, log)
		if err != nil {
			return err
		}
		n.stderr = cmd.ErrOrStderr()
		return n.run(ctx, func() {
			if c.Dev {
				fmt.Fprint(cmd.OutOrStdout(), devBanner(c, n.listening()))
			}
		})
	}
	return cmd
}

// wholeNode returns the node of a configuration, with as many edge processes as that wants.
func wholeNode(c *config.Config, log *slog.Logger) (*node, error) {
	processes := edgeProcesses(c, edge.MaxSockets())
	if processes == 1 {
		return newNode(c, log, ledger.New()), nil
	}
	counts, file, err := ledger.Create()
	if err != nil {
		return nil, fmt.Errorf("edge.processes: %w", err)
	}
	n := newNode(c, log, counts)
	n.processes, n.ledgerFile = processes, file
	return n, nil
}

// obey ends the process in order at the first signal, and at once at the second: that one has its usual effect, however
// soon it comes.
func obey(signals <-chan os.Signal, end func()) {
	<-signals
	end()
	second := <-signals
	signal.Reset(second)
	_ = syscall.Kill(os.Getpid(), second.(syscall.Signal)) // to itself, so it cannot fail
}
