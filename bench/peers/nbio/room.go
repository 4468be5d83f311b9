package main

import (
	"sync"
	"time"

	"github.com/lesismal/nbio/nbhttp/websocket"
)

const (
	keepalive  = 2 * time.Minute // silence after which a connection is closed; nbio's default
	pingPeriod = keepalive * 2 / 5
)

// room has one goroutine that writes, so that all members get its messages in the same order. A write to a member that
// reads slowly does not block: nbio keeps the bytes and writes them when it can.
type room struct {
	publish chan []byte

	mu      sync.Mutex
	members map[*websocket.Conn]struct{}
}

func newRoom() *room {
	return &room{publish: make(chan []byte, 256), members: map[*websocket.Conn]struct{}{}}
}

func (r *room) join(c *websocket.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members[c] = struct{}{}
}

func (r *room) leave(c *websocket.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.members, c)
}

func (r *room) run() {
	ticker := time.NewTicker(pingPeriod)
	defer ticker.Stop()
	var all []*websocket.Conn
	for {
		kind, message := websocket.PingMessage, []byte(nil)
		select {
		case message = <-r.publish:
			kind = websocket.TextMessage
		case <-ticker.C:
		}
		all = r.list(all[:0])
		for _, c := range all {
			_ = c.WriteMessage(kind, message) // a failure closes the connection
		}
		clear(all)
	}
}

// list appends the members to all: writes happen outside the lock, since a failing one calls leave.
func (r *room) list(all []*websocket.Conn) []*websocket.Conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.members {
		all = append(all, c)
	}
	return all
}
