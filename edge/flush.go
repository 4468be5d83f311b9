package edge

import (
	"github.com/gobwas/ws"

	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/jsonx"
	"github.com/throngchat/throng/internal/wsproto"
)

// maxDirect bounds what may wait for a connection in the engine's buffer besides the frames of its room, in bytes:
// answers to what it sent itself. A peer that asks and does not read is dropped beyond.
const maxDirect = 64 << 10

// write gives bytes to a connection by way of the engine, which keeps what the kernel does not take. This is the only
// call of the engine's write, and the connection may be dead when it returns: then, closed has been called.
func (l *loop) write(c *conn, b []byte) {
	_, _ = c.tr.Write(b) // an error has closed the connection, which closed has noted
	if c.state == stateOpen && c.tr.OutboundBuffered() > 0 {
		l.lag(c)
	}
}

// push gives frames to a member, of whom nothing waits in the engine's buffer: straight to the kernel, and by way of the
// engine only what that does not take. It returns the member's entry, or nil when the connection is gone.
func (l *loop) push(lr *loopRoom, m *member, b []byte) *member {
	n := 0
	if m.fd >= 0 && !m.lagging {
		n = sendNow(m.fd, b)
	}
	if n == len(b) {
		return m
	}
	c := m.conn
	l.write(c, b[n:])
	if c.member.room != lr {
		return nil
	}
	return c.entry()
}

// send gives bytes to one connection alone, whatever waits for it already. It reports false when the connection does
// not take them, and is dead or to be dropped.
func (l *loop) send(c *conn, b []byte) bool {
	if c.state == stateDead || c.tr.OutboundBuffered()+len(b) > maxDirect {
		return false
	}
	l.write(c, b)
	return c.state != stateDead
}

// catchUp gives a member the frames that it has not had, in one write, or as many as one write may hold. It returns the
// member's entry, or nil when the connection is gone or about to be.
func (l *loop) catchUp(lr *loopRoom, m *member) *member {
	if m.next < lr.frames.base && !l.skip(m) {
		return nil
	}
	b := l.batch.of(lr, m.next)
	m.next = b.to
	l.tally.add(b)
	return l.push(lr, m, b.bytes)
}

// skip takes a member that the frames have passed by to the oldest that is kept, or drops it: when the setting says so,
// and always when the answer to a request of its own is among the lost, for its SDK would wait for that for ever. A
// dropped client of the chat SDK connects again and tells its application that the request failed.
func (l *loop) skip(m *member) bool {
	c := m.conn
	base := c.member.room.frames.base
	if l.edge.cfg.CloseLaggards || c.member.echo > m.next && c.member.echo <= base {
		l.drop(c, reasonPassedBy)
		return false
	}
	l.tally.skipped += base - m.next
	m.next = base
	return true
}

// laggard is a member that could not take everything.
type laggard struct {
	conn    *conn
	stalled uint32 // second since which it has taken nothing
	waiting uint32 // bytes that waited for it when the loop last looked
}

// lag puts a member on the list of those that are looked at with every tick, and passed over by walks.
func (l *loop) lag(c *conn) {
	if c.member.lagging {
		return
	}
	c.member.lagging = true
	c.entry().lagging = true
	l.lagging = append(l.lagging, laggard{conn: c, stalled: l.second, waiting: uint32(c.tr.OutboundBuffered())})
	l.edge.stats.lagging.Inc()
}

// retryLagging lets laggards that have taken everything catch up, and drops those that have taken nothing for too long.
func (l *loop) retryLagging() {
	kept := l.lagging[:0]
	for _, g := range l.lagging {
		if l.retry(&g) {
			kept = append(kept, g)
			continue
		}
		l.edge.stats.lagging.Dec()
		c := g.conn
		if lr := c.member.room; lr != nil {
			c.member.lagging = false
			c.entry().lagging = false
			l.startWalk(lr)
		}
	}
	clear(l.lagging[len(kept):])
	l.lagging = kept
}

// retry looks at one laggard and reports whether it still is one.
func (l *loop) retry(g *laggard) bool {
	c := g.conn
	if c.state != stateOpen || c.reason != reasonNone {
		return false
	}
	waiting := uint32(c.tr.OutboundBuffered())
	if waiting == 0 {
		lr := c.member.room
		for m := c.entry(); m != nil && m.next != lr.frames.head && c.tr.OutboundBuffered() == 0; {
			m = l.catchUp(lr, m)
		}
		if c.state != stateOpen || c.reason != reasonNone {
			return false
		}
		waiting = uint32(c.tr.OutboundBuffered())
		g.waiting, g.stalled = waiting, l.second
		return waiting > 0
	}
	switch {
	case waiting < g.waiting: // slow, but it reads
		g.waiting, g.stalled = waiting, l.second
	case l.second-g.stalled > seconds(int64(l.edge.cfg.StallTimeout)):
		l.drop(c, reasonStalled)
		return false
	}
	return true
}

// reply sends an ERROR frame to one connection.
func (l *loop) reply(c *conn, requestID string, err *chat.Error) {
	l.edge.stats.countError(err.Code)
	payload, bad := jsonx.Marshal(chat.NewError(chat.NewID(), requestID, err))
	if bad != nil {
		l.edge.log.Error("an error cannot be encoded", "error", bad)
		return
	}
	l.scratch = wsproto.AppendFrame(l.scratch[:0], ws.OpText, payload)
	if !l.send(c, l.scratch) {
		l.drop(c, reasonStalled)
	}
}

// pong answers a ping. A peer that does not read gets none: the latest of many would do, and it has not read the first
// (RFC 6455 section 5.5.3).
func (l *loop) pong(c *conn, payload []byte) {
	if c.tr.OutboundBuffered() > 0 {
		return
	}
	l.scratch = wsproto.AppendFrame(l.scratch[:0], ws.OpPong, payload)
	l.send(c, l.scratch)
}

var pingFrame = wsproto.AppendFrame(nil, ws.OpPing, nil)

// errorJSON is an error as the reason of a close frame.
func errorJSON(err *chat.Error) string {
	b, _ := jsonx.Marshal(err) // a struct of an int and a string: never fails
	return string(b)
}
