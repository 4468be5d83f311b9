package edge

import (
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/ledger"
	"github.com/throngchat/throng/internal/limit"
	"github.com/throngchat/throng/internal/store"
)

// fakeConn is a peer: what it was sent, and how much it takes before it stops reading.
type fakeConn struct {
	in, out []byte
	stuck   bool
	backlog int
	broken  func() // called by the next write, which fails
	writes  int
}

func (f *fakeConn) Peek(int) ([]byte, error) { return f.in, nil }

func (f *fakeConn) Discard(n int) (int, error) {
	if n <= 0 || n > len(f.in) {
		n = len(f.in)
	}
	f.in = f.in[n:]
	return n, nil
}

func (f *fakeConn) Write(p []byte) (int, error) {
	f.writes++
	if f.broken != nil {
		f.broken()
		return 0, io.ErrClosedPipe
	}
	f.out = append(f.out, p...)
	if f.stuck {
		f.backlog += len(p)
	}
	return len(p), nil
}

func (f *fakeConn) OutboundBuffered() int { return f.backlog }
func (f *fakeConn) InboundBuffered() int  { return len(f.in) }
func (f *fakeConn) Fd() int               { return -1 }
func (f *fakeConn) RemoteAddr() net.Addr  { return &net.TCPAddr{} }

// read makes a stuck peer take all that was sent to it.
func (f *fakeConn) read() { f.stuck, f.backlog = false, 0 }

// newTestLoop returns a loop of an edge that has no engine: turns are taken by hand.
func newTestLoop(t testing.TB, change ...func(*Config)) *loop {
	t.Helper()
	cfg := DefaultConfig()
	cfg.Fanout.Duty = 1
	for _, f := range change {
		f(&cfg)
	}
	counts := ledger.New()
	e := New(cfg, Deps{
		Log: slog.New(slog.DiscardHandler), Metrics: metrics.NewSet(),
		Ledger: counts, Account: limit.NewAccount(limit.DefaultAccountRates, counts.Account()),
	})
	config := store.Room{MaximumMessageLength: 500, MaximumMessageRatePerSecond: 100}
	e.configOf = func(string) (*store.Room, bool) { return &config, true }
	e.leaveBus = func(string) {}
	e.publishBus = func(bus.Envelope) error { return nil }
	return newTestLoopOf(e)
}

func newTestLoopOf(e *Edge) *loop {
	l := newLoop(e)
	virtual := l.now
	l.clock = func() int64 { virtual += int64(time.Microsecond); return virtual }
	l.hangUp = func(c *conn) { l.closed(c, nil) }
	l.mailbox.wake = func() error { return nil }
	e.list = append(e.list, l)
	return l
}

// testRoom returns a room with the most generous limits there are, and nobody in it.
func testRoom(l *loop) *room { return namedRoom(l, "g1H2I3j4k5L6") }

func namedRoom(l *loop, id string) *room {
	return l.edge.directory.acquire(id)
}

// enter makes a member of r of a connection that has just been accepted.
func enter(l *loop, r *room, user string) (*conn, *fakeConn) {
	f := &fakeConn{}
	c := l.add(f)
	l.edge.sockets.Add(1)
	l.edge.deps.Ledger.Enter(1 << 30)
	c.counted, c.opened, c.state = true, true, stateOpen
	c.userID, c.session = user, 1<<62
	c.sender, _ = chat.EncodeSender(user, nil)
	l.edge.directory.acquire(r.id)
	l.join(c, r)
	c.member.caps = ^chat.Capabilities(0)
	l.wheel.set(l, c)
	return c, f
}

// settleAll takes turns until nothing is left to do.
func settleAll(t *testing.T, l *loop) {
	t.Helper()
	for range 10_000 {
		l.turn()
		if len(l.walks) == 0 && len(l.paused) == 0 && len(l.mailbox.in) == 0 {
			return
		}
	}
	t.Fatal("the loop does not come to rest")
}

// check fails the test when the loop contradicts itself.
func check(t *testing.T, l *loop) {
	t.Helper()
	if _, _, errs := l.check(); len(errs) > 0 {
		t.Fatal(errs)
	}
}
