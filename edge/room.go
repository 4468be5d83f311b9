package edge

import (
	"slices"
	"sync"

	"github.com/throngchat/throng/internal/limit"
	"github.com/throngchat/throng/internal/store"
)

// room is a room as all loops of the process share it. Its configuration is not part of it: that is in the store, which
// answers from memory, so that a change applies to the next request.
type room struct {
	id     string
	refs   int // guarded by the directory's shard
	bucket limit.Shared

	mu    sync.Mutex
	loops []*loopRoom // the loops that have members, guarded by mu
}

// rateOf is a room's maximumMessageRatePerSecond as its bucket wants it.
func rateOf(cfg *store.Room) limit.Rate {
	n := cfg.MaximumMessageRatePerSecond
	return limit.PerSecond(n, n)
}

// loopRoom is a room on one loop: its members there, and the frames that some of them have not had yet.
type loopRoom struct {
	shared  *room
	loop    *loop
	members []member
	frames  frames
	walk    walk
}

// member is what a walk reads of a connection. The members of a room lie side by side, so a walk over thousands reads
// memory in its order, and comes by the connection itself only when something is wrong with it.
type member struct {
	conn    *conn  // the member
	next    uint64 // sequence number of the next frame that it has not had
	fd      int32  // its socket; -1 in tests that have none
	lagging bool   // it has not taken all that it was given: see loop.lagging
}

// entry returns the connection's entry in its room, which must be there. The pointer is valid until somebody joins or
// leaves.
func (c *conn) entry() *member { return &c.member.room.members[c.member.index] }

// join makes a connection a member of its room. It gets every frame that is posted from now on.
func (l *loop) join(c *conn, r *room) {
	lr := l.rooms[r]
	if lr == nil {
		lr = &loopRoom{shared: r, loop: l}
		l.rooms[r] = lr
		r.mu.Lock()
		r.loops = append(r.loops, lr)
		r.mu.Unlock()
	}
	c.room = r
	c.member = membership{room: lr, index: uint32(len(lr.members))}
	lr.members = append(lr.members, member{conn: c, next: lr.frames.head, fd: int32(c.tr.Fd())})
	l.edge.stats.members.Inc()
}

// leave ends a membership, if there is one: the last member takes the leaver's place. A walk goes from the last member
// to the first, so the one who moves has been visited already.
func (l *loop) leave(c *conn) {
	lr := c.member.room
	if lr == nil {
		return
	}
	last := len(lr.members) - 1
	moved := lr.members[last]
	lr.members[c.member.index] = moved
	moved.conn.member.index = c.member.index
	lr.members[last] = member{}
	lr.members = lr.members[:last]
	c.member.room, c.member.lagging = nil, false
	l.edge.stats.members.Dec()
	if last == 0 {
		l.forget(lr)
	}
	l.edge.release(lr.shared)
}

// forget takes a loop without members out of its room. A frame that is on its way finds nobody.
func (l *loop) forget(lr *loopRoom) {
	delete(l.rooms, lr.shared)
	lr.frames.clear()
	r := lr.shared
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.Index(r.loops, lr)
	r.loops = slices.Delete(r.loops, i, i+1)
}

// release gives back a reference to a room together with its place on the bus.
func (e *Edge) release(r *room) {
	e.leaveBus(r.id)
	e.directory.release(r)
}
