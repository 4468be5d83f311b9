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
	conns map[*lingeringConn]time.Time // since when
}

func (u *unusedConns) add(c *lingeringConn) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.conns == nil {
		u.conns = map[*lingeringConn]time.Time{}
	}
	u.conns[c] = time.Now()
}

// remove is called when a connection is used, or closed.
func (u *unusedConns) remove(c *lingeringConn) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.conns, c)
}

// unusedTime is how long a connection is given for its first byte when the server stops: a request may be on its way.
const unusedTime = time.Second

// closeInterval is how often connections are looked for whose time is over.
const closeInterval = 50 * time.Millisecond

// closeUntil closes those whose time is over, until ctx is done.
func (u *unusedConns) closeUntil(ctx context.Context) {
	tick := time.NewTicker(closeInterval)
	defer tick.Stop()
	for {
		u.mu.Lock()
		for c, since := range u.conns {
			if time.Since(since) >= unusedTime {
				_ = c.Conn.Close() // the server's read fails, and it closes what is closed already
				delete(u.conns, c)
			}
		}
		u.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
