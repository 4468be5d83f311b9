package main

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/throngchat/throng/edge"
	"github.com/throngchat/throng/internal/config"
	"github.com/throngchat/throng/internal/ledger"
	"github.com/throngchat/throng/internal/ops"
	"github.com/throngchat/throng/internal/supervisor"
)

// dataPlane is the edge as the rest of the node sees it: an edge.Edge in this process, or edges in several processes.
type dataPlane interface {
	Addr() string
	Ready() error
	Ended() <-chan struct{}
	ConsistencyCheck(ctx context.Context) error
	Stop(ctx context.Context) error
}

// edgeProcesses returns how many processes hold the connections. maxSockets is how many one of them can hold.
func edgeProcesses(c *config.Config, maxSockets int) int {
	wanted := c.Quotas.Connections
	if c.Edge.Processes > 0 {
		return c.Edge.Processes
	}
	if runtime.GOOS != "linux" || wanted <= maxSockets {
		return 1
	}
	// The kernel deals the connections out by a hash, so some processes get a little more than their share.
	const evenness = 0.95
	n := int(float64(wanted)/(float64(maxSockets)*evenness)) + 1
	return min(n, ledger.MaxProcesses-1)
}

// edgeOrder is what an edge process is told on its standard input.
type edgeOrder struct {
	Process   int           // its number, from 1
	Processes int           // of the node
	Config    config.Config // of the node, without what only the API needs
	Addr      string        // where all of them listen, with the port
	State     string        // the socket of the embedded NATS; empty with nats.url
	Internal  string        // the socket for its internal port to listen on
}

// edges are the edges of a node in processes of their own.
type edges struct {
	reserved   *edge.Reservation
	supervisor *supervisor.Supervisor
	processes  []*ops.Process
}

// maxSocketPath is how long the path of a socket may be, in bytes, on every system that has them.
const maxSocketPath = 100

// socketFolder makes the folder for the sockets of the node's processes, which only this user may enter.
func (n *node) socketFolder() (string, error) {
	folder, err := filepath.Abs(filepath.Join(n.config.DataDir, "run"))
	if err != nil {
		return "", err
	}
	if longest := filepath.Join(folder, edgeSocket(ledger.MaxProcesses)); len(longest) > maxSocketPath {
		return "", fmt.Errorf("data_dir: must have an absolute path of at most %d bytes when edge.processes is above 1",
			maxSocketPath-(len(longest)-len(strings.TrimSuffix(folder, "/run"))))
	}
	return folder, os.MkdirAll(folder, 0o700)
}

func edgeName(process int) string   { return fmt.Sprintf("edge-%d", process) }
func edgeSocket(process int) string { return edgeName(process) + ".sock" }

// startEdges starts the edge processes and returns when all of them serve.
func (n *node) startEdges(ctx context.Context) error {
	folder, err := n.socketFolder()
	if err != nil {
		return err
	}
	order := edgeOrder{Processes: n.processes, Config: *n.config}
	order.Config.API.Credentials = nil
	if n.config.NATS.URL == "" {
		order.State = filepath.Join(folder, "nats.sock")
		if err := n.engine.Share(order.State); err != nil {
			return err
		}
	}
	e := new(edges)
	if e.reserved, err = edge.Reserve(n.config.Edge.Addr); err != nil {
		return listenError("edge.addr", n.config.Edge.Addr, err)
	}
	n.edge = e
	order.Addr = e.reserved.Addr()
	for i := range n.processes {
		e.processes = append(e.processes, ops.NewProcess(edgeName(i+1), filepath.Join(folder, edgeSocket(i+1))))
	}
	e.supervisor = supervisor.New(supervisor.Config{
		Count:   n.processes,
		Command: n.edgeCommand,
		Input: func(process int) []byte {
			mine := order
			mine.Process = process
			mine.Internal = filepath.Join(folder, edgeSocket(process))
			var b bytes.Buffer
			if err := gob.NewEncoder(&b).Encode(mine); err != nil {
				panic("BUG: an order cannot be encoded: " + err.Error())
			}
			return b.Bytes()
		},
		Ended: n.ledger.Forget,
		Log:   n.log,
	})
	n.measureEdges(e)
	ctx, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	if err := e.supervisor.Start(ctx); err != nil {
		return fmt.Errorf("the edge cannot start: %w", err)
	}
	return nil
}

// edgeCommand returns the command of an edge process: this very program, even when the file of its name is another by
// now. It has its own process group, so that Ctrl-C in a terminal reaches only the supervisor, which stops it in order.
func (n *node) edgeCommand(int) *exec.Cmd {
	self := "/proc/self/exe"
	cmd := exec.Command(self, edgeCommandName)
	cmd.Args[0] = os.Args[0]
	cmd.Stderr = n.stderr
	cmd.ExtraFiles = []*os.File{n.ledgerFile} // ledgerFD
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// Addr returns where all edges listen.
func (e *edges) Addr() string { return e.reserved.Addr() }

// Ready returns nil as long as one process serves: the kernel sends no connections to one that is down.
func (e *edges) Ready() error {
	for i := range e.processes {
		if e.supervisor.Serves(i + 1) {
			return nil
		}
	}
	return errors.New("no edge process serves")
}

// Ended returns a channel that stays open: a process that ends is started again.
func (e *edges) Ended() <-chan struct{} { return nil }

// ConsistencyCheck asks all processes.
func (e *edges) ConsistencyCheck(ctx context.Context) error {
	answers := make(chan error, len(e.processes))
	for _, p := range e.processes {
		go func() {
			_, err := p.Get(ctx, "/debug/consistency")
			answers <- err
		}()
	}
	var faults []error
	for range e.processes {
		faults = append(faults, <-answers)
	}
	return errors.Join(faults...)
}

// Stop lets the clients of all processes go, and ends the processes.
func (e *edges) Stop(ctx context.Context) error {
	defer e.reserved.Release()
	if e.supervisor == nil {
		return nil
	}
	return e.supervisor.Stop(ctx)
}

// edgesTimeout is what an edge process has beside the time of its edge: its own parts stop too.
const edgesTimeout = 2 * stopTimeout

// serving prints the line by which a supervisor knows that this process does its work.
func (n *node) serving(context.Context) error {
	n.log.Info("edge process serves", "pid", os.Getpid())
	_, err := fmt.Fprintln(n.stdout, supervisor.Serving)
	return err
}
