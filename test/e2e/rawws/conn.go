package rawws

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// maxFrame bounds what the client accepts of a server: far more than any frame of the messaging API.
const maxFrame = 1 << 20

// Conn is a TCP connection that may become a WebSocket.
type Conn struct {
	net.Conn
	r *bufio.Reader
}

// Dial connects to addr.
func Dial(addr string) (*Conn, error) {
	c, err := net.DialTimeout("tcp", addr, 10*time.Second)
	if err != nil {
		return nil, err
	}
	return Wrap(c), nil
}

// Wrap returns a connection over c, to which nothing was sent yet.
func Wrap(c net.Conn) *Conn { return &Conn{Conn: c, r: bufio.NewReader(c)} }

// Key is the Sec-WebSocket-Key of every request, and Accept the only right answer to it (the example of RFC 6455
// section 1.3).
const (
	Key    = "dGhlIHNhbXBsZSBub25jZQ=="
	Accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// Request returns the upgrade request of an ordinary client, without a subprotocol when token is "". Each line of
// extra is a header of its own.
func Request(host, token string, extra ...string) string {
	lines := []string{
		"GET / HTTP/1.1",
		"Host: " + host,
		"Upgrade: websocket",
		"Connection: Upgrade",
		"Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Key: " + Key,
	}
	if token != "" {
		lines = append(lines, "Sec-WebSocket-Protocol: "+token)
	}
	return strings.Join(append(lines, extra...), "\r\n") + "\r\n\r\n"
}

// Refusal is an answer to an upgrade request that is not 101.
type Refusal struct {
	Status int
	Header http.Header
	Body   string
}

// Error implements error.
func (r *Refusal) Error() string { return fmt.Sprintf("refused with status %d: %s", r.Status, r.Body) }

// ReadUpgrade reads the answer to an upgrade request, whose error is a *Refusal when the server gave one. When the
// server agrees, it must have chosen protocol.
func (c *Conn) ReadUpgrade(protocol string) error {
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return fmt.Errorf("cannot read the answer to the upgrade request: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusSwitchingProtocols {
		body, err := io.ReadAll(io.LimitReader(res.Body, maxFrame))
		if err != nil {
			return fmt.Errorf("cannot read the body of a refusal with status %d: %w", res.StatusCode, err)
		}
		return &Refusal{Status: res.StatusCode, Header: res.Header, Body: string(body)}
	}
	for name, want := range map[string]string{
		"Sec-WebSocket-Accept":     Accept,
		"Sec-WebSocket-Protocol":   protocol,
		"Sec-WebSocket-Extensions": "",
	} {
		if got := strings.Join(res.Header.Values(name), " and "); got != want {
			return fmt.Errorf("101 with %s of %d bytes, want %d bytes that were expected", name, len(got), len(want))
		}
	}
	if !strings.EqualFold(res.Header.Get("Upgrade"), "websocket") || !strings.EqualFold(res.Header.Get("Connection"), "Upgrade") {
		return fmt.Errorf("101 with Upgrade %q and Connection %q", res.Header.Get("Upgrade"), res.Header.Get("Connection"))
	}
	return nil
}

// Open connects to addr and becomes a WebSocket with token.
func Open(addr, token string) (*Conn, error) {
	c, err := Dial(addr)
	if err != nil {
		return nil, err
	}
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err = io.WriteString(c, Request(addr, token)); err == nil {
		err = c.ReadUpgrade(token)
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	_ = c.SetDeadline(time.Time{})
	return c, nil
}

// Send writes frames in one write.
func (c *Conn) Send(frames ...Frame) error {
	var b []byte
	for _, f := range frames {
		b = append(b, f.Bytes()...)
	}
	_, err := c.Write(b)
	return err
}

// CloseError is a close frame of the server.
type CloseError struct {
	// Code is 0 when the frame had no payload.
	Code   uint16
	Reason string
}

// Error implements error.
func (e *CloseError) Error() string {
	return fmt.Sprintf("closed with code %d, reason %q", e.Code, e.Reason)
}

// ReadFrame reads one frame and holds it to what a server may send: whole, unmasked, no reserved bits. A close frame is
// returned as a frame.
func (c *Conn) ReadFrame() (Frame, error) {
	var head [8]byte
	if _, err := io.ReadFull(c.r, head[:2]); err != nil {
		return Frame{}, err
	}
	f := Frame{Opcode: head[0] & 0x0f, Unmasked: true}
	if head[0]&0xf0 != 0x80 || head[1]&0x80 != 0 {
		return f, fmt.Errorf("the server sent a frame with first bytes %#x %#x: want FIN, no reserved bit, no mask", head[0], head[1])
	}
	n := uint64(head[1])
	switch n {
	case 126:
		if _, err := io.ReadFull(c.r, head[:2]); err != nil {
			return f, err
		}
		n = uint64(binary.BigEndian.Uint16(head[:2]))
	case 127:
		if _, err := io.ReadFull(c.r, head[:8]); err != nil {
			return f, err
		}
		n = binary.BigEndian.Uint64(head[:8])
	}
	if n > maxFrame {
		return f, fmt.Errorf("the server sent a frame of %d bytes", n)
	}
	f.Payload = make([]byte, n)
	_, err := io.ReadFull(c.r, f.Payload)
	return f, err
}

// ReadText returns the next text message. It answers pings, passes over pongs, and turns a close frame into a
// *CloseError after answering it.
func (c *Conn) ReadText() ([]byte, error) {
	for {
		f, err := c.ReadFrame()
		if err != nil {
			return nil, err
		}
		switch f.Opcode {
		case Text:
			if !utf8.Valid(f.Payload) {
				return nil, fmt.Errorf("the server sent text that is not UTF-8: %q", f.Payload)
			}
			return f.Payload, nil
		case Pong:
		case Ping:
			if err := c.Send(Frame{Opcode: Pong, Payload: f.Payload}); err != nil {
				return nil, err
			}
		case Close:
			return nil, c.closed(f)
		default:
			return nil, fmt.Errorf("the server sent opcode %#x", f.Opcode)
		}
	}
}

func (c *Conn) closed(f Frame) error {
	e := &CloseError{}
	switch n := len(f.Payload); {
	case n == 1 || n > 125:
		return fmt.Errorf("the server sent a close frame of %d bytes", n)
	case n >= 2:
		e.Code = binary.BigEndian.Uint16(f.Payload)
		e.Reason = string(f.Payload[2:])
	}
	_ = c.Send(Frame{Opcode: Close, Payload: f.Payload}) // the server may have gone already
	return e
}

// ReadEnd reads until the server ends the TCP connection, passing over everything that still comes. A reset counts as
// an end. Set a deadline first.
func (c *Conn) ReadEnd() error {
	_, err := io.Copy(io.Discard, c.r)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return errors.New("the server did not end the TCP connection")
	}
	return nil
}

// Reset ends the TCP connection with RST instead of FIN.
func (c *Conn) Reset() error {
	if err := c.Conn.(*net.TCPConn).SetLinger(0); err != nil {
		return err
	}
	return c.Close()
}
