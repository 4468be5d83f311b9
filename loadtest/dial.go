package loadtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/gobwas/ws"
)

// dialler opens connections from the fleet's source addresses in turn.
type dialler struct {
	ws      ws.Dialer
	url     string
	nets    []net.Dialer
	dialect *Dialect
}

func newDialler(o *Options) *dialler {
	d := &dialler{
		url: o.URL, dialect: o.Dialect,
		ws: ws.Dialer{
			Timeout: o.HandshakeTimeout, TLSConfig: o.TLS, ReadBufferSize: 1024, WriteBufferSize: 1024,
		},
	}
	plain := net.Dialer{KeepAlive: -1} // a probe is a system call at connect, and of no use here
	if len(o.Sources) == 0 {
		d.nets = []net.Dialer{plain}
	}
	for _, a := range o.Sources {
		bound := plain
		bound.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(a, 0))
		bound.Control = func(_, _ string, c syscall.RawConn) (err error) {
			if e := c.Control(func(fd uintptr) { err = bindLate(fd) }); e != nil {
				return e
			}
			return os.NewSyscallError("setsockopt", err)
		}
		d.nets = append(d.nets, bound)
	}
	return d
}

// dial opens connection number k with the token as its only subprotocol (protocol.md section 4.1), or that of the
// dialect. early is what the server sent right behind its answer.
func (d *dialler) dial(k int, token string) (nc net.Conn, early []byte, err error) {
	w := d.ws
	w.NetDial = d.nets[k%len(d.nets)].DialContext
	protocol := token
	if d.dialect != nil {
		protocol = d.dialect.Subprotocol
	}
	if protocol != "" {
		w.Protocols = []string{protocol}
	}
	var after time.Duration
	var later bool
	w.OnStatusError = func(status int, _ []byte, answer io.Reader) { after, later = readRetryAfter(status, answer) }
	// A context that can end would cost a goroutine for each connection; the dialler's time-out suffices.
	nc, br, hs, err := w.Dial(context.Background(), d.url)
	if later {
		err = unavailable{err, after}
	}
	if err != nil {
		return nil, nil, err
	}
	if hs.Protocol != protocol {
		nc.Close()
		return nil, nil, ws.ErrHandshakeBadSubProtocol
	}
	return nc, takeBuffered(br), nil
}

func takeBuffered(br *bufio.Reader) []byte {
	if br == nil {
		return nil
	}
	defer ws.PutReader(br)
	b, _ := br.Peek(br.Buffered())
	return append([]byte(nil), b...)
}

// refusal names why a connection was not opened, in few words of which there are few: it is a key in a report.
func refusal(err error) string {
	var status ws.StatusError
	var timeout net.Error
	switch {
	case errors.As(err, &status):
		return fmt.Sprintf("HTTP %d", int(status))
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timed out"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "reset during the handshake"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return "no free port at the source address"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "no free file descriptor"
	case errors.Is(err, ws.ErrHandshakeBadSubProtocol):
		return "the server did not echo the token"
	case errors.Is(err, errNotMember):
		return "upgraded, but not made a member"
	case errors.Is(err, errServerLeft), errors.Is(err, io.EOF):
		return "upgraded, then closed by the server"
	}
	return "other"
}
