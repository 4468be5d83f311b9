package loadtest

import (
	"context"
	"crypto/tls"
	"maps"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gobwas/ws"
)

// Options says how a Fleet connects.
type Options struct {
	// URL is the endpoint, ws:// or wss://.
	URL string
	// Sources are the local addresses to connect from, in turn; none leaves it to the system. One address has ports for
	// PortsAnAddress connections to one destination.
	Sources []netip.Addr
	// Concurrency bounds the handshakes in flight; 0 means 64.
	Concurrency int
	// HandshakeTimeout bounds connecting, TLS and the upgrade together; 0 means 10 s.
	HandshakeTimeout time.Duration
	// Loops is the number of goroutines that read plain connections (on Linux); 0 means 1.
	Loops int
	// TLS configures wss://; nil means the system's roots.
	TLS *tls.Config
	// Dialect is what a server speaks that is no IVS Chat; nil means IVS Chat.
	Dialect *Dialect
}

// Fleet is a set of open connections.
type Fleet struct {
	dialler   *dialler
	dialect   *Dialect      // nil for IVS Chat
	patience  time.Duration // of a handshake
	slots     chan struct{} // one for each handshake in flight
	loops     []*loop
	recorders []*recorder // one a loop
	clock     clock
	open      atomic.Int64
	closes    counter[int]

	mu      sync.Mutex
	conns   []*conn // in the order of opening, closed ones too
	streams sync.WaitGroup
}

// New returns a fleet without connections, which is to be closed.
func New(o Options) (*Fleet, error) {
	if o.Concurrency == 0 {
		o.Concurrency = 64
	}
	if o.HandshakeTimeout == 0 {
		o.HandshakeTimeout = 10 * time.Second
	}
	if o.Loops == 0 {
		o.Loops = 1
	}
	f := &Fleet{
		dialler: newDialler(&o), dialect: o.Dialect, patience: o.HandshakeTimeout,
		slots: make(chan struct{}, o.Concurrency), clock: clock{time.Now()},
	}
	for range o.Loops {
		r := new(recorder)
		l, err := newLoop(r)
		if err != nil {
			f.stopLoops()
			return nil, err
		}
		f.loops = append(f.loops, l)
		f.recorders = append(f.recorders, r)
	}
	return f, nil
}

// Opened tells what became of the connections that Open tried.
type Opened struct {
	Asked   int              `json:"asked"`
	Opened  int              `json:"opened"`
	Refused map[string]int64 `json:"refused,omitempty"` // by a reason of few words; none of them holds a token
	Seconds float64          `json:"seconds"`
	// Connect is how long each opened one took, from the first packet to the upgrade.
	Connect Histogram `json:"connect"`
}

// Open opens a connection for each token, as many at a time as Options.Concurrency says, and returns when all are open
// or refused. An empty token is not sent. It may be called again for more. The error is ErrDescriptors or ctx's; a
// refused connection is none.
func (f *Fleet) Open(ctx context.Context, tokens []string) (Opened, error) {
	f.mu.Lock()
	before := len(f.conns)
	f.mu.Unlock()
	if err := checkDescriptors(int(f.open.Load()) + len(tokens)); err != nil {
		return Opened{}, err
	}
	var (
		result  = Opened{Asked: len(tokens)}
		refused counter[string]
		mu      sync.Mutex // guards result.Connect
		dials   sync.WaitGroup
		start   = time.Now()
	)
	for k, token := range tokens {
		if ctx.Err() != nil {
			break
		}
		f.slots <- struct{}{}
		dials.Go(func() {
			defer func() { <-f.slots }()
			begun := time.Now()
			if err := f.connect(before+k, token); err != nil {
				refused.add(refusal(err))
				return
			}
			took := time.Since(begun)
			mu.Lock()
			defer mu.Unlock()
			result.Connect.Record(took)
		})
	}
	dials.Wait()
	result.Opened = int(result.Connect.Count())
	result.Refused = refused.all()
	result.Seconds = time.Since(start).Seconds()
	return result, ctx.Err()
}

// connect opens connection number k and hands it to who reads it.
func (f *Fleet) connect(k int, token string) error {
	nc, early, err := f.dialler.dial(k, token)
	if err != nil {
		return err
	}
	c := &conn{fleet: f}
	if f.dialect != nil {
		c.recorder = f.recorders[k%len(f.recorders)]
		if err := c.join(nc, token, early, f.patience); err != nil {
			nc.Close()
			return err
		}
		early = nil
	}
	f.open.Add(1)
	adopted, err := f.loops[k%len(f.loops)].adopt(nc, c, early)
	if err != nil {
		f.open.Add(-1)
		return err
	}
	if !adopted {
		c.recorder = f.recorders[k%len(f.recorders)]
		c.transport = stream{nc}
		f.streams.Go(func() { readStream(nc, c, early) })
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.conns = append(f.conns, c)
	return nil
}

// Connections returns how many connections are open.
func (f *Fleet) Connections() int { return int(f.open.Load()) }

// Closes returns how many connections the server closed with which code; 0 stands for a close frame without one.
func (f *Fleet) Closes() map[int]int64 { return f.closes.all() }

// closePatience is how long Close waits for the server's side of the close handshakes.
const closePatience = 5 * time.Second

// Close sends a close frame on every connection, waits a few seconds for the server to end them, and frees everything.
// Neither Open nor Run may be under way.
func (f *Fleet) Close() {
	for _, c := range f.conns {
		_ = c.send(ws.OpClose, ws.NewCloseFrameBody(ws.StatusNormalClosure, ""))
	}
	deadline := time.Now().Add(closePatience)
	for f.Connections() > 0 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	for _, c := range f.conns {
		c.shutdown()
	}
	f.stopLoops()
	f.streams.Wait()
}

func (f *Fleet) stopLoops() {
	for _, l := range f.loops {
		l.stop()
	}
}

// counter counts events by a key of few values.
type counter[K comparable] struct {
	mu sync.Mutex
	m  map[K]int64
}

func (c *counter[K]) add(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil {
		c.m = map[K]int64{}
	}
	c.m[key]++
}

func (c *counter[K]) all() map[K]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.m)
}
