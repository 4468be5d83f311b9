package loadtest

import (
	"crypto/tls"
	"net"
	"time"
)

// streamBufferSize is small: there is one buffer for each connection.
const streamBufferSize = 4 << 10

// stream is the transport of a connection that has a goroutine of its own: TLS, and systems without epoll.
type stream struct{ nc net.Conn }

func (s stream) write(b []byte) error {
	if err := s.nc.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	_, err := s.nc.Write(b)
	return err
}

func (s stream) shutdown() { _ = s.nc.Close() }

func (s stream) abort() {
	nc := s.nc
	if secure, ok := nc.(*tls.Conn); ok {
		nc = secure.NetConn() // a closed tls.Conn says so to the server
	}
	if tcp, ok := nc.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = nc.Close()
}

// stall cannot work: the goroutine is inside a read.
func (s stream) stall(bool) bool { return false }

// readStream serves c until it ends.
func readStream(nc net.Conn, c *conn, early []byte) {
	defer nc.Close()
	defer c.closed()
	buf := make([]byte, streamBufferSize)
	for n, err := 0, c.receive(early); err == nil; {
		if n, err = nc.Read(buf); n > 0 {
			err = c.receive(buf[:n])
		}
	}
}
