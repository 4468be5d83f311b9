package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/throngchat/throng/controlplane"
	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/config"
	"github.com/throngchat/throng/internal/ledger"
	"github.com/throngchat/throng/internal/limit"
	"github.com/throngchat/throng/internal/ops"
	"github.com/throngchat/throng/internal/store"
	"github.com/throngchat/throng/internal/token"
)

// node is everything that a process runs: a whole node, one whose edges are processes of their own, or such an edge. The
// parts are in the order in which they start; each needs those before it.
type node struct {
	config    *config.Config
	log       *slog.Logger
	metrics   *metrics.Set
	ledger    *ledger.Ledger
	account   *limit.Account
	processes int        // that hold connections
	order     *edgeOrder // what this process is to do as one of them; nil: it is the node

	ledgerFile     *os.File // by which other processes open the ledger; nil when there are none
	stdout, stderr io.Writer

	engine  *bus.Engine
	rooms   *store.Rooms
	claims  *bus.Claims
	ring    *token.Ring
	edgeBus *bus.Bus // nil when this process holds no connections
	edge    dataPlane
	api     *controlplane.Server
	ops     *ops.Server

	apiBus   *bus.Bus // nil in an edge process
	apiAddr  string
	apiEnded chan error // why the control plane serves no more; one value
}

func newNode(c *config.Config, log *slog.Logger, counts *ledger.Ledger) *node {
	return &node{
		config:    c,
		log:       log,
		metrics:   metrics.NewSet(),
		apiEnded:  make(chan error, 1),
		ledger:    counts,
		processes: 1,
		stdout:    io.Discard,
		stderr:    io.Discard,
		account: limit.NewAccount(limit.AccountRates{
			SendMessage:    c.Quotas.SendMessage,
			DeleteMessage:  c.Quotas.DeleteMessage,
			DisconnectUser: c.Quotas.DisconnectUser,
		}, counts.Account()),
	}
}

// run starts, waits until ctx is done, and stops. started is called when everything serves.
func (n *node) run(ctx context.Context, started func()) error {
	if err := n.start(ctx); err != nil {
		stopErr := n.stop()
		if ctx.Err() != nil {
			return stopErr // told to end while it started
		}
		return err
	}
	started()
	return errors.Join(n.wait(ctx), n.stop())
}

// steps are the parts in their order.
func (n *node) steps() []func(context.Context) error {
	switch {
	case n.order != nil:
		return n.edgeSteps()
	case n.processes > 1:
		return []func(context.Context) error{n.startState, n.startBus, n.startEdges, n.startControlPlane, n.startOps, n.announce}
	default:
		return []func(context.Context) error{n.startState, n.startBus, n.startEdge, n.startControlPlane, n.startOps, n.announce}
	}
}

// start brings up the parts and returns when all of them serve. After an error stop has to be called all the same.
func (n *node) start(ctx context.Context) error {
	for _, step := range n.steps() {
		if err := step(ctx); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// announce writes where the node listens, to the log and for scripts.
func (n *node) announce(context.Context) error {
	l := n.listening()
	if err := writeListenFile(n.config.DataDir, l); err != nil {
		return fmt.Errorf("data_dir: %w", err)
	}
	v, _ := buildVersion()
	n.log.Info("throng serves", "version", v, "edge", l.Edge, "api", l.API, "internal", l.Internal, "edge_processes", n.processes)
	return nil
}

// wait returns nil when ctx is done, or an error when a part has ended by itself.
func (n *node) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		n.log.Info("throng shuts down")
		return nil
	case <-n.edge.Ended():
		return errors.New("the edge has ended by itself")
	case err := <-n.apiEnded:
		return fmt.Errorf("the control plane has ended by itself: %v", err) //nolint:errorlint // nil when it was shut down
	case err := <-n.ops.Failed():
		return fmt.Errorf("the internal port has ended by itself: %w", err)
	}
}

// stopTimeout is how long a part has to stop, the edge's connections apart. With the default edge.drain_duration all of
// them together stay below the 30 s that orchestrators commonly give.
const stopTimeout = 3 * time.Second

// edgeTimeout is how long the edge has to let its clients go and to stop.
func (n *node) edgeTimeout() time.Duration {
	timeout := n.config.Edge.DrainDuration + n.config.Edge.CloseTimeout + stopTimeout
	if n.processes > 1 {
		timeout += edgesTimeout
	}
	return timeout
}

// endTimeout bounds all of it, with the state, which cannot be bounded from here.
func (n *node) endTimeout() time.Duration { return n.edgeTimeout() + 3*stopTimeout }

// stop fails readiness, lets the clients go and ends the parts, the last started first. The internal port goes last, so
// that operators can watch.
func (n *node) stop() error {
	defer time.AfterFunc(n.endTimeout(), func() {
		n.log.Error("throng does not come to its end; exiting", "after", n.endTimeout())
		os.Exit(1)
	}).Stop()
	var faults []error
	bounded := func(timeout time.Duration, what string, stop func(context.Context) error) {
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		if err := stop(ctx); err != nil {
			faults = append(faults, fmt.Errorf("cannot stop %s in order: %w", what, err))
		}
	}
	if n.ops != nil {
		n.ops.Drain()
	}
	if n.api != nil {
		bounded(stopTimeout, "the control plane", n.api.Shutdown)
	}
	if n.apiBus != nil {
		n.apiBus.Close()
	}
	if n.edge != nil && !n.edgeEnded() {
		bounded(n.edgeTimeout(), "the edge", n.edge.Stop)
	}
	if n.rooms != nil {
		n.rooms.Close()
	}
	if n.engine != nil {
		n.engine.Shutdown()
	}
	if n.ops != nil {
		bounded(stopTimeout, "the internal port", n.ops.Stop)
	}
	if n.order == nil {
		removeListenFile(n.config.DataDir)
	}
	return errors.Join(faults...)
}

func (n *node) edgeEnded() bool {
	select {
	case <-n.edge.Ended():
		return true
	default:
		return false
	}
}
