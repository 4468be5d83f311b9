package loadtest

import (
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
