//go:build linux

package ledger

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// asProcess is the variable that makes the test binary a second process.
const asProcess = "TEST_LEDGER_PROCESS"

func TestMain(m *testing.M) {
	if os.Getenv(asProcess) == "" {
		os.Exit(m.Run())
	}
	l, err := Open(os.NewFile(3, "ledger"), 7)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	in := 0
	for l.Enter(10) {
		in++
	}
	fmt.Println(in, l.Own(), l.Connections())
}

// TestProcesses has a second process take what the first has left, and die with it.
func TestProcesses(t *testing.T) {
	l, file, err := Create()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for range 4 {
		if !l.Enter(10) {
			t.Fatal("refused below the quota")
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), asProcess+"=1")
	child.ExtraFiles = []*os.File{file}
	out, err := child.CombinedOutput()
	if err != nil || string(out) != "6 6 10\n" {
		t.Fatalf("the second process says %q, %v", out, err)
	}
	if l.Enter(10) || l.Connections() != 10 {
		t.Fatalf("what it took is not counted here: %d", l.Connections())
	}
	l.Forget(7)
	if l.Connections() != 4 || l.Own() != 4 {
		t.Fatalf("%d are counted when it is forgotten, want 4", l.Connections())
	}
}

func TestOpenRefuses(t *testing.T) {
	_, file, err := Create()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := Open(file, MaxProcesses); !errors.Is(err, ErrForm) {
		t.Errorf("a process beyond the last: %v", err)
	}
	if err := file.Truncate(4096); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, 1); !errors.Is(err, ErrForm) {
		t.Errorf("a file of another size: %v", err)
	}
}
