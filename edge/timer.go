package edge

import (
	"github.com/throngchat/throng/internal/chat"
)

// wheelSize is how many seconds the wheel spans, a power of two. A deadline further away is looked at again when the
// wheel has turned once.
const wheelSize = 128

// wheel is the timer of all connections of a loop, one second a slot. A connection is in it once, at the second in which
// it has to be looked at next; whether it still has to be is found out then. So reading from a connection only notes
// the second, and moves nothing.
type wheel struct {
	slots [wheelSize][]connID
	last  uint32 // the second that was looked at last
	spare []connID
}

func (w *wheel) reset(now uint32) { w.last = now }

// set has the connection looked at when its next deadline may be over. A deadline that comes closer leaves the old entry
// where it is; armed tells which of the two counts.
func (w *wheel) set(l *loop, c *conn) {
	at := min(max(c.nextLook(l), w.last+1), w.last+wheelSize-1)
	if c.armed != 0 && c.armed <= at {
		return // it will be looked at earlier, and then set anew
	}
	c.armed = at
	slot := &w.slots[at%wheelSize]
	*slot = append(*slot, c.id())
}

// advance looks at the connections of all seconds that have passed.
func (w *wheel) advance(l *loop) {
	for w.last < l.second {
		w.last++
		slot := &w.slots[w.last%wheelSize]
		due := *slot
		*slot, w.spare = w.spare[:0], nil
		for _, id := range due {
			c := l.find(id)
			if c == nil || c.armed != w.last { // gone, or looked at at another time since
				continue
			}
			c.armed = 0
			if l.look(c); c.state != stateDead {
				w.set(l, c)
			}
		}
		w.spare = due
	}
}

// nextLook returns the second in which the connection's next deadline is over.
func (c *conn) nextLook(l *loop) uint32 {
	if c.state != stateOpen {
		return c.deadline
	}
	interval := seconds(int64(l.edge.cfg.PingInterval))
	return min(c.seen+interval*uint32(c.pings+1), seconds(c.session)+1)
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
