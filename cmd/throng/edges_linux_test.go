package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/throngchat/throng/internal/config"
)

func TestEdgeProcesses(t *testing.T) {
	f := func(processes, connections, maxSockets, want int) {
		t.Helper()
		c := new(config.Config)
		c.Edge.Processes, c.Quotas.Connections = processes, connections
		if runtime.GOOS != "linux" && processes == 0 {
			want = 1
		}
		if n := edgeProcesses(c, maxSockets); n != want {
			t.Errorf("%d processes for %d connections of %d each, want %d", n, connections, maxSockets, want)
		}
	}
	// One is enough.
	f(0, 50_000, 65_280, 1)
	f(0, 50_000, 50_000, 1)
	// With a reserve, since the kernel does not deal out evenly.
	f(0, 50_000, 49_999, 2)
	f(0, 50_000, 19_744, 3)
	f(0, 57_000, 20_000, 4)
	// No more than can share what they count.
	f(0, 10_000_000, 768, 63)
	// The setting decides.
	f(1, 50_000, 768, 1)
	f(5, 10, 65_280, 5)
}

func TestAnOrderComesFromASupervisor(t *testing.T) {
	for _, in := range []string{"", "\n", "region: us-west-2\n", strings.Repeat("\xff", 100)} {
		if _, err := readOrder(bufio.NewReader(strings.NewReader(in))); !errors.Is(err, errNoSupervisor) {
			t.Errorf("%q was read as an order: %v", in, err)
		}
	}
}

// severalProcesses makes serve run as many edges.
func severalProcesses(n int) []string { return []string{"THRONG_EDGE_PROCESSES=" + strconv.Itoa(n)} }

// processMetric returns a metric of an edge process.
func (p *process) processMetric(name string, edge int) string {
	page, err := p.get("/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	m := regexp.MustCompile(fmt.Sprintf(`(?m)^%s\{process="edge-%d"[^}]*\} (\S+)$`, name, edge)).FindStringSubmatch(page)
	if m == nil {
		return ""
	}
	return m[1]
}

// TestSeveralProcesses looks at a node from outside while one of its edges dies, and then the whole node by a kill.
func TestSeveralProcesses(t *testing.T) {
	dir := t.TempDir()
	p := serveWith(t, dir, severalProcesses(2))
	if body, err := p.get("/readyz?verbose"); err != nil || body != "[+] running\n[+] state\n[+] edge\n[+] api\nready\n" {
		t.Errorf("/readyz?verbose: %q, %v", body, err)
	}
	if body, err := p.get("/debug/consistency"); err != nil || body != "ok\n" {
		t.Errorf("/debug/consistency: %q, %v", body, err)
	}
	children := p.children()
	if len(children) != 2 {
		t.Fatalf("%d children, want 2", len(children))
	}
	if line, err := p.get("/processes/edge-2/debug/pprof/cmdline"); err != nil || !strings.Contains(line, edgeCommandName) {
		t.Errorf("the internal port of an edge process: %q, %v", line, err)
	}
	for i := 1; i <= 2; i++ {
		if up := p.processMetric("throng_edge_process_up", i); up != "1" {
			t.Errorf("edge %d is up: %q", i, up)
		}
		if sockets := p.processMetric("throng_sockets", i); sockets != "0" {
			t.Errorf("edge %d shows %q sockets", i, sockets)
		}
	}

	if err := syscall.Kill(children[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p.eventually("another edge in place of the one that was killed", func() error {
		for i := 1; i <= 2; i++ {
			if p.processMetric("throng_edge_process_restarts_total", i) == "1" && p.processMetric("throng_sockets", i) == "0" {
				return nil
			}
		}
		return errors.New("none was started")
	})
	if _, err := p.get("/readyz"); err != nil {
		t.Errorf("after the death of an edge: %v", err)
	}

	children = p.children()
	p.signal(syscall.SIGKILL)
	p.wait()
	for _, pid := range children {
		wait(t, fmt.Sprintf("edge process %d ends with its supervisor", pid), func() error {
			if running(pid) {
				return errors.New("it runs")
			}
			return nil
		})
	}

	// What the kill left is in nobody's way, and an orderly stop leaves nothing.
	p = serveWith(t, dir, severalProcesses(2))
	p.signal(syscall.SIGTERM)
	if status := p.wait(); status != 0 {
		t.Errorf("status %d after SIGTERM\n%s", status, p.err)
	}
	if strings.Contains(p.err.String(), "level=ERROR") {
		t.Errorf("an orderly stop has errors:\n%s", p.err)
	}
}

// TestSeveralProcessesThatCannotStart has data folders and ports that do not do.
func TestSeveralProcessesThatCannotStart(t *testing.T) {
	f := func(want, dir string, args ...string) {
		t.Helper()
		p := launchWith(t, dir, severalProcesses(2), append(anyPort, args...)...)
		if status := p.wait(); status != 1 || !strings.Contains(p.err.String(), want) {
			t.Errorf("status %d, stderr %s, want %q", status, p.err, want)
		}
	}
	f("data_dir: must have an absolute path of at most", filepath.Join(t.TempDir(), strings.Repeat("d", 100)))
	taken := serve(t, t.TempDir())
	f("edge.addr: another process listens on "+taken.Edge, t.TempDir(), "--edge-addr", taken.Edge)
}

// children returns the process ids of a process's children.
func (p *process) children() []int {
	p.t.Helper()
	all, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", p.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	var pids []int
	for _, file := range all {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // a thread that has ended
		}
		for _, field := range strings.Fields(string(b)) {
			pid, err := strconv.Atoi(field)
			if err != nil {
				p.t.Fatal(err)
			}
			pids = append(pids, pid)
		}
	}
	return pids
}

// running reports whether a process is there and no zombie.
func running(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}
