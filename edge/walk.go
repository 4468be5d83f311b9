package edge

import (
	"time"

	"github.com/gobwas/ws"
)

// walk is the fan-out of a room on one loop: a visit to every member, last to first, that gives each all the frames it
// has not had as of that moment. A frame that arrives while a walk is under way rides along to those who are still to
// be visited. A room that falls behind for the number of its members so puts more and more frames into each write, and
// the write is what a delivery costs.
type walk struct {
	cursor int    // members[:cursor] are still to be visited
	from   uint64 // the first frame that this walk had to bring to somebody
	behind uint64 // the lowest place of a member visited, except laggards
	cost   int64  // nanoseconds spent on it so far
	resume int64  // when the next walk may begin
	queued bool   // in loop.walks
	paused bool   // in loop.paused
}

// deliver takes a frame for a room's members, and sees to it that the room is walked.
func (l *loop) deliver(d delivery) {
	lr := d.room
	if len(lr.members) == 0 {
		return
	}
	if d.from.loop == l {
		if c := l.find(d.from.conn); c != nil && c.member.room == lr {
			c.member.echo = lr.frames.head + 1
		}
	}
	lr.frames.push(queued{bytes: d.frame, at: d.at, kind: d.kind}, l.edge.cfg.Fanout.HistoryBytes)
	l.startWalk(lr)
	if d.kick != nil {
		l.kick(lr, d.kick)
	}
}

// startWalk queues a room for a walk, now or when its pause is over.
func (l *loop) startWalk(lr *loopRoom) {
	w := &lr.walk
	if w.queued || w.paused {
		return
	}
	if l.now < w.resume {
		w.paused = true
		l.paused = append(l.paused, lr)
		return
	}
	w.queued = true
	w.cursor, w.cost = len(lr.members), 0
	w.from, w.behind = lr.frames.head, lr.frames.head
	l.walks = append(l.walks, lr)
}

// walk gives each room that is being walked one slice of its members, then lets the loop turn to other work. Rooms so
// share the loop by members visited, whatever their sizes.
func (l *loop) walk() {
	l.wakePaused()
	kept := l.walks[:0]
	for _, lr := range l.walks {
		if l.slice(lr) {
			kept = append(kept, lr)
		} else {
			l.finishWalk(lr)
		}
	}
	clear(l.walks[len(kept):])
	l.walks = kept
	l.batch.drop()
	if len(l.walks) > 0 {
		l.mailbox.ring()
	}
	l.setAlarm()
}

// slice visits some members of a room and reports whether more are to be visited.
func (l *loop) slice(lr *loopRoom) bool {
	w := &lr.walk
	start := l.clock()
	for n := l.edge.cfg.Fanout.Slice; n > 0; n-- {
		w.cursor = min(w.cursor, len(lr.members)) // members may have left
		if w.cursor == 0 {
			break
		}
		w.cursor--
		m := &lr.members[w.cursor]
		if m.lagging {
			continue
		}
		if m.next != lr.frames.head {
			w.from = min(w.from, m.next)
			if m = l.catchUp(lr, m); m == nil {
				continue
			}
		}
		w.behind = min(w.behind, m.next)
	}
	w.cost += l.clock() - start
	return w.cursor > 0 && len(lr.members) > 0
}

// finishWalk ends a walk: frames that everybody has had go, and if newer ones came meanwhile the next walk begins after
// a pause in proportion to what this one cost.
func (l *loop) finishWalk(lr *loopRoom) {
	w, cfg := &lr.walk, &l.edge.cfg.Fanout
	pause := min(time.Duration(float64(w.cost)*(1/cfg.Duty-1)), cfg.MaxDelay)
	now := l.clock()
	w.queued = false
	w.resume = now + max(int64(pause), 1) // never this turn again
	if first := max(w.from, lr.frames.base); first < lr.frames.head {
		l.edge.stats.delay.Update(float64(now-lr.frames.queue[first-lr.frames.base].at) / 1e9)
	}
	keep := w.behind
	for _, g := range l.lagging {
		if c := g.conn; c.member.room == lr {
			keep = min(keep, c.entry().next)
		}
	}
	lr.frames.trim(keep)
	if w.behind != lr.frames.head && len(lr.members) > 0 {
		l.startWalk(lr)
	}
}

// wakePaused queues the rooms whose pause is over.
func (l *loop) wakePaused() {
	kept := l.paused[:0]
	for _, lr := range l.paused {
		switch {
		case l.now < lr.walk.resume:
			kept = append(kept, lr)
		default:
			lr.walk.paused = false
			l.startWalk(lr)
		}
	}
	clear(l.paused[len(kept):])
	l.paused = kept
}

// setAlarm sees to it that the loop turns when the earliest pause is over.
func (l *loop) setAlarm() {
	if len(l.paused) == 0 {
		return
	}
	next := l.paused[0].walk.resume
	for _, lr := range l.paused[1:] {
		next = min(next, lr.walk.resume)
	}
	l.alarm.Reset(time.Duration(max(next-l.clock(), 0)))
}

// kick closes a user's connections behind the event that tells of it: each gets everything up to the event, then the
// close frame with the moderator's reason (protocol.md section 11, no. 5).
func (l *loop) kick(lr *loopRoom, k *kick) {
	for i := len(lr.members) - 1; i >= 0; i-- {
		if i >= len(lr.members) {
			continue // a write that failed took members away
		}
		c := lr.members[i].conn
		if c.userID != k.userID {
			continue
		}
		for m := c.entry(); m != nil && m.next != lr.frames.head; {
			m = l.catchUp(lr, m)
		}
		l.close(c, ws.StatusNormalClosure, k.reason, reasonDisconnected)
	}
}
