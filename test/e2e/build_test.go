package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binary is the path of the throng that all tests of a run start. It is built with the race detector.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "throng-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot make a folder for the binary:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "throng")
	build := exec.Command("go", "build", "-race", "-o", binary, "../../cmd/throng")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "cannot build cmd/throng: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}
