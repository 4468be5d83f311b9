package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/throngchat/throng/internal/jsonx"
)

// asProgram is the variable that makes the test binary behave as throng. Its name must not begin as a setting's does.
const asProgram = "TEST_BINARY_IS"

func TestMain(m *testing.M) {
	switch os.Getenv(asProgram) {
	case "throng":
		os.Exit(run())
	case "secured":
		if err := secureEnvironment(); err != nil {
			fmt.Println(err)
		}
		fmt.Println(jsonx.Safe(), os.Args[1:])
	default:
		os.Exit(m.Run())
	}
}

// program returns a command that runs throng in a clean environment with the given variables.
func program(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append([]string{asProgram + "=throng", "HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}, env...)
	cmd.Dir = t.TempDir()
	return cmd
}

// throng runs throng to its end and returns what it printed and its exit status.
func throng(t *testing.T, env []string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	cmd := program(t, env, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("throng %s: %v", strings.Join(args, " "), err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// TestSecureEnvironment starts a program without the variables, and with a value that must not stand.
func TestSecureEnvironment(t *testing.T) {
	for _, env := range [][]string{nil, {"SONIC_USE_OPTDEC=0", "SONIC_ENCODER_USE_VM="}, jsonx.Environment} {
		cmd := program(t, env, "a", "b c")
		cmd.Env[0] = asProgram + "=secured"
		out, err := cmd.CombinedOutput()
		if err != nil || string(out) != "true [a b c]\n" {
			t.Errorf("with %v: %q, %v", env, out, err)
		}
	}
}

func TestCommands(t *testing.T) {
	f := func(args, wantOut, wantErr string, wantStatus int) {
		t.Helper()
		out, errs, status := throng(t, nil, strings.Fields(args)...)
		if status != wantStatus || !strings.Contains(out, wantOut) || !strings.Contains(errs, wantErr) || (wantErr == "") != (errs == "") {
			t.Errorf("throng %s: status %d, want %d\nstdout %q, want %q\nstderr %q, want %q", args, status, wantStatus, out, wantOut, errs, wantErr)
		}
	}
	f("", "throng serve --dev", "", 0)
	f("help serve", "--internal-addr", "", 0)
	f("version", "throng ", "", 0)
	f("completion bash", "__start_throng", "", 0)
	f("__complete serve --log-level d", "debug", "Completion ended", 0)
	f("sreve", "", `throng: unknown command "sreve"`, 1)
	f("serve --edge-adr x", "", "throng: unknown flag: --edge-adr", 1)
	f("serve extra", "", "throng: unknown command", 1)
	f("serve", "", "throng: the configuration has 5 problems:", 1)
	f("serve --dev --api-addr 0.0.0.0:1", "", "api.addr (--api-addr) must be on loopback with --dev", 1)
	f("serve --config none.yaml", "", "configuration file none.yaml: no such file or directory", 1)
	f("config", "", "no configuration file was given", 1)
	f("config --dev --log-level warn", "\n  level: warn\n", "", 0)
	f("healthcheck --dev --internal-addr 127.0.0.1:0", "", "throng: no server runs on the data folder ./throng-data", 1)
}

// TestConfigFileOfTheEnvironment names the file by its variable, and overrides it by another.
func TestConfigFileOfTheEnvironment(t *testing.T) {
	path := t.TempDir() + "/throng.yaml"
	const file = `
region: eu-west-1
account_id: "123456789012"
api: {credentials: [{access_key_id: a, secret_access_key: 0123456789abcdef}]}
token: {keys: [{id: a, secret: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}]}
`
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, status := throng(t, []string{"THRONG_CONFIG=" + path, "THRONG_EDGE_LOOPS=7"}, "config")
	if status != 0 || !strings.Contains(out, "\nregion: \"eu-west-1\"\n") || !strings.Contains(out, "\n  loops: 7\n") {
		t.Errorf("status %d, stderr %q, stdout\n%s", status, errs, out)
	}
	if strings.Contains(out, "0123456789abcdef") || strings.Contains(out, "MDEyMz") {
		t.Errorf("a secret is printed:\n%s", out)
	}
}
