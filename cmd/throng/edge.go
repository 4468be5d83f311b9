package main

import (
	"bufio"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/throngchat/throng/internal/ledger"
)

// edgeCommandName is the command that serve starts its edge processes with. It is for nobody else.
const edgeCommandName = "edge-process"

// ledgerFD is the descriptor under which an edge process finds the node's ledger: the first of those that are handed on.
const ledgerFD = 3

var errNoSupervisor = errors.New("edge-process is started by throng serve, which tells it what to do")

func newEdgeProcess() *cobra.Command {
	return &cobra.Command{
		Use:    edgeCommandName,
		Short:  "Hold connections for a node of several processes (started by serve)",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// The supervisor stops its processes in order. Those who signal all processes of throng at once, as some
			// service managers do, mean the supervisor.
			ctx, release := signal.NotifyContext(cmd.Context(), syscall.SIGTERM)
			defer release()
			signal.Ignore(os.Interrupt, syscall.SIGHUP)
			in := bufio.NewReader(cmd.InOrStdin())
			order, err := readOrder(in)
			if err != nil {
				return err
			}
			go func() {
				_, _ = io.Copy(io.Discard, in) // it ends with the supervisor, however that did
				os.Exit(1)
			}()
			counts, err := ledger.Open(os.NewFile(ledgerFD, "ledger"), order.Process)
			if err != nil {
				return err
			}
			tuneRuntime(ctx, &order.Config)
			c := order.Config
			if c.Edge.Loops == 0 {
				c.Edge.Loops = max((runtime.GOMAXPROCS(0)+order.Processes-1)/order.Processes, 1)
			}
			log := newLog(c.Log, cmd.ErrOrStderr()).With("process", edgeName(order.Process))
			n := newNode(&c, log, counts)
			n.order, n.stdout = order, cmd.OutOrStdout()
			return n.run(ctx, func() {})
		},
	}
}

// readOrder reads what the supervisor has to say.
func readOrder(in *bufio.Reader) (*edgeOrder, error) {
	order := new(edgeOrder)
	if err := gob.NewDecoder(in).Decode(order); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errNoSupervisor
		}
		return nil, fmt.Errorf("%w: %w", errNoSupervisor, err)
	}
	return order, nil
}

// edgeSteps bring up an edge process.
func (n *node) edgeSteps() []func(context.Context) error {
	return []func(context.Context) error{n.startState, n.startEdge, n.startOps, n.serving}
}
