package edge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/throngchat/throng/internal/bus"
)

// say posts a frame whose text is text to a room.
func say(l *loop, r *room, text string) {
	_ = l.edge.fanOut(r, bus.Envelope{Kind: bus.Message, Room: r.id, Action: "SEND_MESSAGE", Payload: []byte(text)}, origin{}, noBus)
}

func noBus(bus.Envelope) error { return nil }

// heard returns the texts that a peer was sent.
func heard(f *fakeConn) []string {
	var texts []string
	for b := f.out; len(b) > 0; {
		n, size := int(b[1]), 2
		if n == 126 {
			n, size = int(b[2])<<8|int(b[3]), 4
		}
		texts = append(texts, string(b[size:size+n]))
		b = b[size+n:]
	}
	return texts
}

func TestEveryMemberGetsEveryFrameOnceAndInOrder(t *testing.T) {
	f := func(members, frames, slice int) {
		t.Helper()
		l := newTestLoop(t, func(c *Config) { c.Fanout.Slice = slice })
		r := testRoom(l)
		var peers []*fakeConn
		for i := range members {
			_, p := enter(l, r, fmt.Sprint("u", i))
			peers = append(peers, p)
		}
		var want []string
		for i := range frames {
			text := fmt.Sprint("m", i)
			want = append(want, text)
			say(l, r, text)
			l.turn() // one slice only: later frames meet a walk that is under way
		}
		settleAll(t, l)
		for i, p := range peers {
			if got := heard(p); strings.Join(got, " ") != strings.Join(want, " ") {
				t.Fatalf("%d members, %d frames, slices of %d: member %d got %v", members, frames, slice, i, got)
			}
		}
		if n := len(l.rooms[r].frames.queue); n != 0 {
			t.Fatalf("%d frames are kept after everybody had them", n)
		}
		check(t, l)
	}
	f(1, 1, 1)
	f(10, 3, 1)
	f(10, 3, 3)
	f(100, 7, 10)
	f(100, 7, 1000)
}

func TestFramesThatArriveDuringAWalkShareItsWrites(t *testing.T) {
	l := newTestLoop(t, func(c *Config) { c.Fanout.Slice = 1 })
	r := testRoom(l)
	var peers []*fakeConn
	for range 10 {
		_, p := enter(l, r, "u")
		peers = append(peers, p)
	}
	say(l, r, "first")
	l.turn()
	say(l, r, "second")
	settleAll(t, l)
	one := 0
	for _, p := range peers {
		if p.writes == 1 {
			one++
		}
	}
	if one != 9 {
		t.Fatalf("%d of 10 members got both frames in one write; all but the first visited should", one)
	}
}

func TestMembersMayLeaveDuringAWalk(t *testing.T) {
	l := newTestLoop(t, func(c *Config) { c.Fanout.Slice = 3 })
	r := testRoom(l)
	var conns []*conn
	var peers []*fakeConn
	for i := range 20 {
		c, p := enter(l, r, fmt.Sprint("u", i))
		conns, peers = append(conns, c), append(peers, p)
	}
	say(l, r, "hello")
	l.turn()
	gone := map[int]bool{0: true, 5: true, 18: true, 19: true}
	for i := range gone {
		l.closed(conns[i], nil)
	}
	_, latePeer := enter(l, r, "late")
	settleAll(t, l)
	for i, p := range peers {
		if n := len(heard(p)); !gone[i] && n != 1 {
			t.Errorf("member %d got the frame %d times", i, n)
		}
	}
	if n := len(heard(latePeer)); n != 0 {
		t.Errorf("a member who came later got %d frames", n)
	}
	check(t, l)
}

func TestAWriteThatFailsTakesOnlyItsOwnMemberAway(t *testing.T) {
	l := newTestLoop(t)
	r := testRoom(l)
	var peers []*fakeConn
	for i := range 9 {
		c, p := enter(l, r, fmt.Sprint("u", i))
		if i%3 == 0 {
			p.broken = func() { l.closed(c, nil) } // as the engine does, within the write
		}
		peers = append(peers, p)
	}
	say(l, r, "hello")
	settleAll(t, l)
	for i, p := range peers {
		if n := len(heard(p)); i%3 != 0 && n != 1 {
			t.Errorf("member %d got the frame %d times", i, n)
		}
	}
	if n := len(l.rooms[r].members); n != 6 {
		t.Errorf("%d members are left", n)
	}
	check(t, l)
}

func TestALaggardKeepsAPlaceAndCatchesUpInOneWrite(t *testing.T) {
	l := newTestLoop(t)
	r := testRoom(l)
	_, slow := enter(l, r, "slow")
	_, quick := enter(l, r, "quick")
	slow.stuck = true
	for i := range 5 {
		say(l, r, fmt.Sprint("m", i))
		settleAll(t, l)
	}
	if slow.writes != 1 {
		t.Fatalf("a peer that takes nothing was written to %d times", slow.writes)
	}
	if n := len(heard(quick)); n != 5 {
		t.Fatalf("the member beside it got %d of 5 frames", n)
	}
	slow.read()
	settleAll(t, l)
	if got := heard(slow); len(got) != 5 || got[4] != "m4" {
		t.Fatalf("it caught up with %v", got)
	}
	if slow.writes != 2 {
		t.Fatalf("catching up took %d writes", slow.writes-1)
	}
	check(t, l)
}

func TestALaggardThatIsPassedBySkipsAheadAndIsCounted(t *testing.T) {
	l := newTestLoop(t, func(c *Config) { c.Fanout.HistoryBytes = 40 })
	r := testRoom(l)
	_, slow := enter(l, r, "slow")
	_, quick := enter(l, r, "quick")
	slow.stuck = true
	for i := range 100 {
		say(l, r, fmt.Sprintf("m%02d", i))
		settleAll(t, l)
	}
	if n := l.rooms[r].frames.bytes; n > 40 {
		t.Fatalf("the room keeps %d bytes", n)
	}
	slow.read()
	settleAll(t, l)
	got := heard(slow)
	if len(got) >= 100 || got[len(got)-1] != "m99" {
		t.Fatalf("it caught up with %v", got)
	}
	if n := len(heard(quick)); n != 100 {
		t.Fatalf("the member beside it got %d of 100 frames", n)
	}
	if n := l.edge.stats.skipped.Get(); n != uint64(100-len(got)) {
		t.Fatalf("%d deliveries are counted as skipped, %d are missing", n, 100-len(got))
	}
	check(t, l)
}

func TestALaggardIsDroppedAfterTheStallTimeout(t *testing.T) {
	l := newTestLoop(t)
	r := testRoom(l)
	c, slow := enter(l, r, "slow")
	enter(l, r, "quick")
	slow.stuck = true
	say(l, r, "one")
	settleAll(t, l)
	say(l, r, "two")
	settleAll(t, l)
	limit := seconds(int64(l.edge.cfg.StallTimeout))
	l.second = l.lagging[0].stalled + limit
	l.retryLagging()
	l.settle()
	if c.state == stateDead {
		t.Fatal("dropped before its time")
	}
	l.second++
	l.retryLagging()
	l.settle()
	if c.state != stateDead || c.reason != reasonStalled {
		t.Fatalf("state %d, reason %s", c.state, c.reason)
	}
	check(t, l)
}

func TestASlowReaderIsNotAStalledOne(t *testing.T) {
	l := newTestLoop(t)
	r := testRoom(l)
	c, slow := enter(l, r, "slow")
	slow.stuck = true
	say(l, r, strings.Repeat("x", 100))
	settleAll(t, l)
	say(l, r, "two")
	settleAll(t, l)
	limit := seconds(int64(l.edge.cfg.StallTimeout))
	for slow.backlog > 1 {
		slow.backlog-- // a byte in the time that it has
		l.second += limit
		l.retryLagging()
		l.settle()
		if c.state != stateOpen {
			t.Fatalf("dropped with %d bytes to go: %s", slow.backlog, c.reason)
		}
	}
	slow.read()
	l.retryLagging()
	if got := heard(slow); len(got) != 2 {
		t.Fatalf("got %d of 2 frames", len(got))
	}
}

func TestAKickSendsTheEventToAllThenClosesTheUser(t *testing.T) {
	l := newTestLoop(t)
	r := testRoom(l)
	_, other := enter(l, r, "other")
	var victims []*fakeConn
	for range 3 {
		_, p := enter(l, r, "victim")
		victims = append(victims, p)
	}
	say(l, r, "before")
	event := bus.Envelope{Kind: bus.Disconnect, Room: r.id, UserID: "victim", Reason: "be nice", Payload: []byte("event")}
	_ = l.edge.fanOut(r, event, origin{}, noBus)
	settleAll(t, l)
	for _, p := range victims {
		if got := heard(p); len(got) != 3 || got[0] != "before" || got[1] != "event" || got[2] != "\x03\xe8be nice" {
			t.Fatalf("a victim got %q", got)
		}
	}
	if got := heard(other); len(got) != 2 || got[1] != "event" {
		t.Fatalf("another member got %q", got)
	}
	if n := len(l.rooms[r].members); n != 1 {
		t.Fatalf("%d members are left", n)
	}
	check(t, l)
}

func TestASmallRoomDoesNotWaitForAHugeOne(t *testing.T) {
	l := newTestLoop(t, func(c *Config) { c.Fanout.Slice = 10 })
	huge := testRoom(l)
	small := namedRoom(l, "s1m2a3l4l5R6")
	for range 1000 {
		enter(l, huge, "u")
	}
	_, f := enter(l, small, "u")
	say(l, huge, "big news")
	l.turn()
	say(l, small, "hi")
	l.turn()
	if n := len(heard(f)); n != 1 {
		t.Fatal("a room of one waited for a room of a thousand")
	}
	if len(l.walks) != 1 {
		t.Fatal("the huge room was done already: the test shows nothing")
	}
}

func TestASenderIsNotLeftWaitingForAnEchoThatIsGone(t *testing.T) {
	f := func(closeLaggards, own bool, want reason) {
		t.Helper()
		l := newTestLoop(t, func(c *Config) { c.Fanout.HistoryBytes, c.CloseLaggards = 40, closeLaggards })
		r := testRoom(l)
		c, slow := enter(l, r, "slow")
		enter(l, r, "quick")
		slow.stuck = true
		say(l, r, "first")
		settleAll(t, l)
		envelope := bus.Envelope{Kind: bus.Message, Room: r.id, Action: "SEND_MESSAGE", Payload: []byte("its own")}
		var from origin
		if own {
			from = origin{c.loop, c.id()}
		}
		_ = l.edge.fanOut(r, envelope, from, noBus)
		for i := range 20 {
			say(l, r, fmt.Sprintf("m%02d", i))
			settleAll(t, l)
		}
		slow.read()
		settleAll(t, l)
		if c.reason != want || (c.state == stateDead) != (want != reasonNone) {
			t.Errorf("close laggards %t, own message lost %t: state %d, reason %s", closeLaggards, own, c.state, c.reason)
		}
		check(t, l)
	}
	f(false, false, reasonNone)
	f(false, true, reasonPassedBy)
	f(true, false, reasonPassedBy)
}

func TestAnEchoThatArrivedMayBePassedByLater(t *testing.T) {
	l := newTestLoop(t, func(c *Config) { c.Fanout.HistoryBytes = 40 })
	r := testRoom(l)
	c, slow := enter(l, r, "slow")
	envelope := bus.Envelope{Kind: bus.Message, Room: r.id, Action: "SEND_MESSAGE", Payload: []byte("its own")}
	_ = l.edge.fanOut(r, envelope, origin{c.loop, c.id()}, noBus)
	settleAll(t, l)
	slow.stuck = true
	for i := range 20 {
		say(l, r, fmt.Sprintf("m%02d", i))
		settleAll(t, l)
	}
	slow.read()
	settleAll(t, l)
	if c.state != stateOpen {
		t.Fatalf("dropped for an echo that it had: %s", c.reason)
	}
}
