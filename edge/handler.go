package edge

import (
	"context"
	"time"

	"github.com/panjf2000/gnet/v2"
)

// handler is what the event engine calls. Each callback finds the loop and the connection, and makes one call.
type handler struct {
	gnet.BuiltinEventEngine
	edge *Edge
}

// tickInterval is how often loops look at their timers, and at members that could not take everything.
const tickInterval = 100 * time.Millisecond

func (h *handler) OnBoot(engine gnet.Engine) gnet.Action {
	h.edge.booted(engine)
	return gnet.None
}

func (h *handler) OnOpen(gc gnet.Conn) ([]byte, gnet.Action) {
	l := h.edge.loopOf(gc.EventLoop())
	defer l.guard(nil)
	l.tick()
	c, refusal := l.admit(gc)
	if c == nil {
		return refusal, gnet.Close
	}
	gc.SetContext(c)
	return nil, gnet.None
}

func (h *handler) OnTraffic(gc gnet.Conn) gnet.Action {
	c, _ := gc.Context().(*conn)
	if c == nil {
		return gnet.Close
	}
	l := c.loop
	defer l.guard(c)
	l.tick()
	l.receive(c)
	l.settle()
	return gnet.None
}

func (h *handler) OnClose(gc gnet.Conn, err error) gnet.Action {
	c, _ := gc.Context().(*conn)
	if c == nil {
		return gnet.None
	}
	defer c.loop.guard(nil)
	c.loop.closed(c, err)
	return gnet.None
}

// OnTick runs on a goroutine of the engine's own: it may only ring.
func (h *handler) OnTick() (time.Duration, gnet.Action) {
	h.edge.eachLoop(func(l *loop) { l.mailbox.ring() })
	return tickInterval, gnet.None
}

// turner is a loop as the engine's task queue wants it.
type turner struct{ loop *loop }

func (t turner) Run(context.Context) error {
	defer t.loop.guard(nil)
	t.loop.turn()
	return nil
}
