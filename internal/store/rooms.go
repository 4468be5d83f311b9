package store

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// RoomsOptions are the settings of Rooms.
type RoomsOptions struct {
	// Replicas is how many servers of a NATS cluster hold the rooms: 1, 3 or 5. 0: 1.
	Replicas int
	// Log takes warnings about values that are no rooms, and about the watcher. nil: slog.Default().
	Log *slog.Logger

	checkEvery time.Duration // see follower.inStep. 0: 2 s
}

// Rooms are all rooms of the installation. Its methods may be called by many goroutines at once, those that take a
// context not from an event loop.
type Rooms struct {
	kv      jetstream.KeyValue
	log     *slog.Logger
	memory  *memory
	changes *changes

	checkEvery time.Duration // see follower.inStep

	ctx    context.Context // done when Rooms is closed
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// OpenRooms makes the bucket or uses the one that is there, and returns when memory holds everything that was in it.
// Close it before the connection.
func OpenRooms(ctx context.Context, js jetstream.JetStream, opts RoomsOptions) (*Rooms, error) {
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.checkEvery <= 0 {
		opts.checkEvery = 2 * time.Second
	}
	kv, err := openBucket(ctx, js, opts.Replicas)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	s := &Rooms{kv: kv, log: opts.Log, changes: newChanges(), checkEvery: opts.checkEvery}
	s.memory = newMemory(s.changes.add)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	f := &follower{s: s}
	if err := f.start(ctx); err != nil {
		s.cancel()
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	s.done.Go(f.run)
	s.done.Go(s.changes.run)
	return s, nil
}

// Close stops the watcher and returns when no listener runs any more. It must not be called from one.
func (s *Rooms) Close() {
	s.cancel()
	s.changes.close()
	s.done.Wait()
}

// Get returns a room from memory. It takes no lock and some tens of nanoseconds.
func (s *Rooms) Get(id string) (*Room, bool) { return s.memory.get(id) }

// Len returns how many rooms there are.
func (s *Rooms) Len() int { return int(s.memory.count.Load()) }

// OnChange makes f be called with each new state of a room, nil when it was deleted, whoever wrote it. Calls come one at
// a time, for one room in the order of its revisions, each at most once, and a state may be skipped when a newer one is
// there already. They come a moment after the write; memory may be ahead of them.
//
// Rooms that exist are not reported: register before using Get. f may call the store; while it runs, others wait.
func (s *Rooms) OnChange(f func(id string, r *Room)) { s.changes.listen(f) }
