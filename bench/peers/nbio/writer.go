package main

import (
	"sync"
	"time"

	"github.com/lesismal/nbio/nbhttp/websocket"
)

// writer writes to a share of the members.
type writer struct {
	publish chan []byte

	mu      sync.Mutex
	members map[*websocket.Conn]struct{}
}

func (w *writer) join(c *websocket.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.members[c] = struct{}{}
}

func (w *writer) leave(c *websocket.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.members, c)
}

func (w *writer) run() {
	ticker := time.NewTicker(pingPeriod)
	defer ticker.Stop()
	var all []*websocket.Conn
	for {
		kind, message := websocket.PingMessage, []byte(nil)
		select {
		case message = <-w.publish:
			kind = websocket.TextMessage
		case <-ticker.C:
		}
		all = w.list(all[:0])
		for _, c := range all {
			_ = c.WriteMessage(kind, message) // a failure closes the connection
		}
		clear(all)
	}
}

// list appends the members to all: writes happen outside the lock, since a failing one calls leave.
func (w *writer) list(all []*websocket.Conn) []*websocket.Conn {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.members {
		all = append(all, c)
	}
	return all
}
