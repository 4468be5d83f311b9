package edge

import (
	"context"
	"errors"
	"fmt"
)

// ConsistencyCheck compares what the edge's parts believe of each other, and returns every contradiction. It looks at
// each loop on its own goroutine, one after another, so on a node where connections come and go while it looks the
// totals may differ; each loop by itself never may. Tests call it when traffic has ended.
func (e *Edge) ConsistencyCheck(ctx context.Context) error {
	var found []error
	members, sockets, refs := 0, 0, 0
	var list []*loop
	e.eachLoop(func(l *loop) { list = append(list, l) })
	for _, l := range list {
		answer := make(chan []error, 1)
		var m, s int
		posted := l.mailbox.post(mail{run: func(l *loop) {
			var errs []error
			m, s, errs = l.check()
			answer <- errs
		}})
		if !posted {
			return errors.New("a loop has ended")
		}
		select {
		case errs := <-answer:
			found = append(found, errs...)
			members, sockets = members+m, sockets+s
		case <-ctx.Done():
			return fmt.Errorf("a loop did not answer: %w", ctx.Err())
		}
	}
	e.directory.each(func(_ *room, n int) { refs += n })
	if refs < members {
		found = append(found, fmt.Errorf("the directory counts %d references for %d members", refs, members))
	}
	if n := e.sockets.Load(); n != int64(sockets) {
		found = append(found, fmt.Errorf("%d sockets are counted, the loops hold %d", n, sockets))
	}
	if n := e.stats.members.Get(); int(n) != members {
		found = append(found, fmt.Errorf("%v members are counted, the loops hold %d", n, members))
	}
	if n := e.quota.Load(); n < int64(members) {
		found = append(found, fmt.Errorf("%d connections count against the quota, %d are members", n, members))
	}
	return errors.Join(found...)
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
		if int(c.slot) != slot || c.gen != l.gens[slot] {
			wrong("connection in slot %d believes it is %d.%d", slot, c.slot, c.gen)
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
	for r, lr := range l.rooms {
		if len(lr.members) == 0 || lr.shared != r || lr.loop != l {
			wrong("room %s is empty or misplaced", r.id)
		}
		for i, c := range lr.members {
			members++
			if int(c.member.index) != i || c.member.room != lr || c.member.next > lr.frames.head {
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
