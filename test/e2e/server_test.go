package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Credentials of a server started with --dev.
const (
	devKey    = "throng"
	devSecret = "throng-dev-secret"
	region    = "us-west-2"
	account   = "123456789012"
)

// content is in messages, events and requests that tests send, and must not be in any log.
const content = "content-that-no-log-may-show"

// server is a throng process.
type server struct {
	t       *testing.T
	dataDir string
	binary  string
	args    []string
	env     []string
	files   int // how many the process may open; 0: as many as the test

	cmd    *exec.Cmd
	exited chan struct{} // closed when the process has ended and err is set
	err    error
	log    *logBuffer // what it prints to standard error
	addresses

	secretsMu sync.Mutex
	secrets   []string
	expected  []string // what lines of the log have that the test brings about
}

// addresses is where a server listens, as host:port.
type addresses struct {
	Edge     string `json:"edge"`
	API      string `json:"api"`
	Internal string `json:"internal"`
}

// logBuffer keeps all that a process prints.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// serve starts throng with --dev, fails the test unless it becomes ready, and judges it when the test ends. Settings
// are of the form THRONG_SECTION_NAME=value.
func serve(t *testing.T, settings ...string) *server {
	t.Helper()
	s := newServer(t, settings...)
	s.start()
	return s
}

// newServer returns a server that is not started yet.
func newServer(t *testing.T, settings ...string) *server {
	t.Helper()
	dir := t.TempDir()
	s := &server{t: t, dataDir: dir, binary: binary, log: &logBuffer{}}
	s.args = []string{
		"serve", "--dev", "--data-dir", dir,
		"--edge-addr", "127.0.0.1:0", "--api-addr", "127.0.0.1:0", "--internal-addr", "127.0.0.1:0",
	}
	s.env = append(os.Environ(), "SONIC_USE_OPTDEC=1", "SONIC_ENCODER_USE_VM=1", "GORACE=halt_on_error=0")
	s.env = append(s.env, settings...)
	s.neverLogged(devSecret, content)
	t.Cleanup(s.judge)
	return s
}

// start starts the process, on what its data folder holds when it ran before, and waits until it is ready.
func (s *server) start() {
	s.t.Helper()
	listen := filepath.Join(s.dataDir, "listen.json")
	if err := os.Remove(listen); err != nil && !errors.Is(err, os.ErrNotExist) {
		s.t.Fatal(err)
	}
	s.launch()
	eventually(s.t, "throng starts", func() error {
		select {
		case <-s.exited:
			s.t.Fatalf("throng ended while starting: %v\n%s", s.err, s.log)
		default:
		}
		b, err := os.ReadFile(listen)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, &s.addresses); err != nil {
			return fmt.Errorf("cannot read listen.json: %w", err)
		}
		return s.ready()
	})
}

// launch starts the process and waits for nothing.
func (s *server) launch() {
	s.t.Helper()
	cmd := exec.Command(s.binary, s.args...)
	if s.files > 0 {
		cmd = exec.Command("/bin/sh", append([]string{"-c", fmt.Sprintf(`ulimit -n %d && exec "$0" "$@"`, s.files), s.binary}, s.args...)...)
	}
	cmd.Env, cmd.Stderr = s.env, s.log // what --dev prints to standard output is for people, public secret included
	if err := cmd.Start(); err != nil {
		s.t.Fatalf("cannot start throng: %v", err)
	}
	exited := make(chan struct{})
	s.cmd, s.exited = cmd, exited
	go func() {
		s.err = cmd.Wait()
		close(exited)
	}()
}

// kill ends the process as a power failure would, and returns when it is gone.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may have ended already
	<-s.exited
}

// stop asks the process to go and fails the test unless it does so in good order.
func (s *server) stop() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Errorf("cannot signal throng: %v", err)
	}
	select {
	case <-s.exited:
		if s.err != nil {
			s.t.Errorf("throng ended with %v after SIGTERM", s.err)
		}
	case <-time.After(patience):
		s.kill()
		s.t.Errorf("throng did not end within %v of SIGTERM", patience)
	}
}

func (s *server) running() bool {
	if s.cmd == nil {
		return false
	}
	select {
	case <-s.exited:
		return false
	default:
		return true
	}
}

func (s *server) ready() error { _, err := s.internal("/readyz"); return err }

// probe asks the internal port. A keep-alive connection would outlive a server that is killed.
var probe = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// internal returns what the internal port answers to GET path. Anything but 200 is an error.
func (s *server) internal(path string) (string, error) {
	res, err := probe.Get("http://" + s.Internal + path)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("GET %s: status %d: %s", path, res.StatusCode, body)
	}
	return string(body), nil
}

// apiURL is the endpoint of the control plane.
func (s *server) apiURL() string { return "http://" + s.API }

// edgeURL is the endpoint of the messaging API.
func (s *server) edgeURL() string { return "ws://" + s.Edge }

// neverLogged names texts that must not be in the server's log when the test ends: tokens, secrets, contents.
func (s *server) neverLogged(secrets ...string) {
	s.secretsMu.Lock()
	defer s.secretsMu.Unlock()
	s.secrets = append(s.secrets, secrets...)
}

// throng runs the binary's command line on the server's data folder and returns what it prints.
func (s *server) throng(args ...string) string {
	s.t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env = s.env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("throng %s: %v\n%s", args[0], err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// tokens seals count tokens of one user with all capabilities, without asking the server.
func (s *server) tokens(room, user string, count int) []string {
	s.t.Helper()
	list := strings.Fields(s.throng("token", "--dev", "--data-dir", s.dataDir, "--room", room, "--user", user,
		"--capabilities", "SEND_MESSAGE,DELETE_MESSAGE,DISCONNECT_USER", "--count", fmt.Sprint(count)))
	if len(list) != count {
		s.t.Fatalf("throng token made %d tokens of %d", len(list), count)
	}
	return list
}
