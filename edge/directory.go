package edge

import (
	"hash/maphash"
	"sync"
)

// directoryShards is how many locks the rooms of a process are spread over.
const directoryShards = 64

// directory finds the rooms that have connections in this process, or are about to. Each reference is a connection: a
// room is forgotten with its last one.
type directory struct {
	seed   maphash.Seed
	shards [directoryShards]shard
}

type shard struct {
	mu    sync.RWMutex
	rooms map[string]*room
}

func newDirectory() *directory {
	d := &directory{seed: maphash.MakeSeed()}
	for i := range d.shards {
		d.shards[i].rooms = map[string]*room{}
	}
	return d
}

func (d *directory) shard(id string) *shard {
	return &d.shards[maphash.String(d.seed, id)%directoryShards]
}

// find returns a room that has connections, or nil.
func (d *directory) find(id string) *room {
	s := d.shard(id)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.rooms[id]
}

// acquire returns the room with one more reference.
func (d *directory) acquire(id string) *room {
	s := d.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[id]
	if r == nil {
		r = &room{id: id}
		s.rooms[id] = r
	}
	r.refs++
	return r
}

// release gives a reference back.
func (d *directory) release(r *room) {
	s := d.shard(r.id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.refs--; r.refs == 0 {
		delete(s.rooms, r.id)
	}
}

// each calls f for every room.
func (d *directory) each(f func(*room, int)) {
	for i := range d.shards {
		s := &d.shards[i]
		s.mu.RLock()
		for _, r := range s.rooms {
			f(r, r.refs)
		}
		s.mu.RUnlock()
	}
}
