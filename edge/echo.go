//go:build conformance

package edge

import (
	"github.com/gobwas/ws"

	"github.com/throngchat/throng/internal/wsproto"
)

// echo sends a data message back instead of reading a request from it, and reports that it did. It is what a conformance
// suite for WebSocket wants of a server; test/conformance builds the edge with it, and nothing else does. All before and
// after it is the edge's own: the handshake, the frames, the answers to control frames, every close.
//
// What waits for a peer is not bounded here: the suite's messages are far larger than any answer of the messaging API.
func (l *loop) echo(c *conn, op ws.OpCode, payload []byte) bool {
	if op.IsControl() {
		return false
	}
	l.scratch = wsproto.AppendFrame(l.scratch[:0], op, payload)
	l.write(c, l.scratch)
	return true
}
