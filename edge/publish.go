package edge

import (
	"time"

	"github.com/gobwas/ws"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/jsonx"
	"github.com/throngchat/throng/internal/limit"
	"github.com/throngchat/throng/internal/wsproto"
)

// delivery is one frame on its way to the members of a room on one loop.
type delivery struct {
	room  *loopRoom
	frame []byte
	kind  kind
	at    int64 // when it was published here, in nanoseconds of limit.Now
	kick  *kick // who is to be disconnected behind the frame, if anybody
	from  origin
}

// origin is the connection whose request a frame answers. It is zero when that is of another process, or nobody.
type origin struct {
	loop *loop
	conn connID
}

// kind is what caused a frame: the Action dimension of the delivery metrics.
type kind uint8

const (
	kindSendMessage kind = iota
	kindDeleteMessage
	kindDisconnectUser
	kindSendEvent
	kinds // their number
)

var kindNames = [kinds]string{"SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER", "SEND_EVENT"}

// kick names a user whose connections are to be closed.
type kick struct{ userID, reason string }

// publish turns an admitted request into its frame, for the members here and for the other processes.
func (e *Edge) publish(c *conn, r *room, req *chat.Request) {
	id, now := chat.NewID(), time.Now()
	out := bus.Envelope{Room: r.id, Action: req.Action.String()}
	var body any
	switch req.Action {
	case chat.SendMessage:
		out.Kind = bus.Message
		body = chat.NewMessage(id, req, now, c.sender)
	case chat.DeleteMessage:
		out.Kind = bus.Event
		body = chat.NewDeleteEvent(id, req.RequestID, req.ID, req.Reason, now)
	case chat.DisconnectUser:
		out.Kind, out.UserID, out.Reason = bus.Disconnect, req.UserID, req.Reason
		body = chat.NewDisconnectEvent(id, req.RequestID, req.UserID, req.Reason, now)
	}
	payload, err := jsonx.Marshal(body)
	if err != nil {
		e.log.Error("a frame cannot be encoded", "action", out.Action, "error", err)
		c.loop.reply(c, req.RequestID, chat.ErrInternal)
		return
	}
	out.Payload = payload
	if e.ordered {
		out.Origin = e.originOf(c)
		err = e.publishBus(out) // it comes back in its turn: see remote
	} else {
		err = e.fanOut(r, out, origin{c.loop, c.id()}, e.publishBus)
	}
	if err != nil {
		// The members of other processes would miss what those here see. The sender is told, so that it can try again.
		e.log.Error("cannot publish to the bus", "action", out.Action, "error", err)
		c.loop.reply(c, req.RequestID, chat.ErrInternal)
	}
}

// remote is called by the bus with what another process published, and with what this one did when the bus orders it.
func (e *Edge) remote(in bus.Envelope) {
	r := e.directory.find(in.Room)
	if r == nil {
		return
	}
	from, own := e.localOrigin(in.Origin)
	if cfg, ok := e.configOf(in.Room); ok && in.Kind == bus.Message && !own {
		r.bucket.Charge(limit.Now(), rateOf(cfg))
	}
	_ = e.fanOut(r, in, from, func(bus.Envelope) error { return nil })
}

// originOf names a connection to the other end of the bus, from where the name comes back.
func (e *Edge) originOf(c *conn) bus.Origin {
	id := c.id()
	return bus.Origin{Process: uint8(e.cfg.Process), Loop: c.loop.number, Slot: id.slot, Gen: id.gen}
}

// localOrigin returns the connection that a name stands for, and whether it is, or was, of this process.
func (e *Edge) localOrigin(o bus.Origin) (from origin, own bool) {
	if o.Process == 0 || int(o.Process) != e.cfg.Process {
		return origin{}, false
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	if int(o.Loop) >= len(e.list) {
		return origin{}, true
	}
	return origin{e.list[o.Loop], connID{o.Slot, o.Gen}}, true
}

// fanOut encodes the frame, once for all members, and posts it to every loop that has some, unless tell, which passes
// it on to the other processes, fails. The room's lock makes all loops, and all that this process tells others, see the
// room's frames in one order.
func (e *Edge) fanOut(r *room, in bus.Envelope, from origin, tell func(bus.Envelope) error) error {
	buf := in.Frame() // what came over the bus has room for the header already
	if buf == nil {
		buf = append(make([]byte, wsproto.Headroom, wsproto.Headroom+len(in.Payload)), in.Payload...)
	}
	d := delivery{frame: wsproto.Frame(ws.OpText, buf), kind: kindOf(in), at: limit.Now(), from: from}
	if in.Kind == bus.Disconnect {
		d.kick = &kick{userID: in.UserID, reason: in.Reason}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := tell(in); err != nil {
		return err
	}
	for _, lr := range r.loops {
		d.room = lr
		lr.loop.mailbox.post(mail{delivery: d})
	}
	return nil
}

func kindOf(in bus.Envelope) kind {
	for k, name := range kindNames {
		if in.Action == name {
			return kind(k)
		}
	}
	return kindSendEvent
}
