package store

import "time"

// CheckEvery returns o with another time between two checks of the watcher.
func (o RoomsOptions) CheckEvery(d time.Duration) RoomsOptions {
	o.checkEvery = d
	return o
}

// HasWatched reports whether the watcher has come to a revision.
func (s *Rooms) HasWatched(revision uint64) bool { return s.memory.hasWatched(revision) }
