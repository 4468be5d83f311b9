package edge

import (
	"unicode/utf8"

	"github.com/gobwas/ws"

	"github.com/throngchat/throng/internal/chat"
)

// request handles one message of the messaging API. The checks run in the order of protocol.md section 11, no. 17, so
// that a client that breaks two rules hears of the same one each time.
func (l *loop) request(c *conn, op ws.OpCode, message []byte) {
	if l.now >= c.session {
		l.closeWith(c, chat.ErrSessionExpired, reasonSession)
		return
	}
	l.edge.stats.messaging.Inc()
	if op == ws.OpBinary && !utf8.Valid(message) { // text was checked when it was read
		l.reject(c, "", chat.ErrMalformed)
		return
	}
	req, err := chat.ParseRequest(message)
	if req.Action != 0 {
		l.edge.stats.requests[req.Action].Inc()
	}
	if err != nil {
		l.reject(c, req.RequestID, err)
		return
	}
	r := c.member.room.shared
	cfg, exists := l.edge.configOf(r.id)
	switch {
	case !c.member.caps.Has(req.Action.Capability()):
		err = chat.ErrForbidden(req.Action.Capability())
	case !exists: // deleted: members stay connected (protocol.md section 11, no. 19)
		err = chat.ErrNoRoom
	default:
		err = req.Check(cfg.MaximumMessageLength)
	}
	if err != nil {
		l.reject(c, req.RequestID, err)
		return
	}
	if !l.allow(c, req.Action, r, cfg) {
		l.reply(c, req.RequestID, chat.ErrRateLimited)
		return
	}
	if req.Action == chat.SendMessage {
		if err := l.edge.review(cfg, &req); err != nil {
			l.reply(c, req.RequestID, err)
			return
		}
	}
	l.edge.publish(c, r, &req)
}

// reject answers a request that was refused before it came to the buckets. It counts against the connection's own all
// the same: refusals are not free.
func (l *loop) reject(c *conn, requestID string, err *chat.Error) {
	c.bucket.Take(l.now, requestRate)
	l.reply(c, requestID, err)
}
