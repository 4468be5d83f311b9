package edge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/VictoriaMetrics/metrics"
	"github.com/panjf2000/gnet/v2"
	"github.com/panjf2000/gnet/v2/pkg/logging"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/ledger"
	"github.com/throngchat/throng/internal/limit"
	"github.com/throngchat/throng/internal/store"
	"github.com/throngchat/throng/internal/token"
)

// Deps is what an edge needs of the rest of the process.
type Deps struct {
	Rooms  *store.Rooms
	Claims *bus.Claims
	Ring   *token.Ring
	// Ledger counts the connections, with those of the other processes of the node.
	Ledger  *ledger.Ledger
	Account *limit.Account
	// Connect gives the edge its place on the bus: deliver is called for what other processes publish.
	Connect func(deliver func(bus.Envelope)) (*bus.Bus, error)
	Log     *slog.Logger
	Metrics *metrics.Set
}

// Edge holds WebSocket connections and fans messages out to them. Make one with New; Start it once.
type Edge struct {
	cfg       Config
	deps      Deps
	log       *slog.Logger
	stats     *stats
	directory *directory
	addresses *addresses
	claimer   *claimer
	bus       *bus.Bus
	// The store and the bus as the loops use them; tests of a loop alone put something else here.
	configOf   func(room string) (*store.Room, bool)
	publishBus func(bus.Envelope) error
	leaveBus   func(room string)
	ordered    bool // what publishBus takes comes back by remote, to this process too

	engine  gnet.Engine
	addr    string
	booting chan struct{}
	ended   chan struct{}
	err     error

	maxSockets int64
	sockets    atomic.Int64
	draining   atomic.Bool

	mu    sync.RWMutex
	loops map[gnet.EventLoop]*loop
	list  []*loop
}

// New returns an edge that is not started.
func New(cfg Config, deps Deps) *Edge {
	if cfg.Loops <= 0 {
		cfg.Loops = runtime.GOMAXPROCS(0)
	}
	e := &Edge{
		cfg: cfg, deps: deps, log: deps.Log,
		booting: make(chan struct{}), ended: make(chan struct{}),
		loops: map[gnet.EventLoop]*loop{},
	}
	e.stats = newStats(deps.Metrics, e)
	e.directory = newDirectory()
	e.addresses = newAddresses(cfg.MaxPerAddress)
	return e
}

// Start listens and returns when connections are accepted. Its error names the address when that cannot be had.
func (e *Edge) Start() error {
	b, err := e.deps.Connect(e.remote)
	if err != nil {
		return fmt.Errorf("edge: cannot join the bus: %w", err)
	}
	e.bus, e.publishBus, e.leaveBus = b, b.Publish, b.Leave
	e.ordered = b.Ordered()
	e.configOf = e.deps.Rooms.Get
	e.claimer = newClaimer(e)
	e.maxSockets = int64(MaxSockets())

	e.addr = e.cfg.Addr
	if !e.cfg.Reserved {
		reserved, err := Reserve(e.cfg.Addr)
		if err != nil {
			return fmt.Errorf("edge: cannot listen on %s: %w", e.cfg.Addr, err)
		}
		defer reserved.Release()
		e.addr = reserved.addr
	}
	go func() {
		defer close(e.ended)
		err := gnet.Run(&handler{edge: e}, "tcp://"+e.addr,
			gnet.WithReusePort(true), gnet.WithReuseAddr(true), gnet.WithNumEventLoop(e.cfg.Loops),
			gnet.WithTCPNoDelay(gnet.TCPNoDelay), gnet.WithSocketSendBuffer(e.cfg.SendBuffer),
			gnet.WithTicker(true), gnet.WithLogger(engineLog{e.log}), gnet.WithLogLevel(logging.ErrorLevel))
		e.err = err
	}()
	select {
	case <-e.booting:
		return nil
	case <-e.ended:
		return fmt.Errorf("edge: cannot listen on %s: %w", e.addr, e.err)
	}
}

func (e *Edge) booted(engine gnet.Engine) {
	e.engine = engine
	close(e.booting)
}

// Addr returns the address that the edge listens on.
func (e *Edge) Addr() string { return e.addr }

// Ended is closed when the edge has stopped, whether it was told to or not.
func (e *Edge) Ended() <-chan struct{} { return e.ended }

// Ready tells why new connections should go elsewhere, or nil.
func (e *Edge) Ready() error {
	select {
	case <-e.ended:
		return errors.New("the edge has stopped")
	default:
	}
	if e.draining.Load() {
		return errors.New("the edge is draining")
	}
	return nil
}

// Stop lets every connection go, as drain.go describes, and stops. It takes until ctx ends at most.
func (e *Edge) Stop(ctx context.Context) error {
	e.drain(ctx)
	e.claimer.stop()
	err := e.engine.Stop(ctx)
	select {
	case <-e.ended:
	case <-ctx.Done():
	}
	e.eachLoop(func(l *loop) { l.mailbox.close() })
	e.bus.Close()
	return err
}

// loopOf returns our record of an engine's loop. The engine announces loops only by their connections.
func (e *Edge) loopOf(el gnet.EventLoop) *loop {
	e.mu.RLock()
	l := e.loops[el]
	e.mu.RUnlock()
	if l != nil {
		return l
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	l = newLoop(e)
	l.hangUp = func(c *conn) { _ = el.Close(c.tr.(gnet.Conn)) }
	l.mailbox.wake = func() error { return el.Execute(context.Background(), turner{l}) }
	l.number = uint16(len(e.list)) // the engine has at most 256
	e.loops[el] = l
	e.list = append(e.list, l)
	return l
}

func (e *Edge) eachLoop(f func(*loop)) {
	e.mu.RLock()
	list := e.list
	e.mu.RUnlock()
	for _, l := range list {
		f(l)
	}
}
