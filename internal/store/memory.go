package store

import (
	"sync"
	"sync/atomic"
)

// memory is the copy of all rooms. Reading one room takes no lock.
//
// Three kinds of news reach it: what the watcher brings, in the order of revisions; own writes, which are ahead of the
// watcher; and what was read from the bucket, which may be either.
type memory struct {
	rooms sync.Map // id string → *Room
	count atomic.Int64

	mu      sync.RWMutex
	order   order
	watched uint64            // the revision that the watcher has come to
	gone    map[string]uint64 // id → revision of an own deletion that it has not come to
	change  func(id string, r *Room)
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

// put takes a state of a room that was written or read here.
func (m *memory) put(r *Room) {
	m.mu.Lock()
	defer m.mu.Unlock()
	// What the watcher has passed is here already, or was replaced or deleted since: then putting it back would bring a
	// room to life again that nobody would ever remove.
	if r.Revision > m.watched && r.Revision > m.gone[r.ID] {
		m.store(r)
	}
}

// remove takes a deletion that was done here, in a revision that is not known but that the given one is not after.
func (m *memory) remove(id string, revision uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if revision > m.watched {
		// The watcher may still bring older states.
		m.gone[id] = max(m.gone[id], revision)
	}
	m.erase(id, revision)
}

// watchedPut takes a state of a room from the watcher; nil is a value that is no room.
func (m *memory) watchedPut(id string, revision uint64, r *Room) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.watched = max(m.watched, revision)
	if r != nil && revision > m.gone[id] {
		delete(m.gone, id)
		m.store(r)
	}
}

// watchedRemove takes a deletion from the watcher.
func (m *memory) watchedRemove(id string, revision uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.watched = max(m.watched, revision)
	if m.gone[id] <= revision {
		delete(m.gone, id)
	}
	m.erase(id, revision)
}

// hasWatched reports whether the watcher has come to a revision.
func (m *memory) hasWatched(revision uint64) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.watched >= revision
}

// replace takes all rooms that the bucket held at a revision, from a new watcher. What was written later stays. When the
// bucket is another one than before, nothing stays.
func (m *memory) replace(rooms map[string]*Room, revision uint64, another bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if another {
		m.watched = 0
		clear(m.gone)
	}
	m.rooms.Range(func(id, v any) bool {
		old := v.(*Room)
		if _, ok := rooms[old.ID]; !ok && (another || old.Revision <= revision) {
			m.erase(old.ID, max(revision, old.Revision))
		} else if ok && another {
			m.drop(old) // to be stored whatever its revision
		}
		return true
	})
	for id, r := range rooms {
		if r.Revision > m.gone[id] {
			m.store(r)
		}
	}
	for id, at := range m.gone {
		if at <= revision {
			delete(m.gone, id)
		}
	}
	m.watched = max(m.watched, revision)
}

// store takes a state unless a newer one is there. m.mu is held, here and below.
func (m *memory) store(r *Room) {
	old, ok := m.get(r.ID)
	if ok && old.Revision >= r.Revision {
		return
	}
	if ok {
		m.order.remove(old)
		m.count.Add(-1)
	}
	m.rooms.Store(r.ID, r)
	m.order.insert(r)
	m.count.Add(1)
	m.change(r.ID, r)
}

// erase takes a deletion unless a newer state is there.
func (m *memory) erase(id string, revision uint64) {
	if old, ok := m.get(id); ok && old.Revision <= revision {
		m.drop(old)
		m.change(id, nil)
	}
}

func (m *memory) drop(r *Room) {
	m.rooms.Delete(r.ID)
	m.order.remove(r)
	m.count.Add(-1)
}
