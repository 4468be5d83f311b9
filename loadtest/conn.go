package loadtest

import (
	"errors"
	"sync"
	"time"

	"github.com/gobwas/ws"
)

// transport writes to one connection and ends it.
type transport interface {
	// write writes all of b or fails; it waits no longer than writeTimeout.
	write(b []byte) error
	// shutdown makes the reading side end, which then frees everything.
	shutdown()
	// abort does the same as a network that is gone would: the server is told nothing but a reset.
	abort()
	// stall stops reading, or takes it up again. It reports false where that cannot be done.
	stall(on bool) bool
}

// writeTimeout is how long a write waits for a server that does not read.
const writeTimeout = 5 * time.Second

var errClosed = errors.New("connection is closed")

// conn is an open connection. One goroutine reads (a loop's, or its own), any may write.
type conn struct {
	mu        sync.Mutex // guards what follows
	transport transport  // nil when closed
	leaving   bool       // a close frame was sent
	group     group      // changed with the recorder's mu too, so whoever holds either may read it

	// These belong to the reading goroutine.
	member   bool // the server said so; only with a dialect
	reader   frameReader
	recorder *recorder
	fleet    *Fleet
	room     *chatRoom
}

// receive takes bytes as they arrive. After an error the caller closes the connection.
func (c *conn) receive(b []byte) error {
	r := c.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	r.arrive(c, c.fleet.clock.now(), len(b))
	return c.reader.feed(b, c)
}

func (c *conn) onMessage(payload []byte) {
	if c.fleet.dialect != nil {
		c.onForeign(payload)
		return
	}
	c.recorder.message(c, payload)
}

func (c *conn) onPing(payload []byte) { _ = c.send(ws.OpPong, payload) } // a failed write ends the reading too

func (c *conn) onClose(payload []byte) {
	code, reason := ws.ParseCloseFrameData(payload)
	c.fleet.closes.add(int(code))
	c.recorder.farewell(reason)
	_ = c.send(ws.OpClose, payload)
}

// send writes one frame, masked as RFC 6455 section 5.3 asks of a client. It may change payload.
func (c *conn) send(op ws.OpCode, payload []byte) error {
	frame, err := ws.CompileFrame(ws.MaskFrameInPlace(ws.NewFrame(op, true, payload)))
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.transport == nil || c.leaving {
		return errClosed
	}
	c.leaving = op == ws.OpClose
	return c.transport.write(frame)
}

// shutdown ends the connection without a close frame.
func (c *conn) shutdown() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.transport != nil {
		c.transport.shutdown()
	}
}

// abort ends the connection as if its network were gone.
func (c *conn) abort() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.transport != nil {
		c.transport.abort()
	}
}

// stall stops the reading, or takes it up again. It reports false where that cannot be done.
func (c *conn) stall(on bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.transport != nil && c.transport.stall(on)
}

// closed is called by the reading goroutine, before it frees the transport.
func (c *conn) closed() {
	c.mu.Lock()
	c.transport = nil
	c.room.staying.Add(-one(c.group.stays()))
	c.mu.Unlock()
	c.reader = frameReader{}
	c.fleet.open.Add(-1)
}

func (c *conn) isOpen() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.transport != nil && !c.leaving
}

// isClosed says that nothing of it is left. A connection that is leaving is neither open nor closed.
func (c *conn) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.transport == nil
}
