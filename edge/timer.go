package edge

import (
	"github.com/throngchat/throng/internal/chat"
)

// wheelSize is how many seconds the wheel spans, a power of two. A deadline further away is looked at again when the
// wheel has turned once.
const wheelSize = 128

// wheel is the timer of all connections of a loop, one second a slot. A connection is in it once, at the second in which
// it has to be looked at next; whether it still has to be is found out then. So reading from a connection only notes
// the second, and moves nothing. The connections of a slot are a ring that goes through themselves: a place in the wheel
// costs them eight bytes, and the wheel has no memory of its own that could grow.
type wheel struct {
	slots [wheelSize]link
	last  uint32 // the second that was looked at last
}

// link names a connection of the loop by one more than its slot; 0 is nobody.
type link uint32

func (w *wheel) reset(now uint32) { w.last = now }

// set has the connection looked at when its next deadline may be over. One that is dead has no place in the wheel.
func (w *wheel) set(l *loop, c *conn) {
	if c.state == stateDead {
		return
	}
	at := min(max(c.nextLook(l), w.last+1), w.last+wheelSize-1)
	if c.armed != 0 && c.armed <= at {
		return // it will be looked at earlier, and then set anew
	}
	w.unset(l, c)
	c.armed = at
	first := &w.slots[at%wheelSize]
	self := link(c.slot + 1)
	c.earlier, c.later = self, self
	if *first != 0 {
		head := l.conns[*first-1]
		c.earlier, c.later = head.earlier, *first
		l.conns[head.earlier-1].later = self
		head.earlier = self
		return
	}
	*first = self
}

// unset takes a connection out of the wheel, if it is there.
func (w *wheel) unset(l *loop, c *conn) {
	if c.armed == 0 {
		return
	}
	first := &w.slots[c.armed%wheelSize]
	self := link(c.slot + 1)
	if *first == self {
		*first = c.later
	}
	if *first == self { // it was alone
		*first = 0
	} else {
		l.conns[c.earlier-1].later = c.later
		l.conns[c.later-1].earlier = c.earlier
	}
	c.armed = 0
}

// advance looks at the connections of all seconds that have passed. What it sets anew comes into another slot.
func (w *wheel) advance(l *loop) {
	for w.last < l.second {
		w.last++
		first := &w.slots[w.last%wheelSize]
		for *first != 0 {
			c := l.conns[*first-1]
			w.unset(l, c)
			l.look(c)
			w.set(l, c)
		}
	}
}

// count returns how many connections are in the wheel.
func (w *wheel) count(l *loop) int {
	n := 0
	for _, first := range w.slots {
		for at := first; at != 0; {
			n++
			if at = l.conns[at-1].later; at == first {
				break
			}
		}
	}
	return n
}

// nextLook returns the second in which the connection's next deadline is over.
func (c *conn) nextLook(l *loop) uint32 {
	if c.state != stateOpen {
		return c.deadline
	}
	return min(c.seen+c.pingInterval(l)*uint32(c.pings+1), seconds(c.session)+1)
}

// pingInterval is the setting, or up to a quarter less: connections that came at one moment, as they do in a storm, would
// be pinged at one moment for ever. How much less is up to the slot, by Fibonacci hashing.
func (c *conn) pingInterval(l *loop) uint32 {
	const golden = 2654435769 // 2^32 divided by the golden ratio
	interval := seconds(int64(l.edge.cfg.PingInterval))
	return interval - c.slot*golden>>16%(interval/4+1)
}

// maxPings is how many pings may go unanswered before a connection is given up.
const maxPings = 2

// look applies a connection's deadlines.
func (l *loop) look(c *conn) {
	switch c.state {
	case stateHead, stateClaim:
		if l.second >= c.deadline {
			l.refuse(c, refuseSlow, refuseSlow.text)
		}
	case stateOpen:
		switch {
		case l.now >= c.session:
			l.closeWith(c, chat.ErrSessionExpired, reasonSession)
		case l.second >= c.nextLook(l):
			l.ping(c)
		}
	case stateClosing:
		if l.second >= c.deadline {
			l.drop(c, reasonCloseTime)
		}
	case stateDead:
	}
}

// ping asks a silent connection for a sign of life, or gives it up. One that is behind in reading is left to the stall
// timeout: its pong may be waiting behind what we sent it.
func (l *loop) ping(c *conn) {
	switch {
	case c.tr.OutboundBuffered() > 0:
		c.seen, c.pings = l.second, 0
	case c.pings >= maxPings:
		l.drop(c, reasonPong)
	default:
		c.pings++
		l.write(c, pingFrame)
	}
}
