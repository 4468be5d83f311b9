//go:build !race

package edge

import (
	"fmt"
	"testing"

	"github.com/throngchat/throng/internal/limit"
)

// nullConn takes everything and keeps nothing.
type nullConn struct{ fakeConn }

func (*nullConn) Write(p []byte) (int, error) { return len(p), nil }

func crowd(l *loop, r *room, members int) {
	for i := range members {
		c, _ := enter(l, r, fmt.Sprint("u", i))
		c.tr = &nullConn{}
	}
}

func TestFanOutOfAFrameAllocatesNothing(t *testing.T) {
	for _, frames := range []int{1, 3} {
		l := newTestLoop(t)
		r := testRoom(l)
		crowd(l, r, 1000)
		lr := l.rooms[r]
		frame := []byte("\x81\x05hello")
		round := func() {
			for range frames {
				l.mailbox.post(mail{delivery: delivery{room: lr, frame: frame}})
			}
			lr.walk.resume = 0 // no pause: the test's turns are not driven by an alarm
			l.turn()
			l.turn()
		}
		round() // queues and batches grow to their size
		round()
		if n := testing.AllocsPerRun(100, round); n != 0 {
			t.Errorf("%d frames to 1,000 members: %v allocations", frames, n)
		}
		if got := l.edge.stats.delivered.Get(); got < 100*uint64(frames)*1000 {
			t.Errorf("%d deliveries: the frames did not go out", got)
		}
	}
}

func TestAnIdleTurnAllocatesNothing(t *testing.T) {
	l := newTestLoop(t)
	crowd(l, testRoom(l), 1000)
	if n := testing.AllocsPerRun(100, l.turn); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestAPingAndItsPongAllocateNothing(t *testing.T) {
	l := newTestLoop(t)
	c, _ := enter(l, testRoom(l), "u")
	peer := &nullConn{}
	c.tr = peer
	ping := []byte{0x89, 0x84, 1, 2, 3, 4, 'a', 'b', 'c', 'd'}
	buf := make([]byte, len(ping))
	n := testing.AllocsPerRun(100, func() {
		copy(buf, ping) // unmasking changes what is read
		peer.in = buf
		c.flood = limit.Bucket{}
		l.receive(c)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkFanOut(b *testing.B) {
	for _, members := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprintf("members=%d", members), func(b *testing.B) {
			l := newTestLoop(b, func(c *Config) { c.Fanout.Slice = 1 << 20 })
			r := testRoom(l)
			crowd(l, r, members)
			lr := l.rooms[r]
			frame := make([]byte, 300)
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				l.mailbox.post(mail{delivery: delivery{room: lr, frame: frame}})
				lr.walk.resume = 0
				l.turn()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*members), "ns/delivery")
		})
	}
}

func BenchmarkRequest(b *testing.B) {
	l := newTestLoop(b)
	r := testRoom(l)
	c, _ := enter(l, r, "u")
	c.tr = &nullConn{}
	message := []byte(`{"Action":"SEND_MESSAGE","RequestId":"497fcb2e-6a4e-4e0c-8b8f-2a3a6a1f4c5d","Content":"hello there"}`)
	l.edge.deps.Account = limit.NewAccount(limit.AccountRates{SendMessage: 1e9, DeleteMessage: 1, DisconnectUser: 1}, new(limit.AccountBuckets))
	b.ReportAllocs()
	for range b.N {
		c.bucket = limit.Bucket{}
		r.bucket = limit.Shared{}
		l.request(c, 1, message)
		l.turn()
	}
}
