package bus

import (
	"context"
	"time"

	"github.com/nats-io/nats.go"
)

// interest is a room that the server sends to this Bus.
type interest struct {
	sub     *nats.Subscription
	members int       // Joins without their Leave
	left    time.Time // of the last member, when there are none
	known   *flight   // done without an error: the server knows of sub
}

// Join makes the room's messages arrive at deliver. When it returns nil, the server that this node is connected to sends
// everything that it gets from then on. What is published at the same time through another server of a cluster may still
// miss: interest takes a moment to spread between servers, so a room's first member on a node is promised nothing about
// the messages sent while it joined.
//
// Joins are counted: each that returned nil needs its Leave. Many may run at once and share one round trip. Errors:
// ErrDisconnected, ErrClosed, ErrRoom, ctx.Err(); then the room is not joined.
func (b *Bus) Join(ctx context.Context, room string) error {
	if b.deliver == nil {
		panic("BUG: a bus that was made without deliver must not join")
	}
	if !validRoom(room) {
		return ErrRoom
	}
	known, err := b.enter(room)
	if err != nil {
		return err
	}
	select {
	case <-known.done:
		err = known.err
	default:
		select {
		case <-known.done:
			err = known.err
		case <-ctx.Done():
			err = ctx.Err()
		case <-b.ctx.Done():
			err = ErrClosed
		}
	}
	if err != nil {
		b.Leave(room)
		return err
	}
	return nil
}

// enter counts a member in, subscribes if need be, and returns the flight that tells when the server knows.
func (b *Bus) enter(room string) (*flight, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, ErrClosed
	}
	in := b.rooms[room]
	if in == nil {
		sub, err := b.nc.ChanSubscribe(subjectPrefix+room, b.backlog)
		if err != nil {
			return nil, b.failure(err)
		}
		in = &interest{sub: sub}
		b.rooms[room] = in
	}
	in.members++
	if in.known == nil || in.known.failed() {
		in.known = b.flusher.request()
	}
	return in.known, nil
}

// Leave takes back one Join. When it was the room's last, messages go on arriving for 30 seconds or a little more, in which a new Join
// costs nothing; then the room is dropped. A Leave without its Join does nothing.
func (b *Bus) Leave(room string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	in := b.rooms[room]
	if in == nil || in.members == 0 {
		return
	}
	in.members--
	if in.members > 0 {
		return
	}
	in.left = time.Now()
	if !b.sweeping {
		b.sweepIn(b.linger)
	}
}

// sweepIn arms the one timer of the Bus. b.mu is held.
func (b *Bus) sweepIn(d time.Duration) {
	b.sweeping = true
	if b.sweep == nil {
		b.sweep = time.AfterFunc(d, b.dropIdle)
		return
	}
	b.sweep.Reset(d)
}

// dropIdle drops the rooms whose time has come. Joins and drops exclude each other, so a room is either still subscribed
// when a Join finds it, or subscribed anew by it, in that order on the wire.
func (b *Bus) dropIdle() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sweeping = false
	if b.closed {
		return
	}
	now, next := time.Now(), time.Duration(-1)
	for room, in := range b.rooms {
		if in.members > 0 {
			continue
		}
		left := b.linger - now.Sub(in.left)
		if left <= 0 {
			b.drop(room, in)
		} else if next < 0 || left < next {
			next = left
		}
	}
	if next >= 0 {
		// Rooms that fall due one after the other share a sweep: it looks at all of them.
		b.sweepIn(max(next, b.linger/32))
	}
}

// drop ends a room's subscription. b.mu is held.
func (b *Bus) drop(room string, in *interest) {
	b.retired += droppedBy(in.sub)
	_ = in.sub.Unsubscribe() // fails only when the connection is closed, and the subscription with it
	delete(b.rooms, room)
}
