package edge

import (
	"context"
	"time"

	"github.com/throngchat/throng/internal/chat"
)

// errDraining makes the chat SDK fetch a new token and connect again, which brings it to another node.
var errDraining = &chat.Error{Code: chat.CodeUnauthorized, Message: "The server is going away"}

// drain refuses new connections and lets the open ones go: a clean close alone would strand clients of the chat SDK, and
// a dropped socket would bring all of them back at once (protocol.md section 11, no. 6). It waits until they are gone or
// ctx ends.
func (e *Edge) drain(ctx context.Context) {
	e.draining.Store(true)
	e.eachLoop(func(l *loop) {
		l.mailbox.post(mail{run: func(l *loop) {
			for _, c := range l.conns {
				switch {
				case c == nil:
				case c.state < stateOpen:
					l.refuse(c, refuseDraining, refuseDraining.text)
				default:
					l.closeWith(c, errDraining, reasonDrain)
				}
			}
		}})
	})
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for e.sockets.Load() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
		}
	}
}
