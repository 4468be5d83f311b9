package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Bounds of a server's life: until it says where it listens, and from SIGTERM to its end.
const (
	startPatience = 60 * time.Second
	stopPatience  = 20 * time.Second
)

var errNotReady = errors.New("the server did not say where it listens")

// child is a server process that a scenario has started.
type child struct {
	cmd    *exec.Cmd
	stderr tail
	ended  chan error
}

// startChild starts a server and returns when ready has found, in what it prints, where it listens.
func startChild(ctx context.Context, cmd *exec.Cmd, ready func(printed string) bool) (*child, error) {
	c := &child{cmd: cmd, ended: make(chan error, 1)}
	cmd.Stderr = &c.stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	found := make(chan bool, 1)
	go func() {
		var printed strings.Builder
		in := bufio.NewReader(stdout)
		for {
			line, err := in.ReadString('\n')
			printed.WriteString(line)
			if ready(printed.String()) {
				found <- true
				_, _ = io.Copy(io.Discard, in)
				break
			}
			if err != nil {
				break
			}
		}
		c.ended <- cmd.Wait()
	}()
	timer := time.NewTimer(startPatience)
	defer timer.Stop()
	select {
	case <-found:
		return c, nil
	case err = <-c.ended:
		c.ended <- err
	case <-timer.C:
	case <-ctx.Done():
	}
	_ = cmd.Process.Kill()
	end := <-c.ended
	return nil, fmt.Errorf("%w and ended (%w); it wrote:\n%s", errNotReady, end, c.stderr.String())
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// stop ends the server as an operator would, and by force when that takes too long.
func (c *child) stop() error {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // a process that has ended says so below
	select {
	case err := <-c.ended:
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGTERM {
			return nil // it has no handler, as the floor
		}
		if err != nil {
			return fmt.Errorf("server: %w; it wrote:\n%s", err, c.stderr.String())
		}
		return nil
	case <-time.After(stopPatience):
		_ = c.cmd.Process.Kill()
		return fmt.Errorf("server did not end within %v; it wrote:\n%s", stopPatience, c.stderr.String())
	}
}

// tail keeps the last few kilobytes that are written to it.
type tail struct {
	mu sync.Mutex
	b  []byte
}

const tailSize = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if over := len(t.b) - tailSize; over > 0 {
		t.b = append(t.b[:0], t.b[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.b))
}

// build runs a compiler in root.
func build(ctx context.Context, root, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Stdout, c.Stderr = root, os.Stderr, os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
