package edge

import (
	"sync"
	"sync/atomic"
)

// mailbox is how other goroutines give a loop work: first in, first out. The engine's own task queue does not keep
// order, so it carries nothing but the wake-up, and at most one of them is on its way.
type mailbox struct {
	wake  func() error // makes the engine call loop.turn on the loop's goroutine
	awake atomic.Bool

	mu   sync.Mutex
	in   []mail
	out  []mail // what take returned last; reused
	dead bool
}

// mail is one piece of work for a loop. Exactly one of its fields is set: deliveries are far the most, and need no
// closure.
type mail struct {
	delivery delivery
	run      func(*loop)
}

// post adds a piece of work and wakes the loop. It reports false when the loop has ended and will never do it.
func (b *mailbox) post(m mail) bool {
	b.mu.Lock()
	if b.dead {
		b.mu.Unlock()
		return false
	}
	b.in = append(b.in, m)
	b.mu.Unlock()
	b.ring()
	return true
}

// ring wakes the loop unless a wake-up is under way.
func (b *mailbox) ring() {
	if b.awake.CompareAndSwap(false, true) {
		if b.wake() != nil {
			b.awake.Store(false) // the engine is shutting down: its loops take no more work
		}
	}
}

// take returns all work so far, which is valid until the next call. The caller is awake: the next post rings again.
func (b *mailbox) take() []mail {
	b.awake.Store(false)
	clear(b.out) // frames are shared: do not keep them alive
	b.mu.Lock()
	b.in, b.out = b.out[:0], b.in
	b.mu.Unlock()
	return b.out
}

// close makes every later post fail.
func (b *mailbox) close() {
	b.mu.Lock()
	b.dead = true
	b.in = nil
	b.mu.Unlock()
}
