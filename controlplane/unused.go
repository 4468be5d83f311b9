package controlplane

import (
	"context"
	"sync"
	"time"
)

// unusedConns are the connections on which no byte has arrived. HTTP clients open some in advance and leave them so. The
// HTTP server takes them for busy, and would wait for their request until it times out.
type unusedConns struct {
	mu    sync.Mutex
	conns map[*lingeringConn]bool
}

func (u *unusedConns) add(c *lingeringConn) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.conns == nil {
		u.conns = map[*lingeringConn]bool{}
	}
	u.conns[c] = true
}

// remove is called when a connection is used, or closed.
func (u *unusedConns) remove(c *lingeringConn) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.conns, c)
}

// closeInterval is how often connections are looked for that were accepted at the last moment.
const closeInterval = 50 * time.Millisecond

// closeUntil closes all, and those that come, until ctx is done.
func (u *unusedConns) closeUntil(ctx context.Context) {
	tick := time.NewTicker(closeInterval)
	defer tick.Stop()
	for {
		u.mu.Lock()
		for c := range u.conns {
			_ = c.Conn.Close() // the server's read fails, and it closes what is closed already
			delete(u.conns, c)
		}
		u.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
