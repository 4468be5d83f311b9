package loadtest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Process is what the kernel says of a process (Linux only).
type Process struct {
	CPU time.Duration // user and system time since its start, in steps of 10 ms
	// Memory in bytes: all that is resident, and the part that no file stands behind.
	Resident  int64
	Anonymous int64
}

// clockTick is the unit of CPU times in /proc: USER_HZ is 100 on every architecture that Go runs on.
const clockTick = 10 * time.Millisecond

var errProc = errors.New("unexpected form")

// ReadProcess reads /proc/PID/stat and smaps_rollup (whose sums are exact, unlike those of status). The error wraps
// fs.ErrNotExist when there is no such process, or no /proc.
func ReadProcess(pid int) (Process, error) {
	var p Process
	cpu, err := readCPU(pid)
	if err != nil {
		return p, err
	}
	p.CPU = cpu
	rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return p, err
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
			return p, fmt.Errorf("smaps_rollup: %w", err)
		}
	}
	return p, nil
}

func readCPU(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The name in parentheses may hold anything; utime and stime are fields 14 and 15, and the first after it is 3.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("stat: %w", errProc)
	}
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("stat: %w", errProc)
		}
		ticks += n
	}
	return time.Duration(ticks) * clockTick, nil
}

func parseKilobytes(s string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "kB")), 10, 64)
	if err != nil {
		return 0, errProc
	}
	return n << 10, nil
}

// ownCPU returns the CPU time of this process.
func ownCPU() (time.Duration, error) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0, os.NewSyscallError("getrusage", err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()), nil
}

// readMachine returns the CPU time that the machine's cores were idle, all together; ok is false where there is no
// /proc.
func readMachine() (idle time.Duration, ok bool) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, false
	}
	first, _, _ := strings.Cut(string(stat), "\n")
	fields := strings.Fields(first) // cpu user nice system idle iowait ...
	if len(fields) < 6 || fields[0] != "cpu" {
		return 0, false
	}
	for _, field := range fields[4:6] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, false
		}
		idle += time.Duration(n) * clockTick
	}
	return idle, true
}
