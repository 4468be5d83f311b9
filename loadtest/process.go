package loadtest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Process is what the kernel says of a process, or of several together (Linux only).
type Process struct {
	CPU    time.Duration // User and System
	User   time.Duration // since its start, in steps of 10 ms
	System time.Duration
	// Memory in bytes: all that is resident, and the part that no file stands behind. Pages that several processes share
	// are counted in each.
	Resident  int64
	Anonymous int64
	Processes int
}

func (p *Process) add(q Process) {
	p.CPU += q.CPU
	p.User += q.User
	p.System += q.System
	p.Resident += q.Resident
	p.Anonymous += q.Anonymous
	p.Processes += q.Processes
}

// clockTick is the unit of CPU times in /proc: USER_HZ is 100 on every architecture that Go runs on.
const clockTick = 10 * time.Millisecond

var errProc = errors.New("unexpected form")

// ReadProcess reads /proc/PID/stat and smaps_rollup (whose sums are exact, unlike those of status). The error wraps
// fs.ErrNotExist when there is no such process, or no /proc.
func ReadProcess(pid int) (Process, error) {
	s, err := readStat(pid)
	if err != nil {
		return Process{}, err
	}
	p := s.process()
	return p, p.readMemory(pid)
}

// ReadTree reads a process and all its descendants: what a server of several processes costs. The CPU time has that of
// descendants that have ended and were waited for, so it never falls.
func ReadTree(pid int) (Process, error) { return readTree(pid, true) }

func readTree(pid int, memory bool) (Process, error) {
	stats, err := statsOfTree(pid)
	if err != nil {
		return Process{}, err
	}
	var sum Process
	for _, s := range stats {
		p := s.process()
		p.User += s.endedUser
		p.System += s.endedSystem
		p.CPU = p.User + p.System
		if memory {
			err := p.readMemory(s.pid)
			if err != nil && (s.pid == pid || !gone(err)) {
				return sum, err
			}
		}
		sum.add(p)
	}
	return sum, nil
}

// gone reports whether a process has ended, between two looks at it or during one.
func gone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH)
}

func (p *Process) readMemory(pid int) error {
	rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(rollup)) {
		name, value, _ := strings.Cut(line, ":")
		switch name {
		case "Rss":
			p.Resident, err = parseKilobytes(value)
		case "Anonymous":
			p.Anonymous, err = parseKilobytes(value)
		}
		if err != nil {
			return fmt.Errorf("smaps_rollup: %w", err)
		}
	}
	return nil
}

// stat is a process in /proc/PID/stat.
type stat struct {
	pid, parent  int
	user, system time.Duration
	endedUser    time.Duration // of ended children that it waited for
	endedSystem  time.Duration
}

func (s stat) process() Process {
	return Process{CPU: s.user + s.system, User: s.user, System: s.system, Processes: 1}
}

func readStat(pid int) (stat, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, err
	}
	return parseStat(pid, b)
}

// parseStat finds the fields by their numbers in proc(5): 4 is the parent, 14 to 17 are utime, stime, cutime and cstime.
func parseStat(pid int, b []byte) (stat, error) {
	// The name in parentheses may hold anything; the first field after it is 3.
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(fields) < 15 {
		return stat{}, fmt.Errorf("stat: %w", errProc)
	}
	var n [5]int64
	for k, field := range append(fields[1:2:2], fields[11:15]...) {
		var err error
		if n[k], err = strconv.ParseInt(field, 10, 64); err != nil {
			return stat{}, fmt.Errorf("stat: %w", errProc)
		}
	}
	ticks := func(n int64) time.Duration { return time.Duration(n) * clockTick }
	return stat{pid, int(n[0]), ticks(n[1]), ticks(n[2]), ticks(n[3]), ticks(n[4])}, nil
}

// statsOfTree returns the process and its descendants.
func statsOfTree(pid int) ([]stat, error) {
	root, err := readStat(pid)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	children := map[int][]stat{}
	for _, e := range entries {
		id, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if s, err := readStat(id); err == nil { // it may have ended
			children[s.parent] = append(children[s.parent], s)
		}
	}
	tree := []stat{root}
	for k := 0; k < len(tree); k++ {
		tree = append(tree, children[tree[k].pid]...)
	}
	return tree, nil
}

func parseKilobytes(s string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "kB")), 10, 64)
	if err != nil {
		return 0, errProc
	}
	return n << 10, nil
}
