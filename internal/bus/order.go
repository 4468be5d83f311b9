package bus

import (
	"fmt"

	"github.com/nats-io/nats.go"
)

// orderPrefix is what the subjects begin with on which the edges of a node hand over what is to be put in order; the
// room's id follows.
const orderPrefix = "throng.order."

// NewOrdered returns a Bus for one of several edges that share a server whose node calls Sequence. What it publishes
// goes to the sequencer, and comes to deliver of all edges from there, this Bus included: so all of them see a room's
// envelopes in one order, which two publishers of one server do not have by themselves.
func NewOrdered(nc *nats.Conn, deliver func(Envelope)) *Bus {
	b := New(nc, deliver)
	b.subject, b.ordered = orderPrefix, true
	return b
}

// Ordered reports whether what is published comes back to deliver.
func (b *Bus) Ordered() bool { return b.ordered }

// Sequence puts in order what the Buses of NewOrdered publish, until nc is closed: it passes everything on by nc, one
// after another, and the server keeps the order of one connection. What else is published to the rooms has to go by nc
// as well, so that it has its place in the order.
func Sequence(nc *nats.Conn) error {
	_, err := nc.Subscribe(orderPrefix+"*", func(m *nats.Msg) {
		// It fails when the connection is down, which in a node it is only when the node ends.
		_ = nc.Publish(subjectPrefix+m.Subject[len(orderPrefix):], m.Data)
	})
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		return fmt.Errorf("bus: cannot put messages in order: %w", err)
	}
	return nil
}
