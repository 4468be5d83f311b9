package bus_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/bus/bustest"
)

func TestEngineStartsAndStops(t *testing.T) {
	bustest.EachMode(t, func(t *testing.T, e *bus.Engine) {
		if err := e.Healthy(); err != nil {
			t.Fatal(err)
		}
		nc, err := e.Connect("test")
		if err != nil {
			t.Fatal(err)
		}
		e.Shutdown()
		e.Shutdown()
		if !nc.IsClosed() {
			t.Fatal("a connection outlives the engine")
		}
		if e.Healthy() == nil {
			t.Fatal("healthy after shutdown")
		}
		if _, err := e.Connect("test"); !errors.Is(err, bus.ErrClosed) {
			t.Fatalf("connect after shutdown: %v", err)
		}
	})
}

func TestFolderIsTakenByOneEngine(t *testing.T) {
	dir := t.TempDir()
	first := bustest.Start(t, bus.EngineOptions{StoreDir: dir})
	_, err := bus.StartEngine(context.Background(), bus.EngineOptions{StoreDir: dir, Log: bustest.Discard()})
	if !errors.Is(err, bus.ErrInUse) || err.Error() != "data folder is in use by another throng" {
		t.Fatalf("second engine: %v", err)
	}
	if err := first.Healthy(); err != nil {
		t.Fatalf("the refused engine harmed the first: %v", err)
	}
	first.Shutdown()
	bustest.Start(t, bus.EngineOptions{StoreDir: dir})
}

func TestUnusableFolder(t *testing.T) {
	f := func(prepare func(dir string) error, want error) {
		t.Helper()
		dir := t.TempDir()
		if err := prepare(dir); err != nil {
			t.Fatal(err)
		}
		_, err := bus.StartEngine(context.Background(), bus.EngineOptions{StoreDir: filepath.Join(dir, "data"), Log: bustest.Discard()})
		if !errors.Is(err, want) {
			t.Fatalf("got %v, want %v", err, want)
		}
		if strings.Contains(err.Error(), dir) {
			t.Fatalf("error names a path: %v", err)
		}
	}
	// The folder is a file. (Permissions would not do: they do not bind root, who may run the tests.)
	f(func(dir string) error { return os.WriteFile(filepath.Join(dir, "data"), nil, 0o600) }, bus.ErrFolder)
	// The lock cannot be opened.
	f(func(dir string) error { return os.MkdirAll(filepath.Join(dir, "data", "lock"), 0o700) }, bus.ErrFolder)
	// The server's part of the folder is a file.
	f(func(dir string) error {
		if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, "data", "jetstream"), nil, 0o600)
	}, bus.ErrFolder)
}

func TestEngineRefusesToStart(t *testing.T) {
	f := func(opts bus.EngineOptions, timeout time.Duration, secret string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		opts.Log = bustest.Discard()
		_, err := bus.StartEngine(ctx, opts)
		if !errors.Is(err, bus.ErrStart) {
			t.Fatalf("got %v", err)
		}
		if secret != "" && strings.Contains(err.Error(), secret) {
			t.Fatalf("error tells a secret: %v", err)
		}
	}
	f(bus.EngineOptions{}, time.Second, "")
	f(bus.EngineOptions{URL: "nats://user:hunter2@127.0.0.1:1"}, 5*time.Second, "hunter2")
	f(bus.EngineOptions{URL: "nats://user:hunter2@%zz"}, 5*time.Second, "hunter2")
	// A start that takes too long gives the folder back when it is over.
	dir := t.TempDir()
	f(bus.EngineOptions{StoreDir: dir, StartTimeout: time.Nanosecond}, time.Second, "")
	bustest.Eventually(t, func() error {
		e, err := bus.StartEngine(context.Background(), bus.EngineOptions{StoreDir: dir, Log: bustest.Discard()})
		if err == nil {
			e.Shutdown()
		}
		return err
	})
}

func TestEngineLogsThroughSlog(t *testing.T) {
	var out bytes.Buffer
	dir := t.TempDir()
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	bustest.Start(t, bus.EngineOptions{StoreDir: dir, Log: log}).Shutdown()
	if s := out.String(); !strings.Contains(s, "part=nats") || strings.Contains(s, dir) {
		t.Fatalf("log: %s", s)
	}
	if s := out.String(); strings.Contains(s, "level=WARN") || strings.Contains(s, "level=ERROR") {
		t.Fatalf("an ordinary start warns: %s", s)
	}
}

func TestHealthFollowsTheServer(t *testing.T) {
	server := bustest.External(t)
	e := bustest.Start(t, bus.EngineOptions{URL: server.URL()})
	server.Stop()
	bustest.Eventually(t, func() error {
		if e.Healthy() == nil {
			return errors.New("healthy without a server")
		}
		return nil
	})
	server.Start()
	bustest.Eventually(t, e.Healthy)
}
