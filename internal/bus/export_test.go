package bus

import "time"

// SetLinger changes how long rooms stay subscribed after the last Leave.
func (b *Bus) SetLinger(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.linger = d
	if b.sweeping {
		b.sweepIn(d)
	}
}

// Subscribed returns how many rooms are.
func (b *Bus) Subscribed() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.rooms)
}
