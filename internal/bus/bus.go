package bus

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
)

// subjectPrefix is what the subjects of rooms begin with; the room's id follows. One subject a room costs some 1.3 KB for
// each room with members on this node, client and embedded server together, and nothing for the others.
const subjectPrefix = "throng.room."

const (
	// defaultLinger is how long a room stays subscribed after its last Leave. Members come and go all the time, and each
	// change of interest is told to every server of a cluster.
	defaultLinger = 30 * time.Second

	// backlog is how many messages may wait for deliver, in all rooms together. A full backlog loses messages.
	backlog = 1 << 16
)

// Bus carries envelopes between the nodes.
type Bus struct {
	nc      *nats.Conn
	deliver func(Envelope)
	subject string // what the subjects begin with on which it publishes
	ordered bool   // what it publishes comes back, in one order with that of others

	backlog chan *nats.Msg
	ctx     context.Context // done when the Bus is closed
	cancel  context.CancelFunc
	done    sync.WaitGroup

	flusher flusher

	mu       sync.Mutex
	linger   time.Duration
	rooms    map[string]*interest
	sweep    *time.Timer
	sweeping bool   // sweep is armed, or dropIdle is about to run
	retired  uint64 // lost by subscriptions that are no more
	closed   bool

	malformed atomic.Uint64
}

// New returns a Bus on a connection that Engine.Connect made; nothing else may subscribe to room subjects on it.
//
// deliver is called for what other connections published to joined rooms, one envelope at a time, in order of arrival.
// It may keep the envelope, its payload too. While it runs, others wait: when it is slow for long, messages are lost and
// counted by Dropped. A nil deliver makes a Bus that only publishes; it must not Join.
func New(nc *nats.Conn, deliver func(Envelope)) *Bus {
	if !nc.Opts.NoEcho {
		panic("BUG: the connection of a bus must have NoEcho set, else an edge delivers its own messages twice")
	}
	b := &Bus{
		nc:      nc,
		deliver: deliver,
		subject: subjectPrefix,
		linger:  defaultLinger,
		rooms:   map[string]*interest{},
	}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	b.flusher = flusher{nc: nc, wake: make(chan struct{}, 1)}
	if deliver != nil {
		b.backlog = make(chan *nats.Msg, backlog)
		b.done.Add(2)
		go func() { defer b.done.Done(); b.receive() }()
		go func() { defer b.done.Done(); b.flusher.run(b.ctx) }()
	}
	return b
}

// receive delivers until the Bus is closed.
func (b *Bus) receive() {
	for {
		select {
		case <-b.ctx.Done():
			return
		case m := <-b.backlog:
			e, err := ParseEnvelope(m.Data) // m.Data is a copy of its own, made by the client library
			if err != nil || m.Subject[len(subjectPrefix):] != e.Room {
				b.malformed.Add(1)
				continue
			}
			b.deliver(e)
		}
	}
}

var encodeBuffers = sync.Pool{New: func() any { return new([]byte) }}

// Publish sends e to the other connections that joined its room, and with NewOrdered to this one too. It returns when
// the connection has taken it, which is no promise of delivery. Errors: ErrDisconnected, ErrClosed, ErrRoom and those of AppendEnvelope.
func (b *Bus) Publish(e Envelope) error {
	if b.ctx.Err() != nil {
		return ErrClosed
	}
	buf := encodeBuffers.Get().(*[]byte)
	defer encodeBuffers.Put(buf)
	data, err := AppendEnvelope((*buf)[:0], &e)
	*buf = data[:0]
	if err != nil {
		return err
	}
	if err := b.nc.Publish(b.subject+e.Room, data); err != nil {
		return b.failure(err)
	}
	return nil
}

// failure gives an error of the connection its place among the errors of this package.
func (b *Bus) failure(err error) error {
	if b.nc.IsConnected() {
		return fmt.Errorf("bus: %w", err)
	}
	return fmt.Errorf("%w: %w", ErrDisconnected, err)
}

// Dropped returns how many messages were lost since the start because deliver was too slow.
func (b *Bus) Dropped() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.retired
	for _, in := range b.rooms {
		n += droppedBy(in.sub)
	}
	return n
}

func droppedBy(sub *nats.Subscription) uint64 {
	n, err := sub.Dropped()
	if err != nil || n < 0 {
		return 0
	}
	return uint64(n)
}

// Malformed returns how many messages were thrown away since the start because they were no envelopes for their subject,
// or of another version.
func (b *Bus) Malformed() uint64 { return b.malformed.Load() }

// Close leaves all rooms and returns when deliver runs no more. It does not close the connection. Waiting calls of Join
// return ErrClosed. It must not be called from deliver.
func (b *Bus) Close() {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		b.done.Wait()
		return
	}
	b.closed = true
	for room, in := range b.rooms {
		b.drop(room, in)
	}
	if b.sweep != nil {
		b.sweep.Stop()
	}
	b.cancel()
	b.mu.Unlock()
	b.done.Wait()
}
