package loadtest

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// cpu is CPU time.
type cpu struct {
	User   time.Duration `json:"user"`
	System time.Duration `json:"system"`
}

func (c cpu) minus(d cpu) cpu { return cpu{c.User - d.User, c.System - d.System} }

func (c cpu) sum() time.Duration { return c.User + c.System }

// ownCPU returns the CPU time of this process.
func ownCPU() (cpu, error) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return cpu{}, os.NewSyscallError("getrusage", err)
	}
	return cpu{time.Duration(r.Utime.Nano()), time.Duration(r.Stime.Nano())}, nil
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
