package controlplane

import (
	"io"
	"net"
	"sync/atomic"
	"time"
)

// How long and for how many bytes a connection is read after its last answer.
const (
	lingerTime = 2 * time.Second
	lingerSize = 4 << 20
)

// lingeringConn closes in two steps when it is told to: it ends its own side, reads on for a bounded time, and closes.
// A connection that is closed with bytes unread is reset instead, and the reset overtakes the answer on its way to the
// client (RFC 9112 section 9.6).
type lingeringConn struct {
	net.Conn
	linger atomic.Bool
	unused *unusedConns
	used   atomic.Bool
}

// Read implements net.Conn.
func (c *lingeringConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 && !c.used.Load() {
		c.used.Store(true)
		c.unused.remove(c)
	}
	return n, err
}

// Close implements net.Conn.
func (c *lingeringConn) Close() error {
	if !c.used.Load() {
		c.unused.remove(c)
	}
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok && c.linger.Swap(false) && half.CloseWrite() == nil {
		_ = c.SetReadDeadline(time.Now().Add(lingerTime))
		_, _ = io.CopyN(io.Discard, c.Conn, lingerSize)
	}
	return c.Conn.Close()
}

// lingeringListener makes the connections of a listener such.
type lingeringListener struct {
	net.Listener
	unused *unusedConns
}

// Accept implements net.Listener.
func (l lingeringListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	lingering := &lingeringConn{Conn: c, unused: l.unused}
	l.unused.add(lingering)
	return lingering, nil
}
