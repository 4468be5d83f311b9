package bus_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/bus/bustest"
)

// TestSharedServerGoesAndComes ends the engine that shares its server and starts another on the same folder and socket:
// who used it comes back by itself, and nothing is left of the socket in between.
func TestSharedServerGoesAndComes(t *testing.T) {
	dir := t.TempDir()
	sockets, err := os.MkdirTemp("", "bus")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(sockets)
	path := filepath.Join(sockets, "nats.sock")
	share := func() *bus.Engine {
		e := bustest.Start(t, bus.EngineOptions{StoreDir: dir})
		if err := e.Share(path); err != nil {
			t.Fatal(err)
		}
		return e
	}
	first := share()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the socket is open to others: %v, %v", info, err)
	}
	user := bustest.Start(t, bus.EngineOptions{Socket: path})
	if err := user.Healthy(); err != nil {
		t.Fatal(err)
	}

	first.Shutdown()
	if err := user.Healthy(); err == nil {
		t.Fatal("healthy without a server")
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Fatalf("the socket is left: %v", err)
	}
	_, err = bus.StartEngine(context.Background(), bus.EngineOptions{Socket: path, Log: bustest.Discard(), StartTimeout: time.Second})
	if err == nil || strings.Contains(err.Error(), sockets) {
		t.Fatalf("an engine without a server starts, or tells the path: %v", err)
	}

	share()
	bustest.Eventually(t, user.Healthy)
}

func TestShareRefuses(t *testing.T) {
	external := bustest.Start(t, bus.EngineOptions{URL: bustest.External(t).URL()})
	if err := external.Share(filepath.Join(t.TempDir(), "s")); err == nil {
		t.Error("an external server is shared")
	}
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 120))
	if err := e.Share(long); err == nil || strings.Contains(err.Error(), "xxx") {
		t.Errorf("a path that is too long: %v", err)
	}
	path := filepath.Join(t.TempDir(), "s")
	e.Shutdown()
	if err := e.Share(path); err == nil {
		t.Error("an engine that was shut down shares its server")
	}
	if _, err := net.Dial("unix", path); err == nil {
		t.Error("and somebody listens")
	}
}
