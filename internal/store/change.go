package store

import "sync"

// change is one state of a room that listeners have to hear of.
type change struct {
	id   string
	room *Room // nil: deleted
}

// changes hands changes to listeners, in order, on a goroutine of its own, so that a listener may call the store.
type changes struct {
	mu        sync.Mutex
	listeners []func(id string, r *Room)
	queue     []change
	closed    bool
	wake      sync.Cond
}

func newChanges() *changes {
	c := new(changes)
	c.wake.L = &c.mu
	return c
}

func (c *changes) listen(f func(id string, r *Room)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listeners = append(c.listeners[:len(c.listeners):len(c.listeners)], f)
}

func (c *changes) add(id string, r *Room) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.listeners) == 0 || c.closed {
		return
	}
	c.queue = append(c.queue, change{id, r})
	c.wake.Signal()
}

// run hands out changes until close, and what was queued before.
func (c *changes) run() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		for len(c.queue) == 0 {
			if c.closed {
				return
			}
			c.wake.Wait()
		}
		batch, listeners := c.queue, c.listeners
		c.queue = nil
		c.mu.Unlock()
		for _, ch := range batch {
			for _, f := range listeners {
				f(ch.id, ch.room)
			}
		}
		c.mu.Lock()
	}
}

func (c *changes) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.wake.Signal()
}
