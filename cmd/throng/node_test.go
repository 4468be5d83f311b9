package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/throngchat/throng/internal/config"
	"github.com/throngchat/throng/internal/ledger"
)

// TestAPartThatEndsEndsTheNode stops parts behind the node's back.
func TestAPartThatEndsEndsTheNode(t *testing.T) {
	f := func(want string, end func(*node) error) {
		t.Helper()
		c, err := config.Load(config.Sources{Dev: true, Flags: map[string]string{
			"data_dir": t.TempDir(), "edge.addr": "127.0.0.1:0", "api.addr": "127.0.0.1:0", "internal.addr": "127.0.0.1:0",
		}})
		if err != nil {
			t.Fatal(err)
		}
		n := newNode(c, slog.New(slog.DiscardHandler), ledger.New())
		if err := n.start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := end(n); err != nil {
			t.Errorf("cannot end the part: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		if err := n.wait(ctx); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the node noticed %v, want %q", err, want)
		}
		if err := n.stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	}
	f("the edge has ended by itself", func(n *node) error { return n.edge.Stop(t.Context()) })
	f("the control plane has ended by itself", func(n *node) error { return n.api.Shutdown(t.Context()) })
}
