// Package supervisor keeps a number of processes of one program running: it starts them, starts another in the place of
// one that ends, and ends them in order.
//
// What it asks of the program: it reads what Config.Input gives from standard input, prints the line Serving on standard
// output when it does its work, ends in order on SIGTERM, and ends at once when standard input does, because then its
// supervisor is gone.
package supervisor

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Serving is the line that a process prints on standard output when it does its work.
const Serving = "serving"

// Config says what to run.
type Config struct {
	// Count is how many processes; they have the numbers from 1 to Count.
	Count int
	// Command makes the command of a process, without standard input and output. It is called for each start.
	Command func(process int) *exec.Cmd
	// Input is what the process reads from standard input.
	Input func(process int) []byte
	// Ended is called when a process has ended, before another is started in its place.
	Ended func(process int)
	Log   *slog.Logger
}

// Supervisor keeps processes running. Make one with New; start it once.
type Supervisor struct {
	config    Config
	processes []*process
	stop      chan struct{} // closed when the processes are to end
	kept      sync.WaitGroup
}

// process is a place that one process after another takes.
type process struct {
	number   int
	serving  atomic.Bool
	restarts atomic.Int64
	first    chan error // what became of the first start; one value

	mu  sync.Mutex
	cmd *exec.Cmd // nil: none runs
}

// New returns a supervisor whose processes do not run yet.
func New(c Config) *Supervisor {
	s := &Supervisor{config: c, stop: make(chan struct{})}
	for i := range c.Count {
		s.processes = append(s.processes, &process{number: i + 1, first: make(chan error, 1)})
	}
	return s
}

// Start starts all processes and returns when each of them serves. When one ends before, or ctx does, it returns an
// error; Stop has to be called all the same.
func (s *Supervisor) Start(ctx context.Context) error {
	for _, p := range s.processes {
		s.kept.Go(func() { s.keep(p) })
	}
	for _, p := range s.processes {
		select {
		case err := <-p.first:
			if err != nil {
				return err
			}
		case <-ctx.Done():
			return fmt.Errorf("process %d does not serve: %w", p.number, ctx.Err())
		}
	}
	return nil
}

// Serves reports whether a process does its work.
func (s *Supervisor) Serves(process int) bool { return s.processes[process-1].serving.Load() }

// Restarts returns how often a process was started in the place of one that had ended.
func (s *Supervisor) Restarts(process int) int { return int(s.processes[process-1].restarts.Load()) }

// Stop sends SIGTERM to all processes and returns when they have ended. Those that have not when ctx ends are killed,
// which is an error.
func (s *Supervisor) Stop(ctx context.Context) error {
	close(s.stop)
	s.signal(syscall.SIGTERM)
	done := make(chan struct{})
	go func() { s.kept.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	s.signal(syscall.SIGKILL)
	<-done
	return errors.New("processes had to be killed")
}

func (s *Supervisor) signal(sig syscall.Signal) {
	for _, p := range s.processes {
		p.mu.Lock()
		if p.cmd != nil {
			_ = p.cmd.Process.Signal(sig) // one that has ended is not told
		}
		p.mu.Unlock()
	}
}

func (s *Supervisor) stopping() bool {
	select {
	case <-s.stop:
		return true
	default:
		return false
	}
}

// keep runs one process after another until the supervisor stops.
func (s *Supervisor) keep(p *process) {
	for pause := time.Duration(0); ; p.restarts.Add(1) {
		begun := time.Now()
		err := s.run(p)
		p.serving.Store(false)
		s.config.Ended(p.number)
		if err == nil {
			err = errors.New("it ended by itself")
		}
		select {
		case p.first <- fmt.Errorf("process %d: %w", p.number, err): // nobody waits any more if it has served
		default:
		}
		if s.stopping() {
			return
		}
		pause = next(pause, time.Since(begun))
		s.config.Log.Error("a process has ended; another is started in its place", "process", p.number, "error", err, "after", pause)
		select {
		case <-s.stop:
			return
		case <-time.After(pause):
		}
	}
}

// Pauses between the end of a process and the start of the next: none after one that ran for a while, else twice the
// one before.
const (
	firstPause = 100 * time.Millisecond
	maxPause   = 5 * time.Second
	aWhile     = 10 * time.Second
)

func next(pause, ran time.Duration) time.Duration {
	if ran >= aWhile {
		return 0
	}
	return min(max(2*pause, firstPause), maxPause)
}

// run runs one process to its end.
func (s *Supervisor) run(p *process) error {
	cmd := s.config.Command(p.number)
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.start(p, cmd); err != nil {
		return err
	}
	go func() { _, _ = io.Copy(in, bytes.NewReader(s.config.Input(p.number))) }() // one that does not read it ends, which shows below
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		if line == Serving+"\n" {
			p.serving.Store(true)
			select {
			case p.first <- nil:
			default:
			}
		}
	}
	err = cmd.Wait()
	p.mu.Lock()
	p.cmd = nil
	p.mu.Unlock()
	return err
}

// start starts a process, unless the supervisor stops: what is started is told to stop by Stop, or not started.
func (s *Supervisor) start(p *process, cmd *exec.Cmd) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.stopping() {
		return errors.New("the supervisor stops")
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	p.cmd = cmd
	return nil
}
