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

// write gives bytes to a connection. This is the only call of the engine's write, and the connection may be dead when
// it returns: then, closed has been called.
func (l *loop) write(c *conn, b []byte) {
	_, _ = c.tr.Write(b) // an error has closed the connection, which closed has noted
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

// catchUp gives a member the frames that it has not had, in one write. A member that has not taken what it was given
// before becomes a laggard instead: it keeps its place and gets no copy.
func (l *loop) catchUp(c *conn) {
	if c.tr.OutboundBuffered() > 0 {
		l.lag(c)
		return
	}
	l.catchUpAnyway(c)
}

// catchUpAnyway writes even if the engine has to keep the bytes.
func (l *loop) catchUpAnyway(c *conn) {
	lr := c.member.room
	if c.member.next < lr.frames.base && !l.skip(c) {
		return
	}
	b := l.batch.of(lr, c.member.next)
	c.member.next = b.to
	l.tally.add(b)
	l.write(c, b.bytes)
}

// skip takes a member that the frames have passed by to the oldest that is kept, or drops it: when the setting says so,
// and always when the answer to a request of its own is among the lost, for its SDK would wait for that for ever. A
// dropped client of the chat SDK connects again and tells its application that the request failed.
func (l *loop) skip(c *conn) bool {
	m := &c.member
	base := m.room.frames.base
	if l.edge.cfg.CloseLaggards || m.echo > m.next && m.echo <= base {
		l.drop(c, reasonPassedBy)
		return false
	}
	l.tally.skipped += base - m.next
	m.next = base
	return true
}

// lag puts a member on the list of those that are looked at again with every tick, and no more with every walk.
func (l *loop) lag(c *conn) {
	if c.lagging {
		return
	}
	c.lagging, c.stalled, c.waiting = true, l.second, uint32(c.tr.OutboundBuffered())
	l.lagging = append(l.lagging, c)
	l.edge.stats.lagging.Inc()
}

// retryLagging lets laggards that have taken everything catch up, and drops those that have taken nothing for too long.
func (l *loop) retryLagging() {
	kept := l.lagging[:0]
	for _, c := range l.lagging {
		lr := c.member.room
		waiting := uint32(0)
		if c.state != stateDead {
			waiting = uint32(c.tr.OutboundBuffered())
		}
		switch {
		case c.state != stateOpen || lr == nil:
			c.lagging = false
		case waiting == 0:
			for lr == c.member.room && c.member.next != lr.frames.head && c.tr.OutboundBuffered() == 0 && c.reason == reasonNone {
				l.catchUpAnyway(c)
			}
			c.lagging = false
		case waiting < c.waiting: // slow, but it reads
			c.waiting, c.stalled = waiting, l.second
		case l.second-c.stalled > seconds(int64(l.edge.cfg.StallTimeout)):
			c.lagging = false
			l.drop(c, reasonStalled)
		}
		if c.lagging {
			kept = append(kept, c)
		} else {
			l.edge.stats.lagging.Dec()
			if c.member.room != nil && c.member.next != c.member.room.frames.head {
				l.startWalk(c.member.room)
			}
		}
	}
	clear(l.lagging[len(kept):])
	l.lagging = kept
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
