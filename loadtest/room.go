package loadtest

import (
	"strings"
	"sync/atomic"
)

// chatRoom is what a fleet knows of a room that it has connections in.
type chatRoom struct {
	name    string
	staying atomic.Int64 // open members that a run expects to get everything
	conns   []*conn      // in the order of opening, some closed ones too; guarded by the fleet's mu

	// Of the run under way.
	received      atomic.Int64 // messages that staying members got
	refused       atomic.Int64 // messages that the server answered with ERROR
	eventsRefused atomic.Int64 // the same of moderation
	overheard     atomic.Pointer[overheard]
}

// begin forgets what an earlier run counted.
func (r *chatRoom) begin() {
	r.received.Store(0)
	r.refused.Store(0)
	r.eventsRefused.Store(0)
	r.overheard.Store(nil)
}

// splitToken takes a line of a token file apart: "TOKEN", or "ROOM TOKEN" with a space or tab between. Neither holds
// white space itself.
func splitToken(line string) (room, token string) {
	if at := strings.LastIndexAny(line, " \t"); at >= 0 {
		return strings.TrimSpace(line[:at]), line[at+1:]
	}
	return "", line
}

// group says what a run expects of a connection.
type group uint8

// Connections that stay through a run and read are told apart by the size of their rooms, since a huge room's members
// wait for each other.
const (
	staysInSmall group = iota
	staysInMedium
	staysInLarge
	passing // comes, leaves or is made to leave during the run
	stalled // does not read
	groups
)

// Numbers of members from which a room is of medium size, and large.
const (
	mediumRoom = 100
	largeRoom  = 1000
)

func staysIn(members int) group {
	switch {
	case members >= largeRoom:
		return staysInLarge
	case members >= mediumRoom:
		return staysInMedium
	}
	return staysInSmall
}

func (g group) stays() bool { return g <= staysInLarge }

// setGroup puts an open connection into a group. Its reading goroutine may be at work.
func (c *conn) setGroup(g group) {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.transport != nil {
		c.room.staying.Add(one(g.stays()) - one(c.group.stays()))
	}
	c.group = g
}

func one(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
