package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lesismal/nbio/nbhttp/websocket"
)

const (
	keepalive  = 2 * time.Minute // silence after which a connection is closed; nbio's default
	pingPeriod = keepalive * 2 / 5
)

// room has a writer for each core, each with its share of the members, so that fan-out uses all of them and every member
// gets the messages in the same order. A write to a member that reads slowly does not block: nbio keeps the bytes and
// writes them when it can.
type room struct {
	mu      sync.Mutex // keeps the order of messages the same for all writers
	writers []*writer
	next    atomic.Uint64
}

func newRoom() *room {
	r := new(room)
	for range runtime.GOMAXPROCS(0) {
		w := &writer{publish: make(chan []byte, 256), members: map[*websocket.Conn]struct{}{}}
		go w.run()
		r.writers = append(r.writers, w)
	}
	return r
}

func (r *room) join(c *websocket.Conn) {
	w := r.writers[r.next.Add(1)%uint64(len(r.writers))]
	c.SetSession(w)
	w.join(c)
}

func (r *room) leave(c *websocket.Conn) {
	if w, ok := c.Session().(*writer); ok {
		w.leave(c)
	}
}

func (r *room) publish(message []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.writers {
		w.publish <- message
	}
}
