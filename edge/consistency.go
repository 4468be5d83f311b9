package edge

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ConsistencyCheck compares what the edge's parts believe of each other, and returns every contradiction. Each loop is
// looked at on its own goroutine and must never contradict itself. Totals over loops move while they are added up, so a
// contradiction between those counts only when it is still there when it is looked for again.
func (e *Edge) ConsistencyCheck(ctx context.Context) error {
	const looks = 20
	for look := 1; ; look++ {
		own, totals := e.inspect(ctx)
		if own != nil || totals == nil || look == looks {
			return errors.Join(own, totals)
		}
		select {
		case <-ctx.Done():
			return errors.Join(own, totals)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// inspect looks once. It returns what loops contradict themselves in, and what they contradict each other in.
func (e *Edge) inspect(ctx context.Context) (own, totals error) {
	type view struct {
		members, sockets int
		errs             []error
	}
	var list []*loop
	e.eachLoop(func(l *loop) { list = append(list, l) })
	var all view
	for _, l := range list {
		answer := make(chan view, 1)
		posted := l.mailbox.post(mail{run: func(l *loop) {
			var v view
			v.members, v.sockets, v.errs = l.check()
			answer <- v
		}})
		if !posted {
			return errors.New("a loop has ended"), nil
		}
		select {
		case v := <-answer:
			all.members += v.members
			all.sockets += v.sockets
			all.errs = append(all.errs, v.errs...)
		case <-ctx.Done():
			return fmt.Errorf("a loop did not answer: %w", ctx.Err()), nil
		}
	}
	refs := 0
	e.directory.each(func(_ *room, n int) { refs += n })
	var moving []error
	differ := func(what string, counted, held int) {
		if counted != held {
			moving = append(moving, fmt.Errorf("%d %s are counted, the loops hold %d", counted, what, held))
		}
	}
	differ("references to rooms", refs, all.members)
	differ("sockets", int(e.sockets.Load()), all.sockets)
	differ("members", int(e.stats.members.Get()), all.members)
	if n := e.deps.Ledger.Own(); n < all.members || n > all.sockets {
		moving = append(moving, fmt.Errorf("%d connections count against the quota, %d are members", n, all.members))
	}
	return errors.Join(all.errs...), errors.Join(moving...)
}

// check compares a loop's connections with its rooms.
func (l *loop) check() (members, sockets int, errs []error) {
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	open := 0
	for slot, c := range l.conns {
		if c == nil {
			continue
		}
		sockets++
		if int(c.slot) != slot {
			wrong("connection in slot %d believes it is in %d", slot, c.slot)
		}
		if c.armed == 0 || c.armed <= l.wheel.last {
			wrong("connection %d is not in the wheel", slot)
		}
		if (c.state == stateOpen) != (c.member.room != nil) {
			wrong("connection %d in state %d has a room: %t", slot, c.state, c.member.room != nil)
		}
		if c.state == stateOpen {
			open++
		}
	}
	if n := l.wheel.count(l); n != sockets {
		wrong("the wheel holds %d connections of %d", n, sockets)
	}
	for r, lr := range l.rooms {
		if len(lr.members) == 0 || lr.shared != r || lr.loop != l {
			wrong("room %s is empty or misplaced", r.id)
		}
		for i, m := range lr.members {
			members++
			c := m.conn
			if int(c.member.index) != i || c.member.room != lr || m.next > lr.frames.head || m.lagging != c.member.lagging {
				wrong("member %d of room %s is misplaced", i, r.id)
			}
		}
		if uint64(len(lr.frames.queue)) != lr.frames.head-lr.frames.base {
			wrong("room %s keeps %d frames from %d to %d", r.id, len(lr.frames.queue), lr.frames.base, lr.frames.head)
		}
	}
	if open != members {
		wrong("%d connections are open, %d are members", open, members)
	}
	return members, sockets, errs
}
