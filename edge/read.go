package edge

import (
	"github.com/gobwas/ws"
)

// receive takes what has arrived on a connection. With handshake.go it is the only reader.
func (l *loop) receive(c *conn) {
	c.seen, c.pings = l.second, 0
	switch c.state {
	case stateHead:
		l.readHead(c)
	case stateClaim:
		// It stays in the engine's buffer until the claim is decided. A client has no reason to send much by then.
		if c.tr.InboundBuffered() > l.edge.cfg.MaxHeadSize+l.edge.cfg.MaxMessageSize {
			l.refuse(c, refuseEarly, refuseEarly.text)
		}
	case stateOpen, stateClosing:
		l.readFrames(c)
	}
}

// readFrames reads all whole messages from what has arrived, in place. Nothing that points into the engine's buffer is
// kept: what is incomplete has been copied when the buffer is discarded.
func (l *loop) readFrames(c *conn) {
	b, err := c.tr.Peek(-1)
	if err != nil || len(b) == 0 {
		return
	}
	for rest := b; len(rest) > 0 && (c.state == stateOpen || c.state == stateClosing && c.opened); {
		m, n, ok, bad := c.reader.Read(rest, l.edge.cfg.MaxMessageSize)
		if bad != nil {
			l.violation(c, bad)
			break
		}
		rest = rest[n:]
		if ok && !l.message(c, m.Op, m.Payload) {
			break
		}
	}
	if c.state != stateDead {
		_, _, _, _ = c.reader.Read(nil, 0) // a message that was cut in two is done with: its memory goes back
		_, _ = c.tr.Discard(-1)            // all of it
	}
}

// message handles one message or control frame. It reports false when no more of the input is to be read.
func (l *loop) message(c *conn, op ws.OpCode, payload []byte) bool {
	if op == ws.OpClose {
		l.answerClose(c, payload)
		return false
	}
	if c.state != stateOpen {
		return true // between our close frame and the peer's, all else is ignored (RFC 6455 section 1.4)
	}
	if l.echo(c, op, payload) {
		return c.state != stateDead
	}
	if !c.flood.Take(l.now, floodRate) {
		l.close(c, ws.StatusPolicyViolation, "too many frames", reasonFlood)
		l.halfClose(c)
		return false
	}
	switch op {
	case ws.OpText, ws.OpBinary:
		l.request(c, op, payload)
	case ws.OpPing:
		l.pong(c, payload)
	case ws.OpPong:
	}
	return c.state != stateDead
}
