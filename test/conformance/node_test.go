//go:build conformance

package conformance

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/throngchat/throng/edge"
	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/ledger"
	"github.com/throngchat/throng/internal/limit"
	"github.com/throngchat/throng/internal/store"
	"github.com/throngchat/throng/internal/token"
)

// maxMessageSize lets the suite's largest messages pass, which are of 16 MiB.
const maxMessageSize = 32 << 20

// node is an edge that echoes, with everything behind it.
type node struct {
	edge *edge.Edge
	ring *token.Ring
	room string
}

// startNode starts an edge with the settings of a node that says nothing, except for the size of messages. Its log goes
// to a file in dir.
func startNode(t *testing.T, dir string) *node {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Create(filepath.Join(dir, "edge.log"))
	must(err)
	t.Cleanup(func() { _ = file.Close() })
	log := slog.New(slog.NewTextHandler(file, nil))
	engine, err := bus.StartEngine(ctx, bus.EngineOptions{StoreDir: t.TempDir(), Log: log})
	must(err)
	t.Cleanup(engine.Shutdown)
	nc, err := engine.Connect("conformance")
	must(err)
	js, err := jetstream.New(nc)
	must(err)
	rooms, err := store.OpenRooms(ctx, js, store.RoomsOptions{})
	must(err)
	t.Cleanup(rooms.Close)
	claims, err := bus.OpenClaims(ctx, js, bus.ClaimsOptions{})
	must(err)
	ring, err := token.NewRing([]token.Key{token.GenerateKey()})
	must(err)
	n := &node{ring: ring, room: chat.NewID()}
	must(rooms.Create(ctx, &store.Room{
		ID: n.room, MaximumMessageLength: 500, MaximumMessageRatePerSecond: 10, CreateTime: time.Now(), UpdateTime: time.Now(),
	}))
	cfg := edge.DefaultConfig()
	cfg.Addr, cfg.MaxMessageSize = "127.0.0.1:0", maxMessageSize
	counts := ledger.New()
	n.edge = edge.New(cfg, edge.Deps{
		Rooms: rooms, Claims: claims, Ring: ring, Log: log, Metrics: metrics.NewSet(),
		Ledger: counts, Account: limit.NewAccount(limit.DefaultAccountRates, counts.Account()),
		Connect: func(deliver func(bus.Envelope)) (*bus.Bus, error) {
			nc, err := engine.Connect("edge")
			if err != nil {
				return nil, err
			}
			return bus.New(nc, deliver), nil
		},
	})
	must(n.edge.Start())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := n.edge.ConsistencyCheck(ctx); err != nil {
			t.Error(err)
		}
		if err := n.edge.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return n
}

// token seals a token for one connection.
func (n *node) token() (string, error) {
	now := time.Now()
	tok, err := n.ring.Seal(token.Claims{
		RoomID: n.room, UserID: "autobahn", IssuedAt: now, ExpiresAt: now.Add(time.Minute), SessionEndsAt: now.Add(time.Hour),
	})
	if err != nil {
		return "", fmt.Errorf("cannot seal a token: %w", err)
	}
	return tok, nil
}
