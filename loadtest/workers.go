package loadtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Workers is a fleet in several processes, for more connections than one process has descriptors, or cores, for. They
// run this program again, whose main function has to call RunWorkerIfAsked first, do everything at the same time by a
// clock that they share, and count as one. Several programs may each have their Workers.
type Workers struct {
	conductor
	workers []*remote

	mu     sync.Mutex
	closed bool
	closes map[int]int64 // when closed
}

// remote is a worker process: the party at the other end of a pipe.
type remote struct {
	*pipe
	ctx   context.Context // ends when the worker is to be given up
	quit  context.CancelFunc
	cmd   *exec.Cmd
	stdin io.Closer
	ended chan struct{} // its output has ended
}

var _ party = (*remote)(nil)

var errTLS = errors.New("a TLS configuration, or a dialect without a name, cannot be sent to other processes")

// Processes returns how many processes are needed for that many connections, at least one.
func Processes(connections int) int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Max <= 2*spareDescriptors {
		return 1
	}
	each := limit.Max - 2*spareDescriptors
	return max(1, int((uint64(connections)+each-1)/each))
}

// NewWorkers starts n processes without connections; they end when Close is called, or when this process ends. Each has
// its part of o.Sources, or all when there are fewer than processes; o.Concurrency is of all together, o.Loops of each.
func NewWorkers(o Options, n int) (*Workers, error) {
	o = o.withDefaults()
	if o.TLS != nil || (o.Dialect != nil && o.Dialect.Name == "") {
		return nil, errTLS
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	w := &Workers{conductor: conductor{clock: newClock(), loops: o.Loops, lead: leadOthers}}
	for k := range n {
		a := workerOptions{
			URL: o.URL, Concurrency: max(o.Concurrency/n, 1), HandshakeTimeout: o.HandshakeTimeout, Loops: o.Loops,
		}
		if o.Dialect != nil {
			a.Dialect = o.Dialect.Name
		}
		for i, s := range o.Sources {
			if len(o.Sources) < n || i%n == k {
				a.Sources = append(a.Sources, s)
			}
		}
		r, err := startWorker(program)
		if err == nil {
			w.workers = append(w.workers, r)
			w.parties = append(w.parties, r)
			err = r.call(r.ctx, "new", a, nil)
		}
		if err != nil {
			w.Close()
			return nil, fmt.Errorf("worker %d: %w", k+1, err)
		}
	}
	return w, nil
}

func startWorker(program string) (*remote, error) {
	cmd := exec.Command(program, workerArgument)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	r := &remote{cmd: cmd, stdin: stdin, ended: make(chan struct{})}
	r.ctx, r.quit = context.WithCancel(context.Background())
	r.pipe = newPipe(stdin, stdout, r.ended)
	return r, nil
}

// Open opens a connection for each token, as Fleet.Open does, in the processes in turn.
func (w *Workers) Open(ctx context.Context, tokens []string) (Opened, error) {
	return w.open(ctx, tokens, rush{})
}

// Run publishes l and returns when everything that can be expected has arrived, or l.Patience has passed.
func (w *Workers) Run(ctx context.Context, l Load) (Measurement, error) { return w.run(ctx, l) }

// Storm breaks all connections of all processes and opens others in their place.
func (w *Workers) Storm(ctx context.Context, s Storm) (Stormed, error) { return w.storm(ctx, s) }

// Connections returns how many connections are open; those of a process that has ended are not.
func (w *Workers) Connections() int {
	counts := make([]int, len(w.workers))
	_ = w.each(func(k int, _ party) error { return w.workers[k].call(w.workers[k].ctx, "connections", nil, &counts[k]) })
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

// Closes returns how many connections the server closed with which code; 0 stands for a close frame without one.
func (w *Workers) Closes() map[int]int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return maps.Clone(w.closes)
	}
	return w.askCloses("closes")
}

func (w *Workers) askCloses(verb string) map[int]int64 {
	answers := make([]map[int]int64, len(w.workers))
	_ = w.each(func(k int, _ party) error {
		ctx, cancel := context.WithTimeout(w.workers[k].ctx, workerPatience)
		defer cancel()
		return w.workers[k].call(ctx, verb, nil, &answers[k])
	})
	var all map[int]int64
	for _, closes := range answers {
		all = sum(all, closes)
	}
	return all
}

// workerPatience is how long a process may take to close its connections.
const workerPatience = closePatience + 5*time.Second

// Close closes all connections, ends the processes and waits for them.
func (w *Workers) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	w.closed = true
	w.closes = w.askCloses("close")
	var ends sync.WaitGroup
	for _, r := range w.workers {
		ends.Go(r.close)
	}
	ends.Wait()
}

func (r *remote) close() {
	defer r.quit()
	_ = r.stdin.Close()
	select {
	case <-r.ended:
	case <-time.After(workerPatience):
		_ = r.cmd.Process.Kill()
		<-r.ended
	}
	_ = r.cmd.Wait() // it was told to end, and how it did so changes nothing any more
}

func (r *remote) openAll(ctx context.Context, tokens []string, how rush) (o Opened, err error) {
	err = r.call(ctx, "open", openArgs{tokens, how}, &o)
	return o, err
}

func (r *remote) drop() (n int, err error) {
	err = r.call(r.ctx, "drop", nil, &n)
	return n, err
}

func (r *remote) usedCPU() (c cpu, err error) {
	err = r.call(r.ctx, "cpu", nil, &c)
	return c, err
}

func (r *remote) census() (rooms map[string]int, err error) {
	err = r.call(r.ctx, "census", nil, &rooms)
	return rooms, err
}

func (r *remote) prepare(o order) error { return r.call(r.ctx, "prepare", o, nil) }

func (r *remote) start(at instant) error { return r.call(r.ctx, "start", at, nil) }

func (r *remote) counts() (c counts, err error) {
	err = r.call(r.ctx, "counts", nil, &c)
	return c, err
}

func (r *remote) published() (rooms []roomCounts, err error) {
	err = r.call(r.ctx, "published", nil, &rooms)
	return rooms, err
}

func (r *remote) finish() (p part, err error) {
	err = r.call(r.ctx, "finish", nil, &p)
	return p, err
}
