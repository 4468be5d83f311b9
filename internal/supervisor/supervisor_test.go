package supervisor

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// asProgram is the variable that makes the test binary the program, which does what its input says.
const asProgram = "TEST_SUPERVISED"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM)
	in := bufio.NewReader(os.Stdin)
	order, _ := in.ReadString('\n')
	switch strings.TrimSpace(order) {
	case "fail":
		os.Exit(3)
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
	}
	fmt.Println("a line that says nothing")
	fmt.Println(Serving)
	gone := make(chan bool)
	go func() { _, _ = io.Copy(io.Discard, in); close(gone) }()
	select {
	case <-told:
	case <-gone:
		fmt.Fprintln(os.Stderr, "gone")
	}
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never happened: " + what)
		}
	}
}

// supervise returns a supervisor of two processes that are told order, and counts their ends.
func supervise(t *testing.T, order func(process int) string) (*Supervisor, *atomic.Int64) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ends := new(atomic.Int64)
	return New(Config{
		Count: 2,
		Command: func(process int) *exec.Cmd {
			cmd := exec.Command(self, "number", strconv.Itoa(process))
			cmd.Env = append(os.Environ(), asProgram+"=1")
			return cmd
		},
		Input: func(process int) []byte { return []byte(order(process) + "\n") },
		Ended: func(int) { ends.Add(1) },
		Log:   slog.New(slog.DiscardHandler),
	}), ends
}

// pid returns the id of a running process.
func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

func TestProcessesAreReplacedAndEnd(t *testing.T) {
	s, ends := supervise(t, func(int) string { return "serve" })
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !s.Serves(1) || !s.Serves(2) || s.Restarts(1) != 0 {
		t.Fatal("not all serve though Start says so")
	}
	for kill := range 3 {
		pid := s.processes[0].pid()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		eventually(t, "another serves", func() bool { return s.Serves(1) && s.processes[0].pid() != pid })
		if ends.Load() != int64(kill+1) || s.Restarts(1) != kill+1 || s.Restarts(2) != 0 || !s.Serves(2) {
			t.Fatalf("%d ends, %d and %d restarts after %d kills", ends.Load(), s.Restarts(1), s.Restarts(2), kill+1)
		}
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.Serves(1) || s.Serves(2) || ends.Load() != 5 || s.processes[1].pid() != 0 {
		t.Fatalf("something runs after Stop, %d ends", ends.Load())
	}
}

func TestStartFails(t *testing.T) {
	s, _ := supervise(t, func(process int) string { return []string{"", "serve", "fail"}[process] })
	if err := s.Start(t.Context()); err == nil || err.Error() != "process 2: exit status 3" {
		t.Errorf("got %v", err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}

	s, _ = supervise(t, func(int) string { return "serve" })
	s.config.Command = func(int) *exec.Cmd { return exec.Command("./none") }
	if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "process 1: ") {
		t.Errorf("got %v", err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestStopKills(t *testing.T) {
	s, ends := supervise(t, func(process int) string { return []string{"", "serve", "stubborn"}[process] })
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for s.Serves(1) {
			time.Sleep(time.Millisecond)
		}
		cancel() // the other one has not ended
	}()
	if err := s.Stop(ctx); err == nil {
		t.Error("a process that does not end is no error")
	}
	if ends.Load() != 2 || s.processes[1].pid() != 0 {
		t.Error("it was not killed")
	}
}

// TestProcessesEndWithTheirSupervisor closes the input, as the system does when a supervisor is killed.
func TestProcessesEndWithTheirSupervisor(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Stdin = strings.NewReader("serve\n")
	var errs strings.Builder
	cmd.Stderr = &errs
	if out, err := cmd.Output(); err != nil || !strings.HasSuffix(string(out), Serving+"\n") || errs.String() != "gone\n" {
		t.Fatalf("%q, %q, %v", out, errs.String(), err)
	}
}

func TestPauses(t *testing.T) {
	f := func(pause, ran, want time.Duration) {
		t.Helper()
		if got := next(pause, ran); got != want {
			t.Errorf("after a pause of %v and %v of work the next is %v, want %v", pause, ran, got, want)
		}
	}
	f(0, 0, 100*time.Millisecond)
	f(100*time.Millisecond, 9*time.Second, 200*time.Millisecond)
	f(4*time.Second, 0, 5*time.Second)
	f(5*time.Second, time.Second, 5*time.Second)
	f(5*time.Second, 10*time.Second, 0)
}
