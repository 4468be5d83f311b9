package store

import (
	"sync"
	"sync/atomic"
)

// memory is the copy of all rooms. Reading one room takes no lock.
type memory struct {
	rooms sync.Map // id string → *Room
	count atomic.Int64

	mu     sync.RWMutex
	order  order
	gone   map[string]uint64 // id → revision of a deletion that the watcher has not come to yet
	change func(id string, r *Room)
}

func newMemory(change func(id string, r *Room)) *memory {
	return &memory{gone: map[string]uint64{}, change: change}
}

func (m *memory) get(id string) (*Room, bool) {
	v, ok := m.rooms.Load(id)
	if !ok {
		return nil, false
	}
	return v.(*Room), true
}

// put takes a state of a room, unless a newer one is known.
func (m *memory) put(r *Room) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.Revision <= m.gone[r.ID] {
		return
	}
	old, ok := m.get(r.ID)
	if ok {
		if r.Revision <= old.Revision {
			return
		}
		m.order.remove(old)
	} else {
		m.count.Add(1)
	}
	delete(m.gone, r.ID)
	m.rooms.Store(r.ID, r)
	m.order.insert(r)
	m.change(r.ID, r)
}

// remove takes a deletion, unless something newer is known.
func (m *memory) remove(id string, revision uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if revision <= m.gone[id] {
		return
	}
	old, ok := m.get(id)
	if ok && old.Revision > revision {
		return
	}
	// States that are older may still be on their way from the watcher.
	m.gone[id] = revision
	if !ok {
		return
	}
	m.rooms.Delete(id)
	m.order.remove(old)
	m.count.Add(-1)
	m.change(id, nil)
}

// passed tells that the watcher will bring nothing older than revision about id any more.
func (m *memory) passed(id string, revision uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.gone[id] <= revision {
		delete(m.gone, id)
	}
}
