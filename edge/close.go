package edge

import (
	"github.com/gobwas/ws"
	"golang.org/x/sys/unix"

	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/wsproto"
)

// reason is why a connection ended or a handshake was refused. It is a label of a metric and a word in the log, so its
// text does not change.
type reason uint8

const (
	reasonNone reason = iota
	// Ordinary ends: they are counted, not logged.
	reasonPeerClosed   // a close frame, answered
	reasonPeerGone     // the peer closed its socket without one
	reasonSession      // the session ended
	reasonDisconnected // a moderator disconnected the user
	reasonDrain        // the node is going away
	// Ends that somebody may want to know more about: each has a line in the log.
	reasonReset       // the network or the peer reset the connection
	reasonProtocol    // the peer broke the WebSocket protocol
	reasonFlood       // far more frames than any limit allows
	reasonPong        // two pings without a sign of life
	reasonStalled     // the peer did not take what was sent to it
	reasonPassedBy    // the peer took it so slowly that frames it must not miss are gone
	reasonCloseTime   // the closing handshake took too long
	reasonPanic       // a defect of throng
	reasonHeadTime    // refusals, from here on: the request head took too long
	reasonHead        // the request opens no WebSocket connection
	reasonToken       // the token is missing, malformed, forged or expired
	reasonTokenUsed   // the token was used before
	reasonRoom        // the room does not exist
	reasonQuota       // the connection quota is used up
	reasonAddress     // the client's address has as many sockets as it may
	reasonFiles       // the limit on open files leaves no room
	reasonHandshakes  // too many handshakes are under way
	reasonUnavailable // the token's claim could not be decided
	reasonEarly       // more input before the handshake was over than a client has reason to send
	reasons           // their number
)

var reasonNames = [reasons]string{
	"none", "peer_closed", "peer_gone", "session_ended", "user_disconnected", "draining",
	"reset", "protocol_error", "flood", "no_pong", "stalled", "passed_by", "close_timeout", "internal_error",
	"handshake_timeout", "bad_request", "token_invalid", "token_used", "room_not_found", "connection_quota", "address_limit",
	"file_limit", "handshakes_in_flight", "claim_unavailable", "early_input",
}

func (r reason) String() string { return reasonNames[r] }

// ordinary reports whether an end needs no line in the log.
func (r reason) ordinary() bool { return r < reasonReset }

// drop ends a connection without a word, at the end of the turn. It may be called at any time, and more than once: the
// first reason stays.
func (l *loop) drop(c *conn, why reason) {
	if c.state == stateDead {
		return
	}
	if c.reason == reasonNone {
		c.reason = why
	}
	l.dropped = append(l.dropped, c)
}

// close begins the closing handshake (RFC 6455 section 7.1.2): it sends a close frame behind everything sent before,
// leaves the room, and waits for the peer's answer for a bounded time.
func (l *loop) close(c *conn, code ws.StatusCode, text string, why reason) {
	if c.state >= stateClosing {
		return
	}
	l.leave(c)
	c.reader.Release()
	c.state, c.reason = stateClosing, why
	l.scratch = wsproto.AppendClose(l.scratch[:0], code, text)
	l.write(c, l.scratch) // whatever waits before it: there is one close frame a connection
	l.linger(c)
}

// closeWith closes with an ERROR frame first, and the same error as JSON in the close reason: that is how clients learn
// that a new token will get them back (protocol.md section 4.6).
func (l *loop) closeWith(c *conn, err *chat.Error, why reason) {
	if c.state != stateOpen {
		return
	}
	l.reply(c, "", err)
	l.close(c, ws.StatusNormalClosure, errorJSON(err), why)
}

// linger waits for the peer to end the connection after the last byte for it was written: closing a socket that still
// holds unread input would reset the connection and could destroy what the peer has not read yet.
func (l *loop) linger(c *conn) {
	if c.state == stateDead {
		return
	}
	c.deadline = l.second + seconds(int64(l.edge.cfg.CloseTimeout)) + 1
	l.wheel.set(l, c)
}

// answerClose ends a connection whose peer has sent a close frame.
func (l *loop) answerClose(c *conn, payload []byte) {
	if c.state == stateClosing { // the answer to ours: the server is the one to close (RFC 6455 section 7.1.1)
		l.drop(c, c.reason)
		return
	}
	code, _, err := wsproto.ParseClose(payload)
	switch {
	case err != nil:
		l.violation(c, err)
		return
	case code == ws.StatusNoStatusRcvd:
		code = ws.StatusNormalClosure
	}
	l.close(c, code, "", reasonPeerClosed)
	if c.state == stateClosing {
		// Nothing more may come from the peer, so its socket is closed at once. What the kernel has taken is delivered.
		l.drop(c, reasonPeerClosed)
	}
}

// violation closes a connection whose peer broke the protocol. Such a peer may never answer, so our half of the
// connection ends with the close frame.
func (l *loop) violation(c *conn, err *wsproto.Error) {
	l.logEnd(c, reasonProtocol, err.Reason)
	l.close(c, err.Code, err.Reason, reasonProtocol)
	l.halfClose(c)
}

// halfClose tells the peer that nothing more will come, once everything has been given to the kernel.
func (l *loop) halfClose(c *conn) {
	if c.state == stateClosing && c.tr.OutboundBuffered() == 0 {
		_ = unix.Shutdown(c.tr.Fd(), unix.SHUT_WR)
	}
}

// closed is called by the engine when a connection is no more, for whatever reason; err is the socket's error if there
// was one. It may be called from within a write.
func (l *loop) closed(c *conn, err error) {
	if c.state == stateDead {
		return
	}
	if c.reason == reasonNone {
		c.reason = reasonPeerGone
		if isReset(err) {
			c.reason = reasonReset
		}
	}
	l.leave(c)
	c.reader.Release()
	c.state = stateDead
	e := l.edge
	e.sockets.Add(-1)
	e.addresses.leave(c.tr.RemoteAddr())
	if c.counted {
		e.deps.Ledger.Leave()
	}
	if c.opened {
		e.stats.closed(c.reason)
	} else {
		e.stats.refused(c.reason)
	}
	if !c.reason.ordinary() {
		l.logEnd(c, c.reason, errorText(err))
	}
	l.remove(c)
}
