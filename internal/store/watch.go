package store

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// follower keeps memory in step with the bucket. The client library asks again for what a watcher missed, over
// disconnections too. When it gives up, which it does if the stream answers with an error, another watcher is started,
// from the beginning.
type follower struct {
	s       *Rooms
	watcher jetstream.KeyWatcher
	created time.Time // of the bucket that memory is a copy of
	checked uint64    // the bucket's revision at the last check
}

// start starts a watcher and takes everything that the bucket holds. ctx bounds that, not the watcher.
func (f *follower) start(ctx context.Context) error {
	status, err := f.s.kv.Status(ctx)
	if err != nil {
		return err
	}
	info := status.(*jetstream.KeyValueBucketStatus).StreamInfo()
	another := !f.created.IsZero() && !info.Created.Equal(f.created)

	w, err := f.s.kv.WatchAll(f.s.ctx)
	if err != nil {
		return err
	}
	rooms := map[string]*Room{}
	revision := info.State.LastSeq
	for {
		select {
		case e, ok := <-w.Updates():
			if !ok {
				return errors.New("watcher ended")
			}
			if e == nil { // all that there was
				f.s.memory.replace(rooms, revision, another)
				f.watcher, f.created, f.checked = w, info.Created, 0
				return nil
			}
			revision = max(revision, e.Revision())
			delete(rooms, e.Key())
			if r := f.s.decode(e); r != nil {
				rooms[r.ID] = r
			}
		case <-ctx.Done():
			stop(w)
			return ctx.Err()
		}
	}
}

// stop ends a watcher, which may be waiting to hand over an entry.
func stop(w jetstream.KeyWatcher) {
	_ = w.Stop()
	for range w.Updates() {
		continue // until it is closed
	}
}

// run applies what the watcher brings until the store is closed, and starts another when it ends or fails silently.
func (f *follower) run() {
	check := time.NewTicker(f.s.checkEvery)
	defer check.Stop()
	for {
		select {
		case <-f.s.ctx.Done():
			stop(f.watcher)
			return
		case e, ok := <-f.watcher.Updates():
			switch {
			case ok:
				f.s.apply(e)
				continue
			case !f.again():
				return
			}
		case <-check.C:
			if f.inStep() {
				continue
			}
			stop(f.watcher)
			if !f.again() {
				return
			}
		}
	}
}

// inStep reports whether the watcher may be trusted: it follows the bucket that is there, and has come to where the
// bucket was at the last check. A watcher that the library attached to a bucket put in place of the old one would wait
// for revisions as high as those of the old.
func (f *follower) inStep() bool {
	ctx, cancel := context.WithTimeout(f.s.ctx, lookTimeout)
	defer cancel()
	status, err := f.s.kv.Status(ctx)
	if err != nil {
		return true // nothing can be said, nor would another watcher do better
	}
	info := status.(*jetstream.KeyValueBucketStatus).StreamInfo()
	before := f.checked
	f.checked = info.State.LastSeq
	return info.Created.Equal(f.created) && f.s.memory.hasWatched(before)
}

// apply takes an entry of the watcher into memory.
func (s *Rooms) apply(e jetstream.KeyValueEntry) {
	switch {
	case e == nil: // the end of what there was, told before
	case e.Operation() != jetstream.KeyValuePut:
		s.memory.watchedRemove(e.Key(), e.Revision())
	default:
		s.memory.watchedPut(e.Key(), e.Revision(), s.decode(e))
	}
}

// again starts watchers until one works, or the store is closed: then it returns false.
func (f *follower) again() bool {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		if f.s.ctx.Err() != nil {
			return false
		}
		ctx, cancel := context.WithTimeout(f.s.ctx, time.Minute)
		err := f.start(ctx)
		cancel()
		if err == nil {
			return true
		}
		f.s.log.Warn("changes of rooms by others are not seen", "error", err)
		select {
		case <-f.s.ctx.Done():
		case <-time.After(wait):
		}
	}
}

// decode returns the room of an entry, or nil when it is a deletion, or no room.
func (s *Rooms) decode(e jetstream.KeyValueEntry) *Room {
	if e.Operation() != jetstream.KeyValuePut {
		return nil
	}
	r, err := decodeRoom(e.Key(), e.Value(), e.Revision())
	if err != nil {
		s.log.Warn("a value in the bucket of rooms is none", "revision", e.Revision(), "error", err)
		return nil
	}
	return r
}
