package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Machine is where, and of what, results are.
type Machine struct {
	CPU         string    `json:"cpu"`
	Cores       int       `json:"cores"`
	MemoryBytes int64     `json:"memory_bytes"`
	Kernel      string    `json:"kernel"`
	Go          string    `json:"go"`
	Tools       []string  `json:"tools,omitempty"`
	Descriptors uint64    `json:"ulimit_n"`
	Commit      string    `json:"commit"`
	Modified    bool      `json:"modified"` // the tree had changes that were not committed
	Command     string    `json:"command"`
	Started     time.Time `json:"started"`
	LoadBefore  float64   `json:"load_before"` // load average of a minute, when the run began
}

// ReadMachine describes this machine, and the commit at root.
func ReadMachine(ctx context.Context, root string) (Machine, error) {
	m := Machine{
		CPU: "unknown", Cores: runtime.NumCPU(), Go: runtime.Version(), Command: "go run ./cmd/throng-bench",
		Started: time.Now().UTC().Truncate(time.Second),
	}
	if args := strings.Join(os.Args[1:], " "); args != "" {
		m.Command += " " + args
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err == nil {
		m.Descriptors = limit.Max
	}
	if cpu, ok := fieldOf("/proc/cpuinfo", "model name"); ok {
		m.CPU = cpu
	}
	if memory, ok := fieldOf("/proc/meminfo", "MemTotal"); ok {
		kb, _ := strconv.ParseInt(strings.TrimSuffix(memory, " kB"), 10, 64)
		m.MemoryBytes = kb << 10
	}
	if kernel, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		// Only the version: what follows is the builder's.
		version, _, _ := strings.Cut(strings.TrimSpace(string(kernel)), "-")
		m.Kernel = "Linux " + version
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		first, _, _ := strings.Cut(string(load), " ")
		m.LoadBefore, _ = strconv.ParseFloat(first, 64)
	}
	commit, err := output(ctx, root, "git", "rev-parse", "--short=12", "HEAD")
	if err != nil {
		return m, fmt.Errorf("cannot tell the commit: %w", err)
	}
	changes, err := output(ctx, root, "git", "status", "--porcelain", "--untracked-files=no", "--", ":!BENCHMARKS.md", ":!bench/results",
		":!bench/plots")
	if err != nil {
		return m, fmt.Errorf("cannot tell the changes: %w", err)
	}
	m.Commit, m.Modified = commit, changes != ""
	m.Tools = readTools(ctx)
	return m, nil
}

// fieldOf returns the value of the first "name : value" line in a file of /proc.
func fieldOf(file, name string) (string, bool) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", false
	}
	for line := range strings.Lines(string(b)) {
		key, value, _ := strings.Cut(line, ":")
		if strings.TrimSpace(key) == name {
			return strings.TrimSpace(value), true
		}
	}
	return "", false
}

func output(ctx context.Context, dir string, name string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	b, err := c.Output()
	return strings.TrimSpace(string(b)), err
}

// String is the machine line of a claim.
func (m *Machine) String() string {
	return fmt.Sprintf("%s, %d cores shared by server and clients, %d GiB; %s; %s; `ulimit -Hn` %d", m.CPU, m.Cores,
		(m.MemoryBytes+1<<29)>>30, m.Kernel, m.Go, m.Descriptors)
}
