package loadtest

import (
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

func (o Options) withDefaults() Options {
	if o.Concurrency == 0 {
		o.Concurrency = 64
	}
	if o.HandshakeTimeout == 0 {
		o.HandshakeTimeout = 10 * time.Second
	}
	if o.Loops == 0 {
		o.Loops = 1
	}
	return o
}

// Fleet is a set of open connections of this process.
type Fleet struct {
	dialler       *dialler
	dialect       *Dialect      // nil for IVS Chat
	patience      time.Duration // of a handshake
	concurrency   int           // of handshakes
	loops         []*loop
	recorders     []*recorder // one a loop
	clock         clock
	open          atomic.Int64
	dials         atomic.Int64 // begun in all; the source addresses take turns by it
	closes        counter[int]
	introductions introductions

	mu      sync.Mutex
	conns   []*conn // in the order of opening, some closed ones too
	rooms   map[string]*chatRoom
	run     *run // under way, or nil
	closing sync.Once
	streams sync.WaitGroup
}

// New returns a fleet without connections, which is to be closed.
func New(o Options) (*Fleet, error) {
	o = o.withDefaults()
	f := &Fleet{
		dialler: newDialler(&o), dialect: o.Dialect, patience: o.HandshakeTimeout, concurrency: o.Concurrency,
		clock: newClock(), rooms: map[string]*chatRoom{},
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

// Connections returns how many connections are open.
func (f *Fleet) Connections() int { return int(f.open.Load()) }

// Closes returns how many connections the server closed with which code; 0 stands for a close frame without one.
func (f *Fleet) Closes() map[int]int64 { return f.closes.all() }

// room returns the room of that name, which it makes when it is new.
func (f *Fleet) room(name string) *chatRoom {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.rooms[name]
	if r == nil {
		r = &chatRoom{name: name}
		f.rooms[name] = r
	}
	return r
}

// openOnes returns the room's open connections in the order of their opening.
func (f *Fleet) openOnes(r *chatRoom) []*conn {
	f.mu.Lock()
	defer f.mu.Unlock()
	var open []*conn
	for _, c := range r.conns {
		if c.isOpen() {
			open = append(open, c)
		}
	}
	return open
}

// closePatience is how long Close waits for the server's side of the close handshakes.
const closePatience = 5 * time.Second

// Close sends a close frame on every connection, waits a few seconds for the server to end them, and frees everything.
// Neither Open nor Run may be under way.
func (f *Fleet) Close() { f.closing.Do(f.close) }

func (f *Fleet) close() {
	for _, c := range f.conns {
		_ = c.send(ws.OpClose, ws.NewCloseFrameBody(ws.StatusNormalClosure, ""))
	}
	f.await(0, closePatience)
	for _, c := range f.conns {
		c.shutdown()
	}
	f.stopLoops()
	f.streams.Wait()
}

// await waits until no more than n connections are open, but not for ever.
func (f *Fleet) await(n int, patience time.Duration) {
	for deadline := time.Now().Add(patience); f.Connections() > n && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
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
