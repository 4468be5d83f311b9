package loadtest

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
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
	if p.CPU < clockTick || p.CPU > own.sum()+2*clockTick {
		t.Fatalf("/proc says %v of CPU time, getrusage %v", p.CPU, own.sum())
	}
	if p.Anonymous < 1<<20 || p.Resident < p.Anonymous {
		t.Fatalf("resident %d, anonymous %d", p.Resident, p.Anonymous)
	}
	if _, err := ReadProcess(1 << 30); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v for no process", err)
	}
	if p.CPU != p.User+p.System || p.Processes != 1 {
		t.Fatalf("%+v", p)
	}
	if idle, ok := readMachine(); !ok || idle <= 0 {
		t.Fatalf("the machine was idle for %v, %v", idle, ok)
	}
}

func TestReadTree(t *testing.T) {
	// A shell with a child, whose own child is the third: each waits for the end of its input.
	cmd := exec.Command("sh", "-c", `sh -c "cat; true"; true`)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var tree Process
	until(t, "all three are there", func() bool {
		tree, err = ReadTree(cmd.Process.Pid)
		return err == nil && tree.Processes == 3 && tree.Anonymous > 0
	})
	one, err := ReadProcess(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if tree.Resident <= one.Resident || tree.Resident < tree.Anonymous {
		t.Fatalf("the tree is %+v, its first process %+v", tree, one)
	}
	if err := errors.Join(in.Close(), cmd.Wait()); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadTree(cmd.Process.Pid); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v for no process", err)
	}
}

func TestParseStat(t *testing.T) {
	line := "42 (a) b (c) S 7 1 1 0 -1 4194560 1 2 0 0 10 20 3 4 20 0 1 0 100 1 2"
	s, err := parseStat(42, []byte(line))
	if err != nil || s != (stat{42, 7, 10 * clockTick, 20 * clockTick, 3 * clockTick, 4 * clockTick}) {
		t.Fatalf("got %+v, %v", s, err)
	}
	for _, bad := range []string{"", "42 (a) S 7", "42 (a) S x 1 1 0 -1 4194560 1 2 0 0 10 20 3 4 20"} {
		if _, err := parseStat(42, []byte(bad)); !errors.Is(err, errProc) {
			t.Fatalf("got %v for %q", err, bad)
		}
	}
}
