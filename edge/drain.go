package edge

import (
	"context"
	"time"

	"github.com/throngchat/throng/internal/chat"
)

// errDraining makes the chat SDK fetch a new token and connect again, which brings it to another node.
var errDraining = &chat.Error{Code: chat.CodeUnauthorized, Message: "The server is going away"}

// drainStep is how often some connections are let go, and drainBatch how many on each loop at the least.
const (
	drainStep  = 100 * time.Millisecond
	drainBatch = 100
)

// drain refuses new connections and lets the open ones go: a clean close alone would strand clients of the chat SDK, and
// a dropped socket would bring all of them back at once (protocol.md section 11, no. 6). So each is told to come back,
// some at a time over DrainDuration. It waits until they are gone or ctx ends.
func (e *Edge) drain(ctx context.Context) {
	e.draining.Store(true)
	duration := e.cfg.DrainDuration
	if deadline, ok := ctx.Deadline(); ok { // what is left when ctx ends is dropped, so leave time for the closing
		duration = max(min(duration, time.Until(deadline)-e.cfg.CloseTimeout), 0)
	}
	steps := int(duration/drainStep) + 1
	step := time.NewTicker(drainStep)
	defer step.Stop()
	for {
		e.eachLoop(func(l *loop) { l.mailbox.post(mail{run: func(l *loop) { l.letGo(steps) }}) })
		if e.sockets.Load() == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-step.C:
		}
	}
}

// letGo takes the next step of several in which a loop lets all its connections go.
func (l *loop) letGo(steps int) {
	batch := max((len(l.conns)+steps-1)/steps, drainBatch)
	for ; batch > 0 && l.drained < len(l.conns); l.drained++ {
		c := l.conns[l.drained]
		switch {
		case c == nil || c.state >= stateClosing:
			continue
		case c.state < stateOpen:
			l.refuse(c, refuseDraining, refuseDraining.text)
		default:
			l.closeWith(c, errDraining, reasonDrain)
		}
		batch--
	}
}
