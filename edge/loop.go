package edge

import (
	"runtime/debug"
	"time"

	"github.com/throngchat/throng/internal/limit"
)

// loop is what one event loop owns. Only mailbox may be used by other goroutines.
type loop struct {
	edge    *Edge
	number  uint16       // in edge.list
	clock   func() int64 // limit.Now, except in tests
	mailbox mailbox
	alarm   *time.Timer // rings the mailbox when the earliest pause of a room is over
	hangUp  func(*conn) // makes the engine close a connection, which calls back before it returns

	letters []mail // what was taken from the mailbox last
	opened  int    // how many of them are done

	now     int64  // nanoseconds of limit.Now, read once a turn
	second  uint32 // the same in seconds
	conns   []*conn
	gens    []uint32 // the generation of each slot
	free    []uint32
	rooms   map[*room]*loopRoom
	walks   []*loopRoom // rooms with members to visit, in the order in which they are served
	paused  []*loopRoom // rooms that are behind and wait for their pause to end
	lagging []laggard   // members that could not take everything
	dropped []*conn     // connections to hang up at the end of the turn
	wheel   wheel
	drained int          // slots that were looked at by drain.go
	quiet   limit.Bucket // log lines about connections
	muted   int          // log lines that were not written

	scratch []byte // for frames made for one connection
	batch   batch  // several frames of a room as one piece of memory
	tally   tally  // what this turn delivered, added to the shared counters at its end
}

func newLoop(e *Edge) *loop {
	l := &loop{edge: e, clock: limit.Now, rooms: map[*room]*loopRoom{}}
	l.tick()
	l.wheel.reset(l.second)
	l.alarm = time.AfterFunc(time.Hour, l.mailbox.ring)
	l.alarm.Stop()
	return l
}

// seconds converts nanoseconds of the loops' clock. The clock starts with the process, so 32 bits last for 136 years.
func seconds(ns int64) uint32 { return uint32(ns / int64(time.Second)) }

// tick reads the clock, at the start of everything that the engine asks of the loop.
func (l *loop) tick() {
	l.now = l.clock()
	l.second = seconds(l.now)
}

// turn does what has been asked of the loop since the last one, then some of what it has to do anyway.
func (l *loop) turn() {
	l.tick()
	l.open() // what a turn that ended in a panic left
	l.letters, l.opened = l.mailbox.take(), 0
	l.open()
	l.wheel.advance(l)
	l.retryLagging()
	l.walk()
	l.settle()
}

// open does the work that was taken from the mailbox, each piece once.
func (l *loop) open() {
	for l.opened < len(l.letters) {
		m := l.letters[l.opened]
		l.opened++
		if m.run != nil {
			m.run(l)
		} else {
			l.deliver(m.delivery)
		}
	}
}

// settle ends a turn: it hangs up what the turn decided to drop, and publishes its counts.
func (l *loop) settle() {
	for len(l.dropped) > 0 {
		n := len(l.dropped) - 1
		c := l.dropped[n]
		l.dropped[n] = nil
		l.dropped = l.dropped[:n]
		if c.state != stateDead {
			l.hangUp(c)
		}
	}
	l.tally.publish(l.edge.stats)
}

// add gives a new connection a slot.
func (l *loop) add(tr transport) *conn {
	c := &conn{tr: tr, loop: l, seen: l.second}
	if n := len(l.free); n > 0 {
		c.slot = l.free[n-1]
		l.free = l.free[:n-1]
		l.conns[c.slot] = c
	} else {
		c.slot = uint32(len(l.conns))
		l.conns = append(l.conns, c)
		l.gens = append(l.gens, 0)
	}
	return c
}

// remove takes a connection's slot away. Whatever still names it finds nobody.
func (l *loop) remove(c *conn) {
	l.wheel.unset(l, c)
	l.conns[c.slot] = nil
	l.gens[c.slot]++
	l.free = append(l.free, c.slot)
}

// find returns the connection that id names, or nil when it is gone.
func (l *loop) find(id connID) *conn {
	if int(id.slot) >= len(l.conns) || l.gens[id.slot] != id.gen {
		return nil
	}
	return l.conns[id.slot]
}

// guard keeps a defect from ending the process with everybody's connections: it costs one connection, c, if there is
// one, and a line in the log.
func (l *loop) guard(c *conn) {
	v := recover()
	if v == nil {
		return
	}
	l.edge.stats.panics.Inc()
	l.edge.log.Error("panic on an event loop", "value", v, "stack", string(debug.Stack()))
	if c != nil && c.state != stateDead {
		c.reason = reasonPanic
		l.dropped = append(l.dropped, c)
	}
	l.mailbox.ring()
}
