package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
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

// patience bounds every wait of these tests. It is long because machines that run tests are slow at times.
const patience = 60 * time.Second

// process is a running throng serve --dev.
type process struct {
	t      *testing.T
	dir    string
	cmd    *exec.Cmd
	out    *bytes.Buffer // not to be read before exited
	err    *bytes.Buffer
	exited chan error
	listening
}

// anyPort are the flags that let the system choose.
var anyPort = []string{"--edge-addr", "127.0.0.1:0", "--api-addr", "127.0.0.1:0", "--internal-addr", "127.0.0.1:0"}

// launch starts throng serve --dev on a data folder and does not wait.
func launch(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	return launchWith(t, dir, nil, args...)
}

// launchWith is launch with variables in the environment.
func launchWith(t *testing.T, dir string, env []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, dir: dir, out: &bytes.Buffer{}, err: &bytes.Buffer{}, exited: make(chan error, 1)}
	p.cmd = program(t, env, append([]string{"serve", "--dev", "--data-dir", dir}, args...)...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.err
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.exited <- p.cmd.Wait() }()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it has ended, if all went well
	})
	return p
}

// serve starts throng and waits until it is ready.
func serve(t *testing.T, dir string) *process {
	t.Helper()
	return serveWith(t, dir, nil)
}

// serveWith is serve with variables in the environment.
func serveWith(t *testing.T, dir string, env []string) *process {
	t.Helper()
	p := launchWith(t, dir, env, anyPort...)
	p.eventually("throng is ready", func() error {
		l, err := readListenFile(dir)
		if err != nil {
			return err
		}
		if l.PID != p.cmd.Process.Pid {
			return fmt.Errorf("listen.json is of process %d", l.PID)
		}
		p.listening = l
		_, err = p.get("/readyz")
		return err
	})
	return p
}

// eventually waits until f returns nil.
func (p *process) eventually(what string, f func() error) {
	p.t.Helper()
	wait(p.t, what, func() error {
		select {
		case err := <-p.exited:
			p.t.Fatalf("%s: throng ended: %v\n%s", what, err, p.err)
		default:
		}
		return f()
	})
}

// wait waits until f returns nil.
func wait(t *testing.T, what string, f func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := f()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v after %v", what, err, patience)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// wait returns the exit status when the process has ended.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.exited:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		p.t.Fatalf("throng did not end within %v", patience)
		return 0
	}
}

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// get asks the internal port; anything but 200 is an error.
func (p *process) get(path string) (string, error) {
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + p.Internal + path)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %s", res.StatusCode, body)
	}
	return string(body), err
}

func TestServe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p := serve(t, dir)
	for _, addr := range []string{p.Edge, p.API, p.Internal} {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatalf("nobody listens on %q: %v", addr, err)
		}
		conn.Close()
	}
	if body, err := p.get("/readyz?verbose"); err != nil || body != "[+] running\n[+] state\n[+] edge\n[+] api\nready\n" {
		t.Errorf("/readyz?verbose: %q, %v", body, err)
	}
	if body, err := p.get("/debug/consistency"); err != nil || body != "ok\n" {
		t.Errorf("/debug/consistency: %q, %v", body, err)
	}

	// The other commands find the server by its data folder.
	health := append([]string{"healthcheck", "--dev", "--data-dir", dir}, anyPort...)
	if out, errs, status := throng(t, nil, health...); status != 0 || out != "ready\n" {
		t.Errorf("healthcheck: status %d, %q, %q", status, out, errs)
	}

	// A second server on the folder is refused, and leaves the first alone.
	second := launch(t, dir, anyPort...)
	if status := second.wait(); status != 1 || !strings.Contains(second.err.String(), "in use by another throng") {
		t.Errorf("second server: status %d, %s", status, second.err)
	}
	if _, err := p.get("/readyz"); err != nil {
		t.Errorf("after the second server: %v", err)
	}

	p.signal(syscall.SIGTERM)
	if status := p.wait(); status != 0 {
		t.Errorf("status %d after SIGTERM\n%s", status, p.err)
	}
	if _, err := os.Stat(listenFile(dir)); !os.IsNotExist(err) {
		t.Errorf("listen.json after the end: %v", err)
	}
	if out, errs, status := throng(t, nil, health...); status != 1 || out != "" || !strings.Contains(errs, "no server runs") {
		t.Errorf("healthcheck after the end: status %d, %q, %q", status, out, errs)
	}

	// What it printed: the banner with the real addresses on stdout, the log with no secret on stderr.
	for _, want := range []string{
		"ws://" + p.Edge, "AWS_ENDPOINT_URL_IVSCHAT=http://" + p.API, "http://" + p.Internal,
		"AWS_SECRET_ACCESS_KEY=throng-dev-secret", "AWS_DEFAULT_REGION=us-west-2", "aws ivschat create-room",
		"new ChatRoom({ regionOrUrl: 'ws://" + p.Edge + "', tokenProvider })",
	} {
		if !strings.Contains(p.out.String(), want) {
			t.Errorf("stdout lacks %q:\n%s", want, p.out)
		}
	}
	if !strings.Contains(p.err.String(), "edge="+p.Edge) || strings.Contains(p.err.String(), "throng-dev-secret") {
		t.Errorf("stderr:\n%s", p.err)
	}
}

// TestServeAfterAKill starts on the folder of a server that had no chance to clean up.
func TestServeAfterAKill(t *testing.T) {
	dir := t.TempDir()
	first := serve(t, dir)
	first.signal(syscall.SIGKILL)
	first.wait()
	second := serve(t, dir)
	second.signal(os.Interrupt)
	if status := second.wait(); status != 0 {
		t.Errorf("status %d\n%s", status, second.err)
	}
}

// TestServeOnATakenPort holds that the answer names the port and the setting, for each port.
func TestServeOnATakenPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	addr := taken.Addr().String()
	f := func(flag, key, env string) {
		t.Helper()
		p := launch(t, t.TempDir(), append(anyPort, flag, addr)...)
		want := fmt.Sprintf("throng: %s: another process listens on %s; stop it, or choose another port with %s or %s", key, addr, flag, env)
		if status := p.wait(); status != 1 || !strings.Contains(p.err.String(), want) || p.out.Len() > 0 {
			t.Errorf("status %d, stdout %q, stderr %q, want %q", status, p.out, p.err, want)
		}
	}
	f("--edge-addr", "edge.addr", "THRONG_EDGE_ADDR")
	f("--api-addr", "api.addr", "THRONG_API_ADDR")
	f("--internal-addr", "internal.addr", "THRONG_INTERNAL_ADDR")
}

// TestSignalsAtAnyTime interrupts servers that are starting, and stopping.
func TestSignalsAtAnyTime(t *testing.T) {
	for range 3 {
		p := launch(t, t.TempDir(), anyPort...)
		p.eventually("the state has its folder", func() error {
			_, err := os.Stat(filepath.Join(p.dir, "nats"))
			return err
		})
		p.signal(syscall.SIGTERM)
		if status := p.wait(); status != 0 {
			t.Errorf("told to end while starting: status %d\n%s", status, p.err)
		}
	}

	// A second signal does not wait for anything: the process ends by it, or had ended in order before.
	p := serve(t, t.TempDir())
	p.signal(syscall.SIGTERM)
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	if status := p.wait(); status != 0 && status != -1 {
		t.Errorf("status %d\n%s", status, p.err)
	}
}

// TestMetricsAreDescribed compares metricHelp with what a node shows.
func TestMetricsAreDescribed(t *testing.T) {
	p := serve(t, t.TempDir())
	page, err := p.get("/metrics")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# HELP (throng_\S+) (.*)$`).FindAllStringSubmatch(page, -1) {
		shown[m[1]] = true
		if metricHelp[m[1]] != m[2] {
			t.Errorf("%s is described as %q, want %q", m[1], m[2], metricHelp[m[1]])
		}
	}
	for family := range metricHelp {
		// One has a label that comes from a room and is not there before there is one; the others need several processes.
		if !shown[family] && family != "throng_invocation_errors_total" && !strings.HasPrefix(family, "throng_edge_process_") {
			t.Errorf("%s is described but not shown", family)
		}
	}
}
