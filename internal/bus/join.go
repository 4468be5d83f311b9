package bus

import (
	"context"
	"time"

	"github.com/nats-io/nats.go"
)

// interest is a room that the server sends to this Bus.
type interest struct {
	sub     *nats.Subscription
	members int     // Joins without their Leave
	known   *flight // done without an error: the server knows of sub
	idle    uint64  // which turn of being without members this is, to tell a stale idleRoom
}

// idleRoom is a room that is dropped at a time, unless it was joined meanwhile.
type idleRoom struct {
	room string
	turn uint64
	at   time.Time
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

// Leave takes back one Join. When it was the room's last, messages go on arriving for 30 seconds, in which a new Join
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
	in.idle++
	b.idle = append(b.idle, idleRoom{room: room, turn: in.idle, at: time.Now().Add(b.linger)})
	if len(b.idle) == 1 {
		b.sweepAt(b.idle[0].at)
	}
}

// sweepAt arms the one timer of the Bus. b.mu is held.
func (b *Bus) sweepAt(at time.Time) {
	if b.sweep == nil {
		b.sweep = time.AfterFunc(time.Until(at), b.dropIdle)
		return
	}
	b.sweep.Reset(time.Until(at))
}

// dropIdle drops the rooms whose time has come. Joins and drops exclude each other, so a room is either still subscribed
// when a Join finds it, or subscribed anew by it, in that order on the wire.
func (b *Bus) dropIdle() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	now := time.Now()
	n := 0
	for ; n < len(b.idle) && !b.idle[n].at.After(now); n++ {
		i := b.idle[n]
		if in := b.rooms[i.room]; in != nil && in.members == 0 && in.idle == i.turn {
			b.drop(i.room, in)
		}
	}
	rest := copy(b.idle, b.idle[n:])
	clear(b.idle[rest:])
	b.idle = b.idle[:rest]
	if rest > 0 {
		b.sweepAt(b.idle[0].at)
	}
}

// drop ends a room's subscription. b.mu is held.
func (b *Bus) drop(room string, in *interest) {
	b.retired += droppedBy(in.sub)
	_ = in.sub.Unsubscribe() // fails only when the connection is closed, and the subscription with it
	delete(b.rooms, room)
}
