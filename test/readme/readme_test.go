// Package readme runs the commands of README.md as a reader would, on a server of its own.
package readme

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait.
const patience = 2 * time.Minute

// blocks matches the fenced commands that the reader is to run; the comment before each marks it.
var blocks = regexp.MustCompile("(?s)<!-- run -->\n```sh\n(.*?)```\n")

func TestQuickstart(t *testing.T) {
	content, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	script := "set -euo pipefail\n"
	found := blocks.FindAllStringSubmatch(string(content), -1)
	for _, block := range found {
		script += block[1]
	}
	if marked := strings.Count(string(content), "<!-- run -->"); marked != len(found) || marked < 4 {
		t.Fatalf("%d blocks are marked, %d were found", marked, len(found))
	}

	// The reader's folder has bin/throng, and throng-data once the server runs.
	dir := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "bin", "throng"), "../../cmd/throng")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	addresses := serve(t, dir)

	// The ports of the text are those of a server without flags; this one has others.
	script = strings.NewReplacer(
		"127.0.0.1:8080", addresses.Edge, "127.0.0.1:8081", addresses.API, "127.0.0.1:9090", addresses.Internal,
	).Replace(script)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	reader := exec.CommandContext(ctx, "bash", "-c", script)
	reader.Dir = dir
	reader.Env = environment(dir)
	var stdout, stderr bytes.Buffer
	reader.Stdout, reader.Stderr = &stdout, &stderr
	if err := reader.Run(); err != nil {
		t.Fatalf("the commands of README.md: %v\n%s\n%s", err, stdout.String(), stderr.String())
	}
	for _, want := range []string{
		`"token": "1dev\.`,                    // create-chat-token
		`"id": "[a-zA-Z0-9]{12}"`,             // send-event
		`"name": "hello"`,                     // list-rooms
		`(?m)(^1dev\.\S+\n){3}`,               // throng token
		`(?m)^\[\+\] edge$`,                   // readyz
		`operation="CreateRoom",code="OK"} 1`, // metrics
		`secret_access_key: "\*{8}"`,          // throng config
	} {
		if !regexp.MustCompile(want).Match(stdout.Bytes()) {
			t.Errorf("the commands of README.md printed nothing like %s:\n%s", want, stdout.String())
		}
	}
}

// listening is what a server writes about itself.
type listening struct {
	Edge, API, Internal string
}

// serve starts throng in dir as `make run` does, but on free ports, and stops it when the test ends.
func serve(t *testing.T, dir string) listening {
	t.Helper()
	var output bytes.Buffer
	cmd := exec.Command("./bin/throng", "serve", "--dev",
		"--edge-addr", "127.0.0.1:0", "--api-addr", "127.0.0.1:0", "--internal-addr", "127.0.0.1:0")
	cmd.Dir, cmd.Env = dir, environment(dir)
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended, which the next line finds out
		select {
		case err := <-exited:
			if err != nil {
				t.Errorf("throng ended with %v\n%s", err, output.String())
			}
		case <-time.After(patience):
			_ = cmd.Process.Kill()
			t.Errorf("throng did not end within %v of SIGTERM", patience)
		}
	})

	deadline := time.Now().Add(patience)
	for {
		l, err := ready(dir)
		if err == nil {
			return l
		}
		select {
		case err := <-exited:
			exited <- err
			t.Fatalf("throng ended while starting: %v\n%s", err, output.String())
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("throng is not ready: %v", err)
		}
	}
}

// ready returns the server's addresses when it answers on them.
func ready(dir string) (listening, error) {
	var l listening
	content, err := os.ReadFile(filepath.Join(dir, "throng-data", "listen.json"))
	if err != nil {
		return l, err
	}
	if err := json.Unmarshal(content, &l); err != nil {
		return l, err
	}
	res, err := http.Get("http://" + l.Internal + "/readyz")
	if err != nil {
		return l, err
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return l, fmt.Errorf("status %d", res.StatusCode)
	}
	return l, nil
}

// environment is that of a reader who has no AWS account: nothing of the machine's but where programs are.
func environment(home string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home}
}
