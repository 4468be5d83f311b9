package loadtest

import (
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"
)

func TestReadProcess(t *testing.T) {
	for start := time.Now(); time.Since(start) < 30*time.Millisecond; {
		// use CPU time worth three ticks
	}
	p, err := ReadProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	own, err := ownCPU()
	if err != nil {
		t.Fatal(err)
	}
	if p.CPU < clockTick || p.CPU > own+2*clockTick {
		t.Fatalf("/proc says %v of CPU time, getrusage %v", p.CPU, own)
	}
	if p.Anonymous < 1<<20 || p.Resident < p.Anonymous {
		t.Fatalf("resident %d, anonymous %d", p.Resident, p.Anonymous)
	}
	if _, err := ReadProcess(1 << 30); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v for no process", err)
	}
	if idle, ok := readMachine(); !ok || idle <= 0 {
		t.Fatalf("the machine was idle for %v, %v", idle, ok)
	}
}
