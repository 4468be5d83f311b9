package edge

import (
	"net/http"
	"strconv"

	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/jsonx"
	"github.com/throngchat/throng/internal/token"
	"github.com/throngchat/throng/internal/wsproto"
)

// handshake is what a connection needs between its request and the answer.
type handshake struct {
	claims   token.Claims
	response []byte // what accepts the handshake
	began    int64  // when the request was there, in nanoseconds of the loops' clock
}

// refusal is an answer to a handshake other than 101, and the reason that is counted and logged. Clients of the browser
// see neither; protocol.md section 11, no. 1 names the statuses.
type refusal struct {
	status int
	reason reason
	text   string
}

var (
	refuseHeadSize  = refusal{http.StatusRequestHeaderFieldsTooLarge, reasonHead, "Request head is too large"}
	refuseNoHTTP    = refusal{http.StatusBadRequest, reasonHead, "Request is not HTTP"}
	refuseExpired   = refusal{http.StatusUnauthorized, reasonToken, "Chat token has expired"}
	refuseInvalid   = refusal{http.StatusUnauthorized, reasonToken, "Chat token is invalid"}
	refuseUsed      = refusal{http.StatusUnauthorized, reasonTokenUsed, "Chat token has been used"}
	refuseNoRoom    = refusal{http.StatusNotFound, reasonRoom, "Room does not exist"}
	refuseQuota     = refusal{http.StatusTooManyRequests, reasonQuota, "Too many concurrent connections"}
	refuseAddress   = refusal{http.StatusTooManyRequests, reasonAddress, "Too many concurrent connections from this address"}
	refuseBusy      = refusal{http.StatusServiceUnavailable, reasonHandshakes, "Too many connections are being opened"}
	refuseUndecided = refusal{http.StatusServiceUnavailable, reasonUnavailable, "Chat token could not be checked"}
	refuseDraining  = refusal{http.StatusServiceUnavailable, reasonDrain, "This node is going away"}
	refuseSlow      = refusal{http.StatusRequestTimeout, reasonHeadTime, "Handshake took too long"}
	refuseEarly     = refusal{http.StatusBadRequest, reasonEarly, "Too much input before the handshake was answered"}
)

// refusalResponse is the whole HTTP answer: the error as JSON, and when to come back if that may help.
func refusalResponse(r refusal) []byte {
	body, _ := jsonx.Marshal(chat.Error{Code: r.status, Message: r.text}) // a struct of an int and a string: never fails
	b := make([]byte, 0, 256+len(body))
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(r.status), 10)
	b = append(append(b, ' '), http.StatusText(r.status)...)
	b = append(b, "\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nConnection: close\r\n"...)
	switch r.status {
	case http.StatusMethodNotAllowed:
		b = append(b, "Allow: GET\r\n"...)
	case http.StatusUpgradeRequired:
		b = append(b, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"...)
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		b = append(b, "Retry-After: 1\r\n"...)
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(body)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(b, body...)
}

// refuse answers a handshake with r. cause is for the log, where it may say more than the client is told.
func (l *loop) refuse(c *conn, r refusal, cause string) {
	if c.state >= stateClosing {
		return
	}
	l.logEnd(c, r.reason, cause)
	l.uncount(c)
	c.pending, c.state, c.reason = nil, stateClosing, r.reason
	l.write(c, refusalResponse(r))
	l.linger(c)
	l.halfClose(c)
}

// uncount gives a connection's place in the connection quota back.
func (l *loop) uncount(c *conn) {
	if c.counted {
		c.counted = false
		l.edge.deps.Ledger.Leave()
	}
}

// readHead looks for a whole request head in what has arrived, and leaves what follows it where it is.
func (l *loop) readHead(c *conn) {
	b, err := c.tr.Peek(-1)
	if err != nil || len(b) == 0 {
		return
	}
	if !wsproto.StartsRequest(b) {
		l.refuse(c, refuseNoHTTP, refuseNoHTTP.text)
		return
	}
	end := wsproto.HeadEnd(b, int(c.scanned))
	limit := l.edge.cfg.MaxHeadSize
	if end > limit || end < 0 && len(b) >= limit {
		l.refuse(c, refuseHeadSize, refuseHeadSize.text)
		return
	}
	if end < 0 {
		c.scanned = uint16(len(b))
		return
	}
	tok, response, bad := wsproto.Upgrade(b[:end], nil)
	_, _ = c.tr.Discard(end)
	if bad != nil {
		why := reasonHead
		if bad.Status == http.StatusUnauthorized {
			why = reasonToken
		}
		l.refuse(c, refusal{bad.Status, why, bad.Text}, bad.Text)
		return
	}
	l.authenticate(c, tok, response)
}

// accept answers 101 and makes the connection a member. Nothing is sent to it before that, and everything that is
// published in its room from this moment on.
func (l *loop) accept(c *conn, r *room) {
	h := c.pending
	if h.claims.Capabilities.Has(chat.CanSendMessage) {
		sender, err := chat.EncodeSender(c.userID, h.claims.Attributes)
		if err != nil {
			l.edge.release(r)
			l.refuse(c, refuseInvalid, "the token's attributes cannot be encoded")
			return
		}
		c.sender = sender
		c.userID = sender.UserID(c.userID)
	}
	c.pending = nil
	c.state, c.opened = stateOpen, true
	l.join(c, r)
	c.member.caps = h.claims.Capabilities
	l.edge.stats.connects.Inc()
	l.edge.stats.handshake.Update(float64(l.now-h.began) / 1e9)
	if !l.send(c, h.response) {
		l.drop(c, reasonStalled)
		return
	}
	c.pings = 0
	l.wheel.set(l, c)
	l.receive(c) // what the client sent without waiting for the answer
}
