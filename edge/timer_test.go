package edge

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// pass lets a number of seconds go by, turn by turn as the engine's ticks would.
func pass(l *loop, n uint32) {
	for range n {
		l.second++
		l.now += int64(time.Second)
		l.wheel.advance(l)
		l.settle()
	}
}

func TestASilentConnectionIsPingedThenGivenUp(t *testing.T) {
	l := newTestLoop(t, func(c *Config) { c.PingInterval = 30 * time.Second })
	c, peer := enter(l, testRoom(l), "u")
	pass(l, 29)
	if peer.writes != 0 {
		t.Fatal("pinged too early")
	}
	pass(l, 1)
	if peer.writes != 1 || peer.out[0] != 0x80|byte(ws.OpPing) {
		t.Fatalf("%d writes after 30 s", peer.writes)
	}
	pass(l, 30)
	if peer.writes != 2 {
		t.Fatalf("%d writes after 60 s", peer.writes)
	}
	pass(l, 29)
	if c.state != stateOpen {
		t.Fatal("given up too early")
	}
	pass(l, 1)
	if c.state != stateDead || c.reason != reasonPong {
		t.Fatalf("state %d, reason %s", c.state, c.reason)
	}
}

func TestASignOfLifePutsThePingOff(t *testing.T) {
	l := newTestLoop(t, func(c *Config) { c.PingInterval = 30 * time.Second })
	c, peer := enter(l, testRoom(l), "u")
	for range 10 {
		pass(l, 20)
		peer.in = []byte{0x8a, 0x80, 0, 0, 0, 0} // an empty pong
		l.receive(c)
	}
	if peer.writes != 0 {
		t.Fatalf("%d pings to a connection that was never silent for 30 s", peer.writes)
	}
	pass(l, 30)
	if peer.writes != 1 {
		t.Fatal("no ping after 30 s of silence")
	}
	check(t, l)
}

func TestALatePongBehindOurOwnBacklogCostsNothing(t *testing.T) {
	l := newTestLoop(t)
	c, peer := enter(l, testRoom(l), "u")
	peer.backlog = 1000
	pass(l, 10*seconds(int64(l.edge.cfg.PingInterval)))
	if c.state != stateOpen {
		t.Fatalf("closed: %s", c.reason)
	}
}

func TestASessionOfAnyLengthEndsOnTime(t *testing.T) {
	f := func(session uint32) {
		t.Helper()
		l := newTestLoop(t)
		c, peer := enter(l, testRoom(l), "u")
		c.session = l.now + int64(session)*int64(time.Second)
		l.wheel.unset(l, c)
		l.wheel.set(l, c)
		for range session - 1 {
			pass(l, 1)
			c.seen, c.pings = l.second, 0 // as whatever it sends does
		}
		if c.state != stateOpen {
			t.Fatalf("%d s: ended early by %s", session, c.reason)
		}
		peer.out = nil // pings
		pass(l, 2)
		if c.state != stateClosing || c.reason != reasonSession {
			t.Fatalf("%d s: state %d, reason %s", session, c.state, c.reason)
		}
		if peer.out[0] != 0x80|byte(ws.OpText) {
			t.Fatalf("%d s: the first frame is no text", session)
		}
		pass(l, seconds(int64(l.edge.cfg.CloseTimeout))+2)
		if c.state != stateDead {
			t.Fatalf("%d s: a peer that does not answer the close is kept", session)
		}
	}
	f(1)
	f(60)
	f(wheelSize - 1)
	f(wheelSize)
	f(3 * 3600)
}

func TestAHandshakeThatTakesTooLongIsRefused(t *testing.T) {
	l := newTestLoop(t, func(c *Config) { c.HandshakeTimeout = 10 * time.Second })
	peer := &fakeConn{in: []byte("GET / HTTP/1.1\r\n")}
	c := l.add(peer)
	c.deadline = l.second + 11
	l.wheel.set(l, c)
	l.receive(c)
	pass(l, 10)
	if peer.writes != 0 {
		t.Fatal("refused too early")
	}
	pass(l, 1)
	if got := string(peer.out[:12]); got != "HTTP/1.1 408" {
		t.Fatalf("got %q", got)
	}
	pass(l, 10)
	if c.state != stateDead || l.edge.stats.refusals[reasonHeadTime].Get() != 1 {
		t.Fatalf("state %d, reason %s", c.state, c.reason)
	}
}

func TestAConnectionIsInTheWheelOnce(t *testing.T) {
	l := newTestLoop(t)
	r := testRoom(l)
	enter(l, r, "before")
	c, _ := enter(l, r, "u")
	enter(l, r, "after")
	for range 100 { // deadlines that come closer and go
		c.session = l.now + int64(50*time.Second)
		l.wheel.set(l, c)
		c.session = 1 << 62
		pass(l, 1)
		c.seen, c.pings = l.second, 0
		check(t, l)
	}
}

// TestTheWheelAgainstAList has connections come, go and change their deadlines in every order, beside a plain list of
// when each is to be looked at.
func TestTheWheelAgainstAList(t *testing.T) {
	l := newTestLoop(t)
	r := testRoom(l)
	random := rand.New(rand.NewPCG(1, 2))
	due := map[*conn]uint32{}
	var all []*conn
	for range 3000 {
		switch random.IntN(5) {
		case 0, 1:
			c, _ := enter(l, r, "u")
			all = append(all, c)
		case 2:
			if len(all) > 0 {
				c := all[random.IntN(len(all))]
				c.seen, c.pings = l.second, 0
				c.session = l.now + int64(random.IntN(20)+1)*int64(time.Second)
				l.wheel.set(l, c)
				due[c] = min(c.nextLook(l), l.wheel.last+wheelSize-1)
			}
		case 3:
			if len(all) > 0 {
				k := random.IntN(len(all))
				c := all[k]
				all = slices.Delete(all, k, k+1)
				delete(due, c)
				l.drop(c, reasonReset)
				l.settle()
			}
		default:
			pass(l, 1)
			for c, at := range due {
				if at <= l.second && c.state == stateOpen {
					t.Fatalf("second %d: a session that ended in %d goes on", l.second, at)
				}
			}
			all = slices.DeleteFunc(all, func(c *conn) bool { return c.state != stateOpen })
			for c := range due {
				if c.state != stateOpen {
					delete(due, c)
				}
			}
		}
		check(t, l)
	}
}

// TestPingsOfAStormAreSpread has connections come in one second and looks when they are pinged.
func TestPingsOfAStormAreSpread(t *testing.T) {
	const connections, interval = 1000, 40
	l := newTestLoop(t, func(c *Config) { c.PingInterval = interval * time.Second })
	r := testRoom(l)
	var peers []*fakeConn
	for range connections {
		_, peer := enter(l, r, "u")
		peers = append(peers, peer)
	}
	for second := 1; second <= interval; second++ {
		pass(l, 1)
		pinged := 0
		for _, peer := range peers {
			pinged += peer.writes
			peer.writes = 0
		}
		switch share := connections / (interval/4 + 1); {
		case second < interval-interval/4 && pinged > 0:
			t.Fatalf("%d pings after %d s", pinged, second)
		case second >= interval-interval/4 && (pinged < share*8/10 || pinged > share*12/10):
			t.Fatalf("%d pings after %d s, want about %d", pinged, second, share)
		}
	}
}
