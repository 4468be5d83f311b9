// Package bustest starts NATS for tests: the engine in both of its modes, and an external server that can go away.
package bustest

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/throngchat/throng/internal/bus"
)

// Server is an external NATS server with JetStream, on a port of 127.0.0.1 that the system chose.
type Server struct {
	t    testing.TB
	opts server.Options
	srv  *server.Server
}

// External starts a server that stops with the test. It does not sync its writes, which is fast.
func External(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, opts: server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: t.TempDir(), JetStreamMaxMemory: 256 << 20, JetStreamMaxStore: 1 << 30,
	}}
	s.Start()
	t.Cleanup(s.Stop)
	return s
}

// Start starts the server again after Stop, on its port and folder. What it had in memory is gone.
func (s *Server) Start() {
	s.t.Helper()
	opts := s.opts
	srv, err := server.NewServer(&opts)
	if err != nil {
		s.t.Fatal(err)
	}
	srv.Start()
	if !srv.ReadyForConnections(10 * time.Second) {
		s.t.Fatal("external NATS server is not ready")
	}
	s.srv, s.opts.Port = srv, opts.Port
}

// Stop stops the server.
func (s *Server) Stop() {
	s.srv.Shutdown()
	s.srv.WaitForShutdown()
}

// URL is where to reach it.
func (s *Server) URL() string { return s.srv.ClientURL() }

// Discard is a log that nobody reads; with the environment variable BUSTEST_LOG it is written to stderr.
func Discard() *slog.Logger {
	var w io.Writer = io.Discard
	if os.Getenv("BUSTEST_LOG") != "" {
		w = os.Stderr
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

// Start starts an engine that stops with the test.
func Start(t testing.TB, opts bus.EngineOptions) *bus.Engine {
	t.Helper()
	if opts.Log == nil {
		opts.Log = Discard()
	}
	e, err := bus.StartEngine(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Shutdown)
	return e
}

// JetStream opens a connection of its own and the JetStream on it.
func JetStream(t testing.TB, e *bus.Engine) jetstream.JetStream {
	t.Helper()
	nc, err := e.Connect("test")
	if err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// Shared starts an engine that uses the embedded server of another one, which starts and stops with it.
func Shared(t testing.TB) *bus.Engine {
	t.Helper()
	dir, err := os.MkdirTemp("", "bus") // the name of a socket is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	first := Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	socket := filepath.Join(dir, "nats.sock")
	if err := first.Share(socket); err != nil {
		t.Fatal(err)
	}
	return Start(t, bus.EngineOptions{Socket: socket})
}

// EachMode runs a test against the embedded server, against that of another process, and against an external one.
func EachMode(t *testing.T, test func(t *testing.T, e *bus.Engine)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { test(t, Start(t, bus.EngineOptions{StoreDir: t.TempDir()})) })
	t.Run("shared", func(t *testing.T) { test(t, Shared(t)) })
	t.Run("external", func(t *testing.T) { test(t, Start(t, bus.EngineOptions{URL: External(t).URL()})) })
}

// Eventually waits until check returns nil, and fails with its last error after 30 seconds.
func Eventually(t testing.TB, check func() error) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}
