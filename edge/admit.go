package edge

import (
	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// spareFiles is how many file descriptors are kept for everything that is not a connection: the engine ends with the
// whole process when accepting fails for want of one.
const spareFiles = 256

// MaxSockets returns how many connections the limit on open files (RLIMIT_NOFILE) leaves room for in a process. Go has
// raised the soft limit to the hard one before main began.
func MaxSockets() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > 1<<31 {
		return 1 << 31
	}
	return max(int(limit.Cur)-spareFiles, 1)
}

// admit takes a new socket, or returns what to send before it is closed.
func (l *loop) admit(gc gnet.Conn) (*conn, []byte) {
	e := l.edge
	if n := e.sockets.Add(1); n > e.maxSockets {
		e.sockets.Add(-1)
		e.stats.refused(reasonFiles)
		return nil, refusalResponse(refuseBusy)
	}
	if e.draining.Load() {
		e.sockets.Add(-1)
		e.stats.refused(reasonDrain)
		return nil, refusalResponse(refuseDraining)
	}
	if !e.addresses.enter(gc.RemoteAddr()) {
		e.sockets.Add(-1)
		e.stats.refused(reasonAddress)
		return nil, refusalResponse(refuseAddress)
	}
	c := l.add(gc)
	c.deadline = l.second + seconds(int64(e.cfg.HandshakeTimeout)) + 1
	l.wheel.set(l, c)
	return c, nil
}
