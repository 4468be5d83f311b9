package loadtest

import (
	"bytes"
	"errors"
	"net"
	"os"
	"time"

	"github.com/gobwas/ws"
)

// Dialect is how a fleet talks to a server that does not speak IVS Chat: other chat and messaging servers, for
// comparison. All of a fleet's connections are members of one room, and get what one of them publishes.
//
// Functions are called from several goroutines. They may not keep, nor change, what they are given, and what they
// return is not changed.
type Dialect struct {
	// Name is how a coordinator tells its workers which of the dialects given to RunWorkerIfAsked to speak; it may be
	// "" when there are no workers.
	Name string
	// Subprotocol is asked for in the upgrade, and the server has to choose it; "" asks for none.
	Subprotocol string
	// Binary says that what the client sends goes out in binary frames; otherwise in text frames.
	Binary bool
	// Batches says that the server may put several messages into one WebSocket message. Looking for more than one mark
	// costs the client some time.
	Batches bool
	// Hello returns what the client sends as soon as the connection is upgraded, one frame each. It may be nil.
	Hello func(token string) [][]byte
	// Receive looks at a message and returns what is to be sent in answer, such as that to a ping, or nil. It reports
	// true when the message says that the server has made the connection a member. marks is how many messages of this
	// run the payload carries. When Receive is nil, there is nothing to answer, and a connection is a member when it is
	// upgraded.
	Receive func(payload []byte, marks int) (answer []byte, member bool)
	// Publish returns the message that publishes content, which consists of characters that JSON does not escape; k
	// counts the messages of a run.
	Publish func(k int, content []byte) []byte
}

func (d *Dialect) op() ws.OpCode {
	if d.Binary {
		return ws.OpBinary
	}
	return ws.OpText
}

// errNotMember says that a connection was upgraded, and the server did not make it a member in time.
var errNotMember = errors.New("not made a member")

// join says hello on an upgraded connection and reads it until the server has made it a member. What comes behind that
// is kept in c's reader.
func (c *conn) join(nc net.Conn, token string, early []byte, patience time.Duration) error {
	d := c.fleet.dialect
	if err := nc.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	// It belongs to nobody else yet, but a reading goroutine will find it with the same lock.
	c.mu.Lock()
	c.transport = dialled{nc}
	c.mu.Unlock()
	if d.Hello != nil {
		for _, hello := range d.Hello(token) {
			if err := c.send(d.op(), bytes.Clone(hello)); err != nil {
				return err
			}
		}
	}
	err := c.receive(early)
	buf := make([]byte, streamBufferSize)
	for n := 0; err == nil && !c.member && d.Receive != nil; {
		if n, err = nc.Read(buf); n > 0 {
			err = c.receive(buf[:n])
		}
	}
	if err == nil {
		return nc.SetDeadline(time.Time{})
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errNotMember
	}
	return err
}

// dialled is the transport of a connection that is joining: writes end at the deadline of the joining.
type dialled struct{ nc net.Conn }

func (d dialled) write(b []byte) error {
	_, err := d.nc.Write(b)
	return err
}

func (d dialled) shutdown() { _ = d.nc.Close() }

func (d dialled) abort() { _ = d.nc.Close() }

func (d dialled) stall(bool) bool { return false }

// onForeign handles a message of a server that has a dialect.
func (c *conn) onForeign(payload []byte) {
	d := c.fleet.dialect
	marks := c.recorder.foreign(c, payload, d.Batches)
	if d.Receive == nil {
		return
	}
	answer, member := d.Receive(payload, marks)
	if answer != nil {
		_ = c.send(d.op(), bytes.Clone(answer)) // a failed write ends the reading too
	}
	if member {
		c.member = true
	}
}

// foreign counts the messages that a payload carries, which has no frames of IVS Chat. The caller holds mu.
func (r *recorder) foreign(c *conn, payload []byte, batches bool) (marks int) {
	if len(r.marker.prefix) > 0 {
		for len(payload) >= MinContentSize {
			due, ok := r.marker.find(payload, &r.hint)
			if !ok {
				break
			}
			marks++
			r.mark(c, due)
			if !batches {
				break
			}
			payload = payload[r.hint+len(r.marker.prefix)+markerTimeSize:]
		}
	}
	if marks == 0 {
		r.other++
	}
	return marks
}
