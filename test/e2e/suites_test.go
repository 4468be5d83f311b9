package e2e

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// suiteTime bounds one suite of an external client.
const suiteTime = 4 * time.Minute

// external runs a suite of an external client in a folder below this one, and fails the test with its output unless it
// passes. environment is added to that of the test.
func external(t *testing.T, folder string, environment []string, program string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Fatalf("%s is missing: \"make test\" installs what the tests need", program)
	}
	ctx, cancel := context.WithTimeout(context.Background(), suiteTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), environment...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Errorf("%s %v: %v", filepath.Base(program), args, err)
	}
	t.Log(out.String()) // shown when the test fails, and with -v
}

// node runs a file of tests with Node's test runner.
func node(t *testing.T, file string, environment []string) {
	t.Helper()
	if _, err := os.Stat("js/node_modules"); err != nil {
		t.Fatal("the packages of test/e2e/js are missing: \"make test\" installs what the tests need")
	}
	external(t, "js", environment, "node", "--test", "--test-force-exit", "--test-reporter=spec", file)
}

// python runs a program with the interpreter that test/install has set up.
func python(t *testing.T, environment []string, args ...string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	external(t, "py", environment, filepath.Join(root, ".tools", "venv", "bin", "python"), args...)
}

// chatServer starts a server for the chat SDK, and returns what describes it to a suite.
func chatServer(t *testing.T, settings ...string) []string {
	t.Helper()
	s := serve(t, settings...)
	return []string{"E2E_EDGE=" + s.edgeURL(), "E2E_API=" + s.apiURL(), "E2E_BINARY=" + binary, "E2E_DATA=" + s.dataDir}
}

func TestChatSDKInNode(t *testing.T) {
	t.Parallel()
	node(t, "chat.test.js", chatServer(t))
}

func TestChatSDKInChromium(t *testing.T) {
	t.Parallel()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is missing: \"make test\" installs what the tests need")
	}
	node(t, "browser.test.js", append(chatServer(t), "E2E_CHROMIUM="+chromium))
}

func TestConformanceJavaScript(t *testing.T) {
	t.Parallel()
	_, _, environment := conformanceServers(t)
	node(t, "conformance.test.js", environment)
}

func TestConformanceBoto3(t *testing.T) {
	t.Parallel()
	_, _, environment := conformanceServers(t)
	python(t, environment, "conformance.py", "boto3")
}

func TestConformanceCLI(t *testing.T) {
	t.Parallel()
	_, _, environment := conformanceServers(t)
	python(t, environment, "conformance.py", "cli")
}
