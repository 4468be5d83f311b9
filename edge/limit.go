package edge

import (
	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/limit"
	"github.com/throngchat/throng/internal/store"
)

// requestRate is the quota of messaging requests of one connection, all actions together (IVS Chat: 10 a second).
var requestRate = limit.PerSecond(10, 10)

// floodRate bounds frames of every kind on one connection, refused requests and pings too: beyond it a peer is not a
// chat client, and answering it politely would take from the others. Ours: ten times what any limit lets through, with
// room for a second's bunching on a bad network.
var floodRate = limit.PerSecond(200, 1000)

// allow charges a request to every bucket it falls under, the sender's own first: what a sender is refused for its own
// rate costs nobody else (protocol.md section 11, no. 17).
func (l *loop) allow(c *conn, a chat.Action, r *room, cfg *store.Room) bool {
	if !c.bucket.Take(l.now, requestRate) {
		l.edge.stats.throttledConnection.Inc()
		return false
	}
	account := l.edge.deps.Account
	quota := &account.SendMessage
	switch a {
	case chat.SendMessage:
		if !r.bucket.Take(l.now, rateOf(cfg)) {
			l.edge.stats.throttledRoom.Inc()
			return false
		}
	case chat.DeleteMessage:
		quota = &account.DeleteMessage
	case chat.DisconnectUser:
		quota = &account.DisconnectUser
	}
	if !quota.Take(l.now) {
		if a == chat.SendMessage {
			r.bucket.Return(rateOf(cfg)) // the room has not had the message
		}
		l.edge.stats.throttledAccount.Inc()
		return false
	}
	return true
}
